# SPDX-License-Identifier: GPL-2.0-or-later
"""Each command of the table in faults.py, with each of its system calls refused or the command killed before it.

After an error all is as it was; after a kill the same command completes what was begun, and `down` leaves nothing.
SITCTL_FAULTS=all injects every fault at every call; another text those whose `FAULT at CALL NUMBER` holds it, as in
"ENOMEM+ at"; without it a sample that is spread over them, the same each time.
"""

import contextlib
import multiprocessing
import os
import re
import subprocess
import unittest

import faults
import netlab

ASKED = os.environ.get("SITCTL_FAULTS")
ERRORS = ("ENOMEM", "EPERM", "EINTR", "ENOBUFS")
SAMPLE = 14     # of each command
TRIES = 4       # of one fault: a dump that comes in one part more moves what is behind it
_done = multiprocessing.Array("i", 3)       # of all workers: commands, faults injected, faults survived


def faults_at(call):
    """What can happen at a call; of the answers, that they are lost. The last: neither it nor any later one is done."""
    if call.name in faults.RECEIVE.split():
        return ("ENOBUFS", "EINTR") if call.looks else ("ENOBUFS", "ENOMEM", "EINTR")
    return ("SIGKILL",) + ERRORS + (() if call.looks else ("ENOMEM+",))


def title(call, fault):
    return f"{fault} at {call.name} {call.number}"


def chosen(calls, turn):
    """Pairs of a call and a fault: all, or a sample in which what changes something comes first; each TURN has other faults."""
    if ASKED:
        return [(call, fault) for call in calls for fault in faults_at(call) if ASKED == "all" or ASKED in title(call, fault)]
    some = (faults.spread([call for call in calls if not call.looks], SAMPLE - 2)
            + faults.spread([call for call in calls if call.looks], 2))
    pairs = [(call, faults_at(call)[(turn + i) % len(faults_at(call))]) for i, call in enumerate(some)]
    # And what once went wrong: nothing can be sent after the device was made; no answer comes when devices are removed.
    sends = [call for call in calls if call.name in faults.SEND.split() and not call.looks]
    pairs += [(call, "ENOMEM+") for call in sends[1:4]]
    pairs += [(call, "ENOBUFS") for call in calls if call.removes and call.name in faults.RECEIVE.split()]
    return list(dict.fromkeys(pairs))


