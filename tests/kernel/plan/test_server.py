# SPDX-License-Identifier: GPL-2.0-or-later
"""`server add-peer` and its kin against clients that were made with `ip` alone."""

import netlab
from netlab import CLIENT4, INTERNET, ON_LINK, PAIR, PAIR_B, PREFIX, SECOND4, SERVER4
import packets

ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
BOB = f"server add-peer bob remote {SECOND4} address {PAIR_B[1]}"


def far_client(own4, own6):
    """The seed's commands, for a client."""
    return f"""
        tunnel add sit-ipv6 mode sit remote {SERVER4} local {own4} ttl 255
        link set sit-ipv6 up
        addr add {own6}/127 dev sit-ipv6 nodad
        route add ::/0 dev sit-ipv6"""


class Clients(netlab.Case):
    """Two clients are plain `ip`."""

    @classmethod
    def prepare(cls):
        cls.client.ip(far_client(CLIENT4, PAIR[1]))
        cls.second.ip(far_client(SECOND4, PAIR_B[1]))


class Carries(Clients):
    def test_ping_out_and_in(self):
        self.up(self.server, ALICE)
        self.reaches(self.client, PAIR[0])
        self.reaches(self.client, INTERNET)
        self.reaches(self.inet, PAIR[1])
        self.reaches(self.server, PAIR[1])

    def test_nothing_is_carried_after_del_peer(self):
        self.up(self.server, ALICE)
        self.reaches(self.inet, PAIR[1])
        self.up(self.server, "server del-peer alice")
        self.assertNotIn("sit-alice", self.server.links())
        self.assertNotEqual(packets.ask(self.inet, PAIR[1], within=1), "reply")

    def test_peer_to_peer(self):
        self.up(self.server, ALICE)
        self.up(self.server, BOB)
        self.reaches(self.client, PAIR_B[1])
        self.reaches(self.second, PAIR[1])
        self.reaches(self.second, INTERNET)

    def test_removing_one_peer_disturbs_no_other(self):
        self.up(self.server, ALICE)
        self.up(self.server, BOB)
        with packets.Stream(self.second, INTERNET) as stream:
            self.up(self.server, "server del-peer alice")
            stream.wait_for()
        self.assertGreater(len(stream.answered), 4)
        self.assertEqual(stream.lost, [])

    def test_full_size_packets_go_whole_both_ways(self):
        self.up(self.server, ALICE)
        with packets.Wire(self.client, "wan") as arrived:
            self.reaches(self.client, INTERNET, size=1480, whole=True)
            self.reaches(self.inet, PAIR[1], size=1480, whole=True)
            self.reaches(self.server, PAIR[1], size=1480, whole=True)
            seen = arrived.packets()
        full = [p for p in seen if p["length"] == 1500]
        self.assertGreaterEqual(len(full), 3, seen)
        for packet in seen:
            self.assertFalse(packet["fragment"], packet)
            self.assertTrue(packet["df"] or packet["length"] < 1500, f"may be fragmented on the way: {packet}")
        self.assertEqual(packets.ask(self.inet, PAIR[1], size=1481, whole=True), "too big")

    def test_a_prefix_is_routed_to_its_peer(self):
        self.client.ip("addr add 2001:db8:100::5/128 dev lo nodad")
        self.up(self.server, ALICE + f" prefix {PREFIX} prefix 2001:db8:180::/48")
        self.reaches(self.inet, "2001:db8:100::5")
        self.reaches(self.client, INTERNET, source="2001:db8:100::5")
        self.assertEqual(len(self.server.routes(f"{PREFIX} sit-alice 41 1024")), 1, self.server.routes("sit-alice"))
        self.assertEqual(len(self.server.routes("2001:db8:180::/48 sit-alice 41 1024")), 1, self.server.routes("sit-alice"))


