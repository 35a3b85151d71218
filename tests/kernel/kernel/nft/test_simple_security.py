# SPDX-License-Identifier: GPL-2.0-or-later
"""simple-security (RFC 6092): what comes in through a client's tunnel unasked, and what `allow` lets in all the same."""

import random
import socket
import subprocess
import threading

import forged
from forged import AH, ESP, ICMPv6EchoRequest, IPv6, TCP, UDP
import netlab
import state
from netlab import CLIENT4, INTERNET, PAIR, SERVER4

LAN = "2001:db8:100::9"
UP = f"client up t1 remote {SERVER4} address {PAIR[1]} prefix 2001:db8:100::/64,lan"
ON = UP + " simple-security on"
OFF = UP + " simple-security off"
TEXT = b"unsolicited packet, long enough for two fragments: " + b"." * 40


def ipv6(target, proto, body, source=INTERNET):
    """An IPv6 packet that says its protocol and carries the body as it is."""
    return bytes(IPv6(src=source, dst=target, nh=proto, hlim=255) / body)


def tcp(target, port, flags="S", source=INTERNET):
    return bytes(IPv6(src=source, dst=target) / TCP(sport=4000, dport=port, flags=flags) / TEXT)


def udp(target, port, source=INTERNET):
    return bytes(IPv6(src=source, dst=target) / UDP(sport=4000, dport=port) / TEXT)


def icmp6(target, kind, code=0, source=INTERNET):
    """With a right checksum; the body is no neighbour's nor router's message, so that nothing comes of it."""
    head = bytes([kind, code, 0, 0]) + b"\0" * 4 + TEXT
    pseudo = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target)
    data = pseudo + len(head).to_bytes(4, "big") + b"\0\0\0\x3a" + head + b"\0" * (len(head) % 2)
    total = sum(int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ipv6(target, 58, head[:2] + (~total & 0xffff).to_bytes(2, "big") + head[4:], source)


class Security(netlab.Case):
    """The far end is made with `ip`; behind the client is the host lan."""

    @classmethod
    def prepare(cls):
        netlab.far_router(cls.server)
        cls.lan.ip(f"addr add {LAN}/64 dev eth0 nodad\nroute add default via 2001:db8:100::1")

    def dropped(self):
        return self.show(self.client, "-s client show t1")[0]["simple-security-dropped"]

    def arrives(self, packet, cut=lambda p: [p]):
        """Does the packet reach a raw socket of the host that it is for, behind all filters there?"""
        target = socket.inet_ntop(socket.AF_INET6, packet[24:40])
        host, proto = (self.lan if target == LAN else self.client), packet[6]
        with host.looking():
            sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, proto)
        with sock:
            forged.send(self.server, SERVER4, CLIENT4, cut(IPv6(packet)))
            # An echo request is always let in: once it is there, what came before it is too.
            with host.looking():
                last = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
            with last:
                last.settimeout(5)
                forged.send(self.server, SERVER4, CLIENT4, [icmp6(target, 128, source="2001:db8:ffff::2")])
                while last.recvfrom(2048)[1][0] != "2001:db8:ffff::2":
                    pass
            sock.setblocking(False)
            try:
                while True:
                    if sock.recvfrom(2048)[1][0] == INTERNET:
                        return True
            except BlockingIOError:
                return False

    def passes(self, *packets):
        before = self.dropped()
        for packet in packets:
            with self.subTest(packet.hex()):
                self.assertTrue(self.arrives(packet))
        self.assertEqual(self.dropped(), before)

    def stays_out(self, *packets):
        before = self.dropped()
        for packet in packets:
            with self.subTest(packet.hex()):
                self.assertFalse(self.arrives(packet))
        self.assertEqual(self.dropped(), before + len(packets))


