# SPDX-License-Identifier: GPL-2.0-or-later
"""No room for the journal or for a file: a command does all or nothing, and works when there is room again."""

import errno
import os

import faults
import files
import netlab


class FullDisk(faults.Case):
    """No room below /run, or in /etc: each command of the table does it all or nothing; with room again it works."""

    weight, size = 60, "64k"
    PAGE, PAGES = b"#" * 4096, 100

    def ballast(self, folder):
        """Fills the disk: then there is no room for a byte."""
        for name, data, times in (("ballast", self.PAGE, self.PAGES), ("byte", b"#", 1)):
            with open(f"{folder}/{name}", "wb", buffering=0) as file, self.assertRaises(OSError, msg="it is not full") as full:
                for _ in range(times):
                    file.write(data)
            self.assertEqual(full.exception.errno, errno.ENOSPC)
        os.unlink(f"{folder}/byte")

    def test_run(self):
        refused = 0
        for row in faults.ROWS:
            with self.subTest(row.name):
                netlab.mount("tmpfs", netlab.RUN, "tmpfs", 0, b"mode=755,size=32k")
                try:
                    refused += self.one(row, netlab.RUN)
                finally:
                    files.umount(netlab.RUN)
        self.said(netlab.RUN, refused, [row for row in faults.ROWS if "import" not in row.command])

    def test_etc(self):
        rows, refused = [row for row in faults.ROWS if "--save" in row.command], 0
        for row in rows:
            with self.subTest(row.name):
                refused += self.one(row, files.ETC)
        self.said(files.ETC, refused, rows)

    def said(self, folder, refused, rows):
        print(f"full disk: {folder}: {refused} commands refused", flush=True)
        self.assertEqual(refused, len(rows), "of the commands that write there")

    def one(self, row, folder):
        try:
            return self.refused_when_full(row, folder)
        except Exception:
            self.again()    # for the rows after it
            raise

    def refused_when_full(self, row, folder):
        self.take(row)
        self.prepare_command()
        before = self.whole()
        self.ballast(folder)
        done = netlab.run(self.place, row.command)
        os.unlink(f"{folder}/ballast")
        self.assertIn(done.status, (0, 1), str(done))
        if done.status:
            self.assertRegex(done.err.lower(), "(?m)^sitctl: .*no space", str(done))
            self.is_now(before, str(done))
        self.tell(self.place, row.command)
        after, what = self.whole(), 1 if folder == netlab.RUN else 2
        self.assertEqual(done.status, int(after[what] != before[what]), f"it writes there where it changes something: {done}")
        self.leaves_nothing(str(done))
        self.assertEqual(os.listdir(netlab.RUN), [])
        return done.status
