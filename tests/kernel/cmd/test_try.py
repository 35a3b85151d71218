# SPDX-License-Identifier: GPL-2.0-or-later
"""--try: what is not confirmed in time is undone, whatever becomes of who tried it."""

import contextlib
import os
import pathlib
import pty
import signal
import subprocess
import time

import files
from files import ADD_ALICE, ADD_BOB
import netlab
from netlab import CLIENT4, PAIR, PREFIX, SERVER4, SERVER4B

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
LONG = 60   # seconds, which no test waits


class Try(files.Case):
    weight = 40

    @contextlib.contextmanager
    def trying(self, host, words, seconds=LONG, options="", **how):
        """A run that waits for its confirmation."""
        argv = [netlab.SITCTL, "--try", str(seconds), *f"{options} {words}".split()]
        how = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how}
        with host, subprocess.Popen(argv, stdout=subprocess.DEVNULL, **how) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    def asked(self, process):
        self.assertIn("press Enter within", process.stderr.readline())

    def ends(self, process, status, text=None):
        """It ends so; what it said."""
        said = process.communicate(text, timeout=30)[1]
        self.assertEqual(process.returncode, status, said)
        return said

    def test_kept(self):
        self.up(self.client, UP)
        wanted = self.client.state()
        self.up(self.client, "client down t1")
        for confirm in (lambda p: self.ends(p, 0, "\n"), lambda p: self.ends(p, 0, "yes\n"),
                        lambda p: (p.send_signal(signal.SIGUSR1), p.wait(timeout=30), self.assertEqual(p.returncode, 0))):
            with self.trying(self.client, UP) as process:
                self.asked(process)
                confirm(process)
            self.same(wanted, self.client, "kept")
            self.up(self.client, "client check")
            self.up(self.client, "client down t1")

    def test_undone(self):
        """By a signal, at the end of input, when the time is over, and if the process is killed."""
        self.up(self.client, UP + f" prefix {PREFIX} ttl 64")
        before = self.client.state()
        other = f"client up t1 remote {SERVER4B} address 2001:db8:1::9 prefix {PREFIX} mtu 1300"
        for how in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, "end", "time"):
            with self.subTest(how), self.trying(self.client, other, 1 if how == "time" else LONG) as process:
                self.asked(process)
                self.assertEqual(self.show(self.client, "client show t1")[0]["remote"], SERVER4B)
                if isinstance(how, int):
                    process.send_signal(how)
                    said = self.ends(process, 1)
                else:
                    said = self.ends(process, 1, "") if how == "end" else process.stderr.readline()
                self.assertIn("undone", said)
                self.assertEqual(process.wait(timeout=30), 1)
            self.same(before, self.client, f"{how}: not undone")
            self.up(self.client, "client check")
        with self.trying(self.client, other) as process:
            self.asked(process)
            process.kill()
        self.assertTrue(netlab.wait(lambda: self.client.state().lines == before.lines, 30), "killed: not undone")
        self.up(self.client, "client check")

    def test_a_lost_terminal(self):
        """As with ssh: the terminal's other end closes."""
        self.up(self.client, UP)
        before = self.client.state()
        with self.client:
            pid, terminal = pty.fork()
            if not pid:
                os.execv("/bin/sh", ["sh", "-c", f"{netlab.SITCTL} --try {LONG} client set t1 mtu 1300; exit"])
        self.assertTrue(netlab.wait(lambda: self.client.links()["t1"]["mtu"] == 1300, 20))
        os.close(terminal)
        self.assertTrue(netlab.wait(lambda: self.client.state().lines == before.lines, 30), "not undone")
        os.waitpid(pid, 0)

    def test_each_command(self):
        """Each command that changes, from what it begins with."""
        for host, begin, words, end in (
                (self.client, "", UP, ""), (self.client, UP, "client set t1 mtu 1300 ttl 9", "client down t1"), (self.client, UP, "client down t1", "client down t1"),
                (self.server, "", ADD_ALICE, ""), (self.server, ADD_ALICE, "server set-peer alice mtu 1300", ""), (self.server, "", "server del-peer alice", ""),
                (self.server, "", "server up ttl 9", ""), (self.server, "", "server down", "server down"),
                (self.client, "", f"nat pass p remote {SERVER4} to 192.168.1.9", ""), (self.client, f"nat pass p remote {SERVER4} to 192.168.1.9", "nat unpass p", ""),
                (self.client, "", "nat down", "nat down")):
            with self.subTest(words):
                if begin:
                    self.tell(host, begin)
                before = host.state()
                with self.trying(host, words, options="-q") as process:
                    self.assertTrue(netlab.wait(lambda: host.state().lines != before.lines, 20), "nothing was changed")
                    self.ends(process, 1, "")
                self.same(before, host, "not undone")
                self.tell(host, "check")
                if end:
                    self.tell(host, end)

    def test_what_others_change_stays(self):
        self.up(self.client, UP)
        with self.trying(self.client, "client set t1 mtu 1300 ttl 9") as process:
            self.asked(process)
            self.up(self.client, f"client up t2 remote {SERVER4B} address 2001:db8:1::9 gateway none")
            self.ends(process, 1, "")
        links = self.client.links()
        self.assertEqual((links["t1"]["mtu"], links["t1"]["ttl"]), (1480, 255))
        self.assertIn("t2", links)
        with self.trying(self.client, "client set t1 mtu 1300") as process:
            self.asked(process)
            self.up(self.client, "client set t1 mtu 1400")
            self.assertIn("except for what another run has changed", self.ends(process, 1, ""))
        self.assertEqual(self.client.links()["t1"]["mtu"], 1400)
        self.up(self.client, "client check")

    def test_saved_when_it_is_kept(self):
        path = pathlib.Path("/etc/sitctl/t1.conf")
        with self.trying(self.client, UP, options="--save") as process:
            self.asked(process)
            self.assertFalse(path.exists())
            self.ends(process, 1, "")
        self.assertFalse(path.exists())
        with self.trying(self.client, UP, options="--save") as process:
            self.asked(process)
            self.ends(process, 0, "\n")
        self.assertEqual(path.read_text(encoding="ascii"), f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}/127\n")
        self.up(self.server, ADD_BOB)
        with self.trying(self.server, "server del-peer bob", options="--save") as process:
            self.asked(process)
            self.ends(process, 0, "\n")

    def test_drift(self):
        """What is not as configured could not be restored."""
        self.up(self.client, UP)
        self.client.ip("route del ::/0 dev t1")
        self.refused(self.client, "--try 5 client set t1 mtu 1300", "--try", "sitctl check", status=2)
        self.up(self.client, UP)

    def test_down_by_hand_stays_down(self):
        """A tunnel that was taken down is so for hooks, too, when an `up` is undone."""
        path = self.put("t1.conf", f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}\n")
        self.up(self.client, "client up t1")
        self.up(self.client, "client down t1")
        with self.trying(self.client, "client up t1") as process:
            self.asked(process)
            self.ends(process, 1, "")
        self.up(self.client, "--unless-down client up t1")
        self.assertNotIn("t1", self.client.links(), path)

    def test_killed_at_any_time(self):
        """Also before the question: there is no moment in which nobody guards the change."""
        self.up(self.client, UP)
        before = self.client.state()
        for delay in (0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5):
            with self.subTest(delay), self.trying(self.client, "client set t1 mtu 1300 ttl 9 prefix 2001:db8:101::/64") as process:
                time.sleep(delay)
                process.kill()
                process.wait(timeout=30)
            # Its child ends last, with the lock.
            self.assertTrue(netlab.wait(lambda: self.client.state().lines == before.lines, 30), f"killed after {delay} s: not undone")
            self.up(self.client, "client check")

    def test_saved_by_another_run_meanwhile(self):
        with self.trying(self.client, UP + " mtu 1300", options="--save") as process:
            self.asked(process)
            self.up(self.client, f"--save {UP} mtu 1400")
            self.assertIn("another run", self.ends(process, 1, "\n"))
        self.assertIn("mtu = 1400", self.get("t1.conf"))
        self.assertEqual(self.client.links()["t1"]["mtu"], 1400)

    def test_nothing_to_try(self):
        """No difference: no question. And what cannot be tried is refused before anything is done."""
        self.up(self.client, UP)
        began = time.monotonic()
        self.up(self.client, f"--try {LONG} {UP}")
        self.assertLess(time.monotonic() - began, LONG / 2)
        self.assertNotEqual(self.tell(self.client, f"-D --try {LONG} client down t1").out, "")
        for words in ("--try 5 client show", "--try 0 client down t1", "--try 86401 client down t1", "--try x client down t1",
                      "--try 5 -b /dev/null", "--try 5 -f - client up t1", "--try 5 client adopt lo", "--try 5 doctor"):
            self.refused(self.client, words, "--try", status=2)
        self.refused(self.client, f"--try 5 client up t2 remote {CLIENT4} address {PAIR[1]}", status=(1, 2))
