# SPDX-License-Identifier: GPL-2.0-or-later
"""Forwarding and what hangs on it: router advertisements, former values, more than one user."""

import os
import subprocess
import unittest

import netlab
from netlab import CLIENT4, INTERNET, ON_LINK, PAIR, PREFIX, SERVER4, far_client, wait
import packets

ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
LAN = UP + f" prefix {PREFIX},lan"
ALL = "net.ipv6.conf.all.forwarding"
RADVD = """
interface s0 {
    AdvSendAdvert on;
    MinRtrAdvInterval 3;
    MaxRtrAdvInterval 4;
    AdvDefaultLifetime 600;
};
"""


class Advertised(netlab.Case):
    """The server's own default route comes from a router advertisement."""

    @classmethod
    def prepare(cls):
        far_client(cls.client)
        cls.server.ip("route del ::/0 via 2001:db8::1 dev up0")
        cls.server.set("net.ipv6.conf.up0.accept_ra", 1)

    def learned(self):
        return self.server.routes("default6/0 up0 9")

    def advertise(self, lifetime):
        packets.advertise(self.inet, "s0", lifetime)

    def learn(self):
        self.advertise(1800)
        self.assertTrue(wait(self.learned), "no default route was learned")

    @unittest.skipUnless(any(os.access(f"{d}/radvd", os.X_OK) for d in ("/usr/sbin", "/usr/bin", "/sbin")), "no radvd")
    def test_a_real_radvd(self):
        path = os.path.join(self.lab.files, "radvd.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(RADVD)
        with self.inet:
            radvd = subprocess.Popen(["radvd", "-n", "-C", path, "-p", path + ".pid", "-m", "stderr"], stderr=subprocess.PIPE,
                                     text=True)
        try:
            self.assertTrue(wait(self.learned, 12), "no default route from radvd")
            self.up(self.server, ALICE)
            self.assertNotEqual(self.learned(), [], "the server cut itself off the IPv6 Internet")
            self.reaches(self.server, INTERNET)
            self.reaches(self.client, INTERNET)
            self.up(self.server, "server del-peer alice")
            self.assertNotEqual(self.learned(), [], "the server cut itself off the IPv6 Internet")
            self.reaches(self.server, INTERNET)
        finally:
            radvd.terminate()
            radvd.communicate(timeout=10)

    def test_the_default_route_survives_and_is_renewed(self):
        self.learn()
        self.up(self.server, ALICE)
        self.assertEqual(len(self.learned()), 1)
        if self.server.get("net.ipv6.conf.up0.forwarding") == "1":  # not so where force_forwarding does it
            self.assertEqual(self.server.get("net.ipv6.conf.up0.accept_ra"), "2")
        self.reaches(self.client, INTERNET)
        self.advertise(0)
        self.assertTrue(wait(lambda: not self.learned()), "advertisements are not heard any more")
        self.learn()

    def test_accept_ra_is_1_again_and_the_route_there(self):
        self.learn()
        before = self.server.state()
        self.up(self.server, ALICE)
        self.up(self.server, "server del-peer alice")
        self.assertEqual(self.server.get("net.ipv6.conf.up0.accept_ra"), "1")
        self.same(before, self.server, "after del-peer")

    def test_the_route_is_never_missing_in_between(self):
        """Not lost and learned again, but kept: no announcement of its removal."""
        self.learn()
        with self.server:
            listener = netlab.state.nl.Listener()
        with listener:
            listener.quiet()
            self.up(self.server, ALICE)
            heard = [body for words, _, body in listener.heard() if words == "del route" and body[0] == 10 and body[1] == 0]
        self.assertEqual(heard, [])

    def test_a_client_with_a_lan_is_careful_too(self):
        self.learn()
        before = self.server.state()
        self.server.ip("link add lan0 type veth peer name lan1\nlink set lan0 up\nlink set lan1 up")
        self.tell(self.server, f"client up t1 remote {CLIENT4} address 2001:db8:1::9 gateway none prefix {PREFIX},lan0")
        self.assertEqual(len(self.learned()), 1)
        self.up(self.server, "client down t1")
        self.assertEqual(len(self.learned()), 1)
        self.server.ip("link del lan0")
        self.same(before, self.server)

    def test_an_interface_that_takes_no_advertisements_is_left_alone(self):
        self.learn()
        self.server.ip("link add quiet type veth peer name quiet1\nlink set quiet up")
        self.server.set("net.ipv6.conf.quiet.accept_ra", 0)
        self.up(self.server, ALICE)
        self.assertEqual(self.server.get("net.ipv6.conf.quiet.accept_ra"), "0")


class Forwarding(netlab.Case):
    @classmethod
    def prepare(cls):
        far_client(cls.client)
        cls.server.ip("link add lan0 type veth peer name lan1\nlink set lan0 up\nlink set lan1 up")

    def test_a_server_forwards_while_it_has_a_peer(self):
        self.assertEqual(self.server.get(ALL), "0")
        self.up(self.server, ALICE)
        self.reaches(self.client, INTERNET)
        if self.server.get("net.ipv6.conf.all.force_forwarding") is None:
            self.assertEqual(self.server.get(ALL), "1")
        else:
            self.assertEqual(self.server.get(ALL), "0", "more than is needed on a kernel with force_forwarding")
        self.up(self.server, "server del-peer alice")
        self.assertEqual(self.server.get(ALL), "0")

    def test_former_values_are_put_back_whatever_they_were(self):
        """Writing all.forwarding writes every interface: each must get its own value back."""
        for changes in ({"up0.forwarding": 1}, {"default.forwarding": 1}, {"lo.forwarding": 1, "up0.proxy_ndp": 1},
                        {"all.forwarding": 1}, {"all.forwarding": 1, "up0.forwarding": 0}, {"up0.accept_ra": 1, "default.accept_ra": 1},
                        {"up0.accept_ra": 2}, {"all.proxy_ndp": 1}):
            with self.subTest(changes):
                for key, value in changes.items():
                    self.server.set("net.ipv6.conf." + key, value)
                before = self.server.state()
                self.up(self.server, ALICE + f" prefix {PREFIX}")
                self.reaches(self.client, INTERNET)
                self.up(self.server, f"server add-peer near remote 198.51.100.9 address {ON_LINK[1]}")
                self.up(self.server, "server down")
                self.same(before, self.server, "after server down")
                self.again()

    def test_the_last_user_puts_it_back(self):
        self.tell(self.server, f"client up t1 remote 203.0.113.254 address 2001:db8:1::9 gateway none prefix {PREFIX},lan0")
        self.up(self.server, ALICE)
        self.up(self.server, "client down t1")
        self.reaches(self.client, INTERNET)
        self.up(self.server, "server del-peer alice")
        self.assertEqual(self.server.get(ALL), "0")

    def test_the_other_order(self):
        before = self.server.state()
        self.up(self.server, ALICE)
        self.tell(self.server, f"client up t1 remote 203.0.113.254 address 2001:db8:1::9 gateway none prefix {PREFIX},lan0")
        self.up(self.server, "server down")
        self.up(self.server, "client down t1")
        self.same(before, self.server)

    def test_a_value_that_somebody_changed_meanwhile_is_left(self):
        for key, other in (("net.ipv6.conf.up0.proxy_ndp", "0"), ("net.ipv6.conf.up0.accept_ra", "0")):
            with self.subTest(key):
                self.server.set("net.ipv6.conf.up0.accept_ra", 1)
                self.up(self.server, f"server add-peer near remote {CLIENT4} address {ON_LINK[1]}")
                self.assertNotEqual(self.server.get(key), other)
                self.server.set(key, other)
                done = self.tell(self.server, "server down")
                self.assertEqual(self.server.get(key), other)
                self.assertIn(key.rsplit(".", 1)[1], done.err, str(done))
                self.assertEqual(self.server.get(ALL), "0", "the others go back all the same")
                self.again()

    def test_forwarding_that_somebody_else_needs_meanwhile(self):
        """Both want 1: sitctl cannot tell, and puts back what it found; but a value it did not set itself it leaves alone."""
        self.server.set(ALL, 1)
        before = self.server.state()
        self.up(self.server, ALICE)
        self.up(self.server, "server down")
        self.assertEqual(self.server.get(ALL), "1")
        self.same(before, self.server)
