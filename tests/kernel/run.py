#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the kernel tests in one process: `run.py [SUBSTRING...]`; a line for each test, failures whole, a count last."""

import argparse
import os
import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


class Lines(unittest.TestResult):
    """One line per test as it ends; details of what failed right below it."""

    def __init__(self):
        super().__init__()
        self.passed, self.began, self.worst = 0, 0.0, None

    def startTest(self, test):
        super().startTest(test)
        self.began, self.worst = time.monotonic(), None

    def _line(self, word, test, more=""):
        print(f"{word} {time.monotonic() - self.began:.1f}s {test.id()}{more}", flush=True)

    def _bad(self, test, error):
        self.worst = self.worst or []
        self.worst.append(self._exc_info_to_string(error, test))

    def addError(self, test, err):
        super().addError(test, err)
        self._bad(test, err)
        if not isinstance(test, unittest.TestCase):  # setUpClass and the like: there is no stopTest
            self._line("FAILED", test, "\n" + self.worst[0])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._bad(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self._bad(subtest, err)
            self.worst[-1] = f"{subtest.id()}\n{self.worst[-1]}"

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.worst = "skipped"
        self._line("skipped", test, f": {reason}")

    def stopTest(self, test):
        super().stopTest(test)
        if self.worst is None:
            self.passed += 1
            self._line("ok", test)
        elif self.worst != "skipped":
            self._line("FAILED", test)
            for text in self.worst:
                print("    " + text.rstrip().replace("\n", "\n    "), flush=True)


def tests(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests(item)
        else:
            yield item


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-l", "--list", action="store_true", help="name the tests and run none")
    parser.add_argument("only", nargs="*", metavar="SUBSTRING", help="only tests whose name holds one of these")
    words = parser.parse_args()
    found = [t for t in tests(unittest.defaultTestLoader.discover(str(HERE)))
             if not words.only or any(part in t.id() for part in words.only)]
    if words.list:
        print("\n".join(t.id() for t in found))
        return 0
    if os.geteuid() != 0:
        print("the kernel tests need root (network namespaces, tunnels): run them in the VM or with sudo", file=sys.stderr)
        return 1
    began, result = time.monotonic(), Lines()
    unittest.TestSuite(found).run(result)
    failed = result.testsRun - result.passed - len(result.skipped) + sum(
        not isinstance(test, unittest.TestCase) for test, _ in result.errors)
    failed += any(t.id().startswith("unittest.loader") for t in found) and not result.errors
    print(f"kernel tests: {time.monotonic() - began:.0f} s")
    skipped = f", {len(result.skipped)} skipped" if result.skipped else ""
    print(f"{result.passed} passed, {failed} failed{skipped}")
    return 1 if failed or not result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
