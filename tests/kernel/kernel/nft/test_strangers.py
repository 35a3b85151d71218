# SPDX-License-Identifier: GPL-2.0-or-later
"""The IPv6 Internet and strangers of the IPv4 one: in whose name they send, what they fill, what goes round."""

import socket

import forged
import netlab
from netlab import CLIENT4, INTERNET, PAIR, PAIR_B, PREFIX, SECOND4, SERVER4, SERVER6

ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX}"
BOB = f"server add-peer bob remote {SECOND4} address {PAIR_B[1]}"
UNUSED = "2001:db8:100::dead"       # of alice's prefix


class Uplink(netlab.Case):
    def setUp(self):
        super().setUp()
        self.up(self.server, ALICE)
        self.up(self.server, BOB)
        self.up(self.second, f"client up t2 remote {SERVER4} address {PAIR_B[1]}")

    def arrives(self, source, target, receiver):
        """Does a datagram of the Internet host with that source arrive? A true one behind it does."""
        with forged.Listener(receiver) as listener, self.inet.looking(), \
                socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
            for packet in (forged.datagram(source, target, b"forged"), forged.datagram(INTERNET, target, b"true")):
                sock.sendto(bytes(packet), (target, 0))
            got = listener.texts(4, 1)
            if "true" not in got:
                got += listener.texts(4, 1)
        self.assertIn("true", got, "nothing comes through at all")
        return "forged" in got

    def dropped(self):
        return self.show(self.server, "-s server show bob")[0]["uplink-dropped"]

    def test_nobody_sends_in_the_name_of_a_peer_or_of_the_server(self):
        count = 0
        for source in (PAIR[1], "2001:db8:100::1", PAIR[0], PAIR_B[0], SERVER6):
            for target, receiver in ((PAIR_B[1], self.second), (PAIR_B[0], self.server)):
                with self.subTest(source, target=target):
                    self.assertFalse(self.arrives(source, target, receiver))
                    count += 1
                    self.assertEqual(self.dropped(), count)
        self.assertIn(f"{count} packets dropped", self.tell(self.server, "-s server show").out.split("alice")[0])
        self.assertTrue(self.arrives("2001:db8:101::1", PAIR_B[1], self.second), "that is nobody's")
        self.up(self.server, "server up source-filter off")
        self.assertTrue(self.arrives(PAIR[1], PAIR_B[1], self.second), "nothing would have come anyway")

    def test_what_is_checked_follows_the_peers(self):
        self.up(self.server, "server set-peer alice prefix 2001:db8:200::/64")
        self.assertTrue(self.arrives("2001:db8:100::1", PAIR_B[1], self.second))
        self.assertFalse(self.arrives("2001:db8:200::1", PAIR_B[1], self.second))
        self.up(self.server, "server del-peer alice")
        self.assertTrue(self.arrives("2001:db8:200::1", PAIR_B[1], self.second))
        self.up(self.server, "server down")
        self.assertEqual(self.server.state().difference(self.marks[self.server.name]), "")


class Round(netlab.Case):
    """A client of another make, which sends back what is for an unused part of its prefix."""

    def setUp(self):
        super().setUp()
        self.up(self.server, ALICE)
        netlab.far_client(self.client)
        self.client.set("net.ipv6.conf.all.forwarding", 1)

    def crossings(self):
        return self.show(self.server, "-s server show alice")[0]["tx-packets"]

    def test_from_the_internet(self):
        before = self.crossings()
        with self.inet.looking(), socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
            for source in (INTERNET, PAIR[1], "2001:db8:100::1"):
                sock.sendto(bytes(forged.datagram(source, UNUSED, b"round")), (UNUSED, 0))
        self.reaches(self.client, INTERNET)     # one echo reply more, behind all of it
        self.assertEqual(self.crossings() - before, 2)

    def test_from_the_peer_itself(self):
        before = self.crossings()
        forged.send(self.client, CLIENT4, SERVER4, [forged.datagram(PAIR[1], UNUSED, b"round")])
        self.reaches(self.client, INTERNET)
        self.assertEqual(self.crossings() - before, 1)
        self.assertEqual(self.show(self.server, "-s server show alice")[0]["source-filter-dropped"], 1)


class Wildcard(netlab.Case):
    """A device of somebody else without a remote, on a host that forwards: by itself, from any interface."""

    @classmethod
    def prepare(cls):
        cls.server.set("net.ipv6.conf.all.forwarding", 1)

    def arrives(self, source="2001:db8:77::1"):
        with forged.Listener(self.inet) as listener:
            forged.send(self.second, SECOND4, SERVER4, [forged.datagram(source, INTERNET, b"stranger")])
            return "stranger" in listener.texts(1.5, 1)

    def test_it_serves_no_stranger(self):
        self.up(self.server, ALICE)
        for name, make in (("sit0", "link set sit0 up"), ("wild", "link add wild type sit local " + SERVER4 + "\nlink set wild up")):
            with self.subTest(name):
                self.server.ip(make)
                note = f"sitctl: {name}: accepts packets from every IPv4 host, and this host forwards"
                self.assertIn(note, self.tell(self.server, ALICE).err)
                done = self.tell(self.server, "server check")
                self.assertIn(note, done.err)
                self.assertIn(f"to close it: ip link set {name} down\n", done.err)
                for source in ("2001:db8:77::1", PAIR[1]):
                    self.assertFalse(self.arrives(source))
                self.server.nft("flush chain inet sitctl way")
                self.assertTrue(self.arrives(), "nothing would have come anyway")
                self.server.ip(f"link set {name} down")
                self.assertEqual(self.tell(self.server, ALICE).err, "")
        self.server.ip("link del wild")

    def test_one_that_has_a_remote_is_none(self):
        self.server.ip(f"tunnel add theirs mode sit remote {SECOND4} local {SERVER4}\nlink set theirs up")
        self.assertEqual(self.tell(self.server, ALICE).err, "")
        self.assertTrue(self.arrives(), "it is somebody else's")
        self.server.ip("link del theirs")
