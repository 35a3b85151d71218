#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where systemd is the init: what has come up by itself, networkd, other managers, exports given to them, the package; in this order.

`run.py [SUBSTRING...]`: only tests whose name holds one of these. Last line: N passed, N failed."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

import handover
import managers
from case import FILES, Case, link, run

CLIENT, SERVER, NAT = "sitctl@home.service", "sitctl-server.service", "sitctl-nat.service"
EXAMPLES = pathlib.Path("/usr/share/doc/sitctl/examples/systemd")
CATCH_ALL, COPIES = pathlib.Path("/etc/systemd/network/zz.network"), []
HERE = pathlib.Path(__file__).resolve().parent


class Booted(Case):
    def test_01_both_came_up_by_themselves(self):
        for unit in (CLIENT, SERVER):
            self.assertEqual(self.properties(unit), {"ActiveState": "active", "SubState": "exited", "Result": "success",
                                                     "UnitFileState": "enabled"}, self.good(f"journalctl --no-pager -u {unit}"))
        self.assertEqual(self.good("systemctl is-active network-online.target").strip(), "active")
        self.assertEqual(self.good("sitctl check"), "")
        modules = pathlib.Path("/proc/modules").read_text(encoding="ascii")
        for module in ("sit", "nf_tables"):
            self.assertRegex(modules, f"(?m)^{module} ", "loaded on request")
        self.assertTrue(list(pathlib.Path("/run/sitctl").glob("netns-*/journal")))
        self.assertIsNotNone(link("sit-alice"))

    def test_02_they_carry(self):
        self.good("sitctl -n peer client up far remote 203.0.113.1 address 2001:db8:1::3/127")
        self.good("sitctl -n broker server up uplink wan")
        self.good("sitctl -n broker server add-peer root remote 203.0.113.1 address 2001:db8:1::b/127")
        self.carries()

    def test_03_the_protocol_of_routes_has_a_name(self):
        self.assertIn("proto sitctl", self.good("ip -6 route show 2001:db8:100::/64"))

    def test_04_reload_brings_the_file_to_the_kernel(self):
        index = link("home")["ifindex"]
        text = (FILES / "home.conf").read_text(encoding="ascii")
        (FILES / "home.conf").write_text(text + "mtu = 1300\n", encoding="ascii")
        self.good("sitctl client check home", status=3)
        self.good(f"systemctl reload {CLIENT}")
        self.assertEqual((link("home")["mtu"], link("home")["ifindex"]), (1300, index))
        text = (FILES / "server.conf").read_text(encoding="ascii")
        (FILES / "server.conf").write_text(text + "[peer carol]\nremote = 198.51.100.9\naddress = 2001:db8:1::11\n", encoding="ascii")
        self.good(f"systemctl reload {SERVER}")
        self.assertIsNotNone(link("sit-carol"))
        (FILES / "server.conf").write_text(text, encoding="ascii")
        self.good(f"systemctl reload {SERVER}")
        self.assertIsNone(link("sit-carol"))
        self.carries()

    def test_05_stop_undoes_what_start_did(self):
        self.assertEqual(self.good("sysctl -n net.ipv6.conf.all.forwarding").strip(), "1")
        self.good(f"systemctl stop {CLIENT} {SERVER}")
        self.assertEqual([link(name) for name in ("home", "sit-alice", "sit-bob")], [None] * 3)
        self.assertEqual(self.good("sysctl -n net.ipv6.conf.all.forwarding").strip(), "0")
        self.assertEqual(self.good("ip -6 route show proto sitctl"), "")
        self.assertEqual(self.good("ip -6 neigh show proxy"), "")
        self.assertNotIn("sitctl", self.good("nft list tables"))
        self.good(f"systemctl start {CLIENT} {SERVER}")
        self.carries()

    def test_06_a_wrong_file_is_told_and_not_tried_again(self):
        (FILES / "bad.conf").write_text("[client]\nremot = 192.0.2.9\n", encoding="ascii")
        run("systemctl start sitctl@bad.service")
        self.assertEqual(self.properties("sitctl@bad.service")["ActiveState"], "failed")
        self.assertIn("/etc/sitctl/bad.conf:2: remot:", self.good("journalctl --no-pager -u sitctl@bad.service"))
        self.good("systemctl reset-failed sitctl@bad.service")
        (FILES / "bad.conf").unlink()

    def networkd(self, words):
        """Something of networkd's, which then may take a moment."""
        self.good(words)
        self.good("/lib/systemd/systemd-networkd-wait-online --interface=up0 --interface=lan0 --timeout=60")
        time.sleep(1)

    def repair(self):
        self.good(f"systemctl reload {CLIENT} {SERVER}")
        self.assertEqual(self.good("sitctl check"), "")
        self.carries()

    def test_07_networkd_takes_away_and_up_repairs(self):
        self.good("systemctl stop networkd-dispatcher.service")     # its hook would repair before we look
        indexes = [link(name)["ifindex"] for name in ("home", "sit-alice")]
        self.networkd("systemctl restart systemd-networkd.service")
        self.assertIn("up0.proxy_ndp = 1 is configured, but the value is 0", self.good("sitctl check", status=3))
        self.repair()
        self.networkd("networkctl reconfigure lan0")
        self.assertIn("address 2001:db8:300::1/64 on lan0 is missing", self.good("sitctl check", status=3))
        self.repair()
        CATCH_ALL.write_text("[Match]\nName=*\n[Network]\nIPv6AcceptRA=no\n", encoding="ascii")
        self.networkd("systemctl restart systemd-networkd.service")
        self.networkd("networkctl reconfigure home sit-alice")
        told = self.good("sitctl check", status=3)
        self.assertIn("2001:db8:100::/64", told)
        # That file brings up the kernel's own device as well, which is not ours to take down.
        self.assertIn("to close it: ip link set sit0 down", told)
        self.good("ip link set sit0 down")
        self.repair()
        self.assertEqual([link(name)["ifindex"] for name in ("home", "sit-alice")], indexes)

    def test_08_with_the_examples_it_leaves_all_alone(self):
        for example, target in (("networkd.conf.d/sitctl.conf", "networkd.conf.d/sitctl.conf"),
                                ("network/05-sitctl.network", "network/05-sitctl.network"),
                                ("network/UPLINK.network.d/sitctl.conf", "network/up0.network.d/sitctl.conf"),
                                ("network/LAN.network.d/sitctl.conf", "network/lan0.network.d/sitctl.conf")):
            COPIES.append(pathlib.Path("/etc/systemd") / target)
            COPIES[-1].parent.mkdir(exist_ok=True)
            COPIES[-1].write_bytes((EXAMPLES / example).read_bytes())
        self.networkd("systemctl restart systemd-networkd.service")
        self.assertEqual(self.good("sitctl check"), "")
        self.networkd("networkctl reconfigure lan0 up0")
        self.assertEqual(self.good("sitctl check"), "")
        self.carries()

    def busy_networkd(self, links, words):
        """Runs each of the words, in turn and over again, while networkd is told to read its files and configure the links anew."""
        script = f"while :; do networkctl reload; networkctl reconfigure {links}; done"
        with subprocess.Popen(["sh", "-c", script], start_new_session=True, stdin=subprocess.DEVNULL) as other:
            try:
                for _ in range(5):
                    for one in words:
                        yield one, run(one)
                self.assertIsNone(other.poll())
            finally:
                os.killpg(other.pid, signal.SIGKILL)

    def test_08b_networkd_at_work_meanwhile(self):
        """On the links that carry our addresses nothing fails; where the underlay's own come and go, no worse than a refusal."""
        up = "sitctl client up far remote 192.0.2.10 address 2001:db8:1::31 gateway none prefix 2001:db8:400::/64,lan0"
        words = (up, f"{up} mtu 1300", "sitctl server add-peer zoe remote 198.51.100.99 address 2001:db8:1::41",
                 "sitctl server del-peer zoe", "sitctl client down far")
        for one, done in self.busy_networkd("lan0", words):
            self.assertEqual((done.returncode, done.stdout), (0, ""), one)
        self.networkd("networkctl reconfigure lan0")
        self.assertEqual(self.good("sitctl check"), "")
        for one, done in self.busy_networkd("up0 lan0", words):
            self.assertIn(done.returncode, (0, 1), f"{one}: {done.stdout}")
            if done.returncode:
                self.assertRegex(done.stdout, "^sitctl: ", one)
        self.networkd("networkctl reconfigure lan0 up0")
        run("sitctl server del-peer zoe")
        self.good("sitctl client down far")
        self.repair()

    def test_09_the_underlay_goes_and_comes_back(self):
        self.good("systemctl start networkd-dispatcher.service")
        self.good("ip link set up0 down")
        self.good("sitctl check", status=3)
        self.good("ip link set up0 up")
        self.until_good("sitctl check")
        self.carries()

    def test_10_the_underlay_changes_its_address(self):
        config = pathlib.Path("/etc/systemd/network/up0.network")
        text = config.read_text(encoding="ascii")
        (FILES / "late.conf").write_text("[client]\nremote = 192.0.2.10\naddress = 2001:db8:1::21\ngateway = none\n", encoding="ascii")
        config.write_text(text.replace("203.0.113.1/24", "203.0.113.3/24"), encoding="ascii")
        self.good("networkctl reload")
        self.until_good("ip link show dev late")        # the hook has run
        self.until_good("sitctl check")
        config.write_text(text, encoding="ascii")
        self.good("networkctl reload")
        self.until_good("ping -n -c 1 -W 2 2001:db8:1::a")
        self.until_good("sitctl check")
        (FILES / "late.conf").unlink()
        self.good("sitctl client down late")
        self.carries()

    def passed(self):
        return [(one["name"], one["to"]) for one in json.loads(self.good("sitctl -j nat show")) if one.get("state") != "absent"]

    def test_10b_what_the_nat_passes_on_has_a_unit_too(self):
        conf, before = FILES / "nat.conf", self.good("nft list ruleset")
        conf.write_text("[pass inside]\nremote = 192.0.2.77\nto = 192.168.1.9\n", encoding="ascii")
        self.good(f"systemctl start {NAT}")
        self.assertEqual(self.properties(NAT)["ActiveState"], "active")
        self.assertEqual(self.passed(), [("inside", "192.168.1.9")])
        self.assertEqual(self.good("sitctl check"), "")
        conf.write_text(conf.read_text(encoding="ascii").replace(".9", ".8"), encoding="ascii")
        self.good(f"systemctl reload {NAT}")
        self.assertEqual(self.passed(), [("inside", "192.168.1.8")])
        self.good(f"systemctl stop {NAT}")
        self.assertEqual(self.passed(), [])
        self.assertEqual(self.good("nft list ruleset"), before)
        conf.write_text("[pass inside]\nremote = 192.0.2.77\n", encoding="ascii")
        run(f"systemctl start {NAT}")
        self.assertEqual(self.properties(NAT)["SubState"], "failed", "a mistake in the file is not tried again")
        self.assertIn("/etc/sitctl/nat.conf:", self.good(f"journalctl --no-pager -u {NAT}"))
        self.good(f"systemctl reset-failed {NAT}")
        conf.unlink()
        self.carries()

    def test_11_an_upgrade_leaves_tunnels_and_changed_files_alone(self):
        indexes = [link(name)["ifindex"] for name in ("home", "sit-alice")]
        hook, unit = pathlib.Path("/etc/network/if-down.d/sitctl"), pathlib.Path("/lib/systemd/system/sitctl-server.service")
        hook.write_text(hook.read_text(encoding="ascii") + "# mine\n", encoding="ascii")
        newer = self.newer()
        self.good(["dpkg", "--force-confdef", "--force-confold", "-i", newer])
        self.assertIn("9.9", self.good(["dpkg-query", "-W", "-f=${Version}", "sitctl"]))
        self.assertIn("# newer", unit.read_text(encoding="ascii"))
        self.assertIn("# newer", pathlib.Path("/etc/network/if-pre-up.d/sitctl").read_text(encoding="ascii"))
        self.assertTrue(hook.read_text(encoding="ascii").endswith("# mine\n"))
        for name in (CLIENT, SERVER):
            self.assertEqual((self.properties(name)["ActiveState"], self.properties(name)["UnitFileState"]), ("active", "enabled"))
        self.assertEqual([link(name)["ifindex"] for name in ("home", "sit-alice")], indexes)
        self.carries()

    def newer(self):
        """The package again, with a higher version and changed files."""
        package = next(pathlib.Path("build/deb").glob("sitctl_*.deb"))
        tree = pathlib.Path("/tmp/newer")
        self.good(["dpkg-deb", "-R", str(package), str(tree)])
        control = tree / "DEBIAN" / "control"
        control.write_text(re.sub("(?m)^Version: .*", "Version: 9.9", control.read_text(encoding="utf-8")), encoding="utf-8")
        for name in ("etc/network/if-down.d/sitctl", "etc/network/if-pre-up.d/sitctl", "lib/systemd/system/sitctl-server.service"):
            with (tree / name).open("a", encoding="ascii") as file:
                file.write("# newer\n")
        self.good(["dpkg-deb", "-Znone", "-b", str(tree), "/tmp/newer.deb"])
        return "/tmp/newer.deb"


