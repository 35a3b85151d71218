# SPDX-License-Identifier: GPL-2.0-or-later
"""What a late refusal, a kill, or somebody who was faster leaves behind: each of these was wrong once."""

import os
import signal

import netlab
from netlab import CLIENT4, ON_LINK, PAIR, PREFIX, SERVER4, SERVER4B
import packets
from ptraced import stopped, traceable

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
LAN = f" prefix {PREFIX},lan"
ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
NEAR = f"server add-peer near remote {CLIENT4} address {ON_LINK[1]}"
ALL, FORCE = "net.ipv6.conf.all.forwarding", "net.ipv6.conf.all.force_forwarding"
UP0 = "net.ipv6.conf.up0."


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def noted(seen):
    """The journal is in its place, and nothing more was done."""
    return len(seen) > 1 and seen[-2].startswith("rename")


class Advertised(netlab.Case):
    """The server's own default route comes from a router advertisement."""

    def learn(self):
        self.server.ip("route del ::/0 via 2001:db8::1 dev up0")
        self.server.set(UP0 + "accept_ra", 1)
        packets.advertise(self.inet, "s0", 1800)
        self.assertTrue(netlab.wait(self.learned), "no default route was learned")

    def learned(self):
        return self.server.routes("default6/0 up0 9")

    def kept(self, message):
        self.assertEqual(len(self.learned()), 1, f"{message}: the route to the IPv6 Internet is gone")
        self.assertEqual(self.server.get(UP0 + "accept_ra"), "2", message)

    @traceable
    def test_killed_between_the_journal_and_accept_ra(self):
        self.learn()
        before = self.server.state()
        status, seen, said = stopped(self.server, NEAR, noted, kill)
        self.assertEqual((status, self.server.get(UP0 + "accept_ra"), said), (-signal.SIGKILL, "1", ""), seen)
        self.up(self.server, NEAR)
        self.kept("add-peer after the kill")
        self.up(self.server, "server del-peer near")
        self.same(before, self.server)

    def test_forwarding_of_the_administrator_but_not_on_the_uplink(self):
        self.server.set(ALL, 1)
        self.server.set(UP0 + "forwarding", 0)
        self.learn()
        before = self.server.state()
        self.up(self.server, NEAR)
        self.assertEqual(self.server.get(UP0 + "forwarding"), "1", "the proxy needs it")
        self.kept("add-peer")
        self.up(self.server, "server del-peer near")
        self.same(before, self.server)


class ForwardsByItself(netlab.Case):
    """An interface has forwarding=1 while all.forwarding=0: writing `all` writes it as well."""

    @classmethod
    def prepare(cls):
        cls.server.ip("link add own0 type veth peer name own1\nlink set own0 up\nlink set own1 up")
        cls.server.set("net.ipv6.conf.own0.forwarding", 1)

    def test_a_refused_peer(self):
        self.server.ip(f"route add {PREFIX} via {netlab.ROUTER6} dev up0 metric 1024")
        self.refused(self.server, ALICE + f" prefix {PREFIX}", PREFIX, status=1)

    def test_a_peer_comes_and_goes(self):
        before = self.server.state()
        self.up(self.server, ALICE)
        self.assertEqual(self.server.get("net.ipv6.conf.own0.forwarding"), "1")
        self.up(self.server, "server del-peer alice")
        self.same(before, self.server)

    @traceable
    def test_a_down_that_was_killed_after_all_forwarding(self):
        if self.server.get(FORCE) is not None:
            self.skipTest("all.forwarding is not touched on a kernel with force_forwarding")
        before = self.server.state()
        self.up(self.server, ALICE)
        status, seen, said = stopped(self.server, "server down", lambda _: self.server.get(ALL) == "0", kill)
        self.assertEqual((status, self.server.get("net.ipv6.conf.own0.forwarding"), said), (-signal.SIGKILL, "0", ""), seen)
        self.tell(self.server, "server down")
        self.same(before, self.server)


