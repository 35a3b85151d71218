#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/layers sees each kind of fault: small houses are built, a legal one and ones with a fault each."""

import pathlib
import subprocess
import tempfile
import unittest

LAYERS = pathlib.Path(__file__).resolve().parent / "layers"
GCC = ["gcc", "-std=gnu11", "-O0", "-g"]
KEPT = "static __attribute__((used)) "  # what nothing calls, for the compiler to keep

# A legal one, with all kinds of use that the rules allow.
HOUSE = {
    "lib/base/text.h": """
        #define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
        void say(const char *format, ...)
            PRINTF(1, 2);
        extern const char *const words[2], *last_word;""",
    "lib/base/text.c": """
        #include "base/text.h"
        const char *const words[2] = {"one", "two"}, *last_word;
        void say(const char *format, ...) { last_word = format; }""",
    # A table whose rows are elsewhere in its folder, and below it.
    "lib/kernel/object.h": """
        struct object { const char *name; void (*print)(void); };
        extern const struct object link_object, nft_object;
        extern const struct object *const objects[];
        static inline const char *object_name(const struct object *object) { return object->name; }
        static int local(void);
        int object_count(void);""",
    "lib/kernel/object.c": """
        #include "kernel/object.h"
        const struct object *const objects[] = {&link_object, &nft_object};
        static int local(void) { return 2; }
        int object_count(void) { return local(); }""",
    "lib/kernel/link.c": """
        #include "base/text.h"
        #include "kernel/object.h"
        static void print(void) { say("link"); }
        const struct object link_object = {"link", print};""",
    "lib/kernel/nft/nft.c": """
        #include "../object.h"
        const struct object nft_object = {"nft", 0};""",
    "lib/spec/spec.h": "int spec_check(const char *word);",
    "lib/spec/spec.c": """
        #include "base/text.h"
        #include "spec/spec.h"
        int spec_check(const char *word) { say(word); return 0; }""",
    # conf may have the kernel's types.
    "lib/conf/conf.h": """
        #include "kernel/object.h"
        int conf_read(const struct object *object);""",
    "lib/conf/conf.c": """
        #include "conf/conf.h"
        #include "spec/spec.h"
        int conf_read(const struct object *object) { return spec_check(object_name(object)); }""",
    # A table that none but its source sees, of functions.
    "lib/doctor/exam.h": """
        void exam_run(void);
        void check_mtu(void);""",
    "lib/doctor/exam.c": """
        #include "doctor/exam.h"
        void exam_run(void)
        {
            static void (*const checks[])(void) = {check_mtu};
            for (int i = 0; i < 1; i++)
                checks[i]();
        }""",
    "lib/doctor/mtu.c": """
        #include "doctor/exam.h"
        #include "kernel/object.h"
        void check_mtu(void) { object_count(); }""",
    "cmd/show.h": "void cmd_show(void);",
    "cmd/show.c": """
        #include "show.h"
        #include "doctor/exam.h"
        void cmd_show(void) { exam_run(); }""",
    "cmd/sitctl.c": """
        #include "conf/conf.h"
        #include "show.h"
        int main(void) { cmd_show(); return conf_read(objects[0]); }""",
}


def built(top, house):
    """Writes the house and compiles its sources."""
    for file, text in house.items():
        (top / file).parent.mkdir(parents=True, exist_ok=True)
        (top / file).write_text(text.lstrip("\n") + "\n", encoding="utf-8")
    for file in house:
        if file.endswith(".c"):
            made = (top / "build" / file).with_suffix(".o")
            made.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run([*GCC, f"-I{top}/lib", f"-I{top}/cmd", "-c", "-o", made, top / file], check=True)


