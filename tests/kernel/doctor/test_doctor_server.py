# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor on the host that gives IPv6: forwarding, router advertisements, proxy NDP, the router beyond, the peer's sources."""

import re

import doctor
from doctor import ALICE
import netlab
from netlab import CLIENT4, INTERNET, ON_LINK, PAIR, PREFIX, ROUTER6, SERVER6, wait
import packets
import probe

CONF = "net.ipv6.conf."


class Routed(doctor.Case):
    """The peer's addresses are routed to this host."""

    @classmethod
    def prepare(cls):
        cls.client.ip(netlab.FAR_CLIENT + "\naddr add 2001:db8:100::1/64 dev lo")

    def setUp(self):
        super().setUp()
        self.tell(self.server, ALICE + f" prefix {PREFIX}")

    def test_healthy(self):
        exam = self.healthy(self.server, "alice")
        self.assertIn("routes the peer's addresses to this host", exam.checks["upstream"]["text"])
        self.healthy(self.server)

    def test_forwarding_off(self):
        self.server.set(CONF + "all.forwarding", 0)
        if self.server.get(CONF + "up0.force_forwarding") == "1":
            self.server.set(CONF + "up0.force_forwarding", 0)
        found = self.finds(self.server, "forwarding-off", "all.forwarding is 0", beside=("drift",))
        self.mended(self.server, found, PAIR[1])
        self.reaches(self.client, INTERNET)

    def test_down(self):
        self.server.ip("link set sit-alice down")
        exam = self.examine(self.server, "alice")
        for check in ("router", "peer's routes", "way on"):
            self.assertEqual(exam.checks[check]["text"], "the device is not up", str(exam))

    def test_forward_dropped(self):
        self.server.nft("table inet guard { chain fw { type filter hook forward priority 0; iifname sit-alice drop; }; }")
        found = self.finds(self.server, "forward-dropped", "'fw'", "'inet guard'", "handle", "sit-alice")
        self.mended(self.server, found, PAIR[1])
        self.reaches(self.client, INTERNET)

    def test_prefix_not_routed(self):
        self.inet.ip(f"route del 2001:db8:100::/40 via {SERVER6}")
        found = self.finds(self.server, "prefix-not-routed", ROUTER6, SERVER6, "2001:db8:100::")
        self.assertIn(SERVER6, found["remedy"])
        self.inet.ip(f"route add 2001:db8:100::/40 via {SERVER6}")
        self.cured(self.server, PAIR[1])

    def test_source_filtered(self):
        near = "2001:db8:1ff::1"
        if probe.mistaken(self.lan, near, PAIR[1], f'{PAIR[1]} . "lo", {PREFIX} . "lo"'):
            self.skipTest(f"this kernel finds {near} in an nf_tables set that holds {PREFIX}")
        self.client.ip("addr add 2001:db8:1ff::1/128 dev lo nodad")
        with packets.Stream(self.client, SERVER6, interval=0.2, source="2001:db8:1ff::1"):
            found = self.finds(self.server, "source-filtered", "2001:db8:1ff::1", "'from_peer'", "'inet sitctl'")
            words = re.search("'(sitctl [^']*)'", found["remedy"])[1].replace("PREFIX", f"{PREFIX} prefix 2001:db8:1ff::/64")
            done = self.do(self.server, words)
            self.assertEqual(done.returncode, 0, f"{words}: {done.stderr}")
            self.cured(self.server, PAIR[1])

    def test_the_peer_sends_back_what_nobody_has(self):
        """It is a router without an unreachable route for the rest of its prefix; that is no source filter's matter."""
        self.client.set("net.ipv6.conf.all.forwarding", 1)
        self.tell(self.server, ALICE + f" prefix {PREFIX} prefix 2001:db8:1ff::/64")
        with packets.Stream(self.inet, "2001:db8:1ff::9", interval=0.2):
            found = self.finds(self.server, "peer-loop", "2001:db8:1ff::9", words="alice")
            done = self.do(self.client, re.search("'(ip [^']*)'", found["remedy"])[1])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.cured(self.server, PAIR[1], "alice")

    def test_a_device_that_serves_anybody(self):
        self.server.ip("link set sit0 up")
        self.mended(self.server, self.finds(self.server, "open-relay", "sit0", words="alice"), PAIR[1], "alice")

    def test_uplink_goes(self):
        """The peer's tunnel is whole, and this host itself has no way on; the router has said that it is one."""
        self.reaches(self.server, INTERNET)
        self.server.ip(f"route del ::/0 via {ROUTER6} dev up0")
        found = self.finds(self.server, "no-default-route", "alice", words="alice")
        self.mended(self.server, found, PAIR[1], words="alice")
        self.reaches(self.client, INTERNET)

    def test_uplink_goes_and_there_are_two_routers(self):
        """Which of them leads to the Internet is not known."""
        self.reaches(self.server, INTERNET)
        self.do(self.server, "ip -6 neigh add 2001:db8::77 lladdr 02:00:00:00:00:77 dev up0 router nud permanent")
        self.addCleanup(self.do, self.server, "ip -6 neigh del 2001:db8::77 dev up0")
        self.server.ip(f"route del ::/0 via {ROUTER6} dev up0")
        found = self.finds(self.server, "no-default-route", "alice", words="alice")
        self.assertFalse(found["command"], found)
        self.assertIn("via ROUTER dev up0", found["remedy"])

    def test_the_way_on_is_refused(self):
        self.do(self.server, f"ip -6 rule add pref 100 from {PAIR[1]} blackhole")
        self.addCleanup(self.do, self.server, "ip -6 rule del pref 100")
        found = self.finds(self.server, "policy-rule", f"from {PAIR[1]}/128", "blackhole")
        self.mended(self.server, found, PAIR[1])
        self.reaches(self.client, INTERNET)

    def test_the_default_route_leads_into_the_tunnel(self):
        self.server.ip("route add ::/0 dev sit-alice metric 10")
        found = self.finds(self.server, "other-default-route", "sit-alice", "goes back",
                           beside=("drift", "prefix-not-routed", "solicitation-unanswered"))
        self.assertIn("sit-alice", found["remedy"])
        self.server.ip("route del ::/0 dev sit-alice metric 10")
        self.cured(self.server, PAIR[1])

    def test_the_router_is_silent(self):
        self.server.ip("route replace ::/0 via 2001:db8::99 dev up0")
        found = self.finds(self.server, "router-silent", "2001:db8::99", "up0")
        self.assertFalse(found["command"])
        self.server.ip(f"route replace ::/0 via {ROUTER6} dev up0")
        self.cured(self.server, PAIR[1])

    def test_the_prefix_is_shadowed(self):
        """By a part of it, by the same with a smaller metric, by the peer's own address, by a rule."""
        self.server.ip("link add lan0 type veth peer name lan1\nlink set lan0 up\nlink set lan1 up")
        self.addCleanup(self.do, self.server, "ip -6 rule del pref 99; ip -6 rule del pref 100; ip -6 route flush table 77")
        for where, words in (("2001:db8:100::/80", ""), ("2001:db8:100:0:8000::/65", ""), (PREFIX, " metric 7"),
                             (f"{PAIR[1]}/128", ""), (PREFIX, " table 77")):
            with self.subTest(where + words):
                self.server.ip(f"route add {where} dev lan0{words}")
                if "table" in words:
                    self.do(self.server, f"ip -6 rule add pref 100 to {PREFIX} lookup 77")
                found = self.finds(self.server, "prefix-shadowed", "lan0", where.removesuffix("/128"),
                                   beside=("far-end-silent-inside", "protocol-41-filtered"),
                                   rather=("far-end-silent-inside", "protocol-41-filtered"))
                self.mended(self.server, found, PAIR[1])

    def test_an_address_shadows_the_prefix(self):
        """Its route comes with it: no command removes the one without the other."""
        self.server.ip("link add lan0 type veth peer name lan1\nlink set lan0 up\nlink set lan1 up")
        for where in ("2001:db8:100:0:8000::1/80", "2001:db8:100::1/80"):
            with self.subTest(where):
                self.server.ip(f"addr add {where} dev lan0 nodad")
                found = self.finds(self.server, "prefix-shadowed", "lan0", beside=("far-end-silent-inside",))
                self.assertFalse(found["command"], found)
                self.assertIn("an address on lan0", found["remedy"])
                self.server.ip(f"addr del {where} dev lan0")
                self.cured(self.server, PAIR[1])

    def test_the_peers_own_route_is_missing(self):
        """What is for the peer goes back to the router then, but no other route is to blame."""
        self.server.ip(f"route del {PREFIX} dev sit-alice")
        self.mended(self.server, self.finds(self.server, "drift", beside=("prefix-not-routed",)), PAIR[1])

    def test_others_that_shadow_nothing(self):
        """The healthy twin: a shorter prefix, another one, the same with a larger metric."""
        self.server.ip("""
            link add lan0 type veth peer name lan1
            link set lan0 up
            link set lan1 up
            route add 2001:db8:100::/48 dev lan0
            route add 2001:db8:101::/64 dev lan0
            route add 2001:db8:100::/64 dev lan0 metric 5000""")
        self.healthy(self.server)


