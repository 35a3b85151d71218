# SPDX-License-Identifier: GPL-2.0-or-later
"""An interface that tunnels need has gone, or is another one by now: check says so, what comes after it works, down ends."""

import json

import netlab
from netlab import CLIENT4, PAIR, PAIR_B, PREFIX, SECOND4, SERVER4, SERVER4B

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
BOB = f"server add-peer bob remote {SECOND4} address {PAIR_B[1]}"
UPLINK = "link add up1 type veth peer name far1\nlink set up1 up\nlink set far1 up\naddr add 2001:db8:a::2/64 dev up1 nodad"
NEAR = f"server add-peer near remote {CLIENT4} address 2001:db8:a::a3"
UP1_RA = "net.ipv6.conf.up1.accept_ra"


class Vanished(netlab.Case):
    """An interface that tunnels need goes away under them."""

    def differences(self, host, words):
        """What a check that exits 3 says."""
        return "\n".join(entry["difference"] for entry in json.loads(self.tell(host, f"-j {words}", status=3).out))

    def test_an_uplink_made_anew(self):
        """The new one has accept_ra=1, of which the journal says that it is 2."""
        self.server.ip(UPLINK)
        self.server.set(UP1_RA, 1)
        self.up(self.server, "server up uplink up1")
        self.up(self.server, NEAR)
        self.assertEqual(self.server.get(UP1_RA), "2")
        self.server.ip("link del up1\n" + UPLINK)
        self.server.set(UP1_RA, 1)
        self.assertIn("up1.accept_ra", self.differences(self.server, "server check"))
        self.up(self.server, NEAR)
        self.assertEqual(self.server.get(UP1_RA), "2")
        self.up(self.server, "server check")
        self.up(self.server, "server down")
        self.assertEqual(self.server.get(UP1_RA), "1")

    def test_a_lan(self):
        before = self.client.state()
        self.client.ip("link add lan0 type veth peer name lan1\nlink set lan0 up\nlink set lan1 up")
        other = f"client up t2 remote {SERVER4B} address 2001:db8:1::9 gateway none"
        self.up(self.client, UP + f" prefix {PREFIX},lan0")
        self.up(self.client, other)
        self.client.ip("link del lan0")
        self.assertIn("lan0", self.differences(self.client, "client check"))
        self.assertIn("lan0", self.differences(self.client, "check"))
        self.up(self.client, "client check t2")
        self.up(self.client, other + " mtu 1400 prefix 2001:db8:300::/48")
        self.assertEqual(self.client.links()["t2"]["mtu"], 1400)
        self.up(self.client, "client down t2")
        self.up(self.client, f"client up t3 remote {SECOND4} address 2001:db8:1::b gateway none")
        self.tell(self.client, "client down t1")
        self.up(self.client, "client down t3")
        self.same(before, self.client)

    def test_an_uplink(self):
        before = self.server.state()
        self.server.ip(UPLINK)
        self.up(self.server, "server up uplink up1")
        for words in (ALICE, BOB, NEAR.replace(CLIENT4, "198.51.100.9") + " proxy-ndp on"):
            self.up(self.server, words)
        self.server.ip("link del up1")
        self.assertIn("the uplink up1", self.differences(self.server, "server check"))
        self.up(self.server, "client up t9 remote 198.51.100.77 address 2001:db8:1::9 gateway none")
        self.up(self.server, "client down t9")
        self.tell(self.server, "server del-peer bob")
        self.assertNotIn("sit-bob", self.server.links())
        self.tell(self.server, "server down")
        self.same(before, self.server)
