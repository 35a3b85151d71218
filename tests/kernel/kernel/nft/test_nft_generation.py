# SPDX-License-Identifier: GPL-2.0-or-later
"""Somebody changes the nf_tables rules between sitctl's look at them and its change: it looks again (NFNL_BATCH_GENID)."""

import glob
import os
import subprocess
import tempfile
import time

import netlab
from netlab import PAIR, PAIR_B, SERVER4, SERVER4B

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
OTHER = "add table inet other\nadd chain inet other c"
# The journal is written after the look and before the change: there sitctl is held.
HOLD = 1_000_000


class Overtaken(netlab.Case):
    def overtaken(self, words, script):
        """Runs sitctl in the client; once it has looked, somebody runs the script. Returns how often it was told to look again."""
        with tempfile.NamedTemporaryFile("r", suffix=".strace") as log:
            with self.client:
                slow = subprocess.Popen(["strace", "-f", "-o", log.name, "-e", "trace=sendto,recvmsg,fsync", "-e", "signal=none",
                                         "-e", f"inject=fsync:delay_enter={HOLD}", netlab.SITCTL, *words.split()],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            end = time.monotonic() + 20
            while not glob.glob(netlab.RUN + "/*/journal.new") and slow.poll() is None and time.monotonic() < end:
                time.sleep(0.01)
            self.client.nft(script)
            self.assertIsNone(slow.poll(), "it did not wait: the test shows nothing")
            out, err = slow.communicate(timeout=60)
            self.assertEqual((slow.returncode, out, err), (0, "", ""))
            return log.read().count("error=-ERESTART")

    def test_a_foreign_table(self):
        self.assertEqual(self.overtaken(UP, OTHER), 1)
        self.tell(self.client, "client check")
        self.up(self.client, "client down t1")
        self.assertIn("inet other", self.client.state().rules)

    def test_our_table_goes(self):
        """Without the second look the batch would change what is not there any more."""
        self.up(self.client, UP + " mss-clamp off")
        self.assertEqual(self.overtaken(UP, "flush ruleset"), 1)
        self.tell(self.client, "client check")

    def test_our_table_changes(self):
        self.up(self.client, UP + " mss-clamp off")
        self.assertEqual(self.overtaken(UP, "delete element inet sitctl remotes { 203.0.113.1 }\n"
                                            "add rule inet sitctl output counter"), 1)
        self.tell(self.client, "client check")

    def test_ours_goes_while_it_is_to_go(self):
        other = f"client up t2 remote {SERVER4B} address {PAIR_B[1]} gateway none"
        self.up(self.client, other)
        before = self.client.state()
        self.up(self.client, UP)
        self.assertEqual(self.overtaken("client down t1", "delete table inet sitctl"), 1)
        self.same(before, self.client)

    def test_a_change_from_before_is_no_reason(self):
        self.client.nft(OTHER)
        self.assertEqual(self.overtaken(UP, "list tables"), 0)

    def test_somebody_who_never_rests(self):
        """Many changes by others while tunnels come and go: all of it succeeds, nothing of theirs is lost."""
        script = "while :; do nft 'add table inet other; add chain inet other c'; nft 'add rule inet other c counter'; done"
        with self.client:
            busy = subprocess.Popen(["sh", "-c", script], start_new_session=True)
        try:
            for _ in range(8):
                self.tell(self.client, UP)
                self.tell(self.client, UP + " mss-clamp off")
                self.tell(self.client, "client down t1")
        finally:
            os.killpg(busy.pid, 9)
            busy.wait()
        rules = self.client.state().rules
        self.assertGreater(rules.count("counter"), 3)
        self.assertNotIn("sitctl", rules)
