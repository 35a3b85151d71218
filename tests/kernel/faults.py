# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of commands into which faults are injected, and the injection itself: strace's."""

import collections
import os
import re
import signal
import subprocess
import tempfile

from files import ADD_ALICE, ADD_BOB, CLIENT, ETC, SERVER, UP
import netlab
from netlab import CLIENT4, ON_LINK, PAIR, PREFIX, PREFIX_B, SERVER4

# One command: in which host, what runs before it, the command itself, and the one that leaves nothing of it;
# a tunnel that somebody else has made before, and lines of `ip` that take away what is still that one's.
Row = collections.namedtuple("Row", "name host before command down made unmade", defaults=("", ""))

TEN = "[server]\nuplink = up0\n" + "".join(
    f"[peer p{n}]\nremote = 198.51.100.{100 + n}\naddress = 2001:db8:1:{n}::3\nprefix = 2001:db8:1{n}::/48\n" for n in range(9)
) + f"[peer near]\nremote = {CLIENT4}\naddress = {ON_LINK[1]}\nmtu = 1400\n"
FILES = {"t1.conf": CLIENT, "server.conf": SERVER, "ten": TEN}

ROUTED = f"{UP} prefix {PREFIX} prefix {PREFIX_B},lan"
CHANGED = f"{UP} prefix {PREFIX_B} ttl 64 mtu 1300 mss-clamp off metric 7"
NEAR = f"server add-peer near remote {CLIENT4} address {ON_LINK[1]} prefix {PREFIX}"
SET_NEAR = f"server set-peer near address 2001:db8:1::9 prefix {PREFIX_B} ttl 64"
UP_TEN = f"-f {ETC}/ten server up"
PASS = f"nat pass p1 remote {SERVER4} to 192.168.7.2"
DOWN, SERVER_DOWN = "client down t1", "server down"
FOREIGN = f"""
    tunnel add he6 mode sit remote {SERVER4} local {CLIENT4} ttl 99
    link set he6 mtu 1400 up
    addr add {PAIR[1]}/127 dev he6 nodad
    route add default via {PAIR[0]} dev he6 metric 77
    route add unreachable {PREFIX} metric 9"""
NOT_FOREIGN = f"link del he6\nroute del unreachable {PREFIX}"

ROWS = [
    Row("client up", "client", (), ROUTED, DOWN),
    Row("client up, changed", "client", (ROUTED,), CHANGED, DOWN),
    Row("client down", "client", (ROUTED,), DOWN, DOWN),
    Row("server add-peer", "server", (), NEAR, SERVER_DOWN),
    Row("server set-peer", "server", (NEAR,), SET_NEAR, SERVER_DOWN),
    Row("server del-peer", "server", (NEAR, ADD_BOB), "server del-peer near", SERVER_DOWN),
    Row("server up, ten peers", "server", (), UP_TEN, SERVER_DOWN),
    Row("server down", "server", (UP_TEN,), SERVER_DOWN, SERVER_DOWN),
    Row("client up, saved", "client", ("client up t1",), f"--save {CHANGED}", DOWN),
    Row("client up, first saved", "client", (), f"--save -f {ETC}/fresh {UP}", DOWN),
    Row("server add-peer, saved", "server", (ADD_ALICE,), f"--save {ADD_BOB}", SERVER_DOWN),
    Row("nat pass", "client", (), PASS, "nat unpass p1"),
    Row("nat unpass", "client", (PASS,), "nat unpass p1", "nat unpass p1"),
    Row("client adopt", "client", (), "client adopt he6", "client down he6", FOREIGN, NOT_FOREIGN),
]

def remembered():
    """The files below /run/sitctl that say something."""
    found = {}
    for folder, _, names in os.walk(netlab.RUN):
        for name in names:
            if name not in ("lock", "save"):  # these are only held
                with open(os.path.join(folder, name), encoding="ascii") as file:
                    found[name] = file.read()
    return found


# What sends netlink or writes files, and the answers. A name with '?' need not be one of this machine's.
SEND, RECEIVE = "sendto sendmsg", "recvmsg"
FILE = "write pwrite64 writev rename renameat renameat2 unlink unlinkat rmdir mkdir mkdirat fsync ftruncate fchmod fchown"
OPEN = "open openat creat"
LOOKS = re.compile(r"RTM_GET|NFT_MSG_GET|CT_GET")

# A system call of a command: its name, the how manyeth of that name it is, whether it only looks, whether devices go by it.
Call = collections.namedtuple("Call", "name number looks removes")


def strace(host, words, options, log):
    """Starts sitctl under strace in a host, without waiting."""
    argv = ["strace", "-f", "-qq", "-o", log, "-e", "signal=none", *options, netlab.SITCTL, *words.split()]
    with host:
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                cwd="/", env=os.environ | {"LC_ALL": "C"}, start_new_session=True)


def counted(host, words):
    """Runs a command; its calls in order, and what it gave: (calls, status, stderr)."""
    names = ",".join("?" + name for name in f"{SEND} {RECEIVE} {FILE} {OPEN}".split())
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as log:
        process = strace(host, words, ["--seccomp-bpf", "-e", "trace=" + names, "-s", "1"], log.name)
        _, err = process.communicate(timeout=120)
        numbers, calls, looking, removing = collections.Counter(), [], False, False
        for line in log:
            found = re.match(r"(?:\d+ +)?(\w+)\((.*)", line)
            if not found:
                continue
            name, rest = found.groups()
            if "ERESTARTNOINTR" in rest:  # a sysctl that waits for the lock of rtnetlink: the kernel makes the call again
                continue
            numbers[name] += 1
            if name in OPEN.split() and not re.search("O_CREAT|O_WRONLY|O_RDWR", rest):
                continue
            if name.startswith("write") and rest[:2] in ("1,", "2,"):
                continue
            if name in SEND.split():
                looking, removing = bool(LOOKS.search(rest)), "RTM_DELLINK" in rest
            netlink = name in f"{SEND} {RECEIVE}".split()
            calls.append(Call(name, numbers[name], looking and netlink, removing and netlink))
        return calls, process.returncode, err


Outcome = collections.namedtuple("Outcome", "status err reached")


def injected(host, words, call, fault):
    """Runs a command with a fault at a call: an errno, with '+' at that call and at all later ones, or SIGKILL before it."""
    what = "signal=KILL" if fault == "SIGKILL" else "error=" + fault.rstrip("+")
    # With the filter only the calls that are asked for stop it, which is faster; but strace 6.1 sends no signal then.
    how = [] if fault == "SIGKILL" else ["--seccomp-bpf"]
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as log:
        process = strace(host, words, how + ["-e", "raw=all", "-e", f"trace={call.name}", "-e",
                                       f"inject={call.name}:{what}:when={call.number}{'+' * fault.endswith('+')}"], log.name)
        try:
            _, err = process.communicate(timeout=90)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return Outcome(None, "it did not end within 90 seconds", True)
        return Outcome(process.returncode, err, process.returncode == -9 or "INJECTED" in log.read())
