# SPDX-License-Identifier: GPL-2.0-or-later
"""The tunnels' outer packets stay out of connection tracking, others' do not; the table is one, small, and goes last."""

import json
import subprocess

import netlab
from netlab import CLIENT4, INTERNET, PAIR, PAIR_B, SECOND4, SERVER4, tracked
import packets

ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
MASQUERADE = """
    table ip nat {
        chain after { type nat hook postrouting priority 100; ip saddr 10.0.0.0/8 masquerade; }
    }
    table inet watch {
        chain in { type filter hook input priority 0; ct state new,established accept; }
    }"""


def table(host):
    """The objects of table inet sitctl, by kind."""
    with host:
        done = subprocess.run(["nft", "-j", "list", "table", "inet", "sitctl"], capture_output=True, text=True, check=False)
    found = {}
    for item in json.loads(done.stdout)["nftables"] if done.returncode == 0 else []:
        for kind, body in item.items():
            found.setdefault(kind, []).append(body)
    return found


def has_table(host):
    return ("nft 1 sitctl") in host.state().lines


class Masquerading(netlab.Case):
    """Both ends run sitctl; server and client also masquerade something else, so that both track connections."""

    @classmethod
    def prepare(cls):
        cls.second.ip(f"""
            tunnel add far mode sit remote {SERVER4} local {SECOND4} ttl 255
            link set far up
            addr add {PAIR_B[1]}/127 dev far nodad""")
        cls.server.ip(f"""
            tunnel add plain mode sit remote {SECOND4} local {SERVER4} ttl 255
            link set plain up
            addr add {PAIR_B[0]}/127 dev plain nodad""")
        for host in (cls.server, cls.client):
            host.nft(MASQUERADE)

    def setUp(self):
        super().setUp()
        for host in (self.server, self.client):
            self.forget(host)

    @staticmethod
    def forget(host):
        with host:
            subprocess.run(["conntrack", "-F"], capture_output=True, check=True)

    def test_nothing_of_ours_is_tracked(self):
        self.up(self.server, ALICE)
        self.up(self.client, UP)
        self.reaches(self.client, INTERNET, size=1480, whole=True)
        self.reaches(self.inet, PAIR[1])
        self.assertEqual(tracked(self.server, CLIENT4), [])
        self.assertEqual(tracked(self.client), [])

    def test_fragments_are_not_tracked_either(self):
        for host, dev in ((self.inet, "c0"), (self.client, "wan")):
            host.ip(f"link set {dev} mtu 1280")
        self.up(self.server, ALICE + " mtu 1280")
        self.up(self.client, UP)
        self.reaches(self.client, PAIR[0], size=1280, whole=True)
        self.assertEqual(tracked(self.client), [])

    def test_other_tunnels_of_the_host_stay_tracked(self):
        self.up(self.server, ALICE)
        self.up(self.client, UP)
        self.reaches(self.client, INTERNET)
        self.reaches(self.second, PAIR_B[0])
        self.reaches(self.server, PAIR_B[1])
        self.assertEqual(len(tracked(self.server, SECOND4)), 1, "this host tracks nothing: the other tests could not fail")
        self.assertEqual(tracked(self.server, CLIENT4), [])

    def test_notrack_off(self):
        self.up(self.client, UP + " notrack off")
        self.up(self.server, ALICE + " notrack off")
        self.reaches(self.client, PAIR[0])
        self.assertEqual(len(tracked(self.client, SERVER4)), 1)
        self.assertEqual(len(tracked(self.server, CLIENT4)), 1)

    def test_one_peer_off_beside_one_that_is_on(self):
        self.server.ip("link del plain")
        self.forget(self.server)
        self.up(self.server, ALICE + " notrack off")
        self.up(self.server, f"server add-peer bob remote {SECOND4} address {PAIR_B[1]}")
        self.up(self.client, UP)
        self.reaches(self.client, PAIR[0])
        self.reaches(self.second, PAIR_B[0])
        self.assertEqual(len(tracked(self.server, CLIENT4)), 1)
        self.assertEqual(tracked(self.server, SECOND4), [])

    def test_switched_off_and_on_while_up(self):
        self.up(self.client, UP + " notrack off")
        self.up(self.client, UP)
        self.up(self.server, ALICE)
        self.forget(self.client)
        self.reaches(self.client, PAIR[0])
        self.assertEqual(tracked(self.client), [])
        self.up(self.client, UP + " notrack off")
        self.reaches(self.client, PAIR[0])
        self.assertEqual(len(tracked(self.client)), 1)


    def test_an_entry_from_before_goes(self):
        """The far end's packet came first and would be remembered for 600 s."""
        self.up(self.server, ALICE)
        packets.ask(self.server, PAIR[1], within=0.3)
        self.assertEqual(len(tracked(self.client, SERVER4)), 1)
        plan = self.tell(self.client, "--dry-run " + UP).out
        self.assertIn(f"conntrack -D -p 41 --orig-src {SERVER4} --orig-dst {CLIENT4}", plan)
        self.assertEqual(len(tracked(self.client, SERVER4)), 1, "a dry run changed something")
        self.up(self.client, UP)
        self.assertEqual(tracked(self.client, SERVER4), [])
        self.reaches(self.client, PAIR[0])
        self.assertEqual(tracked(self.client, SERVER4), [])


