# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of commands into which faults are injected, and the injection itself: strace's."""

import collections
import os
import re
import shutil
import signal
import subprocess
import tempfile

import files
from files import ADD_ALICE, ADD_BOB, CLIENT, ETC, SERVER, UP
import netlab
from netlab import CLIENT4, ON_LINK, PAIR, PREFIX, PREFIX_B, SERVER4

# One command: in which host, what runs before it, the command itself, and the one that leaves nothing of it;
# a device that somebody else has made before, and lines of `ip` that take away what is still that one's;
# the interface that somebody removes meanwhile where it is not the tunnel's own, NO_DEVICE where it has to do with none.
Row = collections.namedtuple("Row", "name host before command down made unmade gone", defaults=("", "", ""))
NO_DEVICE = "-"

TEN = "[server]\nuplink = up0\n" + "".join(
    f"[peer p{n}]\nremote = 198.51.100.{100 + n}\naddress = 2001:db8:1:{n}::3\nprefix = 2001:db8:1{n}::/48\n" for n in range(9)
) + f"[peer near]\nremote = {CLIENT4}\naddress = {ON_LINK[1]}\nmtu = 1400\n"
TWO = TEN.split("[peer p2]", maxsplit=1)[0] + "mtu = 1400\n"
BROKER = f"ip tunnel add he6 mode sit remote {SERVER4} local {CLIENT4} ttl 99\nip addr add {PAIR[1]}/127 dev he6\n"
NAT = f"[pass p1]\nremote = {SERVER4}\nto = 192.168.7.2\n[pass p2]\nremote = 203.0.113.9\nto = 192.168.7.3\ninterface = wan\n"
FILES = {"t1.conf": CLIENT, "server.conf": SERVER, "nat.conf": NAT, "ten": TEN, "two": TWO, "broker": BROKER}

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
    Row("client set", "client", (ROUTED,), f"client set t1 prefix {PREFIX_B} ttl 64 metric none", DOWN),
    Row("client down", "client", (ROUTED,), DOWN, DOWN),
    Row("server add-peer", "server", (), NEAR, SERVER_DOWN),
    Row("server set-peer", "server", (NEAR,), SET_NEAR, SERVER_DOWN),
    Row("server del-peer", "server", (NEAR, ADD_BOB), "server del-peer near", SERVER_DOWN),
    Row("server up, ten peers", "server", (), UP_TEN, SERVER_DOWN, gone="sit-p4"),
    Row("server down", "server", (UP_TEN,), SERVER_DOWN, SERVER_DOWN, gone="sit-p4"),
    Row("client up, saved", "client", ("client up t1",), f"--save {CHANGED}", DOWN),
    Row("client up, first saved", "client", (), f"--save -f {ETC}/fresh {UP}", DOWN),
    Row("client set, saved", "client", ("client up t1",), f"--save client set t1 mtu 1400 prefix {PREFIX_B}", DOWN),
    Row("server add-peer, saved", "server", (ADD_ALICE,), f"--save {ADD_BOB} mtu 1400", SERVER_DOWN),
    Row("nat pass", "client", (), PASS, "nat unpass p1", gone=NO_DEVICE),
    Row("nat unpass", "client", (PASS,), "nat unpass p1", "nat unpass p1", gone=NO_DEVICE),
    Row("nat up", "client", (f"nat pass p3 remote {SERVER4} to 192.168.7.4",), "nat up", "nat down", gone=NO_DEVICE),
    Row("nat down", "client", ("nat up",), "nat down", "nat down", gone=NO_DEVICE),
    Row("nat pass, saved", "client", ("nat up",), f"--save nat pass p1 remote {SERVER4} to 192.168.7.5", "nat down", gone=NO_DEVICE),
    Row("nat unpass, saved", "client", ("nat up",), "--save nat unpass p1", "nat down", gone=NO_DEVICE),
    Row("client adopt", "client", (), "client adopt he6", "client down he6", FOREIGN, NOT_FOREIGN),
    Row("server up, two of ten", "server", (UP_TEN,), f"-f {ETC}/two server up", SERVER_DOWN, gone="sit-p1"),
    Row("server set-peer, saved", "server", (ADD_ALICE,), f"--save server set-peer alice mtu 1400 prefix {PREFIX_B}",
        SERVER_DOWN),
    Row("server del-peer, saved", "server", (ADD_ALICE,), "--save server del-peer alice", SERVER_DOWN),
    Row("server up, saved", "server", (ADD_ALICE,), "--save server up ttl 64 mtu 1400", SERVER_DOWN, gone="sit-alice"),
    Row("client adopt, saved", "client", (), "--save client adopt he6", "client down he6", FOREIGN, NOT_FOREIGN),
    Row("client import, saved", "client", (), f"--save client import iproute2 {ETC}/broker", "client down he6", gone=NO_DEVICE),
]