class RefusedLate(netlab.Case):
    """The last steps of all, which give a sysctl its former value back, are refused; all before them was done."""

    QUIET = UP + " source-filter off"  # nft lists the elements of a set in the order they came: another one after an undo

    def setUp(self):
        super().setUp()
        forced = self.client.get(FORCE) is not None
        name = "lan/force_forwarding" if forced else "all/forwarding"
        self.how = netlab.read_only(f"/proc/sys/net/ipv6/conf/{name}".encode())

    def test_a_changed_default_route(self):
        self.up(self.client, self.QUIET + LAN)
        self.assertEqual(len(self.client.routes("default6/0 t1 1024")), 1)
        self.refused(self.client, f"{self.QUIET} gateway {PAIR[0]}", "forwarding", status=1, **self.how)
        self.up(self.client, f"{self.QUIET} gateway {PAIR[0]}")
        self.assertEqual(len(self.client.routes(f"default6/0 t1 1024 {PAIR[0]}")), 1)

    def test_a_changed_default_route_beside_another(self):
        self.client.ip("route add ::/0 dev lan metric 1024")
        self.tell(self.client, self.QUIET + LAN)
        self.assertEqual(len(self.client.routes("default6/0 1024")), 2)
        before = self.client.state()
        done = self.tell(self.client, f"{self.QUIET} gateway {PAIR[0]}", status=1, **self.how)
        self.assertIn("forwarding", done.err)
        self.same(before, self.client, str(done))

    def test_every_attribute_of_the_device(self):
        """It is changed in place, and back: the kernel zeroes a value that is left out."""
        self.up(self.client, f"client up t1 remote {SERVER4} local {CLIENT4} address {PAIR[1]} ttl 33 tos 0x10 dev wan "
                             f"fwmark 0x7 mtu 1399 source-filter off" + LAN)
        found = self.client.links()["t1"]
        self.assertEqual([found[k] for k in ("remote", "local", "ttl", "tos", "fwmark", "mtu")],
                         [SERVER4, CLIENT4, 33, 0x10, 7, 1399])
        self.assertEqual(found["under"], self.client.links()["wan"]["index"])
        for others in "", " tos inherit fwmark 0x80000000":
            self.refused(self.client, f"client up t1 remote {SERVER4B} address {PAIR[1]} ttl inherit mtu 1401 source-filter off{others}",
                         "forwarding", status=1, **self.how)
        self.assertEqual({**self.client.links()["t1"], "flags": 0}, {**found, "flags": 0})
        self.up(self.client, "client check")

    def test_a_removed_device(self):
        """It comes back as a new one, for which the kernel has other values."""
        for leaf in ("accept_ra", "accept_redirects", "disable_ipv6"):
            self.client.set(f"net.ipv6.conf.default.{leaf}", 1)
        before = self.client.state()
        self.up(self.client, UP + LAN)
        index = self.client.links()["t1"]["index"]
        self.refused(self.client, "client down t1", "forwarding", status=1, **self.how)
        self.assertNotEqual(self.client.links()["t1"]["index"], index, "it was refused before the device went")
        for leaf in ("accept_ra", "accept_redirects", "disable_ipv6"):
            self.assertEqual(self.client.get(f"net.ipv6.conf.t1.{leaf}"), "0")
        if self.client.get(FORCE) is not None:
            self.assertEqual(self.client.get("net.ipv6.conf.t1.force_forwarding"), "1")
        self.up(self.client, "client check")
        self.up(self.client, "client down t1")
        self.same(before, self.client)


class GoneAlready(netlab.Case):
    """Somebody removes what `down` is about to remove: before it looks, and after."""

    weight = 30
    CLIENT = UP + f" gateway {PAIR[0]} address 2001:db8:1:77::1/64" + LAN
    GONE = {
        "client": ("client down t1", CLIENT, (
            f"route del ::/0 via {PAIR[0]} dev t1 metric 1024", "addr del 2001:db8:1:77::1/64 dev t1", "link del t1",
            "addr del 2001:db8:100::1/64 dev lan")),
        "server": ("server down", NEAR, (f"neigh del proxy {ON_LINK[1]} dev up0", "link del sit-near")),
    }

    def gone(self, remove):
        for name, (down, up, things) in self.GONE.items():
            host = getattr(self, name)
            before = host.state()
            for thing in things:
                with self.subTest(thing):
                    self.up(host, up)
                    remove(host, down, thing)
                    self.same(before, host, f"{thing}, then {down}")
                    self.assertFalse([names for _, _, names in os.walk(netlab.RUN) if "journal" in names], "a journal is left")

    def test_before_it_looks(self):
        def remove(host, down, thing):
            host.ip(thing)
            self.up(host, down)
        self.gone(remove)

    @traceable
    def test_after_it_looked(self):
        def remove(host, down, thing):
            status, seen, said = stopped(host, down, noted, lambda _: host.ip(thing))
            self.assertEqual((status, said), (0, ""), seen)
            self.assertIsNotNone(seen[-1], "it ended before anything was removed")
        self.gone(remove)
