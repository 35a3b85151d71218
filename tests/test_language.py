#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/language finds each phrase of its list, wherever the text breaks, and nothing else."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[1]
LANGUAGE, LIST = TOP / "tests" / "language", TOP / "tests" / "lint.language"


def said(text):
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".c") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([LANGUAGE, file.name], capture_output=True, text=True, check=False)
    return done.returncode, [line.replace(file.name, "FILE") for line in done.stdout.splitlines()]


class Language(unittest.TestCase):
    def test_each_phrase(self):
        phrases = [line.split(" => ")[0] for line in LIST.read_text(encoding="utf-8").splitlines() if " => " in line and not line.startswith("#")]
        self.assertGreater(len(phrases), 50)
        for phrase in phrases:
            status, lines = said(f"/* A text. */\n/* {phrase.capitalize()}. */\n")
            self.assertEqual(status, 1, phrase)
            self.assertTrue(any(line.startswith(f"FILE:2: '{phrase}': say '") for line in lines), (phrase, lines))

    def test_across_lines(self):
        for text in ("/*\n * the way to the\n * far end\n */", '"the way to "\n"the far end"', "# the way to\n# the far end", "the way to\nthe far end"):
            status, lines = said(text)
            self.assertEqual((status, len(lines)), (1, 1), (text, lines))

    def test_good_text(self):
        self.assertEqual(said("/* The path to the far end; the anewest of words. */\n"), (0, []))


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=0).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    sys.exit(not result.wasSuccessful())
