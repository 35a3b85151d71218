#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/hacking sees each kind of fault: in a small tree one is planted at a time. Last line: N passed, N failed."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HACKING = pathlib.Path(__file__).resolve().parent / "hacking"

# A legal tree: all kinds of names that are allowed.
TREE = {
    "README": "NEWS, share/doc/x and /etc/x; 2001:db8::3/127, 192.0.2.0/24; build/x, http://a.example/b, PREFIX=/usr/local.\n",
    "NEWS": "",
    "Makefile": "unit:\n",
    "HACKING": """
        lib, lib/base, lib/kernel and lib/kernel/nft; cmd/, tests and (tests/unit).
        "base/text.h", lib/kernel/nft/nft.c's say(), and text.c: words[], LIMIT_MAX, struct object, an enum
        kind. tests/unit/test_NAME.c, lib/base/*.h; twice(), `make unit`, and show() of cmd/show.
        PRINT_ALL() and object.print(), _... and NAME_...; see README.""",
    "lib/base/text.h": "#define LIMIT_MAX 3\n#define PRINT_ALL(x) x\nextern const char *words[];\nint only_declared(int n);",
    "lib/base/text.c": "const char *words[LIMIT_MAX] = { 0 };",
    "lib/kernel/object.h": "struct object {\n\tvoid (*print)(void);\n};\nenum kind { ONE };",
    "lib/kernel/nft/nft.c": "int say(const char *word,\n\tint n)\n{\n\treturn other(n);\n}",
    "cmd/show": "show()\n{\n}",
    "tests/unit/test_text.c": "",
    "tests/run.py": "def twice(n):\n    return 2 * n",
}


def said(changes):
    """(exit status, lines) for the legal tree with these texts added; None takes a file away."""
    with tempfile.TemporaryDirectory() as folder:
        for name in [*TREE, *changes]:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = changes.get(name, "")
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(TREE.get(name, "") + "\n" + text + "\n", encoding="utf-8")
        done = subprocess.run([HACKING, folder], capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()


class Hacking(unittest.TestCase):
    def fault(self, changes, name, *wrong):
        """What was planted is found, and nothing else."""
        self.assertEqual((1, [f"FAILED {name}", *(f"    {line}" for line in wrong), "9 passed, 1 failed"]), said(changes))

    def test_legal(self):
        self.assertEqual((0, ["10 passed, 0 failed"]), said({}))

    def test_this_tree(self):
        done = subprocess.run([HACKING], capture_output=True, text=True, check=False)
        self.assertEqual((0, "10 passed, 0 failed\n"), (done.returncode, done.stdout))

    def test_paths(self):
        for path in ("lib/none.c", "base/none.h", "cmd/none/", "cmd/show/", "tests/unit/test_NAME.py", "none/text.c"):
            self.fault({"HACKING": f"See {path}."}, "paths of HACKING", path)
        self.fault({"README": "In `tests/none`."}, "paths of README", "tests/none")

    def test_file_that_went(self):
        self.fault({"lib/base/text.h": None, "lib/base/all.h": TREE["lib/base/text.h"]}, "paths of HACKING", "base/text.h")
        self.fault({"NEWS": None}, "paths of README", "NEWS")

    def test_source_without_a_folder(self):
        self.fault({"HACKING": "(none.c)"}, "sources of HACKING", "none.c")
        self.fault({"README": "test_NAME.h"}, "sources of README", "test_NAME.h")

    def test_folders(self):
        for folder in ("lib/new", "lib/kernel/nft/new", "tests/new", "new"):
            self.fault({f"{folder}/x.c": ""}, "HACKING names every folder", folder)
        self.fault({"lib/new/x.c": "", "HACKING": "lib/new/x.c"}, "HACKING names every folder", "lib/new")

    def test_folders_that_are_no_matter(self):
        made = dict.fromkeys(("build/lib/x.c", ".cache/x", "tests/__pycache__/x", "tests/unit/deep/x.c", "cmd/deep/x.c"), "")
        self.assertEqual((0, ["10 passed, 0 failed"]), said(made))

    def test_functions(self):
        for name in ("none", "other", "only_declared", "sa", "words", "object"):
            self.fault({"HACKING": f"Then {name}()."}, "functions that HACKING names", name)

    def test_tables(self):
        for name in ("none", "say", "word"):
            self.fault({"HACKING": f"a row in {name}[]"}, "tables that HACKING names", name)
        self.fault({"HACKING": "later[]", "lib/base/text.h": "extern int later[];"}, "tables that HACKING names", "later")

    def test_types_and_constants(self):
        self.fault({"HACKING": "a struct\n  none"}, "types that HACKING names", "struct none")
        self.fault({"HACKING": "enum object"}, "types that HACKING names", "enum object")
        self.fault({"HACKING": "LIMIT_MIN"}, "constants and variables that HACKING names", "LIMIT_MIN")

    def test_targets(self):
        self.fault({"HACKING": "`make none ONLY=x`"}, "targets of make that HACKING names", "none")


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=1).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    bad = len(result.failures) + len(result.errors)
    print(f"{max(0, result.testsRun - bad)} passed, {bad} failed")
    sys.exit(bool(bad))
