# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor: where this host sends what is for the IPv6 Internet, and from which address."""

import socket

import doctor
from doctor import UP
import netlab
from netlab import INTERNET, PAIR, SERVER4, SERVER6
from test_doctor_tcp import Resolver

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
        self.addCleanup(self.do, self.client, "ip -6 rule del pref 99")
        found = self.finds(self.client, "policy-rule", "77", "other", "pref 100")
        self.assertIn("ip -6 rule", found["remedy"])
        self.follow(self.client, found)
        exam = self.healthy(self.client)
        self.assertIn("leave through other", exam.checks["IPv6 route"]["text"])
        self.reaches(self.client, PAIR[0], source=PAIR[1])

    def test_a_policy_rule_that_refuses(self):
        self.rule("to 2000::/3 unreachable")
        found = self.finds(self.client, "policy-rule", "pref 100 to 2000::/3 unreachable",
                           beside=("far-end-silent-inside", "not-sent"), rather=("far-end-silent-inside", "not-sent"))
        self.mended(self.client, found)

    def test_a_rule_for_the_tunnels_source(self):
        self.rule(f"from {PAIR[1]} blackhole")
        found = self.finds(self.client, "policy-rule", f"from {PAIR[1]}/128", "blackhole",
                           beside=("far-end-silent-inside", "not-sent"), rather=("far-end-silent-inside", "not-sent"))
        self.mended(self.client, found)

    def test_a_rule_for_others(self):
        """The healthy twin: neither the tunnel's source nor this user, nor all that goes elsewhere."""
        for words in ("from 2001:db8:55::/48 blackhole", "uidrange 4000-4001 prohibit", "to 2001:db8:55::/48 unreachable"):
            with self.subTest(words):
                self.rule(words)
                self.healthy(self.client)
                self.do(self.client, "ip -6 rule del pref 100")

    def test_a_route_that_refuses(self):
        for words in ("blackhole 2000::/3", "prohibit 2000::/3 metric 7"):
            with self.subTest(words):
                self.client.ip("route add " + words)
                found = self.finds(self.client, "policy-rule", words.split()[0])
                self.mended(self.client, found)

    def test_all_is_refused(self):
        """By a default route, or a rule about all packets: somebody wanted that, so that no command takes it away."""
        for undo, words in (("route del", "unreachable ::/0 metric 3"), ("rule del", "pref 100 prohibit")):
            with self.subTest(words):
                self.assertEqual(self.do(self.client, f"ip -6 {undo.replace('del', 'add')} {words}").returncode, 0)
                found = self.finds(self.client, "policy-rule", words.split()[0], beside=("far-end-silent-inside", "not-sent"),
                                   rather=("far-end-silent-inside", "not-sent"))
                self.assertFalse(found["command"], found)
                self.assertIn(f"ip -6 {undo} {words.split()[0]}", found["remedy"])
                self.do(self.client, f"ip -6 {undo} {words}")
                self.cured(self.client)

    def test_a_route_that_refuses_and_does_not_win(self):
        """The healthy twin."""
        self.client.ip("route add unreachable ::/0 metric 5000\nroute add blackhole 2001:db8:55::/48")
        self.healthy(self.client)

    def test_a_route_that_refuses_a_target(self):
        """A connection that is bound to the device does not see it."""
        Resolver(self, self.client, {28: socket.inet_pton(socket.AF_INET6, INTERNET)})
        self.server.set("net.ipv6.conf.all.forwarding", 1)
        for target in (INTERNET, "web.test"):
            with self.subTest(target):
                self.client.ip("route add blackhole 2001:db8:ffff::/48")
                found = self.finds(self.client, "policy-rule", INTERNET, "blackhole 2001:db8:ffff::/48", words=f"t1 target {target}")
                self.follow(self.client, found)
                self.cured(self.client, words=f"t1 target {target}")

    def test_another_route_to_a_target(self):
        self.server.set("net.ipv6.conf.all.forwarding", 1)
        self.tell(self.client, UP + f" target {INTERNET}")
        self.client.ip(OTHER + "\nroute add 2001:db8:ffff::/48 via 2001:db8:44::1 dev other")
        found = self.finds(self.client, "other-default-route", INTERNET, "other", words="t1")
        self.assertIn("2001:db8:ffff::/48", found["remedy"])
        self.client.ip("route del 2001:db8:ffff::/48 dev other")
        self.cured(self.client, words="t1")

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
        self.client.ip(netlab.FAR_CLIENT)
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


class OwnTable(doctor.Case):
    """Somebody else's tunnel, whose default route is in a table of its own, for what comes from the tunnel's addresses."""

    PREFIX = "2001:db8:1::/48"

    @classmethod
    def prepare(cls):
        cls.server.ip(netlab.FAR_SERVER)
        cls.client.ip(netlab.FAR_CLIENT.replace("route add ::/0 dev far", "route add ::/0 dev far table 100"))

    def setUp(self):
        super().setUp()
        self.addCleanup(self.do, self.client, "ip -6 rule del pref 1000; ip -6 rule del pref 900; ip -6 route flush table 100")
        self.client.ip("route replace ::/0 dev far table 100")
        self.do(self.client, f"ip -6 rule add pref 1000 from {self.PREFIX} lookup 100")

    def proxy(self):
        """This host has each address of the prefix."""
        self.client.ip("route add local 2001:db8:1:8000::/49 dev lo")
        self.addCleanup(self.do, self.client, "ip -6 route del local 2001:db8:1:8000::/49 dev lo")

    def native(self):
        self.client.ip(OTHER + "\nroute add ::/0 via 2001:db8:44::1 dev other")

    def test_healthy(self):
        self.healthy(self.client)
        self.native()
        exam = self.healthy(self.client)
        self.assertEqual(exam.report["role"], "client")
        self.proxy()
        self.healthy(self.client)

    def test_the_rule_is_for_another_prefix(self):
        """The tunnel's address is the broker's, what is sent comes from a prefix that is routed here."""
        self.client.ip("route add local 2001:db8:1::3/128 dev lo\nroute del local 2001:db8:1::3/128 dev lo")
        self.do(self.client, "ip -6 rule del pref 1000; ip -6 rule add pref 1000 from 2001:db8:100::/48 lookup 100")
        self.native()
        exam = self.healthy(self.client)
        self.assertEqual(exam.report["role"], "client")

    def test_a_rule_before_it(self):
        self.native()
        self.do(self.client, f"ip -6 rule add pref 900 from {self.PREFIX} prohibit")
        found = self.finds(self.client, "policy-rule", "pref 900", "prohibit", beside=("far-end-silent-inside", "not-sent"),
                           rather=("far-end-silent-inside", "not-sent"))
        self.follow(self.client, found)
        self.assertEqual(self.healthy(self.client).report["role"], "client")
        self.reaches(self.client, PAIR[0], source=PAIR[1])

    def test_no_router(self):
        """Without the rule: whoever has a prefix for himself forwards nothing, and no advice makes a router of him."""
        self.do(self.client, "ip -6 rule del pref 1000")
        self.proxy()
        self.native()
        exam = self.examine(self.client)
        self.assertEqual((exam.report["role"], exam.verdict), ("client", "other-default-route"), str(exam))
        for found in exam.findings.values():
            self.assertNotIn("accept_ra", found["remedy"], str(exam))
            self.assertNotIn("forwarding", found["remedy"], str(exam))
