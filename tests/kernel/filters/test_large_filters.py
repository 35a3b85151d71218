# SPDX-License-Identifier: GPL-2.0-or-later
"""Others' sets are asked for the one element that counts; others' rules are looked at once, up to a bound, and without the lock."""

import netlab
from netlab import PAIR, SERVER4
import doctor
import packets
import ptraced

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
OTHER = "client up t2 remote 203.0.113.2 address 2001:db8:7::2 gateway none"
FOUND = f"protocol 41 from {SERVER4}"
GLANCE = 300        # FILTERS_GLANCE of lib/filters/filters.h
CUT = f"only the first {GLANCE} chains and rules of other programs were examined, so others may drop the tunnel's traffic; " \
    "run 'sitctl doctor t1' to examine more of them"
# More elements on either side, that the one which counts is not the first or the last.
MORE = "10.0.0.1, 10.0.0.3, 192.0.2.1, 224.0.0.1"
RANGES = "10.0.0.0/8, 192.0.2.0-192.0.2.7, 224.0.0.0/4"

# Sets and maps, of which the rule drops the tunnel's packets.
DROPPING = {
    "plain": ("set s { type ipv4_addr; elements = { %s, 203.0.113.1 }; }" % MORE, "ip saddr @s drop"),
    "plain, of one byte": ("", "ip protocol { icmp, ipv6 } drop"),
    "plain, not in it": ("set s { type ipv4_addr; elements = { %s }; }" % MORE, "ip saddr != @s drop"),
    "plain, empty, not in it": ("set s { type ipv4_addr; }", "ip saddr != @s drop"),
    "interval": ("set s { type ipv4_addr; flags interval; elements = { %s, 203.0.113.0/24 }; }" % RANGES, "ip saddr @s drop"),
    "interval, its first": ("set s { type ipv4_addr; flags interval; elements = { %s, 203.0.113.1-203.0.113.9 }; }" % RANGES, "ip saddr @s drop"),
    "interval, its last": ("set s { type ipv4_addr; flags interval; elements = { %s, 203.0.112.0-203.0.113.1 }; }" % RANGES, "ip saddr @s drop"),
    "interval, of one": ("set s { type ipv4_addr; flags interval; elements = { %s, 203.0.113.1 }; }" % RANGES, "ip saddr @s drop"),
    "interval, beside another": ("set s { type ipv4_addr; flags interval; elements = { 203.0.113.0, 203.0.113.1-203.0.113.4 }; }",
                                 "ip saddr @s drop"),
    "interval, not in it": ("set s { type ipv4_addr; flags interval; elements = { %s }; }" % RANGES, "ip saddr != @s drop"),
    "concatenated": ("", "ip saddr . ip protocol { 10.0.0.1 . tcp, 203.0.113.1 . ipv6 } drop"),
    "concatenated intervals": ("set s { type ipv4_addr . inet_proto; flags interval; elements = "
                               "{ 10.0.0.0/8 . tcp, 203.0.113.0/24 . 40-42 }; }", "ip saddr . ip protocol @s drop"),
    "interface": ("set s { type ifname; elements = { lo, lan, wan }; }", "iifname @s drop"),
    "interface, not in it": ("set s { type ifname; elements = { lo, lan }; }", "iifname != @s drop"),
    "interface and address": ("", 'iifname . ip saddr { "lan" . 203.0.113.1, "wan" . 203.0.113.1 } drop'),
    "verdict map": ("", "ip protocol vmap { tcp : accept, ipv6 : drop }"),
    "verdict map of intervals": ("chain no {\ndrop\n}", "ip saddr vmap { 10.0.0.0/8 : accept, 203.0.113.0/24 : jump no, 224.0.0.0/4 : accept }"),
    "verdict map of concatenations": ("chain no {\ndrop\n}", 'iifname . ip protocol vmap { "lan" . ipv6 : accept, "wan" . ipv6 : goto no }'),
    "all others": ("", "ip saddr { 10.0.0.1, * } drop"),
    "verdict map, all others": ("", "ip saddr vmap { 10.0.0.1 : accept, * : drop }"),
}

