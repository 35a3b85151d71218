# SPDX-License-Identifier: GPL-2.0-or-later
"""Default routes of somebody else with the metric of ours, of which the kernel makes one route over several hops."""

import netlab
from netlab import SERVER4


class Hops(netlab.Case):
    """The kernel makes one route over several hops of default routes that have a gateway and the same metric."""

    WIDE = f"client up t1 remote {SERVER4} address 2001:db8:1::3/64 gateway 2001:db8:1::2"
    OTHER = "::/0 via fe80::1 dev lan metric 1024"

    def beside(self):
        """t1 with its default route, and somebody else's made one with it."""
        self.client.ip("route add " + self.OTHER)
        alone = self.client.state()
        self.client.ip("route del " + self.OTHER)
        self.up(self.client, self.WIDE)
        self.client.ip("route append " + self.OTHER)
        self.assertEqual(len(self.client.routes("default6/0 multipath")), 1)
        return alone

    def test_down_leaves_the_hop_of_somebody_else(self):
        alone = self.beside()
        self.up(self.client, "client down t1")
        self.same(alone, self.client)

    def test_up_beside_the_hop_of_somebody_else(self):
        alone = self.beside()
        for turn in ("merged", "alone"):
            with self.subTest(turn):
                before = self.client.state()
                done = netlab.run(self.client, self.WIDE)
                self.assertIn(done.status, (0, 1, 2), done)
                if done.status:
                    self.assertIn("metric", done.err)
                    self.same(before, self.client, f"half done: {done}")
                else:
                    self.assertEqual(len(self.client.routes("default6/0 multipath")), 1)
                    self.tell(self.client, "client check")
                self.tell(self.client, "client down t1")
                self.same(alone, self.client)

    def test_another_metric_beside_the_hop_of_somebody_else(self):
        alone = self.beside()
        self.up(self.client, self.WIDE + " metric 7")
        self.assertEqual(len(self.client.routes("default6/0 t1 7")), 1)
        self.assertEqual(len(self.client.routes("default6/0 lan 1024")), 1)
        self.assertEqual(len(self.client.routes("default6/0")), 2)
        self.up(self.client, "client down t1")
        self.same(alone, self.client)

    def test_a_second_hop_of_our_own(self):
        """A kill in a change of the gateway leaves two."""
        before = self.client.state()
        self.up(self.client, self.WIDE)
        wanted = self.client.state()
        for gateway, command in (("2001:db8:1::9", self.WIDE), ("2001:db8:1::9", "client down t1")):
            with self.subTest(command):
                self.client.ip(f"route append ::/0 via {gateway} dev t1 metric 1024 proto 41")
                self.assertEqual(len(self.client.routes("default6/0 multipath")), 1)
                self.tell(self.client, "client check", status=3)
                self.up(self.client, command)
                self.same(wanted if command == self.WIDE else before, self.client)
