# SPDX-License-Identifier: GPL-2.0-or-later
"""What others do while sitctl works: interfaces that go between its look and its change, a full disk, `ip` and `nft` at work."""

import contextlib
import os
import platform
import signal
import subprocess

import faults
import files
import netlab
from netlab import PREFIX
import ptraced

NEAR_HERE = "server add-peer near remote 198.51.100.7 address 2001:db8:5::3 proxy-ndp on"


@ptraced.traceable
class Gone(netlab.Case):
    """Somebody removes an interface while sitctl is held before one of its changes."""

    weight = 60

    def points(self, words, down):
        """Before which of its calls: those that change something in the kernel, and the first that writes the journal, after the look."""
        calls, status, err = faults.counted(self.server, words)
        self.assertEqual(status, 0, err)
        self.tell(self.server, down)
        calls = [call for call in calls if call.name in ptraced.CALLS[platform.machine()].values()]
        sends = [i for i, call in enumerate(calls, 1) if call.name in faults.SEND.split() and not call.looks]
        return [next(i for i, call in enumerate(calls, 1) if call.name == "write")] + sends

    def removed(self, words, device, again, down):
        """Before each call: the command ends with 0 or 1 and words; then AGAIN, where given, repairs, and `down` leaves nothing."""
        before = self.server.state()

        def remove(_pid):
            with self.server:
                subprocess.run(["ip", "link", "del", device], check=device in before.links, capture_output=True)
        for number in self.points(words, down):
            with self.subTest(f"{device} goes before call {number} of {words}"):
                status, seen = ptraced.stopped(self.server, words, lambda seen: len(seen) == number, remove)
                self.assertIsNotNone(seen[-1], "it ended before that")
                self.assertIn(status, (0, 1), seen)
                if again:
                    self.tell(self.server, again)
                    self.tell(self.server, "check")
                self.tell(self.server, down)
                self.gone_and_clean(before, device)

    def gone_and_clean(self, before, device):
        """As before, but for the device itself if it was there."""
        now = self.server.state()
        lines = {line for line in before.lines if f" {device} " not in line and f".{device}." not in line}
        self.assertEqual(sorted(lines ^ now.lines), [])
        self.assertEqual(faults.remembered(), {})
        if before.links.get(device):
            self.device(device)
            self.same(before, self.server)

    def device(self, name):
        # Made again it has the same address of its own.
        self.server.ip(f"link add {name} address 02:00:00:00:00:01 type dummy\nlink set {name} up\naddr add 2001:db8:5::1/64 dev {name} nodad")

    def test_the_tunnel_itself(self):
        words = f"client up t1 remote 198.51.100.7 address 2001:db8:1::3 gateway none prefix {PREFIX}"
        self.removed(words, "t1", words, "client down t1")

    def test_the_uplink(self):
        self.device("up2")
        self.tell(self.server, "server up uplink up2")
        self.tell(self.server, "server down")
        self.removed(NEAR_HERE, "up2", None, "server down")

    def test_the_interface_of_a_prefix(self):
        self.device("lan2")
        self.removed("client up t1 remote 198.51.100.7 address 2001:db8:1::3 gateway none prefix 2001:db8:6::/64,lan2", "lan2", None,
                     "client down t1")


class FullDisk(files.Case):
    """No room below /run: each command of the table does it all or nothing; with room again it works."""

    weight, size = 60, "64k"

    def ballast(self):
        path = f"{netlab.RUN}/ballast"
        with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"#" * 4096)
        return path

    def test_run(self):
        for row in faults.ROWS:
            with self.subTest(row.name):
                host = getattr(self, row.host)
                netlab.mount("tmpfs", netlab.RUN, "tmpfs", 0, b"mode=755,size=32k")
                try:
                    self.one(row, host)
                finally:
                    files.umount(netlab.RUN)

    def one(self, row, host):
        bare = host.state()
        for name, text in faults.FILES.items():
            self.put(name, text)
        if row.made:
            host.ip(row.made)
        for words in row.before:
            self.tell(host, words)
        before, ballast = (host.state(), faults.remembered()), self.ballast()
        done = netlab.run(host, row.command)
        os.unlink(ballast)
        self.assertIn(done.status, (0, 1), str(done))
        if done.status:
            self.assertRegex(done.err.lower(), "(?m)^sitctl: .*no space", str(done))
            self.alike(before[0], host, str(done))
            self.assertEqual(faults.remembered(), before[1], str(done))
        self.tell(host, row.command)
        self.tell(host, row.down)
        self.alike(bare, host, str(done))
        self.assertEqual(os.listdir(netlab.RUN), [])


class Others(netlab.Case):
    """`ip` and `nft` change what is not ours, without rest, while tunnels come and go."""

    weight = 60
    IP = """while :; do
        ip link add other type dummy; ip link set other up; ip -6 addr add 2001:db8:77::1/64 dev other nodad
        ip -6 route add 2001:db8:78::/48 dev other; ip -6 neigh add proxy 2001:db8:79::1 dev other
        ip link set other mtu 1400; ip -6 route replace 2001:db8:78::/48 dev other metric 5; ip link del other
    done"""
    NFT = """while :; do
        nft 'add table inet other; add chain inet other c { type filter hook input priority 5; }; add rule inet other c counter'
        nft 'add set inet other s { type ipv6_addr; }; add element inet other s { 2001:db8::1, 2001:db8::2 }'
        nft delete table inet other
    done"""
    FLUSH = "while :; do nft flush ruleset; ip -6 route flush proto 41; done"

    @contextlib.contextmanager
    def busy(self, host, *scripts):
        with host:
            going = [subprocess.Popen(["sh", "-c", script], start_new_session=True, stderr=subprocess.DEVNULL) for script in scripts]
        try:
            yield
            self.assertEqual([process.poll() for process in going], [None] * len(going), "they had stopped")
        finally:
            for process in going:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def leavings(self, host):
        """What the others may have left when they were stopped."""
        with host:
            subprocess.run(["sh", "-c", "ip link del other; nft delete table inet other"], capture_output=True, check=False)

    def test_things_of_others(self):
        """All succeeds, as if they were not there."""
        for host, up, change, down in ((self.client, faults.ROUTED, faults.CHANGED, faults.DOWN),
                                       (self.server, faults.NEAR, faults.SET_NEAR, faults.SERVER_DOWN)):
            before = host.state()
            with self.busy(host, self.IP, self.NFT):
                for _ in range(4):
                    for words in (up, "check", change, "check", down):
                        self.tell(host, words)
            self.leavings(host)
            self.same(before, host)

    def test_our_things(self):
        """Somebody flushes our table and our routes: each command ends well or says why; at peace `up` and `down` do it all."""
        before = self.client.state()
        with self.busy(self.client, self.FLUSH):
            for words in (faults.ROUTED, faults.CHANGED, faults.DOWN) * 4:
                done = netlab.run(self.client, words)
                self.assertIn(done.status, (0, 1), str(done))
                if done.status:
                    self.assertRegex(done.err, "^sitctl: ", str(done))
        self.tell(self.client, faults.ROUTED)
        self.tell(self.client, "check")
        self.tell(self.client, faults.DOWN)
        self.same(before, self.client)
        self.assertEqual(faults.remembered(), {})
