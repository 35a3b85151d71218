# SPDX-License-Identifier: GPL-2.0-or-later
"""What the far end, a peer, a stranger, a host of the LAN and who answers for a name can do with packets, and what not (sitctl-security(7))."""

import glob
import os
import socket
import time

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import ICMPv6ND_RA, ICMPv6NDOptPrefixInfo
import forged
from forged import IPv6
import netlab
from netlab import CLIENT4, INTERNET, PAIR, PREFIX, SECOND4, SERVER4

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX}"
OTHER = "2001:db8:ffff::2"             # a source in the Internet
HOSTS = "127.0.0.1 localhost\n"
IPIP, MPLS = 4, 137


class Attack(netlab.Case):
    def arrives(self, receiver, sender, source, target, *, outer=(SERVER4, CLIENT4), within=1.0, carry=None):
        """Does one forged datagram, in protocol 41 or what `carry` makes of it, reach a socket of the receiver?"""
        with forged.Listener(receiver) as listener:
            (carry or forged.send)(sender, *outer, [forged.datagram(source, target, b"forged")])
            return listener.texts(within, 1) == ["forged"]

    def advertised(self, host, dev, sender, outer):
        """What a router advertisement of the other end leaves at the host: routes and addresses of the device."""
        packet = IPv6(src="fe80::1", dst="ff02::1", hlim=255) / ICMPv6ND_RA(routerlifetime=1800) / \
            ICMPv6NDOptPrefixInfo(prefix="2001:db8:bad::", prefixlen=64)
        before = host.routes(), host.addresses(dev)
        forged.send(sender, *outer, [packet])
        end = time.monotonic() + 1
        while (host.routes(), host.addresses(dev)) == before and time.monotonic() < end:
            time.sleep(0.05)
        return (host.routes(), host.addresses(dev)) != before

    def no_advertisement_counts(self, host, dev, sender, outer):
        self.assertFalse(self.advertised(host, dev, sender, outer))
        host.set(f"net.ipv6.conf.{dev}.accept_ra", 2)
        self.assertTrue(self.advertised(host, dev, sender, outer), "none would have come anyway")


