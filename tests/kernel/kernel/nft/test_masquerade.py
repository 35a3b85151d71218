# SPDX-License-Identifier: GPL-2.0-or-later
"""Both hosts masquerade all they send; the tunnel's outer addresses are secondary ones, which that would replace."""

import shutil
import subprocess
import unittest

import netlab
from netlab import CLIENT4, PAIR, SERVER4, SERVER4B, tracked
import packets

LOCAL = "198.51.100.77"
ENDS = (("server", f"server up local {SERVER4B}"),
        ("server", f"server add-peer alice remote {LOCAL} address {PAIR[1]}"),
        ("client", f"client up t1 remote {SERVER4B} local {LOCAL} address {PAIR[1]}"))


class Rules:
    """The tests of one kind of rule, which `add` makes."""

    @classmethod
    def prepare(cls):
        cls.client.ip(f"addr add {LOCAL}/24 dev wan")

    def tool(self, host, *words):
        with host:
            return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    def forget(self):
        for host in (self.client, self.server):
            self.tool(host, "conntrack", "-F")

    def masquerade(self):
        self.add(self.client, "wan")
        self.add(self.server, "up0")

    def tunnels(self, more=""):
        for host, words in ENDS:
            self.up(getattr(self, host), words + (more if "remote" in words else ""))

    def outer(self, host, target, within):
        """A ping's answer, and the outer sources that came from the client and from the server meanwhile."""
        with packets.Wire(self.inet, "c0") as near, packets.Wire(self.inet, "s0") as far:
            answer = packets.ask(host, target, within=within)
            return answer, {p["from"] for p in near.packets()}, {p["from"] for p in far.packets()}

    def carried(self):
        """Whoever speaks first, both keep their addresses, and neither remembers it."""
        for host, target in ((self.client, PAIR[0]), (self.server, PAIR[1])):
            self.forget()
            self.assertEqual(self.outer(host, target, 4), ("reply", {LOCAL}, {SERVER4B}), f"{host.name} spoke first")
            self.assertEqual([tracked(self.client), tracked(self.server)], [[], []], f"{host.name} spoke first")

    def test_the_rules_come_first(self):
        self.masquerade()
        self.tunnels()
        self.carried()

    def test_the_rules_come_later(self):
        self.tunnels()
        self.reaches(self.client, PAIR[0])
        self.masquerade()
        self.reaches(self.client, PAIR[0])
        self.carried()

    def test_tracked_they_are_rewritten(self):
        """With `notrack off` nothing works, else the other tests could not fail; switched on it works at once."""
        self.masquerade()
        self.tunnels(" notrack off")
        answer, near, far = self.outer(self.client, PAIR[0], 0.8)
        self.assertEqual((answer == "reply", near, far), (False, {CLIENT4}, set()))
        answer, near, far = self.outer(self.server, PAIR[1], 0.8)
        self.assertEqual((answer == "reply", near, far), (False, set(), {SERVER4}))
        self.assertEqual([len(lines) for lines in self.ours()], [1, 1])
        self.tunnels()
        self.assertEqual(self.ours(), [[], []], "up left what would be followed for 600 s")
        self.reaches(self.server, PAIR[1])
        self.carried()

    def ours(self):
        """What each end remembers of the packets it made itself, by the addresses that sitctl was told."""
        return [tracked(self.client, f"src={LOCAL} dst={SERVER4B}"),
                tracked(self.server, f"src={SERVER4B} dst={LOCAL}")]


class Nft(Rules, netlab.Case):
    def add(self, host, dev):
        host.nft(f"""
            table ip nat {{
                chain after {{ type nat hook postrouting priority 100; oifname "{dev}" masquerade; }}
            }}""")


class Iptables(Rules):
    TABLE = ("-w", "-t", "nat")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not shutil.which(cls.program):
            raise unittest.SkipTest(f"no {cls.program}")
        with cls.client:
            asked = subprocess.run([cls.program, *cls.TABLE, "-S"], capture_output=True, text=True, check=False)
        if asked.returncode:
            raise unittest.SkipTest(asked.stderr.strip())

    def add(self, host, dev):
        self.tool(host, self.program, *self.TABLE, "-A", "POSTROUTING", "-o", dev, "-j", "MASQUERADE")
        self.addCleanup(self.tool, host, self.program, *self.TABLE, "-F", "POSTROUTING")


class IptablesNft(Iptables, netlab.Case):
    program = "iptables-nft"


class IptablesLegacy(Iptables, netlab.Case):
    program = "iptables-legacy"
