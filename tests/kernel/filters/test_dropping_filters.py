# SPDX-License-Identifier: GPL-2.0-or-later
"""Somebody else's filter would drop what a tunnel is for: sitctl says so, rightly, and its remedy is one."""

import contextlib
import os
import subprocess

import netlab
from netlab import CLIENT4, INTERNET, PAIR, SERVER4
import packets
from rulesets import DROPPING, PASSING, nft, tables

ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix 2001:db8:100::/48"


class Policy(netlab.Case):
    """The server's peer is made with `ip` alone; the client pings through the server, and is pinged."""

    @classmethod
    def prepare(cls):
        cls.client.ip(f"""
            tunnel add far mode sit remote {SERVER4} local {CLIENT4} ttl 255
            link set far up
            addr add {PAIR[1]}/127 dev far nodad
            route add 2001:db8::/32 dev far""")

    def sh(self, host, commands):
        with host:
            done = subprocess.run(["sh", "-ec", "\n".join(commands)], capture_output=True, text=True, check=False)
        if "legacy" in commands[0] and "can't initialize" in done.stderr:
            self.skipTest(done.stderr.strip())
        self.assertEqual(done.returncode, 0, done.stderr)

    @staticmethod
    def passes(client, inet):
        return all(packets.ask(a, b, within=0.3) == "reply" for a, b in ((client, INTERNET), (inet, PAIR[1])))

    def opens(self, said, alone):
        """What is advised lets the peer ask, and, where it is the only thing that lets anything in, no stranger."""
        self.assertEqual(packets.ask(self.client, INTERNET, within=0.3), "reply", "the remedy is none: " + said)
        if alone:
            self.assertNotEqual(packets.ask(self.inet, PAIR[1], within=0.3), "reply", "it lets strangers in: " + said)

    @contextlib.contextmanager
    def ruled(self, name, commands):
        """With somebody's rules, which go again."""
        with self.subTest(name):
            try:
                self.sh(self.server, commands)
                yield
            finally:
                with self.server:
                    subprocess.run("nft flush ruleset; ip6tables-legacy -P FORWARD ACCEPT; ip6tables-legacy -F; ip6tables-legacy -X; true",
                                   shell=True, stderr=subprocess.DEVNULL, check=False)

    def remedy(self, done):
        self.assertIn("to accept it: ", done.err, str(done))
        return done.err.split("to accept it: ", 1)[1].strip()

    def test_dropping(self):
        for name, commands in DROPPING.items():
            with self.ruled(name, commands):
                done = self.tell(self.server, ALICE)
                self.assertEqual(done.err.count("\n"), 1, str(done))
                self.assertIn("FORWARD" if "ip6tables" in name else "through", done.err, str(done))
                self.assertIn("'ip6 filter'" if "ip6" in name else "'inet filter'", done.err)
                by = "its policy" if "policy" in name or "answers" in name else "rule 2" if "legacy" in name else r"the rule with handle \d+"
                self.assertRegex(done.err, f": {by} drops ")
                self.assertFalse(self.passes(self.client, self.inet), "it is not dropped at all: " + done.err)
                self.sh(self.server, [self.remedy(done)])
                self.opens(done.err, alone=name.endswith(("policy", "policy of ip6")))
                self.up(self.server, ALICE)

    def test_passing(self):
        for name, commands in PASSING.items():
            with self.ruled(name, commands):
                self.up(self.server, ALICE)
                self.assertTrue(self.passes(self.client, self.inet), "it is dropped")

    def test_before_the_first_peer(self):
        with self.ruled("policy", DROPPING["policy"]):
            done = self.tell(self.server, "server up")
            self.assertIn("'through'", done.err)
            self.assertEqual(self.tell(self.server, "-q server up").err, "")
            self.sh(self.server, [self.remedy(done)])
            self.up(self.server, "server up")
            self.up(self.server, ALICE)
            self.opens(done.err, alone=True)

    def test_nothing_of_theirs_is_changed(self):
        with self.ruled("policy", DROPPING["policy, limited"]):
            before = self.server.state()
            self.tell(self.server, ALICE)
            self.up(self.server, "server down")
            self.same(before, self.server)

    def test_asking_makes_no_table(self):
        """iptables-legacy makes its table when it is asked for it."""
        self.up(self.server, ALICE)
        with self.server.looking():
            for path in ("/proc/thread-self/net/ip6_tables_names", "/proc/thread-self/net/ip_tables_names"):
                if os.path.exists(path):
                    with open(path, encoding="ascii") as file:
                        self.assertEqual(file.read(), "")

    def test_a_client_with_a_lan(self):
        up = f"client up t1 remote {SERVER4} local {netlab.CLIENT4} address 2001:db8:5::3 gateway none"
        self.client.ip("link del far")
        self.sh(self.client, DROPPING["policy"])
        self.up(self.client, up)
        done = self.tell(self.client, up + " prefix 2001:db8:100::/64,lan")
        self.assertIn("from lan to t1", done.err)
        self.sh(self.client, [self.remedy(done)])
        self.up(self.client, up + " prefix 2001:db8:100::/64,lan")

    def test_a_client_that_keeps_out_what_is_not_asked_for(self):
        """The usual ruleset of a home router is as it shall be, and no reason for a word."""
        self.client.ip("link del far")
        self.sh(self.client, nft("inet", "drop", "ct state established,related accept", 'iifname "lan" accept'))
        self.up(self.client, f"client up t1 remote {SERVER4} address {PAIR[1]} prefix 2001:db8:100::/64,lan")

    def test_the_outer_packets(self):
        """A filter of this host itself that lets in only answers: untracked packets are none."""
        answers = "ct state established,related accept", "meta l4proto ipv6-icmp accept", "meta nfproto ipv6 accept"
        hook = "hook input"
        cases = {"nft": [line.replace("hook forward", hook) for line in nft("inet", "drop", *answers)],
                 "iptables-nft": tables("iptables-nft", "-P INPUT DROP", "-A INPUT -m state --state ESTABLISHED -j ACCEPT"),
                 "iptables-legacy": tables("iptables-legacy", "-P INPUT DROP", "-A INPUT -p tcp -j ACCEPT")}
        self.client.ip("link del far")
        self.tell(self.server, ALICE)
        up = f"client up t1 remote {SERVER4} address {PAIR[1]}"
        for name, commands in cases.items():
            with self.subTest(name):
                try:
                    self.sh(self.client, commands)
                    done = self.tell(self.client, up)
                    self.assertIn(f"protocol 41 from {SERVER4}", done.err)
                    self.assertFalse(self.passes(self.client, self.inet), "it is not dropped at all")
                    self.sh(self.client, [self.remedy(done)])
                    self.up(self.client, up)
                    self.assertTrue(self.passes(self.client, self.inet), "the remedy is none")
                finally:
                    with self.client:
                        subprocess.run("nft flush ruleset; iptables-legacy -P INPUT ACCEPT; iptables-legacy -F; true", shell=True,
                                       stderr=subprocess.DEVNULL, check=False)

    def test_a_pass(self):
        self.client.ip("addr add 10.0.0.1/24 dev lan")
        for name, commands in (("nft", nft("ip", "drop")), ("iptables-nft", tables("iptables-nft", "-P FORWARD DROP")),
                               ("iptables-legacy", tables("iptables-legacy", "-P FORWARD DROP", "-A FORWARD -f -j ACCEPT"))):
            with self.subTest(name):
                try:
                    self.sh(self.client, commands)
                    done = self.tell(self.client, f"nat pass home remote {SERVER4} to 10.0.0.9")
                    self.assertIn("'ip filter'", done.err)
                    self.sh(self.client, [self.remedy(done)])
                    self.up(self.client, f"nat pass home remote {SERVER4} to 10.0.0.9")
                finally:
                    with self.client:
                        subprocess.run("nft flush ruleset; iptables-legacy -P FORWARD ACCEPT; iptables-legacy -F; true", shell=True,
                                       stderr=subprocess.DEVNULL, check=False)
