# SPDX-License-Identifier: GPL-2.0-or-later
"""What others on this host try: locks, folders, links, a lax umask."""

import contextlib
import fcntl
import os
import stat

import files
import netlab
from files import ADD_ALICE, CLIENT, ETC, UP
from netlab import SERVER4

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

    def test_a_folder_of_others(self):
        """Who may write to the folder can put another file in its place."""
        path = self.put("t1.conf", CLIENT)
        for mode, uid in ((0o775, 0), (0o757, 0), (0o777, 0), (0o755, 1000)):
            with self.subTest(mode=oct(mode), uid=uid):
                os.chmod(ETC, mode)
                os.chown(ETC, uid, 0)
                for words in ("client up t1", f"-f {path} client up t1", f"--save {UP}"):
                    self.refused(self.client, words, path, "its folder", status=2)
        os.chown(ETC, 0, 0)
        os.chmod(ETC, 0o1777)  # as /tmp is
        self.up(self.client, "client up t1")

    def test_a_link_of_others(self):
        os.mkdir(f"{ETC}/theirs")
        os.rename(self.put("t1.conf", CLIENT), f"{ETC}/theirs/file")
        os.symlink("theirs/file", f"{ETC}/t1.conf")
        os.chmod(f"{ETC}/theirs", 0o777)
        self.refused(self.client, "client up t1", f"{ETC}/theirs/file", "its folder", status=2)
        os.chmod(f"{ETC}/theirs", 0o755)
        os.chmod(ETC, 0o1777)
        os.chown(f"{ETC}/t1.conf", NOBODY, NOBODY, follow_symlinks=False)
        self.refused(self.client, "client up t1", f"{ETC}/t1.conf", status=2)
        os.chown(f"{ETC}/t1.conf", 0, 0, follow_symlinks=False)
        self.up(self.client, "client up t1")

    def test_a_link_where_the_new_file_will_be(self):
        """--save into a folder like /tmp: the link of somebody else is not followed."""
        victim = self.put("victim", "as it was\n")
        os.chmod(ETC, 0o1777)
        with nobody():
            os.symlink(victim, f"{ETC}/t1.conf.new")
        self.up(self.client, f"--save {UP}")
        self.assertEqual(self.get("victim"), "as it was\n")
        self.assertIn(SERVER4, self.get("t1.conf"))

    def test_what_is_written_is_roots_whatever_the_umask(self):
        self.up(self.server, f"--save {ADD_ALICE}", umask=0)
        written = [os.path.join(top, name) for where in (ETC, netlab.RUN) for top, folders, names in os.walk(where)
                   for name in folders + names]
        self.assertIn("journal", {os.path.basename(path) for path in written})
        self.assertIn(f"{ETC}/server.conf", written)
        for path in written:
            found = os.lstat(path)
            self.assertEqual((found.st_uid, stat.S_IMODE(found.st_mode) & 0o022), (0, 0), path)