class Unasked(Security):
    def test_off_is_the_default(self):
        self.up(self.client, UP)
        for target in (PAIR[1], LAN):
            self.passes(tcp(target, 22), udp(target, 53), ipv6(target, 47, TEXT))
        self.assertIn("simple-security off", " ".join(self.tell(self.client, "client show t1").out.split()))

    def test_nothing_unasked_comes_in(self):
        self.up(self.client, ON)
        for target in (PAIR[1], LAN):
            self.stays_out(tcp(target, 22), tcp(target, 22, "A"), tcp(target, 22, "SA"), tcp(target, 22, "R"), udp(target, 53),
                           udp(target, 501), udp(target, 499), ipv6(target, 47, TEXT), ipv6(target, 132, TEXT),
                           ipv6(target, 4, TEXT), ipv6(target, 253, TEXT))

    def test_fragments(self):
        self.up(self.client, ON)
        for target in (PAIR[1], LAN):
            self.assertFalse(self.arrives(udp(target, 53), forged.inner_fragments))
            self.assertTrue(self.arrives(udp(target, 500), forged.inner_fragments))

    def test_ipsec(self):
        """REC-22, REC-21, REC-24."""
        self.up(self.client, ON)
        for target in (PAIR[1], LAN):
            ah = bytes([6, 4, 0, 0]) + b"\0\0\1\0" + b"\0\0\0\1" + b"\0" * 12
            self.passes(ipv6(target, 50, b"\0\0\1\0\0\0\0\1" + TEXT), ipv6(target, 51, ah + tcp(target, 22)[40:]),
                        udp(target, 500), udp(target, 4500))

    def test_icmpv6(self):
        """RFC 4890: errors and echo go on, what belongs to a link only to this end of it."""
        self.up(self.client, ON)
        for target in (PAIR[1], LAN):
            self.passes(*(icmp6(target, kind) for kind in (1, 2, 3, 4, 128, 129)))
            self.stays_out(*(icmp6(target, kind) for kind in (0, 5, 127, 137, 138, 139, 144, 150, 154, 200, 255)))
        link = (130, 131, 132, 133, 134, 135, 136, 143, 148, 149, 151, 152, 153)
        self.stays_out(*(icmp6(LAN, kind) for kind in link))
        before = self.dropped()
        for kind in link:
            self.arrives(icmp6(PAIR[1], kind))
        self.assertEqual(self.dropped(), before)

    def test_answers_come_in(self):
        self.up(self.client, ON)
        for host in (self.client, self.lan):
            self.reaches(host, INTERNET, size=1480)
            with self.inet.looking():
                server = socket.create_server((INTERNET, 8080), family=socket.AF_INET6)
            with server:
                def serve():
                    with server.accept()[0] as peer:
                        peer.sendall(b"x" * 100_000)
                thread = threading.Thread(target=serve)
                thread.start()
                with host.looking():
                    mine = socket.create_connection((INTERNET, 8080), timeout=10)
                with mine:
                    got = 0
                    while data := mine.recv(65536):
                        got += len(data)
                thread.join()
            self.assertEqual(got, 100_000)
        self.assertEqual(self.dropped(), 0)

    def test_it_opens_nothing(self):
        self.client.nft("""
            table inet closed {
                chain c { type filter hook forward priority 10; tcp dport 443 drop; }
                chain i { type filter hook input priority 10; tcp dport 443 drop; }
            }""")
        self.up(self.client, ON + " allow tcp/443")
        for target in (PAIR[1], LAN):
            self.assertFalse(self.arrives(tcp(target, 443)))
        self.client.nft("delete table inet closed")
        self.assertTrue(self.arrives(tcp(LAN, 443)))