class Parameters(Clients):
    def link(self, dev="sit-alice"):
        return self.server.links()[dev]

    def test_defaults(self):
        self.up(self.server, ALICE)
        wanted = {"kind": "sit", "remote": CLIENT4, "ttl": 255, "pmtudisc": 1, "proto": 41, "mtu": 1480, "group": 41,
                  "alias": "sitctl server alice", "up": True}
        self.assertEqual({k: self.link()[k] for k in wanted}, wanted)
        self.assertIn(self.link()["local"], ("0.0.0.0", SERVER4))
        self.assertEqual(self.server.addresses("sit-alice"), [f"{PAIR[0]}/127"])

    def test_the_server_has_the_other_half_of_the_127(self):
        for peer, own in (("2001:db8:1::6", "2001:db8:1::7"), ("2001:db8:1::7/127", "2001:db8:1::6"),
                          ("2001:db8:1::ffff", "2001:db8:1::fffe")):
            with self.subTest(peer=peer):
                self.up(self.server, f"server add-peer alice remote {CLIENT4} address {peer}")
                self.assertEqual(self.server.addresses("sit-alice"), [f"{own}/127"])
                self.up(self.server, "server del-peer alice")

    def test_server_address_of_a_longer_network(self):
        self.client.ip("addr flush dev sit-ipv6\naddr add 2001:db8:1:1::2/64 dev sit-ipv6 nodad\nroute replace ::/0 dev sit-ipv6")
        self.up(self.server, f"server add-peer alice remote {CLIENT4} address 2001:db8:1:1::2/64 server-address 2001:db8:1:1::1")
        self.reaches(self.client, "2001:db8:1:1::1")
        self.reaches(self.client, INTERNET)
        self.reaches(self.inet, "2001:db8:1:1::2")

    def test_dev(self):
        self.up(self.server, ALICE + " dev tun-4567890-abc")
        self.assertEqual(self.link("tun-4567890-abc")["alias"], "sitctl server alice")
        self.assertNotIn("sit-alice", self.server.links())
        self.reaches(self.client, INTERNET)
        self.up(self.server, "server del-peer alice")
        self.assertNotIn("tun-4567890-abc", self.server.links())

    def test_a_long_peer_name_with_dev(self):
        name = "a-peer_with.32.characters-234567"
        self.assertEqual(len(name), 32)
        self.up(self.server, ALICE.replace("alice", name) + " dev tun0")
        self.assertEqual(self.link("tun0")["alias"], f"sitctl server {name}")
        self.up(self.server, f"server del-peer {name}")
        self.assertNotIn("tun0", self.server.links())

    def test_a_peer_name_whose_device_has_just_fifteen_bytes(self):
        self.up(self.server, ALICE.replace("alice", "elevenchars"))
        self.assertIn("sit-elevenchars", self.server.links())
        self.reaches(self.client, INTERNET)

    def test_ttl_and_mtu(self):
        self.up(self.server, ALICE + " ttl 64 mtu 1400")
        self.assertEqual((self.link()["ttl"], self.link()["mtu"]), (64, 1400))
        with packets.Wire(self.client, "wan") as wire:
            self.reaches(self.client, INTERNET)
            self.assertEqual({p["ttl"] for p in wire.packets()}, {63})

    def test_mtu_auto(self):
        self.server.ip("link set up0 mtu 1400")
        self.up(self.server, ALICE)
        self.assertEqual(self.link()["mtu"], 1380)

    def test_local_of_the_server(self):
        self.up(self.server, f"server up local {SERVER4}")
        self.up(self.server, ALICE)
        self.assertEqual(self.link()["local"], SERVER4)
        self.reaches(self.client, INTERNET)

    def test_the_servers_values_are_the_peers_defaults(self):
        self.up(self.server, "server up ttl 64 mtu 1400")
        self.up(self.server, ALICE)
        self.up(self.server, BOB + " mtu 1420")
        self.assertEqual((self.link()["ttl"], self.link()["mtu"]), (64, 1400))
        self.assertEqual((self.link("sit-bob")["ttl"], self.link("sit-bob")["mtu"]), (64, 1420))

    def test_a_named_uplink(self):
        self.server.ip("route del ::/0 via 2001:db8::1 dev up0")
        self.up(self.server, "server up uplink up0")
        self.up(self.server, f"server add-peer near remote {CLIENT4} address {ON_LINK[1]}")
        self.assertEqual(self.server.proxies(), [(ON_LINK[1], "up0")])


