# SPDX-License-Identifier: GPL-2.0-or-later
"""What others on this host try: locks, folders, links, a lax umask, and names that steer a shell, nft or a terminal."""

import contextlib
import fcntl
import os
import stat
import struct
import subprocess

import files
import netlab
from files import ADD_ALICE, CLIENT, ETC, UP
from netlab import CLIENT4, INTERNET, PAIR, SERVER4
import netlink as nl
import packets
from rulesets import DROPPING

NOBODY = 65534
SHELL_NAME = "a;`id>w`$(id>w)"       # as long as an interface name can be
NFT_NEWTABLE, NFT_DELTABLE, NFT_NEWCHAIN = nl.NFT | 0, nl.NFT | 2, nl.NFT | 3
INET = struct.pack(">BBH", 1, 0, 0)


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
                    self.refused(self.client, words, path, "its directory", status=2)
        os.chown(ETC, 0, 0)
        os.chmod(ETC, 0o1777)  # as /tmp is
        self.up(self.client, "client up t1")

    def test_a_link_of_others(self):
        os.mkdir(f"{ETC}/theirs")
        os.rename(self.put("t1.conf", CLIENT), f"{ETC}/theirs/file")
        os.symlink("theirs/file", f"{ETC}/t1.conf")
        os.chmod(f"{ETC}/theirs", 0o777)
        self.refused(self.client, "client up t1", f"{ETC}/theirs/file", "its directory", status=2)
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


class Names(files.Case):
    """Who may name things in the network namespace that root works in, say the root of a container, is not obeyed."""

    @classmethod
    def prepare(cls):
        cls.client.ip(f"""
            tunnel add far mode sit remote {SERVER4} local {CLIENT4} ttl 255
            link set far up
            addr add {PAIR[1]}/127 dev far nodad
            route add 2001:db8::/32 dev far""")

    def advised(self, done):
        self.assertEqual(done.err.count("to accept it: "), 1, str(done))
        return done.err.split("to accept it: ", 1)[1].strip()

    def test_an_interface_in_advice(self):
        """The command that a note tells, run by a shell: it lets pass, and does nothing else."""
        words = f"server add-peer alice remote {CLIENT4} address {PAIR[1]} dev".split() + [SHELL_NAME]
        folder = os.path.join(self.lab.files, "advice")
        os.makedirs(folder, exist_ok=True)
        for name in ("policy", "ip6tables-nft policy"):
            with self.subTest(name):
                try:
                    with self.server:
                        subprocess.run(["sh", "-ec", "\n".join(DROPPING[name])], check=True)
                    command = self.advised(self.tell(self.server, words))
                    self.assertFalse(self.passes())
                    with self.server:
                        done = subprocess.run(["sh", "-ec", command], cwd=folder, capture_output=True, text=True, check=False)
                    self.assertEqual(os.listdir(folder), [], f"{command!r} ran a command of the name's")
                    self.assertEqual(done.returncode, 0, f"{command!r}: {done.stderr}")
                    self.assertTrue(self.passes(), command)
                finally:
                    self.server.nft("flush ruleset")

    def passes(self):
        return packets.ask(self.client, INTERNET, within=0.5) == "reply"

    def test_a_table_in_advice(self):
        """A name that nft cannot write stands in no command."""
        for name in (b"x'; id>w; '", b"x { }; flush ruleset; ", b"$(id>w)"):
            for hook, words in ((2, ADD_ALICE), (1, ADD_ALICE + " notrack off")):  # forward, input
                with self.subTest(name, hook=hook), self.server:
                    sock = nl.Netlink(nl.NETFILTER)
                    table = nl.attr(1, name + b"\0")
                    chain = table + nl.attr(3, b"c\0") + nl.attr(7, b"filter\0") + nl.attr(5, struct.pack(">I", 0)) + \
                        nl.attr(4 | 0x8000, nl.attr(1, struct.pack(">I", hook)) + nl.attr(2, struct.pack(">i", 0)))
                    sock.batch([(NFT_NEWTABLE, nl.CREATE, INET + table), (NFT_NEWCHAIN, nl.CREATE, INET + chain)])
                    try:
                        done = self.tell(self.server, words)
                        self.assertIn("drops", done.err)
                        self.assertNotIn("to accept it", done.err)
                        self.tell(self.server, "server down")
                    finally:
                        sock.batch([(NFT_DELTABLE, 0, INET + table)])
                        sock.close()

    def test_a_namespace_in_a_repair(self):
        """The same for the command that check tells."""
        name = "n;id>w"
        os.symlink(self.client.path, f"{netlab.NETNS}/{name}")
        self.addCleanup(os.unlink, f"{netlab.NETNS}/{name}")
        self.client.ip("link del far")
        self.up(self.client, UP)
        self.client.ip("link set t1 mtu 1300")
        done = self.tell(self.client, ["-n", name, "client", "check"], status=3)
        self.assertIn(f"sitctl -n '{name}' client up t1", done.out)

    def test_a_terminal(self):
        """An alias with escape sequences: none reaches the screen."""
        self.client.ip("link add t9 group 41 type sit remote 192.0.2.77 local any ttl 64")
        with self.client:
            subprocess.run(["ip", "link", "set", "t9", "up", "alias", "sitctl client \x1b[2J\x1b]0;x\x07\u009b2J"], check=True)
        for words, status in (("client show", 0), ("-d -s client show", 0), ("client check", 3), ("check", 3)):
            done = self.tell(self.client, words, status=status)
            self.assertIn("\\x1b[2J", done.out, str(done))
            for code in "\x1b\x07\u009b":
                self.assertNotIn(code, done.out + done.err, str(done))