class Faults(faults.Case):
    """The test of one row of the table; each row is a class of its own, so that workers share them out."""

    row, weight = None, 90

    def setUp(self):
        super().setUp()
        self.take(self.row)
        self.begin_anew()

    def begin_anew(self):
        """From whatever there is to where the command begins."""
        with self.place.looking():
            clean = netlab.state.State().lines == self.bare.lines and not faults.remembered()
        if not clean:
            self.again()
        self.prepare_command()

    def after_a_kill(self, words, wanted):
        """Once by the command, or by what came before it, to that state; once by `down` alone."""
        old, new = self.before[2], self.after[2]
        for name, text in self.written().items():
            if not name.endswith(".new"):
                self.assertIn(text, (old.get(name), new.get(name)), f"{name} is neither the old file nor the new one")
        if words:
            done = self.tell(self.place, words)
            self.alike(wanted[0], self.place, f"not completed: {done}")
            self.assertEqual((faults.remembered(), self.written()), wanted[1:], f"not completed: {done}")
        self.leaves_nothing("down after that")
        self.prepare_command()

    def settles(self, number):
        """The ways to settle what a kill left: [words, to which state]; in a sample one of them."""
        ways = [(self.row.command, self.after), (None, None)]
        if self.row.command == self.row.down:
            ways = [(self.row.command, self.after), (self.row.before[-1], self.before)]
        return ways if ASKED else [ways[number % 2]]

    def inject(self, call, fault):
        """The command with a fault, tried again where it made fewer of these calls than before; None if it was never reached."""
        for _ in range(TRIES):
            got = faults.injected(self.place, self.row.command, call, fault)
            if got.reached:
                return got
            print(f"faults: {self.row.name}: {title(call, fault)}: not reached", flush=True)
            self.begin_anew()
        return None

    def fault(self, number, call, fault):
        got = self.inject(call, fault)
        if not got:
            return False
        said = f"status {got.status}, it said {got.err!r}"
        if fault == "SIGKILL" or fault.endswith("+"):
            self.assertIn(got.status, (-9,) if fault == "SIGKILL" else (0, 1), said)
            for i, (words, wanted) in enumerate(self.settles(number)):
                if i:
                    self.assertIsNotNone(self.inject(call, fault), "it was reached before")
                self.after_a_kill(words, wanted)
        elif got.status == 0:
            self.is_now(self.after, "it did not mind the fault, but left another state: " + said)
            self.leaves_nothing("down after that")
            self.prepare_command()
        else:
            self.assertEqual(got.status, 1, said)
            self.assertRegex(got.err, r"^(sitctl: .*\n)+$")
            self.is_now(self.before, "refused, but it changed something: " + said)
        return True

    def test(self):
        self.before = self.whole()
        calls, status, err = faults.counted(self.place, self.row.command)
        self.assertEqual(status, 0, err)
        self.after = self.whole()
        self.assertGreater(sum(not call.looks for call in calls), 8, calls)
        self.leaves_nothing("down of what nothing happened to")
        self.prepare_command()
        pairs, injected, survived = chosen(calls, faults.ROWS.index(self.row)), 0, 0
        for number, (call, fault) in enumerate(pairs):
            with self.subTest(command=self.row.command, fault=title(call, fault)):
                ok = False
                try:
                    injected += self.fault(number, call, fault)
                    ok = True
                finally:
                    if not ok:
                        injected, survived = injected + 1, survived - 1
                        with contextlib.suppress(Exception):
                            self.again()
                        self.begin_anew()
        self.report(len(calls), injected, injected + survived, len(pairs))
        self.assertEqual(injected, len(pairs), "the number of its calls is not steady: faults were not reached")

    def report(self, calls, injected, survived, wanted):
        with _done.get_lock():
            for i, more in enumerate((1, injected, survived)):
                _done[i] += more
            rows, everything, well = _done
        print(f"faults: {self.row.name}: {calls} calls, {wanted} faults, {injected} injected, {survived} survived; "
              f"{rows} commands so far: {everything} injected, {well} survived", flush=True)


class Table(unittest.TestCase):
    """The table has a row for each command that changes something, and one with --save for each that takes it."""

    ONLY_LOOK = ["check", "client check", "client export", "client show", "doctor", "nat check", "nat show",
                 "server check", "server export", "server show", "show"]
    TAKES_NO_SAVE = "changes no configuration that could be saved"

    @staticmethod
    def sitctl(*words):
        return subprocess.run([netlab.SITCTL, *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    def offered(self, *words):
        """What `sitctl complete` says can come next."""
        done = self.sitctl("complete", *words, "")
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return [line.split("\t")[0] for line in done.stdout.splitlines()]

    def commands(self):
        for word in self.offered():
            below = [] if word in self.ONLY_LOOK or word == "help" else self.offered(word)
            yield from [f"{word} {name}" for name in below if name != "help"] or [word] * (word != "help")

    def rows(self, *options):
        """The commands that have a row, with these options."""
        lines = [(re.search(r"(?:^| )((?:client|server|nat) \S+)", row.command)[1], row.command) for row in faults.ROWS]
        return {command for command, line in lines if set(options) <= set(line.split())}

    def test_each_command_has_a_row(self):
        commands = sorted(self.commands())
        self.assertEqual(commands, sorted(self.rows() | set(self.ONLY_LOOK)))
        self.assertLessEqual({"client up", "client import", "server del-peer"}, set(commands), "it does not name them all")

    def test_each_that_saves_has_a_row_that_does(self):
        saving = set()
        for command in self.commands():
            # Nothing is carried out: one of the two is refused for the option, or both for what is named or missing.
            tried = [self.sitctl("--dry-run", "--save", *command.split(), *name) for name in ((), ("x",))]
            self.assertTrue(all(done.stderr for done in tried), tried)
            if not any(self.TAKES_NO_SAVE in done.stderr for done in tried):
                saving.add(command)
        self.assertEqual(sorted(saving), sorted(self.rows("--save")))


def load_tests(loader, _tests, _pattern):
    """A class for each row, and one for the table."""
    return loader.suiteClass(loader.loadTestsFromTestCase(case) for case in [Table, *faults.classes(Faults, faults.ROWS)])
