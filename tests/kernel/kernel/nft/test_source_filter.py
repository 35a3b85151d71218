# SPDX-License-Identifier: GPL-2.0-or-later
"""source-filter: whose inner source addresses a tunnel lets in; what it drops is counted by tunnel."""

import forged
import netlab
from netlab import CLIENT4, INTERNET, PAIR, PAIR_B, PREFIX, PREFIX_B, SECOND4, SERVER4
import probe

ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX}"
BOB = f"server add-peer bob remote {SECOND4} address {PAIR_B[1]} prefix {PREFIX_B}"
UP = f"client up t1 remote {SERVER4} address {PAIR[1]} prefix {PREFIX}"
FORMS = {"whole": (lambda p: [p], False), "inner fragments": (forged.inner_fragments, False),
         "outer fragments": (lambda p: [p], True)}
NEAR = "2001:db8:101::"     # what some kernels (5.10) take for one of PREFIX
OWN = f'{PAIR[1]} . "lo", {PREFIX} . "lo", {PAIR_B[1]} . "other", {PREFIX_B} . "other"'


class Filter(netlab.Case):
    def dropped(self, host, words):
        return self.show(host, f"-s {words}")[0]["source-filter-dropped"]

    def sent(self, sender, receiver, outer, source, target, text, form="whole"):
        """Sends one forged datagram, then a true one; returns what of the two arrived at the receiver."""
        cut, fragment = FORMS[form]
        with forged.Listener(receiver) as listener:
            forged.send(sender, *outer, cut(forged.datagram(source, target, text.encode() + b"." * 60)), fragment)
            forged.send(sender, *outer, [forged.datagram(self.true, target, b"true")])
            got = []
            while "true" not in got:
                more = listener.texts(4, 1)
                if not more:
                    break
                got += more
            self.assertIn("true", got, "the tunnel carries nothing at all")
        return any(t.startswith(text) for t in got)

    def pieces(self, host):
        """How many packets the filter sees of two fragments: one where the host puts them together before (5.10, once it began)."""
        host.nft(probe.rules(OWN))
        self.assertTrue(self.arrives(self.true, "inner fragments"))
        seen = probe.hits(host)
        host.nft("delete table inet probe")
        self.assertIn(seen, (0, 2))
        return seen or 1


