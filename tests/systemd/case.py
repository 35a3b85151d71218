# SPDX-License-Identifier: GPL-2.0-or-later
"""What every test can ask where systemd is the init."""

import json
import pathlib
import subprocess
import time
import unittest

FILES = pathlib.Path("/etc/sitctl")


def run(words, **how):
    argv = words if isinstance(words, list) else words.split()
    return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120, check=False, **how)


def link(name):
    done = run(f"ip -j link show dev {name}")
    return json.loads(done.stdout)[0] if done.returncode == 0 else None


class Case(unittest.TestCase):
    maxDiff = None

    def good(self, words, status=0):
        done = run(words)
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}")
        return done.stdout

    def reaches(self, target, ns=None):
        self.good((f"ip netns exec {ns} " if ns else "") + f"ping -n -c 1 -W 5 {target}")

    def carries(self):
        """Both tunnels, each to its far end; and a peer of the server to the Internet."""
        self.reaches("2001:db8:1::a")
        self.reaches("2001:db8:1::3")
        self.reaches("2001:db8::1", ns="peer")

    def until_good(self, words, seconds=90):
        end = time.monotonic() + seconds
        while (done := run(words)).returncode and time.monotonic() < end:
            time.sleep(0.5)
        self.assertEqual(done.returncode, 0, f"{words}: {done.stdout}")

    def properties(self, unit):
        told = self.good(f"systemctl show -p ActiveState -p SubState -p Result -p UnitFileState {unit}")
        return dict(line.split("=") for line in told.split())
