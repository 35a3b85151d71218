# SPDX-License-Identifier: GPL-2.0-or-later
"""The README: whoever types what it says, in its order, has IPv6; and what it shows is what is printed."""

import os
import re
import subprocess

import foreign
import netlab
from netlab import CLIENT4, INTERNET, SECOND4, SERVER4
import played

README = netlab.TOP / "README"
FIRST, TITLE = "first screen", re.compile(r"^  (\d\. .+|[A-Z].*\?)$|^(\S.*)$")
PROMPT = re.compile(r"^ +[a-z]+# ")
BROKER = ("2001:db8:1:12::1", "2001:db8:1:12::2")
INSIDE4 = "192.168.1.10"
MASQUERADE = "table ip nat { chain out { type nat hook postrouting priority srcnat; oifname wan masquerade; }; }"


def sections():
    """{title: [block]}: a block is indented by four columns, and ends at a blank line."""
    found, title, inside = {FIRST: []}, FIRST, False
    for line in README.read_text(encoding="ascii").splitlines()[1:]:
        head = TITLE.match(line)
        if line.startswith("    "):
            found[title] += [] if inside else [[]]
            found[title][-1].append(line)
        elif head:
            title = head[1] or head[2]
            found[title] = []
        inside = line.startswith("    ")
    return {title: ["\n".join(block) for block in blocks] for title, blocks in found.items()}


def commands(title):
    """The blocks of commands of a section."""
    return [block for block in sections()[title] if PROMPT.match(block)]


def file(title):
    """The file that a section shows: its blocks without a prompt."""
    blocks = [re.sub("^    ", "", block, flags=re.M) for block in sections()[title] if not PROMPT.match(block)]
    return "\n\n".join(blocks) + "\n"


