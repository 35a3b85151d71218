# SPDX-License-Identifier: GPL-2.0-or-later
"""Two sitctl at once take turns: a lock with a bounded wait, and an end state as if one had run after the other."""

import fcntl
import os
import signal
import time

import netlab
from netlab import PAIR, PREFIX, SERVER4, SERVER4B

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
UP2 = f"client up t2 remote {SERVER4B} address 2001:db8:1::9 gateway none"
PEERS = [f"server add-peer p{i} remote 198.51.100.{i} address 2001:db8:1:{i}::3 prefix 2001:db8:1{i}::/48" for i in range(20, 26)]

WAIT = 10           # LOCK_WAIT_SECONDS of lib/state/journal.h
DONE_IN_TIME = 5    # of twenty at once, where each may wait that long


class AtOnce(netlab.Case):
    def together(self, host, lines):
        """Starts all the lines before waiting for any."""
        going = [netlab.start(host, line) for line in lines]
        return [netlab.finish(process) for process in going]

    def test_two_tunnels(self):
        before = self.client.state()
        for done in self.together(self.client, [UP, UP2]):
            self.assertEqual((done.status, done.err), (0, ""), str(done))
        self.assertLessEqual({"t1", "t2"}, set(self.client.links()))
        together = self.client.state()
        for words in (UP, UP2):
            self.up(self.client, words)
        self.same(together, self.client, "one of them was half done")
        for done in self.together(self.client, ["client down t1", "client down t2"]):
            self.assertEqual((done.status, done.err), (0, ""), str(done))
        self.same(before, self.client, "after both went down at once")

    def test_the_same_tunnel_four_times(self):
        for done in self.together(self.client, [UP] * 4):
            self.assertEqual((done.status, done.err), (0, ""), str(done))
        together = self.client.state()
        self.up(self.client, UP)
        self.same(together, self.client)
        self.assertEqual(len(self.client.routes("default6/0 t1")), 1)

    def test_six_peers(self):
        before = self.server.state()
        for done in self.together(self.server, PEERS):
            self.assertEqual((done.status, done.err), (0, ""), str(done))
        self.assertEqual(len([name for name in self.server.links() if name.startswith("sit-p")]), 6)
        self.assertEqual(len(self.show(self.server, "server show")), 6)
        self.tell(self.server, "server check")
        for done in self.together(self.server, [f"server del-peer p{i}" for i in range(20, 26)]):
            self.assertEqual((done.status, done.err), (0, ""), str(done))
        self.same(before, self.server, "after all went at once")

    def many(self, host, lines):
        """All at once: each ends with 0, or with 1 after it waited for the lock as long as it says; then `check` is content.

        The lock is never idle while somebody waits, and one command needs far less of it than a wait: not all but a few give up.
        """
        results = self.together(host, lines)
        for done in results:
            self.assertIn(done.status, (0, 1), str(done))
            if done.status:
                self.assertRegex(done.err, rf"^sitctl: {netlab.RUN}/\S+/lock: is still held by another sitctl after {WAIT} seconds; ")
                self.assertGreaterEqual(done.seconds, WAIT, f"it gave up too early: {done}")
        self.assertGreaterEqual(sum(done.status == 0 for done in results), DONE_IN_TIME, "\n".join(map(str, results)))
        self.tell(host, "check")

    def test_twenty_for_one_name(self):
        """Different values and `down` among them: in the end it is as one of them told."""
        before = self.client.state()
        lines = [f"{UP} mtu {1300 + n} prefix 2001:db8:1{n:02}::/48" for n in range(17)] + ["client down t1"] * 3
        self.many(self.client, lines[::2] + lines[1::2])
        self.tell(self.client, f"{UP} mtu 1300 prefix 2001:db8:100::/48")
        self.assertEqual(len(self.client.routes("unreachable")), 1)
        self.tell(self.client, "client down t1")
        self.same(before, self.client)
        self.assertEqual(os.listdir(netlab.RUN), [])

    def test_twenty_names(self):
        """Peers, clients and the server itself, in one host."""
        before = self.server.state()
        peers = [f"server add-peer p{n} remote 198.51.100.{n} address 2001:db8:1:{n}::3 prefix 2001:db8:1{n}::/48" for n in range(20, 30)]
        clients = [f"client up c{n} remote 192.0.2.{n} address 2001:db8:2:{n}::3 gateway none" for n in range(20, 29)]
        self.many(self.server, [line for pair in zip(peers, clients + ["server up ttl 64"]) for line in pair])
        self.many(self.server, [f"server del-peer p{n}" for n in range(20, 30)] + [f"client down c{n}" for n in range(20, 29)])
        for words in ["server down"] + [f"client down c{n}" for n in range(20, 29)]:
            self.tell(self.server, words)
        self.same(before, self.server)
        self.assertEqual(os.listdir(netlab.RUN), [])

    def test_up_and_down(self):
        before = self.client.state()
        self.up(self.client, f"{UP} prefix {PREFIX},lan")
        up = self.client.state()
        for _ in range(4):
            first, second = self.together(self.client, ["client down t1", f"{UP} prefix {PREFIX},lan"])
            self.assertEqual((first.status, second.status), (0, 0), f"{first}\n{second}")
            now = self.client.state()
            self.assertIn(now.lines, (before.lines, up.lines), f"neither up nor down:\n{up.difference(now)}")

    def test_two_that_exclude_each_other(self):
        """Both want the same endpoints: one gets them, the other is refused and leaves nothing."""
        results = self.together(self.client, [UP + " gateway none", UP.replace("t1", "t3").replace(PAIR[1], "2001:db8:1::9")
                                              + " gateway none"])
        self.assertEqual(sorted(done.status for done in results), [0, 1], "\n".join(map(str, results)))
        self.assertEqual(len([n for n in self.client.links() if n in ("t1", "t3")]), 1)