class SetPeer(Clients):
    def test_values_change_in_place(self):
        self.up(self.server, ALICE)
        index = self.server.links()["sit-alice"]["index"]
        for words, key, value in (("ttl 64", "ttl", 64), ("mtu 1400", "mtu", 1400), (f"remote {SECOND4}", "remote", SECOND4)):
            with self.subTest(words=words):
                self.up(self.server, "server set-peer alice " + words)
                link = self.server.links()["sit-alice"]
                self.assertEqual((link["index"], link[key]), (index, value))
                self.assertEqual(self.server.addresses("sit-alice"), [f"{PAIR[0]}/127"])
        self.second.ip(f"addr add {PAIR[1]}/127 dev sit-ipv6 nodad\naddr del {PAIR_B[1]}/127 dev sit-ipv6")
        self.reaches(self.second, INTERNET, source=PAIR[1])

    def test_what_is_not_named_stays(self):
        self.up(self.server, ALICE + f" ttl 64 mtu 1400 prefix {PREFIX}")
        self.up(self.server, "server set-peer alice mtu 1300")
        link = self.server.links()["sit-alice"]
        self.assertEqual((link["mtu"], link["ttl"]), (1300, 64))
        self.assertEqual(len(self.server.routes(f"{PREFIX} sit-alice")), 1)

    def test_a_moved_remote_moves_the_notrack_rule(self):
        self.up(self.server, ALICE)
        self.up(self.server, f"server set-peer alice remote {SECOND4}")
        rules = self.server.state().rules
        self.assertIn(SECOND4, rules)
        self.assertNotIn(CLIENT4, rules)

    def test_an_unknown_peer(self):
        self.up(self.server, ALICE)
        self.refused(self.server, "server set-peer alicia mtu 1400", "alicia", status=2)

    def test_add_peer_again_with_other_values_changes_it(self):
        self.up(self.server, ALICE + f" prefix {PREFIX}")
        index = self.server.links()["sit-alice"]["index"]
        self.up(self.server, ALICE + " mtu 1300 prefix 2001:db8:180::/48")
        link = self.server.links()["sit-alice"]
        self.assertEqual((link["index"], link["mtu"]), (index, 1300))
        self.assertEqual(self.server.routes(f"{PREFIX} sit-alice"), [])
        self.assertEqual(len(self.server.routes("2001:db8:180::/48 sit-alice")), 1)


class NeighbourProxy(netlab.Case):
    """The peer's address lies inside the uplink's /64: the Internet's router asks for it by neighbour discovery."""

    @classmethod
    def prepare(cls):
        cls.client.ip(far_client(CLIENT4, ON_LINK[1]))

    near = f"server add-peer near remote {CLIENT4} address {ON_LINK[1]}"

    def test_auto(self):
        before = self.server.state()
        self.up(self.server, self.near)
        self.assertEqual(self.server.proxies(), [(ON_LINK[1], "up0")])
        self.reaches(self.inet, ON_LINK[1], within=6)
        self.reaches(self.client, "2001:db8::1", within=6)
        self.reaches(self.client, INTERNET)
        self.up(self.server, "server del-peer near")
        self.assertEqual(self.server.proxies(), [])
        self.same(before, self.server, "after del-peer")

    def test_off(self):
        self.up(self.server, self.near + " proxy-ndp off")
        self.assertEqual(self.server.proxies(), [])
        self.reaches(self.client, ON_LINK[0])
        self.assertNotEqual(packets.ask(self.inet, ON_LINK[1], within=1.5), "reply")

    def test_set_to_off_and_on_again(self):
        self.up(self.server, self.near)
        self.up(self.server, "server set-peer near proxy-ndp off")
        self.assertEqual(self.server.proxies(), [])
        self.up(self.server, "server set-peer near proxy-ndp on")
        self.assertEqual(self.server.proxies(), [(ON_LINK[1], "up0")])
        self.reaches(self.inet, ON_LINK[1], within=6)

    def test_auto_makes_no_entry_for_an_address_elsewhere_and_on_does(self):
        self.up(self.server, ALICE)
        self.assertEqual(self.server.proxies(), [])
        self.assertEqual(self.server.get("net.ipv6.conf.up0.proxy_ndp"), "0")
        self.up(self.server, "server set-peer alice proxy-ndp on")
        self.assertEqual(self.server.proxies(), [(PAIR[1], "up0")])
        self.assertEqual(self.server.get("net.ipv6.conf.up0.proxy_ndp"), "1")

    def test_a_prefix_inside_the_uplinks_prefix_has_an_entry_for_each_address(self):
        before = self.server.state()
        self.client.ip("addr add 2001:db8::b5/128 dev lo nodad")
        self.up(self.server, self.near + " prefix 2001:db8::b0/124")
        wanted = sorted([(ON_LINK[1], "up0")] + [(f"2001:db8::b{i:x}", "up0") for i in range(16)])
        self.assertEqual(self.server.proxies(), wanted)
        self.reaches(self.inet, "2001:db8::b5", within=6)
        self.up(self.server, "server del-peer near")
        self.same(before, self.server, "after del-peer")

    def test_the_largest_such_prefix_is_a_120(self):
        before = self.server.state()
        self.up(self.server, self.near + " prefix 2001:db8::b00/120")
        self.assertEqual(len(self.server.proxies()), 257)
        self.up(self.server, "server down")
        self.same(before, self.server, "after down")

    def test_a_foreign_entry_stays(self):
        self.server.ip("neigh add proxy 2001:db8::c1 dev up0")
        before = self.server.state()
        self.up(self.server, self.near)
        self.up(self.server, "server del-peer near")
        self.same(before, self.server, "after del-peer")


