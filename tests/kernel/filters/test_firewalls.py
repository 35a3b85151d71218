# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside Debian's nftables.conf, ufw and firewalld: their reloads and sitctl's table, and what they let in."""

import os
import re
import shutil
import subprocess
import time
import unittest

import netlab
from netlab import CLIENT4, PAIR, SERVER4
import netlink
import packets

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
INSIDE = "10.0.0.9"
PASS = f"nat pass home remote {SERVER4} to {INSIDE}"
CONF = "/etc/nftables.conf"
BUS = """<busconfig>
    <type>system</type> <listen>unix:path={}</listen> <auth>EXTERNAL</auth>
    <policy context="default">
        <allow user="*"/> <allow own="*"/> <allow send_destination="*"/> <allow receive_sender="*"/>
    </policy>
</busconfig>"""


class Beside(netlab.Case):
    """The client has the firewall, a plain tunnel of the server is its far end."""

    needs = ()

    @classmethod
    def setUpClass(cls):
        for program in cls.needs:
            if not shutil.which(program):
                raise unittest.SkipTest(f"no {program}")
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.server.ip(netlab.FAR_SERVER)

    def private(self, folder):
        """A copy of a folder in its place, until the test ends."""
        copy = os.path.join(self.lab.files, os.path.basename(folder))
        shutil.copytree(folder, copy)
        self.addCleanup(shutil.rmtree, copy)
        netlab.mount(copy, folder, None, netlab.MS_BIND)
        self.addCleanup(subprocess.run, ["umount", folder], check=True)

    def do(self, words):
        """Runs a program on the client; it must succeed. Returns what it wrote."""
        with self.client:
            done = subprocess.run(words.split(), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def has_table(self, name="sitctl"):
        with self.client.looking():
            return any(name == found for _, found in netlink.tables())

    def whole(self, when):
        """sitctl's table and tunnel are as they were told."""
        self.assertTrue(self.has_table(), when)
        done = netlab.run(self.client, "client check")
        self.assertEqual((done.status, done.out, done.err), (0, "", ""), when)

    def carries(self, when):
        """Each side can speak first."""
        for host, target in ((self.client, PAIR[0]), (self.server, PAIR[1])):
            self.assertEqual(packets.ask(host, target), "reply", f"{when}, {host.name} first")

    def closed(self, when):
        """The firewall does not know these packets: untracked ones are no answers to it, whoever speaks first."""
        for host, target in ((self.client, PAIR[0]), (self.server, PAIR[1])):
            self.assertNotEqual(packets.ask(host, target, within=0.7), "reply", f"{when}, {host.name} first")

    def remedy(self, command):
        """`up` changes nothing and names the command that lets the tunnel pass."""
        done = self.tell(self.client, UP)
        self.assertTrue(done.err.strip().endswith("to accept it: " + command), done.err)
        self.assertIn(f"protocol 41 from {SERVER4}", done.err)
        return command

    def keeps(self, listing):
        """`down` and `up` leave what `listing` lists of the firewall as it was; the tunnel is up before and after."""
        before = listing()
        self.up(self.client, "client down t1")
        self.assertEqual(listing(), before, "down changed the firewall")
        self.assertFalse(self.has_table())
        self.up(self.client, UP)
        self.assertEqual(listing(), before, "up changed the firewall")
        self.whole("up beside the firewall")
        self.carries("up beside the firewall")


class Nftables(Beside):
    """Debian's own file, which begins with `flush ruleset`."""

    def setUp(self):
        super().setUp()
        try:
            with open(CONF, encoding="utf-8") as file:
                if "flush ruleset" not in file.read():
                    self.skipTest(f"{CONF} does not flush the ruleset")
        except OSError as error:
            self.skipTest(str(error))

    def listing(self):
        return [self.do(f"nft -s list table {family} {name}")
                for family, name in re.findall("table (.+) (.+)", self.do("nft list tables")) if name != "sitctl"]

    def test_loaded_before(self):
        self.do(f"nft -f {CONF}")
        before = self.listing()
        self.assertNotEqual(before, [])
        self.up(self.client, UP)
        self.assertEqual(self.listing(), before)
        self.carries("loaded before")
        self.keeps(self.listing)

    def test_loaded_after(self):
        """It takes sitctl's table away, which check tells and up repairs."""
        self.up(self.client, UP)
        wanted = self.client.state()
        self.do(f"nft -f {CONF}")
        self.assertFalse(self.has_table())
        before = self.listing()
        self.assertIn("nf_tables", self.tell(self.client, "client check", status=3).out)
        self.up(self.client, UP)
        self.whole("repaired")
        self.carries("repaired")
        self.assertEqual(self.listing(), before)
        self.keeps(self.listing)
        self.do("nft delete table inet filter")
        self.same(wanted, self.client)


class Passing(Beside):
    """The client is a NAT, and the tunnel's client behind it, in lan: what the firewall forwards."""

    @classmethod
    def prepare(cls):
        cls.client.ip("addr add 10.0.0.1/24 dev lan")
        cls.client.set("net.ipv4.conf.all.forwarding", 1)
        cls.client.nft("table ip others { chain out { type nat hook postrouting priority srcnat; oifname wan masquerade; }; }")
        cls.lan.ip(f"addr add {INSIDE}/24 dev eth0\nroute add default via 10.0.0.1")
        cls.tell(cls(), cls.server, f"server add-peer home remote {CLIENT4} address {PAIR[1]}")
        cls.tell(cls(), cls.lan, UP)

    def asked(self):
        """What each side that speaks first gets, when the NAT remembers nothing."""
        results = []
        for host, target in ((self.server, PAIR[1]), (self.lan, PAIR[0])):
            self.do("conntrack -F")
            results.append(packets.ask(host, target, within=2))
        return results

    def follow(self, **env):
        """The pass names the command that lets it through; after that it has nothing to say."""
        said = self.tell(self.client, PASS).err
        self.assertNotEqual(self.asked(), ["reply", "reply"], "it is open before")
        command = said.strip().rsplit("to accept it: ", 1)[1]
        with self.client:
            subprocess.run(["sh", "-ec", command], check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, **env))
        return command

    def passes(self):
        self.assertEqual(self.asked(), ["reply", "reply"])
        self.up(self.client, PASS)


