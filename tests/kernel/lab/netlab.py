# SPDX-License-Identifier: GPL-2.0-or-later
"""The laboratory: hosts are network namespaces joined by veth; running sitctl in them; what every test case can ask."""

import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import packets
import state

CLONE_NEWNET, CLONE_NEWNS = 0x40000000, 0x00020000
MS_BIND, MS_REC, MS_PRIVATE, MS_REMOUNT, MS_RDONLY = 4096, 16384, 1 << 18, 32, 1
RUN, NETNS = "/run/sitctl", "/run/netns"
TOP = pathlib.Path(__file__).resolve().parents[3]
SITCTL = os.environ.get("SITCTL") or str(TOP / "build" / "sitctl")
_libc = ctypes.CDLL(None, use_errno=True)

INTERNET, SERVER4, SERVER4B = "2001:db8:ffff::1", "203.0.113.1", "203.0.113.2"
CLIENT4, SECOND4 = "198.51.100.7", "192.0.2.9"
ROUTER6, SERVER6 = "2001:db8::1", "2001:db8::2"
PAIR = ("2001:db8:1::2", "2001:db8:1::3")            # the server's end and the first client's
PAIR_B = ("2001:db8:1::4", "2001:db8:1::5")          # the server's end and the second client's
ON_LINK = ("2001:db8::a2", "2001:db8::a3")           # a pair inside the uplink's /64
PREFIX, PREFIX_B = "2001:db8:100::/64", "2001:db8:200::/48"

# Each host: the commands that make it, given to one `ip -batch`.
TOPOLOGY = {
    "inet": f"""
        link add up0 netns sk-server type veth peer name s0
        link add wan netns sk-client type veth peer name c0
        link add wan netns sk-second type veth peer name d0
        link set s0 up
        link set c0 up
        link set d0 up
        addr add 203.0.113.254/24 dev s0
        addr add 198.51.100.1/24 dev c0
        addr add 192.0.2.1/24 dev d0
        addr add {ROUTER6}/64 dev s0 nodad
        addr add {INTERNET}/128 dev lo nodad
        route add 2001:db8:1::/48 via {SERVER6}
        route add 2001:db8:100::/40 via {SERVER6}""",
    "server": f"""
        link set up0 up
        addr add {SERVER4}/24 dev up0
        addr add {SERVER4B}/24 dev up0
        addr add {SERVER6}/64 dev up0 nodad
        route add default via 203.0.113.254
        route add default via {ROUTER6} dev up0""",
    "client": f"""
        link add eth0 netns sk-lan type veth peer name lan
        link set wan up
        link set lan up
        addr add {CLIENT4}/24 dev wan
        route add default via 198.51.100.1""",
    "second": f"""
        link set wan up
        addr add {SECOND4}/24 dev wan
        route add default via 192.0.2.1""",
    "lan": "link set eth0 up",
}


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source, target, kind, flags, data=None):
    _check(_libc.mount(source and source.encode(), target.encode(), kind and kind.encode(), flags, data), f"mount {target}")


