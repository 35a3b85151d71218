# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor: this host's own filters, its connection tracking, and a NAT before it."""

import shutil
import re
import subprocess

import doctor
from doctor import UP
import netlab
from netlab import CLIENT4, INTERNET, PAIR, PREFIX, SERVER4, tracked

LOCAL = "198.51.100.77"
POLICY = "table {0} guard {{ chain in {{ type filter hook input priority 0; policy drop; icmp type echo-reply accept; {1} }}; }}"

SYN_MSS = "tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu"


class Input(doctor.Client):
    """The far end's packets arrive, and a rule of this host drops them."""

    def test_a_policy(self):
        self.client.nft(POLICY.format("inet", "ct state established accept;"))
        found = self.finds(self.client, "input-dropped", "'in'", "'inet guard'", "policy", SERVER4)
        answers = self.examine(self.client).checks["answers"]
        self.assertEqual(answers["outcome"], "skipped", answers)
        self.assertIn("this host drops them", answers["text"])
        self.mended(self.client, found)

    def test_a_rule_of_a_chain_that_is_jumped_to(self):
        self.client.nft("""table ip guard {
            chain no { counter drop; }
            chain in { type filter hook input priority 0; ip protocol 41 jump no; }; }""")
        found = self.finds(self.client, "input-dropped", "'no'", "'ip guard'", "handle")
        with self.client:
            listing = subprocess.run(["nft", "-a", "list", "chain", "ip", "guard", "no"], capture_output=True, text=True, check=True)
        handle = re.search(r"the rule with handle (\d+) drops", found["evidence"])[1]
        self.assertRegex(listing.stdout, rf"drop # handle {handle}\b")
        self.mended(self.client, found)

    def test_iptables_legacy(self):
        if not shutil.which("iptables-legacy"):
            self.skipTest("no iptables-legacy")
        self.addCleanup(self.do, self.client, "iptables-legacy -F; iptables-legacy -X")
        done = self.do(self.client, "iptables-legacy -N mine && iptables-legacy -A INPUT -i lo -j ACCEPT && "
                       "iptables-legacy -A INPUT -j mine && iptables-legacy -A mine -p tcp -j RETURN && "
                       "iptables-legacy -A mine -p udp -j ACCEPT && iptables-legacy -A mine -p 41 -j DROP")
        if done.returncode:
            self.skipTest(done.stderr)
        found = self.finds(self.client, "input-dropped", "'mine'", "rule 3", "iptables-legacy")
        self.mended(self.client, found)

    def test_iptables_nft(self):
        if not shutil.which("iptables-nft"):
            self.skipTest("no iptables-nft")
        done = self.do(self.client, "iptables-nft -A INPUT -p 41 -j DROP")
        self.assertEqual(done.returncode, 0, done)
        self.mended(self.client, self.finds(self.client, "input-dropped", "'INPUT'", "'ip filter'"))

    def test_a_filter_that_lets_it_in(self):
        """The healthy twin."""
        self.client.nft(POLICY.format("inet", f"ip saddr {SERVER4} ip protocol 41 accept; iifname t1 accept;"))
        self.healthy(self.client)


class Forward(doctor.Case):
    """A client with a LAN, whose answers a filter drops."""

    @classmethod
    def prepare(cls):
        cls.server.ip(netlab.FAR_SERVER + f"\nroute add {PREFIX} dev far")
        cls.server.set("net.ipv6.conf.all.forwarding", 1)
        cls.lan.ip("addr add 2001:db8:100::9/64 dev eth0 nodad\nroute add ::/0 via 2001:db8:100::1")

    def setUp(self):
        super().setUp()
        self.tell(self.client, UP + f" prefix {PREFIX},lan")

    def test_healthy(self):
        self.healthy(self.client)
        self.reaches(self.lan, INTERNET)

    def test_a_policy(self):
        self.client.nft("table ip6 guard { chain fw { type filter hook forward priority 0; policy drop; }; }")
        self.assertEqual(self.asked(), "silence")
        found = self.finds(self.client, "forward-dropped", "'fw'", "'ip6 guard'", "policy", "lan", "t1")
        self.mended(self.client, found)
        self.reaches(self.lan, INTERNET)

    def asked(self):
        return doctor.netlab.packets.ask(self.lan, INTERNET, within=1)

    def test_a_legacy_rule(self):
        if not shutil.which("ip6tables-legacy"):
            self.skipTest("no ip6tables-legacy")
        self.addCleanup(self.do, self.client, "ip6tables-legacy -F")
        done = self.do(self.client, "ip6tables-legacy -A FORWARD -p tcp -j ACCEPT && ip6tables-legacy -A FORWARD -i lan -j DROP")
        if done.returncode:
            self.skipTest(done.stderr)
        found = self.finds(self.client, "forward-dropped", "'FORWARD'", "rule 2", "iptables-legacy")
        self.mended(self.client, found)
        self.reaches(self.lan, INTERNET)

    def test_forwarding_off(self):
        self.client.set("net.ipv6.conf.all.forwarding", 0)
        if self.client.get("net.ipv6.conf.t1.force_forwarding") == "1":
            self.client.set("net.ipv6.conf.t1.force_forwarding", 0)
        found = self.finds(self.client, "forwarding-off", "all.forwarding is 0", beside=("drift",))
        self.mended(self.client, found)
        self.reaches(self.lan, INTERNET)

    def test_mss_not_clamped(self):
        self.tell(self.client, UP + f" prefix {PREFIX},lan mss-clamp off")
        found = self.finds(self.client, "mss-not-clamped", "t1", "1480")
        self.mended(self.client, found)

    def test_prefix_loop(self):
        self.tell(self.client, UP + " prefix 2001:db8:100::/56,lan")
        gone = self.do(self.client, "ip -6 route del unreachable 2001:db8:100::/56")
        self.assertEqual(gone.returncode, 0, gone)
        found = self.finds(self.client, "prefix-loop", "2001:db8:100::/56", rather=("drift",))
        self.mended(self.client, found)


