# SPDX-License-Identifier: GPL-2.0-or-later
"""`client up` and `client down` against a far end that was made with `ip` alone."""

import json

import netlab
from netlab import CLIENT4, INTERNET, PAIR, PREFIX, PREFIX_B, SERVER4, SERVER4B, SERVER6
import packets

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"


class FarEnd(netlab.Case):
    """The server is plain `ip`, and forwards."""

    @classmethod
    def prepare(cls):
        netlab.far_router(cls.server)


class Carries(FarEnd):
    def test_ping_out_and_in(self):
        self.up(self.client, UP)
        self.reaches(self.client, PAIR[0])
        self.reaches(self.client, INTERNET)
        self.reaches(self.inet, PAIR[1])
        self.reaches(self.server, PAIR[1])

    def test_nothing_is_carried_after_down(self):
        self.up(self.client, UP)
        self.reaches(self.inet, PAIR[1])
        self.up(self.client, "client down t1")
        self.assertNotIn("t1", self.client.links())
        self.assertNotEqual(packets.ask(self.inet, PAIR[1], within=1), "reply")

    def test_full_size_packets_go_whole_both_ways(self):
        self.up(self.client, UP)
        self.server.ip("link set far mtu 1480")
        with packets.Wire(self.server, "up0") as arrived, packets.Wire(self.client, "wan") as returned:
            self.reaches(self.client, INTERNET, size=1480, whole=True)
            self.reaches(self.inet, PAIR[1], size=1480, whole=True)
            seen = arrived.packets() + returned.packets()
        full = [p for p in seen if p["length"] == 1500]
        self.assertGreaterEqual(len(full), 4, seen)
        for packet in seen:
            self.assertFalse(packet["fragment"], packet)
        for packet in full:
            self.assertTrue(packet["df"], f"may be fragmented on the way: {packet}")
        self.assertIn("Message too long", packets.ask(self.client, INTERNET, size=1481, whole=True))

    def test_a_mark_decides_the_route(self):
        """Unmarked there is no route to the far end; MTU and source are those of the marked one."""
        self.client.ip("""
            addr add 198.51.100.8/24 dev wan
            route del default via 198.51.100.1
            route add default via 198.51.100.1 table 77 src 198.51.100.8 mtu lock 1360
            rule add fwmark 0x7 lookup 77""")
        self.server.ip("tunnel change far remote 198.51.100.8")
        self.addCleanup(self.server.ip, f"tunnel change far remote {CLIENT4}")
        self.tell(self.client, UP)
        self.assertNotEqual(packets.ask(self.client, INTERNET, within=1), "reply")
        self.up(self.client, UP + " fwmark 7")
        self.assertEqual(self.client.links()["t1"]["mtu"], 1340)
        self.reaches(self.client, INTERNET)
        self.up(self.client, "client check t1")
        self.client.ip("link change t1 type sit mode ip6ip remote {} ttl 255 fwmark 0x8".format(SERVER4))
        done = self.tell(self.client, "client check t1", status=3)
        self.assertIn("fwmark is 0x8, should be 0x7", done.out)
        self.up(self.client, UP + " fwmark 0x7")
        self.reaches(self.client, INTERNET)
        self.tell(self.client, UP)
        self.assertEqual(self.client.links()["t1"]["fwmark"], 0)

    def test_the_outer_packets_have_the_tos(self):
        for words, wanted in (("", 0), (" tos 0x10", 0x10), (" tos inherit", 0x20)):
            with self.subTest(tos=words), packets.Wire(self.server, "up0") as wire:
                self.up(self.client, UP + words)
                wire.packets()
                self.reaches(self.client, PAIR[0], tclass=0x20)
                self.assertEqual({p["tos"] for p in wire.packets()}, {wanted})

    def test_the_outer_packets_have_the_ttl(self):
        for words, hops, wanted in (("", None, 254), (" ttl 64", None, 63), (" ttl inherit", 33, 32)):
            with self.subTest(ttl=words), packets.Wire(self.server, "up0") as wire:
                self.up(self.client, UP + words)
                wire.packets()
                self.reaches(self.client, PAIR[0], hops=hops)
                self.assertEqual({p["ttl"] for p in wire.packets()}, {wanted})

    def test_a_second_tunnel_to_another_server(self):
        self.server.ip(f"""
            tunnel add far2 mode sit remote {CLIENT4} local {SERVER4B} ttl 255
            link set far2 up
            addr add 2001:db8:1::8/127 dev far2 nodad""")
        self.up(self.client, UP)
        self.up(self.client, f"client up t2 remote {SERVER4B} address 2001:db8:1::9 gateway none")
        self.reaches(self.client, PAIR[0])
        self.reaches(self.client, "2001:db8:1::8")
        self.up(self.client, "client down t1")
        self.reaches(self.client, "2001:db8:1::8")
        self.assertEqual(self.client.routes("default6/0"), [])


