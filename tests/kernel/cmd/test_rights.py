# SPDX-License-Identifier: GPL-2.0-or-later
"""The rights of the process: it runs with no more than its caller has, keeps CAP_NET_ADMIN alone, and drops the rest before it reads."""

import glob
import os
import re
import shutil
import stat
import struct
import subprocess
import time

import files
import netlab
from netlab import CLIENT4, PAIR, SERVER4

CAP_CHOWN, CAP_NET_ADMIN = 1 << 0, 1 << 12
NOBODY = 65534
# struct vfs_ns_cap_data without root: version 2 and the effective bit, then permitted and inheritable, low and high words.
FILE_CAPABILITY = struct.pack("<5I", 0x02000001, CAP_NET_ADMIN, 0, 0, 0)


class Rights(files.Case):
    def copy(self, mode, owner=(0, 0)):
        """A copy of the program with this owner and mode."""
        path = os.path.join(self.lab.files, "sitctl-copy")
        shutil.copy(netlab.SITCTL, path)
        self.addCleanup(os.unlink, path)
        os.chown(path, *owner)
        os.chmod(path, mode)
        return path

    def as_nobody(self, path, *words, **how):
        with self.client:
            return subprocess.run([path, *words], capture_output=True, text=True, user=NOBODY, group=NOBODY, extra_groups=[],
                                  check=False, **how)

    def refuses(self, path):
        os.chmod(self.lab.files, 0o755)
        before = self.client.state()
        for words in (["help"], ["client", "show"], ["client", "up", "t1", "remote", SERVER4, "address", PAIR[1]]):
            done = self.as_nobody(path, *words)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done)
            self.assertIn("setuid", done.stderr)
            self.assertIn("sudo", done.stderr)
        self.same(before, self.client)

    def test_a_plain_copy_runs(self):
        """The control of the three below."""
        done = self.as_nobody(self.copy(0o755), "client", "show")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_setuid_is_refused(self):
        self.refuses(self.copy(0o755 | stat.S_ISUID))

    def test_setgid_is_refused(self):
        self.refuses(self.copy(0o755 | stat.S_ISGID))

    def test_file_capabilities_are_refused(self):
        path = self.copy(0o755)
        os.setxattr(path, "security.capability", FILE_CAPABILITY)
        self.refuses(path)

    def held(self, *options):
        """The capability sets of a sitctl that waits for its first line of input."""
        with self.client:
            process = subprocess.Popen([netlab.SITCTL, *options, "--batch", "-"], stdin=subprocess.PIPE)
        try:
            end = time.monotonic() + 30
            while time.monotonic() < end:
                with open(f"/proc/{process.pid}/syscall", encoding="ascii") as file:
                    if file.read().startswith("0 0x0 "):  # read(0, ...
                        break
                time.sleep(0.05)
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                found = dict(re.findall(r"^(Cap\w+|NoNewPrivs):\s*(\w+)$", file.read(), re.M))
        finally:
            process.communicate()
        return {name: int(value, 16) for name, value in found.items()}

    def test_only_cap_net_admin_is_left(self):
        found = self.held()
        self.assertEqual((found["CapEff"], found["CapPrm"], found["CapInh"], found["CapAmb"]), (CAP_NET_ADMIN, CAP_NET_ADMIN, 0, 0))
        self.assertEqual(found["NoNewPrivs"], 1)

    def test_saving_keeps_chown_besides(self):
        self.assertEqual(self.held("--save")["CapEff"], CAP_NET_ADMIN | CAP_CHOWN)

    def test_rights_go_before_anything_is_read(self):
        """In the order of its system calls: first capset, then files, sockets, names."""
        given = self.put("t1.conf", f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}\n")
        self.put("server.conf", f"[server]\nuplink = up0\n[peer alice]\nremote = {CLIENT4}\naddress = {PAIR[1]}\n")
        trace = os.path.join(self.lab.files, "rights.trace")
        for words in ("client up t1", "server up", "check", "client show", f"client up t2 remote no.such.name address {PAIR[1]}",
                      "doctor t1", "client adopt t1", f"client import iproute2 {given}", f"-f {given} client up t1", f"-b {given}",
                      "complete client down t"):
            with self.subTest(words), self.client:
                subprocess.run(["strace", "-o", trace, "-e", "trace=capset,open,openat,socket,connect,read", netlab.SITCTL, *words.split()],
                               capture_output=True, check=False)
                with open(trace, encoding="utf-8", errors="replace") as file:
                    lines = file.readlines()
                dropped = next(n for n, line in enumerate(lines) if line.startswith("capset("))
                kept = "1<<CAP_NET_ADMIN|1<<CAP_NET_RAW" if words == "doctor t1" else "1<<CAP_NET_ADMIN"
                self.assertIn(f"effective={kept}, permitted={kept}, inheritable=0}}) = 0", lines[dropped])
                outside = [n for n, line in enumerate(lines)
                           if re.search(r'^socket|^connect|"/(etc/(sitctl|hosts|resolv)|run/sitctl|proc/sys/net)', line)]
                self.assertTrue(outside, lines)
                self.assertLess(dropped, outside[0], "".join(lines[:outside[0] + 1]))

    def test_who_asks_name_servers_has_no_rights(self):
        """The child that doctor starts for it: before it opens or asks anything."""
        self.up(self.client, f"client up t1 remote {SERVER4} address {PAIR[1]}")
        trace = os.path.join(self.lab.files, "child.trace")
        with self.client:
            subprocess.run(["strace", "-ff", "-o", trace, "-e", "trace=capset,open,openat,socket,connect", netlab.SITCTL, "doctor", "t1",
                            "target", "no.such.name"], capture_output=True, check=False)
        traces = []
        for path in glob.glob(trace + ".*"):
            with open(path, encoding="utf-8", errors="replace") as file:
                traces.append(file.readlines())
        children = [lines for lines in traces if not any("/etc/ld.so.cache" in line for line in lines)]
        self.assertEqual((len(traces), len(children)), (2, 1), traces)
        self.assertRegex(children[0][0], r"^capset\(.*effective=0, permitted=0, inheritable=0}\) = 0")
        self.assertRegex("".join(children[0][1:]), "/etc/hosts|resolv")