class Mss(doctor.Case):
    """Somebody else's tunnel, of a host that forwards."""

    @classmethod
    def prepare(cls):
        cls.server.ip(netlab.FAR_SERVER)
        cls.client.ip(netlab.FAR_CLIENT.replace("far", "plain"))
        for host in (cls.server, cls.client):
            host.set("net.ipv6.conf.all.forwarding", 1)

    def rule(self, words):
        """The only one of a base chain; `c` clamps all that is sent there, and `idle` is a chain that nobody jumps to."""
        self.client.nft(f"""
            table inet m {{ }}
            delete table inet m
            table inet m {{
                chain c {{ {SYN_MSS}; }}
                chain idle {{ oifname plain {SYN_MSS}; }}
                chain f {{
                    type filter hook forward priority -150
                    {words} {SYN_MSS}
                }}
                chain o {{ type filter hook output priority -150; {SYN_MSS}; }}
            }}""")

    def test_searched_for(self):
        """Its MSS is searched for in others' rules, those of other interfaces apart."""
        legacy = bool(shutil.which("ip6tables-legacy"))
        found = self.finds(self.client, "mss-not-clamped", "plain", "1480", words="plain")
        for words in ("oif wan", 'oifname "wa*"', "oifname { wan, lan }", "oifname wan iifname != lo", "iif plain oif lan", "iifname plain",
                      "iif plain", "oifname vmap { wan : jump c } #", "meta nfproto ipv4", "oifname wan jump c #"):
            self.rule(words)
            self.finds(self.client, "mss-not-clamped", words="plain")
        for words in ("", "iifname lan", 'iif lan oifname "pl*"', "oif plain", "oifname { plain, wan }", "oifname != wan",
                      "oifname vmap { plain : jump c } #", "tcp flags syn jump c #", "iifname vmap { lan : jump c } #",
                      "tcp dport vmap { 80 : jump c, 443 : jump c } #", "oifname plain tcp option maxseg exists", "iifname != plain", "reset tcp option maxseg #"):
            self.rule(words)
            self.healthy(self.client, "plain")
        self.rule("#")
        clamp = "-t mangle {} FORWARD -o plain -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu"
        for program in ("ip6tables-nft", "ip6tables-legacy")[:1 + legacy]:
            for sign in "AD":
                done = self.do(self.client, f"{program} " + clamp.format("-" + sign))
                self.assertEqual(done.returncode, 0, done)
                if sign == "A":
                    self.healthy(self.client, "plain")
        self.mended(self.client, found, words="plain")