class Removed(Case):
    def test_1_removed_it_is_out_of_the_way(self):
        type(self).installed = [path for path in map(pathlib.Path, self.good("dpkg -L sitctl").split())
                                if path.is_file()]
        self.assertGreater(len(self.installed), 10)
        self.good("dpkg --remove sitctl")
        self.assertEqual([link(name) for name in ("home", "sit-alice")], [None] * 2, "stopped")
        for hook in ("/etc/networkd-dispatcher/routable.d/50-sitctl", "/etc/NetworkManager/dispatcher.d/50-sitctl"):
            self.assertEqual(self.good([hook, "up0", "up"]), "")
        done = run(["/etc/network/if-pre-up.d/sitctl"], env={"PATH": "/usr/bin", "IFACE": "x", "MODE": "start", "IF_SITCTL_REMOTE": "y"})
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_2_purged_it_leaves_what_the_user_wrote(self):
        self.good("dpkg --purge sitctl")
        self.assertEqual([path for path in self.installed if path.exists()], [])
        before = pathlib.Path("/run/vm/before").read_text(encoding="utf-8").split("\n")
        after = run([str(HERE / "prepare"), "list"]).stdout.split("\n")
        new = {line for line in set(after) - set(before) if "sitctl" in line}
        self.assertEqual(new, {str(FILES / "home.conf"), str(FILES / "server.conf")} | {
            str(path) for path in COPIES if "sitctl" in str(path)})
        self.assertEqual(set(before) - set(after), set())
        self.assertFalse(pathlib.Path("/run/sitctl").exists())
        self.assertNotEqual(run("systemctl cat sitctl-server.service").returncode, 0)