class UfwHost(Beside):
    needs = "ufw", "iptables-save"

    def setUp(self):
        super().setUp()
        self.private("/etc/ufw")

    def listing(self):
        rules = self.do("iptables-save") + self.do("ip6tables-save")
        return [re.sub(r" \[\d+:\d+\]", "", line) for line in rules.splitlines() if not line.startswith("#")]


class Ufw(UfwHost):
    weight = 101

    def test_all_its_life(self):
        """One test, for ufw takes its time: enabled after `up` and before it, reloaded, disabled."""
        self.up(self.client, UP)
        self.do("ufw --force enable")
        self.whole("enabled")
        self.closed("enabled")
        self.do(self.remedy(f"ufw allow proto ipv6 from {SERVER4}"))
        self.carries("allowed")
        self.assertIn(f"-A ufw-user-input -s {SERVER4}/32 -p ipv6 -j ACCEPT", self.listing())
        self.keeps(self.listing)
        self.do("ufw reload")
        self.whole("reloaded")
        self.carries("reloaded")
        self.do("ufw disable")
        self.whole("disabled")
        self.carries("disabled")
        self.up(self.client, "client down t1")
        self.assertFalse(self.has_table())


class UfwPass(Passing, UfwHost):
    weight = 99

    def test_what_is_passed_on(self):
        self.do("ufw --force enable")
        self.assertIn("ufw route allow", self.follow())
        self.passes()


class FirewalldHost(Beside):
    needs = "firewalld", "firewall-cmd", "dbus-daemon"

    def setUp(self):
        super().setUp()
        self.private("/etc/firewalld")
        self.log = os.path.join(self.lab.files, "firewalld.log")
        self.bus = os.path.join(self.lab.files, "bus")

    def start(self, *words):
        """A daemon of the client's, until the test ends."""
        with self.client, open(self.log, "a", encoding="utf-8") as log:
            daemon = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                      env=dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={self.bus}"))
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        return daemon

    def wait_for(self, daemon, sign):
        end = time.monotonic() + 60
        while not sign():
            if daemon.poll() is not None or time.monotonic() > end:
                with open(self.log, encoding="utf-8") as log:
                    self.fail(f"{daemon.args[0]} does not come up: {log.read()}")
            time.sleep(0.1)

    def firewalld(self):
        """Starts it with a bus of its own."""
        with open(self.bus + ".conf", "w", encoding="ascii") as file:
            file.write(BUS.format(self.bus))
        daemon = self.start("dbus-daemon", f"--config-file={self.bus}.conf", "--nofork", "--nopidfile")
        self.wait_for(daemon, lambda: os.path.exists(self.bus))
        daemon = self.start("firewalld", "--nofork", "--nopid", "--log-target=console")
        self.wait_for(daemon, lambda: self.has_table("firewalld"))
        self.wait_for(daemon, self.running)
        return daemon

    def running(self):
        return self.cmd("--state", check=False) == "running"

    def reload(self, daemon, word):
        """On a busy machine it takes longer than the 25 s that the client waits for an answer."""
        if self.cmd(word, check=False) != "success":
            self.wait_for(daemon, self.running)

    def cmd(self, *words, check=True):
        with self.client:
            done = subprocess.run(["firewall-cmd", *words], capture_output=True, text=True, check=False,
                                  env=dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={self.bus}"))
        if check:
            self.assertEqual(done.returncode, 0, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def listing(self):
        return self.do("nft -s list table inet firewalld")


class Firewalld(FirewalldHost):
    weight = 100

    def test_all_its_life(self):
        """One test, for it takes its time: started after `up` and before it, reloaded in both ways, stopped."""
        self.up(self.client, UP)
        daemon = self.firewalld()
        self.whole("started")
        self.closed("started")
        rule = f"rule family=ipv4 source address={SERVER4} protocol value=ipv6 accept"
        self.remedy(f"firewall-cmd --permanent --add-rich-rule='{rule}'; firewall-cmd --reload")
        self.cmd("--permanent", "--add-rich-rule=" + rule)
        self.reload(daemon, "--reload")
        self.whole("reloaded")
        self.carries("reloaded")
        self.keeps(self.listing)
        self.reload(daemon, "--complete-reload")
        self.whole("completely reloaded")
        self.carries("completely reloaded")
        daemon.terminate()
        daemon.wait()
        self.assertFalse(self.has_table("firewalld"))
        self.whole("stopped")
        self.carries("stopped")
        self.up(self.client, "client down t1")
        self.assertFalse(self.has_table())


class FirewalldPass(Passing, FirewalldHost):
    weight = 99

    def test_what_is_passed_on(self):
        self.firewalld()
        self.assertIn("firewall-cmd", self.follow(DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={self.bus}"))
        self.passes()
