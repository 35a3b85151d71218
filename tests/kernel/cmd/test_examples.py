# SPDX-License-Identifier: GPL-2.0-or-later
"""The example in the help of each command, typed as it stands."""

import re

import netlab
from netlab import CLIENT4, PAIR, SERVER4
import played

# The commands, in an order in which they find what they are about.
CLIENT = ("client up", "client set", "client show", "client check", "client export", "show", "check", "client down", "client adopt")
SERVER = ("server up", "server add-peer", "server set-peer", "server show", "server check", "server export", "server del-peer",
          "server down")
NAT = ("nat pass", "nat show", "nat check", "nat down", "nat up", "nat unpass")
ALONE = ("client import", "doctor")


class Examples(played.Played):
    def example(self, words):
        return re.search(r"^Example:\n  (sitctl .*)\n\n", self.tell(self.client, f"{words} help").out, re.M)[1]

    def type(self, host, commands):
        """With addresses that are not taken here."""
        for words in commands:
            self.shell(host, self.example(words).replace("2001:db8::3", PAIR[1]))

    def test_all_are_here(self):
        page = self.tell(self.client, "help").out.split("\nOptions, ")[0]
        found = re.findall(r"^  sitctl ((?:client |server |nat )?[a-z-]+)", page, re.M)
        self.assertEqual(sorted(found), sorted(CLIENT + SERVER + NAT + ALONE))

    def test_client(self):
        self.client.ip(f"tunnel add he-ipv6 mode sit remote {SERVER4} local {CLIENT4} ttl 64\n"
                       "link set he-ipv6 up\naddr add 2001:db8:9::2/64 dev he-ipv6 nodad")
        self.type(self.client, CLIENT)
        self.assertIn("/etc/sitctl/he-ipv6.conf", self.files[self.client.name])

    def test_server(self):
        self.type(self.server, SERVER)

    def test_nat(self):
        self.client.ip("addr add 192.168.1.1/24 dev lan")
        self.type(self.client, NAT)

    def test_import(self):
        text = f"ip tunnel add sit-ipv6 mode sit remote {SERVER4} local {CLIENT4}\nip addr add 2001:db8::3/64 dev sit-ipv6\nip route add ::/0 dev sit-ipv6\n"
        self.shell(self.client, f"cd {self.lab.files}; printf '%s' '{text}' > broker.txt; {self.example('client import')}")
        self.assertIn("/etc/sitctl/sit-ipv6.conf", self.files[self.client.name])

    def test_doctor(self):
        self.shell(self.client, self.example("client up"))
        exam = self.example("doctor")
        self.assertEqual(exam, "sitctl doctor sit-ipv6 target www.example.org")
        done = netlab.run(self.client, exam.removeprefix("sitctl "))
        self.assertIn(done.status, (0, 3), str(done))
