# SPDX-License-Identifier: GPL-2.0-or-later
"""What it costs where others have much: the same commands on an empty host, and beside sets, rules, routes and links of others."""

import contextlib
import subprocess

from netlab import CLIENT4, PAIR, SITCTL
from setup import DOWN, NAME, UP, Setup

AT_MOST = 2
# Of what Setup.spent() keeps: user and system time, which no wait hides; but the doctor's time is that of the answers.
WALL, USED = 0, 4
# What is above that, and why: at most so much was reached.
ROUTES = ("IPv6 routes are dumped whole: the kernel can be asked for those of a protocol or device, not for the default routes "
          "(ip_valid_fib_dump_req()); and it walks all of them itself when a device comes or goes")
JUMPS = "with each change of rules the kernel follows all jumps of all tables (nft_table_validate())"
DOCTOR = "who looks for a fault reads all 20,000 rules, and the answers that come meanwhile wait"
LINKS = "all links and their addresses are dumped: any can be the uplink, a LAN or the way to the far end"
COMMANDS = {"client up": UP, "client up again": UP, "client show": [SITCTL, "client", "show"],
            "client check": [SITCTL, "client", "check"], "doctor": [SITCTL, "doctor", NAME], "client down": DOWN}


def nothing(_):
    """Nothing."""
    return contextlib.nullcontext()


@contextlib.contextmanager
def _until(end, *words):
    """What was begun ends in any case."""
    try:
        yield
    finally:
        end(*words)


def _ruled(host, script):
    host.nft(script)
    return _until(host.nft, "flush ruleset")


def _table(sets, *rules):
    """A table through which goes what comes in, and what is forwarded."""
    chains = "".join(f"chain {hook} {{ type filter hook {hook} priority 0\n" + "\n".join(rules) + "\n}\n" for hook in ("input", "forward"))
    return f"table ip others {{\n{sets}{chains}}}\n"


def elements(host):
    """Two sets of 100,000 elements."""
    def addresses(net, text):
        return ",".join(text.format(f"{net}.{n >> 16}.{n >> 8 & 255}.{n & 255}", f"{net}.{n >> 16}.{n >> 8 & 255}.{n & 255 | 1}")
                        for n in range(0, 400_000, 4))
    return _ruled(host, _table(f"set one {{ type ipv4_addr; elements = {{ {addresses(20, '{0}')} }}; }}\n"
                               f"set other {{ type ipv4_addr; flags interval; elements = {{ {addresses(40, '{0}-{1}')} }}; }}\n",
                               "ip saddr @one drop", "ip saddr @other drop"))


def rules(host):
    """20,000 rules in each of two chains."""
    return _ruled(host, _table("", *(f"ip saddr 20.0.{n >> 8}.{n & 255} drop" for n in range(20_000))))


def jumps(host):
    """4,000 jumps to a chain of 20 rules."""
    return _ruled(host, _table("chain on {\n" + "ip saddr 20.0.0.1 drop\n" * 20 + "}\n", *["jump on"] * 4000))


def routes(host):
    """50,000 routes to a neighbour."""
    def flush():
        with host:
            subprocess.run(["ip", "-6", "route", "flush", "proto", "bgp"], check=True)
    host.ip("\n".join(f"route add 3fff:{n >> 8:x}:{n & 255:x}00::/40 via fe80::1 dev wan proto bgp" for n in range(50_000)))
    return _until(flush)


def links(host):
    """2,000 links."""
    host.ip("\n".join(f"link add o{n} group 77 type dummy\nlink set o{n} up" for n in range(2_000)))
    return _until(host.ip, "link del group 77")


LOADS = elements, rules, jumps, routes, links
REACHED = {(jumps, "client up"): (2.8, JUMPS), (rules, "doctor"): (3, DOCTOR)} | {
    (load, name): (reached, why) for load, reached, why in ((routes, 36, ROUTES), (links, 9.5, LINKS)) for name in COMMANDS if name != "doctor"}


def others(bench):
    """The commands of a client beside what others have."""
    s, host = Setup(bench), bench.lab.client
    bench.add_peer("alice", CLIENT4, PAIR[1], 0)
    for load in (nothing, *LOADS):
        with load(host):
            for number in range(s.rounds + 1):
                for name, command in COMMANDS.items():
                    s.spent(f"{name} {load.__name__}" if number else "warm", host, command, silent=False)
        print(f"  {load.__name__}: " + ", ".join(
            f"{name} {s.median(f'{name} {load.__name__}', USED):.4f} s" for name in COMMANDS), flush=True)
    return [s.ratio(f"{name}, {load.__doc__[:-1].lower()} : nothing", f"{name} {load.__name__}", f"{name} nothing", AT_MOST,
                    *REACHED.get((load, name), ()), column=WALL if name == "doctor" else USED)
            for load in LOADS for name in COMMANDS], []


PARTS = [others]
