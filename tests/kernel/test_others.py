# SPDX-License-Identifier: GPL-2.0-or-later
"""Others on the same host: interfaces that vanish, hops beside ours, lengths, wide routes, odd names; each was wrong once."""

import json
import os
import resource
import subprocess

import netlab
from netlab import CLIENT4, INTERNET, PAIR, PAIR_B, PREFIX, SECOND4, SERVER4, SERVER4B
import test_forwarding

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
BOB = f"server add-peer bob remote {SECOND4} address {PAIR_B[1]}"
UPLINK = "link add up1 type veth peer name far1\nlink set up1 up\nlink set far1 up\naddr add 2001:db8:a::2/64 dev up1 nodad"
NEAR = f"server add-peer near remote {CLIENT4} address 2001:db8:a::a3"
NAME = "q'$0;b&"
UP1_RA = "net.ipv6.conf.up1.accept_ra"


class Vanished(netlab.Case):
    """An interface that tunnels need goes away under them."""

    def differences(self, host, words):
        """What a check that exits 3 says."""
        return "\n".join(entry["difference"] for entry in json.loads(self.tell(host, f"-j {words}", status=3).out))

    def test_an_uplink_made_anew(self):
        """The new one has accept_ra=1, of which the journal says that it is 2."""
        self.server.ip(UPLINK)
        self.server.set(UP1_RA, 1)
        self.up(self.server, "server up uplink up1")
        self.up(self.server, NEAR)
        self.assertEqual(self.server.get(UP1_RA), "2")
        self.server.ip("link del up1\n" + UPLINK)
        self.server.set(UP1_RA, 1)
        self.assertIn("up1/accept_ra", self.differences(self.server, "server check"))
        self.up(self.server, NEAR)
        self.assertEqual(self.server.get(UP1_RA), "2")
        self.up(self.server, "server check")
        self.up(self.server, "server down")
        self.assertEqual(self.server.get(UP1_RA), "1")

    def test_a_lan(self):
        before = self.client.state()
        self.client.ip("link add lan0 type veth peer name lan1\nlink set lan0 up\nlink set lan1 up")
        other = f"client up t2 remote {SERVER4B} address 2001:db8:1::9 gateway none"
        self.up(self.client, UP + f" prefix {PREFIX},lan0")
        self.up(self.client, other)
        self.client.ip("link del lan0")
        self.assertIn("lan0", self.differences(self.client, "client check"))
        self.assertIn("lan0", self.differences(self.client, "check"))
        self.up(self.client, "client check t2")
        self.up(self.client, other + " mtu 1400 prefix 2001:db8:300::/48")
        self.assertEqual(self.client.links()["t2"]["mtu"], 1400)
        self.up(self.client, "client down t2")
        self.up(self.client, f"client up t3 remote {SECOND4} address 2001:db8:1::b gateway none")
        self.tell(self.client, "client down t1")
        self.up(self.client, "client down t3")
        self.same(before, self.client)

    def test_an_uplink(self):
        before = self.server.state()
        self.server.ip(UPLINK)
        self.up(self.server, "server up uplink up1")
        for words in (ALICE, BOB, NEAR.replace(CLIENT4, "198.51.100.9") + " proxy-ndp on"):
            self.up(self.server, words)
        self.server.ip("link del up1")
        self.assertIn("the uplink up1", self.differences(self.server, "server check"))
        self.up(self.server, "client up t9 remote 198.51.100.77 address 2001:db8:1::9 gateway none")
        self.up(self.server, "client down t9")
        self.tell(self.server, "server del-peer bob")
        self.assertNotIn("sit-bob", self.server.links())
        self.tell(self.server, "server down")
        self.same(before, self.server)


class Hops(netlab.Case):
    """The kernel makes one route over several hops of default routes that have a gateway and the same metric."""

    WIDE = f"client up t1 remote {SERVER4} address 2001:db8:1::3/64 gateway 2001:db8:1::2"
    OTHER = "::/0 via fe80::1 dev lan metric 1024"

    def beside(self):
        """t1 with its default route, and somebody else's made one with it."""
        self.client.ip("route add " + self.OTHER)
        alone = self.client.state()
        self.client.ip("route del " + self.OTHER)
        self.up(self.client, self.WIDE)
        self.client.ip("route append " + self.OTHER)
        self.assertEqual(len(self.client.routes("default6/0 multipath")), 1)
        return alone

    def test_down_leaves_the_hop_of_somebody_else(self):
        alone = self.beside()
        self.up(self.client, "client down t1")
        self.same(alone, self.client)

    def test_up_beside_the_hop_of_somebody_else(self):
        alone = self.beside()
        for turn in ("merged", "alone"):
            with self.subTest(turn):
                before = self.client.state()
                done = netlab.run(self.client, self.WIDE)
                self.assertIn(done.status, (0, 1, 2), done)
                if done.status:
                    self.assertIn("metric", done.err)
                    self.same(before, self.client, f"half done: {done}")
                else:
                    self.assertEqual(len(self.client.routes("default6/0 multipath")), 1)
                    self.tell(self.client, "client check")
                self.tell(self.client, "client down t1")
                self.same(alone, self.client)

    def test_another_metric_beside_the_hop_of_somebody_else(self):
        alone = self.beside()
        self.up(self.client, self.WIDE + " metric 7")
        self.assertEqual(len(self.client.routes("default6/0 t1 7")), 1)
        self.assertEqual(len(self.client.routes("default6/0 lan 1024")), 1)
        self.assertEqual(len(self.client.routes("default6/0")), 2)
        self.up(self.client, "client down t1")
        self.same(alone, self.client)

    def test_a_second_hop_of_our_own(self):
        """A kill in a change of the gateway leaves two."""
        before = self.client.state()
        self.up(self.client, self.WIDE)
        wanted = self.client.state()
        for gateway, command in (("2001:db8:1::9", self.WIDE), ("2001:db8:1::9", "client down t1")):
            with self.subTest(command):
                self.client.ip(f"route append ::/0 via {gateway} dev t1 metric 1024 proto 41")
                self.assertEqual(len(self.client.routes("default6/0 multipath")), 1)
                self.tell(self.client, "client check", status=3)
                self.up(self.client, command)
                self.same(wanted if command == self.WIDE else before, self.client)


