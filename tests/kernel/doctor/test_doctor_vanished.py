# SPDX-License-Identifier: GPL-2.0-or-later
"""`sitctl doctor` where this host itself takes the tunnel's packets away: as they leave, as they arrive, as they come out."""

import socket
import threading

import doctor
from doctor import UP
from netlab import CLIENT4, PAIR, SERVER4

CHAIN = "add table {0} x; add chain {0} x c {{ type filter hook {1} priority 0; }}; add rule {0} x c {2}"
# What nf_tables, or iptables of either kind, drops: where and what; and the cause that is found.
NFT = (
    ("ip6", "input", 'iifname "t1" drop', "inner-input-dropped"),
    ("ip6", "prerouting", 'iifname "t1" drop', "inner-input-dropped"),
    ("netdev", 'ingress device "t1"', "drop", "inner-input-dropped"),
    ("ip", "prerouting", "ip protocol 41 drop", "input-dropped"),
    ("netdev", 'ingress device "wan"', "ip protocol 41 drop", "input-dropped"),
    ("ip", "output", "ip protocol 41 drop", "output-dropped"),
    ("ip", "postrouting", "ip protocol 41 drop", "output-dropped"),
    ("ip6", "output", 'oifname "t1" drop', "inner-output-dropped"),
    ("ip6", "postrouting", 'oifname "t1" drop', "inner-output-dropped"),
)
IPTABLES = (
    ("iptables-legacy", "-t raw -{} PREROUTING -p 41 -j DROP", "input-dropped"),
    ("iptables-legacy", "-t mangle -{} INPUT -p 41 -j DROP", "input-dropped"),
    ("iptables-legacy", "-{} OUTPUT -p 41 -j DROP", "output-dropped"),
    ("iptables-legacy", "-t mangle -{} POSTROUTING -p 41 -j DROP", "output-dropped"),
    ("ip6tables-legacy", "-{} INPUT -i t1 -j DROP", "inner-input-dropped"),
    ("ip6tables-legacy", "-{} OUTPUT -o t1 -j REJECT", "inner-output-dropped"),
    ("ip6tables", "-t raw -{} PREROUTING -i t1 -j DROP", "inner-input-dropped"),
    ("ip6tables", "-{} OUTPUT -o t1 -j REJECT", "inner-output-dropped"),
)


