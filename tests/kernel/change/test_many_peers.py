# SPDX-License-Identifier: GPL-2.0-or-later
"""A server's file with many peers: up in one go, again for nothing, checked, changed, down; the line of progress."""

import os
import pty
import re
import threading

import files
from files import ADD_ALICE, peers
import netlab

PEERS = int(os.environ.get("SITCTL_PEERS", "1000"))


class Many(files.Case):
    weight = 90

    def took(self, host, words, what):
        """Runs sitctl and prints how long it took."""
        done = netlab.finish(netlab.start(host, words), 300)
        self.assertEqual((done.status, done.out), (0, ""), str(done))
        print(f"    {PEERS} peers: {what}: {done.seconds:.1f} s", flush=True)
        return done

    def test_all_at_once(self):
        before = self.server.state()
        self.put("server.conf", "[server]\nuplink = up0\n\n" + peers(PEERS))
        self.assertEqual(self.took(self.server, "server up", "up").err, "")
        self.assertEqual(len([name for name in self.server.links() if name.startswith("sit-p")]), PEERS)
        self.assertEqual(self.took(self.server, "-D server up", "plan for nothing").err, "")
        self.assertEqual(self.took(self.server, "server up", "up again").err, "")
        self.took(self.server, "server check", "check")
        self.put("server.conf", "[server]\nuplink = up0\n\n" + peers(PEERS - 1))
        done = self.took(self.server, "server up", "one less")
        self.assertEqual(len(done.err.splitlines()), 1)
        self.assertEqual(self.took(self.server, "server down", "down").err, "")
        self.same(before, self.server)


class Progress(files.Case):
    def on_a_terminal(self, words):
        """What `words` writes to stderr, which is a terminal."""
        master, slave = pty.openpty()
        said = []

        def listen():
            while True:
                try:
                    part = os.read(master, 65536)
                except OSError:  # nobody has the other end any more
                    return
                said.append(part.decode())

        listener = threading.Thread(target=listen)
        listener.start()
        process = netlab.start(self.server, words, stderr=slave)
        os.close(slave)
        done = netlab.finish(process, 120)
        listener.join()
        os.close(master)
        self.assertEqual((done.status, done.out), (0, ""), said)
        return "".join(said)

    def test_on_a_terminal_only(self):
        self.put("server.conf", peers(100))
        said = self.on_a_terminal("server up")
        steps = [(int(done), int(all_)) for done, all_ in re.findall(r"\rsitctl: (\d+) of (\d+) steps\x1b\[K", said)]
        self.assertGreater(len(steps), 2, said)
        self.assertEqual(steps, sorted(steps))
        self.assertEqual(len({all_ for _, all_ in steps}), 1, steps)
        self.assertTrue(all(done < all_ for done, all_ in steps), steps)
        self.assertTrue(said.endswith("\r\x1b[K"), "the line does not go at the end")
        self.assertNotIn("\n", said)
        self.up(self.server, "server down")
        self.up(self.server, "server up")   # not a terminal: silent
        self.up(self.server, "server down")
        self.assertEqual(self.on_a_terminal("-q server up"), "")

    def test_not_for_a_few_steps(self):
        self.assertEqual(self.on_a_terminal(ADD_ALICE), "")
        self.put("server.conf", peers(5))
        self.assertNotIn("steps", self.on_a_terminal("server up"))