class NoSit(Case):
    """A kernel whose modules lack sit: it is taken out of those of the guest, whose disk is forgotten."""

    CONF, UP = FILES / "t9.conf", "client up t9 remote 192.0.2.10 address 2001:db8:1::31"
    MODULES, AWAY = pathlib.Path("/lib/modules", os.uname().release), pathlib.Path("/tmp/away")

    def sitctl(self, words, status):
        return self.good(f"{HERE.parents[1]}/build/sitctl {words}", status)

    def verdict(self):
        found = json.loads(self.sitctl("-j doctor t9", 3))[0]
        return found["verdict"], {f["cause"]: f for f in found["findings"]}

    def test_1_not_loaded_it_can_be(self):
        self.good("rmmod sit")
        self.CONF.write_text("[client]\nremote = 192.0.2.10\naddress = 2001:db8:1::31\n", encoding="ascii")
        self.assertEqual(self.verdict()[0], "device-missing")
        self.assertNotIn("sit ", pathlib.Path("/proc/modules").read_text(encoding="ascii"), "the doctor changes nothing")

    def test_2_without_it_that_is_said_and_nothing_left(self):
        self.AWAY.mkdir()
        for path in self.MODULES.rglob("sit.ko*"):
            shutil.move(path, self.AWAY)
            type(self).home = path.parent
        self.good("depmod")
        verdict, findings = self.verdict()
        self.assertEqual(verdict, "sit-missing")
        self.assertIn(os.uname().release, findings["sit-missing"]["evidence"])
        self.assertIn("modules", findings["sit-missing"]["remedy"])
        said = self.sitctl(self.UP, 1)
        self.assertIn("this kernel does not support SIT tunnels", said)
        self.assertIn("modprobe sit", said)
        self.assertFalse(pathlib.Path("/run/sitctl").exists() and list(pathlib.Path("/run/sitctl").glob("*/journal")))

    def test_3_the_advice_helps(self):
        for path in self.AWAY.iterdir():
            shutil.move(path, self.home)
        self.good("depmod")
        self.sitctl(self.UP, 0)
        self.assertNotIn("sit-missing", self.verdict()[1])
        self.sitctl("client down t9", 0)
        self.CONF.unlink()


class Lines(unittest.TextTestResult):
    """A line for each test, with its seconds."""

    def startTest(self, test):
        self.began = time.monotonic()
        unittest.TestResult.startTest(self, test)

    def stopTest(self, test):
        bad = [text for case, text in self.failures + self.errors if case is test]
        print("FAILED" if bad else "ok", f"{time.monotonic() - self.began:.1f}s", test.id(), *bad, flush=True)
        unittest.TestResult.stopTest(self, test)

    addSuccess = unittest.TestResult.addSuccess
    addFailure = unittest.TestResult.addFailure
    addError = unittest.TestResult.addError
    printErrors = unittest.TestResult.startTestRun


def main():
    suite = unittest.TestSuite()
    for case in (Booted, managers.NetworkManager, managers.Netplan, handover.Handover, Removed, NoSit):
        for test in unittest.defaultTestLoader.loadTestsFromTestCase(case):
            if not sys.argv[1:] or any(word in test.id() for word in sys.argv[1:]):
                suite.addTest(test)
    with open("/dev/null", "w", encoding="ascii") as nowhere:
        result = unittest.TextTestRunner(stream=nowhere, resultclass=Lines).run(suite)
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
