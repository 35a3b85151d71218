# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples of the manual: each is taken from the page, run as it stands there, and carries packets."""

import errno
import os
import re
import socket
import subprocess

import netlab
from netlab import CLIENT4, INTERNET, SECOND4, SERVER4, SERVER4B
import packets
import played

PAGES = netlab.TOP / "man" / "sitctl.8", netlab.TOP / "man" / "sitctl.conf.5"
BLOCK = re.compile(r'^\.\\" example: (\S+)\n\.Bd -literal\n(.*?)^\.Ed$', re.M | re.S)
PLAYED = {"vps", "router", "router-moved", "radvd", "leave", "nat", "look", "batch", "broker", "broker-conf",
          "client-conf", "ifupdown-options", "ifupdown-plain", "systemd", "nat-conf"}
HOME = f"server add-peer home remote {CLIENT4} address 2001:db8:1::3/127"
MASQUERADE = "table ip nat { chain out { type nat hook postrouting priority srcnat; oifname wan masquerade; }; }"
MOVED4, INSIDE4, WEB = "198.51.100.8", "192.168.1.10", "2001:db8:100::80"


def examples():
    """{name: text} of both pages."""
    pages = "".join(page.read_text(encoding="ascii") for page in PAGES)
    return {name: text.replace("\\e", "\\") for name, text in BLOCK.findall(pages)}


