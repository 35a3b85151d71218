# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor: what is lost by chance or is late is no fault; what is lost for its size is, and in which direction."""

import socket
import subprocess
import threading
import time

import doctor
import netlab
from doctor import UP
from netlab import INTERNET, PAIR, SERVER4, SERVER6

PAGE = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"a line of the page\n" * 220
# In IPv6 in IPv4: the flags of TCP; TCP; ICMPv6 echo replies.
SYN, SYN_ACK, ACK = (f"@nh,584,8 {flags}" for flags in ("0x02", "0x12", "0x10"))
TCP, ECHO_REPLY = "@nh,208,8 6", "@nh,208,8 58 @nh,480,8 129"
ECHOS = "icmpv6 type echo-request"


class Pages(doctor.Service):
    """Answers each request with a page, and closes; keeps what it was asked."""

    def open(self):
        self.requests = []
        return socket.create_server(("::", 80), family=socket.AF_INET6)

    def serve(self):
        peer, _ = self.sock.accept()
        threading.Thread(target=self.answer, args=(peer,), daemon=True).start()

    def answer(self, peer):
        request = b""
        try:
            with peer:
                peer.settimeout(30)
                while not request.endswith(b"\r\n\r\n"):
                    part = peer.recv(4096)
                    if not part:
                        return
                    request += part
                self.requests.append(request)
                peer.sendall(PAGE)
        except OSError:
            pass


class Mute(doctor.Service):
    """Takes what comes, and says nothing."""

    def open(self):
        self.peers = []
        return socket.create_server(("::", 80), family=socket.AF_INET6)

    def serve(self):
        self.peers.append(self.sock.accept()[0])


class Way(doctor.Client):
    """The target is beyond the far end, which forwards: the router has the address."""

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.server.set("net.ipv6.conf.all.forwarding", 1)

    def setUp(self):
        super().setUp()
        self.pages = Pages(self, self.inet)

    def shape(self, dev, words):
        """The router sends through DEV as tc says."""
        with self.inet.looking():
            subprocess.run(["tc", "qdisc", "replace", "dev", dev, "root", *words.split()], check=True)
        self.addCleanup(self.unshape, dev)

    def unshape(self, dev):
        with self.inet.looking():
            subprocess.run(["tc", "qdisc", "del", "dev", dev, "root"], capture_output=True, check=False)

    def drop(self, host, *rules):
        """A rule of a host between the client and the target."""
        host.nft("table inet way { chain f { type filter hook forward priority 0; " + "; ".join(rules) + "; }; }")

    def asked(self, status=0, **how):
        exam = self.examine(self.client, f"t1 target {INTERNET}", **how)
        self.assertEqual(exam.done.status, status, str(exam))
        return exam

    def well(self):
        exam = self.asked()
        self.assertEqual(list(exam.findings), [], str(exam))
        self.assertEqual(exam.checks["TCP"]["outcome"], "ok", str(exam))
        return exam