class Parameters(FarEnd):
    def link(self):
        return self.client.links()["t1"]

    def test_defaults(self):
        self.up(self.client, UP)
        link = self.link()
        self.assertTrue(link["up"])
        wanted = {"kind": "sit", "remote": SERVER4, "ttl": 255, "pmtudisc": 1, "proto": 41, "mtu": 1480, "group": 41,
                  "alias": "sitctl client t1"}
        self.assertEqual({k: link[k] for k in wanted}, wanted)
        self.assertIn(link["local"], ("0.0.0.0", CLIENT4))
        self.assertEqual(self.client.addresses("t1"), [f"{PAIR[1]}/127"])
        self.assertEqual(len(self.client.routes("default6/0")), 1, self.client.routes("default6/0"))
        self.assertEqual(len(self.client.routes("default6/0 t1 1024 41")), 1, self.client.routes("default6/0"))
        self.assertNotIn("via", self.client.routes("default6/0")[0])

    def test_a_client_does_not_make_a_router(self):
        """No sysctl of anything but the tunnel itself moves when there is no prefix to route."""
        before = self.client.state().sysctls
        self.up(self.client, UP)
        now = self.client.state().sysctls
        self.assertEqual({k: (v, now.get(k)) for k, v in before.items() if now.get(k) != v}, {})

    def test_local(self):
        self.up(self.client, UP + f" local {CLIENT4}")
        self.assertEqual(self.link()["local"], CLIENT4)
        self.reaches(self.client, INTERNET)

    def test_dev(self):
        self.up(self.client, UP + " dev wan")
        self.assertEqual(self.link()["under"], self.client.links()["wan"]["index"])
        self.reaches(self.client, INTERNET)

    def test_gateway_with_an_address(self):
        self.up(self.client, UP + f" gateway {PAIR[0]}")
        route = self.client.routes("default6/0")
        self.assertEqual(len(route), 1, route)
        self.assertIn(f" via {PAIR[0]} dev t1 ", route[0])
        self.reaches(self.client, INTERNET)

    def test_no_gateway(self):
        self.up(self.client, UP + " gateway none")
        self.assertEqual(self.client.routes("default6/0"), [])
        self.reaches(self.client, PAIR[0])
        self.assertIn("unreachable", packets.ask(self.client, INTERNET, within=1))

    def test_metric_at_its_bounds(self):
        for metric in ("1", "10", "4294967295"):
            with self.subTest(metric=metric):
                self.up(self.client, UP + f" metric {metric}")
                self.assertEqual(len(self.client.routes("default6/0")), 1, self.client.routes("default6/0"))
                self.assertEqual(len(self.client.routes(f"default6/0 t1 {metric}")), 1, self.client.routes("default6/0"))

    def test_ttl_at_its_bounds(self):
        for ttl, wanted in (("1", 1), ("255", 255), ("inherit", 0)):
            with self.subTest(ttl=ttl):
                self.up(self.client, UP + f" ttl {ttl}")
                self.assertEqual(self.link()["ttl"], wanted)

    def test_several_addresses_and_lengths(self):
        self.up(self.client, UP + " address 2001:db8:100::77/64 address 2001:db8:101::1/128")
        self.assertEqual(self.client.addresses("t1"),
                         sorted([f"{PAIR[1]}/127", "2001:db8:100::77/64", "2001:db8:101::1/128"]))
        self.reaches(self.inet, "2001:db8:100::77")
        self.reaches(self.client, INTERNET, source="2001:db8:101::1")

    def test_an_interface_name_of_fifteen_bytes(self):
        self.up(self.client, UP.replace("t1", "tunnel-45678901"))
        self.assertIn("tunnel-45678901", self.client.links())
        self.reaches(self.client, INTERNET)

    def test_names_that_ip_itself_mistakes_for_words(self):
        for name in ("t", "remote", "any", "show", "sit"):
            with self.subTest(name=name):
                self.up(self.client, UP.replace("t1", name))
                self.assertEqual(self.client.links()[name]["alias"], f"sitctl client {name}")
                self.up(self.client, f"client down {name}")
                self.assertNotIn(name, self.client.links())

    def test_the_defaults_for_new_interfaces_do_no_harm(self):
        self.client.set("net.ipv6.conf.default.disable_ipv6", 1)
        self.client.set("net.ipv6.conf.default.accept_ra", 2)
        self.up(self.client, UP)
        self.reaches(self.client, INTERNET)
        self.assertEqual(self.client.get("net.ipv6.conf.t1.accept_ra"), "0", "a tunnel believes router advertisements")
        self.assertEqual(self.client.get("net.ipv6.conf.t1.accept_redirects"), "0", "a tunnel believes redirects")

    def test_redirects_that_are_switched_on_are_found(self):
        self.up(self.client, UP)
        self.client.set("net.ipv6.conf.t1.accept_redirects", 1)
        self.assertIn("net.ipv6.conf.t1.accept_redirects = 0 is configured, but the value is 1", self.tell(self.client, "client check", status=3).out)
        self.assertIn("net/ipv6/conf/t1/accept_redirects=0", self.tell(self.client, "-D " + UP).out)
        self.up(self.client, UP)
        self.assertEqual(self.client.get("net.ipv6.conf.t1.accept_redirects"), "0")
        self.assertRegex(self.tell(self.client, "-d client show t1").out, r"accept_redirects +0\n")