def device(row):
    """The interface that somebody removes meanwhile; None where there is none."""
    own = re.search(r"(?:client \S+|server (\S+-peer)) (\S+)", row.command)
    return None if row.gone == NO_DEVICE else row.gone or ("sit-" if own[1] else "") + own[2]

def remembered():
    """The files below /run/sitctl that say something."""
    found = {}
    for folder, _, names in os.walk(netlab.RUN):
        for name in names:
            if name not in ("lock", "save"):  # these are only held
                with open(os.path.join(folder, name), encoding="ascii") as file:
                    found[name] = file.read()
    return found


def forget_down():
    """As the next boot does: that a person took down what a file has is forgotten. A journal that says nothing else goes."""
    for folder, _, names in os.walk(netlab.RUN):
        if "journal" in names:
            path = os.path.join(folder, "journal")
            with open(path, encoding="ascii") as file:
                lines = [line for line in file if not line.startswith("down ")]
            with open(path, "w", encoding="ascii") as file:
                file.writelines(lines)
            if all(line.startswith("#") for line in lines):
                shutil.rmtree(folder)


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


def spread(calls, count):
    return [calls[i * len(calls) // count] for i in range(count if calls else 0)]


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


def classes(case, rows):
    """A class of a test case for each row, so that workers share them out."""
    for row in rows:
        name = case.__name__ + "".join(word.capitalize() for word in re.findall(r"\w+", row.name))
        yield type(name, (case,), {"row": row, "__module__": case.__module__})


class Case(files.Case):
    """A test of rows: the way to where the command of one begins, and back to nothing."""

    def take(self, row):
        self.row, self.place = row, getattr(self, row.host)
        self.bare = self.place.state()

    def written(self):
        return {name: self.get(name) for name in self.names()}

    def whole(self):
        """The kernel's state, what is remembered, the files."""
        return self.place.state(), remembered(), self.written()

    def put_files(self):
        for name in self.names():
            if name not in FILES:
                os.unlink(f"{ETC}/{name}")
        for name, text in FILES.items():
            self.put(name, text)

    def prepare_command(self):
        self.put_files()
        if self.row.made:
            self.place.ip(self.row.made)
        for words in self.row.before:
            self.tell(self.place, words)

    def is_now(self, wanted, message, but=None):
        """All three are the wanted ones; but for a device that went, where one did."""
        state, told, written = wanted
        with self.place.looking():
            quick = not but and netlab.state.State().lines == state.lines
        if not quick:
            self.alike(state, self.place, message, but)
        self.assertEqual(remembered(), told, f"below {netlab.RUN}: {message}")
        self.assertEqual(self.written(), written, f"below {ETC}: {message}")

    def unmake(self):
        """What somebody else has made and is still that one's goes."""
        if self.row.unmade:
            with self.place:
                subprocess.run(["ip", "-force", "-batch", "-"], input=self.row.unmade, stderr=subprocess.DEVNULL, text=True,
                               check=False)

    def leaves_nothing(self, message):
        self.tell(self.place, self.row.down)
        self.unmake()
        self.alike(self.bare, self.place, message)
        forget_down()
        self.assertEqual(remembered(), {}, message)