class Proxied(doctor.Case):
    """The peer's address lies in the uplink's /64."""

    @classmethod
    def prepare(cls):
        cls.client.ip(netlab.FAR_CLIENT.replace(PAIR[1], ON_LINK[1]))

    def near(self, more=""):
        self.tell(self.server, f"server add-peer near remote {CLIENT4} address {ON_LINK[1]}" + more)

    def mended_here(self, found):
        self.mended(self.server, found, ON_LINK[1])
        self.reaches(self.client, INTERNET, within=8)

    def test_healthy(self):
        self.near()
        exam = self.healthy(self.server)
        self.assertIn("up0 answers for", exam.checks["proxy NDP"]["text"])

    def test_proxy_ndp_off(self):
        self.near()
        self.server.set(CONF + "up0.proxy_ndp", 0)
        self.mended_here(self.finds(self.server, "proxy-ndp-off", "up0", beside=("drift", "solicitation-unanswered")))

    def test_entry_missing(self):
        self.near()
        self.do(self.server, f"ip -6 neigh del proxy {ON_LINK[1]} dev up0")
        self.mended_here(self.finds(self.server, "proxy-missing", "up0", ON_LINK[1], beside=("drift", "solicitation-unanswered")))

    def test_entry_on_another_interface(self):
        self.near()
        self.server.ip("link add lan0 type veth peer name lan1\nlink set lan0 up\nlink set lan1 up")
        self.do(self.server, f"ip -6 neigh del proxy {ON_LINK[1]} dev up0; ip -6 neigh add proxy {ON_LINK[1]} dev lan0")
        self.mended_here(self.finds(self.server, "proxy-wrong-uplink", "lan0", "up0", beside=("drift", "solicitation-unanswered")))

    def test_uplink_does_not_forward(self):
        self.near()
        self.server.set(CONF + "up0.forwarding", 0)
        found = self.finds(self.server, "uplink-forwarding-off", "up0", beside=("drift", "solicitation-unanswered"))
        self.mended_here(found)

    def test_a_question_is_not_answered(self):
        """The user said that the prefix is routed here; the router takes it for its link's."""
        self.near(" proxy-ndp off")
        found = self.finds(self.server, "solicitation-unanswered", ROUTER6, "up0", ON_LINK[1])
        words = found["remedy"].split("'")[1]
        self.assertEqual(self.do(self.server, words).returncode, 0, words)
        self.cured(self.server, ON_LINK[1])


