# SPDX-License-Identifier: GPL-2.0-or-later
"""Lengths that are not the usual ones: of the addresses at both ends, and of what is on the uplink's link."""

import resource

import netlab
from netlab import CLIENT4, INTERNET, PAIR, SERVER4

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"


class Lengths(netlab.Case):
    def test_of_a_clients_address(self):
        self.server.ip(netlab.FAR_SERVER)
        self.up(self.client, UP)
        before = self.client.state()
        for length in ("/64", "/127", "/126", ""):
            with self.subTest(length):
                self.up(self.client, UP + length)
                self.assertEqual(self.client.addresses("t1"), [PAIR[1] + (length or "/127")])
                self.reaches(self.client, PAIR[0])
        self.same(before, self.client)

    def test_of_a_peers_address(self):
        netlab.far_client(self.client)
        self.up(self.server, ALICE)
        before = self.server.state()
        for length, own in ((f"/126 server-address {PAIR[0]}", "/128"), ("/127", "/127"),
                            (f"/64 server-address {PAIR[0]}", "/128"), ("", "/127")):
            with self.subTest(length):
                self.up(self.server, ALICE + length)
                self.assertEqual(self.server.addresses("sit-alice"), [PAIR[0] + own])
                self.reaches(self.server, PAIR[1])
                self.reaches(self.client, INTERNET)
                self.up(self.server, "server check")
        self.same(before, self.server)


class WideRoute(netlab.Case):
    def test_a_route_makes_a_large_prefix_on_link(self):
        """2^24 addresses, each of which would want an entry of the NDP proxy."""
        wide = ALICE + " prefix 2001:db8:9::/104"
        before = self.server.state()
        self.up(self.server, wide)
        self.server.ip("route add 2001:db8:9::/64 dev up0")
        with open(netlab.SITCTL, "rb") as program:
            sanitized = b"__asan_init" in program.read()  # AddressSanitizer reserves terabytes, and uses little of it
        small = {} if sanitized else {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))}
        for words, wanted in (("server check", (0, 3)), ("check", (0, 3)), (wide, (0, 1, 2)),
                              ("server set-peer alice ttl 9", (0, 1, 2)), ("server del-peer alice", (0,))):
            with self.subTest(words):
                done = netlab.finish(netlab.start(self.server, words, **small), timeout=10)
                self.assertIn(done.status, wanted, done)
                self.assertNotIn("memory", done.err, done)
                self.assertEqual(self.server.proxies(), [])
        self.server.ip("route del 2001:db8:9::/64 dev up0")
        self.same(before, self.server)
