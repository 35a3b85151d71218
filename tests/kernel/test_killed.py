# SPDX-License-Identifier: GPL-2.0-or-later
"""Killed at any point: the next `up` completes it, the next `down` removes it all. The points are sitctl's own system calls."""

import ctypes
import os
import platform
import signal
import struct
import subprocess
import unittest

import netlab
from netlab import CLIENT4, ON_LINK, PAIR, PREFIX, SERVER4

TRACEME, CONT, SYSCALL, SETOPTIONS, SYSCALL_INFO = 0, 7, 24, 0x4200, 0x420e
TRACESYSGOOD, EXITKILL = 1, 0x100000
# What changes the world: send*, write, rename*, unlink*. By machine, as the numbers differ.
CALLS = {"x86_64": {1: "write", 18: "pwrite64", 44: "sendto", 46: "sendmsg", 82: "rename", 87: "unlink", 263: "unlinkat",
                    264: "renameat", 316: "renameat2"},
         "aarch64": {64: "write", 68: "pwrite64", 206: "sendto", 211: "sendmsg", 35: "unlinkat", 38: "renameat", 276: "renameat2"}}
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long

UP = f"client up t1 remote {SERVER4} address {PAIR[1]} prefix {PREFIX} prefix 2001:db8:200::/48,lan"
NEAR = f"server add-peer near remote {CLIENT4} address {ON_LINK[1]} prefix 2001:db8:100::/64"


def ptrace(what, pid, value=0):
    if _libc.ptrace(what, pid, None, value) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace {what}")


def traced(host, words, stop_at, numbers=None):
    """Runs sitctl until it is about to make its call number stop_at, and kills it; returns the calls seen, None as the last if it ended."""
    numbers = numbers or CALLS[platform.machine()]
    with host:
        child = subprocess.Popen([netlab.SITCTL, *words.split()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, preexec_fn=lambda: _libc.ptrace(TRACEME, 0, None, None))
    os.waitpid(child.pid, 0)
    ptrace(SETOPTIONS, child.pid, TRACESYSGOOD | EXITKILL)
    seen, info = [], ctypes.create_string_buffer(128)
    while True:
        ptrace(SYSCALL, child.pid)
        _, status = os.waitpid(child.pid, 0)
        if not os.WIFSTOPPED(status):
            child.returncode = os.waitstatus_to_exitcode(status)
            return seen + [None]
        if os.WSTOPSIG(status) != signal.SIGTRAP | 0x80:
            continue
        if _libc.ptrace(SYSCALL_INFO, child.pid, len(info), ctypes.addressof(info)) < 0:
            raise OSError(ctypes.get_errno(), "PTRACE_GET_SYSCALL_INFO")
        entering, number = info.raw[0] == 1, struct.unpack_from("=Q", info.raw, 24)[0]
        if entering and number in numbers:
            seen.append(numbers[number])
            if len(seen) == stop_at:
                os.kill(child.pid, signal.SIGKILL)
                os.waitpid(child.pid, 0)
                child.returncode = -signal.SIGKILL
                return seen


@unittest.skipUnless(platform.machine() in CALLS, "no numbers of system calls for this machine")
class Killed(netlab.Case):
    POINTS, weight = 7, 80

    def points(self, host, words):
        """Up to POINTS numbers of calls, spread over a whole run, the last ones always among them."""
        calls = traced(host, words, 0)
        self.assertIsNone(calls[-1])
        count = len(calls) - 1
        self.assertGreater(count, 5, calls)
        self.again()
        return sorted({max(1, round(count * i / self.POINTS)) for i in range(1, self.POINTS + 1)})

    def half_done(self, host, words, number, settle):
        """Kills `words` before its call `number`, then runs what settles it; the caller asserts the state."""
        self.missed += traced(host, words, number)[-1] is None
        done = netlab.run(host, settle)
        self.assertEqual(done.status, 0, f"after a kill before call {number}: {done}")

    def fresh(self, before, host):
        """What an earlier point left undone is not held against the next one."""
        with host.looking():
            clean = netlab.state.State().lines == before.lines
        if not clean or any("journal" in names for _, _, names in os.walk(netlab.RUN)):
            self.again()

    def check(self, host, up, down):
        self.missed, before = 0, host.state()
        points = self.points(host, up)
        self.tell(host, up)
        wanted = host.state()
        self.tell(host, down)
        self.same(before, host)
        for number in points:
            with self.subTest(killed_before_call=number):
                self.fresh(before, host)
                self.half_done(host, up, number, up)
                self.same(wanted, host, "up did not complete what was begun")
                self.tell(host, down)
                self.same(before, host, "down after that")
                self.half_done(host, up, number, down)
                self.same(before, host, "down did not remove what was begun")
        self.fresh(before, host)
        self.tell(host, up)
        calls = len(traced(host, down, 0)) - 1
        for number in sorted({max(1, calls * i // 4) for i in range(1, 5)}):
            with self.subTest(down_killed_before_call=number):
                self.fresh(before, host)
                self.tell(host, up)
                self.half_done(host, down, number, down)
                self.same(before, host, "a second down did not remove the rest")
                self.assertEqual([name for _, _, names in os.walk(netlab.RUN) for name in names if name != "lock"], [])
        self.assertLess(self.missed, 3, "it ended before it was killed: the number of its calls is not steady")

    def test_client(self):
        self.check(self.client, UP, "client down t1")

    def test_server(self):
        self.check(self.server, NEAR, "server down")
