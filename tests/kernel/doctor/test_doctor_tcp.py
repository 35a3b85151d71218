# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor: ICMP passes and TCP does not; names and the addresses that programs take."""

import pathlib
import socket
import struct

import doctor
import files
from doctor import UP
import netlab
from netlab import INTERNET, PAIR, SERVER4, SERVER6

# Offsets in bits of the outer IPv4 header: the inner one's length and next header, and TCP's flags behind it.
INNER_LENGTH, INNER_NEXT, TCP_FLAGS = "@nh,192,16", "@nh,208,8", "@nh,584,8"
AWAY = f"iifname c0 ip protocol 41 {INNER_NEXT} 6 "
TO_US = f"iifname s0 ip protocol 41 {INNER_NEXT} 6 "


class Web(doctor.Service):
    """Reads a request and answers it."""

    def open(self):
        sock = socket.create_server(("::", 80), family=socket.AF_INET6)
        self.open_ones = []
        return sock

    def serve(self):
        peer, _ = self.sock.accept()
        peer.settimeout(0.1)
        self.open_ones.append(peer)
        try:
            peer.sendall(b"HTTP/1.0 200 OK\r\n\r\n" if peer.recv(1000) else b"")
        except OSError:
            pass


class Liar(doctor.Service):
    """Answers each SYN to an address that nobody has with a SYN/ACK whose checksum is wrong, as a broken offload does."""

    ADDRESS = "2001:db8:66::1"

    def open(self):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x86dd))
        sock.bind(("far", 0x86dd))
        self.out = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"far")
        return sock

    def serve(self):
        data, whence = self.sock.recvfrom(65536)
        if whence[2] == socket.PACKET_OUTGOING or data[6] != 6 or data[24:40] != socket.inet_pton(socket.AF_INET6, self.ADDRESS):
            return
        sport, dport, seq = struct.unpack_from(">HHI", data, 40)
        tcp = struct.pack(">HHIIBBHHH", dport, sport, 1, seq + 1, 0x50, 0x12, 65535, 0x1234, 0)
        head = struct.pack(">IHBB", 0x60000000, len(tcp), 6, 64) + data[24:40] + data[8:24]
        self.out.sendto(head + tcp, (socket.inet_ntop(socket.AF_INET6, data[8:24]), 0))


class Resolver(doctor.Service):
    """Knows web.test, by the record types it is given: {1: A, 28: AAAA} as bytes."""

    def __init__(self, case, host, records):
        self.records = records
        super().__init__(case, host)

    def open(self):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 53))
        return sock

    def serve(self):
        query, whom = self.sock.recvfrom(512)
        end = query.index(b"\0", 12) + 5
        kind, = struct.unpack_from(">H", query, end - 4)
        data = self.records.get(kind)
        answer = struct.pack(">HHHIH", 0xc00c, kind, 1, 60, len(data)) + data if data else b""
        self.sock.sendto(query[:2] + struct.pack(">HHHHH", 0x8180, 1, bool(data), 0, 0) + query[12:end] + answer, whom)