class Allow(Security):
    def test_ports(self):
        self.up(self.client, ON + " allow tcp/443 allow udp/60000-60010")
        for target in (PAIR[1], LAN):
            self.passes(tcp(target, 443), udp(target, 60000), udp(target, 60010), udp(target, 60005))
            self.stays_out(tcp(target, 442), tcp(target, 444), udp(target, 443), udp(target, 59999), udp(target, 60011),
                           tcp(target, 60005))

    def test_one_address(self):
        self.up(self.client, ON + f" allow tcp/22@{LAN} allow tcp/80@2001:db8:100::/64 allow udp@{PAIR[1]}")
        self.passes(tcp(LAN, 22), tcp(LAN, 80), udp(PAIR[1], 1), udp(PAIR[1], 65535))
        self.stays_out(tcp(PAIR[1], 22), tcp(PAIR[1], 80), udp(LAN, 1), tcp("2001:db8:100::1", 22))

    def test_protocols(self):
        self.up(self.client, ON + f" allow gre allow 253@{LAN} allow sctp/5000")
        sctp = b"\x0f\xa0\x13\x88" + b"\0" * 8 + TEXT
        self.passes(ipv6(LAN, 47, TEXT), ipv6(PAIR[1], 47, TEXT), ipv6(LAN, 253, TEXT), ipv6(LAN, 132, sctp))
        self.stays_out(ipv6(PAIR[1], 253, TEXT), ipv6(LAN, 132, b"\x13\x88\x0f\xa0" + sctp[4:]), ipv6(LAN, 252, TEXT))

    def test_changes_while_up(self):
        self.up(self.client, ON + " allow tcp/443")
        self.up(self.client, ON + " allow tcp/80")
        self.passes(tcp(LAN, 80))
        self.stays_out(tcp(LAN, 443))
        self.up(self.client, OFF)
        self.passes(tcp(LAN, 443))
        self.up(self.client, ON)
        self.stays_out(tcp(LAN, 80))

    def test_two_tunnels(self):
        """Each tunnel has its own: what one lets in, the other does not."""
        self.up(self.client, ON + " allow tcp/443")
        self.tell(self.client, "client up t2 remote 203.0.113.2 address 2001:db8:2::3/127 gateway none "
                               "simple-security on allow tcp/80")
        self.passes(tcp(LAN, 443))
        self.stays_out(tcp(LAN, 80))
        self.up(self.client, "client down t2")
        self.stays_out(tcp(LAN, 80))
        self.up(self.client, "client down t1")
        self.assertEqual(self.client.state().difference(self.marks[self.client.name]), "")

    def test_shown_checked_repaired(self):
        words = "tcp/443@2001:db8:100::9", "udp/60000-60010", "gre", "253@2001:db8:100::/64"
        self.up(self.client, ON + "".join(f" allow {w}" for w in words))
        shown = self.show(self.client, "client show t1")[0]
        self.assertEqual((shown["simple-security"], sorted(shown["allow"])), ("on", sorted(words)))
        self.tell(self.client, "client check")
        before = self.client.state()
        self.client.nft("flush ruleset\n" + before.rules)      # saved and loaded again
        self.same(before, self.client)
        self.tell(self.client, "client check")
        self.client.nft("flush chain inet sitctl inbound")
        self.assertIn("nf_tables", self.tell(self.client, "client check", status=3).out)
        self.up(self.client, ON + "".join(f" allow {w}" for w in words))
        self.same(before, self.client)
        self.client.nft('delete element inet sitctl secured { "t1" }')
        self.tell(self.client, "client check", status=3)
        self.assertIn("allow: was given, but is not given now", self.tell(self.client, ON).err)
        self.stays_out(tcp(LAN, 443))

    def test_a_dry_run_by_hand(self):
        """From without to with, and back, by the commands that --dry-run prints."""
        self.up(self.client, UP)
        off = self.client.state()
        for words, wanted in ((ON + " allow tcp/443 allow udp/1-9@2001:db8:100::/64", None), (OFF, off)):
            plan = self.tell(self.client, "--dry-run " + words).out
            with self.client:
                subprocess.run(["sh", "-e"], input=plan, text=True, check=True)
            by_hand = self.client.state()
            self.up(self.client, words)
            self.same(by_hand, self.client)
            if wanted:
                self.same(wanted, self.client)

    def test_bad_values(self):
        for word, why in (("", "protocol"), ("tcpp/1", "protocol"), ("tcp/0", "port"), ("tcp/65536", "port"), ("tcp/", "port"),
                          ("tcp/9-1", "range"), ("gre/1", "port"), ("tcp/1@", "address"), ("tcp/1@192.0.2.1", "address"),
                          ("tcp/1@2001:db8::1/64", "bits"), ("256", "protocol"), ("tcp/1-2-3", "port"), ("tcp/ssh", "port"),
                          ("tcp/1@2001:db8::1,tcp/2", "address")):
            with self.subTest(word):
                self.refused(self.client, (ON + " allow").split() + [word], "allow", why, status=2)
        self.refused(self.client, ON + f" allow tcp/1-100 allow tcp/100@{LAN}", "overlaps", status=2)
        self.refused(self.client, ON + " allow", "has no value", status=2)
        self.refused(self.client, UP + " simple-security yes", "neither 'on' nor 'off'", status=2)
        self.assertIn("simple-security on", self.tell(self.client, UP + " allow tcp/443").err)

    def test_nothing_is_tracked_without_it(self):
        """Connection tracking costs: it is switched on for those who ask for it."""
        for words, wanted in ((UP, False), (ON, True), (OFF, False)):
            self.up(self.client, words)
            with self.client:
                subprocess.run(["conntrack", "-F"], capture_output=True, check=True)
                self.reaches(self.lan, INTERNET)
                self.assertEqual(state.read("/proc/sys/net/netfilter/nf_conntrack_count") != "0", wanted, words)


