# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor: where this host sends what is for the IPv6 Internet, and from which address."""

import doctor
from doctor import UP
from netlab import PAIR, SERVER4, SERVER6

OTHER = """
    link add other type veth peer name other1
    link set other up
    link set other1 up
    addr add 2001:db8:44::2/64 dev other nodad"""


class Routes(doctor.Client):
    def test_no_default_route(self):
        self.client.ip("route del ::/0 dev t1")
        self.mended(self.client, self.finds(self.client, "no-default-route", beside=("drift",)))

    def test_another_default_route(self):
        self.client.ip(OTHER + "\nroute add ::/0 via 2001:db8:44::1 dev other metric 100")
        found = self.finds(self.client, "other-default-route", "other", "t1")
        self.mended(self.client, found)

    def test_another_that_does_not_win(self):
        """The healthy twin."""
        self.client.ip(OTHER + "\nroute add ::/0 via 2001:db8:44::1 dev other metric 2000")
        self.healthy(self.client)

    def test_a_more_specific_route(self):
        self.client.ip(OTHER + "\nroute add 2000::/3 via 2001:db8:44::1 dev other")
        found = self.finds(self.client, "other-default-route", "other", "t1")
        self.assertFalse(found["command"], found)
        self.assertIn("2000::/3", found["remedy"])
        self.client.ip("route del 2000::/3 dev other")
        self.cured(self.client)

    def test_an_address_of_this_host(self):
        exam = self.examine(self.client, f"t1 target {PAIR[1]}")
        self.assertEqual(exam.checks["IPv6 route"]["text"], f"{PAIR[1]} is an address of this host", str(exam))

    def rule(self, words):
        """A policy rule before all others."""
        done = self.do(self.client, f"ip -6 rule add pref 100 {words}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.addCleanup(self.do, self.client, "ip -6 rule del pref 100; ip -6 route flush table 77")

    def test_a_policy_rule(self):
        self.client.ip(OTHER + """
            route add ::/0 via 2001:db8:44::1 dev other table 77""")
        self.rule("lookup 77")
        found = self.finds(self.client, "policy-rule", "77", "other")
        self.assertIn("ip -6 rule", found["remedy"])
        self.assertEqual(self.do(self.client, "ip -6 rule del pref 100").returncode, 0)
        self.cured(self.client)

    def test_a_policy_rule_that_refuses(self):
        self.rule("to 2000::/3 unreachable")
        found = self.finds(self.client, "policy-rule", beside=("far-end-silent-inside", "not-sent"),
                           rather=("far-end-silent-inside", "not-sent"))
        self.assertIn("ip -6 rule", found["remedy"])
        self.assertEqual(self.do(self.client, "ip -6 rule del pref 100").returncode, 0)
        self.cured(self.client)

    def test_a_policy_rule_into_the_tunnel(self):
        """The healthy twin: another table leads there too."""
        self.client.ip("route add ::/0 dev t1 table 77")
        self.rule("lookup 77")
        self.healthy(self.client)

    def test_a_vrf(self):
        if self.do(self.client, "ip link add vrf1 type vrf table 10").returncode:
            self.skipTest("this kernel has no VRF")
        self.client.ip("link set vrf1 up\nlink set t1 master vrf1")
        self.mended(self.client, self.finds(self.client, "vrf", "vrf1", beside=("drift", "address-missing")))

    def test_a_vrf_around_a_foreign_tunnel(self):
        self.tell(self.client, "client down t1")
        self.client.ip(doctor.FAR_CLIENT)
        if self.do(self.client, "ip link add vrf1 type vrf table 10").returncode:
            self.skipTest("this kernel has no VRF")
        self.client.ip("link set vrf1 up\nlink set far master vrf1")
        found = self.finds(self.client, "vrf", "vrf1", words="far", beside=("address-missing",))
        self.follow(self.client, found)
        self.client.ip(f"addr replace {PAIR[1]}/127 dev far nodad\nroute replace ::/0 dev far")  # what went meanwhile
        self.cured(self.client, words="far")

    def test_another_source(self):
        self.client.ip(OTHER + f"\naddr change {PAIR[1]}/127 dev t1 preferred_lft 0")
        found = self.finds(self.client, "other-source", "2001:db8:44::2", "other", beside=("drift",))
        self.mended(self.client, found, SERVER6)

    def test_the_lans_address_as_source(self):
        """The healthy twin: it lies in the prefix that is routed here."""
        self.tell(self.client, UP + " prefix 2001:db8:100::/64,lan")
        self.client.ip(f"addr change {PAIR[1]}/127 dev t1 preferred_lft 0")
        exam = self.examine(self.client)
        self.assertNotIn("other-source", exam.findings, str(exam))

    def test_a_foreign_tunnel_without_route(self):
        self.tell(self.client, "client down t1")
        self.client.ip(f"""
            tunnel add plain mode sit remote {SERVER4} ttl 255
            link set plain up
            addr add {PAIR[1]}/127 dev plain nodad""")
        self.mended(self.client, self.finds(self.client, "no-default-route", words="plain"), words="plain")

    def test_another_route_beside_a_foreign_tunnel(self):
        self.tell(self.client, "client down t1")
        self.client.ip(OTHER + f"""
            tunnel add plain mode sit remote {SERVER4} ttl 255
            link set plain up
            addr add {PAIR[1]}/127 dev plain nodad
            route add ::/0 dev plain metric 1024
            route add ::/0 via 2001:db8:44::1 dev other metric 100""")
        found = self.finds(self.client, "other-default-route", "other", words="plain")
        self.mended(self.client, found, words="plain")