class Tcp(doctor.Client):
    def setUp(self):
        super().setUp()
        Web(self, self.server)

    def drop(self, *rules):
        self.inet.nft("table inet way { chain f { type filter hook forward priority 0; " + "; ".join(rules) + "; }; }")

    def again_well(self):
        self.inet.nft("delete table inet way")
        self.assertIn("accepts data", self.healthy(self.client).checks["TCP"]["text"])

    def test_healthy(self):
        self.assertIn(f"{PAIR[0]} port 80 accepts data", self.healthy(self.client).checks["TCP"]["text"])

    def test_ack_lost(self):
        """Only what acknowledges and carries nothing: a short connection works, one where the server speaks first hangs."""
        self.drop(AWAY + f"{TCP_FLAGS} 0x10 drop")
        found = self.finds(self.client, "tcp-ack-lost", "SYN/ACK", PAIR[0])
        self.assertIn("offload", found["remedy"])
        self.again_well()

    def test_all_behind_the_handshake_lost(self):
        """What a flow offload does that takes over after the first answer."""
        self.drop(AWAY + f"{TCP_FLAGS} & 0x02 == 0 drop")
        self.finds(self.client, "tcp-ack-lost", "SYN/ACK", PAIR[0])
        self.again_well()

    def test_data_lost(self):
        self.drop(AWAY + f"{INNER_LENGTH} > 40 drop")
        found = self.finds(self.client, "tcp-data-lost", PAIR[0], "not acknowledged")
        self.assertIn("offload", found["remedy"])
        self.again_well()

    def test_syn_lost(self):
        self.server.nft("table ip6 f { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }")
        self.finds(self.client, "tcp-syn-lost", PAIR[0], "SYN", words=f"t1 target {PAIR[0]}")
        exam = self.healthy(self.client)  # not named: it need not have a server
        self.assertEqual(exam.checks["TCP"]["outcome"], "skipped", str(exam))

    def test_targets_of_the_file(self):
        """Each is asked; that one is silent is none of the tunnel's fault while another answers."""
        here, silent = "2001:db8:77::1", "2001:db8:77::2"
        self.server.ip(f"addr add {here}/128 dev lo nodad\naddr add {silent}/128 dev lo nodad")
        self.server.nft(f"table ip6 f {{ chain i {{ type filter hook input priority 0; ip6 daddr {silent} tcp dport 80 drop; }}; }}")
        path = pathlib.Path(self.lab.files, "t1.conf")
        path.write_text(f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}\n"
                        f"target = {PAIR[0]}\ntarget = {silent}\ntarget = {here}\n", encoding="ascii")
        self.tell(self.client, f"-f {path} client up t1")
        shown = self.show(self.client, "client show t1")[0]
        self.assertEqual((shown["target"], "only-in-file" in shown), ([PAIR[0], silent, here], False))
        exam = self.healthy(self.client)
        self.assertEqual(exam.checks["TCP"]["text"], f"{silent} does not answer on TCP port 80, although others do")
        self.drop(AWAY + f"{INNER_LENGTH} > 40 drop")
        exam = self.examine(self.client)
        lost = [f["evidence"].split()[0] for f in exam.report["findings"] if f["cause"] == "tcp-data-lost"]
        self.assertEqual(lost, [PAIR[0], here], str(exam))
        self.finds(self.client, "tcp-syn-lost", silent, words=f"t1 target {silent}")
        self.inet.nft("delete table inet way")
        self.assertEqual(set(self.examine(self.client, "t1 target fe80::9").findings) - {"tcp-syn-lost"}, set())
        self.client.ip("route add default via 2001:db8:100::9 dev lan onlink metric 3")
        self.finds(self.client, "other-default-route", "lan")

    def test_syn_ack_lost(self):
        self.drop(TO_US + "drop")
        self.finds(self.client, "tcp-syn-lost", PAIR[0], words=f"target {PAIR[0]}")

    def test_wrong_checksum(self):
        liar = Liar(self, self.server)
        found = self.finds(self.client, "tcp-checksum", Liar.ADDRESS, words=f"t1 target {Liar.ADDRESS}")
        self.assertIn("ethtool", found["remedy"])
        liar.stop()
        self.server.ip(f"addr add {Liar.ADDRESS}/128 dev lo nodad")
        self.cured(self.client, words=f"t1 target {Liar.ADDRESS}")