class ToAClient(Attack):
    """The far end is made with `ip`, and forwards."""

    @classmethod
    def prepare(cls):
        netlab.far_router(cls.server)

    def test_router_advertisements_do_nothing(self):
        self.up(self.client, UP)
        self.no_advertisement_counts(self.client, "t1", self.server, (SERVER4, CLIENT4))

    def test_a_client_passes_nothing_on(self):
        """Not to the Internet, nor back."""
        self.up(self.client, UP)
        self.assertFalse(self.arrives(self.inet, self.server, OTHER, INTERNET))
        self.client.set("net.ipv6.conf.all.forwarding", 1)
        self.assertFalse(self.arrives(self.inet, self.server, OTHER, INTERNET), "it left by the tunnel that it came from")
        self.up(self.client, UP + " source-filter off")
        self.assertTrue(self.arrives(self.inet, self.server, OTHER, INTERNET), "nothing would have come anyway")

    def test_only_ipv6_is_taken_in(self):
        """No IPv4 in IPv4, no MPLS."""
        self.up(self.client, UP)
        with self.client.looking():
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind(("0.0.0.0", forged.PORT))
            sock.settimeout(1)

        def taken():
            inner = IP(src=SERVER4, dst=CLIENT4) / UDP(sport=1, dport=forged.PORT) / b"inner"
            with self.server.looking(), socket.socket(socket.AF_INET, socket.SOCK_RAW, 255) as raw:
                for proto, head in ((IPIP, b""), (MPLS, b"\0\0\x01\x40")):
                    raw.sendto(bytes(IP(src=SERVER4, dst=CLIENT4, proto=proto) / (head + bytes(inner))), (CLIENT4, 0))
            try:
                return sock.recv(100) == b"inner"
            except TimeoutError:
                return False

        with sock:
            self.assertFalse(taken())
            self.up(self.client, "client down t1")
            self.client.ip(f"link add any type sit mode any remote {SERVER4} local any ttl 255\nlink set dev any up")
            self.assertTrue(taken(), "nothing would have come anyway")

    def test_a_stranger_needs_the_far_ends_ipv4_address(self):
        """With that address, which the network between should not let him use, he can."""
        self.up(self.client, UP)
        self.assertFalse(self.arrives(self.client, self.second, OTHER, PAIR[1], outer=(SECOND4, CLIENT4)))
        self.assertTrue(self.arrives(self.client, self.second, OTHER, PAIR[1]))
        self.assertFalse(self.arrives(self.client, self.second, PAIR[1], PAIR[1]), "the source filter is for him too")
        self.up(self.client, UP + " simple-security on")
        self.assertFalse(self.arrives(self.client, self.second, OTHER, PAIR[1]), "and so is simple security")

    def test_the_unspecified_source_goes_no_further(self):
        """Duplicate address detection uses it (RFC 4213 section 3.6), on a link."""
        self.lan.ip("addr add 2001:db8:100::5/64 dev eth0 nodad\nroute add ::/0 via 2001:db8:100::1")
        self.up(self.client, UP + f" prefix {PREFIX},lan")
        self.assertTrue(self.arrives(self.lan, self.server, OTHER, "2001:db8:100::5"))
        self.assertFalse(self.arrives(self.lan, self.server, "::", "2001:db8:100::5"))

    def test_dev_takes_nothing_in_from_the_lan(self):
        """A host of the LAN with the far end's IPv4 address; so does the kernel's reverse path filter."""
        self.client.ip("addr add 10.0.0.1/24 dev lan")
        self.lan.ip("addr add 10.0.0.2/24 dev eth0\nroute add default via 10.0.0.1")
        self.up(self.client, UP)
        self.assertTrue(self.arrives(self.client, self.lan, OTHER, PAIR[1]))
        was = self.client.get("net.ipv4.conf.lan.rp_filter")
        self.client.set("net.ipv4.conf.lan.rp_filter", 1)
        self.assertFalse(self.arrives(self.client, self.lan, OTHER, PAIR[1]))
        self.client.set("net.ipv4.conf.lan.rp_filter", was)
        self.up(self.client, UP + " dev wan")
        self.assertFalse(self.arrives(self.client, self.lan, OTHER, PAIR[1]))
        self.assertTrue(self.arrives(self.client, self.server, OTHER, PAIR[1]))

    def test_nothing_of_sitctl_stays_to_be_talked_to(self):
        """No process in the network namespace, and no socket."""
        def found():
            with self.client.looking():
                inode = os.stat("/proc/thread-self/ns/net").st_ino
                sockets = []
                for name in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6", "packet"):
                    with open(f"/proc/thread-self/net/{name}", encoding="ascii") as file:
                        sockets += [(name, *line.split()[1:4]) for line in file.readlines()[1:]]
            there = []
            for path in glob.glob("/proc/[0-9]*/ns/net"):
                try:
                    there += [path] if os.stat(path).st_ino == inode else []
                except OSError:  # it has ended
                    pass
            return sockets, there

        self.up(self.client, UP + f" prefix {PREFIX},lan simple-security on")
        self.assertEqual(found(), ([], []))
        with self.client.looking():
            sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            sock.bind(("::", 1))
        with sock:
            self.assertNotEqual(found()[0], [])


