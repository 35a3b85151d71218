# SPDX-License-Identifier: GPL-2.0-or-later
"""sitctl under ptrace: stopped at a system call of its own, where a test does something before it goes on."""

import ctypes
import os
import platform
import signal
import struct
import subprocess
import tempfile
import unittest

import netlab

TRACEME, DETACH, SYSCALL, SETOPTIONS, SYSCALL_INFO = 0, 17, 24, 0x4200, 0x420e
TRACESYSGOOD, EXITKILL = 1, 0x100000
# What changes the world: send*, write, rename*, unlink*. By machine, as the numbers differ.
CALLS = {"x86_64": {1: "write", 18: "pwrite64", 44: "sendto", 46: "sendmsg", 82: "rename", 87: "unlink", 263: "unlinkat",
                    264: "renameat", 316: "renameat2"},
         "aarch64": {64: "write", 68: "pwrite64", 206: "sendto", 211: "sendmsg", 35: "unlinkat", 38: "renameat", 276: "renameat2"}}
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long

traceable = unittest.skipUnless(platform.machine() in CALLS, "no numbers of system calls for this machine")


def ptrace(what, pid, value=0):
    if _libc.ptrace(what, pid, None, value) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace {what}")


def stopped(host, words, where, act):
    """Runs sitctl up to its first changing call of which where(calls so far, this one last) is true, and calls act(pid) there.

    It goes on by itself if act leaves it alive. Returns its exit status, the calls seen, the last None if there was no such,
    and what it wrote to stderr.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        status, seen = _traced(host, words, where, act, said)
        said.seek(0)
        return status, seen, said.read()


def _traced(host, words, where, act, said):
    numbers, seen, info = CALLS[platform.machine()], [], ctypes.create_string_buffer(128)
    with host:
        child = subprocess.Popen([netlab.SITCTL, *words.split()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=said, cwd="/", env=os.environ | {"LC_ALL": "C"},
                                 preexec_fn=lambda: _libc.ptrace(TRACEME, 0, None, None))
    os.waitpid(child.pid, 0)
    ptrace(SETOPTIONS, child.pid, TRACESYSGOOD | EXITKILL)
    while True:
        ptrace(SYSCALL, child.pid)
        _, status = os.waitpid(child.pid, 0)
        if not os.WIFSTOPPED(status):
            child.returncode = os.waitstatus_to_exitcode(status)
            return child.returncode, seen + [None]
        if os.WSTOPSIG(status) != signal.SIGTRAP | 0x80:
            continue
        if _libc.ptrace(SYSCALL_INFO, child.pid, len(info), ctypes.addressof(info)) < 0:
            raise OSError(ctypes.get_errno(), "PTRACE_GET_SYSCALL_INFO")
        number = struct.unpack_from("=Q", info.raw, 24)[0]
        if info.raw[0] == 1 and number in numbers:
            seen.append(numbers[number])
            if where(seen):
                act(child.pid)
                _libc.ptrace(DETACH, child.pid, None, None)  # fails when it was killed
                return child.wait(timeout=60), seen