class Preparation(Clients):
    def test_add_peer_prepares_and_the_last_del_peer_undoes_it(self):
        before = self.server.state()
        self.up(self.server, ALICE)
        self.up(self.server, BOB)
        self.up(self.server, "server del-peer alice")
        self.reaches(self.second, INTERNET)
        self.up(self.server, "server del-peer bob")
        self.same(before, self.server, "after the last peer went")

    def test_server_up_stays_until_server_down(self):
        before = self.server.state()
        self.up(self.server, "server up")
        prepared = self.server.state()
        self.assertNotEqual(before.difference(prepared), "", "server up did nothing")
        self.up(self.server, ALICE)
        self.up(self.server, "server del-peer alice")
        self.same(prepared, self.server, "after the last peer went")
        self.up(self.server, "server down")
        self.same(before, self.server, "after server down")

    def test_server_down_removes_every_peer(self):
        before = self.server.state()
        self.up(self.server, ALICE + f" prefix {PREFIX}")
        self.up(self.server, BOB)
        self.up(self.server, "server down")
        self.same(before, self.server, "after server down")

    def test_down_and_del_peer_of_what_is_not_there(self):
        before = self.server.state()
        for words, needed in (("server del-peer alice", "alice"), ("server down", "server")):
            with self.subTest(words=words):
                done = self.tell(self.server, words)
                self.assertIn(needed, done.err)
                self.assertEqual(done.out, "")
        self.same(before, self.server)


class BothEnds(netlab.Case):
    """sitctl on both sides, as in the README."""

    def test_client_and_server(self):
        self.up(self.server, ALICE + f" prefix {PREFIX}")
        self.up(self.client, f"client up t1 remote {SERVER4} address {PAIR[1]} prefix {PREFIX},lan")
        self.lan.ip("addr add 2001:db8:100::5/64 dev eth0 nodad\nroute add ::/0 via 2001:db8:100::1")
        self.reaches(self.client, INTERNET, size=1480, whole=True)
        self.reaches(self.lan, INTERNET)
        self.reaches(self.inet, "2001:db8:100::5")

    def test_a_host_that_is_client_and_server(self):
        before = self.server.state()
        self.inet.ip(f"""
            tunnel add far mode sit remote {SERVER4} local 203.0.113.254 ttl 255
            link set far up
            addr add 2001:db8:1:9::2/127 dev far nodad""")
        self.client.ip(far_client(CLIENT4, PAIR[1]))
        self.up(self.server, ALICE)
        self.tell(self.server, "client up upper remote 203.0.113.254 address 2001:db8:1:9::3 gateway none")
        self.reaches(self.server, "2001:db8:1:9::2")
        self.reaches(self.client, INTERNET)
        self.up(self.server, "server down")
        self.assertIn("upper", self.server.links())
        self.reaches(self.server, "2001:db8:1:9::2")
        self.up(self.server, "client down upper")
        self.same(before, self.server, "after both went")
