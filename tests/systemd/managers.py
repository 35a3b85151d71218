# SPDX-License-Identifier: GPL-2.0-or-later
"""The real NetworkManager and the real netplan make underlays come, change and go: the hooks bring the tunnels along."""

import pathlib
import re

from case import FILES, Case, link, run

PROFILE = pathlib.Path("/etc/NetworkManager/system-connections/underlay.nmconnection")
GENERATE, YAML = "/usr/libexec/netplan/generate", pathlib.Path("/etc/netplan/underlay.yaml")


class Managers(Case):
    """Underlays to the host `far`, which is the server of these clients; each class is a manager of one of them."""

    def client(self, name, words):
        """A file in /etc/sitctl, which the hooks shall act upon."""
        (FILES / f"{name}.conf").write_text("[client]\n" + words.replace("; ", "\n") + "\n", encoding="ascii")

    def forget(self, *names):
        for name in names:
            (FILES / f"{name}.conf").unlink()
            self.good(f"sitctl client down {name}")

    def told(self, unit):
        return self.good(f"journalctl --no-pager -b -u {unit}")


class NetworkManager(Managers):
    def test_1_an_underlay_comes_up(self):
        self.good("sitctl -n far server up uplink wan")
        self.good("sitctl -n far server add-peer roam remote 10.7.0.2 address 2001:db8:7::3/127")
        self.client("roam", "remote = 10.7.0.1; address = 2001:db8:7::3/127; gateway = none; dev = nm0")
        self.client("fixed", "remote = 10.7.0.1; local = 10.7.0.5; address = 2001:db8:7::13/127; gateway = none")
        PROFILE.write_text("[connection]\nid=underlay\ntype=ethernet\ninterface-name=nm0\nautoconnect=false\n"
                           "[ipv4]\nmethod=manual\naddress1=10.7.0.2/24\n[ipv6]\nmethod=disabled\n", encoding="ascii")
        PROFILE.chmod(0o600)
        self.good("systemctl start NetworkManager.service")
        devices = dict(re.findall("(?m)^([^:]+):(.*)$", self.good("nmcli -t -f DEVICE,STATE device")))
        self.assertEqual([name for name, state in devices.items() if state != "unmanaged"], ["nm0"], devices)
        self.assertIsNone(link("roam"), "no event yet")
        self.good("nmcli connection up underlay")
        self.until_good("ip link show dev roam")
        self.until_good("sitctl client check roam")
        self.assertEqual(link("roam")["mtu"], 1480)
        self.reaches("2001:db8:7::2")
        # Ours ran, in its dispatcher; the tunnel whose own address is not there yet kept no other down.
        self.assertIn("10.7.0.5", self.told("NetworkManager-dispatcher.service"))
        self.assertIsNone(link("fixed"))

    def test_2_it_changes_its_address_and_its_mtu(self):
        index = link("roam")["ifindex"]
        self.good("sitctl -n far server set-peer roam remote 10.7.0.5")
        self.good("ip -n far link set wan mtu 1400")
        self.good("nmcli connection modify underlay ipv4.addresses 10.7.0.5/24 802-3-ethernet.mtu 1400")
        self.good("nmcli connection up underlay")
        self.until_good("ip link show dev fixed")
        self.until_good("sitctl client check roam")
        self.assertEqual((link("roam")["mtu"], link("roam")["ifindex"]), (1380, index))
        self.assertEqual(link("fixed")["mtu"], 1380)
        self.reaches("2001:db8:7::2")

    def test_3_down_and_up_again(self):
        self.good("nmcli connection down underlay")
        self.assertNotEqual(run("ping -n -c 1 -W 2 2001:db8:7::2").returncode, 0)
        self.good("sitctl client check roam", status=3)
        self.good("nmcli connection up underlay")
        self.until_good("sitctl client check roam")
        self.until_good("sitctl client check fixed")
        self.reaches("2001:db8:7::2")

    def test_4_it_takes_nothing_away(self):
        self.good("systemctl restart NetworkManager.service")
        self.good("nmcli connection up underlay")
        self.until_good("sitctl check")
        self.reaches("2001:db8:7::2")
        self.forget("roam", "fixed")
        self.good("systemctl stop NetworkManager.service")
        self.good("sitctl check")


class Netplan(Managers):
    def test_1_an_underlay_comes_up(self):
        self.good("sitctl -n far server up uplink wan")
        self.good("sitctl -n far server add-peer plan remote 10.8.0.2 address 2001:db8:8::3/127")
        self.client("plan", "remote = 10.8.0.1; address = 2001:db8:8::3/127; gateway = none; dev = np0")
        self.plan("10.8.0.2/24")
        self.assertIsNone(link("plan"), "no event yet")
        self.good(GENERATE)     # as at boot
        self.assertIn("Address=10.8.0.2/24", pathlib.Path("/run/systemd/network/10-netplan-np0.network").read_text(encoding="ascii"))
        self.good("networkctl reload")
        self.until_good("ip link show dev plan")
        self.until_good("sitctl client check plan")
        self.reaches("2001:db8:8::2")

    def test_2_it_changes_its_address_and_its_mtu(self):
        index = link("plan")["ifindex"]
        self.good("sitctl -n far server set-peer plan remote 10.8.0.5")
        self.good("ip -n far link set lan mtu 1400")
        self.plan("10.8.0.5/24", "mtu: 1400")
        self.good("netplan apply")
        self.until_good("ping -n -c 1 -W 2 2001:db8:8::2")
        self.until_good("sitctl client check plan")
        self.assertEqual((link("plan")["mtu"], link("plan")["ifindex"]), (1380, index))
        self.forget("plan")
        self.good("sitctl check")

    def plan(self, address, more=""):
        YAML.write_text(f"network:\n  version: 2\n  renderer: networkd\n  ethernets:\n    np0:\n      addresses: [{address}]\n"
                        + (f"      {more}\n" if more else ""), encoding="ascii")
        YAML.chmod(0o600)
