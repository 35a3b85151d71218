# SPDX-License-Identifier: GPL-2.0-or-later
"""`client adopt`: a running tunnel that another tool made is taken over, and its traffic does not stop."""

import contextlib
import json
import os
import re
import subprocess
import time

import netlab
from netlab import CLIENT4, INTERNET, PAIR, PREFIX, SERVER4, SERVER4B

MADE = f"""
    tunnel add he6 mode sit remote {SERVER4} local {CLIENT4} ttl 99
    link set he6 mtu 1400 up
    addr add {PAIR[1]}/127 dev he6 nodad
    addr add 2001:db8:100::13/128 dev he6 nodad
    route add default via {PAIR[0]} dev he6 metric 77
    route add unreachable {PREFIX} metric 4294967295"""


class Adopt(netlab.Case):
    @classmethod
    def prepare(cls):
        netlab.run(cls.server, f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX}")

    def made(self, commands=MADE):
        self.client.ip(commands)

    def whole(self, index):
        """As it was made, and now sitctl's."""
        shown = self.show(self.client, "-d client show he6")[0]
        self.assertEqual({key: shown[key] for key in ("remote", "local", "ttl", "mtu", "gateway", "metric", "ifindex")},
                         {"remote": SERVER4, "local": CLIENT4, "ttl": 99, "mtu": 1400, "gateway": PAIR[0], "metric": 77,
                          "ifindex": index})
        self.assertEqual(sorted(shown["address"]), sorted([f"{PAIR[1]}/127", "2001:db8:100::13/128"]))
        self.assertEqual(shown["prefix"], [PREFIX])

    def index(self):
        return self.client.json("link show dev he6")[0]["ifindex"]

    @contextlib.contextmanager
    def flood(self, target):
        """Packets before, all the while and after; not one may be lost."""
        with self.client:
            ping = subprocess.Popen(["ping", "-q", "-n", "-i", "0.005", "-c", "1500", "-W", "5", target], stdout=subprocess.PIPE,
                                    text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
        try:
            time.sleep(1)
            yield
            self.assertIsNone(ping.poll(), "it ended before")
        finally:
            out = ping.communicate(timeout=120)[0]
        sent, received = map(int, re.search(r"(\d+) packets transmitted, (\d+) received", out).groups())
        self.assertGreater(sent, 100, out)
        self.assertEqual(received, sent, out)

    def test_not_a_packet_is_lost(self):
        before = self.client.state()
        self.made()
        self.reaches(self.client, INTERNET)
        index = self.index()
        with self.flood(INTERNET):
            self.up(self.client, "client adopt he6")
        self.whole(index)
        self.up(self.client, "client check he6")
        self.assertEqual(len(self.client.routes("default6/0")), 1)
        self.assertIn("already", self.tell(self.client, "client adopt he6").err)
        path = f"{self.lab.files}/he6.conf"  # what a kill before the end may have left out
        self.assertIn("already", self.tell(self.client, f"--save -f {path} client adopt he6").err)
        self.up(self.client, f"-f {path} client check he6")
        with open(path, encoding="ascii") as file:
            self.assertIn(f"remote = {SERVER4}\n", file.read())
        os.unlink(path)
        with self.flood(INTERNET):
            self.up(self.client, f"client up he6 remote {SERVER4} local {CLIENT4} ttl 99 mtu 1380 address {PAIR[1]}/127 "
                                 f"address 2001:db8:100::13/128 gateway {PAIR[0]} metric 77 prefix {PREFIX}")
        self.assertEqual(self.index(), index)
        self.up(self.client, "client down he6")
        self.same(before, self.client, "after down")

    def test_a_route_by_the_device_alone(self):
        self.made(f"""
            link add he6 type sit mode ip6ip remote {SERVER4} ttl 255
            link set he6 up
            addr add {PAIR[1]}/127 dev he6 nodad
            route add ::/0 dev he6""")
        with self.flood(INTERNET):
            self.up(self.client, "client adopt he6")
        self.up(self.client, "client check he6")
        self.assertEqual(self.tell(self.client, f"--dry-run client up he6 remote {SERVER4} address {PAIR[1]}").out, "", "the same")
        self.up(self.client, f"client up he6 remote {SERVER4} address {PAIR[1]} gateway none")
        self.assertEqual([r for r in self.client.routes("unicast") if " he6 " in r and "/0 " in r], [], "the route is ours")

    def test_dry_run_tells_the_commands(self):
        self.made()
        before = self.client.state()
        out = self.tell(self.client, "--dry-run client adopt he6").out
        self.same(before, self.client, "dry run")
        self.assertIn("group 41", out)
        with self.client:
            subprocess.run(["sh", "-e"], input=out, text=True, check=True)
        by_hand = self.client.state()
        self.again()
        self.made()
        self.up(self.client, "client adopt he6")
        self.same(by_hand, self.client, "the commands do the same")

    def test_tos_and_mark_stay(self):
        self.made(f"""
            link add he6 type sit mode ip6ip remote {SERVER4} ttl 64 tos 0x10 fwmark 0x7
            link set he6 up
            addr add {PAIR[1]}/127 dev he6 nodad""")
        self.up(self.client, "client adopt he6")
        link = self.client.links()["he6"]
        self.assertEqual((link["tos"], link["fwmark"], link["ttl"]), (0x10, 7, 64))
        self.assertIn("tos 0x10 fwmark 0x7", " ".join(self.tell(self.client, "client show he6").out.split()))

    def test_what_it_refuses(self):
        subprocess.run(["modprobe", "fou"], check=True)
        for commands, words in (
                (f"link add name he6 type sit mode any remote {SERVER4}", ("protocols other than ipv6", "sitctl doctor")),
                ("link add he6 type sit local 198.51.100.7", ("no remote",)),
                (f"tunnel add he6 mode sit remote {SERVER4}\ntunnel 6rd dev he6 6rd-prefix 2001:db8::/32", ("6rd",)),
                (f"link add he6 type sit mode ip6ip remote {SERVER4} ttl 64 encap fou encap-sport auto encap-dport 5555", ("fou",)),
                (f"tunnel add he6 mode isatap remote {SERVER4}", ("isatap",)),
                (f"tunnel add he6 mode sit remote {SERVER4} nopmtudisc", ("nopmtudisc",)),
                (f"tunnel add he6 mode sit remote {SERVER4}", ("no ipv6 address",)),
                (f"tunnel add he6 mode sit remote {SERVER4} local 192.0.2.77\naddr add 2001:db8:1::3/127 dev he6", ("local",)),
                ("link add he6 type dummy", ("not a sit tunnel",)),
        ):
            with self.subTest(commands=commands):
                self.client.ip(commands)
                self.refused(self.client, "client adopt he6", *words)
                self.client.ip("link del he6")
        self.refused(self.client, "client adopt he6", "no interface")
        self.refused(self.client, "client adopt sit0", "sit0")

    def test_of_mode_any_the_doctor_knows_how_to_make_it_anew(self):
        self.made(f"""
            link add he6 type sit mode any remote {SERVER4} local {CLIENT4} ttl 99
            link set he6 mtu 1400 up
            addr add {PAIR[1]}/127 dev he6 nodad
            route add default via {PAIR[0]} dev he6 metric 77""")
        with self.client:
            told = netlab.finish(netlab.start(self.client, "-j doctor he6"), 60)
            mode = next(found for found in json.loads(told.out)[0]["findings"] if found["cause"] == "device-mode-any")
            subprocess.run(["sh", "-ec", mode["remedy"]], check=True)
        self.up(self.client, "client adopt he6")
        self.reaches(self.client, INTERNET)

    def test_a_refused_step_hands_it_back(self):
        """The last step of all: a route that is in the way, of a kind that nobody looks at before."""
        self.made()
        self.client.ip(f"""
            route del unreachable {PREFIX} metric 4294967295
            route add unreachable {PREFIX} metric 7
            route add blackhole {PREFIX} metric 4294967295""")
        index = self.index()
        with self.flood(INTERNET):
            self.refused(self.client, "client adopt he6", PREFIX, status=1)
        self.assertEqual(self.index(), index)
        # RTM_NEWLINK would take it out of the kernel's table for a moment.
        trace = f"{self.lab.files}/adopt.trace"
        with self.client:
            subprocess.run(["strace", "-o", trace, "-e", "trace=sendto,sendmsg", "-s", "2", netlab.SITCTL, "client", "adopt", "he6"],
                           capture_output=True, check=False)
        with open(trace, encoding="ascii") as file:
            sent = file.read()
        self.assertEqual((sent.count("RTM_SETLINK") > 1, "RTM_NEWLINK" in sent), (True, False), sent)
        self.client.ip(f"route del blackhole {PREFIX} metric 4294967295")
        self.up(self.client, "client adopt he6")
        self.whole(index)

    def test_saved(self):
        self.made()
        path = f"{self.lab.files}/he6.conf"
        self.up(self.client, f"--save --file {path} client adopt he6")
        with open(path, encoding="ascii") as file:
            self.assertEqual(sorted(file.read().split("\n")), sorted(f"""[client]
remote = {SERVER4}
local = {CLIENT4}
address = {PAIR[1]}/127
address = 2001:db8:100::13/128
gateway = {PAIR[0]}
metric = 77
prefix = {PREFIX}
ttl = 99
mtu = 1400
""".split("\n")))

    def test_beside_another_tunnel_unreachable_routes_are_left_alone(self):
        self.made()
        self.client.ip(f"tunnel add other mode sit remote {SERVER4B} local {CLIENT4}")
        self.up(self.client, "client adopt he6")
        self.assertEqual(self.show(self.client, "client show he6")[0]["prefix"], [])
        self.up(self.client, "client down he6")
        self.assertEqual(len(self.client.routes("unreachable")), 1)
