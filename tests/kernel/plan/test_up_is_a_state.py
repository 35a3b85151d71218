# SPDX-License-Identifier: GPL-2.0-or-later
"""`up` is a state: twice is once, other values change in place, `down` leaves what was before, the dry run does the same."""

import re
import shlex
import subprocess

import netlab
from netlab import CLIENT4, ON_LINK, PAIR, PAIR_B, PREFIX, SECOND4, SERVER4
import netlink as nl
import packets

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
BOB = f"server add-peer bob remote {SECOND4} address {PAIR_B[1]}"
NEAR = f"server add-peer near remote {CLIENT4} address {ON_LINK[1]}"
FULL = UP + (f" local {CLIENT4} gateway {PAIR[0]} metric 77 prefix {PREFIX} prefix 2001:db8:200::/48,lan dev wan ttl 64 mtu 1400"
             " address 2001:db8:1:77::1/64")

CLIENTS = {"plain": UP, "full": FULL, "untracked off": UP + " notrack off", "no gateway": UP + " gateway none",
           "prefix": UP + f" prefix {PREFIX}", "lan": UP + f" prefix {PREFIX},lan", "inherit": UP + " ttl inherit"}
SERVERS = {"plain": [ALICE], "two": [ALICE, BOB], "prepared": ["server up ttl 64", ALICE],
           "prefixes": [ALICE + f" prefix {PREFIX} prefix 2001:db8:180::/48 mtu 1400"],
           "proxies": [NEAR + " prefix 2001:db8::b0/124"], "long": [ALICE + "/64 server-address 2001:db8:1::77 dev tun0"]}
SERVER_DOWN = ["server down"]


class TwiceIsOnce(netlab.Case):
    weight = 26

    def silent(self, host, commands):
        for words in commands:
            self.up(host, words)
        before = host.state()
        with host:
            listener, generation = nl.Listener(), nl.generation()
        with listener:
            listener.quiet()
            for words in commands:
                self.up(host, words)
            heard = listener.heard()
        self.assertEqual([words for words, _, _ in heard], [], "announced by the kernel during the second run")
        with host:
            self.assertEqual(nl.generation(), generation, "nf_tables was written to")
        self.same(before, host)

    def test_client(self):
        for name, words in CLIENTS.items():
            with self.subTest(name):
                self.silent(self.client, [words])
                self.up(self.client, "client down t1")

    def test_server(self):
        for name, commands in SERVERS.items():
            with self.subTest(name):
                self.silent(self.server, commands)
                self.up(self.server, "server down")

    def test_the_listener_hears(self):
        """What the tests above call silence is silence: one small change is heard, on both sockets."""
        self.up(self.client, UP)
        with self.client:
            listener = nl.Listener()
        with listener:
            listener.quiet()
            self.up(self.client, UP + " mtu 1400")
            self.assertIn("new link", [words for words, _, _ in listener.heard()])
            self.up(self.client, UP + " mtu 1400 notrack off")
            self.assertRegex(" ".join(words for words, _, _ in listener.heard()), "nf_tables")


