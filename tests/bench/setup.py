# SPDX-License-Identifier: GPL-2.0-or-later
"""How long it takes to set up and to remove: sitctl, the same by the usual commands, and the bare netlink messages."""

import os
import pathlib
import re
import shlex
import statistics
import subprocess
import tempfile

import record
from netlab import CLIENT4, PAIR, SERVER4, SITCTL

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build" / "tests" / "bench"
COUNTS = 10, 100, 1000
MANY = 10000         # in the row of memory
CLIENT_ROUNDS = 5   # for each round of the others
FLAT = 1.1          # a peer costs the same, however many there are
# What keeps a figure from its aim, as a profile of the kernel in such a machine shows it (perf record -e cpu-clock).
READING = "a third are the kernel's answers about 1,000 links, addresses, routes and paths, the rest is reading the file and comparing"
WALKS = "for each device that comes up the kernel walks all devices (add_v4_addrs()) and all routes (__fib6_clean_all())"
NAME = "t1"
UP = [SITCTL, "client", "up", NAME, "remote", SERVER4, "address", PAIR[1]]
DOWN = [SITCTL, "client", "down", NAME]

# What the pages say that people set a client up from, NOTRACK included.
USUAL_UP = f"""modprobe ipv6
ip tunnel add {NAME} mode sit remote {SERVER4} local {CLIENT4} ttl 255
ip link set {NAME} up
ip addr add {PAIR[1]}/127 dev {NAME}
ip route add ::/0 dev {NAME}
nft 'add table ip tunnel; add chain ip tunnel raw {{ type filter hook prerouting priority -300; }}; add rule ip tunnel raw ip protocol 41 notrack'
"""
USUAL_DOWN = f"ip tunnel del {NAME}\nnft 'delete table ip tunnel'\n"


def peers_file(count):
    return "[server]\nuplink = up0\n" + "".join(
        f"\n[peer p{n}]\nremote = 198.18.{n >> 8}.{n & 255}\naddress = 2001:db8:1:{n:x}::3\nprefix = 2001:db8:{0x4000 + n:x}::/48\n"
        for n in range(1, count + 1))