class Loss(Way):
    weight = 9

    def test_healthy(self):
        exam = self.well()
        self.assertEqual(exam.checks["TCP"]["text"], f"{INTERNET} port 80 accepts data and answers")
        self.assertRegex(exam.checks["loss"]["text"], rf"loses 0 %, 0 of \d+ echo requests to {PAIR[0]}; round trip \d+ to \d+ ms")
        request = self.pages.requests[0]
        self.assertTrue(request.startswith(b"GET / HTTP/1.0\r\nHost: [" + INTERNET.encode() + b"]\r\n"), request)
        self.assertGreater(len(request), 1408)

    def test_a_second_and_a_half(self):
        for dev in ("c0", "s0"):
            self.shape(dev, "netem delay 750ms")
        exam = self.asked()
        self.assertEqual(list(exam.findings), [], str(exam))
        shortest, longest = (int(word) for word in exam.checks["loss"]["text"].split() if word.isdigit() and int(word) > 1000)
        self.assertGreaterEqual(shortest, 1500)
        self.assertLess(longest, 4000, str(exam))
        self.assertIn(f"{INTERNET} port 80", exam.checks["TCP"]["text"], str(exam))

    def test_one_in_seven_is_lost(self):
        self.drop(self.inet, "iifname c0 ip protocol 41 numgen inc mod 7 == 3 drop", "iifname s0 ip protocol 41 numgen inc mod 7 == 5 drop")
        exam = self.asked()
        self.assertEqual(list(exam.findings), [], str(exam))
        self.assertRegex(exam.checks["loss"]["text"], r"loses [1-4]\d %")

    def test_slow_and_one_in_seven_is_lost(self):
        for dev in ("c0", "s0"):
            self.shape(dev, "netem delay 750ms")
        self.drop(self.inet, "iifname s0 ip protocol 41 numgen inc mod 7 == 2 drop")
        exam = self.asked()
        self.assertEqual(list(exam.findings), [], str(exam))
        self.assertRegex(exam.checks["loss"]["text"], r"loses [1-4]?\d %, [1-9]\d* of \d+ echo requests .* round trip 1[5-9]\d\d to ")
        self.assertIn(f"{INTERNET} port 80", exam.checks["TCP"]["text"], str(exam))

    def test_half_is_lost(self):
        # Of echo replies and TCP each by itself, else the one may be most of what is dropped, and the other get through.
        self.drop(self.inet, *(f"iifname s0 ip protocol 41 {kind} numgen inc mod 5 < 3 drop" for kind in (ECHO_REPLY, TCP)))
        exam = self.asked(status=3)
        self.assertEqual({f["severity"] for f in exam.report["findings"]}, {"risk"}, str(exam))
        self.assertEqual(exam.verdict, "lossy", str(exam))
        self.inet.nft("delete table inet way")
        self.cured(self.client)

    def test_the_first_answer_to_a_connection_is_lost(self):
        self.drop(self.inet, f"iifname s0 ip protocol 41 {SYN_ACK} numgen inc mod 1000 == 0 drop")
        self.well()

    def test_the_end_of_the_handshake_is_lost(self):
        """And the SYN/ACK that is repeated for it. From Linux 6.15 on a target takes nothing then, though it answers, of a
        connection that it was probed on: in this it echoes a time stamp that the handshake did not have."""
        self.drop(self.inet, f"iifname c0 ip protocol 41 {ACK} numgen inc mod 1000 == 0 drop",
                  f"iifname s0 ip protocol 41 {SYN_ACK} numgen inc mod 1000 == 1 drop")
        self.well()

    def test_a_server_that_is_told_of_data_only(self):
        """As Apache asks for: until data comes the handshake has not ended there. So from Linux 6.15 on, as above."""
        self.pages.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
        self.well()

    def test_the_first_packets_are_lost(self):
        """As where the far end has to find its neighbour first."""
        self.drop(self.inet, "iifname c0 ip protocol 41 numgen inc mod 1000 < 4 drop")
        self.well()

    def test_the_first_packets_are_slow(self):
        self.shape("c0", "netem delay 1300ms")
        threading.Timer(2, self.unshape, ("c0",)).start()
        self.well()

    def test_a_target_that_takes_tiny_segments(self):
        """It says so; the request is longer then than one of them."""
        way = f"2001:db8:1::/48 via {SERVER6}"
        self.inet.ip(f"route replace {way} advmss 100")
        self.addCleanup(self.inet.ip, f"route replace {way}")
        self.well()
        self.assertGreater(len(self.pages.requests[0]), 80)

    def test_a_server_that_does_not_answer(self):
        self.pages.stop()
        Mute(self, self.inet)
        exam = self.well()
        self.assertEqual(exam.checks["TCP"]["text"], f"{INTERNET} port 80 accepts data")

    def test_without_rights(self):
        exam = self.asked(user=65534, group=65534, extra_groups=[])
        self.assertEqual(list(exam.findings), [], str(exam))
        self.assertEqual(exam.checks["TCP"]["text"], f"{INTERNET} port 80 accepts data and answers")
        self.assertLess(exam.done.seconds, 20)

    def test_a_part_of_the_page_is_late(self):
        self.drop(self.server, f"ip6 saddr {INTERNET} meta length 1000-1500 numgen inc mod 6 < 2 drop")
        self.well()