class Names(doctor.Case):
    A, AAAA = socket.inet_pton(socket.AF_INET, "203.0.113.254"), socket.inet_pton(socket.AF_INET6, INTERNET)

    @classmethod
    def prepare(cls):
        cls.server.ip(netlab.FAR_SERVER)
        cls.server.set("net.ipv6.conf.all.forwarding", 1)

    def test_both_records(self):
        """The healthy twin."""
        self.tell(self.client, UP)
        Resolver(self, self.client, {1: self.A, 28: self.AAAA})
        exam = self.healthy(self.client, "t1 target web.test")
        self.assertIn(f"web.test is {INTERNET}", exam.checks["names"]["text"])
        self.assertIn(INTERNET, exam.checks["TCP"]["text"])

    def test_no_aaaa(self):
        self.tell(self.client, UP)
        hiding = Resolver(self, self.client, {1: self.A})
        found = self.finds(self.client, "aaaa-missing", "web.test", "203.0.113.254", words="t1 target web.test")
        self.assertIn("another resolver", found["remedy"])
        hiding.stop()
        Resolver(self, self.client, {1: self.A, 28: self.AAAA})
        self.cured(self.client, words="t1 target web.test")

    def test_no_such_name_and_no_resolver(self):
        self.tell(self.client, UP)
        for resolver in (False, True):
            if resolver:
                Resolver(self, self.client, {})
            exam = self.healthy(self.client, "t1 target web.test")
            self.assertEqual(exam.checks["names"]["outcome"], "skipped", str(exam))
            self.assertIn("web.test", exam.checks["names"]["text"])

    def test_ipv4_comes_first(self):
        """The tunnel's address is a 6to4 one, which counts less than IPv4 (RFC 6724)."""
        pair = "2002:c633:6407::2", "2002:c633:6407::3"
        self.server.ip(f"addr add {pair[0]}/127 dev far nodad")
        self.inet.ip(f"route add 2002:c633:6407::/48 via {SERVER6}")
        self.client.ip(f"""
            tunnel add plain mode sit remote {SERVER4} local {doctor.CLIENT4} ttl 255
            link set plain up
            addr add {pair[1]}/127 dev plain nodad
            route add ::/0 dev plain metric 1024""")
        Resolver(self, self.client, {1: self.A, 28: self.AAAA})
        found = self.finds(self.client, "ipv4-preferred", "web.test", INTERNET, words="plain target web.test")
        self.assertIn("native global address", found["remedy"])
        self.client.ip(f"addr del {pair[1]}/127 dev plain\naddr add {PAIR[1]}/127 dev plain nodad")
        self.cured(self.client, words="plain target web.test")

    def test_only_unique_local(self):
        pair = "fd00:1::2", "fd00:1::3"
        self.server.ip(f"addr add {pair[0]}/127 dev far nodad")
        self.tell(self.client, UP.replace(PAIR[1], pair[1]))
        self.finds(self.client, "ula-only", "1 unique local")
        self.tell(self.client, UP)
        self.cured(self.client)


class File(files.Case, doctor.Case):
    @classmethod
    def prepare(cls):
        Names.prepare.__func__(cls)

    def test_it_is_read_though_its_names_are_not_asked_for(self):
        resolver = Resolver(self, self.client, {1: socket.inet_pton(socket.AF_INET, SERVER4)})
        text = f"[client]\nremote = web.test\naddress = {PAIR[1]}\n"
        self.put("t1.conf", text)
        self.tell(self.client, "client up t1")
        resolver.stop()
        self.assertEqual(self.show(self.client, "client show t1")[0]["target"], [])
        self.put("t1.conf", f"{text}target = {PAIR[0]}\ntarget = {INTERNET}\ntarget = no.test\n")
        shown = self.show(self.client, "client show t1")[0]
        self.assertEqual(shown["only-in-file"], {"target": [PAIR[0], INTERNET, "no.test"]})
        exam = self.healthy(self.client, "t1")
        self.assertEqual(exam.checks["TCP"]["text"], f"{PAIR[0]} port 80 answers, {INTERNET} port 80 answers", str(exam))
        self.assertEqual(exam.checks["names"]["outcome"], "skipped", str(exam))
        self.assertIn("no.test", exam.checks["names"]["text"], str(exam))
        self.assertIn("global address", exam.checks["names"]["text"], str(exam))