class ByHand(doctor.Case):
    """A server that was set up with `ip` and `sysctl`."""

    @classmethod
    def prepare(cls):
        cls.client.ip(netlab.FAR_CLIENT)
        cls.server.ip(netlab.FAR_SERVER)
        for key in ("far.forwarding", "up0.forwarding"):
            cls.server.set(CONF + key, 1)

    def near(self):
        self.server.ip(f"addr add {ON_LINK[0]}/127 dev far nodad\naddr del {PAIR[0]}/127 dev far")
        self.client.ip(f"addr add {ON_LINK[1]}/127 dev far nodad\naddr del {PAIR[1]}/127 dev far")
        self.server.set(CONF + "all.forwarding", 1)

    def test_healthy(self):
        self.server.set(CONF + "all.forwarding", 1)
        self.assertEqual(self.healthy(self.server, "far").report["role"], "server")

    def test_a_part_of_a_prefix_is_elsewhere(self):
        """Whether that is the peer's or not is not known of somebody else's tunnel."""
        self.server.set(CONF + "all.forwarding", 1)
        self.server.ip("""
            link add lan0 type veth peer name lan1
            link set lan0 up
            link set lan1 up
            route add 2001:db8:100::/40 dev far
            route add 2001:db8:1aa::/64 dev lan0""")
        self.healthy(self.server, "far")

    def test_a_prefix_of_its_own(self):
        """It has each address of the prefix for itself, for something else than the tunnel."""
        self.server.set(CONF + "all.forwarding", 1)
        self.server.ip("route add local 2001:db8:77::/64 dev lo")
        self.assertEqual(self.healthy(self.server, "far").report["role"], "server")

    def test_only_the_tunnel_forwards(self):
        """What a well-known blog says is enough."""
        found = self.finds(self.server, "forwarding-off", "all.forwarding is 0", "tunnel's device is 1", words="far")
        self.mended(self.server, found, PAIR[1], words="far")
        self.reaches(self.client, INTERNET)

    def test_proxy_missing_and_off(self):
        self.near()
        found = self.finds(self.server, "proxy-ndp-off", "up0", words="far", beside=("solicitation-unanswered", "proxy-missing"))
        self.follow(self.server, found)
        found = self.finds(self.server, "proxy-missing", ON_LINK[1], words="far", beside=("solicitation-unanswered",))
        self.mended(self.server, found, ON_LINK[1], words="far")
        self.reaches(self.client, INTERNET, within=8)

    def test_uplink_forwarding_off(self):
        self.near()
        self.do(self.server, f"ip -6 neigh add proxy {ON_LINK[1]} dev up0; sysctl -w net.ipv6.conf.up0.proxy_ndp=1")
        self.server.set(CONF + "up0.forwarding", 0)
        found = self.finds(self.server, "uplink-forwarding-off", "up0", words="far", beside=("solicitation-unanswered",))
        self.mended(self.server, found, ON_LINK[1], words="far")

    def test_entry_on_another_interface(self):
        self.near()
        self.server.ip("link add lan0 type veth peer name lan1\nlink set lan0 up")
        self.do(self.server, f"ip -6 neigh add proxy {ON_LINK[1]} dev lan0; sysctl -w net.ipv6.conf.up0.proxy_ndp=1")
        found = self.finds(self.server, "proxy-wrong-uplink", "lan0", "up0", words="far", beside=("solicitation-unanswered",))
        self.mended(self.server, found, ON_LINK[1], words="far")