class Mtu(FarEnd):
    def mtu(self):
        return self.client.links()["t1"]["mtu"]

    def test_given(self):
        for mtu in (1280, 1400, 1480):
            with self.subTest(mtu=mtu):
                self.up(self.client, UP + f" mtu {mtu}")
                self.assertEqual(self.mtu(), mtu)
                self.reaches(self.client, PAIR[0], size=mtu, whole=True)
                self.assertIn("Message too long", packets.ask(self.client, PAIR[0], size=mtu + 1, whole=True))

    def test_the_largest(self):
        self.up(self.client, UP + " mtu 65515")
        self.assertEqual(self.mtu(), 65515)

    def test_auto_follows_the_underlay(self):
        for underlay, wanted in ((1400, 1380), (1300, 1280), (1280, 1280)):
            with self.subTest(underlay=underlay):
                self.inet.ip(f"link set c0 mtu {underlay}")
                self.client.ip(f"link set wan mtu {underlay}")
                self.up(self.client, UP + " mtu auto")
                self.assertEqual(self.mtu(), wanted)
                self.reaches(self.client, PAIR[0], size=wanted, whole=True)

    def test_auto_on_a_tunnel_that_was_up_before_the_underlay_changed(self):
        self.up(self.client, UP)
        index = self.client.links()["t1"]["index"]
        self.client.ip("link set wan mtu 1400")
        self.up(self.client, UP)
        self.assertEqual(self.mtu(), 1380)
        self.assertEqual(self.client.links()["t1"]["index"], index)

    def test_auto_follows_the_mtu_of_the_route(self):
        self.client.ip(f"route add {SERVER4}/32 via 198.51.100.1 mtu 1450")
        self.up(self.client, UP)
        self.assertEqual(self.mtu(), 1430)