class Host:
    """A network namespace; `with host:` puts the calling thread into it."""

    def __init__(self, name):
        self.name, self.path, self.fresh, self.touched = f"sk-{name}", f"{NETNS}/sk-{name}", None, True
        with open(self.path, "w", encoding="ascii"):
            pass
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        _check(_libc.unshare(CLONE_NEWNET), "unshare")
        try:
            mount("/proc/thread-self/ns/net", self.path, None, MS_BIND)
            self.fd = os.open(self.path, os.O_RDONLY)
            for where in ("all", "default"):
                self.write(f"net.ipv6.conf.{where}.accept_dad", "0")
                self.write(f"net.ipv6.conf.{where}.router_solicitations", "0")
                self.write(f"net.ipv6.conf.{where}.accept_ra", "0")
        finally:
            _check(_libc.setns(home, CLONE_NEWNET), "setns")
            os.close(home)
        self.inside = []
        self.ip("link set lo up")

    @contextlib.contextmanager
    def looking(self):
        """The calling thread is in this host, to look and to send packets: nothing of what `clean` restores is changed."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        _check(_libc.setns(self.fd, CLONE_NEWNET), "setns")
        try:
            yield self
        finally:
            _check(_libc.setns(home, CLONE_NEWNET), "setns")
            os.close(home)

    def __enter__(self):
        self.touched = True
        self.inside.append(self.looking())
        return self.inside[-1].__enter__()

    def __exit__(self, *problem):
        return self.inside.pop().__exit__(*problem)

    @staticmethod
    def write(key, value):
        state.write(key, value)

    def set(self, key, value):
        """Writes a sysctl of this host."""
        with self:
            state.write(key, str(value))

    def get(self, key):
        """Reads a sysctl of this host; None where the kernel has none of that name."""
        with self.looking():
            head, leaf = key.rsplit(".", 1)
            base, where = head.split(".conf.", 1)
            return state.read(f"/proc/sys/{base.replace('.', '/')}/conf/{where}/{leaf}")

    def ip(self, commands):
        """Runs lines of `ip` in one process."""
        lines = "\n".join(line.strip() for line in commands.strip().splitlines())
        with self:
            done = subprocess.run(["ip", "-batch", "-"], input=lines + "\n", capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{self.name}: {done.stderr}\n{lines}")

    def json(self, words):
        """What `ip -j` says."""
        with self.looking():
            return json.loads(subprocess.run(["ip", "-j", *words.split()], capture_output=True, check=True).stdout or "[]")

    def nft(self, script):
        with self:
            subprocess.run(["nft", "-f", "-"], input=script, text=True, check=True)

    def state(self):
        with self.looking():
            return state.settled()

    def links(self):
        with self.looking():
            return state.links()

    def routes(self, words=""):
        """The route lines that hold all of these words."""
        with self.looking():
            found = state.State(ruleset=False, values=False).raw
        return sorted(line for line in found if line.startswith("route ") and all(w in line.split() for w in words.split()))

    def addresses(self, dev):
        """The global addresses of a device as ADDR/LEN."""
        with self.looking():
            found = state.State(ruleset=False, values=False).raw
        return sorted(line.split()[1] for line in found if line.startswith("address ") and f" dev {dev} " in line
                      and " scope 0 " in line)

    def proxies(self):
        """The proxied addresses, each with its device."""
        with self.looking():
            found = state.State(ruleset=False, values=False).raw
        return sorted((line.split()[1], line.split()[3]) for line in found if line.startswith("proxy "))


class Result:
    """What a run of sitctl gave."""

    def __init__(self, argv, status, out, err, seconds):
        self.argv, self.status, self.out, self.err, self.seconds = argv, status, out, err, seconds

    def __str__(self):
        return f"`sitctl {' '.join(map(repr, self.argv))}` gave {self.status}\n  out: {self.out!r}\n  err: {self.err!r}"


def start(host, words, **how):
    """Starts sitctl in a host without waiting; words is a string to split or a list."""
    argv = words.split() if isinstance(words, str) else list(words)
    env = {"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), "LC_ALL": "C", "TERM": "xterm"}
    how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    with host:
        process = subprocess.Popen([SITCTL, *argv], text=True, env=env, cwd="/", **how)
    process.words, process.began = argv, time.monotonic()
    return process


def finish(process, timeout=60):
    """Waits for a started sitctl."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        err += "\n(killed by the test: it did not end)"
    return Result(process.words, process.returncode, out, err, time.monotonic() - process.began)


def run(host, words, **how):
    return finish(start(host, words, **how))


def read_only(path):
    """To run in the child before sitctl starts: path cannot be written to any more, not even by root."""
    def prepare():
        for result in (_libc.unshare(CLONE_NEWNS),
                       _libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None),
                       _libc.mount(path, path, None, MS_BIND, None),
                       _libc.mount(None, path, None, MS_BIND | MS_REMOUNT | MS_RDONLY, None)):
            if result:
                os._exit(99)
    return {"preexec_fn": prepare}


def wait(what, within=8.0):
    """Waits until what() is true; returns whether it became so."""
    end = time.monotonic() + within
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.03)
    return True


# The two ends of a tunnel, made with `ip` alone; for who routes the client's prefixes as well.
FAR_CLIENT = f"""
    tunnel add far mode sit remote {SERVER4} local {CLIENT4} ttl 255
    link set far up
    addr add {PAIR[1]}/127 dev far nodad
    route add ::/0 dev far"""
FAR_SERVER = f"""
    tunnel add far mode sit remote {CLIENT4} local {SERVER4} ttl 255
    link set far up
    addr add {PAIR[0]}/127 dev far nodad"""
FAR_ROUTER = FAR_SERVER + """
    route add 2001:db8:100::/40 dev far"""


def far_client(client):
    client.ip(FAR_CLIENT)


def far_router(server):
    server.ip(FAR_ROUTER)
    server.set("net.ipv6.conf.all.forwarding", 1)


def tracked(host, other=""):
    """The connections of protocol 41 (with another host) in a host's table, as lines."""
    with host:
        try:
            with open("/proc/thread-self/net/nf_conntrack", encoding="ascii") as file:
                lines, column = file.read().splitlines(), 3
        except FileNotFoundError:
            done = subprocess.run(["conntrack", "-L"], capture_output=True, text=True, check=True)
            lines, column = done.stdout.splitlines(), 1
    return [line for line in lines if line.split()[column] == "41" and other in line]


