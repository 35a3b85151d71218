#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmarks: two ways of doing a thing take turns in one run; a row has the medians, also of the ratio.

In a machine that counts (tests/vm/run --count) a second is a billion of instructions, or one that all slept."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "kernel" / "lab"))

import netlab  # noqa: E402
import others  # noqa: E402
import setup  # noqa: E402
from netlab import CLIENT4, INTERNET, PAIR, PAIR_B, SECOND4, SERVER4  # noqa: E402

FLOOD = TOP / "build" / "tests" / "bench" / "flood"
VOID = "2001:db8:fffe::1"           # inet counts what comes for it, and discards it
PEERS, PREFIXES = 200, 5            # in the row with many peers; of each peer
UP = f"client up t1 remote {SERVER4}"
CLIENTS = {"alice": ("client", CLIENT4, PAIR[1]), "bob": ("second", SECOND4, PAIR_B[1])}


def told(host, words):
    """Runs sitctl, which must succeed without a word."""
    done = netlab.run(host, words)
    if done.status or done.out or done.err:
        raise RuntimeError(str(done))


def received(host, dev):
    """How many packets a device has received."""
    with host.looking(), open("/proc/thread-self/net/dev", encoding="ascii") as file:
        for line in file:
            name, _, numbers = line.partition(":")
            if name.strip() == dev:
                return int(numbers.split()[1])
    raise LookupError(dev)


class Bench:
    """The laboratory, with a tunnel from each of two clients to the server, which forwards to inet."""

    def __init__(self, rounds, seconds, rounds_of_setup):
        self.rounds, self.seconds, self.rounds_of_setup, self.lab = rounds, seconds, rounds_of_setup, netlab.Lab()

    def begin(self, peers):
        """From the bare hosts to the tunnels, so many with the filter, one without it; each row starts here."""
        if not self.lab.clean():
            raise RuntimeError("a link of the laboratory itself is gone")
        self.lab.inet.ip(f"route add blackhole {VOID}/128")
        for number, (name, (client, remote, address)) in enumerate(CLIENTS.items()):
            self.add_peer(name, remote, address, number)
            told(getattr(self.lab, client), f"{UP} address {address}")
        began = time.monotonic()
        for n in range(1, peers):
            self.add_peer(f"p{n}", f"10.0.{n >> 8}.{n & 255}", f"2001:db8:2:{n:x}::3", 1 + n)
        if peers > 1:
            print(f"  {peers - 1} peers more, added in {time.monotonic() - began:.0f} s", flush=True)

    def add_peer(self, name, remote, address, number):
        prefixes = " ".join(f"prefix 2001:db8:{0x4000 + number * PREFIXES + i:x}::/48" for i in range(PREFIXES))
        told(self.lab.server, f"server add-peer {name} remote {remote} address {address} {prefixes}")

    def flood(self):
        """Both clients send, in turns; ([packets a second of each], sent, lost), as inet's device counts them."""
        lab, before = self.lab, received(self.lab.inet, "s0")
        words = FLOOD, str(self.seconds), VOID, INTERNET, lab.inet.path, lab.client.path, lab.second.path
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"flood: {done.stderr}")
        sent, *rates = (float(word) for word in done.stdout.split())
        # A few packets more than were sent are the neighbours' asking for each other.
        arrived = min(sent, received(lab.inet, "s0") - before)
        return [rate * arrived / sent for rate in rates], int(sent), int(sent - arrived)

    def row(self, name, unit, measure):
        """A row of the table; measure() gives ([with, without], sent, lost) of one round."""
        rounds = []
        for number in range(self.rounds):
            rounds.append(measure())
            (one, other), _, _ = rounds[-1]
            print(f"  round {number + 1}: {one:,.0f} and {other:,.0f} {unit}, ratio {one / other:.3f}", flush=True)
        values = [[pair[i] for pair, _, _ in rounds] for i in (0, 1)]
        ratios = [one / other for one, other in zip(*values)]
        return {"name": name, "unit": unit, "with": statistics.median(values[0]),
                "without": statistics.median(values[1]), "ratio": statistics.median(ratios), "ratios": ratios,
                "sent": sum(sent for _, sent, _ in rounds), "lost": sum(lost for _, _, lost in rounds),
                "values": {"with": values[0], "without": values[1]}}


def _filter(bench, peers):
    """One client's tunnel has the filter, the other's not; then they change places, which ends a round."""
    def measure():
        rates, sent, lost = {"on": [], "off": []}, 0, 0
        for values in (("on", "off"), ("off", "on")):
            for (name, (client, _, address)), value in zip(CLIENTS.items(), values):
                told(bench.lab.server, f"server set-peer {name} source-filter {value}")
                told(getattr(bench.lab, client), f"{UP} address {address} source-filter {value}")
            found, count, missing = bench.flood()
            for rate, value in zip(found, values):
                rates[value].append(rate)
            sent, lost = sent + count, lost + missing
        return [statistics.geometric_mean(rates[value]) for value in ("on", "off")], sent, lost
    bench.begin(peers)
    return bench.row(f"source-filter, {peers} {'peer has' if peers == 1 else 'peers have'} it "
                     f"({peers * (1 + PREFIXES):,} addresses and prefixes)", "packets/s", measure)


def filter_of_one(bench):
    """The source filter, of one peer."""
    return _filter(bench, 1)


def filter_of_many(bench):
    """The source filter, of many peers: one lookup serves them all."""
    return _filter(bench, PEERS)


ROWS = [filter_of_one, filter_of_many]


def table(rows):
    width = max(len(row["name"]) for row in rows)
    lines = [f"{'':{width}}  {'with':>9}  {'without':>9}            ratio  lowest..highest  lost of sent"]
    for row in rows:
        spread = f"{min(row['ratios']):.3f}..{max(row['ratios']):.3f}"
        lines.append(f"{row['name']:{width}}  {row['with']:>9,.0f}  {row['without']:>9,.0f} {row['unit']:<9}  "
                     f"{row['ratio']:.3f}  {spread:>15}  {row['lost']:,} of {row['sent']:,}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6, help="of packets (default 6)")
    parser.add_argument("--seconds", type=float, default=1, help="a measurement of packets lasts (default 1)")
    parser.add_argument("--setups", type=int, default=5, help="rounds of setting up and removing (default 5)")
    parser.add_argument("--json", metavar="FILE", help="write the rows there too")
    parser.add_argument("only", nargs="*", metavar="SUBSTRING", help="only parts whose function's name holds it")
    words = parser.parse_args()
    functions = [f for f in ROWS + setup.PARTS + others.PARTS if not words.only or any(word in f.__name__ for word in words.only)]
    if not functions:
        parser.error("there is no such part")
    bench, rows, setups, counts = Bench(words.rounds, words.seconds, words.setups), [], [], []
    for function in functions:
        print(function.__doc__, flush=True)
        if function in ROWS:
            rows.append(function(bench))
        else:
            more, counted = function(bench)
            setups += more
            counts += counted
    print(f"\nLinux {os.uname().release}, medians of {words.rounds} rounds of packets, {words.setups} of setting up")
    if rows:
        print(f"\n{table(rows)}")
    if setups or counts:
        print(f"\n{setup.table(setups, counts)}")
    if words.json:
        with open(words.json, "w", encoding="ascii") as file:
            json.dump({"kernel": os.uname().release, "rows": rows, "setups": setups, "counts": counts}, file, indent=1)
    worse = [row["name"] for row in setups if setup.worse(row)]
    for name in worse:
        print(f"more than was reached: {name}")
    return 1 if worse or any(row["lost"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
