# SPDX-License-Identifier: GPL-2.0-or-later
"""`ip` and `nft` change things without rest while tunnels come and go: what is not ours, and what is."""

import contextlib
import os
import signal
import subprocess

import faults
import netlab


class AtWork(netlab.Case):
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
