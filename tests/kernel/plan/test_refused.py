# SPDX-License-Identifier: GPL-2.0-or-later
"""What is refused, and that the host is then as it was."""

import netlab
from netlab import CLIENT4, ON_LINK, PAIR, PAIR_B, PREFIX, ROUTER6, SECOND4, SERVER4, SERVER6

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
BOB = f"server add-peer bob remote {SECOND4} address {PAIR_B[1]}"


# What RFC 6890 lets nobody be, for another host.
NOT_ELSEWHERE = ("0.1.2.3", "127.1.0.1", "169.254.1.1", "192.0.0.8", "192.88.99.1", "224.0.0.1", "240.0.0.1", "255.255.255.255")


class Client(netlab.Case):
    def test_a_foreign_route_for_the_prefix(self):
        """The last step of all: link, address, sysctls and rules were made before it."""
        self.client.ip(f"route add unreachable {PREFIX} metric 4294967295")
        done = self.refused(self.client, UP + f" prefix {PREFIX}", PREFIX, status=1)
        self.assertTrue(done.err.startswith("sitctl: "), done)

    def test_the_same_on_a_tunnel_that_is_up(self):
        self.up(self.client, UP)
        self.client.ip(f"route add unreachable {PREFIX} metric 4294967295")
        self.refused(self.client, UP + f" mtu 1300 ttl 9 metric 7 prefix {PREFIX}", PREFIX, status=1)

    def test_a_name_that_a_foreign_device_has(self):
        for kind in ("veth peer name t1peer", f"sit remote {SERVER4} ttl 255", f"sit remote {SECOND4}"):
            with self.subTest(kind):
                self.client.ip(f"link add t1 type {kind}\nlink set t1 up")
                self.refused(self.client, UP, "t1", status=1)
                self.client.ip("link del t1")

    def test_a_name_that_a_peer_of_this_host_has(self):
        self.up(self.server, ALICE)
        self.refused(self.server, f"client up sit-alice remote {SECOND4} address 2001:db8:1::9 gateway none", "sit-alice", "alice")

    def test_endpoints_that_a_foreign_tunnel_has(self):
        self.client.ip(f"tunnel add other-one mode sit remote {SERVER4} local {CLIENT4} ttl 255")
        self.refused(self.client, UP + f" local {CLIENT4}", "other-one", status=1)

    def test_endpoints_that_a_tunnel_of_ours_has(self):
        self.up(self.client, UP)
        self.refused(self.client, f"client up t2 remote {SERVER4} address 2001:db8:1::9 gateway none", "t1", status=1)

    def test_a_change_to_endpoints_that_another_tunnel_has(self):
        self.up(self.client, UP)
        self.up(self.client, f"client up t2 remote {SECOND4} address 2001:db8:1::9 gateway none")
        self.refused(self.client, f"client up t2 remote {SERVER4} address 2001:db8:1::9 gateway none", "t1", status=1)

    def test_a_local_that_is_not_of_this_host(self):
        done = self.refused(self.client, UP + " local 203.0.113.77", "203.0.113.77", CLIENT4)
        self.assertNotRegex(done.err, r"\bNAT\b")

    def test_a_local_that_is_not_of_this_host_behind_a_nat(self):
        for private in ("10.9.0.2", "172.16.0.1", "172.31.255.254", "192.168.7.7", "100.64.3.2", "100.127.0.1"):
            with self.subTest(private):
                self.client.ip(f"addr add {private}/32 dev wan\nroute replace {SERVER4}/32 via 198.51.100.1 src {private}")
                done = self.refused(self.client, UP + " local 203.0.113.77", "203.0.113.77", private)
                self.assertRegex(done.err, r"\bNAT\b", done)

    def test_a_local_that_is_nearly_private(self):
        for public in ("172.15.255.254", "172.32.0.1", "100.63.0.1", "100.128.0.1", "192.169.0.1", "11.0.0.1"):
            with self.subTest(public):
                self.client.ip(f"addr add {public}/32 dev wan\nroute replace {SERVER4}/32 via 198.51.100.1 src {public}")
                done = self.refused(self.client, UP + " local 203.0.113.77", "203.0.113.77", public)
                self.assertNotRegex(done.err, r"\bNAT\b")

    def test_a_remote_that_is_no_other_host(self):
        for remote in NOT_ELSEWHERE + (CLIENT4, "198.51.100.255", "198.51.100.0"):
            with self.subTest(remote):
                done = self.refused(self.client, UP.replace(SERVER4, remote), "remote", remote, status=2)
                self.assertRegex(done.err, "address|network|anycast prefix")
        self.up(self.client, UP)
        self.refused(self.client, UP.replace(SERVER4, CLIENT4), CLIENT4, status=2)

    def test_a_remote_in_a_network_of_this_host(self):
        self.client.ip("addr add 10.7.0.0/31 dev wan\naddr add 10.7.0.8/32 dev wan\naddr add 10.8.0.1/24 dev lo")
        for remote in ("198.51.100.1", "10.7.0.1", "10.7.0.9", "10.0.0.255", "192.168.0.0", "100.64.0.1", "198.18.0.1"):
            self.up(self.client, UP.replace(SERVER4, remote))
        for remote in ("10.7.0.0", "10.7.0.8", "10.8.0.99"):
            self.refused(self.client, UP.replace(SERVER4, remote), remote, status=2)

    def test_a_gateway_that_only_leftovers_reach(self):
        """The kernel would take it while the device has a default route or an address that the same command removes."""
        far = "2001:db8:1:77::1"
        for before in (UP, UP + " address 2001:db8:1:77::3/64", UP + " address 2001:db8:1:77::3/64 gateway none"):
            with self.subTest(before):
                self.up(self.client, before)
                self.refused(self.client, f"{UP} gateway {far}", "gateway", far, "address", status=2)
        self.client.ip("route add 2001:db8:1:77::/64 dev t1")
        self.refused(self.client, f"{UP} gateway {far}", "gateway", far, status=2)
        self.up(self.client, "client down t1")
        self.refused(self.client, f"{UP} gateway {far}", "gateway", far, status=2)
        self.refused(self.client, f"{UP} gateway {PAIR[1]}", "gateway", PAIR[1], status=2)
        self.up(self.client, f"{UP} gateway fe80::1")
        self.up(self.client, f"{UP} address 2001:db8:1:77::3/64 gateway {far}")
        self.up(self.client, f"{UP} gateway {PAIR[0]}")

    def test_the_tunnel_itself_as_an_interface(self):
        for more in ("dev t1", f"prefix {PREFIX},t1"):
            with self.subTest(more):
                self.refused(self.client, f"{UP} {more}", "t1", status=2)
                self.up(self.client, UP)
                self.refused(self.client, f"{UP} {more}", "t1", "itself", status=2)
                self.up(self.client, "client down t1")

    def test_a_foreign_address_is_never_taken(self):
        """The kernel lets two devices have one address; whatever sitctl thinks of it, the other device keeps its own."""
        self.client.ip(f"addr add {PAIR[1]}/64 dev wan nodad")
        before = self.client.state()
        done = netlab.run(self.client, UP)
        self.assertIn(done.status, (0, 1), done)
        if done.status == 0:
            self.tell(self.client, "client down t1")
        else:
            self.assertIn("wan", done.err, done)
        self.same(before, self.client, str(done))

    def test_interfaces_that_are_not_there(self):
        self.refused(self.client, UP + " dev nowhere", "nowhere")
        self.refused(self.client, UP + f" prefix {PREFIX},nowhere", "nowhere")

    def test_a_server_that_cannot_be_reached(self):
        """No route to the remote: there is no MTU to take. Whether it is refused or set up with a guess, nothing is half done."""
        self.client.ip("route del 0.0.0.0/0 via 198.51.100.1")
        before = self.client.state()
        done = netlab.run(self.client, UP)
        if done.status != 0:
            self.assertIn(SERVER4, done.err, done)
        else:
            self.assertTrue(self.client.links()["t1"]["up"])
            self.tell(self.client, "client down t1")
        self.same(before, self.client, str(done))