class Lock(netlab.Case):
    weight = 30

    def setUp(self):
        super().setUp()
        self.up(self.client, UP)
        locks = [os.path.join(folder, "lock") for folder, _, names in os.walk(netlab.RUN) if "lock" in names]
        self.assertEqual(len(locks), 1, locks)
        self.lock = os.open(locks[0], os.O_RDWR)
        self.addCleanup(os.close, self.lock)
        fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def test_it_waits_for_the_other(self):
        waiting = netlab.start(self.client, UP2)
        time.sleep(1)  # long enough for a sitctl that does not wait to have ended
        self.assertIsNone(waiting.poll(), "it did not wait for the lock")
        self.assertNotIn("t2", self.client.links())
        fcntl.flock(self.lock, fcntl.LOCK_UN)
        done = netlab.finish(waiting, 20)
        self.assertEqual((done.status, done.err), (0, ""), str(done))
        self.assertIn("t2", self.client.links())

    def test_it_does_not_wait_for_ever(self):
        before = self.client.state()
        waiting = [netlab.start(self.client, words) for words in (UP2, "client down t1")]
        elsewhere = self.tell(self.server, "client up t9 remote 203.0.113.254 address 2001:db8:1::9 gateway none")
        self.assertLess(elsewhere.seconds, 5, "another namespace's lock is waited for")
        self.assertEqual([t["name"] for t in self.show(self.client, "client show")], ["t1"], "looking needs no lock")
        for done in [netlab.finish(process, 30) for process in waiting]:
            self.assertEqual(done.status, 1, str(done))
            self.assertIn("lock", done.err.lower(), str(done))
            self.assertLess(done.seconds, 20)
        self.same(before, self.client)

    def test_a_dead_holder_does_not_block(self):
        fcntl.flock(self.lock, fcntl.LOCK_UN)
        ready, tell = os.pipe()
        child = os.fork()
        if child == 0:
            fcntl.flock(os.open(f"/proc/self/fd/{self.lock}", os.O_RDWR), fcntl.LOCK_EX)
            os.write(tell, b"x")
            time.sleep(60)
            os._exit(0)
        self.assertEqual(os.read(ready, 1), b"x")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(tell)
        done = self.up(self.client, UP2)
        self.assertLess(done.seconds, 5)
