# SPDX-License-Identifier: GPL-2.0-or-later
"""ifupdown, the real one: a stanza of /etc/network/interfaces is a tunnel."""

import pathlib
import re

import foreign
import netlab
from netlab import CLIENT4, INTERNET, PAIR, PREFIX, SERVER4

DEV = "sit-ipv6"
OPTIONS = f"""
    sitctl-remote {SERVER4}
    sitctl-address {PAIR[1]}/127"""

# A value for each parameter; for one that may be given again, two.
VALUES = {
    "remote": SERVER4, "local": CLIENT4, "address": f"{PAIR[1]}/127 2001:db8:1::13/127", "gateway": PAIR[0], "metric": "77",
    "prefix": f"{PREFIX} 2001:db8:200::/64,lan", "dev": "wan", "ttl": "64", "tos": "0x10", "fwmark": "0x7", "mtu": "1400", "notrack": "off",
    "mss-clamp": "off", "source-filter": "off", "simple-security": "on", "allow": f"tcp/443@{PAIR[1]} udp/53",
    "target": f"{PAIR[0]} www.example.org",
}


class Ifupdown(netlab.Case):
    weight = 60

    @classmethod
    def prepare(cls):
        if not hasattr(cls, "network"):
            cls.files, cls.network = foreign.ifupdown(cls)
        netlab.run(cls.server, f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX}")

    def setUp(self):
        super().setUp()
        self.addCleanup((self.network / "interfaces").unlink)
        self.addCleanup(self.forget)

    @staticmethod
    def forget():
        for entry in pathlib.Path("/run/network").iterdir():
            entry.unlink()

    def stanza(self, options="", head="auto"):
        (self.network / "interfaces").write_text(f"{head} {DEV}\niface {DEV} inet6 manual{options}\n", encoding="ascii")

    def ran(self, words, status=0):
        done = foreign.run(self.client, words.split())
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}")
        return done.stdout

    def test_options_in_the_stanza_are_enough(self):
        self.stanza(OPTIONS)
        before = self.client.state()
        self.ran(f"ifquery --state {DEV}", status=1)
        self.assertEqual(self.ran(f"ifup {DEV}"), "")
        self.reaches(self.client, INTERNET)
        self.reaches(self.inet, PAIR[1])
        self.assertEqual(self.ran(f"ifquery --state {DEV}").strip(), f"{DEV}={DEV}")
        self.assertIn(f"sitctl-remote: {SERVER4}", self.ran(f"ifquery {DEV}"))
        self.up(self.client, f"client check {DEV}")
        self.assertEqual(self.ran(f"ifdown {DEV}"), "")
        self.same(before, self.client, "after ifdown")
        self.ran(f"ifquery --state {DEV}", status=1)

    def test_all_of_them_twice(self):
        self.stanza(OPTIONS)
        before = self.client.state()
        self.ran("ifup -a")
        once = self.client.state()
        self.assertIn(DEV, self.client.links())
        self.ran("ifup -a")
        self.same(once, self.client, "ifup -a a second time")
        self.ran("ifup -a --force")
        self.same(once, self.client, "ifup -a --force")
        self.ran("ifdown -a -X lo")
        self.same(before, self.client, "after ifdown -a")

    def test_every_parameter(self):
        told = self.tell(self.client, "client up help").out.split("Parameters:")[1]
        self.assertEqual(set(re.findall(r"^  ([a-z][a-z0-9-]*)", told, re.M)), set(VALUES), "those of `client up help`")
        again = {name for name, text in re.findall(r"^  ([a-z][a-z0-9-]*)((?:.*\n(?:   .*\n)*))", told, re.M)
                 if "can be repeated" in text}
        self.assertEqual(again, {name for name, value in VALUES.items() if " " in value})
        self.stanza("".join(f"\n    sitctl-{name} {value}" for name, value in VALUES.items()))
        self.client.ip("addr add 2001:db8:200::1/64 dev lan nodad")
        before = self.client.state()
        self.ran("ifup -a")
        words = " ".join(f"{name} {one}" for name, value in VALUES.items() for one in value.split())
        self.assertEqual(self.tell(self.client, f"--dry-run client up {DEV} {words}").out, "", "another state than these words'")
        shown = self.show(self.client, f"client show {DEV}")[0]
        self.assertEqual((shown["ttl"], shown["mtu"], shown["metric"]), (64, 1400, 77))
        self.ran("ifdown -a -X lo")
        self.same(before, self.client, "after ifdown")

    def test_the_plain_form_reads_the_file(self):
        (self.files / f"{DEV}.conf").write_text(f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}\n", encoding="ascii")
        self.addCleanup((self.files / f"{DEV}.conf").unlink)
        self.stanza("\n    up sitctl client up $IFACE\n    down sitctl client down $IFACE")
        before = self.client.state()
        self.ran("ifup -a")
        self.reaches(self.client, INTERNET)
        self.ran("ifdown -a -X lo")
        self.same(before, self.client, "after ifdown")

    def test_a_changed_stanza_changes_the_tunnel(self):
        self.stanza(OPTIONS)
        self.ran(f"ifup {DEV}")
        index = self.client.links()[DEV]["index"]
        self.stanza(OPTIONS + "\n    sitctl-mtu 1300")
        self.ran(f"ifup --force {DEV}")
        self.assertEqual((self.client.links()[DEV]["mtu"], self.client.links()[DEV]["index"]), (1300, index))

    def test_a_wrong_option_is_an_error(self):
        self.stanza(OPTIONS + "\n    sitctl-mss-clam off")
        before = self.client.state()
        for words in (f"ifup {DEV}", "ifup -a"):
            with self.subTest(words):
                said = self.ran(words, status=1)
                self.assertIn("mss-clam", said)
                self.assertIn("did you mean 'mss-clamp'", said)
                self.same(before, self.client)
                self.ran(f"ifquery --state {DEV}", status=1)

    def test_other_stanzas_are_left_alone(self):
        self.client.ip("link add other type dummy")
        (self.network / "interfaces").write_text("auto other\niface other inet manual\n    mtu 1400\n", encoding="ascii")
        self.assertEqual(self.ran("ifup -a"), "")
        self.assertEqual(self.client.links()["other"]["mtu"], 1400)
        self.assertEqual(self.ran("ifdown -a -X lo"), "")
        self.assertIn("other", self.client.links())
