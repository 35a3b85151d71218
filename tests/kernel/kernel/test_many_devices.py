# SPDX-License-Identifier: GPL-2.0-or-later
"""Many devices are made and removed together: strangers among them stay, a refusal or a kill leaves nothing half done."""

import os
import re
import signal
import subprocess

import files
from files import peers
import netlab
from ptraced import stopped, traceable

COUNT = 5
FILE = "[server]\nuplink = up0\n\n" + peers(COUNT)


class Together(files.Case):
    def setUp(self):
        super().setUp()
        self.put("server.conf", FILE)

    def ours(self):
        return {name: link for name, link in self.server.links().items() if name.startswith("sit-p")}

    def test_strangers_in_our_group_stay(self):
        self.server.ip("""link add stranger0 group 41 type sit remote 192.0.2.77 local 203.0.113.1
            link add stranger1 group 41 type veth peer name stranger2
            link set stranger2 group 41 alias 'sitctl server p3'""")
        before = self.server.state()
        self.up(self.server, "server up")
        self.assertEqual(len(self.ours()), COUNT)
        self.put("server.conf", "[server]\nuplink = up0\n\n" + peers(2))
        self.tell(self.server, "server up")
        self.assertEqual(sorted(self.ours()), ["sit-p1", "sit-p2"])
        self.up(self.server, "server down")
        self.same(before, self.server)

    def test_a_refusal_undoes_those_beside_it(self):
        self.server.ip("link add stranger type sit remote 198.18.0.3 local any")
        self.refused(self.server, "server up", "stranger", "sit-p3", status=1)
        self.server.ip("link del stranger")
        self.up(self.server, "server up")

    def test_condemned_ones_are_still_ours(self):
        """As a kill leaves them that comes when they have the group with which they are to go."""
        before = self.server.state()
        self.up(self.server, "server up")
        wanted = self.server.state()
        condemn = "\n".join(f"link set dev sit-p{n} group {0x53abcdef}" for n in (1, 2, 4))
        self.server.ip(condemn)
        self.assertIn("group 41", self.tell(self.server, "-D server up").out)
        self.tell(self.server, "server check", status=3)
        self.up(self.server, "server up")
        self.same(wanted, self.server)
        self.server.ip(condemn)
        self.up(self.server, "server down")
        self.same(before, self.server)

    def opened(self, words):
        """Which files of its peers a command opens, and how."""
        trace = os.path.join(self.lab.files, "opened.trace")
        with self.server:
            subprocess.run(["strace", "-o", trace, "-e", "trace=open,openat", netlab.SITCTL, *words.split()], check=True)
        with open(trace, encoding="ascii") as file:
            return re.findall(r'ipv6/conf/(sit-p\d+/\w+)", (O_\w+)', file.read())

    def test_values_that_are_right_are_not_read_from_files(self):
        """They come with the device, which is read back anyway; only what is wrong is written."""
        for name, value in (("accept_ra", 0), ("accept_redirects", 0), ("disable_ipv6", 0)):
            self.server.set(f"net.ipv6.conf.default.{name}", value)
        self.server.set("net.ipv6.conf.all.forwarding", 1)
        self.assertEqual(self.opened("server up"), [])
        self.assertEqual(self.opened("server up"), [])
        self.up(self.server, "server down")
        self.server.set("net.ipv6.conf.default.accept_ra", 1)
        self.server.set("net.ipv6.conf.default.accept_redirects", 1)
        self.server.set("net.ipv6.conf.default.disable_ipv6", 1)
        wrong = [(f"sit-p{n}/{name}", "O_WRONLY") for n in range(1, COUNT + 1)
                 for name in ("disable_ipv6", "accept_ra", "accept_redirects")]
        self.assertEqual(self.opened("server up"), wrong)
        for n in range(1, COUNT + 1):
            self.assertEqual([self.server.get(f"net.ipv6.conf.sit-p{n}.{name}")
                              for name in ("disable_ipv6", "accept_ra", "accept_redirects", "forwarding")], ["0", "0", "0", "1"])

    @traceable
    def test_killed_at_the_end_of_down(self):
        before = self.server.state()
        self.up(self.server, "server up")
        calls = stopped(self.server, "server down", lambda seen: False, None)[1][:-1]
        last = max(number for number, call in enumerate(calls, 1) if call == "sendto")
        condemned = 0
        for number in range(max(1, last - 14), min(len(calls), last + 14) + 1):
            with self.subTest(killed_before_call=number):
                self.up(self.server, "server up")
                stopped(self.server, "server down", lambda seen, number=number: len(seen) == number,
                        lambda pid: os.kill(pid, signal.SIGKILL))
                condemned += any(link["group"] not in (0, 41) for link in self.ours().values())
                self.tell(self.server, "server down")
                self.same(before, self.server)
        self.assertGreater(condemned, 0, "none of the kills met devices in their last group")
