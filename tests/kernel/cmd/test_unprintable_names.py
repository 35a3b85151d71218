# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces of others whose names steer a terminal, or are no text: the kernel takes any bytes but '/', ':' and blanks."""

import json
import subprocess

import netlab
from netlab import CLIENT4, PAIR, PREFIX, SERVER4

ODD = b"\x1b[2J\xff\x9b"
SHOWN = "\\x1b[2J\\xff\\x9b"
UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"


def ip(host, *words):
    with host:
        subprocess.run([b"ip", *(word if isinstance(word, bytes) else word.encode() for word in words)], check=True)


class Unprintable(netlab.Case):
    def tearDown(self):
        for host in (self.client, self.server):
            with host:
                subprocess.run([b"ip", b"link", b"del", ODD], capture_output=True, check=False)

    def clean(self, host, words, status=0):
        """What sitctl says, as bytes: all of it can be shown."""
        with host:
            done = subprocess.run([netlab.SITCTL, *words.split()], capture_output=True, check=False)
        self.assertEqual(done.returncode, status, done)
        for byte in done.stdout + done.stderr:
            self.assertTrue(byte == 10 or byte == 9 or 32 <= byte < 127, done)
        return done.stdout.decode("ascii"), done.stderr.decode("ascii")

    def test_given(self):
        for words in ([*UP.encode().split(), b"dev", ODD], [b"client", b"up", ODD, *UP.encode().split()[3:]], [b"client", b"down", ODD],
                      [b"client", b"adopt", ODD], [b"server", b"up", b"uplink", ODD],
                      [*UP.encode().split(), b"prefix", PREFIX.encode() + b"," + ODD]):
            with self.client:
                done = subprocess.run([netlab.SITCTL, *words], capture_output=True, check=False)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(SHOWN.encode(), done.stderr)
            self.assertNotIn(b"\x1b", done.stderr)
        for words in (["client", "up", "größe", *UP.split()[3:]], [*UP.split(), "dev", "größe"]):
            self.assertIn("ASCII", self.tell(self.client, words, status=2).err)

    def test_a_default_route_by_it(self):
        ip(self.client, "link", "add", ODD, "type", "dummy")
        ip(self.client, "link", "set", ODD, "up")
        ip(self.client, "-6", "route", "add", "default", "dev", ODD, "metric", "5")
        _, err = self.clean(self.client, UP)
        self.assertIn(SHOWN, err)
        for words in ("client show", "-d client show", "check", "-j -D client down t1", "-D client down t1", "doctor t1"):
            self.clean(self.client, words, status=3 if words == "doctor t1" else 0)
        json.loads(self.clean(self.client, "-j doctor t1", status=3)[0])
        self.assertNotIn("x1b", self.clean(self.client, "complete client up t2 dev ")[0])

    def test_a_tunnel_of_ours_that_somebody_renamed(self):
        self.up(self.client, UP)
        ip(self.client, "link", "set", "t1", "down")
        ip(self.client, "link", "set", "t1", "name", ODD)
        shown = json.loads(self.clean(self.client, "-j client show")[0])
        self.assertEqual([one["ifname"] for one in shown], [SHOWN])
        self.clean(self.client, "client show")
        self.clean(self.client, "check", status=3)
        plan = json.loads(self.clean(self.client, "-j -D client down t1")[0])
        self.assertIn(SHOWN, [step.get("dev") for step in plan])
        by_hand = self.clean(self.client, "-D client down t1")[0]
        with self.client:
            subprocess.run(["sh", "-e"], input=by_hand, text=True, check=True)
        self.assertNotIn(41, [link["group"] for link in self.client.links().values()])
        self.up(self.client, "client down t1")

    def test_a_sysctl_of_it(self):
        """Forwarding sets accept_ra=2 where routers are heard."""
        ip(self.server, "link", "add", ODD, "type", "dummy")
        ip(self.server, "link", "set", ODD, "up")
        with self.server, open(b"/proc/sys/net/ipv6/conf/" + ODD + b"/accept_ra", "w", encoding="ascii") as file:
            file.write("1")
        for words in ("-D " + ALICE, "-j -D " + ALICE, ALICE, "-d server show", "server check", "-D server down", "server down"):
            self.clean(self.server, words)
