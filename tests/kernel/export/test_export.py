# SPDX-License-Identifier: GPL-2.0-or-later
"""`export`: what a server hands out is used as it is by the peer, with the tools that it is for; and `import` of it."""

import json
import pathlib
import subprocess

import foreign
import netlab
from netlab import CLIENT4, INTERNET, PAIR, PREFIX, PREFIX_B, SECOND4, SERVER4

DEV = "sit-ipv6"


class Export(netlab.Case):
    weight = 60

    @classmethod
    def prepare(cls):
        if not hasattr(cls, "network"):
            cls.files = foreign.install(cls)
            cls.network = foreign.folder(cls, "/etc/network")
            foreign.folder(cls, "/run/network")
            for phase in ("if-up.d", "if-post-down.d"):
                (cls.network / phase).mkdir()
            for phase in ("if-pre-up.d", "if-down.d"):
                foreign.hook(f"network/{phase}/sitctl", cls.network / phase / "sitctl")
        netlab.run(cls.server, f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX} ttl 77 mtu 1400")

    def exported(self, form, peer="alice"):
        """What the server hands out; the notes on stderr are in the text as well."""
        done = self.tell(self.server, f"server export {peer} {form}")
        for line in done.err.splitlines():
            self.assertTrue(line.startswith(f"sitctl: {form}: "), line)
            self.assertIn(line.split(": ", 2)[2], done.out)
        self.assertNotEqual(done.out, "")
        return done.out

    def file(self, text, name="exported"):
        path = pathlib.Path(self.lab.files) / name
        path.write_text(text, encoding="utf-8")
        self.addCleanup(path.unlink)
        return str(path)

    def ran(self, argv):
        done = foreign.run(self.client, argv)
        self.assertEqual(done.returncode, 0, f"{argv}: {done.stdout}")
        return done.stdout

    def carries(self):
        """Both ways, the outer packets with that TTL, and the device with that MTU."""
        self.reaches(self.client, PAIR[0])
        self.reaches(self.client, INTERNET)
        self.reaches(self.inet, PAIR[1])
        link = self.client.json(f"-d link show dev {DEV}")[0]
        self.assertEqual((link["mtu"], link["linkinfo"]["info_data"]["ttl"]), (1400, 77))
        self.assertEqual([PREFIX in route for route in self.client.routes("unreachable")], [True], "against loops")

    def test_the_command(self):
        before = self.client.state()
        words = self.exported("sitctl").split()
        self.assertEqual(words[:4], ["sitctl", "client", "up", DEV])
        self.up(self.client, words[1:])
        self.carries()
        self.up(self.client, f"client down {DEV}")
        self.same(before, self.client)

    def test_the_file(self):
        path = self.file(self.exported("sitctl.conf"), "x.conf")
        self.up(self.client, f"--file {path} client up {DEV}")
        self.carries()

    def test_iproute2(self):
        before = self.client.state()
        path = self.file(self.exported("iproute2"))
        self.assertEqual(self.ran(["sh", path]), "")
        self.carries()
        with self.client:
            rules = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(rules.count("notrack"), 2, rules)
        self.assertEqual(rules.count("maxseg size set 1340"), 2, rules)
        self.assertEqual(self.ran(["sh", path, "down"]), "")
        self.same(before, self.client, "after its down part")

    def test_ifupdown(self):
        before = self.client.state()
        (self.network / "interfaces").write_text(self.exported("ifupdown"), encoding="ascii")
        self.addCleanup((self.network / "interfaces").unlink)
        self.ran(["ifup", DEV])
        self.carries()
        self.ran(["ifdown", DEV])
        self.same(before, self.client, "after ifdown")

    def test_ifupdown_with_the_hook(self):
        before = self.client.state()
        (self.network / "interfaces").write_text(self.exported("ifupdown-sitctl"), encoding="ascii")
        self.addCleanup((self.network / "interfaces").unlink)
        self.ran(["ifup", DEV])
        self.carries()
        self.ran(["ifdown", DEV])
        self.same(before, self.client, "after ifdown")

    def test_every_import_of_it_is_the_same_tunnel(self):
        wanted = self.exported("sitctl.conf").split("\n", 1)[1]
        for form, reader in (("iproute2", "iproute2"), ("ifupdown", "ifupdown"), ("ifupdown-sitctl", "ifupdown"),
                             ("netplan", "netplan"), ("networkd", "networkd")):
            path = self.file(self.exported(form), form)
            done = self.tell(self.client, f"client import {reader} {path}")
            self.assertEqual((done.err, done.out.split("\n", 1)[1]), ("", wanted), form)

    def test_import_saves_what_up_then_takes(self):
        path = self.file(f"ip tunnel add home mode sit remote {SERVER4} local {CLIENT4} ttl 255\nip link set home up\n"
                         f"ip addr add {PAIR[1]}/127 dev home\nip route add ::/0 dev home\n")
        self.addCleanup((self.files / "home.conf").unlink)
        self.up(self.client, f"--save client import iproute2 {path}")
        self.assertEqual((self.files / "home.conf").read_text(encoding="ascii"),
                         f"[client]\nremote = {SERVER4}\nlocal = {CLIENT4}\naddress = {PAIR[1]}/127\n")
        self.up(self.client, "client up home")
        self.reaches(self.client, INTERNET)
        self.file(f"iptables -A INPUT -j DROP\nip tunnel add other mode sit remote {SERVER4}\n", "bad")
        done = self.tell(self.client, f"--save client import iproute2 {self.lab.files}/bad", status=1)
        self.assertIn("bad:1: iptables:", done.err)
        self.assertFalse((self.files / "other.conf").exists())

    def test_a_client_that_runs_and_one_that_does_not(self):
        self.up(self.client, f"client up t1 remote {SERVER4} address {PAIR[1]} prefix {PREFIX} prefix {PREFIX_B},lan metric 9")
        text = self.tell(self.client, "client export t1 sitctl").out
        self.assertEqual(self.tell(self.client, "--dry-run " + text.split(" ", 1)[1].strip()).out, "", "the same state")
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
        self.assertEqual(self.tell(self.client, "client export t1 sitctl", **nobody).out, text)
        self.assertIn("MTUBytes=1480", self.tell(self.client, "client export t1 networkd", **nobody).out, "that of the device")
        (self.files / "later.conf").write_text(f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}\n", encoding="ascii")
        self.addCleanup((self.files / "later.conf").unlink)
        self.assertIn(f"remote = {SERVER4}", self.tell(self.client, "client export later sitctl.conf").out)
        self.refused(self.client, "client export nobody sitctl", "no client tunnel", status=1)

    def test_words(self):
        listed = self.tell(self.server, "server export alice help").out
        names = [line.split()[0] for line in listed.splitlines()]
        self.assertEqual(names[-1], "all")
        whole = self.tell(self.server, "server export alice all").out
        self.assertEqual([line.split()[1].rstrip(":") for line in whole.splitlines() if line.startswith("########")], names[:-1])
        shown = json.loads(self.tell(self.server, "-j -q server export alice all").out)
        self.assertEqual([entry["format"] for entry in shown], names[:-1])
        self.refused(self.server, "server export alice networkmanger", "networkmanager", status=2)
        self.refused(self.server, "server export alice", "format", status=2)
        self.refused(self.server, "server export bob sitctl", "no peer", status=1)
        self.assertEqual(self.tell(self.server, "-q server export alice netplan").err, "")

    def test_a_peer_that_is_no_pair(self):
        self.up(self.server, f"server add-peer carol remote {SECOND4} address 2001:db8:1::40/64 server-address 2001:db8:1::50 "
                             "proxy-ndp off")
        self.assertIn("gateway 2001:db8:1::50", self.exported("sitctl", "carol"))
        path = self.file(self.exported("iproute2", "carol"))
        done = foreign.run(self.second, ["sh", path])
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.reaches(self.second, INTERNET)
        self.reaches(self.inet, "2001:db8:1::40")
