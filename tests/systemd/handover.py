# SPDX-License-Identifier: GPL-2.0-or-later
"""What a server hands out is given to the managers as it is: each makes the tunnel of it, and it carries."""

import pathlib
import time

from case import Case, link, run

DEV, FAR, OWN = "sit-ipv6", "2001:db8:1::32", "2001:db8:1::33"
NETWORKD, NETPLAN = pathlib.Path("/etc/systemd/network"), pathlib.Path(f"/etc/netplan/{DEV}.yaml")
KEYFILE = pathlib.Path(f"/etc/NetworkManager/system-connections/{DEV}.nmconnection")
MANAGED = pathlib.Path("/etc/NetworkManager/conf.d/zz-handover.conf")
EXAMPLE = NETWORKD / "05-sitctl.network"


class Handover(Case):
    """The host `inet` is the server of this one."""

    @classmethod
    def setUpClass(cls):
        # The example keeps networkd off all sit tunnels; where it makes some itself it names ours, as its comment has it.
        if EXAMPLE.exists():
            EXAMPLE.write_text(EXAMPLE.read_text(encoding="ascii").replace("#Name=", "Name="), encoding="ascii")
        for words in ("server up uplink s0 local 203.0.113.254 mtu 1400 ttl 77",
                      f"server add-peer host remote 203.0.113.1 address {OWN}/127 prefix 2001:db8:400::/64"):
            done = run(f"sitctl -n inet {words}")
            assert done.returncode == 0, done.stdout

    @classmethod
    def tearDownClass(cls):
        run("sitctl -n inet server down")

    def setUp(self):
        self.paths = []

    def tearDown(self):
        for path in self.paths:
            path.unlink()
        run(f"ip link del {DEV}")
        run("ip -6 route flush type unreachable")
        run("networkctl reload")

    def put(self, path, text):
        path.write_text(text, encoding="ascii")
        path.chmod(0o600 if "network/" not in str(path) else 0o644)
        self.paths.append(path)

    def exported(self, form):
        return self.good(f"sitctl -q -n inet server export host {form}")

    def is_there(self):
        self.until_good(f"ping -n -c 1 -W 2 {FAR}")
        self.reaches(OWN, ns="inet")
        found = run(f"ip -d link show dev {DEV}").stdout
        self.assertIn("mtu 1400", found)
        self.assertIn("remote 203.0.113.254", found)
        self.assertIn("ttl 77", found)
        self.assertIn(f"{OWN}/127", self.good(f"ip -6 addr show dev {DEV}"))
        # Beside the one that this host has, with the same metric: a route of two hops.
        self.assertRegex(self.good("ip -6 route show default"), f"via {FAR} dev {DEV}")
        self.assertIn("2001:db8:400::/64", self.good("ip -6 route show type unreachable"))

    def refuses_to_adopt(self, manager):
        """A manager goes on managing it."""
        self.assertIn(manager, self.good(f"sitctl client adopt {DEV}", status=1))

    def test_1_networkd(self):
        text = self.exported("networkd")
        netdev, network = text.split(f"# /etc/systemd/network/{DEV}.network\n")
        self.put(NETWORKD / f"{DEV}.netdev", netdev)
        self.put(NETWORKD / f"{DEV}.network", network)
        self.good("networkctl reload")
        self.is_there()
        self.refuses_to_adopt("systemd-networkd")
        imported = self.good(f"sitctl client import networkd {self.paths[0]} {self.paths[1]}")
        self.assertEqual(imported, self.exported("sitctl.conf"))

    def test_2_netplan(self):
        self.put(NETPLAN, self.exported("netplan"))
        self.good("/usr/libexec/netplan/generate")
        self.paths += pathlib.Path("/run/systemd/network").glob(f"*netplan-{DEV}.*")
        self.assertEqual(len(self.paths), 3)
        self.good("networkctl reload")
        self.is_there()
        self.assertEqual(self.good(f"sitctl client import netplan {NETPLAN}"), self.exported("sitctl.conf"))

    def test_3_networkmanager(self):
        self.put(NETWORKD / "00-handover.network", f"[Match]\nName={DEV}\n[Link]\nUnmanaged=yes\n")
        self.good("networkctl reload")
        self.put(MANAGED, f"[keyfile]\nunmanaged-devices=*,except:interface-name:{DEV}\n")
        self.put(KEYFILE, self.exported("networkmanager"))
        self.good("systemctl restart NetworkManager.service")
        self.good(f"nmcli connection load {KEYFILE}")
        done = run(f"nmcli connection up {DEV}")
        self.assertEqual(done.returncode, 0, self.good("journalctl --no-pager -b -u NetworkManager.service"))
        self.is_there()
        self.refuses_to_adopt("NetworkManager")
        self.good(f"nmcli connection down {DEV}")
        time.sleep(1)
        self.assertIsNone(link(DEV))
        self.good("systemctl stop NetworkManager.service")
