# SPDX-License-Identifier: GPL-2.0-or-later
"""The journal: one for each network namespace; and one that cannot be written, or is rubbish."""

import os
import subprocess

import netlab
from netlab import CLIENT4, INTERNET, PAIR, PREFIX, SERVER4

ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
LAN = UP + f" prefix {PREFIX},lan"


class Namespaces(netlab.Case):
    """With -n from outside and inside: the same journal; in another namespace: another."""

    @staticmethod
    def journals():
        return sorted(os.path.join(folder, name) for folder, _, names in os.walk(netlab.RUN) for name in names if name != "lock")

    def test_outside_and_inside_are_the_same(self):
        before = self.server.state()
        self.up(self.lab.inet, f"-n {self.server.name} " + ALICE)
        self.assertIn("sit-alice", self.server.links())
        self.assertNotIn("sit-alice", self.inet.links())
        self.assertEqual(len(self.journals()), 1)
        self.up(self.server, ALICE)
        self.assertEqual(len(self.journals()), 1)
        self.tell(self.inet, f"-n {self.server.name} server check")
        self.up(self.inet, f"--netns {self.server.name} server del-peer alice")
        self.same(before, self.server)
        self.assertEqual(self.journals(), [])

    def test_two_namespaces_do_not_know_each_other(self):
        clients = self.client.state()
        self.up(self.server, ALICE)
        self.up(self.client, LAN)
        self.assertEqual(len(self.journals()), 2)
        self.assertEqual([t["name"] for t in self.show(self.server, "client show")], [])
        self.assertEqual([t["name"] for t in self.show(self.client, "client show")], ["t1"])
        self.up(self.client, "client down t1")
        self.same(clients, self.client)
        self.reaches(self.server, INTERNET)
        self.assertIn("sit-alice", self.server.links())
        self.up(self.server, "server down")
        self.assertEqual(self.journals(), [])

    def test_a_journal_of_a_namespace_that_is_gone_is_not_taken_for_another(self):
        gone = netlab.Host("gone")
        gone.ip("link add v0 type veth peer name v1\nlink set v0 up\nlink set v1 up\naddr add 192.0.2.77/24 dev v0\n"
                "route add default via 192.0.2.1")
        self.tell(gone, UP.replace("address", "gateway none address"))
        os.close(gone.fd)
        subprocess.run(["umount", gone.path], check=True)
        new = netlab.Host("gone")
        self.addCleanup(lambda: (os.close(new.fd), subprocess.run(["umount", new.path], check=True), os.unlink(new.path)))
        self.assertEqual(self.show(new, "client show"), [])
        self.assertIn("t1", self.tell(new, "client down t1").err)


class Lost(netlab.Case):
    """The journal is gone, and the device that bears the mark has no address any more."""

    def bare(self, host, words, dev):
        self.up(host, words)
        for folder, _, names in os.walk(netlab.RUN):
            for name in names:
                os.unlink(os.path.join(folder, name))
        host.ip(f"addr flush dev {dev}")

    def test_a_peer(self):
        self.bare(self.server, ALICE, "sit-alice")
        self.tell(self.server, "server check", status=3)
        self.assertIn("no address", self.tell(self.server, "server export alice iproute2", status=1).err)
        self.up(self.server, ALICE)
        self.up(self.server, "server check")
        self.up(self.server, "server del-peer alice")  # former sysctls have gone with the journal
        self.assertNotIn("sit-alice", self.server.links())

    def test_a_client(self):
        before = self.client.state()
        self.bare(self.client, UP, "t1")
        self.tell(self.client, "client check", status=3)
        self.assertIn("no address", self.tell(self.client, "client export t1 openwrt", status=1).err)
        self.up(self.client, UP)
        self.up(self.client, "client down t1")
        self.same(before, self.client)


class Unusable(netlab.Case):
    def test_a_journal_that_cannot_be_written(self):
        """What cannot be remembered must not be changed."""
        self.refused(self.server, ALICE, "/run/sitctl", status=1, **netlab.read_only(netlab.RUN.encode()))

    def test_a_wrong_kind_of_journal(self):
        """Rubbish where the journal should be is said, and not taken for an empty one."""
        self.up(self.server, ALICE)
        journals = [os.path.join(folder, name) for folder, _, names in os.walk(netlab.RUN) for name in names if name == "journal"]
        self.assertEqual(len(journals), 1, journals)
        with open(journals[0], "rb") as file:
            good = file.read()
        for bad in (b"\0\1\2 rubbish\n", good[:len(good) // 2].rstrip(b"\n"), b"x" * 100000 + b"\n"):
            with self.subTest(bad[:20]):
                with open(journals[0], "wb") as file:
                    file.write(bad)
                done = netlab.run(self.server, "server show")
                self.assertNotIn(done.status, (-11, -6), done)
        with open(journals[0], "wb") as file:
            file.write(good)
        self.up(self.server, "server down")