class Readme(played.Played):
    def follow_all(self, title):
        return "".join(self.follow(block) for block in commands(title))

    def at_boot(self, *hosts):
        """What was saved is what runs: nothing is left to do at boot."""
        for host, words in hosts:
            with self.at(host):
                self.assertEqual(self.tell(host, "-D " + words).out, "")
        self.checked(*(host for host, _ in hosts))

    def test_every_command_is_played(self):
        """A section with commands is in a test below, and no command stands where none is looked for."""
        with_commands = [title for title in sections() if commands(title)]
        self.assertEqual(with_commands, [FIRST, *(f"{n}. {title}" for n, title in enumerate(
            ("A tunnel from a broker", "Your own server, and a client", "A client behind your NAT", "A small broker", "ifupdown"), 1)),
            "When it does not work"])
        self.assertEqual(sum(len(PROMPT.findall(line)) for line in README.read_text(encoding="ascii").splitlines()),
                         sum(len(played.steps(block)) for title in with_commands for block in commands(title)))

    def test_first_screen(self):
        """Both commands, and what `show` and `doctor` print."""
        up, *shown = commands(FIRST)
        self.follow(up)
        self.reaches(self.client, INTERNET)
        for block in shown:
            (host, command), = [(host, text.split("\n")[0]) for host, text in played.steps(block)]
            self.shows(block, self.shell(self.hosts[host], command))

    def shows(self, block, printed):
        """The lines of a block, from the second on, are printed in this order; `...` stands for others."""
        text = " ".join(printed.split())
        for part in " ".join(" ".join(block.splitlines()[1:]).split()).split("..."):
            self.assertIn(part.strip(), text)
            text = text[text.index(part.strip()) + len(part.strip()):]

    def test_broker(self):
        self.server.ip(f"""
            tunnel add broker mode sit remote {CLIENT4} local {SERVER4} ttl 255
            link set broker up
            addr add {BROKER[0]}/64 dev broker nodad
            route add 2001:db8:100::/48 via {BROKER[1]} dev broker""")
        self.server.set("net.ipv6.conf.all.forwarding", 1)
        title = "1. A tunnel from a broker"
        self.assertIn("broker: healthy", self.follow_all(title))
        self.at_boot((self.client, "client up broker"))
        self.reaches(self.client, INTERNET)
        path = os.path.join(self.lab.files, "radvd.conf")
        with open(path, "w", encoding="ascii") as conf:
            conf.write(file(title))
        self.lan.set("net.ipv6.conf.eth0.accept_ra", 2)
        with self.client:
            radvd = subprocess.Popen(["radvd", "-n", "-C", path, "-p", path + ".pid", "-m", "stderr"], stderr=subprocess.PIPE)
        try:
            self.assertTrue(netlab.wait(lambda: any(self.lan.json("-6 addr show dev eth0 scope global")), 15), "no address")
            self.reaches(self.lan, INTERNET)
        finally:
            radvd.terminate()
            radvd.communicate(timeout=10)

    def test_own_server(self):
        self.follow_all("2. Your own server, and a client")
        self.at_boot((self.server, "server up"), (self.client, "client up sit-ipv6"))

    def test_behind_a_nat(self):
        self.client.ip("addr add 192.168.1.1/24 dev lan")
        self.client.nft(MASQUERADE)
        self.lan.ip(f"addr add {INSIDE4}/24 dev eth0\nroute add default via 192.168.1.1")
        self.follow_all("3. A client behind your NAT")
        self.at_boot((self.client, "nat up"), (self.server, "server up"), (self.lan, "client up sit-ipv6"))

    def test_small_broker(self):
        title = "4. A small broker"
        text = file(title)
        self.assertIn("# and eight more\n", text)
        more = "".join(f"[peer p{n}]\nremote = 198.51.100.{n}\naddress = 2001:db8:1::{n:x}/127\nprefix = 2001:db8:1{n:02}::/48\n\n"
                       for n in range(21, 37, 2))
        self.files[self.server.name] = {"/etc/sitctl/server.conf": text.replace("# and eight more\n", more)}
        enable, change = commands(title)
        printed = self.follow(enable)
        self.assertEqual(len(self.show(self.server, "server show")), 10)
        self.assertIn("ip link add name sit-ipv6 ", printed)
        for host, peer in (self.client, "ann"), (self.second, "ben"):
            one, = self.show(self.server, f"server show {peer}")
            self.assertEqual((one["ttl"], one["remote"]), (64, {"ann": CLIENT4, "ben": SECOND4}[peer]))
            self.up(host, f"client up t1 remote {SERVER4} address {one['address'][0]} prefix {one['prefix'][0]}")
            self.reaches(host, INTERNET)
        path, = self.files[self.server.name]
        self.files[self.server.name][path] = self.files[self.server.name][path].replace("ttl = 64", "ttl = 65")
        self.follow(change)
        self.assertEqual({one["ttl"] for one in self.show(self.server, "server show")}, {65})
        self.at_boot((self.server, "server up"))

    def test_when_it_does_not_work(self):
        """Here, since there is no peer on the server."""
        up = played.steps(commands(FIRST)[0])[1]
        self.assertEqual(up[0], "client")
        self.shell(self.client, up[1])
        block, = commands("When it does not work")
        (host, command), = played.steps(block.splitlines()[0])
        self.shows(block, self.tell(self.hosts[host], command.removeprefix("sitctl "), 3).out)


class ReadmeIfupdown(netlab.Case):
    @classmethod
    def prepare(cls):
        if not hasattr(cls, "network"):
            _, cls.network = foreign.ifupdown(cls)
        netlab.run(cls.server, f"server add-peer home remote {CLIENT4} address 2001:db8:1::3/127")

    def test_stanza(self):
        title = "5. ifupdown"
        (self.network / "interfaces").write_text(file(title), encoding="ascii")
        for host, command in (step for block in commands(title) for step in played.steps(block)):
            done = foreign.run({"client": self.client}[host], command.split())
            self.assertEqual(done.returncode, 0, f"{command}: {done.stdout}")
        self.reaches(self.client, INTERNET)
