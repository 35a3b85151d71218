# SPDX-License-Identifier: GPL-2.0-or-later
"""nat pass: this host is the NAT in front of a tunnel client; protocol 41 finds its way whoever speaks first, and for ever."""

import os
import subprocess
import time

import netlab
from netlab import CLIENT4, PAIR, PAIR_B, SECOND4, SERVER4, SERVER4B, tracked
import packets

INSIDE, INSIDE_B = "10.0.0.9", "10.0.0.10"
PASS = f"nat pass home remote {SERVER4} to {INSIDE}"
UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
OTHERS = """
    table ip nat {
        chain in { type nat hook prerouting priority dstnat; iifname "wan" ip protocol 41 ip saddr != 192.0.2.0/24 dnat to 10.0.0.77; }
        chain out { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }
    }"""


class Nat(netlab.Case):
    """server - router - the host `client` as NAT box - lan, which is the tunnel client; the NAT forgets after a second."""

    others = "table ip nat { chain out { type nat hook postrouting priority srcnat; oifname wan masquerade; }; }"

    @classmethod
    def prepare(cls):
        cls.client.ip("addr add 10.0.0.1/24 dev lan")
        cls.client.set("net.ipv4.conf.all.forwarding", 1)
        cls.client.nft(cls.others)
        cls.lan.ip(f"addr add {INSIDE}/24 dev eth0\naddr add {INSIDE_B}/24 dev eth0\nroute add default via 10.0.0.1")
        cls.tell(cls(), cls.server, f"server add-peer home remote {CLIENT4} address {PAIR[1]}")
        cls.tell(cls(), cls.lan, UP)

    def setUp(self):
        super().setUp()
        self.remember(1)
        self.addCleanup(self.remember, 600)

    def remember(self, seconds):
        """How long the NAT box knows an idle protocol that has no ports."""
        with self.client.looking(), open("/proc/sys/net/netfilter/nf_conntrack_generic_timeout", "w", encoding="ascii") as file:
            file.write(str(seconds))

    def idle(self):
        """Until the NAT has forgotten: what an hour is with the usual 600 s."""
        end = time.monotonic() + 10
        while tracked(self.client) and time.monotonic() < end:
            time.sleep(0.2)
        self.assertEqual(tracked(self.client), [])

    def first(self, host, target):
        """The very first packet must come through."""
        with packets.Echo(host, target) as echo:
            echo.send()
            self.assertEqual(echo.receive(4), (1, "reply"), f"{host.name} to {target}")


