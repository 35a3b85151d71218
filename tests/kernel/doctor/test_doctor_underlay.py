# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor: the IPv4 side: this host's address and route, the way, the far end; and what size of packet it carries."""

import socket
import struct

import doctor
from doctor import UP
import netlab
from netlab import CLIENT4, PAIR, SERVER4, SERVER4B

SECONDARY = "198.51.100.77"


class Refuser(doctor.Service):
    """Answers protocol 41 as a host does whose kernel knows no such protocol."""

    def open(self):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        sock.bind(("up0", 0x0800))
        self.out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        return sock

    def serve(self):
        data = self.sock.recv(65536)
        if data[9] == 41 and data[16:20] == socket.inet_aton(SERVER4):
            error = struct.pack(">BBHI", 3, 2, 0, 0) + data[:28]
            total = sum(struct.unpack(f">{len(error) // 2}H", error))
            total = (total & 0xffff) + (total >> 16)
            self.out.sendto(error[:2] + struct.pack(">H", ~(total + (total >> 16)) & 0xffff) + error[4:],
                            (socket.inet_ntoa(data[12:16]), 0))


def through(*rules):
    """A filter on the router in between."""
    return "table inet way { chain f { type filter hook forward priority 0; " + "; ".join(rules) + "; }; }"


class Underlay(doctor.Client):
    def test_local_is_not_here(self):
        self.client.ip(f"addr add {SECONDARY}/24 dev wan")
        self.tell(self.client, UP + f" local {SECONDARY}")
        self.client.ip(f"addr del {SECONDARY}/24 dev wan")
        found = self.finds(self.client, "local-not-here", SECONDARY, CLIENT4, beside=("protocol-41-filtered", "remote-silent", "not-sent"))
        self.mended(self.client, found)

    def test_local_of_a_foreign_tunnel_is_not_here(self):
        self.tell(self.client, "client down t1")
        self.client.ip(f"""
            tunnel add plain mode sit remote {SERVER4} local 192.0.2.123 ttl 255
            link set plain up
            addr add {PAIR[1]}/127 dev plain nodad
            route add ::/0 dev plain""")
        found = self.finds(self.client, "local-not-here", "192.0.2.123", CLIENT4, words="plain",
                           beside=("protocol-41-filtered", "remote-silent", "not-sent"))
        self.mended(self.client, found, words="plain")

    def test_remote_in_the_tunnel(self):
        self.client.ip(f"route add {SERVER4}/32 dev t1")
        self.mended(self.client, self.finds(self.client, "remote-in-tunnel", SERVER4, "t1", beside=("not-sent", "remote-silent", "drift")))

    def test_no_route(self):
        self.client.ip("route del 0.0.0.0/0 via 198.51.100.1")
        self.finds(self.client, "remote-no-route", SERVER4)
        self.assertIn("t1 -- [! no interface !] -- IPv4", self.tell(self.client, "doctor t1", status=3).out)
        self.client.ip("route add 0.0.0.0/0 via 198.51.100.1")
        self.cured(self.client)

    def rule(self, words):
        """An IPv4 policy rule before all others."""
        done = self.do(self.client, f"ip -4 rule add pref 100 {words}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.addCleanup(self.do, self.client, "ip -4 rule del pref 100")

    def test_a_rule_refuses_the_way(self):
        for words in (f"to {SERVER4}/32 blackhole", "to 203.0.113.0/24 prohibit", "ipproto 41 unreachable"):
            with self.subTest(words):
                self.rule(words)
                found = self.finds(self.client, "remote-refused", "pref 100", words.split()[-1], SERVER4)
                self.mended(self.client, found)

    def test_a_rule_refuses_all(self):
        """Who made it may want it: only the tunnel is let out."""
        for words in ("unreachable", "not fwmark 0x7 prohibit"):
            with self.subTest(words):
                self.rule(words)
                self.addCleanup(self.do, self.client, "ip -4 rule del pref 99")
                found = self.finds(self.client, "remote-refused", "pref 100", words.split()[-1], SERVER4)
                self.assertEqual(found["remedy"], f"ip -4 rule add pref 99 to {SERVER4}/32 lookup main")
                self.mended(self.client, found)
                self.do(self.client, "ip -4 rule del pref 99; ip -4 rule del pref 100")

    def test_no_rule_lets_it_out(self):
        """The main table has no way either, or it is itself what refuses."""
        for words in ("rule add pref 100 blackhole", "route add unreachable default"):
            with self.subTest(words):
                self.do(self.client, f"ip -4 route del default via 198.51.100.1; ip -4 {words}")
                found = self.finds(self.client, "remote-refused", words.split()[-2 if "route" in words else -1], SERVER4)
                self.assertFalse(found["command"], found)
                self.assertIn("ip -4 " + words.split()[0] + " del", found["remedy"])
                self.do(self.client, f"ip -4 {words.replace('add', 'del')}; ip -4 route add default via 198.51.100.1")
                self.cured(self.client)

    def test_a_route_refuses_the_way(self):
        self.client.ip(f"route add prohibit {SERVER4}/32")
        self.mended(self.client, self.finds(self.client, "remote-refused", f"prohibit {SERVER4}/32", SERVER4))

    def test_a_rule_refuses_others(self):
        """The healthy twin: another mark, protocol or destination; and the tunnel has no 'local', so that no source is looked for."""
        for words in ("fwmark 0x7 blackhole", "ipproto 4 prohibit", "to 192.0.2.0/24 unreachable", f"from {CLIENT4} prohibit"):
            with self.subTest(words):
                self.rule(words)
                self.healthy(self.client)
                self.do(self.client, "ip -4 rule del pref 100")

    def vrf(self):
        """The way to the Internet is in a VRF."""
        if self.do(self.client, "ip link add vrf1 type vrf table 10").returncode:
            self.skipTest("this kernel has no VRF")
        self.client.ip("""
            link set vrf1 up
            link set wan master vrf1
            route add default via 198.51.100.1 dev wan table 10""")
        # The kernel adds it with the first VRF of a namespace, and never again.
        self.do(self.client, "ip -4 rule show | grep -q l3mdev || ip -4 rule add pref 1000 l3mdev protocol kernel")
        self.addCleanup(self.do, self.client, "ip link set wan nomaster; ip -4 route flush table 10")

    def test_the_way_is_in_a_vrf(self):
        self.vrf()
        self.mended(self.client, self.finds(self.client, "underlay-vrf", SERVER4, "wan", "vrf1", beside=("drift",)))

    def test_the_way_of_a_foreign_tunnel_is_in_a_vrf(self):
        self.tell(self.client, "client down t1")
        self.client.ip(netlab.FAR_CLIENT.replace(f" local {CLIENT4}", ""))
        self.vrf()
        found = self.finds(self.client, "underlay-vrf", SERVER4, "wan", "vrf1", words="far")
        self.mended(self.client, found, words="far")

    def vpn(self):
        """A VPN has taken the default route, as they do."""
        done = self.do(self.client, "ip link add vpn0 type wireguard || ip tuntap add dev vpn0 mode tun || "
                       "ip link add vpn0 type ipip remote 198.51.100.1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.client.ip("""
            link set vpn0 up
            addr add 10.66.0.2/24 dev vpn0
            route add 0.0.0.0/1 dev vpn0
            route add 128.0.0.0/1 dev vpn0""")

    def test_a_vpn_takes_the_way(self):
        self.vpn()
        found = self.finds(self.client, "remote-in-vpn", SERVER4, "vpn0", "128.0.0.0/1",
                           beside=("not-sent", "remote-silent", "protocol-41-filtered", "drift", "behind-nat"))
        self.mended(self.client, found)

    def test_a_vpn_for_others(self):
        """The healthy twin: the far end has a route of its own."""
        self.vpn()
        self.client.ip(f"route add {SERVER4}/32 via 198.51.100.1")
        self.healthy(self.client)

    def test_a_small_ttl(self):
        self.tell(self.client, UP + " ttl 1")
        found = self.finds(self.client, "ttl-too-small", SERVER4, "TTL 1")
        self.mended(self.client, found)

    def test_a_small_ttl_that_nobody_complains_of(self):
        self.inet.nft("table inet way { chain o { type filter hook output priority 0; icmp type time-exceeded drop; }; }")
        self.tell(self.client, UP + " ttl 1")
        found = self.finds(self.client, "ttl-too-small", SERVER4, "TTL 1")
        self.mended(self.client, found)

    def test_a_small_ttl_of_a_foreign_tunnel(self):
        self.tell(self.client, "client down t1")
        self.client.ip(netlab.FAR_CLIENT.replace("ttl 255", "ttl 1"))
        found = self.finds(self.client, "ttl-too-small", SERVER4, words="far")
        self.mended(self.client, found, words="far")

    def test_a_ttl_that_suffices(self):
        """The healthy twin."""
        self.tell(self.client, UP + " ttl 2")
        self.assertIn("2 is enough", self.healthy(self.client).checks["TTL"]["text"])

    def test_nobody_on_the_link(self):
        self.tell(self.client, UP.replace(SERVER4, "198.51.100.99"))
        found = self.finds(self.client, "remote-unreachable", "198.51.100.99", "wan")
        self.assertFalse(found["command"])

    def test_unreachable(self):
        self.inet.ip(f"rule add pref 10 iif c0 to {SERVER4} unreachable")
        self.finds(self.client, "remote-unreachable", "198.51.100.1", "code 0")
        self.inet.ip("rule del pref 10")
        self.cured(self.client)

    def test_silent(self):
        self.inet.nft(through(f"ip daddr {SERVER4} drop"))
        self.finds(self.client, "remote-silent", SERVER4)
        self.inet.nft("delete table inet way")
        self.cured(self.client)

    def test_output_dropped(self):
        self.client.nft("table ip mine { chain o { type filter hook output priority 0; ip protocol 41 drop; }; }")
        self.mended(self.client, self.finds(self.client, "output-dropped", "chain 'o'", "ip mine", SERVER4))
        self.client.nft("delete table ip mine")


class Protocol(doctor.Client):
    def test_filtered(self):
        self.inet.nft(through("ip protocol 41 drop"))
        self.finds(self.client, "protocol-41-filtered", SERVER4, "IPv4 ping")
        self.inet.nft("delete table inet way")
        self.cured(self.client)

    def test_filtered_on_the_way_of_the_mark(self):
        """The IPv4 ping goes as the tunnel does: without its mark there is no route."""
        self.client.ip("""
            route del default via 198.51.100.1
            route add default via 198.51.100.1 table 77
            rule add fwmark 0x7 lookup 77""")
        self.tell(self.client, UP + " fwmark 0x7")
        self.inet.nft(through("ip protocol 41 drop"))
        self.finds(self.client, "protocol-41-filtered", SERVER4, "IPv4 ping")
        self.inet.nft("delete table inet way")
        self.cured(self.client)

    def test_refused_on_the_way(self):
        """By a routing rule: no 'reject' of nft answers protocol 41 (nf_reject_verify_csum() of Linux 6.1)."""
        self.inet.ip("rule add pref 10 iif c0 ipproto 41 prohibit")
        self.finds(self.client, "protocol-41-filtered", "198.51.100.1", "code 13")
        self.inet.ip("rule del pref 10")
        self.cured(self.client)

    def test_no_tunnel_there(self):
        self.server.ip("link set far down")
        self.finds(self.client, "far-end-no-tunnel", SERVER4)
        self.server.ip("link set far up\naddr replace 2001:db8:1::2/127 dev far nodad")
        self.cured(self.client)

    def test_no_tunnel_there_by_protocol_unreachable(self):
        self.server.nft("table ip f { chain i { type filter hook input priority 0; ip protocol 41 drop; }; }")
        refuser = Refuser(self, self.server)
        self.finds(self.client, "far-end-no-tunnel", SERVER4, "protocol")
        refuser.stop()
        self.server.nft("delete table ip f")
        self.cured(self.client)

    def test_far_end_sends_from_another_address(self):
        self.server.ip(f"""
            link del far
            tunnel add far mode sit remote {CLIENT4} ttl 255
            link set far up
            addr add {PAIR[0]}/127 dev far nodad
            route add {CLIENT4}/32 via 203.0.113.254 src {SERVER4B}""")
        found = self.finds(self.client, "far-end-other-address", SERVER4B, SERVER4)
        self.mended(self.client, found)

    def test_far_end_sends_from_another_address_to_a_foreign_tunnel(self):
        self.tell(self.client, "client down t1")
        self.client.ip(netlab.FAR_CLIENT)
        self.server.ip(f"""
            link del far
            tunnel add far mode sit remote {CLIENT4} ttl 255
            link set far up
            addr add {PAIR[0]}/127 dev far nodad
            route add {CLIENT4}/32 via 203.0.113.254 src {SERVER4B}""")
        found = self.finds(self.client, "far-end-other-address", SERVER4B, words="far")
        self.mended(self.client, found, words="far")

    def test_far_end_has_another_inner_address(self):
        self.server.ip(f"addr del {PAIR[0]}/127 dev far\naddr add 2001:db8:77::1/127 dev far nodad")
        found = self.finds(self.client, "far-end-silent-inside", PAIR[0], SERVER4)
        self.assertIn(PAIR[1], found["remedy"])
        self.server.ip(f"addr add {PAIR[0]}/127 dev far nodad")
        self.cured(self.client)

    def test_far_end_filters_all(self):
        """Where it lets TCP pass it is well, see test_doctor_loss.py."""
        self.server.nft("table ip6 f { chain i { type filter hook input priority 0; icmpv6 type echo-request ip6 daddr 2000::/3 drop; tcp dport 80 drop; }; }")
        self.finds(self.client, "far-end-silent-inside", PAIR[0], SERVER4)
        self.server.nft("delete table ip6 f")
        self.cured(self.client)


class Size(doctor.Client):
    """Between router and server the way carries 1400 bytes."""

    def narrow(self, mtu=1400):
        self.inet.ip(f"link set s0 mtu {mtu}")
        self.server.ip(f"link set up0 mtu {mtu}")

    def swallow(self):
        self.inet.nft("table inet way { chain o { type filter hook output priority 0; "
                      "icmp type destination-unreachable icmp code frag-needed drop; }; }")

    def test_healthy_with_less(self):
        """Less than 1500, and the device has what fits."""
        self.narrow()
        self.tell(self.client, UP + " mtu 1380")
        exam = self.healthy(self.client)
        self.assertIn("1380", exam.checks["packet size"]["text"])

    def test_too_large(self):
        self.narrow()
        self.mended(self.client, self.finds(self.client, "mtu-too-large", "1480", "1380"))

    def test_too_large_of_a_foreign_tunnel(self):
        self.tell(self.client, "client down t1")
        self.client.ip(netlab.FAR_CLIENT)
        self.narrow()
        found = self.finds(self.client, "mtu-too-large", "1480", "1380", words="far")
        self.mended(self.client, found, words="far")

    def test_swallowed(self):
        self.narrow()
        self.swallow()
        self.mended(self.client, self.finds(self.client, "too-big-swallowed", "1380"))

    def test_below_1280(self):
        self.narrow(1290)
        self.swallow()
        self.finds(self.client, "path-below-1280", "1280")
        self.narrow(1300)
        self.inet.nft("delete table inet way")
        self.tell(self.client, UP + " mtu 1280")
        self.cured(self.client)