class Manual(played.Played):
    """Of sitctl(8) and sitctl.conf(5)."""

    def play(self, name):
        self.follow(examples()[name])

    def write(self, host, name):
        """A file of an example: its first line is its path, which is returned."""
        text = examples()[name]
        self.files[host.name][text.split()[1]] = text
        return text.split()[1]

    def test_all_are_here(self):
        self.assertEqual(set(examples()), PLAYED)
        blocks = sum(page.read_text(encoding="ascii").count(".Bd -literal") for page in PAGES)
        self.assertEqual(blocks, len(PLAYED), "a block without a mark, or a name that is there twice")

    def test_vps(self):
        self.play("vps")
        self.checked(self.client, self.server)
        before = self.client.state(), self.server.state()
        self.up(self.client, "client down sit-ipv6")
        self.up(self.server, "server down")
        self.own(self.server, "server up")      # as the services do at boot
        self.own(self.client, "client up sit-ipv6")
        self.same(before[0], self.client, "from the saved file")
        self.same(before[1], self.server, "from the saved file")
        self.reaches(self.client, INTERNET)

    def test_router(self):
        self.resolve(CLIENT4)
        self.lan.ip(f"addr add {WEB}/64 dev eth0 nodad\nroute add default via 2001:db8:100::1")
        self.play("router")
        self.checked(self.client, self.server)
        self.reaches(self.lan, INTERNET)
        self.assertEqual([self.knock(443), self.knock(22)], [errno.ECONNREFUSED, errno.EAGAIN])
        self.client.ip(f"""
            addr del {CLIENT4}/24 dev wan
            addr add {MOVED4}/24 dev wan
            route add default via 198.51.100.1""")
        self.assertEqual(packets.ask(self.inet, WEB, within=0.5), "silence")
        self.resolve(MOVED4)
        self.play("router-moved")
        self.reaches(self.lan, INTERNET)
        self.reaches(self.inet, WEB)
        self.checked(self.client, self.server)

    def knock(self, port):
        """How the web server's host answers a connection from outside: refused, or not at all."""
        with self.inet.looking():
            sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        with sock:
            sock.settimeout(1)
            try:
                return sock.connect_ex((WEB, port))
            except TimeoutError:
                return errno.EAGAIN

    def test_radvd(self):
        path = os.path.join(self.lab.files, "radvd.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(examples()["radvd"])
        with self.client:
            done = subprocess.run(["radvd", "-c", "-C", path], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_leave(self):
        self.server.ip(f"""
            tunnel add broker mode sit remote {CLIENT4} local {SERVER4B} ttl 255
            link set broker up
            addr add 2001:db8:1:ffff::1/64 dev broker nodad""")
        self.client.ip(f"""
            tunnel add he-ipv6 mode sit remote {SERVER4B} local {CLIENT4} ttl 255
            link set he-ipv6 up
            addr add 2001:db8:1:ffff::2/64 dev he-ipv6 nodad
            route add ::/0 dev he-ipv6""")
        self.server.set("net.ipv6.conf.all.forwarding", 1)
        self.reaches(self.client, INTERNET)
        self.play("leave")
        self.checked(self.client, self.server)
        self.assertNotIn("he-ipv6", self.client.links())

    def test_nat(self):
        self.client.ip("addr add 192.168.1.1/24 dev lan")
        self.client.nft(MASQUERADE)
        self.lan.ip(f"addr add {INSIDE4}/24 dev eth0\nroute add default via 192.168.1.1")
        self.play("nat")
        self.checked(self.client, self.lan, self.server)

    def test_broker(self):
        path = self.write(self.server, "broker-conf")
        self.play("broker")
        peers = self.show(self.server, "server show")
        self.assertEqual(len(peers), 10)
        self.assertEqual({peer["ttl"] for peer in peers}, {64})
        for peer in peers:
            host = {CLIENT4: self.client, SECOND4: self.second}.get(peer["remote"])
            if host:
                self.up(host, f"client up t1 remote {SERVER4} address {peer['address'][0]} prefix {peer['prefix'][0]}")
                self.reaches(host, INTERNET)
        self.reaches(self.client, "2001:db8:1::5")
        text = self.files[self.server.name][path]
        self.files[self.server.name][path] = text[:text.index("\n[peer jens]")]
        with self.at(self.server):
            self.assertIn(f"jens: is not in {path}: removed", self.tell(self.server, "server up").err)
        self.assertEqual(len(self.show(self.server, "server show")), 9)
        self.checked(self.server)

    def client_file(self):
        """The client's file of the manual, and a server for it."""
        self.write(self.client, "client-conf")
        self.up(self.server, HOME + " prefix 2001:db8:100::/64")

    def test_client_conf(self):
        self.client_file()
        self.own(self.client, "client up sit-ipv6")
        self.checked(self.client)
        self.reaches(self.client, INTERNET)
        shown = self.show(self.client, "client show sit-ipv6")[0]
        self.assertEqual((shown["allow"], shown["simple-security"]), (["tcp/443@2001:db8:100::80"], "on"))

    def test_ifupdown_options(self):
        """The options become parameters; the real program is tried elsewhere."""
        self.up(self.server, HOME)
        text = examples()["ifupdown-options"]
        self.assertIn("iface sit-ipv6 inet6 manual\n", text)
        options = re.findall(r"^ +(\S+) (.+)$", text, re.M)
        self.assertEqual([name for name, _ in options if not name.startswith("sitctl-")], [])
        words = " ".join(f"{name.removeprefix('sitctl-')} {value}" for name, value in options)
        self.up(self.client, "client up sit-ipv6 " + words)
        self.reaches(self.client, INTERNET)

    def test_ifupdown_plain(self):
        self.client_file()
        text = examples()["ifupdown-plain"]
        self.assertIn("iface sit-ipv6 inet6 manual\n", text)
        commands = dict(re.findall(r"^ +(up|down) (.+)$", text, re.M))
        before = self.client.state()
        self.shell(self.client, commands["up"], IFACE="sit-ipv6")
        self.reaches(self.client, INTERNET)
        self.shell(self.client, commands["down"], IFACE="sit-ipv6")
        self.same(before, self.client)

    def test_systemd(self):
        """The units are named as they are installed; the real program is tried elsewhere."""
        for host, command in played.steps(examples()["systemd"]):
            self.assertIn(host, self.hosts)
            self.assertRegex(command, r"^systemctl (enable --now|reload) sitctl(@sit-ipv6|-server)\.service$")
        for unit in ("sitctl@.service", "sitctl-server.service", "sitctl-nat.service"):
            self.assertIn(unit.replace("@.", "@NAME."), PAGES[0].read_text(encoding="ascii"))

    def test_nat_conf(self):
        self.client.ip("addr add 192.168.1.1/24 dev lan")
        before = self.client.state()
        self.write(self.client, "nat-conf")
        self.own(self.client, "nat up")
        self.checked(self.client)
        self.assertEqual(sorted(one["name"] for one in self.show(self.client, "nat show")), ["attic", "cellar"])
        self.own(self.client, "nat down")
        self.same(before, self.client)

    def test_look(self):
        self.up(self.server, HOME)
        before = self.client.state()
        commands = [command for _, command in played.steps(examples()["look"])]
        plan = self.shell(self.client, commands[0])
        self.assertIn("ip link add dev sit-ipv6", plan)
        self.same(before, self.client, "--dry-run changed something")
        for command in commands[1:-1]:
            self.shell(self.client, command)
        self.reaches(self.client, INTERNET)
        self.shell(self.client, commands[-1])
        self.same(before, self.client)

    def test_batch(self):
        self.play("batch")
        self.checked(self.server)
        peers = self.show(self.server, "server show")
        self.assertEqual([(peer["name"], peer["ttl"]) for peer in peers], [("a", 64), ("b", 64)])
        self.up(self.client, f"client up t1 remote {SERVER4} address 2001:db8:1::3")
        self.reaches(self.client, INTERNET)