class Untracked(Security):
    """What comes in unasked leaves no entry in connection tracking, nor does the answer to it."""

    WORDS = ON + " allow tcp/443 allow udp/60000-60010"
    STRANGERS = 24
    KINDS = {
        "echo": lambda: ICMPv6EchoRequest(id=random.randrange(65536)), "esp": lambda: ESP(spi=random.randrange(2 ** 32)),
        "ah": lambda: AH(spi=random.randrange(2 ** 32), icv=bytes(12)) / UDP(sport=random.randrange(65536), dport=9),
        "ike": lambda: UDP(sport=random.randrange(65536), dport=500),
        "ike beside nat": lambda: UDP(sport=random.randrange(65536), dport=4500),
        "allowed udp": lambda: UDP(sport=random.randrange(65536), dport=60005),
        "allowed tcp": lambda: TCP(sport=random.randrange(65536), dport=443, flags=random.choice(("S", "A"))),
        "not allowed": lambda: TCP(sport=random.randrange(65536), dport=22, flags="S"),
    }

    def count(self):
        with self.client.looking(), open("/proc/sys/net/netfilter/nf_conntrack_count", encoding="ascii") as file:
            return int(file.read())

    def left(self, kind, targets=(None, LAN, PAIR[1])):
        """How many entries are there more after a packet each of strangers to these in turn; None: an address that nobody has."""
        with self.client:   # what ends meanwhile would be counted against what begins
            subprocess.run(["conntrack", "-F"], capture_output=True, check=True)
        before = self.count()
        packets = []
        for number in range(self.STRANGERS):
            source = ":".join(["2a00", *(f"{random.randrange(1, 65536):x}" for _ in range(7))])
            target = targets[number % len(targets)] or f"2001:db8:100::{random.randrange(16, 65536):x}"
            packets.append(IPv6(src=source, dst=target) / self.KINDS[kind]())
        forged.send(self.server, SERVER4, CLIENT4, packets)
        self.reaches(self.server, PAIR[1])
        return self.count() - before

    def test_strangers_leave_none(self):
        random.seed(1)
        self.up(self.client, self.WORDS)
        for kind in self.KINDS:
            with self.subTest(kind):
                self.assertLessEqual(self.left(kind), 0)
        self.client.nft("flush chain inet sitctl unasked_in")
        for kind in set(self.KINDS) - {"not allowed"}:
            with self.subTest(kind, without="the rules"):
                # Of what is for an address that nobody has, Linux 7.2 keeps none anyway.
                self.assertGreaterEqual(self.left(kind, (LAN, PAIR[1])), self.STRANGERS if kind == "esp" else self.STRANGERS * 3 // 4)

    def test_answers_leave_none_and_pass_a_filter_that_drops_invalid(self):
        self.up(self.client, self.WORDS)
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
        self.up(self.client, self.WORDS)
        self.client.nft("add table ip6 other; add chain ip6 other i { type filter hook input priority 10; policy drop; }; "
                        "add chain ip6 other f { type filter hook forward priority 10; policy drop; }; "
                        "add rule ip6 other i meta l4proto ipv6-icmp icmpv6 type 133-136 accept; "
                        "add rule ip6 other i ct state established accept; "
                        "add rule ip6 other f iifname lan accept; add rule ip6 other f ct state established accept")
        self.reaches(self.client, INTERNET)
        self.reaches(self.lan, INTERNET)
        self.reaches(self.client, LAN)
        self.client.nft("delete table ip6 other")
