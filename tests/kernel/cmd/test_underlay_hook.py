# SPDX-License-Identifier: GPL-2.0-or-later
"""The hook of networkd-dispatcher and NetworkManager: an underlay comes up, or changes its address."""

import fcntl
import os
import pathlib
import time

import foreign
import netlab
from netlab import CLIENT4, INTERNET, PAIR, PAIR_B, PREFIX, SECOND4, SERVER4, SERVER4B

OTHER4 = "198.51.100.77"
CLIENT = f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}\n"
SERVER = f"[server]\n[peer alice]\nremote = {CLIENT4}\naddress = {PAIR[1]}\nprefix = {PREFIX}\n"


class Underlay(netlab.Case):
    weight = 25

    @classmethod
    def prepare(cls):
        if not hasattr(cls, "files"):
            cls.files = foreign.install(cls)
            hooks = foreign.folder(cls, "/mnt")
            cls.script = str(foreign.hook("networkd-dispatcher/routable.d/50-sitctl", hooks / "50-sitctl"))

    def file(self, name, text):
        (self.files / name).write_text(text, encoding="ascii")
        self.addCleanup((self.files / name).unlink)

    def event(self, host, *words, status=0, **env):
        done = foreign.run(host, [self.script, *words], **env)
        self.assertEqual(done.returncode, status, done.stdout)
        return done.stdout

    def routable(self, host, interface, **how):
        return self.event(host, IFACE=interface, STATE="routable", **how)

    def test_all_with_a_file_come_up(self):
        self.file("server.conf", SERVER)
        self.routable(self.server, "up0")
        (self.files / "server.conf").write_text("[server]\nuplink = lan\n", encoding="ascii")    # the hosts share the folder
        self.file("home.conf", CLIENT)
        self.file("home.conf.old", "nonsense\n")
        self.assertEqual(self.routable(self.client, "wan"), "")
        self.reaches(self.client, INTERNET)
        once = self.client.state()
        self.assertEqual(self.routable(self.client, "wan"), "")
        self.same(once, self.client, "the same event again")

    def test_a_new_address_is_followed(self):
        self.file("home.conf", CLIENT + "gateway = none\n")
        self.client.ip("link add early type dummy\nlink set early up")
        self.event(self.client, "wan", "up")
        index = self.client.links()["home"]["index"]
        self.client.ip(f"addr del {CLIENT4}/24 dev wan\naddr add {OTHER4}/24 dev wan\nroute replace default via 198.51.100.1")
        self.client.ip("link set wan mtu 1400")
        self.event(self.client, "wan", "dhcp4-change")
        link = self.client.links()["home"]
        self.assertEqual((link["index"], link["mtu"]), (index, 1380))
        self.up(self.client, "client check home")

    def test_one_failing_does_not_keep_others_down(self):
        self.file("a.conf", "[client]\nremote = nonsense.invalid\naddress = 2001:db8::1\n")
        self.file("b.conf", CLIENT)
        said = self.routable(self.client, "wan", status=1)
        self.assertIn("/etc/sitctl/a.conf:", said)
        self.assertIn("b", self.client.links())
        self.assertNotIn("a", self.client.links())

    def test_tunnels_and_other_events_do_nothing(self):
        self.file("home.conf", CLIENT)
        self.client.ip(f"tunnel add mine mode sit remote {SERVER4B} local any ttl 9\nlink set mine up")
        before = self.client.state()
        self.routable(self.client, "mine")
        self.routable(self.client, "lo")
        for event in ("down", "pre-up", "dhcp6-change", "hostname", "pre-down", "connectivity-change"):
            self.event(self.client, "wan", event)
        self.event(self.client, "mine", "up")
        self.same(before, self.client)
        self.event(self.client, "wan", "up")
        self.assertIn("home", self.client.links())

    def test_down_by_a_person_holds(self):
        """Also for what did not run; until a person says `up`, with the file or without."""
        self.file("home.conf", CLIENT)
        for words in ("client up home", f"client up home remote {SERVER4} address {PAIR[1]}"):
            with self.subTest(words):
                self.tell(self.client, "client down home")
                before = self.client.state()
                self.assertEqual(self.routable(self.client, "wan"), "")
                self.event(self.client, "wan", "up")
                self.same(before, self.client, "after down")
                self.assertEqual(self.tell(self.client, "-D --unless-down client up home").out, "")
                self.up(self.client, words)
                self.up(self.client, "--unless-down client up home")
                self.client.ip("link del home")
                self.routable(self.client, "wan")
                self.assertIn("home", self.client.links())
        self.tell(self.client, "-D client down home")
        self.client.ip("link del home")
        self.routable(self.client, "wan")
        self.assertIn("home", self.client.links(), "a dry run holds nothing")

    def test_down_while_a_hook_waits_holds(self):
        """What the hook saw before it had the lock is no longer true then: the journal of a `down` is there."""
        self.file("home.conf", CLIENT)
        self.tell(self.client, "client down home")
        folder = pathlib.Path(next(path for path, _, names in os.walk(netlab.RUN) if "lock" in names))
        down = (folder / "journal").read_bytes()
        self.up(self.client, "client up home")
        self.client.ip("link del home")
        with open(folder / "lock", "rb+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            waiting = netlab.start(self.client, "--unless-down client up home")
            time.sleep(1)  # long enough for one that does not wait to have ended
            self.assertIsNone(waiting.poll(), "it did not wait for the lock")
            (folder / "journal").write_bytes(down)
        done = netlab.finish(waiting, 20)
        self.assertEqual((done.status, done.out, done.err), (0, "", ""), str(done))
        self.assertNotIn("home", self.client.links())

    def test_a_refused_up_is_none(self):
        self.file("home.conf", CLIENT)
        self.tell(self.client, "client down home")
        self.client.ip("link add home type dummy")
        self.refused(self.client, "client up home", "home", status=1)
        self.client.ip("link del home")
        self.routable(self.client, "wan")
        self.assertNotIn("home", self.client.links())

    def test_other_tunnels_come_up(self):
        self.file("home.conf", CLIENT)
        self.file("work.conf", CLIENT.replace(SERVER4, SERVER4B).replace(PAIR[1], "2001:db8:1::9") + "gateway = none\n")
        self.tell(self.client, "client down home")
        self.assertEqual(self.routable(self.client, "wan"), "")
        self.assertNotIn("home", self.client.links())
        self.assertIn("work", self.client.links())

    def test_a_server_or_a_peer_that_was_taken_down(self):
        self.file("server.conf", SERVER + f"[peer bob]\nremote = {SECOND4}\naddress = {PAIR_B[1]}\n")
        self.up(self.server, "server up")
        self.up(self.server, "server del-peer bob")
        before = self.server.state()
        self.assertEqual(self.routable(self.server, "up0"), "")
        self.same(before, self.server, "after del-peer")
        self.up(self.server, "server up")
        self.assertIn("sit-bob", self.server.links())
        self.up(self.server, "server down")
        before = self.server.state()
        self.assertEqual(self.routable(self.server, "up0"), "")
        self.same(before, self.server, "after server down")
        self.up(self.server, f"server add-peer alice remote {CLIENT4} address {PAIR[1]}")
        self.assertEqual(self.routable(self.server, "up0"), "")
        self.assertIn("sit-bob", self.server.links())

    def test_passes_come_up_unless_a_person_ended_them(self):
        self.file("nat.conf", f"[pass home]\nremote = {SERVER4}\nto = 10.0.0.9\n[pass work]\nremote = {SERVER4B}\nto = 10.0.0.10\n")
        self.client.ip("addr add 10.0.0.1/24 dev lan")
        shown = lambda: [one["name"] for one in self.live(self.client, "nat show")]
        self.assertEqual(self.routable(self.client, "wan"), "")
        self.assertEqual(sorted(shown()), ["home", "work"])
        self.tell(self.client, "nat unpass work")
        self.assertEqual(self.routable(self.client, "wan"), "")
        self.assertEqual(shown(), ["home"])
        self.tell(self.client, "nat down")
        self.assertEqual(self.routable(self.client, "wan"), "")
        self.assertEqual(shown(), [])
        self.up(self.client, "nat up")
        self.assertEqual(sorted(shown()), ["home", "work"])

    def test_where_the_option_has_no_meaning(self):
        self.refused(self.client, f"--unless-down client up home remote {SERVER4} address {PAIR[1]}", "--unless-down", status=2)
        self.refused(self.client, "--unless-down client down home", "--unless-down", "down", status=2)
        self.refused(self.client, "--unless-down client show", "--unless-down", "show", status=2)

    def test_without_files_nothing_happens(self):
        before = self.client.state()
        self.assertEqual(self.routable(self.client, "wan"), "")
        self.same(before, self.client)