class Server(netlab.Case):
    def test_a_foreign_route_for_the_prefix(self):
        self.server.ip(f"route add {PREFIX} via {ROUTER6} dev up0 metric 1024")
        self.refused(self.server, ALICE + f" prefix 2001:db8:180::/64 prefix {PREFIX}", PREFIX, status=1)

    def test_the_same_beside_a_peer_that_is_up(self):
        self.up(self.server, BOB)
        self.server.ip(f"route add {PREFIX} via {ROUTER6} dev up0 metric 1024")
        self.refused(self.server, ALICE + f" prefix {PREFIX}", PREFIX, status=1)
        self.refused(self.server, f"server set-peer bob ttl 9 mtu 1300 prefix {PREFIX}", PREFIX, status=1)

    def test_a_name_that_a_foreign_device_has(self):
        self.server.ip("link add sit-alice type veth peer name other\nlink set sit-alice up")
        self.refused(self.server, ALICE, "sit-alice", status=1)

    def test_endpoints_that_another_tunnel_has(self):
        self.up(self.server, BOB)
        done = self.refused(self.server, ALICE.replace(CLIENT4, SECOND4), "bob", status=1)
        self.assertNotIn("--netns", done.err)

    def test_endpoints_that_a_foreign_tunnel_has(self):
        self.server.ip(f"tunnel add other-one mode sit remote {CLIENT4} ttl 255\n"
                       f"tunnel add other-two mode sit remote {CLIENT4} local {SERVER4} ttl 255")
        self.refused(self.server, ALICE, "other-", status=1)

    def test_addresses_in_use_by_another_peer(self):
        self.up(self.server, BOB + f" prefix {PREFIX}")
        base = f"server add-peer alice remote {CLIENT4} address "
        for more in (PAIR_B[1], f"{PAIR_B[0]} server-address {PAIR[0]}", f"{PAIR[1]} server-address {PAIR_B[1]}",
                     f"{PAIR[1]} prefix {PREFIX}", f"{PAIR[1]} prefix 2001:db8:100::/56", f"{PAIR[1]} prefix 2001:db8:100:0:8::/80",
                     f"{PAIR[1]} prefix 2001:db8:1::/64", "2001:db8:100::3", f"{PAIR[1]} prefix {PAIR_B[1]}/128"):
            with self.subTest(more):
                self.refused(self.server, base + more, "bob")

    def test_neighbouring_prefixes_do_not_overlap(self):
        self.up(self.server, BOB + f" prefix {PREFIX}")
        self.up(self.server, ALICE + " prefix 2001:db8:100:1::/64 prefix 2001:db8:ff::/48")

    def test_a_change_to_what_another_peer_has(self):
        self.up(self.server, BOB + f" prefix {PREFIX}")
        self.up(self.server, ALICE)
        for more in (f"prefix {PREFIX}", f"address {PAIR_B[1]}", f"remote {SECOND4}"):
            with self.subTest(more):
                self.refused(self.server, f"server set-peer alice {more}", "bob")

    def test_a_peer_may_keep_its_own(self):
        self.up(self.server, ALICE + f" prefix {PREFIX}")
        self.up(self.server, f"server set-peer alice prefix {PREFIX} prefix 2001:db8:101::/64")
        self.up(self.server, "server set-peer alice prefix 2001:db8:100::/56")

    def test_addresses_in_use_by_this_host(self):
        base = f"server add-peer alice remote {CLIENT4} address "
        for more in (SERVER6, f"{PAIR[1]} server-address {SERVER6}", f"{PAIR[1]} prefix 2001:db8::/64",
                     f"{PAIR[1]} prefix {SERVER6}/128", f"{PAIR[1]} prefix 2001:db8::/48"):
            with self.subTest(more):
                done = self.refused(self.server, base + more)
                self.assertRegex(done.err, f"up0|{SERVER6}", done)

    def test_a_126_needs_the_server_address_spelled_out(self):
        for length in (126, 64, 128):
            with self.subTest(length):
                self.refused(self.server, f"{ALICE}/{length}", "server-address")
        self.up(self.server, f"{ALICE}/126 server-address {PAIR[0]}")

    def test_a_server_address_that_is_the_peers_own(self):
        self.refused(self.server, f"{ALICE} server-address {PAIR[1]}", "server-address")

    def test_no_uplink(self):
        self.server.ip(f"route del ::/0 via {ROUTER6} dev up0")
        self.refused(self.server, f"server add-peer near remote {CLIENT4} address {ON_LINK[1]}", "uplink")
        self.refused(self.server, "server up", "uplink")

    def test_more_than_one_uplink(self):
        self.server.ip("link add up1 type veth peer name far1\nlink set up1 up\nlink set far1 up\n"
                       "addr add 2001:db8:a::2/64 dev up1 nodad\nroute append ::/0 via 2001:db8:a::1 dev up1")
        self.refused(self.server, "server up", "up0", "up1", "uplink")
        self.refused(self.server, ALICE, "up0", "up1", "uplink")
        self.up(self.server, "server up uplink up0")
        self.up(self.server, ALICE)

    def test_an_uplink_that_is_not_there(self):
        self.refused(self.server, "server up uplink nowhere", "nowhere")

    def test_an_uplink_that_is_a_peers_own(self):
        self.up(self.server, ALICE)
        self.refused(self.server, "server up uplink sit-alice", "sit-alice", "alice", status=2)

    def test_a_remote_that_is_no_other_host(self):
        self.up(self.server, ALICE)
        for remote in NOT_ELSEWHERE + (SERVER4, "203.0.113.255", "203.0.113.0"):
            with self.subTest(remote):
                self.refused(self.server, BOB.replace(SECOND4, remote), "remote", remote, status=2)
                self.refused(self.server, f"server set-peer alice remote {remote}", "remote", remote, status=2)
                self.refused(self.server, f"nat pass home remote {remote} to {SECOND4}", "remote", remote, status=2)
                self.refused(self.server, f"nat pass home remote {SECOND4} to {remote}", "to", remote, status=2)

    def test_a_local_that_is_not_of_this_host(self):
        self.refused(self.server, "server up local 203.0.113.77", "203.0.113.77")

    def test_a_large_prefix_inside_the_uplinks_own(self):
        for prefix in ("2001:db8::c00/119", "2001:db8::1:0:0/96"):
            with self.subTest(prefix):
                done = self.refused(self.server, f"{ALICE} prefix {prefix}", prefix)
                self.assertRegex(done.err, "120|256|route", done)

    def test_the_same_prefix_without_proxy_ndp(self):
        """Without entries to make there is nothing against it: the provider routes it, says the user."""
        self.up(self.server, f"{ALICE} prefix 2001:db8::c00/119 proxy-ndp off")
        self.assertEqual(len(self.server.routes("2001:db8::c00/119 sit-alice")), 1)


class Injected(netlab.Case):
    """The system refuses what sitctl does not foresee."""

    def test_sysctls_that_cannot_be_written(self):
        """As in a container: /proc/sys is read-only."""
        how = netlab.read_only(b"/proc/sys")
        self.refused(self.server, ALICE, "forwarding", status=1, **how)
        self.refused(self.client, UP + f" prefix {PREFIX},lan", "forwarding", status=1, **how)