# The same, where they let them in.
PASSING = {
    "plain": ("set s { type ipv4_addr; elements = { %s, 203.0.113.2 }; }" % MORE, "ip saddr @s drop"),
    "plain, empty": ("set s { type ipv4_addr; }", "ip saddr @s drop"),
    "plain, not in it": ("set s { type ipv4_addr; elements = { %s, 203.0.113.1 }; }" % MORE, "ip saddr != @s drop"),
    "plain, of one byte": ("", "ip protocol { icmp, tcp } drop"),
    "interval": ("set s { type ipv4_addr; flags interval; elements = { %s }; }" % RANGES, "ip saddr @s drop"),
    "interval, behind its last": ("set s { type ipv4_addr; flags interval; elements = { 203.0.112.0-203.0.113.0 }; }", "ip saddr @s drop"),
    "interval, before its first": ("set s { type ipv4_addr; flags interval; elements = { 203.0.113.2-203.0.113.9 }; }", "ip saddr @s drop"),
    "interval, not in it": ("set s { type ipv4_addr; flags interval; elements = { %s, 203.0.113.0/24 }; }" % RANGES, "ip saddr != @s drop"),
    "concatenated": ("", "ip saddr . ip protocol { 10.0.0.1 . ipv6, 203.0.113.1 . tcp } drop"),
    "concatenated intervals": ("set s { type ipv4_addr . inet_proto; flags interval; elements = "
                               "{ 10.0.0.0/8 . 40-42, 203.0.113.0/24 . 0-40 }; }", "ip saddr . ip protocol @s drop"),
    "interface": ("set s { type ifname; elements = { lo, lan }; }", "iifname @s drop"),
    "verdict map": ("", "ip protocol vmap { tcp : drop, ipv6 : accept }"),
    "verdict map of intervals": ("chain no {\ndrop\n}", "ip saddr vmap { 10.0.0.0/8 : jump no, 203.0.113.0/24 : accept, 224.0.0.0/4 : drop }"),
    "verdict map, all others": ("", "ip saddr vmap { 203.0.113.1 : accept, * : drop }"),
}


def table(more, *rules):
    return f"table ip guard {{\n{more}\nchain in {{\ntype filter hook input priority 0\n" + "\n".join(rules) + "\n}\n}\n"


def passed(count):
    """Rules that do not concern the tunnel."""
    return [f"ip saddr 10.{n >> 16}.{n >> 8 & 255}.{n & 255} drop" for n in range(count)]


class Case(doctor.Case):
    """The client filters what it takes in; its far end is a plain tunnel of the server."""

    @classmethod
    def prepare(cls):
        cls.server.ip(netlab.FAR_SERVER)

    def rules(self, script):
        """The only ones of others."""
        self.client.nft("table ip guard\ndelete table ip guard\n" + script)


class Sets(Case):
    def test_dropping(self):
        self.up(self.client, UP)
        for name, (more, rule) in DROPPING.items():
            with self.subTest(name):
                self.rules(table(more, "iif lo accept", rule))
                self.assertIn(FOUND, self.tell(self.client, UP).err)
                self.assertNotEqual(packets.ask(self.client, PAIR[0], within=0.4), "reply", "it is not dropped at all")

    def test_passing(self):
        self.up(self.client, UP)
        for name, (more, rule) in PASSING.items():
            with self.subTest(name):
                self.rules(table(more, "iif lo accept", rule))
                self.up(self.client, UP)
                self.assertEqual(packets.ask(self.client, PAIR[0]), "reply", "it is dropped")