class ToAServer(Attack):
    """The peer's host sends what it likes."""

    def setUp(self):
        super().setUp()
        self.up(self.server, ALICE)

    def test_router_advertisements_do_nothing(self):
        self.no_advertisement_counts(self.server, "sit-alice", self.client, (CLIENT4, SERVER4))

    def test_link_local_sources_go_no_further(self):
        """The server itself takes them, as a link needs them."""
        out = {"outer": (CLIENT4, SERVER4)}
        self.assertTrue(self.arrives(self.inet, self.client, PAIR[1], INTERNET, **out))
        self.assertTrue(self.arrives(self.server, self.client, "fe80::1", PAIR[0], **out))
        self.assertFalse(self.arrives(self.inet, self.client, "fe80::1", INTERNET, **out))

    def test_nothing_goes_back_into_the_tunnel_it_came_from(self):
        """RFC 6324; but the server may have an address in the prefix of the peer."""
        def sent_back():
            """Into the tunnel, within a second."""
            def sent():
                return self.server.json("-s link show dev sit-alice")[0]["stats64"]["tx"]["packets"]

            before, end = sent(), time.monotonic() + 1
            forged.send(self.client, CLIENT4, SERVER4, [forged.datagram(PAIR[1], "2001:db8:100::9", b"back")])
            while sent() == before and time.monotonic() < end:
                time.sleep(0.05)
            return sent() > before

        self.assertFalse(sent_back())
        self.up(self.server, "server set-peer alice source-filter off")
        self.assertTrue(sent_back(), "nothing would have come anyway")
        self.up(self.server, "server set-peer alice source-filter on")
        self.server.ip("addr add 2001:db8:100::1/128 dev lo")
        self.assertTrue(self.arrives(self.server, self.client, PAIR[1], "2001:db8:100::1", outer=(CLIENT4, SERVER4)))

    def test_a_stranger_needs_the_peers_ipv4_address(self):
        self.assertFalse(self.arrives(self.inet, self.second, PAIR[1], INTERNET, outer=(SECOND4, SERVER4)))
        with_it = {"outer": (CLIENT4, SERVER4)}
        self.assertTrue(self.arrives(self.inet, self.second, PAIR[1], INTERNET, **with_it))
        self.assertFalse(self.arrives(self.inet, self.second, OTHER, INTERNET, **with_it), "the source filter is for him too")

    def test_the_unspecified_source_goes_no_further(self):
        self.assertFalse(self.arrives(self.inet, self.client, "::", INTERNET, outer=(CLIENT4, SERVER4)))
        self.assertTrue(self.arrives(self.inet, self.client, PAIR[1], INTERNET, outer=(CLIENT4, SERVER4)))


class ByName(Attack):
    """Who answers for the name of a `remote`."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.hosts, "")

    @staticmethod
    def hosts(text):
        with open("/etc/hosts", "w", encoding="ascii") as file:
            file.write(HOSTS + text)

    def test_addresses_that_are_no_hosts(self):
        for address in ("127.0.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "169.254.1.1", CLIENT4,
                        "198.51.100.255", "198.51.100.0"):
            self.hosts(f"{address} evil.test\n")
            self.refused(self.client, UP.replace(SERVER4, "evil.test"), "evil.test", address)

    def test_addresses_that_are_no_hosts_are_passed_over(self):
        """As long as there is another; a tunnel that has one of them leaves it."""
        self.hosts(f"{SERVER4} evil.test\n")
        self.up(self.client, UP.replace(SERVER4, "evil.test"))
        self.hosts(f"127.0.0.9 evil.test\n{CLIENT4} evil.test\n198.51.100.255 evil.test\n{SECOND4} evil.test\n")
        self.up(self.client, UP.replace(SERVER4, "evil.test"))
        self.assertEqual(self.client.links()["t1"]["remote"], SECOND4)
        self.client.ip(f"addr add {SECOND4}/32 dev lo")
        self.hosts(f"{SECOND4} evil.test\n{SERVER4} evil.test\n")
        self.up(self.client, UP.replace(SERVER4, "evil.test"))
        self.assertEqual(self.client.links()["t1"]["remote"], SERVER4)

    def test_the_address_of_another_peer(self):
        self.up(self.server, ALICE)
        self.hosts(f"{CLIENT4} evil.test\n")
        self.refused(self.server, "server add-peer mallory remote evil.test address 2001:db8:1::9", CLIENT4)

    def test_an_answer_moves_nothing_by_itself(self):
        self.hosts(f"{CLIENT4} evil.test\n")
        self.up(self.server, ALICE.replace(CLIENT4, "evil.test"))
        before = self.server.state()
        self.hosts(f"{SECOND4} evil.test\n")
        self.same(before, self.server)
        self.assertEqual(self.server.links()["sit-alice"]["remote"], CLIENT4)
        self.up(self.server, ALICE.replace(CLIENT4, "evil.test"))
        self.assertEqual(self.server.links()["sit-alice"]["remote"], SECOND4)