class Table(netlab.Case):
    PEERS = [f"server add-peer p{i} remote 198.51.100.{i} address 2001:db8:1:{i}::3" for i in range(20, 26)]

    def test_both_raw_hooks(self):
        self.up(self.client, UP)
        chains = {(c["hook"], c["prio"]): c for c in table(self.client)["chain"] if "hook" in c}
        self.assertLessEqual({("prerouting", -300), ("output", -300)}, set(chains))

    def test_the_rules_do_not_grow_with_the_peers(self):
        self.up(self.server, self.PEERS[0])
        one = table(self.server)
        for words in self.PEERS[1:]:
            self.up(self.server, words)
        six = table(self.server)
        self.assertGreater(len(one["rule"]), 1)
        self.assertEqual([len(one[k]) for k in ("rule", "chain", "set")], [len(six[k]) for k in ("rule", "chain", "set")])
        for i in range(20, 26):
            self.assertTrue(any(f"198.51.100.{i}" in s.get("elem", []) for s in six["set"]), six["set"])

    def test_the_table_goes_last(self):
        self.up(self.server, self.PEERS[0])
        self.up(self.server, self.PEERS[1])
        self.tell(self.server, f"client up up6 remote 203.0.113.254 address {PAIR[1]} gateway none")
        for words in ("server del-peer p20", "server del-peer p21"):
            self.up(self.server, words)
            self.assertTrue(has_table(self.server), f"after {words}")
        self.up(self.server, "client down up6")
        self.assertFalse(has_table(self.server))

    def test_no_table_when_nothing_needs_it(self):
        bare = UP + " mss-clamp off source-filter off"
        self.up(self.client, bare + " notrack off")
        self.assertFalse(has_table(self.client))
        self.up(self.client, bare)
        self.assertTrue(has_table(self.client))
        self.up(self.client, bare + " notrack off")
        self.assertFalse(has_table(self.client))

    def test_a_client_and_a_peer_with_one_remote(self):
        """Two tunnels of ours to one host: its address is needed until both are gone."""
        self.tell(self.server, f"client up up6 remote {CLIENT4} local {SERVER4} address 2001:db8:1:9::1 gateway none")
        self.tell(self.server, ALICE.replace("address", "dev tun0 address").replace(CLIENT4, SECOND4))
        self.tell(self.server, f"client up low6 remote {CLIENT4} local {netlab.SERVER4B} address 2001:db8:1:8::1 gateway none")
        self.up(self.server, "client down up6")
        self.assertTrue(any(CLIENT4 in s.get("elem", []) for s in table(self.server)["set"]), "still needed by low6")
        self.up(self.server, "client down low6")
        self.assertFalse(any(CLIENT4 in s.get("elem", []) for s in table(self.server)["set"]))

    def test_saved_rules_can_be_loaded_again(self):
        """`nft list ruleset > file; nft -f file`, as people do it."""
        self.up(self.server, self.PEERS[0])
        before = self.server.state()
        self.server.nft("flush ruleset\n" + before.rules)
        self.same(before, self.server)
        self.tell(self.server, "server check")
        self.up(self.server, "server down")
        self.assertFalse(has_table(self.server))
