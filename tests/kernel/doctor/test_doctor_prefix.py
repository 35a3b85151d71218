# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor on a client: does the far end send to this host what is for its prefixes?"""

import doctor
from doctor import UP
from netlab import PAIR, PREFIX

UNUSED = "2001:db8:101::/64"


class Prefix(doctor.Client):
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.server.set("net.ipv6.conf.all.forwarding", 1)

    def has(self, *prefixes):
        self.tell(self.client, UP + "".join(f" prefix {p}" for p in prefixes))

    def route(self, *prefixes):
        self.server.ip("\n".join(f"route add {p} dev far" for p in prefixes))

    def test_routed(self):
        """One has a LAN, of the other no interface here has an address."""
        self.has(PREFIX + ",lan", UNUSED)
        self.route(PREFIX, UNUSED)
        exam = self.healthy(self.client)
        self.assertEqual(exam.checks["prefix route"]["text"], f"{PAIR[0]} routes {PREFIX} and the others to this host")

    def test_that_of_a_lan_is_not(self):
        self.has(PREFIX + ",lan")
        found = self.finds(self.client, "prefix-not-routed-here", PAIR[0], PAIR[1], PREFIX.split("/", maxsplit=1)[0])
        self.assertEqual(found["hop"], "far-end")
        self.assertIn(PREFIX, found["remedy"])
        self.route(PREFIX)
        self.cured(self.client)

    def test_one_of_two_is_not(self):
        self.has(PREFIX, UNUSED)
        self.route(PREFIX)
        found = self.finds(self.client, "prefix-not-routed-here", UNUSED.split("/", maxsplit=1)[0])
        self.assertIn(UNUSED, found["remedy"])
        self.route(UNUSED)
        self.cured(self.client)

    def test_the_far_end_drops_what_comes_from_it(self):
        self.has(PREFIX)
        self.route(PREFIX)
        self.server.nft(f"table ip6 f {{ chain i {{ type filter hook prerouting priority 0; iifname far ip6 saddr {PREFIX} drop; }}; }}")
        self.finds(self.client, "prefix-not-routed-here")
        self.server.nft("delete table ip6 f")
        self.cured(self.client)

    def test_this_host_drops_what_comes_from_it(self):
        """That is no fault of the far end's."""
        self.has(PREFIX)
        self.client.nft(f"table ip6 f {{ chain o {{ type filter hook output priority 0; ip6 saddr {PREFIX} drop; }}; }}")
        exam = self.examine(self.client)
        self.assertNotIn("prefix-not-routed-here", exam.findings, str(exam))
        self.assertEqual(exam.checks["prefix route"]["outcome"], "skipped", str(exam))
        self.assertRegex(exam.checks["prefix route"]["text"], "no echo request from .* left through t1")
        self.client.nft("delete table ip6 f")

    def test_no_echo_is_answered(self):
        """Then nothing can be told of the prefix."""
        self.has(PREFIX)
        self.server.nft("table ip6 f { chain i { type filter hook input priority 0; icmpv6 type echo-request ip6 saddr 2000::/3 drop; }; }")
        exam = self.healthy(self.client)
        self.assertEqual(exam.checks["prefix route"]["outcome"], "skipped", str(exam))

    def test_loss(self):
        self.has(PREFIX, UNUSED)
        self.route(PREFIX, UNUSED)
        self.inet.nft("table inet way { chain f { type filter hook forward priority 0; iifname s0 ip protocol 41 numgen inc mod 3 == 1 drop; }; }")
        exam = self.healthy(self.client)
        self.assertRegex(exam.checks["loss"]["text"], r"loses [1-4]\d %")
        self.assertEqual(exam.checks["prefix route"]["outcome"], "ok", str(exam))