class Setup:
    """Runs commands in the laboratory's hosts, and keeps what each took."""

    def __init__(self, bench):
        self.bench, self.lab, self.rounds = bench, bench.lab, bench.rounds_of_setup
        self.folder = tempfile.mkdtemp(prefix="bench-")
        self.took = {}
        if not self.lab.clean():
            raise RuntimeError("a link of the laboratory itself is gone")

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        return path

    def spent(self, what, host, *commands, silent=True):
        """Runs the commands; their wall, user and system time, peak memory, and both times' sum are one value of `what`."""
        values = []
        for command in commands:
            done = subprocess.run([BUILD / "spent", host.path, *command], capture_output=True, text=True, check=False)
            if done.returncode or (silent and done.stderr):
                raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr}")
            values.append([float(word) for word in done.stdout.split()])
        wall, user, system, memory = zip(*values)
        self.took.setdefault(what, []).append((sum(wall), sum(user), sum(system), max(memory), sum(user) + sum(system)))

    def planned(self, host, *words):
        """The commands that `--dry-run` prints."""
        with host:
            return subprocess.run([SITCTL, "-D", *words], capture_output=True, text=True, check=True).stdout

    def by_hand(self, name, plan):
        """A script that does what the commands do with as few processes as possible: `ip -batch`, `nft -f`, `sysctl -p`."""
        blocks = []
        # A line of an nft script is indented.
        for command in re.split(r"\n(?! )", plan.rstrip("\n")):
            tool, rest = command.split(" ", 1)
            if not blocks or blocks[-1][0] != tool:
                blocks.append((tool, []))
            if tool == "ip":
                blocks[-1][1].append(rest.removeprefix("-6 "))
            else:
                blocks[-1][1].append(shlex.split(rest)[-1])
        script = []
        for number, (tool, lines) in enumerate(blocks):
            path = self.path(f"{name}-{number}", "\n".join(lines) + "\n")
            script.append({"ip": f"ip -batch {path}", "nft": f"nft -f {path}", "sysctl": f"sysctl -q -p {path}"}[tool])
        return ["sh", "-e", self.path(name, "\n".join(script) + "\n")]

    def median(self, what, column=0):
        return statistics.median(values[column] for values in self.took[what])

    def ratio(self, name, ours, other, most, reached=None, bound=None, column=0):
        """A row: OURS against OTHER, round by round; at most MOST is aimed at. What BOUND keeps it from that is at most REACHED."""
        pairs = [(a[column], b[column]) for a, b in zip(self.took[ours], self.took[other])]
        ratios = [a / b for a, b in pairs]
        cpu = [statistics.median(values[1] + values[2] for values in self.took[what]) for what in (ours, other)]
        return {"name": name, "unit": "KiB" if column == 3 else "s", "sitctl": self.median(ours, column), "other": self.median(other, column),
                "ratio": statistics.median(ratios), "ratios": ratios, "at_most": most, "reached": reached, "bound": bound,
                "cpu": cpu, "cpu_ratio": cpu[0] / cpu[1] if cpu[1] else None, "rounds": len(pairs),
                "values": {"sitctl": self.took[ours], "other": self.took[other]}}

    def counts(self, host, what, argv):
        """A row of system calls and netlink messages of one run, and the peak memory of those that were measured."""
        records = record.seen(host, argv, self.path("trace"))
        return {"name": what, "messages": record.messages(records),
                "memory_kib": self.median(what, 3) if what in self.took else None}, records

    def calls(self, host, argv):
        """How many system calls a command makes."""
        path = self.path("calls")
        with host:
            subprocess.run(["strace", "-f", "-c", "-o", path, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           check=True)
        with open(path, encoding="ascii") as file:
            return int(re.search(r"^[\d. ]+? (\d+)(?: +\d+)? total$", file.read(), re.M)[1])


def same(before, host, what):
    difference = before.difference(host.state())
    if difference:
        raise RuntimeError(f"{what}: not the same state:\n{difference}")


def client(bench):
    """A client up and down: sitctl, a script with the same result, the usual script, the bare messages."""
    s, host = Setup(bench), bench.lab.client
    empty = host.state()
    script_up = ["sh", "-e", s.path("up", s.planned(host, *UP[1:]))]
    _, up = s.counts(host, "client up", UP)
    index, wanted = host.links()[NAME]["index"], host.state()
    script_down = ["sh", "-e", s.path("down", s.planned(host, *DOWN[1:]))]
    _, down = s.counts(host, "client down", DOWN)
    same(empty, host, "sitctl client down")
    record.write(s.path("up.rec"), record.changing(up, index))
    record.write(s.path("down.rec"), record.changing(down, index))
    ways = {"sitctl": (UP, DOWN),
            "script with the same result": (script_up, script_down),
            "the usual script": [["sh", "-e", s.path(name, text)] for name, text in (("usual-up", USUAL_UP), ("usual-down", USUAL_DOWN))],
            "bare messages": ([BUILD / "replay", s.path("up.rec")], [BUILD / "replay", s.path("down.rec")])}
    for way in ("script with the same result", "bare messages"):
        s.spent("warm", host, ways[way][0])
        same(wanted, host, way)
        s.spent("warm", host, ways[way][1])
        same(empty, host, way)
    for _ in range(CLIENT_ROUNDS * s.rounds):   # short, and so easily disturbed
        s.spent("/bin/true", host, ["/bin/true"])
        s.spent("sitctl -V", host, [SITCTL, "-V"])
        for way, commands in ways.items():
            for what, command in zip(("up", "down"), commands):
                s.spent(f"client {what} : {way}", host, command)
    counts = []
    for way, commands in ways.items():
        names = [f"client {what} : {way}" for what in ("up", "down")]
        rows = [s.counts(host, name, command)[0] for name, command in zip(names, commands)]
        for row, command in zip(rows, commands):
            row["calls"] = s.calls(host, command)
        counts += rows
    start = "starting the program: execve(), and three libraries to map and relocate"
    aims = {"script with the same result": (0.2,), "the usual script": (0.2, 0.25, start),
            "bare messages": (1.15, 2.1, "starting the program, and reading what is there before anything is changed")}
    return [s.ratio(f"client {what} : {way}", f"client {what} : sitctl", f"client {what} : {way}",
                    *(aim if what == "up" else (None,)))
            for what in ("up", "down") for way, aim in aims.items()] + [
                s.ratio("sitctl -V : /bin/true", "sitctl -V", "/bin/true", None)], counts


def _server(s, host, count):
    """The rounds of one number of peers; the rows and counts of that."""
    path = s.path(f"server-{count}.conf", peers_file(count))
    up, down = [SITCTL, "-f", path, "server", "up"], [SITCTL, "server", "down"]
    empty = host.state() if count == COUNTS[0] else None
    plan = s.planned(host, *up[1:])
    hand_up = s.by_hand(f"up-{count}", plan)
    s.spent("warm", host, up)
    plan = s.planned(host, *down[1:])
    # Addresses and routes go with their device.
    hand_down = s.by_hand(f"down-{count}", "\n".join(line for line in plan.splitlines() if not re.match(
        "ip -6 (addr|route) del", line)))
    wanted = host.state() if empty else None
    s.spent("warm", host, down)
    for number in range(s.rounds):
        s.spent(f"up {count}", host, up)
        s.spent(f"again {count}", host, up)
        s.spent(f"down {count}", host, down)
        s.spent(f"hand up {count}", host, hand_up)
        if empty and not number:
            same(wanted, host, "ip -batch")
        s.spent(f"hand down {count}", host, hand_down)
        if empty and not number:
            same(empty, host, "ip -batch, removed")
        print(f"  {count} peers, round {number + 1}: " + ", ".join(
            f"{what} {s.took[f'{what} {count}'][-1][0]:.2f} s" for what in ("up", "again", "down", "hand up", "hand down")),
            flush=True)
    ways = {"up": up, "again": up, "down": down, "hand up": hand_up, "hand down": hand_down}
    counts = [s.counts(host, f"{what} {count}", argv)[0] for what, argv in ways.items()]
    for row, argv in zip(counts, ways.values()):
        row["calls"] = s.calls(host, argv)
    return [s.ratio(f"server up, {count:,} peers : ip -batch, nft -f, sysctl -p", f"up {count}", f"hand up {count}", 0.8),
            s.ratio("the same again, nothing to do : the first", f"again {count}", f"up {count}",
                    *((0.05, 0.19, READING) if count == COUNTS[-1] else (None,))),
            s.ratio(f"server down, {count:,} peers : ip -batch, nft -f", f"down {count}", f"hand down {count}",
                    0.1 if count == COUNTS[-1] else None)], counts


def server(bench):
    """A server with 10, 100, 1,000 peers in its file: up, up again, down."""
    s, host, rows, counts = Setup(bench), bench.lab.server, [], []
    for count in COUNTS:
        more, counted = _server(s, host, count)
        rows += more
        counts += counted
    few, some, many = (s.median(f"up {count}") for count in COUNTS)
    small, large = (some - few) / (COUNTS[1] - COUNTS[0]), (many - some) / (COUNTS[2] - COUNTS[1])
    rows.append({"name": "one peer more, at 1,000 : at 100", "unit": "s", "sitctl": large, "other": small, "ratio": large / small,
                 "ratios": [large / small], "at_most": FLAT, "reached": 1.3, "bound": WALKS, "cpu": [None, None],
                 "cpu_ratio": None, "rounds": s.rounds})
    return rows, counts


def instructions(bench):
    """The instructions of the plan for 1,000 peers, as callgrind counts them."""
    s, host = Setup(bench), bench.lab.server
    path = s.path("server.conf", peers_file(COUNTS[-1]))
    with host:
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", SITCTL, "-f", path, "-D",
                               "server", "up"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    count = int(re.search(r"refs: +([\d,]+)", done.stderr)[1].replace(",", ""))
    return [], [{"name": f"plan of {COUNTS[-1]}", "instructions": count}]


def memory(bench):
    """The peak memory of the plan for 10,000 peers, as /usr/bin/time counts it, against 1,000 and against 48 MB."""
    s, host = Setup(bench), bench.lab.server
    for count in COUNTS[-1], MANY:
        path = s.path(f"server-{count}.conf", peers_file(count))
        s.spent(f"plan of {count}", host, [SITCTL, "-f", path, "-D", "server", "up"])
    s.took["48 MB"] = [(0, 0, 0, 48e6 / 1024)]
    return [s.ratio(f"memory, plan of {MANY:,} peers : {what}", f"plan of {MANY}", other, most, column=3)
            for what, other, most in (("1,000", f"plan of {COUNTS[-1]}", MANY / COUNTS[-1]), ("48 MB", "48 MB", 1))], []


PARTS = [client, server, instructions, memory]


def missed(row):
    """Is it above its aim?"""
    return row["at_most"] is not None and row["ratio"] > row["at_most"]


def worse(row):
    """Is it above its aim, or where that was never reached, above what was?"""
    return missed(row) and not (row.get("bound") and row["ratio"] <= row["reached"])


def _cell(value, pattern):
    return "-" if value is None else format(value, pattern)


def table(rows, counts):
    width = max([len(row["name"]) for row in rows] + [20])
    lines = [f"{'':{width}}  {'sitctl':>9}  {'other':>9}   {'ratio':>6}  {'lowest..highest':>16}  aimed at  rounds  "
             "user+system, ratio"]
    for row in rows:
        spread = f"{min(row['ratios']):.3f}..{max(row['ratios']):.3f}"
        figures = "  ".join(f"{row[of]:>{'8.4f' if row['unit'] == 's' else '6.0f'}}{row['unit']}" for of in ("sitctl", "other"))
        lines.append(f"{row['name']:{width}}  {figures}   {row['ratio']:>6.3f}  {spread:>16}  "
                     f"{_cell(row['at_most'], '8'):>8}  {row['rounds']:>6}  " +
                     " : ".join(_cell(value, ".3f") for value in row["cpu"]) + f"  {_cell(row['cpu_ratio'], '.3f')}")
    lines += [""] + [f"not {row['at_most']}: {row['name']}: {row['bound']}" for row in rows if missed(row) and row.get("bound")]
    lines += ["", f"{'':{width}}  {'system calls':>12}  {'netlink messages':>16}  {'peak memory':>11}  {'instructions':>12}"]
    for row in counts:
        memory = row.get("memory_kib")
        lines.append(f"{row['name']:{width}}  {_cell(row.get('calls'), ','):>12}  {_cell(row.get('messages'), ','):>16}  "
                     f"{f'{memory / 1024:.1f} MiB' if memory else '-':>11}  {_cell(row.get('instructions'), ','):>12}")
    return "\n".join(lines)