class Lengths(netlab.Case):
    def test_of_a_clients_address(self):
        self.server.ip(f"""
            tunnel add far mode sit remote {CLIENT4} local {SERVER4} ttl 255
            link set far up
            addr add {PAIR[0]}/127 dev far nodad""")
        self.up(self.client, UP)
        before = self.client.state()
        for length in ("/64", "/127", "/126", ""):
            with self.subTest(length):
                self.up(self.client, UP + length)
                self.assertEqual(self.client.addresses("t1"), [PAIR[1] + (length or "/127")])
                self.reaches(self.client, PAIR[0])
        self.same(before, self.client)

    def test_of_a_peers_address(self):
        test_forwarding.far_client(self.client)
        self.up(self.server, ALICE)
        before = self.server.state()
        for length, own in ((f"/126 server-address {PAIR[0]}", "/128"), ("/127", "/127"),
                            (f"/64 server-address {PAIR[0]}", "/128"), ("", "/127")):
            with self.subTest(length):
                self.up(self.server, ALICE + length)
                self.assertEqual(self.server.addresses("sit-alice"), [PAIR[0] + own])
                self.reaches(self.server, PAIR[1])
                self.reaches(self.client, INTERNET)
                self.up(self.server, "server check")
        self.same(before, self.server)


class WideRoute(netlab.Case):
    def test_a_route_makes_a_large_prefix_on_link(self):
        """2^24 addresses, each of which would want an entry of the NDP proxy."""
        wide = ALICE + " prefix 2001:db8:9::/104"
        before = self.server.state()
        self.up(self.server, wide)
        self.server.ip("route add 2001:db8:9::/64 dev up0")
        with open(netlab.SITCTL, "rb") as program:
            sanitized = b"__asan_init" in program.read()  # AddressSanitizer reserves terabytes, and uses little of it
        small = {} if sanitized else {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))}
        for words, wanted in (("server check", (0, 3)), ("check", (0, 3)), (wide, (0, 1, 2)),
                              ("server set-peer alice ttl 9", (0, 1, 2)), ("server del-peer alice", (0,))):
            with self.subTest(words):
                done = netlab.finish(netlab.start(self.server, words, **small), timeout=10)
                self.assertIn(done.status, wanted, done)
                self.assertNotIn("memory", done.err, done)
                self.assertEqual(self.server.proxies(), [])
        self.server.ip("route del 2001:db8:9::/64 dev up0")
        self.same(before, self.server)


class OddNames(netlab.Case):
    """Names that the kernel takes, and that a shell would take apart."""

    def repaired(self, host, words, broken):
        """Breaks what is up, and runs the repair that check tells, by sh."""
        wanted = host.state()
        host.ip(broken)
        self.assertNotEqual(wanted.difference(host.state()), "")
        repairs = {entry["repair"] for entry in json.loads(self.tell(host, "-j " + words, status=3).out)}
        text = self.tell(host, words, status=3).out
        env = dict(os.environ, PATH=f"{os.path.dirname(os.path.abspath(netlab.SITCTL))}:{os.environ['PATH']}")
        self.assertEqual(len(repairs), 1, repairs)
        for repair in repairs:
            self.assertIn(repair, text)
            with host:
                done = subprocess.run(["sh", "-e"], input=repair, capture_output=True, text=True, check=False, env=env)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), repair)
        self.same(wanted, host, repairs)
        self.up(host, words)

    def test_a_tunnel(self):
        before = self.client.state()
        self.up(self.client, f"client up {NAME} {UP.split(' ', 3)[3]}")
        self.repaired(self.client, "client check", f"link set dev {NAME} mtu 1300")
        self.up(self.client, f"client down {NAME}")
        self.same(before, self.client)

    def test_a_lan(self):
        self.client.ip(f"link add {NAME} type veth peer name lan1\nlink set dev {NAME} up\nlink set lan1 up")
        before = self.client.state()
        self.up(self.client, UP + f" prefix {PREFIX},{NAME}")
        self.repaired(self.client, "client check", f"addr del 2001:db8:100::1/64 dev {NAME}")
        self.up(self.client, "client down t1")
        self.same(before, self.client)

    def test_a_peer(self):
        before = self.server.state()
        self.up(self.server, ALICE + f" dev {NAME}")
        self.repaired(self.server, "server check", f"link set dev {NAME} mtu 1300")
        self.up(self.server, "server down")
        self.same(before, self.server)