class Lab:
    """All the hosts; made once for the whole run."""

    shared = None

    def __init__(self):
        for folder in (RUN, NETNS):
            os.makedirs(folder, exist_ok=True)
        _check(_libc.unshare(CLONE_NEWNS), "unshare")
        mount(None, "/", None, MS_REC | MS_PRIVATE)
        self.files = tempfile.mkdtemp(prefix="ktests-")
        mount("tmpfs", self.files, "tmpfs", 0, b"mode=755")
        for folder in (RUN, NETNS):  # nobody else's tunnels, nobody else's namespaces
            mount("tmpfs", folder, "tmpfs", 0, b"mode=755")
        self.shadow("/etc/hosts", "127.0.0.1 localhost\n")
        self.shadow("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        self.root = None
        for name in TOPOLOGY:
            setattr(self, name, Host(name))
        self.hosts = [getattr(self, name) for name in TOPOLOGY]
        for name, commands in TOPOLOGY.items():
            getattr(self, name).ip(commands)
        with self.inet:
            for key in ("net.ipv6.conf.all.forwarding", "net.ipv4.conf.all.forwarding"):
                state.write(key, "1")
        for host in self.hosts:
            host.fresh = host.state()

    def shadow(self, path, text):
        """Puts a file of ours in the place of a system file, for this process and its children."""
        copy = os.path.join(self.files, os.path.basename(path))
        with open(copy, "w", encoding="ascii") as file:
            file.write(text)
        with contextlib.suppress(OSError):
            mount(copy, os.path.realpath(path), None, MS_BIND)

    def clean(self, marks=None):
        """Brings every host back to its mark, and forgets sitctl's journals; False when a link of then is gone for good."""
        whole = True
        for host in self.hosts:
            mark = (marks or {}).get(host.name, host.fresh)
            with host.looking():
                if host.touched or not marks:
                    whole = state.restore(mark) and whole
                if whole:
                    state.forget(mark)
            host.touched = False
        for entry in os.scandir(RUN):
            shutil.rmtree(entry.path) if entry.is_dir() else os.unlink(entry.path)
        return whole


class Case(unittest.TestCase):
    """A test with the laboratory. `prepare` of a class sets up its far ends once; each test starts from there."""

    maxDiff = None
    longMessage = True

    @classmethod
    def setUpClass(cls):
        if Lab.shared is None:
            Lab.shared = Lab()
        cls.lab = Lab.shared
        for host in ("inet", "server", "client", "second", "lan"):
            setattr(cls, host, getattr(cls.lab, host))
        cls.begin()

    @classmethod
    def begin(cls):
        """From the bare hosts to what the class's tests start from."""
        if not cls.lab.clean():
            raise RuntimeError("a link of the laboratory itself is gone")
        cls.prepare()
        cls.marks = {host.name: host.state() for host in cls.lab.hosts}

    @classmethod
    def prepare(cls):
        """What all the tests of the class start from."""

    def setUp(self):
        self.addCleanup(self.again)

    def again(self):
        """Everything as before the test."""
        if not self.lab.clean(self.marks):
            self.begin()

    def tell(self, host, words, status=0, **how):
        """Runs sitctl and asserts its exit status; silent success too."""
        done = run(host, words, **how)
        self.assertEqual(done.status, status, str(done))
        return done

    def up(self, host, words, **how):
        """Runs sitctl; it must succeed without a word."""
        done = self.tell(host, words, **how)
        self.assertEqual((done.out, done.err), ("", ""), f"not silent: {done}")
        return done

    def show(self, host, words):
        """`sitctl -j WORDS`, as Python values."""
        done = self.tell(host, "-j " + words)
        try:
            return json.loads(done.out)
        except ValueError as error:
            self.fail(f"no JSON ({error}): {done}")

    def live(self, host, words):
        """The same of a `show`, without what is only in a file."""
        return [one for one in self.show(host, words) if one.get("state") != "absent"]

    def refused(self, host, words, *needed, status=(1, 2), **how):
        """Runs sitctl; it must refuse, say each of the needed words on stderr, and leave the host as it was."""
        before = host.state()
        done = run(host, words, **how)
        self.assertIn(done.status, (status,) if isinstance(status, int) else status, str(done))
        self.assertEqual(done.out, "", str(done))
        for word in needed:
            self.assertIn(word.lower(), done.err.lower(), str(done))
        self.same(before, host, f"a refused command changed something: {done}")
        return done

    def same(self, wanted, host, message=""):
        """The host is in the wanted state; what comes late (link-local addresses) is waited for."""
        end = time.monotonic() + 3
        while True:
            with host.looking():
                found = state.State()
            if found.lines == wanted.lines or time.monotonic() > end:
                break
            time.sleep(0.05)
        self.assertEqual(wanted.difference(found), "", f"{host.name}: {message}")

    def reaches(self, host, target, **how):
        self.assertEqual(packets.ask(host, target, **how), "reply", f"ping from {host.name} to {target}")
