#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the kernel tests: `run.py [-j N] [SUBSTRING...]`; a line for each test, failures whole, a count last."""

import argparse
import concurrent.futures
import multiprocessing
import os
import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "lab"))   # what the tests share
speaking = multiprocessing.Lock()
JOBS = 16


def say(text):
    """A whole block at a time, however many workers there are."""
    with speaking:
        print(text, flush=True)


class Lines(unittest.TestResult):
    """One line per test as it ends; details of what failed right below it."""

    def __init__(self):
        super().__init__()
        self.passed, self.failed, self.began, self.worst = 0, 0, time.monotonic(), []

    def startTest(self, test):
        super().startTest(test)
        self.began, self.worst = time.monotonic(), []

    def line(self, word, test, more=""):
        text = "".join("\n    " + row for part in self.worst for row in part.rstrip().splitlines())
        say(f"{word} {time.monotonic() - self.began:.1f}s {test.id()}{more}{text}")

    def addError(self, test, err):
        super().addError(test, err)
        self.worst.append(self._exc_info_to_string(err, test))
        if not isinstance(test, unittest.TestCase):  # setUpClass and the like: there is no stopTest
            self.failed += 1
            self.line("FAILED", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.worst.append(self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.worst.append(f"{subtest.id()}\n{self._exc_info_to_string(err, test)}")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line("skipped", test, f": {reason}")

    def stopTest(self, test):
        super().stopTest(test)
        if self.worst:
            self.failed += 1
            self.line("FAILED", test)
        elif not self.skipped or self.skipped[-1][0] is not test:
            self.passed += 1
            self.line("ok", test)


def tests(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests(item)
        else:
            yield item


def discover():
    """All tests. Each folder is a top level of its own: a test is named by its module alone, wherever that lies."""
    for folder in sorted({path.parent for path in HERE.rglob("test_*.py")}):
        yield from tests(unittest.defaultTestLoader.discover(str(folder), top_level_dir=str(folder)))


def classes(words):
    """The tests whose names hold one of the words, class by class, what takes longest first."""
    found = {}
    for test in discover():
        if not words or any(word in test.id() for word in words):
            found.setdefault(type(test), []).append(test)
    return sorted(found.values(), key=lambda group: -getattr(group[0], "weight", len(group)))


def run_class(words, number):
    """In a worker: the tests of one class; each worker makes a laboratory of its own when it needs it."""
    result = Lines()
    unittest.TestSuite(classes(words)[number]).run(result)
    return result.passed, result.failed, len(result.skipped)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-l", "--list", action="store_true", help="name the tests and run none")
    # Most tests wait, for answers that do not come say; an emulated processor is busy all the same.
    jobs = os.cpu_count() if os.environ.get("SITCTL_EMULATION") else JOBS
    parser.add_argument("-j", "--jobs", type=int, default=jobs,
                        help=f"workers (default: {JOBS}; one for each processor where it is emulated)")
    parser.add_argument("only", nargs="*", metavar="SUBSTRING", help="only tests whose name holds one of these")
    words = parser.parse_args()
    groups = classes(words.only)
    if words.list:
        print("\n".join(sorted(test.id() for group in groups for test in group)))
        return 0
    if os.geteuid() != 0:
        print("the kernel tests need root (network namespaces, tunnels): run them in the VM or with sudo", file=sys.stderr)
        return 1
    began, total = time.monotonic(), [0, 0, 0]
    with concurrent.futures.ProcessPoolExecutor(max(1, words.jobs), multiprocessing.get_context("fork")) as pool:
        for future in [pool.submit(run_class, words.only, number) for number in range(len(groups))]:
            try:
                total = [a + b for a, b in zip(total, future.result())]
            except Exception as error:  # a worker died: say it, count it, go on
                say(f"FAILED a worker: {error!r}")
                total[1] += 1
    passed, failed, skipped = total
    print(f"kernel tests: {time.monotonic() - began:.0f} s")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
