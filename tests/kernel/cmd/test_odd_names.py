# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces with names that a shell would take apart: the repairs that check tells work all the same."""

import json
import os
import subprocess

import netlab
from netlab import CLIENT4, PAIR, PREFIX, SERVER4

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
NAME = "q'$0;b&"


class OddNames(netlab.Case):
    """Names that the kernel takes, and that a shell would take apart."""

    def repaired(self, host, words, broken):
        """Breaks what is up, and runs the repair that check tells, by sh."""
        wanted = host.state()
        host.ip(broken)
        self.assertNotEqual(wanted.difference(host.state()), "")
        repairs = {entry["repair"] for entry in json.loads(self.tell(host, "-j " + words, status=3).out)}
        text = self.tell(host, words, status=3).out
        env = dict(os.environ, PATH=f"{os.path.dirname(os.path.abspath(netlab.SITCTL))}:{os.environ['PATH']}")
        self.assertEqual(len(repairs), 1, repairs)
        for repair in repairs:
            self.assertIn(repair, text)
            with host:
                done = subprocess.run(["sh", "-e"], input=repair, capture_output=True, text=True, check=False, env=env)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), repair)
        self.same(wanted, host, repairs)
        self.up(host, words)

    def test_a_tunnel(self):
        before = self.client.state()
        self.up(self.client, f"client up {NAME} {UP.split(' ', 3)[3]}")
        self.repaired(self.client, "client check", f"link set dev {NAME} mtu 1300")
        self.up(self.client, f"client down {NAME}")
        self.same(before, self.client)

    def test_a_lan(self):
        self.client.ip(f"link add {NAME} type veth peer name lan1\nlink set dev {NAME} up\nlink set lan1 up")
        before = self.client.state()
        self.up(self.client, UP + f" prefix {PREFIX},{NAME}")
        self.repaired(self.client, "client check", f"addr del 2001:db8:100::1/64 dev {NAME}")
        self.up(self.client, "client down t1")
        self.same(before, self.client)

    def test_a_peer(self):
        before = self.server.state()
        self.up(self.server, ALICE + f" dev {NAME}")
        self.repaired(self.server, "server check", f"link set dev {NAME} mtu 1300")
        self.up(self.server, "server down")
        self.same(before, self.server)