class Pass(Nat):
    def test_without_it_the_server_that_speaks_first_breaks_it(self):
        """What the pass is for; else the next test could not fail."""
        self.assertEqual(packets.ask(self.server, PAIR[1], within=0.5), "silence")
        self.assertEqual(packets.ask(self.lan, PAIR[0], within=0.5), "silence")

    def test_whoever_speaks_first_and_after_an_hour(self):
        self.up(self.client, PASS)
        ways = (self.server, PAIR[1]), (self.lan, PAIR[0])
        for first, second in (ways, ways[::-1]):
            self.first(*first)
            self.first(*second)
            self.idle()
            self.first(*second)
            self.idle()
            self.first(*first)
            self.idle()

    def test_a_stale_entry_goes(self):
        """The server's packet came before the pass: it would stand in the way."""
        self.remember(600)
        packets.ask(self.server, PAIR[1], within=0.3)
        self.assertEqual(len(tracked(self.client, SERVER4)), 1)
        self.assertIn(f"conntrack -D -p 41 --orig-src {SERVER4} --orig-dst {CLIENT4}", self.tell(self.client, "-D " + PASS).out)
        self.up(self.client, PASS)
        self.first(self.server, PAIR[1])
        self.first(self.lan, PAIR[0])
        self.assertEqual(self.tell(self.client, "-D " + PASS).out, "")

    def test_unpass_ends_it(self):
        self.remember(600)
        before = self.client.state()
        self.up(self.client, PASS)
        self.first(self.server, PAIR[1])
        self.up(self.client, "nat unpass home")
        self.same(before, self.client)
        self.assertEqual(packets.ask(self.server, PAIR[1], within=0.5), "silence")

    def test_a_healthy_pass_is_healthy(self):
        """Whoever spoke first: the entry of a pass that works is none that is to go."""
        self.remember(600)
        self.up(self.client, PASS)
        for host, target in ((self.lan, PAIR[0]), (self.server, PAIR[1])):
            with self.client:
                subprocess.run(["conntrack", "-F"], capture_output=True, check=True)
            self.first(host, target)
            self.assertEqual(len(tracked(self.client)), 1)
            self.tell(self.client, "nat check")
            self.assertEqual(self.tell(self.client, "-D " + PASS).out, "")
            plan = self.tell(self.client, "-D nat unpass home").out
            self.assertEqual(plan.count("conntrack -D"), 1)
        with self.client:
            subprocess.run(["sh", "-e"], input=plan, text=True, check=True, capture_output=True)
        self.assertEqual(tracked(self.client), [])

    def test_unpass_after_a_kill(self):
        """Killed when the rules were gone and the entry was not: the next one ends the work."""
        self.remember(600)

        def unpass(inject="trace=sendto"):
            with self.client:
                done = subprocess.run(["strace", "-f", "-e", "trace=sendto", "-e", inject, netlab.SITCTL, "nat", "unpass", "home"],
                                      capture_output=True, text=True, check=False)
            return done.stderr.count("sendto(")
        for when in (0, -3, -2, -1):    # the last message removes the entry, the one before it the rules
            self.up(self.client, PASS)
            self.first(self.server, PAIR[1])
            if not when:
                messages = unpass()
                continue
            unpass(f"inject=sendto:signal=KILL:when={messages + when + 1}")
            if not self.show(self.client, "nat show"):
                break
        self.assertEqual(self.show(self.client, "nat show"), [], "no kill hit between the two")
        self.assertNotEqual(tracked(self.client), [])
        self.tell(self.client, "nat unpass home")
        self.assertEqual(tracked(self.client), [])

    def test_another_inside_host(self):
        """Changed while it is up: the old one gets nothing any more, whatever was tracked."""
        self.remember(600)
        self.up(self.client, PASS)
        self.first(self.server, PAIR[1])
        self.first(self.lan, PAIR[0])
        self.up(self.client, PASS.replace(INSIDE, INSIDE_B))
        with packets.Wire(self.lan, "eth0") as wire:
            packets.ask(self.server, PAIR[1], within=0.3)
            self.assertEqual({p["to"] for p in wire.packets()}, {INSIDE_B})
        self.tell(self.client, "nat check")

    def test_only_that_server_and_that_interface(self):
        self.up(self.client, PASS)
        for host, source, passed in ((self.server, SERVER4, True), (self.server, SERVER4B, False), (self.second, SECOND4, False)):
            host.ip(f"tunnel add x mode sit remote {CLIENT4} local {source} ttl 9" if source != SERVER4 else "link show lo")
            if source != SERVER4:
                host.ip("link set x up\naddr add 2001:db8:9::2/127 dev x nodad")
            with packets.Wire(self.lan, "eth0") as wire, self.subTest(source):
                packets.ask(host, PAIR[1] if source == SERVER4 else "2001:db8:9::3", within=0.3)
                self.assertEqual(any(p["from"] == source for p in wire.packets()), passed)
            if source != SERVER4:
                host.ip("link del x")

    def test_what_goes_through_is_left_alone(self):
        """Protocol 41 of that server to somebody behind this host, not to this host: no business of ours."""
        self.inet.ip(f"route add 10.0.0.0/24 via {CLIENT4}")
        self.up(self.client, PASS)
        with packets.Wire(self.lan, "eth0") as wire:
            self.server.ip(f"tunnel add x mode sit remote {INSIDE_B} local {SERVER4B} ttl 9\nlink set x up\n"
                           "addr add 2001:db8:9::2/127 dev x nodad\nroute add 10.0.0.0/24 via 203.0.113.254")
            packets.ask(self.server, "2001:db8:9::3", within=0.3)
            self.assertEqual({p["to"] for p in wire.packets()}, {INSIDE_B})

    def test_forwarding_is_switched_on_and_off(self):
        self.client.set("net.ipv4.conf.all.forwarding", 0)
        before = self.client.state()
        self.up(self.client, PASS)
        self.assertEqual([self.client.get(f"net.ipv4.conf.{dev}.forwarding") for dev in ("wan", "lan", "all")], ["1", "1", "0"])
        self.first(self.server, PAIR[1])
        self.idle()
        self.first(self.lan, PAIR[0])
        self.up(self.client, "nat unpass home")
        self.assertEqual([self.client.get(f"net.ipv4.conf.{dev}.forwarding") for dev in ("wan", "lan", "all")], ["0", "0", "0"])
        self.same(before, self.client)


    def test_somebody_switches_forwarding_on_meanwhile(self):
        self.client.set("net.ipv4.conf.all.forwarding", 0)
        self.up(self.client, PASS)
        self.client.set("net.ipv4.conf.all.forwarding", 1)
        done = self.tell(self.client, "nat unpass home")
        self.assertIn("net.ipv4.conf.all.forwarding is 1", done.err)
        self.assertEqual([self.client.get(f"net.ipv4.conf.{dev}.forwarding") for dev in ("wan", "lan", "all")], ["1", "1", "1"])

    def test_the_inside_goes_down_and_comes_up(self):
        self.client.set("net.ipv4.conf.all.forwarding", 0)
        self.up(self.client, PASS)
        self.client.ip("link set lan down")
        self.tell(self.client, "nat check")
        self.tell(self.client, PASS)
        self.client.ip("link set lan up")
        self.tell(self.client, "nat check")
        self.first(self.server, PAIR[1])

    def test_an_inside_host_that_is_outside(self):
        done = self.tell(self.client, f"nat pass home remote {SERVER4} to 10.9.9.9")
        self.assertIn("10.9.9.9 through wan, the outside interface", done.err)


