# SPDX-License-Identifier: GPL-2.0-or-later
"""The IPv6 Internet and strangers of the IPv4 one: in whose name they send, what they fill, what goes round."""

import random
import socket

import forged
from forged import AH, ESP, ICMPv6EchoRequest, IPv6, TCP, UDP
import netlab
from netlab import CLIENT4, INTERNET, PAIR, PAIR_B, PREFIX, SECOND4, SERVER4, SERVER6

ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX}"
BOB = f"server add-peer bob remote {SECOND4} address {PAIR_B[1]}"
UNUSED = "2001:db8:100::dead"       # of alice's prefix
LAN = "2001:db8:100::9"


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
    """A device of somebody else without a remote, on a host that forwards."""

    def arrives(self, source="2001:db8:77::1"):
        with forged.Listener(self.inet) as listener:
            forged.send(self.second, SECOND4, SERVER4, [forged.datagram(source, INTERNET, b"stranger")])
            return "stranger" in listener.texts(1.5, 1)

    def test_it_serves_no_stranger(self):
        self.up(self.server, ALICE)
        for name, make in (("sit0", "link set sit0 up"), ("wild", "link add wild type sit local " + SERVER4 + "\nlink set wild up")):
            with self.subTest(name):
                self.server.ip(make)
                note = f"sitctl: {name}: takes packets from every IPv4 host, and this host forwards"
                self.assertIn(note, self.tell(self.server, ALICE).err)
                done = self.tell(self.server, "server check")
                self.assertIn(note, done.err)
                self.assertIn(f"'ip link set {name} down'", done.err)
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


class Entries(netlab.Case):
    """simple-security: what comes in unasked leaves no entry in connection tracking, nor does the answer to it."""

    ON = (f"client up t1 remote {SERVER4} address {PAIR[1]} prefix {PREFIX},lan simple-security on "
          f"allow tcp/443 allow udp/60000-60010")
    STRANGERS = 24
    KINDS = {
        "echo": lambda: ICMPv6EchoRequest(id=random.randrange(65536)), "esp": lambda: ESP(spi=random.randrange(2 ** 32)),
        "ah": lambda: AH(spi=random.randrange(2 ** 32)), "ike": lambda: UDP(sport=random.randrange(65536), dport=500),
        "ike beside nat": lambda: UDP(sport=random.randrange(65536), dport=4500),
        "allowed udp": lambda: UDP(sport=random.randrange(65536), dport=60005),
        "allowed tcp": lambda: TCP(sport=random.randrange(65536), dport=443, flags=random.choice(("S", "A"))),
        "not allowed": lambda: TCP(sport=random.randrange(65536), dport=22, flags="S"),
    }

    @classmethod
    def prepare(cls):
        cls.server.ip(f"""
            tunnel add far mode sit remote {CLIENT4} local {SERVER4} ttl 255
            link set far up
            addr add {PAIR[0]}/127 dev far nodad
            route add 2001:db8:100::/40 dev far""")
        cls.server.set("net.ipv6.conf.all.forwarding", 1)
        cls.lan.ip(f"addr add {LAN}/64 dev eth0 nodad\nroute add default via 2001:db8:100::1")

    def count(self):
        with self.client.looking(), open("/proc/sys/net/netfilter/nf_conntrack_count", encoding="ascii") as file:
            return int(file.read())

    def left(self, kind):
        """How many entries are there more after a packet each of strangers: to an address that nobody has, and to two that are."""
        before = self.count()
        packets = []
        for number in range(self.STRANGERS):
            source = ":".join(["2a00", *(f"{random.randrange(1, 65536):x}" for _ in range(7))])
            target = (f"2001:db8:100::{random.randrange(16, 65536):x}", LAN, PAIR[1])[number % 3]
            packets.append(IPv6(src=source, dst=target) / self.KINDS[kind]())
        forged.send(self.server, SERVER4, CLIENT4, packets)
        self.reaches(self.server, PAIR[1])
        return self.count() - before

    def test_strangers_leave_none(self):
        random.seed(1)
        self.up(self.client, self.ON)
        for kind in self.KINDS:
            with self.subTest(kind):
                self.assertLessEqual(self.left(kind), 0)
        self.client.nft("flush chain inet sitctl unasked_in")
        self.assertGreaterEqual(self.left("esp"), self.STRANGERS)

    def test_answers_leave_none_and_pass_a_filter_that_drops_invalid(self):
        self.up(self.client, self.ON)
        self.client.nft("add table ip6 other; add chain ip6 other f { type filter hook forward priority 10; }; "
                        "add chain ip6 other o { type filter hook output priority 10; }; "
                        "add rule ip6 other f ct state invalid drop; add rule ip6 other o ct state invalid drop")
        before = self.count()
        for host, target in ((self.lan, LAN), (self.client, PAIR[1])):
            with self.subTest(target):
                self.reaches(self.inet, target)
                with host.looking():
                    listener = socket.create_server((target, 443), family=socket.AF_INET6)
                with listener, self.inet.looking(), socket.create_connection((target, 443), timeout=8) as sock:
                    listener.settimeout(8)
                    taken, _ = listener.accept()
                    with taken:
                        taken.sendall(b"answer")
                        self.assertEqual(sock.recv(16), b"answer")
        self.assertLessEqual(self.count(), before)
        self.client.nft("delete table ip6 other")

    def test_what_this_side_begins_is_tracked(self):
        """A firewall beside that lets only answers in lets those come, within the site as well."""
        self.up(self.client, self.ON)
        self.client.nft("add table ip6 other; add chain ip6 other i { type filter hook input priority 10; policy drop; }; "
                        "add chain ip6 other f { type filter hook forward priority 10; policy drop; }; "
                        "add rule ip6 other i meta l4proto ipv6-icmp icmpv6 type 133-136 accept; "
                        "add rule ip6 other i ct state established accept; "
                        "add rule ip6 other f iifname lan accept; add rule ip6 other f ct state established accept")
        self.reaches(self.client, INTERNET)
        self.reaches(self.lan, INTERNET)
        self.reaches(self.client, LAN)
        self.client.nft("delete table ip6 other")
