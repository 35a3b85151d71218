# SPDX-License-Identifier: GPL-2.0-or-later
"""Somebody removes an interface that a command is about, or needs, between its look and its change."""

import os
import platform
import subprocess

import faults
import files
import ptraced

EVERY = os.environ.get("SITCTL_FAULTS") == "all"
SAMPLE = 2      # of the calls of a command that send something


def dummy(name):
    """Lines of `ip` that make an interface; made again it has the same address of its own."""
    return f"link add {name} address 02:00:00:00:00:01 type dummy\nlink set {name} up\naddr add 2001:db8:5::1/64 dev {name} nodad"


def under(device, name, host, before, command, down):
    """A row about an interface of somebody else that a tunnel needs."""
    return faults.Row(name, host, before, command, down, dummy(device), f"link del {device}", device)


SERVER_ON = "server up uplink up2"
NEAR_ON = "server add-peer near remote 198.51.100.7 address 2001:db8:5::3 proxy-ndp on"
CLIENT_ON = "client up t1 remote 198.51.100.7 address 2001:db8:1::3 gateway none prefix 2001:db8:6::/64,lan2"
# Here somebody is at every call, as is with "client up" of the table.
THOROUGH = [
    under("up2", "server add-peer, its uplink", "server", (SERVER_ON,), NEAR_ON, "server down"),
    under("lan2", "client up, its LAN", "server", (), CLIENT_ON, "client down t1"),
]
UNDER = THOROUGH + [
    under("up2", "server set-peer, its uplink", "server", (SERVER_ON, NEAR_ON),
          "server set-peer near address 2001:db8:5::9 ttl 64", "server down"),
    under("up2", "server down, its uplink", "server", (SERVER_ON, NEAR_ON), "server down", "server down"),
    under("lan2", "client up, changed, its LAN", "server", (CLIENT_ON,),
          CLIENT_ON.replace("2001:db8:6::/64", "2001:db8:7::/64") + " ttl 64", "client down t1"),
    under("lan2", "client down, its LAN", "server", (CLIENT_ON,), "client down t1", "client down t1"),
]


@ptraced.traceable
class Gone(faults.Case):
    """Somebody removes an interface while sitctl is held before one of its changes: each row is a class of its own."""

    row, weight = None, 40

    def points(self, calls):
        """Those that send a change to the kernel, and the first that writes a file, after the look; or a sample of them."""
        calls = [call for call in calls if call.name in ptraced.CALLS[platform.machine()].values()]
        sends = [call for call in calls if call.name in faults.SEND.split() and not call.looks]
        if not EVERY and self.row not in [faults.ROWS[0]] + THOROUGH:
            # The last, when most is there; what is saved has a row without it.
            sends = [sends[-1]] if "--save" in self.row.command else faults.spread(sends, SAMPLE) + [sends[-1]]
        return list(dict.fromkeys([next(call for call in calls if call.name == "write")] + sends))

    def removing(self, call):
        """Runs the command, the interface going before that call: its status, what it said, whether there was the interface."""
        hit = []

        def remove(_pid):
            with self.place:
                done = subprocess.run(["ip", "link", "del", self.device], capture_output=True, text=True, check=False)
            self.assertTrue(done.returncode == 0 or "Cannot find device" in done.stderr, done)
            hit.append(done.returncode == 0)
        status, seen, said = ptraced.stopped(
            self.place, self.row.command, lambda seen: seen[-1] == call.name and seen.count(call.name) == call.number, remove)
        self.assertIsNotNone(seen[-1], "it ended before that")
        self.assertEqual(len(hit), 1)
        return status, said, hit[0]

    def at(self, call, number):
        """Done or refused, it did all or nothing but for what went; the next `up` completes it, and `down` leaves nothing."""
        status, said, hit = self.removing(call)
        gave = f"status {status}, it said {said!r}, {'it was there' if hit else 'there was none'}"
        # What went is no reason to refuse to take the rest away.
        self.assertIn(status, (0, 1) if hit and self.row.command != self.row.down else (0,), gave)
        self.assertRegex(said, r"^(sitctl: .*\n)+$" if status else r"^(sitctl: .*\n)*$", gave)
        if hit:
            self.assertNotIn(self.device, self.place.links(), gave)
        if status and "could not be restored" in said:
            self.lost(said, gave)
        else:
            self.is_now(self.before if status else self.after, gave, self.device if hit else None)
        self.repair(number, hit, gave)
        return hit, status

    def lost(self, said, gave):
        """It could not put back what went, which the journal then still says: nothing else is lost, and `check` tells."""
        self.assertRegex(said, rf"and [^;]*\b{self.device}\b[^;]* could not be restored: run 'sitctl check'", gave)
        self.alike(self.before[0], self.place, gave, self.device)
        self.assertEqual(self.written(), self.before[2], gave)
        self.check(3)

    def check(self, status=0):
        """By what was told, without the files of other tunnels."""
        for name in self.names():
            os.unlink(f"{files.ETC}/{name}")
        self.tell(self.place, "check", status)

    def repair(self, number, hit, gave):
        """By the command itself or what came before it, and then by `down`; or by `down` alone."""
        foreign = hit and self.row.made
        again = self.row == faults.ROWS[0] or number % 2 and self.row not in THOROUGH
        if foreign and (not again or "adopt" in self.row.command):
            self.tell(self.place, self.row.down)
            self.unmake()
            self.alike(self.bare, self.place, f"down without {self.device}: {gave}")
        elif again:
            if foreign:
                self.unmake()
                self.place.ip(self.row.made)
            self.put_files()
            up, wanted = [self.row.command], self.after
            if self.row.command == self.row.down:
                up, wanted = self.row.before, self.before
            done = [self.tell(self.place, words) for words in up]
            self.is_now(wanted, f"not completed by {done[-1]}: {gave}")
            self.check()
        self.leaves_nothing(f"down at last: {gave}")

    def begin_anew(self):
        self.again()
        self.prepare_command()

    def test(self):
        self.take(self.row)
        self.device = faults.device(self.row)
        self.prepare_command()
        self.before = self.whole()
        calls, status, err = faults.counted(self.place, self.row.command)
        self.assertEqual(status, 0, err)
        self.after = self.whole()
        self.leaves_nothing("down of what nothing happened to")
        self.prepare_command()
        points, hits, refused = self.points(calls), 0, 0
        for number, call in enumerate(points):
            with self.subTest(f"{self.device} goes before {call.name} {call.number} of {self.row.command}"):
                well = False
                try:
                    hit, status = self.at(call, number)
                    hits, refused, well = hits + hit, refused + status, True
                finally:
                    if well:
                        self.prepare_command()
                    else:
                        self.begin_anew()
        print(f"gone: {self.row.name}: {self.device} before {len(points)} of its calls: {hits} times it was there, "
              f"{refused} times the command was refused", flush=True)
        self.assertGreaterEqual(hits * 3, len(points), f"{self.device} was hardly ever there to be removed")


def load_tests(loader, _tests, _pattern):
    """A class for each row in which an interface can go."""
    rows = [row for row in faults.ROWS + UNDER if faults.device(row)]
    return loader.suiteClass(loader.loadTestsFromTestCase(case) for case in faults.classes(Gone, rows))