class Vanished(doctor.Client):
    healed = frozenset()

    def mends(self, found, cause):
        """The first of each cause is examined once more; of the others a ping tells."""
        if cause not in self.healed:
            self.healed |= {cause}
            self.mended(self.client, found, words="t1")
        else:
            self.follow(self.client, found)
            self.reaches(self.client, PAIR[0])

    def fault(self, *lines):
        for line in lines:
            done = self.do(self.client, line)
            self.assertEqual(done.returncode, 0, f"{line}: {done.stderr}")

    def test_nf_tables(self):
        for family, hook, rule, cause in NFT:
            with self.subTest(family=family, hook=hook):
                self.client.nft(CHAIN.format(family, hook, rule))
                found = self.finds(self.client, cause, "chain 'c' of table", "the rule with handle", words="t1")
                if cause in ("input-dropped", "output-dropped") and family == "ip":
                    self.assertIn(found["remedy"], self.tell(self.client, UP).err)
                self.mends(found, cause)
                self.client.nft(f"delete table {family} x")

    def test_iptables(self):
        for tool, rule, cause in IPTABLES:
            with self.subTest(f"{tool} {rule}"):
                self.fault(f"{tool} {rule.format('A')}")
                found = self.finds(self.client, cause, "drops", words="t1")
                self.mends(found, cause)
                self.fault(f"{tool} {rule.format('D')}", found["remedy"].replace(" -I ", " -D "))

    def test_reverse_path_filter(self):
        """Strict, on an interface that the route to the far end does not leave through."""
        self.up(self.client, "client down t1")
        self.client.ip(f"""
            link add other type dummy
            link set other up
            addr add 192.168.9.2/24 dev other
            route add {SERVER4}/32 dev other""")
        self.up(self.client, f"{UP} local {CLIENT4} dev wan")
        self.healthy(self.client, "t1")
        self.fault("sysctl -qw net.ipv4.conf.all.rp_filter=1")
        found = self.finds(self.client, "rp-filter", "wan", "1 for 'all'", "leaves through other", words="t1")
        self.mended(self.client, found, words="t1")
        self.fault("sysctl -qw net.ipv4.conf.all.rp_filter=0", "sysctl -qw net.ipv4.conf.wan.rp_filter=0")
        self.client.ip("link del other")

    def meanwhile(self, host, family, source, target):
        """Two datagrams of somebody else's while the doctor looks."""
        def send():
            with host.looking(), socket.socket(family, socket.SOCK_DGRAM) as sock:
                if source:
                    sock.bind((source, 0))
                try:
                    sock.sendto(b"x", (target, 9))
                except PermissionError:
                    pass
        for when in (0.7, 1.4):
            timer = threading.Timer(when, send)
            timer.start()
            self.addCleanup(timer.join)

    def test_the_reverse_path_of_others(self):
        """The filter drops packets, and none of the tunnel's: what takes these is another."""
        self.inet.ip("addr add 192.0.2.200/32 dev lo")
        self.client.ip("route add 192.0.2.200/32 dev lan")
        self.fault("sysctl -qw net.ipv4.conf.all.rp_filter=1", "tc qdisc add dev wan clsact",
                   "tc filter add dev wan ingress protocol ip u32 match ip protocol 41 0xff action drop")
        self.addCleanup(self.do, self.client, "sysctl -qw net.ipv4.conf.all.rp_filter=0; tc qdisc del dev wan clsact")
        for _ in range(8):
            self.meanwhile(self.inet, socket.AF_INET, "192.0.2.200", CLIENT4)
        self.finds(self.client, "traffic-control", "wan", words="t1")

    def test_the_ipsec_policies_of_others(self):
        """What they block is less than what vanishes."""
        self.fault("ip xfrm policy add dir out src ::/0 dst 2001:db8:77::/48 action block",
                   "tc qdisc add dev t1 clsact", "tc filter add dev t1 egress matchall action drop")
        self.addCleanup(self.do, self.client, "ip xfrm policy flush")
        self.meanwhile(self.client, socket.AF_INET6, None, "2001:db8:77::1")
        self.finds(self.client, "traffic-control", "t1", words="t1")

    def test_traffic_control(self):
        self.addCleanup(self.do, self.client, "tc qdisc del dev wan clsact")
        for dev, way in (("wan", "ingress"), ("t1", "ingress"), ("t1", "egress"), ("wan", "egress")):
            with self.subTest(f"{dev} {way}"):
                rule = "protocol ip u32 match ip protocol 41 0xff" if dev == "wan" else "matchall"
                self.fault(f"tc qdisc add dev {dev} clsact", f"tc filter add dev {dev} {way} {rule} action drop")
                found = self.finds(self.client, "traffic-control", dev, words="t1")
                self.assertFalse(found["command"], found)
                self.assertIn(f"tc filter show dev {dev} {way}", found["remedy"])
                self.fault(f"tc qdisc del dev {dev} clsact")
                self.reaches(self.client, PAIR[0])
        self.healthy(self.client, "t1")

    def test_an_ipsec_policy(self):
        for way in ("out", "in"):
            with self.subTest(way):
                self.fault(f"ip xfrm policy add dir {way} src ::/0 dst ::/0 action block")
                self.finds(self.client, "xfrm-blocked", "blocked", words="t1", beside=("no-default-route",))
                self.fault("ip xfrm policy flush")
                self.healthy(self.client, "t1")

    def test_another_device(self):
        self.up(self.client, "client down t1")
        self.client.ip(f"""
            tunnel add mine mode sit remote {SERVER4} ttl 255
            link set mine up
            addr add {PAIR[1]}/127 dev mine nodad
            route add ::/0 dev mine
            tunnel add better mode sit remote {SERVER4} local {CLIENT4} ttl 255
            link set better up""")
        found = self.finds(self.client, "other-device", "better", words="mine")
        self.mended(self.client, found, words="mine")
        self.client.ip("link del mine\nlink del better")

    def test_another_interface(self):
        """The device is bound to one interface, and the answers come by another."""
        self.up(self.client, "client down t1")
        self.client.ip(f"""
            link add other link wan type macvlan mode bridge
            link set other up
            route add {SERVER4}/32 via 198.51.100.1 dev other onlink
            tunnel add mine mode sit remote {SERVER4} local {CLIENT4} ttl 255 dev other
            link set mine up
            addr add {PAIR[1]}/127 dev mine nodad
            route add ::/0 dev mine""")
        self.assertEqual(self.client.get("net.ipv4.conf.wan.rp_filter"), "0")
        mac = self.client.json("link show wan")[0]["address"]
        self.inet.ip(f"neigh replace {CLIENT4} lladdr {mac} dev c0 nud permanent")
        self.addCleanup(self.inet.ip, f"neigh del {CLIENT4} dev c0")
        found = self.finds(self.client, "other-interface", "arrived on wan", "only packets that arrive on other", words="mine")
        self.mended(self.client, found, words="mine")
        self.client.ip("link del mine\nlink del other")

    def test_a_filter_of_another_interface(self):
        """The device is bound to none, the answers come by another than the questions leave through, and there they are dropped."""
        self.up(self.client, "client down t1")
        self.client.ip(f"""
            link add other link wan type macvlan mode bridge
            link set other up
            route add {SERVER4}/32 via 198.51.100.1 dev other onlink
            tunnel add mine mode sit remote {SERVER4} local {CLIENT4} ttl 255
            link set mine up
            addr add {PAIR[1]}/127 dev mine nodad
            route add ::/0 dev mine""")
        mac = self.client.json("link show wan")[0]["address"]
        self.inet.ip(f"neigh replace {CLIENT4} lladdr {mac} dev c0 nud permanent")
        self.addCleanup(self.inet.ip, f"neigh del {CLIENT4} dev c0")
        self.healthy(self.client, "mine")
        self.client.nft(CHAIN.format("ip", "prerouting", 'iifname "wan" ip protocol 41 drop'))
        found = self.finds(self.client, "input-dropped", "chain 'c'", words="mine")
        self.mended(self.client, found, words="mine")
        self.client.nft("delete table ip x")
        self.client.ip("link del mine\nlink del other")

    def test_answers_to_another_address(self):
        """The far end knows this host by another address than the device's 'local'."""
        second = "198.51.100.77"
        self.client.ip(f"addr add {second}/24 dev wan")
        self.up(self.client, f"{UP} local {CLIENT4}")
        self.server.ip(f"""
            tunnel add far2 mode sit remote {second} ttl 255
            link set far2 up
            route add {PAIR[1]}/128 dev far2""")
        found = self.finds(self.client, "dropped-here", f"came to {second}", CLIENT4, words="t1")
        self.assertIn(f"local {second}", found["remedy"])
        self.mended(self.client, found, words="t1")

    def test_nothing_is_sent(self):
        """By what no counter and no list tells."""
        self.fault("tc qdisc replace dev t1 root netem loss 100%")
        found = self.finds(self.client, "not-sent", "t1", "wan", words="t1")
        self.assertFalse(found["command"], found)
        self.fault("tc qdisc del dev t1 root")
        self.cured(self.client, words="t1")

    def test_healthy_beside_such_things(self):
        """Filters, policies and traffic control that have nothing to do with the tunnel."""
        self.client.nft(CHAIN.format("ip6", "input", 'iifname "other" drop'))
        self.client.nft(CHAIN.format("ip", "output", "ip protocol 47 drop"))
        self.fault("tc qdisc add dev wan clsact",
                   "tc filter add dev wan ingress protocol ip u32 match ip protocol 47 0xff action drop",
                   "ip xfrm policy add dir out src 2001:db8:77::/48 dst ::/0 action block")
        self.healthy(self.client, "t1")
        self.fault("tc qdisc del dev wan clsact", "ip xfrm policy flush")
        self.client.nft("delete table ip6 x; delete table ip x")