class Bound(Case):
    def test_a_rule_behind_many(self):
        self.rules(table("", *passed(GLANCE - 100), "drop"))
        self.assertIn(FOUND, self.tell(self.client, UP).err)

    def test_more_rules_than_are_looked_at(self):
        """`up` says that it does not know; the doctor, who looks at more, does."""
        self.rules(table("", *passed(GLANCE), "drop"))
        done = self.tell(self.client, UP)
        self.assertIn(CUT, done.err)
        self.assertNotIn("of table ", done.err)
        self.assertIn("input-dropped", self.examine(self.client).findings)

    def test_a_rule_before_the_bound(self):
        """What was found is found, whatever follows."""
        self.rules(table("", "ip protocol ipv6 drop", *passed(GLANCE)))
        self.assertIn(FOUND, self.tell(self.client, UP).err)
        self.rules(table("", "ip protocol ipv6 accept", *passed(GLANCE)))
        self.up(self.client, UP)

    def test_more_chains_than_are_looked_at(self):
        """The policy of one that was not told of is not taken for its absence."""
        chains = "".join(f"chain c{n} {{\n}}\n" for n in range(GLANCE))
        self.rules(f"table ip guard {{\n{chains}chain in {{ type filter hook input priority 0; policy drop; }}\n}}\n")
        self.assertIn(CUT, self.tell(self.client, UP).err)

    def test_others_rules_elsewhere(self):
        """Chains that the packets do not meet are no matter."""
        self.rules(table(f"chain aside {{\n{chr(10).join(passed(2 * GLANCE))}\n}}\nchain on {{ type filter hook forward priority 0; jump aside; }}"))
        self.up(self.client, UP)

    def test_chains_that_double(self):
        """Each jumps twice to the next, 14 deep: a packet meets 200,000 rules, and then the one that counts."""
        for first, last, found in (("meta mark 1 accept", "ip saddr 10.0.0.1 drop", "chain 'in'"),
                                   ("meta mark 1 accept", "ip saddr 203.0.113.1 drop", "chain 'c13'"),
                                   ("meta mark 1 return", "ip saddr 203.0.113.1 drop", "chain 'in'")):
            chains = "".join(f"chain c{n} {{\n{first}\njump c{n + 1}\njump c{n + 1}\n}}\n" for n in range(12, -1, -1))
            with self.subTest(found):
                self.rules(table(f"chain c13 {{\n{last}\n}}\n{chains}", *["jump c0"] * 8, "ip protocol ipv6 drop"))
                self.assertIn(f"{found} of table 'ip guard': the rule with handle", self.tell(self.client, UP).err)

    def test_legacy(self):
        script = "*filter\n" + "".join(f"-A INPUT -s 10.{n >> 16}.{n >> 8 & 255}.{n & 255} -j DROP\n" for n in range(GLANCE)) + \
            "-A INPUT -p 41 -j DROP\nCOMMIT\n"
        self.addCleanup(self.do, self.client, "iptables-legacy -F; true")
        done = self.do(self.client, f"iptables-legacy-restore <<'END'\n{script}END")
        if done.returncode:
            self.skipTest(done.stderr.strip())
        self.assertIn(CUT, self.tell(self.client, UP).err)
        self.assertIn("input-dropped", self.examine(self.client).findings)


@ptraced.traceable
class Lock(Case):
    def test_others_wait_for_nothing(self):
        """While others' rules are looked at, another sitctl changes the host."""
        self.rules(table("", *passed(GLANCE // 2), "ip saddr { 10.0.0.1, 10.0.0.2 } drop"))
        self.up(self.client, UP)
        status, calls, said = ptraced.stopped(self.client, UP, lambda _: False, None)
        self.assertEqual((status, said, calls[-2]), (0, "", "sendto"))
        done = []
        status, _, said = ptraced.stopped(self.client, UP, lambda so_far: len(so_far) == len(calls) - 1,
                                          lambda _: done.append(netlab.run(self.client, OTHER)))
        self.assertEqual((status, said), (0, ""))
        self.assertEqual([(d.status, d.err) for d in done], [(0, "")])
        self.assertIn("t2", self.client.links())