def said(changes=(), lost=None):
    """(exit status, lines) of the checker for the legal house with files added, or more text at the end of one.

    LOST: an object that is not there."""
    changes = dict(changes)
    house = {file: "\n".join([HOUSE.get(file, ""), changes.get(file, "")]).rstrip() for file in [*HOUSE, *changes]}
    with tempfile.TemporaryDirectory() as folder:
        top = pathlib.Path(folder)
        built(top, house)
        if lost:
            (top / "build" / lost).unlink()
        done = subprocess.run([LAYERS, top, top / "build"], capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()


class Layers(unittest.TestCase):
    maxDiff = None

    def faults(self, changes, *expected):
        """What was planted is found, and nothing else."""
        self.assertEqual((1, list(expected)), said(changes))

    def test_legal(self):
        self.assertEqual((0, ["layers: 16 files, 11 edges, no circle"]), said())

    def test_nothing_there(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([LAYERS, folder, folder], capture_output=True, text=True, check=False)
        self.assertEqual((1, f"layers: there are no sources below {folder}\n"), (done.returncode, done.stdout))

    def test_function_of_forbidden_folder(self):
        self.faults({"lib/spec/spec.c": "int object_count(void);\n" + KEPT + "int twice(void) { return 2 * object_count(); }"},
                    "lib/spec/spec.c:5: twice() uses object_count() of lib/kernel/object.c: spec may use base only")

    def test_variable_of_forbidden_folder(self):
        self.faults({"lib/spec/spec.c": "extern int link_object;\n" + KEPT + "int *rows[] = {&link_object};\n" +
                     KEPT + "int f(void) { static int *at = &link_object; return *at; }"},
                    "lib/spec/spec.c:1: at uses link_object of lib/kernel/link.c: spec may use base only",
                    "lib/spec/spec.c:5: rows uses link_object of lib/kernel/link.c: spec may use base only")

    def test_place_without_a_name(self):
        self.faults({"lib/spec/spec.c": '__asm__(".data; .dc.a object_count; .text");'},
                    "lib/spec/spec.c:1: uses object_count() of lib/kernel/object.c: spec may use base only")

    def test_folder_below_another(self):
        """kernel/nft is of the kernel's layer: it may use kernel, and has the same limits."""
        self.faults({"lib/kernel/nft/set.c": "int object_count(void), spec_check(const char *);\n" +
                     KEPT + "int f(void) { return object_count() + spec_check(0); }"},
                    "lib/kernel/nft/set.c:2: f() uses spec_check() of lib/spec/spec.c: kernel may use base, netlink only")

    def test_function_where_only_types_are_allowed(self):
        self.faults({"lib/conf/conf.c": KEPT + "int twice(void) { return 2 * object_count(); }"},
                    "lib/conf/conf.c:4: twice() uses object_count() of lib/kernel/object.c: "
                    "conf may use base, spec, state and types of netlink, kernel only")

    def test_function_that_a_header_brings(self):
        """In a header that may use it; who has that function from there may not."""
        self.faults({"lib/kernel/object.h": "static inline int twice(void) { return 2 * object_count(); }",
                     "lib/conf/conf.c": KEPT + "int more(void) { return twice(); }"},
                    "lib/conf/conf.c:1: twice() uses object_count() of lib/kernel/object.c: "
                    "conf may use base, spec, state and types of netlink, kernel only")

    def test_base_uses_nothing(self):
        self.faults({"lib/base/text.h": "int count(void);",
                     "lib/base/text.c": "int count(void) { int relay(void); return relay(); }",
                     "lib/relay/relay.h": "int relay(void);", "lib/relay/relay.c": "int relay(void) { return 0; }"},
                    "lib/base/text.c:4: count() uses relay() of lib/relay/relay.c: base may use nothing")

    def test_include_of_forbidden_folder(self):
        self.faults({"lib/kernel/id.h": "enum id { ID };", "lib/spec/spec.h": '# include "kernel/id.h" /* ID */'},
                    "lib/spec/spec.h:2: includes lib/kernel/id.h: spec may use base only")

    def test_lib_includes_cmd(self):
        self.faults({"lib/relay/relay.c": '#include "../../cmd/show.h"\n#include "show.h"'},
                    "lib/relay/relay.c:1: includes cmd/show.h: relay may use base only",
                    "lib/relay/relay.c:2: includes cmd/show.h: relay may use base only")

    def test_lib_uses_cmd(self):
        self.faults({"lib/relay/relay.c": KEPT + "void f(void) { void cmd_show(void); cmd_show(); }"},
                    "lib/relay/relay.c:1: f() uses cmd_show() of cmd/show.c: relay may use base only")

    def test_circle(self):
        self.faults({"lib/spec/a.h": "int a(void);", "lib/spec/a.c": '#include "spec/b.h"\nint a(void) { return b(); }',
                     "lib/spec/b.h": "extern int (*b)(void);", "lib/spec/b.c": '#include "spec/a.h"\nint (*b)(void) = a;'},
                    "lib/spec/a.c:1: circle 1, of 2 files: lib/spec/a.c lib/spec/b.c",
                    "lib/spec/a.c:2: circle 1: a() uses b of lib/spec/b.c",
                    "lib/spec/b.c:2: circle 1: b uses a() of lib/spec/a.c")

    def test_row_that_uses_its_table(self):
        self.faults({"lib/kernel/nft/nft.c": KEPT + "int count(void) { return object_count(); }"},
                    "lib/kernel/nft/nft.c:1: circle 1, of 2 files: lib/kernel/nft/nft.c lib/kernel/object.c",
                    "lib/kernel/nft/nft.c:3: circle 1: count() uses object_count() of lib/kernel/object.c",
                    "lib/kernel/object.c:2: circle 1: objects uses nft_object of lib/kernel/nft/nft.c")

    def test_header_of_another_source(self):
        self.faults({"lib/spec/spec.h": "void spec_left(void);", "lib/spec/leftover.c": "void spec_left(void) { }"},
                    "lib/spec/spec.h:2: declares spec_left(), which lib/spec/leftover.c defines")

    def test_call_makes_no_row(self):
        self.faults({"lib/spec/spec.h": "void spec_left(void);", "lib/spec/leftover.c": "void spec_left(void) { }",
                     "lib/spec/spec.c": KEPT + "void call(void) { spec_left(); }"},
                    "lib/spec/spec.h:2: declares spec_left(), which lib/spec/leftover.c defines")

    def test_row_of_another_folder(self):
        self.faults({"lib/conf/conf.h": "int spec_check(const char *word);",
                     "lib/conf/conf.c": KEPT + "int (*const rows[])(const char *) = {spec_check};"},
                    "lib/conf/conf.h:3: declares spec_check(), which lib/spec/spec.c defines")

    def test_header_of_nothing(self):
        self.faults({"lib/spec/spec.h": "void spec_lost(void);\nextern int lost;"},
                    "lib/spec/spec.h:2: declares spec_lost(), which nothing defines",
                    "lib/spec/spec.h:3: declares lost, which nothing defines")

    def test_without_a_header(self):
        self.faults({"lib/spec/spec.c": "void spec_hidden(void) { }\nint hidden;", "cmd/sitctl.c": "void shown(void) { }"},
                    "cmd/sitctl.c:4: defines shown(), which no header declares",
                    "lib/spec/spec.c:4: defines spec_hidden(), which no header declares",
                    "lib/spec/spec.c:5: defines hidden, which no header declares")

    def test_under_a_name_of_a_library(self):
        """A function that stands for one of another library has that one's header."""
        own = "#include <stdlib.h>\nint atoi(const char *text) { return !text; }\n"
        self.assertEqual((0, ["layers: 16 files, 11 edges, no circle"]), said({"lib/spec/spec.c": own}))
        self.faults({"lib/spec/spec.c": own.replace("stdlib", "errno")},
                    "lib/spec/spec.c:5: defines atoi(), which no header declares")

    def test_flat(self):
        self.faults({"lib/flat.h": "int flat(void);", "lib/flat.c": "int flat(void) { return 0; }"},
                    "lib/flat.c:1: lies directly in lib/, in none of its folders",
                    "lib/flat.h:1: lies directly in lib/, in none of its folders")

    def test_folder_without_a_row(self):
        self.faults({"lib/odd/odd.h": "struct odd;"}, "lib/odd/odd.h:1: lib/odd/ has no row in the table of tests/layers")

    def test_not_compiled(self):
        self.assertEqual((1, ["cmd/sitctl.c:1: is not compiled: there is no object"]), said(lost="cmd/sitctl.o"))


if __name__ == "__main__":
    unittest.main()
