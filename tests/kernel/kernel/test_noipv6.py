# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel that was booted with ipv6.disable=1; with any other there is nothing to test here."""

import os
import pathlib
import subprocess
import unittest

import doctor
import netlab
from netlab import PAIR, SERVER4

FILE, PEERS = pathlib.Path("/etc/sitctl/t9.conf"), pathlib.Path("/etc/sitctl/peers")
CLIENT = f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}\n"
SERVER = f"[server]\nuplink = lo\n[peer alice]\nremote = {SERVER4}\naddress = {PAIR[1]}\n"


def sitctl(words):
    return subprocess.run([netlab.SITCTL, *words.split()], capture_output=True, text=True, check=False, cwd="/")


class NoIpv6(unittest.TestCase):
    def setUp(self):
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(CLIENT, encoding="ascii")
        PEERS.write_text(SERVER, encoding="ascii")
        self.addCleanup(PEERS.unlink)
        self.addCleanup(FILE.unlink)

    def test_doctor_names_it(self):
        done = sitctl("-j doctor t9")
        exam = doctor.Exam(netlab.Result(["doctor"], done.returncode, done.stdout, done.stderr, 0))
        self.assertEqual((done.returncode, exam.verdict), (3, "ipv6-off"), str(exam))
        self.assertIn("ipv6.disable", exam.findings["ipv6-off"]["remedy"])
        self.assertIn(os.uname().release, exam.findings["ipv6-off"]["evidence"])

    def test_tunnels_are_refused_and_leave_nothing(self):
        links, alice = os.listdir("/sys/class/net"), f"server add-peer alice remote {SERVER4} address {PAIR[1]}"
        for words in (f"client up t9 remote {SERVER4} address {PAIR[1]}", "server up", alice, f"-f {PEERS} server up"):
            done = sitctl(words)
            self.assertEqual((done.returncode, done.stdout), (1, ""), f"{words}: {done}")
            self.assertIn("this kernel does not support IPv6", done.stderr, words)
            self.assertIn("ipv6.disable=1", done.stderr, words)
            self.assertEqual(os.listdir("/sys/class/net"), links, words)
            self.assertFalse(list(pathlib.Path("/run/sitctl").glob("*/journal")))
        for words, status, out in (("client show", 0, "absent"), ("check", 3, "t9 is missing"), ("server down", 0, ""),
                                   ("client down t9", 0, "")):
            done = sitctl(words)
            self.assertEqual(done.returncode, status, f"{words}: {done}")
            self.assertIn(out, done.stdout, words)

    def test_a_nat_pass_needs_none(self):
        subprocess.run("ip link set lo up; ip route add 198.18.0.0/15 dev lo", shell=True, check=True)
        for words in ("nat pass p1 remote 198.18.0.1 to 198.19.0.1 interface lo", "nat check", "nat unpass p1"):
            done = sitctl(words)
            self.assertEqual((done.returncode, done.stdout), (0, ""), f"{words}: {done}")


def load_tests(loader, _tests, _pattern):
    suite = loader.suiteClass()
    if not os.path.exists("/proc/sys/net/ipv6"):
        suite.addTests(loader.loadTestsFromTestCase(NoIpv6))
    return suite