class Advertised(doctor.Case):
    """The server's default route comes by router advertisement."""

    @classmethod
    def prepare(cls):
        cls.client.ip(netlab.FAR_CLIENT)
        cls.server.ip("route del ::/0 via 2001:db8::1 dev up0")
        cls.server.set(CONF + "up0.accept_ra", 1)

    def learn(self):
        packets.advertise(self.inet, "s0", 1800)
        self.assertTrue(wait(lambda: self.server.routes("default6/0 up0 9")), "no default route was learned")

    def test_healthy(self):
        self.learn()
        self.tell(self.server, ALICE)
        self.healthy(self.server)

    def test_the_trap(self):
        """From Linux 6.17 on sitctl leaves all.forwarding at 0 (force_forwarding) and thus accept_ra at 1: without the 2
        first the route would be gone at once, and that is test_the_route_is_lost. Before, sitctl has set both itself."""
        self.learn()
        self.tell(self.server, ALICE)
        self.server.set(CONF + "up0.accept_ra", 2)
        self.server.set(CONF + "all.forwarding", 1)
        self.server.set(CONF + "up0.accept_ra", 1)
        found = self.finds(self.server, "ra-trap", "up0", "accept_ra=1", rather=("drift",))
        self.mended(self.server, found, PAIR[1], left=("drift",))
        self.assertEqual(self.server.get(CONF + "up0.accept_ra"), "2")

    def test_the_route_is_lost(self):
        """Forwarding switched on by hand, as guides say: the route goes at once."""
        self.learn()
        self.server.ip(netlab.FAR_SERVER)
        self.server.set(CONF + "all.forwarding", 1)
        self.assertTrue(wait(lambda: not self.server.routes("default6/0 up0")), "the route is still there")
        found = self.finds(self.server, "ra-route-lost", "up0", words="far")
        self.follow(self.server, found)
        self.learn()
        self.cured(self.server, PAIR[1], words="far")
        self.reaches(self.client, INTERNET)
