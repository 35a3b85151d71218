# SPDX-License-Identifier: GPL-2.0-or-later
"""What other users of this host try: locks, and a lax umask."""

import contextlib
import fcntl
import os
import stat

import files
import netlab
from files import ADD_ALICE, ETC, UP

NOBODY = 65534


@contextlib.contextmanager
def nobody():
    """The worker without root's rights."""
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


class Files(files.Case):
    def test_a_lock_of_nobody_holds_up_no_save(self):
        """Whatever somebody else can open and lock."""
        self.up(self.client, f"--save {UP}")
        held = []
        self.addCleanup(lambda: [os.close(fd) for fd in held])
        paths = [ETC, netlab.RUN] + [os.path.join(top, name) for where in (ETC, netlab.RUN)
                                     for top, folders, names in os.walk(where) for name in folders + names]
        with nobody():
            for path in paths:
                with contextlib.suppress(PermissionError):
                    held.append(os.open(path, os.O_RDONLY))
                    fcntl.flock(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.assertGreaterEqual(len(held), 4)
        self.up(self.client, f"--save {UP} mtu 1400")
        self.assertIn("mtu", self.get("t1.conf"))

    def test_what_is_written_is_roots_whatever_the_umask(self):
        self.up(self.server, f"--save {ADD_ALICE}", umask=0)
        written = [os.path.join(top, name) for where in (ETC, netlab.RUN) for top, folders, names in os.walk(where)
                   for name in folders + names]
        self.assertIn("journal", {os.path.basename(path) for path in written})
        self.assertIn(f"{ETC}/server.conf", written)
        for path in written:
            found = os.lstat(path)
            self.assertEqual((found.st_uid, stat.S_IMODE(found.st_mode) & 0o022), (0, 0), path)