class Prefixes(FarEnd):
    def test_without_an_interface_it_does_not_loop(self):
        self.up(self.client, UP + f" prefix {PREFIX}")
        self.assertEqual(len(self.client.routes(f"unreachable {PREFIX} 41")), 1, self.client.routes())
        self.assertEqual(packets.ask(self.inet, "2001:db8:100::dead"), "unreachable")

    def test_without_it_such_a_packet_comes_back(self):
        """The far end of the test above is not what answers: the same question without the prefix gets something else."""
        self.up(self.client, UP)
        self.assertNotEqual(packets.ask(self.inet, "2001:db8:100::dead", within=1), "unreachable")

    def test_with_an_interface_a_lan_host_reaches_the_internet(self):
        before = self.client.state()
        self.lan.ip("addr add 2001:db8:100::5/64 dev eth0 nodad\nroute add ::/0 via 2001:db8:100::1")
        self.up(self.client, UP + f" prefix {PREFIX},lan")
        self.assertEqual(self.client.addresses("lan"), ["2001:db8:100::1/64"])
        self.reaches(self.lan, INTERNET)
        self.reaches(self.inet, "2001:db8:100::5")
        self.up(self.client, "client down t1")
        self.same(before, self.client, "after down")

    def test_a_shorter_prefix_gives_the_interface_its_first_64(self):
        self.lan.ip("addr add 2001:db8:200::5/64 dev eth0 nodad\nroute add ::/0 via 2001:db8:200::1")
        self.server.ip(f"route replace {PREFIX_B} dev far")
        self.inet.ip(f"route replace {PREFIX_B} via {SERVER6}")
        self.up(self.client, UP + f" prefix {PREFIX_B},lan")
        self.assertEqual(self.client.addresses("lan"), ["2001:db8:200::1/64"])
        self.reaches(self.lan, INTERNET)
        self.reaches(self.inet, "2001:db8:200::5")
        self.assertEqual(packets.ask(self.inet, "2001:db8:200:9::1"), "unreachable")

    def test_two_prefixes(self):
        self.up(self.client, UP + f" prefix {PREFIX} prefix 2001:db8:101::/64,lan")
        self.assertEqual(packets.ask(self.inet, "2001:db8:100::dead"), "unreachable")
        self.reaches(self.inet, "2001:db8:101::1")

    def test_an_address_that_the_interface_had_before_stays(self):
        self.client.ip("addr add 2001:db8:100::1/64 dev lan nodad")
        before = self.client.state()
        self.tell(self.client, UP + f" prefix {PREFIX},lan")
        self.reaches(self.inet, "2001:db8:100::1")
        self.up(self.client, "client down t1")
        self.same(before, self.client, "after down")


class HostNames(FarEnd):
    @classmethod
    def prepare(cls):
        super().prepare()
        with open("/etc/hosts", "w", encoding="ascii") as hosts:
            hosts.write(f"127.0.0.1 localhost\n2001:db8:ffff::7 broker.test\n{SERVER4} broker.test\n2001:db8:ffff::8 six.test\n")

    @classmethod
    def tearDownClass(cls):
        with open("/etc/hosts", "w", encoding="ascii") as hosts:
            hosts.write("127.0.0.1 localhost\n")

    def test_a_name_gives_the_ipv4_address_and_it_is_shown(self):
        self.tell(self.client, UP.replace(SERVER4, "broker.test"))
        self.assertEqual(self.client.links()["t1"]["remote"], SERVER4)
        self.reaches(self.client, INTERNET)
        self.assertIn(SERVER4, self.tell(self.client, "client show t1").out)
        self.assertIn(SERVER4, json.dumps(self.show(self.client, "client show t1")))

    def test_a_name_that_nobody_knows(self):
        self.refused(self.client, UP.replace(SERVER4, "nobody.test"), "nobody.test")

    def test_a_name_with_ipv6_only(self):
        self.refused(self.client, UP.replace(SERVER4, "six.test"), "six.test")


class OtherDefaultRoutes(FarEnd):
    def test_a_better_one_is_named_and_kept(self):
        self.client.ip("addr add 2001:db8:900::2/64 dev wan nodad\nroute add ::/0 via 2001:db8:900::1 dev wan metric 512")
        before = self.client.routes("default6/0")
        done = self.tell(self.client, UP)
        self.assertIn("default", done.err)
        self.assertRegex(done.err, r"wan|512|2001:db8:900::1")
        self.assertEqual([r for r in self.client.routes("default6/0") if " t1 " not in r], before)
        self.assertEqual(len(self.client.routes("default6/0 t1")), 1)
        self.up(self.client, "client down t1")
        self.assertEqual(self.client.routes("default6/0"), before)

    def test_one_of_the_same_metric_is_named_and_wins(self):
        self.client.ip("addr add 2001:db8:900::2/64 dev wan nodad\nroute add ::/0 via 2001:db8:900::1 dev wan metric 1024")
        before = self.client.state()
        done = self.tell(self.client, UP)
        self.assertIn("default", done.err)
        self.assertRegex(done.err, r"wan|1024|2001:db8:900::1")
        got = self.client.json("-6 route get 2001:db8:ffff::1")
        self.assertEqual(got[0]["dev"], "wan", "what stderr calls the winner does not win")
        self.up(self.client, "client down t1")
        self.same(before, self.client, "after down")

    def test_one_of_the_same_metric_and_a_gateway_with_an_address(self):
        """The kernel would make one route with two next hops of them: refused, or the other must win."""
        self.client.ip("addr add 2001:db8:900::2/64 dev wan nodad\nroute add ::/0 via 2001:db8:900::1 dev wan metric 1024")
        before = self.client.state()
        done = netlab.run(self.client, f"{UP} gateway {PAIR[0]}")
        self.assertIn(done.status, (0, 1, 2), done)
        self.assertIn("wan", done.err, done)
        self.assertEqual(self.client.routes("default6/0 wan"), [r for r in before.lines if r.startswith("route unicast default6/0")])
        if done.status == 0:
            self.tell(self.client, "client down t1")
        self.same(before, self.client, str(done))

    def test_a_worse_one_is_no_matter(self):
        self.client.ip("addr add 2001:db8:900::2/64 dev wan nodad\nroute add ::/0 via 2001:db8:900::1 dev wan metric 2048")
        self.up(self.client, UP)
        self.reaches(self.client, INTERNET)


