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

import faults
import files
from files import ETC
import netlab

ASKED = os.environ.get("SITCTL_FAULTS")
ERRORS = ("ENOMEM", "EPERM", "EINTR", "ENOBUFS")
SAMPLE = 14     # of each command
_done = multiprocessing.Array("i", 3)       # of all workers: commands, faults injected, faults survived


def faults_at(call):
    """What can happen at a call; of the answers, that they are lost. The last: neither it nor any later one is done."""
    if call.name in faults.RECEIVE.split():
        return ("ENOBUFS", "EINTR") if call.looks else ("ENOBUFS", "ENOMEM", "EINTR")
    return ("SIGKILL",) + ERRORS + (() if call.looks else ("ENOMEM+",))


def title(call, fault):
    return f"{fault} at {call.name} {call.number}"


def spread(calls, count):
    return [calls[i * len(calls) // count] for i in range(count)]


def chosen(calls, turn):
    """Pairs of a call and a fault: all, or a sample in which what changes something comes first; each TURN has other faults."""
    if ASKED:
        return [(call, fault) for call in calls for fault in faults_at(call) if ASKED == "all" or ASKED in title(call, fault)]
    some = spread([call for call in calls if not call.looks], SAMPLE - 2) + spread([call for call in calls if call.looks], 2)
    pairs = [(call, faults_at(call)[(turn + i) % len(faults_at(call))]) for i, call in enumerate(some)]
    # And what once went wrong: nothing can be sent after the device was made; no answer comes when devices are removed.
    sends = [call for call in calls if call.name in faults.SEND.split() and not call.looks]
    pairs += [(call, "ENOMEM+") for call in sends[1:4]]
    pairs += [(call, "ENOBUFS") for call in calls if call.removes and call.name in faults.RECEIVE.split()]
    return list(dict.fromkeys(pairs))


class Faults(files.Case):
    """The test of one row of the table; each row is a class of its own, so that workers share them out."""

    row, weight = None, 90

    def setUp(self):
        super().setUp()
        self.place = getattr(self, self.row.host)
        self.bare = self.place.state()
        self.begin_anew()

    def written(self):
        return {name: self.get(name) for name in self.names()}

    def whole(self):
        """The kernel's state, what is remembered, the files."""
        return self.place.state(), faults.remembered(), self.written()

    def begin_anew(self):
        """From whatever there is to where the command begins."""
        with self.place.looking():
            clean = netlab.state.State().lines == self.bare.lines and not faults.remembered()
        if not clean:
            self.again()
        self.prepare_command()

    def prepare_command(self):
        for name in self.names():
            if name not in faults.FILES:
                os.unlink(f"{ETC}/{name}")
        for name, text in faults.FILES.items():
            self.put(name, text)
        if self.row.made:
            self.place.ip(self.row.made)
        for words in self.row.before:
            self.tell(self.place, words)

    def is_now(self, wanted, message):
        """All three are the wanted ones."""
        state, told, written = wanted
        with self.place.looking():
            quick = netlab.state.State().lines == state.lines
        if not quick:
            self.alike(state, self.place, message)
        self.assertEqual(faults.remembered(), told, f"below {netlab.RUN}: {message}")
        self.assertEqual(self.written(), written, f"below {ETC}: {message}")

    def leaves_nothing(self, message):
        self.tell(self.place, self.row.down)
        if self.row.unmade:     # killed before it was taken over
            with self.place:
                subprocess.run(["ip", "-force", "-batch", "-"], input=self.row.unmade, stderr=subprocess.DEVNULL, text=True, check=False)
        self.alike(self.bare, self.place, message)
        self.assertEqual(faults.remembered(), {}, message)

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

    def fault(self, number, call, fault):
        got = faults.injected(self.place, self.row.command, call, fault)
        if not got.reached:
            print(f"faults: {self.row.name}: {title(call, fault)}: not reached", flush=True)
            self.begin_anew()
            return False
        said = f"status {got.status}, it said {got.err!r}"
        if fault == "SIGKILL" or fault.endswith("+"):
            self.assertIn(got.status, (-9,) if fault == "SIGKILL" else (0, 1), said)
            for i, (words, wanted) in enumerate(self.settles(number)):
                if i:
                    faults.injected(self.place, self.row.command, call, fault)
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
        self.assertGreaterEqual(injected, len(pairs) * 9 // 10, "the number of its calls is not steady: faults were not reached")

    def report(self, calls, injected, survived, wanted):
        with _done.get_lock():
            for i, more in enumerate((1, injected, survived)):
                _done[i] += more
            rows, everything, well = _done
        print(f"faults: {self.row.name}: {calls} calls, {wanted} faults, {injected} injected, {survived} survived; "
              f"{rows} commands so far: {everything} injected, {well} survived", flush=True)


def load_tests(loader, _tests, _pattern):
    """A class for each row."""
    suite = loader.suiteClass()
    for row in faults.ROWS:
        name = "".join(word.capitalize() for word in re.findall(r"\w+", row.name))
        suite.addTests(loader.loadTestsFromTestCase(type(name, (Faults,), {"row": row, "__module__": __name__})))
    return suite