class Size(Way):
    weight = 9

    def finds_lost(self, host, rule, cause, *evidence):
        self.drop(host, rule)
        found = self.finds(self.client, cause, INTERNET, *evidence, words=f"t1 target {INTERNET}")
        self.assertIn("mtu 1280", found["remedy"])
        self.assertEqual(found["hop"], "beyond")
        self.follow(self.client, found)
        self.well()

    def test_large_ones_to_the_target(self):
        self.finds_lost(self.server, f"ip6 daddr {INTERNET} meta length > 1300 drop", "tcp-out-lost", "not acknowledge")

    def test_large_ones_from_the_target(self):
        self.finds_lost(self.server, f"ip6 saddr {INTERNET} meta length > 1300 drop", "tcp-in-lost", "answer")

    def test_large_ones_of_the_far_end(self):
        """On the IPv4 way no large echo comes back either: TCP tells the direction."""
        pages = Pages(self, self.server)
        for dev, cause in (("c0", "tcp-out-lost"), ("s0", "tcp-in-lost")):
            self.drop(self.inet, f"iifname {dev} ip protocol 41 meta length > 1350 drop")
            exam = self.examine(self.client, f"t1 target {PAIR[0]}")
            self.assertEqual(set(exam.findings), {"too-big-swallowed", cause}, str(exam))
            self.inet.nft("delete table inet way")
        pages.stop()

    def test_both_directions_and_loss(self):
        self.drop(self.server, f"ip6 daddr {INTERNET} meta length > 1300 drop", f"ip6 saddr {INTERNET} meta length > 1300 drop")
        self.inet.nft("table inet loss { chain f { type filter hook forward priority 0; iifname c0 ip protocol 41 numgen inc mod 9 == 3 drop; }; }")
        exam = self.examine(self.client, f"t1 target {INTERNET}")
        self.assertEqual(set(exam.findings), {"tcp-out-lost"}, str(exam))
        self.assertRegex(exam.checks["loss"]["text"], r"loses [1-3]?\d %, [1-9]")
        self.follow(self.client, exam.findings["tcp-out-lost"])
        self.well()


class Filtered(Way):
    """ICMP echo is filtered."""

    def setUp(self):
        super().setUp()
        self.server.nft(f"table ip6 f {{ chain i {{ type filter hook input priority 0; {ECHOS} ip6 saddr 2000::/3 drop; }}; }}")

    def test_tcp_works(self):
        exam = self.well()
        self.assertRegex(exam.checks["answers"]["text"], "no echo request is answered.*TCP is answered")
        done = netlab.run(self.client, f"doctor t1 target {INTERNET}")
        self.assertEqual((done.status, done.out.splitlines()[-1]), (0, "t1: healthy"), str(done))

    def test_tcp_works_with_a_small_ttl(self):
        """Pings with that TTL are dropped on the way, and the tunnel's packets are not."""
        self.tell(self.client, UP + " ttl 2")
        self.inet.nft("table ip f { chain f { type filter hook forward priority 0; icmp type echo-request ip ttl < 3 drop; }; }")
        self.assertIn("2 is enough", self.well().checks["TTL"]["text"])

    def test_the_far_end_refuses_tcp(self):
        """By a reset: that is an answer of its own."""
        exam = self.examine(self.client, "t1")
        self.assertEqual((exam.done.status, list(exam.findings)), (0, []), str(exam))
        self.assertEqual(exam.checks["TCP"]["text"], f"{PAIR[0]} port 80 answers")

    def test_tcp_as_well(self):
        self.server.nft("table ip6 g { chain i { type filter hook input priority 0; tcp dport 80 drop; }; "
                        "chain f { type filter hook forward priority 0; tcp dport 80 drop; }; }")
        for words in ("t1", f"t1 target {INTERNET}"):
            self.finds(self.client, "far-end-silent-inside", PAIR[0], SERVER4, words=words)


class Quick(Way):
    """What takes its time where something is to be seen takes none where all is well."""

    def test_a_few_seconds(self):
        self.tell(self.client, UP)
        self.well()
        began = time.monotonic()
        self.well()
        self.assertLess(time.monotonic() - began, 12)