class Tracking(doctor.Client):
    """Some rule of this host makes it follow connections."""

    NAT = """table ip nat {
        chain after { type nat hook postrouting priority 100; ip saddr 10.0.0.0/8 masquerade; }
    }
"""
    FOREIGN = netlab.FAR_CLIENT.replace("far", "plain")

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.client.ip(f"addr add {LOCAL}/24 dev wan")

    def test_not_tracked(self):
        """The healthy twin: sitctl keeps it out."""
        self.client.nft(self.NAT)
        exam = self.healthy(self.client)
        self.assertIn("kept out", exam.checks["connection tracking"]["text"])

    def test_tracked(self):
        self.client.nft(self.NAT)
        self.tell(self.client, UP + " notrack off")
        found = self.finds(self.client, "tracked", CLIENT4, SERVER4)
        self.mended(self.client, found)
        self.assertEqual(tracked(self.client, SERVER4), [])

    def test_foreign_tracked(self):
        self.tell(self.client, "client down t1")
        self.client.nft(self.NAT)
        self.client.ip(self.FOREIGN)
        found = self.finds(self.client, "tracked", CLIENT4, SERVER4, words="plain")
        self.mended(self.client, found, words="plain")
        self.assertEqual(tracked(self.client, SERVER4), [])

    def test_half(self):
        """The well-known one-liner: NOTRACK for what arrives only."""
        self.tell(self.client, "client down t1")
        self.client.nft(self.NAT + "table ip half { chain in { type filter hook prerouting priority -300; ip protocol 41 notrack; }; }")
        self.client.ip(self.FOREIGN)
        found = self.finds(self.client, "notrack-half", "output", words="plain")
        self.mended(self.client, found, words="plain")

    def test_the_other_half(self):
        self.tell(self.client, "client down t1")
        self.client.nft(self.NAT + "table ip half { chain out { type filter hook output priority -300; ip protocol 41 notrack; }; }")
        self.client.ip(self.FOREIGN)
        found = self.finds(self.client, "notrack-half", "prerouting", words="plain")
        self.mended(self.client, found, words="plain")

    def rewritten(self):
        """A far end that expects LOCAL, and a rule that puts the first address in its place."""
        self.server.ip("link del far\n" + netlab.FAR_SERVER.replace(CLIENT4, LOCAL))
        self.client.nft("table ip nat { chain after { type nat hook postrouting priority 100; oifname wan masquerade; }; }")

    def test_masqueraded(self):
        self.rewritten()
        self.tell(self.client, UP + f" local {LOCAL} notrack off")
        found = self.finds(self.client, "masqueraded", LOCAL, CLIENT4, SERVER4,
                           beside=("far-end-no-tunnel", "protocol-41-filtered", "far-end-silent-inside"))
        self.mended(self.client, found)

    def test_foreign_masqueraded(self):
        self.rewritten()
        self.tell(self.client, "client down t1")
        self.client.ip(self.FOREIGN.replace(CLIENT4, LOCAL))
        found = self.finds(self.client, "masqueraded", LOCAL, CLIENT4, SERVER4, words="plain",
                           beside=("far-end-no-tunnel", "protocol-41-filtered", "far-end-silent-inside"))
        self.mended(self.client, found, words="plain")
        self.assertEqual(tracked(self.client, SERVER4), [])

    def test_stale(self):
        """The rule is gone, what it did is remembered."""
        self.rewritten()
        self.tell(self.client, "client down t1")
        self.client.ip(self.FOREIGN.replace(CLIENT4, LOCAL))
        doctor.netlab.packets.ask(self.client, PAIR[0], within=0.5)
        self.client.nft("flush chain ip nat after")
        found = self.finds(self.client, "stale-entry", LOCAL, CLIENT4, SERVER4, words="plain",
                           beside=("far-end-no-tunnel", "protocol-41-filtered", "far-end-silent-inside"))
        self.mended(self.client, found, words="plain", left=("tracked",))


class Nat(doctor.Case):
    """The host `client` is the NAT, the tunnel begins behind it."""

    INSIDE = "10.0.0.9"

    @classmethod
    def prepare(cls):
        cls.client.ip("addr add 10.0.0.1/24 dev lan")
        cls.client.set("net.ipv4.conf.all.forwarding", 1)
        cls.client.nft("table ip nat { chain out { type nat hook postrouting priority srcnat; oifname wan masquerade; }; }")
        cls.lan.ip(f"addr add {cls.INSIDE}/24 dev eth0\nroute add default via 10.0.0.1")
        cls.server.ip(netlab.FAR_SERVER)

    def test_behind_it(self):
        """A risk, and no verdict while packets come and go."""
        self.tell(self.lan, UP)
        self.inet.nft("table inet way { chain f { type filter hook forward priority 0; ip protocol 41 drop; }; }")
        self.finds(self.lan, "behind-nat", self.INSIDE, "RFC 1918", rather=("protocol-41-filtered",))
        self.inet.nft("delete table inet way")
        exam = self.examine(self.lan)
        self.assertEqual((exam.done.status, exam.verdict, list(exam.findings)), (0, None, ["behind-nat"]), str(exam))
        self.assertEqual((exam.checks["NAT"]["outcome"], exam.findings["behind-nat"]["severity"]), ("risk", "risk"), str(exam))
        self.assertIn("packets pass in both directions", exam.checks["NAT"]["text"])
        words = exam.findings["behind-nat"]["remedy"].split("'")[1]
        self.assertEqual(self.do(self.client, words).returncode, 0, words)
        for host, target in ((self.server, PAIR[1]), (self.lan, PAIR[0])):  # also when the far end speaks first
            self.do(self.client, "conntrack -F")
            self.reaches(host, target)
        exam = self.examine(self.lan)
        self.assertEqual((exam.done.status, list(exam.findings)), (0, ["behind-nat"]), str(exam))

    def test_shared_address(self):
        self.lan.ip("addr add 100.64.0.9/24 dev eth0\nroute replace default via 10.0.0.1 src 100.64.0.9")
        self.tell(self.lan, UP)
        self.finds(self.lan, "behind-nat", "100.64.0.9", "RFC 6598", beside=("protocol-41-filtered", "remote-silent"),
                   rather=("protocol-41-filtered", "remote-silent"))

    def test_both_are_inside(self):
        """The healthy twin: the far end is in the same private network."""
        self.client.ip(f"""
            tunnel add far mode sit remote {self.INSIDE} local 10.0.0.1 ttl 255
            link set far up
            addr add {PAIR[0]}/127 dev far nodad""")
        self.tell(self.lan, UP.replace(SERVER4, "10.0.0.1"))
        self.healthy(self.lan)