class BeforeAndAfter(netlab.Case):
    def test_client(self):
        for name, words in CLIENTS.items():
            with self.subTest(name):
                before = self.client.state()
                self.up(self.client, words)
                self.assertNotEqual(before.lines, self.client.state().lines)
                self.up(self.client, "client down t1")
                self.same(before, self.client, "down left something")

    def test_server(self):
        for name, commands in SERVERS.items():
            with self.subTest(name):
                before = self.server.state()
                for words in commands:
                    self.up(self.server, words)
                self.up(self.server, "server down")
                self.same(before, self.server, "down left something")

    def test_foreign_things_stay_as_they_are(self):
        self.client.ip(f"""
            tunnel add mine mode sit remote {SECOND4} ttl 64
            link set mine up
            link set mine group 41
            addr add 2001:db8:1:50::1/64 dev mine nodad
            route add 2001:db8:51::/48 dev mine proto 41
            route add ::/0 dev mine metric 4000 proto 41
            neigh add proxy 2001:db8:1:50::9 dev wan
            route add unreachable 2001:db8:52::/48""")
        self.client.nft("table inet filter { chain input { type filter hook input priority 0; ip protocol 41 accept; }; }")
        before = self.client.state()
        self.up(self.client, FULL)
        self.up(self.client, UP)
        self.up(self.client, "client down t1")
        self.same(before, self.client, "down took something foreign")

    def test_two_clients_share_what_they_share(self):
        before = self.client.state()
        self.up(self.client, f"client up t2 remote {netlab.SERVER4B} address 2001:db8:1::9 gateway none prefix {PREFIX},lan")
        middle = self.client.state()
        self.up(self.client, UP + " prefix 2001:db8:101::/64,lan")
        self.up(self.client, "client down t1")
        self.same(middle, self.client, "the first tunnel lost something to the second")
        self.up(self.client, "client down t2")
        self.same(before, self.client, "down left something")


class Changes(netlab.Case):
    """Other values: changed in place, under a running ping."""

    weight = 40

    @classmethod
    def prepare(cls):
        netlab.far_router(cls.server)

    # words to add, what the link then has, packets that may be lost: the kernel takes a sit device out of its
    # table while it changes the tunnel's own parameters (ipip6_tunnel_update(), net/ipv6/sit.c), and a packet
    # that comes just then is lost, whoever asked for the change; once for the change, once for the way back.
    STEPS = (("mtu 1400", {"mtu": 1400}, 0), ("ttl 64", {"ttl": 64}, 2), (f"local {CLIENT4}", {"local": CLIENT4}, 2),
             ("metric 5", {}, 0), (f"gateway {PAIR[0]}", {}, 0), ("address 2001:db8:1:77::1/64", {}, 0),
             (f"prefix {PREFIX}", {}, 0), ("notrack off", {}, 0), ("source-filter off", {}, 0), ("dev wan", {}, 2))

    def change(self, words, facts):
        self.up(self.client, UP)
        index = self.client.links()["t1"]["index"]
        with packets.Stream(self.client, PAIR[0], interval=0.03) as stream:
            self.up(self.client, f"{UP} {words}")
            stream.wait_for()
            there = self.client.links()["t1"]
            self.assertEqual(there["index"], index, "a new device")
            self.assertIn(f"{PAIR[1]}/127", self.client.addresses("t1"))
            self.assertEqual({k: there[k] for k in facts}, facts)
            self.up(self.client, UP)
            stream.wait_for()
        self.assertGreater(len(stream.answered), 9)
        return stream.lost

    def test_a_running_ping_loses_nothing(self):
        for words, facts, may in self.STEPS:
            with self.subTest(words):
                self.assertLessEqual(len(self.change(words, facts)), may)

    def test_a_change_and_back_is_the_same_state(self):
        self.up(self.client, UP)
        before = self.client.state()
        for words in [step[0] for step in self.STEPS] + [f"prefix {PREFIX},lan", "mtu 1280 ttl inherit metric 9"]:
            with self.subTest(words):
                self.up(self.client, f"{UP} {words}")
                self.assertNotEqual(before.difference(self.client.state()), "", "nothing changed")
                self.up(self.client, UP)
                self.same(before, self.client, "not the first state again")

    def test_only_what_changed_is_touched(self):
        self.up(self.client, UP)
        for words in ("mtu 1400", "mtu 1400 ttl 64"):
            with self.subTest(words):
                with self.client:
                    listener = nl.Listener()
                with listener:
                    listener.quiet()
                    self.up(self.client, f"{UP} {words}")
                    kinds = {said for said, _, _ in listener.heard()}
                self.assertIn("new link", kinds)
                self.assertEqual(kinds & {"del link", "del address", "del route", "new address"}, set())
                self.assertFalse([k for k in kinds if k.startswith("nf_tables")], kinds)

    def test_what_somebody_broke_is_put_right(self):
        self.up(self.client, FULL)
        wanted = self.client.state()
        for words in ("link set t1 mtu 1300", "link set t1 down", f"addr del {PAIR[1]}/127 dev t1",
                      f"route del ::/0 via {PAIR[0]} dev t1 metric 77", "tunnel change t1 ttl 5",
                      f"route del unreachable {PREFIX} metric 4294967295", "addr del 2001:db8:200::1/64 dev lan", "link del t1"):
            with self.subTest(words):
                self.client.ip(words)
                self.assertNotEqual(wanted.difference(self.client.state()), "", "nothing broke")
                self.up(self.client, FULL)
                self.same(wanted, self.client, "not repaired")

    def test_a_flushed_ruleset_is_put_right(self):
        self.up(self.client, UP)
        wanted = self.client.state()
        self.client.nft("flush ruleset")
        self.assertNotEqual(wanted.difference(self.client.state()), "")
        self.up(self.client, UP)
        self.same(wanted, self.client, "not repaired")