class Words(Nat):
    def test_one_inside_host_for_a_server(self):
        self.up(self.client, PASS)
        done = self.refused(self.client, f"nat pass other remote {SERVER4} to {INSIDE_B}", SERVER4, INSIDE, "home", "already", status=2)
        self.assertIn("protocol 41 has no ports", done.err)
        self.up(self.client, f"nat pass other remote {SERVER4B} to {INSIDE}")
        self.refused(self.client, f"nat pass other remote {SERVER4} to {INSIDE}", "already", status=2)
        self.up(self.client, "nat unpass home")
        self.up(self.client, f"nat pass other remote {SERVER4} to {INSIDE_B}")

    def test_refused(self):
        words = "nat pass home remote {} to {}"
        for text, *why in ((words.format(SERVER4, CLIENT4), "this host"), (words.format(CLIENT4, INSIDE), "this host"),
                           (words.format(SERVER4, "10.0.0.1"), "this host", "client up"), (words.format(SERVER4, SERVER4), "itself"),
                           (words.format(SERVER4, INSIDE) + " interface nosuch", "nosuch", "no interface"),
                           ("nat pass home remote 203.0.113.1", "'to' is missing"), ("nat pass home to 10.0.0.9", "'remote' is missing"),
                           (words.format(SERVER4, "10.0.0"), "10.0.0"), (words.format(SERVER4, "2001:db8::1"), "2001:db8::1"),
                           (words.format(SERVER4, INSIDE) + " too 10.0.0.1", "to"), ("nat pass", "name"), ("nat unpass", "name"),
                           ("nat pass a/b remote 203.0.113.1 to 10.0.0.9", "a/b"), ("nat passs", "pass")):
            with self.subTest(text):
                self.refused(self.client, text, *why, status=2)

    def test_beside_a_tunnel_of_its_own(self):
        self.tell(self.client, f"client up own remote {SERVER4} address {PAIR_B[1]} gateway none")
        self.refused(self.client, PASS, "own", SERVER4, status=2)
        self.up(self.client, "client down own")
        self.up(self.client, PASS)
        self.refused(self.client, f"client up own remote {SERVER4} address {PAIR_B[1]}", "nat unpass home", status=2)
        self.tell(self.client, "server up uplink wan")
        self.refused(self.client, f"server add-peer own remote {SERVER4} address {PAIR_B[1]}", "nat unpass home", status=2)

    def test_no_route(self):
        self.client.ip("route del default")
        self.refused(self.client, PASS, "no route", "interface IFACE", status=2)
        self.up(self.client, PASS + " interface wan")
        done = self.tell(self.client, "nat pass far remote 192.0.2.77 to 172.16.0.1 interface wan")
        self.assertIn("no route to 172.16.0.1", done.err)

    def test_twice_shown_checked_repaired(self):
        self.up(self.client, PASS)
        before = self.client.state()
        self.up(self.client, PASS)
        self.same(before, self.client)
        wanted = {"role": "nat", "name": "home", "remote": SERVER4, "to": INSIDE, "interface": "wan"}
        self.assertEqual(self.show(self.client, "nat show"), [wanted])
        self.assertEqual(self.show(self.client, "nat show home"), [wanted])
        self.tell(self.client, "nat show nosuch", status=1)
        self.assertEqual(self.tell(self.client, "nat show").out.split(),
                         ["home:", "pass", "remote", SERVER4, "to", INSIDE, "interface", "wan"])
        self.tell(self.client, "check")
        self.client.nft("flush ruleset\n" + before.rules)      # saved and loaded again
        self.same(before, self.client)
        self.tell(self.client, "check")
        self.client.nft("delete table inet sitctl")
        for words in ("check", "nat check", "nat check home"):
            self.assertIn(PASS + " interface wan", self.tell(self.client, words, status=3).out)
        self.assertEqual(self.show(self.client, "nat show"), [])
        self.up(self.client, PASS)
        self.same(before, self.client)

    def test_a_lost_journal(self):
        self.up(self.client, PASS)
        before = self.client.state()
        for entry in os.scandir(netlab.RUN):
            if "nat home" in open(os.path.join(entry.path, "journal"), encoding="ascii").read():
                os.unlink(os.path.join(entry.path, "journal"))
        self.assertEqual(self.show(self.client, "nat show")[0]["to"], INSIDE)
        self.assertIn("not recorded", self.tell(self.client, "check", status=3).out)
        self.up(self.client, PASS)
        self.same(before, self.client)
        self.tell(self.client, "check")

    def test_nothing_to_end(self):
        done = self.tell(self.client, "nat unpass home")
        self.assertIn("nothing to remove", done.err)

    def test_a_dry_run_by_hand(self):
        """The commands that --dry-run prints make the state that sitctl then finds to be right."""
        start = self.client.state()
        for words in (PASS, PASS.replace(INSIDE, INSIDE_B), "nat unpass home"):
            plan = self.tell(self.client, "--dry-run " + words).out
            with self.client:
                subprocess.run(["sh", "-e"], input=plan, text=True, check=True)
            by_hand = self.client.state()
            self.tell(self.client, words)
            self.same(by_hand, self.client)
        self.same(start, self.client)


class BesideOthers(Nat):
    """A rule of somebody else that would send all protocol 41 to another host comes after ours."""

    others = OTHERS

    def test_ours_goes_first(self):
        self.up(self.client, PASS)
        self.first(self.server, PAIR[1])
        self.idle()
        self.first(self.lan, PAIR[0])