class Down(FarEnd):
    def test_what_is_not_there(self):
        before = self.client.state()
        done = self.tell(self.client, "client down t1")
        self.assertIn("t1", done.err)
        self.assertEqual(done.out, "")
        self.same(before, self.client)

    def test_a_foreign_device_of_that_name_is_not_touched(self):
        self.client.ip(f"tunnel add t1 mode sit remote {SERVER4} ttl 64\nlink set t1 up")
        before = self.client.state()
        done = netlab.run(self.client, "client down t1")
        self.assertIn("t1", done.err, str(done))
        self.same(before, self.client, "a foreign device was changed")


class Set(netlab.Case):
    """`client set` changes what it names, in place; `none` takes a parameter back to its default."""

    @classmethod
    def prepare(cls):
        netlab.run(cls.server, f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX}")

    def test_in_place(self):
        self.up(self.client, UP + f" ttl 64 mtu 1400 prefix {PREFIX}")
        index = self.client.links()["t1"]["index"]
        with packets.Stream(self.client, PAIR[0], interval=0.03) as stream:
            self.up(self.client, "client set t1 mtu 1300")
            link = self.client.links()["t1"]
            self.assertEqual((link["index"], link["mtu"], link["ttl"]), (index, 1300, 64))
            self.up(self.client, "client set t1 mtu none prefix 2001:db8:101::/64")
            stream.wait_for()
        self.assertEqual(stream.lost, [])
        # The kernel takes the device out of its table for a moment (ipip6_tunnel_update()).
        self.up(self.client, "client set t1 ttl none")
        link = self.client.links()["t1"]
        self.assertEqual((link["index"], link["mtu"], link["ttl"]), (index, 1480, 255))
        self.assertEqual(self.client.routes(f"{PREFIX} "), [])
        wanted = self.client.state()
        self.up(self.client, UP + " prefix 2001:db8:101::/64")
        self.same(wanted, self.client, "another state than the same by `client up`")
        self.up(self.client, "client check t1")

    def test_twice_is_once(self):
        self.up(self.client, UP)
        self.up(self.client, f"client set t1 prefix {PREFIX} metric 7")
        self.assertEqual(self.tell(self.client, f"-D client set t1 prefix {PREFIX} metric 7").out, "")
        self.up(self.client, "client set t1 prefix none metric none")
        self.assertEqual(self.tell(self.client, "-D " + UP).out, "")

    def test_a_protection_that_goes_is_named(self):
        """By whatever command; one that is said to be off is not."""
        secured = UP + " simple-security on allow tcp/22"
        for words, note in (("client set t1 simple-security none allow none", "simple-security: was on, but is not given now"), (UP, "simple-security: was on"),
                            (UP + " simple-security on", "allow: was given, but is not given now"), ("client set t1 allow none", "allow: was given")):
            self.up(self.client, secured)
            self.assertIn(note, self.tell(self.client, words).err)
        for words in ("client set t1 simple-security off allow none", UP + " simple-security off"):
            self.up(self.client, secured)
            self.up(self.client, words)

    def test_refused(self):
        before = self.client.state()
        self.refused(self.client, "client set t1 mtu 1400", "t1", "client up", status=2)
        self.same(before, self.client)
        self.up(self.client, UP)
        for words, name in (("", "t1"), ("address none", "address"), ("remote none", "remote"), ("mtu none mtu 1400", "mtu"),
                            (f"gateway {PAIR[1]}", "gateway")):
            self.refused(self.client, f"client set t1 {words}", name, status=2)
        self.up(self.client, "client check")