class Server(Filter):
    true = PAIR[1]

    def setUp(self):
        super().setUp()
        self.up(self.server, ALICE)
        self.up(self.server, BOB)

    def arrives(self, source, form="whole", target=INTERNET, receiver=None):
        return self.sent(self.client, receiver or self.inet, (CLIENT4, SERVER4), source, target, "forged", form)

    def test_a_peer_sends_from_its_own(self):
        for source in (PAIR[1], "2001:db8:100::1", "2001:db8:100:0:ffff:ffff:ffff:ffff"):
            for form in FORMS:
                with self.subTest(source, form=form):
                    self.assertTrue(self.arrives(source, form))
        self.assertEqual(self.dropped(self.server, "server show alice"), 0)

    def test_a_peer_does_not_send_from_others(self):
        count, pieces = 0, self.pieces(self.server)
        for source in (PAIR_B[1], "2001:db8:200::1", "2001:db8:ff:ffff:ffff:ffff:ffff:ffff", INTERNET,
                       PAIR[0], "2001:db8::2", "fd00::1"):
            for form in FORMS:
                with self.subTest(source, form=form):
                    self.assertFalse(self.arrives(source, form))
                    count += pieces if form == "inner fragments" else 1
                    self.assertEqual(self.dropped(self.server, "server show alice"), count)
        self.assertEqual(self.dropped(self.server, "server show bob"), 0, "counted for the wrong tunnel")

    def test_nor_from_an_address_beside_its_prefix(self):
        if probe.mistaken(self.lan, NEAR, PAIR[1], OWN):
            self.skipTest(f"this kernel finds {NEAR} in an nf_tables set that holds {PREFIX}")
        for source in (NEAR, NEAR + "1"):
            for form in FORMS:
                with self.subTest(source, form=form):
                    self.assertFalse(self.arrives(source, form))

    def test_to_the_server_itself(self):
        """A link-local source may reach the server itself; a forged one may not."""
        reach = {"target": PAIR[0], "receiver": self.server}
        self.assertTrue(self.arrives("fe80::1", **reach))
        self.assertFalse(self.arrives(PAIR_B[1], **reach))
        self.assertFalse(self.arrives("::1", **reach))

    def test_off(self):
        self.up(self.server, "server set-peer alice source-filter off")
        self.assertTrue(self.arrives("2001:db8:200::1"))
        self.up(self.server, "server set-peer alice source-filter on")
        self.assertFalse(self.arrives("2001:db8:200::1"))

    def test_off_for_the_server_and_on_for_a_peer(self):
        self.up(self.server, "server up source-filter off")
        self.assertTrue(self.arrives("2001:db8:200::1"))
        self.up(self.server, "server set-peer alice source-filter on")
        self.assertFalse(self.arrives("2001:db8:200::1"))

    def test_a_prefix_that_goes_and_comes(self):
        self.up(self.server, ALICE.replace(PREFIX, "2001:db8:100::/63"))
        self.assertTrue(self.arrives("2001:db8:100:1::1"))
        self.up(self.server, ALICE)
        self.assertFalse(self.arrives("2001:db8:100:1::1"))

    def test_an_address_inside_its_own_prefix(self):
        self.up(self.server, "server set-peer alice prefix 2001:db8:1::/127 prefix 2001:db8:1::2/127")
        self.assertTrue(self.arrives(PAIR[1]))
        self.assertTrue(self.arrives("2001:db8:1::1"))
        self.assertFalse(self.arrives("2001:db8:100::1"))

    def test_check_knows_what_is_missing(self):
        self.server.nft('delete element inet sitctl allowed { 2001:db8:100::/64 . "sit-alice" }')
        done = self.tell(self.server, "server check", status=3)
        self.assertIn("nf_tables", done.out)
        self.up(self.server, ALICE)
        self.assertTrue(self.arrives("2001:db8:100::1"))


class Client(Filter):
    true = INTERNET

    @classmethod
    def prepare(cls):
        cls.server.ip(netlab.FAR_SERVER)

    def arrives(self, source, form="whole"):
        return self.sent(self.server, self.client, (SERVER4, CLIENT4), source, PAIR[1], "forged", form)

    def test_true_ones_arrive(self):
        self.up(self.client, UP)
        for source in (INTERNET, PAIR[0], "2001:db8:200::1", "2002:c000:201::1"):
            for form in FORMS:
                with self.subTest(source, form=form):
                    self.assertTrue(self.arrives(source, form))
        self.assertEqual(self.dropped(self.client, "client show t1"), 0)

    def test_forbidden_sources(self):
        """RFC 4213 section 3.6, and this host's own address and prefix."""
        self.up(self.client, UP)
        count, pieces = 0, self.pieces(self.client)
        for source in ("ff00::1", "ff02::1", "ffff:ffff::1", "::1"):    # the kernel itself, before any rule
            with self.subTest(source):
                self.assertFalse(self.arrives(source))
        for source in ("::2", "::192.0.2.1", "::255.255.255.255",
                       "::ffff:0.0.0.0", "::ffff:192.0.2.1", PAIR[1], "2001:db8:100::", "2001:db8:100::1"):
            for form in FORMS:
                with self.subTest(source, form=form):
                    self.assertFalse(self.arrives(source, form))
                    count += pieces if form == "inner fragments" else 1
                    self.assertEqual(self.dropped(self.client, "client show t1"), count)

    def test_off(self):
        self.up(self.client, UP + " source-filter off")
        self.assertTrue(self.arrives("2001:db8:100::1"))
        self.up(self.client, UP)
        self.assertFalse(self.arrives("2001:db8:100::1"))