class DryRun(netlab.Case):
    weight = 28

    def by_hand(self, host, words):
        before = host.state()
        done = self.tell(host, "-D " + words)
        self.same(before, host, f"a dry run changed something: {done}")
        self.assertEqual(done.err, "", str(done))
        self.assertNotEqual(done.out.strip(), "", str(done))
        for line in re.sub(r"^nft '\n(    .+\n)+    .+'$", "nft", done.out.strip(), flags=re.M).splitlines():
            self.assertIn(shlex.split(line)[0], ("ip", "sysctl", "nft"), f"not a command: {line}")
        with host:
            shell = subprocess.run(["sh", "-e"], input=done.out, capture_output=True, text=True, check=False)
        self.assertEqual(shell.returncode, 0, f"{shell.stderr}\n{done.out}")
        return done.out

    def same_by_hand(self, host, commands, down):
        before = host.state()
        for words in commands:
            self.up(host, words)
        wanted = host.state()
        self.assertNotEqual(before.lines, wanted.lines)
        for words in down:
            self.up(host, words)
        self.same(before, host)
        text = "".join(self.by_hand(host, words) for words in commands)
        self.same(wanted, host, f"by hand (-) and by sitctl (+) differ:\n{text}")
        self.again()

    def test_client(self):
        for name in ("plain", "full", "lan", "inherit"):
            with self.subTest(name):
                self.same_by_hand(self.client, [CLIENTS[name]], ["client down t1"])

    def test_server(self):
        for name in ("plain", "prefixes", "proxies"):
            with self.subTest(name):
                self.same_by_hand(self.server, SERVERS[name], SERVER_DOWN)

    def test_a_change(self):
        self.up(self.client, UP)
        self.up(self.client, FULL)
        wanted = self.client.state()
        self.up(self.client, UP)
        text = self.by_hand(self.client, FULL)
        self.same(wanted, self.client, f"by hand:\n{text}")

    def test_down(self):
        for host, up, down in ((self.client, FULL, "client down t1"), (self.server, NEAR, "server down")):
            with self.subTest(down):
                before = host.state()
                self.up(host, up)
                text = self.by_hand(host, down)
                self.same(before, host, f"by hand:\n{text}")

    def test_nothing_to_do_prints_nothing(self):
        self.up(self.client, UP)
        self.assertEqual(self.up(self.client, "--dry-run " + UP).out, "")
        self.assertEqual(self.show(self.client, "--dry-run " + UP), [])

    def test_json(self):
        before = self.client.state()
        plan = self.show(self.client, "-D " + FULL)
        self.assertGreater(len(plan), 4)
        for step in plan:
            self.assertLessEqual({"op", "kind"}, set(step), step)
        self.same(before, self.client)

    def test_a_wrong_word_is_wrong_in_a_dry_run_too(self):
        self.refused(self.client, "-D " + UP + " mtu 1", "mtu", status=2)
        self.refused(self.client, "-D " + UP + " local 203.0.113.77", "203.0.113.77", CLIENT4)
