# SPDX-License-Identifier: GPL-2.0-or-later
"""`check` and `show` with files: what the file says and the kernel has not, and the other way round."""

import itertools
import os
import shlex
import subprocess

import files
from files import ADD_ALICE, ALICE, BOB, CLIENT, ETC, SERVER, UP
import netlab
from netlab import PAIR, PREFIX, SECOND4, SERVER4, SERVER4B


class Check(files.Case):
    weight = 30

    def drift(self, host, words, *needed):
        """`check` finds it, says so, changes nothing and gives 3; as JSON too. Returns the commands that repair it."""
        before = host.state()
        done = self.tell(host, words, status=3)
        self.assertEqual(done.err, "", str(done))
        for word in needed:
            self.assertIn(word, done.out, str(done))
        found = netlab.json.loads(self.tell(host, "-j " + words, status=3).out)
        lines = []
        for item, after in itertools.zip_longest(found, found[1:]):
            lines.append(f"{item['name']}: {item['difference']}")
            if not after or after["repair"] != item["repair"]:
                lines.append(f"repair: {item['repair']}")
        self.assertEqual(done.out.splitlines(), lines)
        self.same(before, host, "check changed something")
        return list(dict.fromkeys(item["repair"] for item in found))

    def repaired(self, host, repairs, wanted=None):
        """What `check` offers is run by a shell; then there is no difference."""
        env = dict(os.environ, PATH=f"{os.path.dirname(netlab.SITCTL)}:{os.environ['PATH']}")
        for command in repairs:
            with host:
                shell = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=env, check=False)
            self.assertEqual(shell.returncode, 0, f"{command}: {shell.stderr}")
        self.up(host, "check")
        if wanted:
            self.same(wanted, host, f"after {repairs}")

    def test_client(self):
        self.put("t1.conf", CLIENT)
        for words in ("client check t1", "client check", "check"):
            with self.subTest(words):
                repairs = self.drift(self.client, words, "tunnel device t1", "missing", PAIR[1])
                self.assertEqual(repairs, ["sitctl client up t1"])
        self.up(self.client, "client up t1")
        wanted = self.client.state()
        for words in ("client check t1", "client check", "check", "server check"):
            self.up(self.client, words)
            self.assertEqual(self.show(self.client, words), [])
        self.client.ip("link set t1 mtu 1300")
        self.repaired(self.client, self.drift(self.client, "check", "mtu is 1300, should be 1480"), wanted)

    def test_the_file_is_what_is_wanted(self):
        """Not what was told last."""
        self.put("t1.conf", CLIENT + f"mtu = 1400\nprefix = {PREFIX}\n")
        self.up(self.client, UP)
        repairs = self.drift(self.client, "client check t1", "mtu is 1480, should be 1400", PREFIX)
        self.assertEqual(repairs, ["sitctl client up t1"])
        self.repaired(self.client, repairs)
        self.put("t1.conf", CLIENT)
        self.drift(self.client, "client check", "mtu is 1400, should be 1480", PREFIX, "left over")

    def test_another_file(self):
        path = self.put("odd 'name", CLIENT + "mtu = 1400\n")
        self.up(self.client, UP)
        self.up(self.client, "client check t1")
        done = netlab.run(self.client, ["-f", path, "client", "check", "t1"])
        self.assertEqual(done.status, 3, str(done))
        repair = done.out.splitlines()[-1].removeprefix("repair: ")
        self.assertEqual(shlex.split(repair), ["sitctl", "-f", path, "client", "up", "t1"])
        self.repaired(self.client, [repair])
        self.assertEqual(self.client.links()["t1"]["mtu"], 1400)
        self.refused(self.client, f"-f {ETC}/nosuch client check t1", "nosuch", status=2)
        for words in ("client check", "check"):
            self.refused(self.client, f"-f {ETC}/nosuch {words}", "--file", status=2)

    def test_names_that_are_not_there(self):
        self.refused(self.client, "client check t1", "t1", status=1)
        self.put("t1.conf", CLIENT)
        self.refused(self.client, "client check t2", "t2", status=1)
        self.put("t1.conf.bak", "junk\n")
        self.put(".t1.conf.swp", "junk\n")
        self.put("README", "junk\n")
        self.put("a-name-that-is-too-long.conf", "junk\n")
        self.up(self.client, "client up t1")
        self.up(self.client, "check")

    def test_server(self):
        self.put("server.conf", SERVER)
        repairs = self.drift(self.server, "server check", "sit-alice", "sit-bob", "missing")
        self.assertEqual(repairs, ["sitctl server up"])
        self.repaired(self.server, repairs)
        wanted = self.server.state()
        self.server.ip(f"tunnel change sit-bob ttl 9\nroute del {PREFIX} dev sit-alice")
        self.repaired(self.server, self.drift(self.server, "check", "ttl is 9, should be 255", PREFIX), wanted)
        self.put("server.conf", "[server]\nuplink = up0\n" + ALICE + "mtu = 1400\n")
        repairs = self.drift(self.server, "server check", "bob is running, but is not in /etc/sitctl/server.conf",
                             "mtu is 1480, should be 1400", f"{PREFIX}", "left over")
        self.repaired(self.server, repairs)
        self.assertNotIn("sit-bob", self.server.links())

    def test_both_sides_in_one(self):
        self.put("t1.conf", CLIENT)
        self.put("t2.conf", CLIENT.replace(SERVER4, SERVER4B).replace(PAIR[1], "2001:db8:1::9") + "gateway = none\n")
        self.put("server.conf", "[server]\nuplink = wan\n" + BOB)
        repairs = self.drift(self.client, "check", "t1: ", "t2: ", "bob: ")
        wanted = ["sitctl client up t1", "sitctl client up t2", "sitctl server up"]
        if self.client.get("net.ipv6.conf.all.force_forwarding") is not None:   # of an interface, which the server's is
            wanted = wanted[2:] + wanted[:2]
        self.assertEqual(repairs, wanted)
        self.repaired(self.client, repairs)

    def test_a_file_with_errors(self):
        """There is nothing to compare with: 2, and every error of every file."""
        self.put("t1.conf", CLIENT + "mut = 1\n")
        self.put("server.conf", "foo\n" + ALICE + "mtu = 1\n")
        told = f"{ETC}/t1.conf:5: mut", f"{ETC}/server.conf:1: foo", f"{ETC}/server.conf:5: mtu '1'"
        self.refused(self.client, "check", *told, status=2)
        self.refused(self.client, "client check", told[0], status=2)
        self.refused(self.client, "server check", *told[1:], status=2)
        self.put("server.conf", SERVER, 0o666)
        self.refused(self.client, "server check", f"{ETC}/server.conf", "chmod", status=2)

    def test_what_this_host_cannot_have(self):
        """Right words, and no such address or interface here: a difference."""
        self.put("t1.conf", CLIENT + f"local = {SERVER4}\n")
        for words in ("client check", "check"):
            self.drift(self.client, words, f"{ETC}/t1.conf:2: ", SERVER4)
        self.put("server.conf", "[server]\nuplink = nowhere\n" + ALICE)
        self.drift(self.server, "server check", f"{ETC}/server.conf:1: nowhere")

    def test_what_this_host_cannot_have_by_name(self):
        self.put("t1.conf", CLIENT + f"local = {SERVER4}\n")
        self.drift(self.client, "client check t1", f"{ETC}/t1.conf:2: ", SERVER4)

    def test_not_root(self):
        self.put("t1.conf", CLIENT)
        self.refused(self.client, "check", "root", status=1, user=65534)


class Show(files.Case):
    def test_a_client_that_does_not_run(self):
        self.put("t1.conf", CLIENT + "mtu = 1400\n")
        got = self.show(self.client, "client show")
        self.assertEqual(got, [{"role": "client", "name": "t1", "file": f"{ETC}/t1.conf", "state": "absent",
                                "remote": SERVER4, "address": [f"{PAIR[1]}/127"], "mtu": 1400}])
        self.assertEqual(self.show(self.client, "client show t1"), got)
        text = self.tell(self.client, "client show").out
        for fact in ("t1: client, absent", "only in", f"{ETC}/t1.conf", SERVER4, PAIR[1], "1400"):
            self.assertIn(fact, text)
        self.assertEqual(self.show(self.client, "server show"), [])
        self.refused(self.client, "client show t2", "t2", status=1)

    def test_a_client_that_is_as_the_file_says(self):
        self.put("t1.conf", CLIENT + f"mtu = auto\nlocal = any\nprefix = {PREFIX},lan\nnotrack = on\n")
        self.up(self.client, "client up t1")
        got, = self.show(self.client, "client show")
        self.assertEqual((got["file"], got["only-in-file"], got["state"]), (f"{ETC}/t1.conf", {}, "up"))
        self.assertNotIn("only in", self.tell(self.client, "client show").out)
        os.unlink(f"{ETC}/t1.conf")
        got, = self.show(self.client, "client show")
        self.assertNotIn("file", got)

    def test_what_only_the_file_has(self):
        self.up(self.client, UP)
        self.put("t1.conf", CLIENT.replace(SERVER4, SERVER4B) + f"mtu = 1400\nprefix = {PREFIX}\n"
                 "prefix = 2001:db8:101::/64,lan\nnotrack = off\naddress = 2001:db8:1:77::1/64\n")
        got, = self.show(self.client, "client show t1")
        self.assertEqual(got["only-in-file"], {
            "remote": [SERVER4B], "address": ["2001:db8:1:77::1/64"], "prefix": [PREFIX, "2001:db8:101::/64,lan"],
            "mtu": ["1400"], "notrack": ["off"]})
        self.assertEqual((got["remote"], got["mtu"], got["notrack"]), (SERVER4, 1480, "on"))
        text = self.tell(self.client, "client show t1").out
        for value in (SERVER4B, "1400", PREFIX, "2001:db8:101::/64,lan"):
            self.assertIn(f"{value} (only in {ETC}/t1.conf)", text)
        other = self.put("other", CLIENT)
        got, = self.show(self.client, f"-f {other} client show t1")
        self.assertEqual((got["file"], got["only-in-file"]), (other, {}))
        self.refused(self.client, f"-f {ETC}/nosuch client show t1", "nosuch", status=2)

    def test_server(self):
        self.put("server.conf", SERVER)
        self.up(self.server, ADD_ALICE + " mtu 1400")
        alice, bob = sorted(self.show(self.server, "server show"), key=lambda peer: peer["name"])
        self.assertEqual((alice["state"], alice["only-in-file"], alice["file"]), ("up", {}, f"{ETC}/server.conf"))
        self.assertEqual((bob["state"], bob["remote"], bob["file"]), ("absent", SECOND4, f"{ETC}/server.conf"))
        self.put("server.conf", ALICE + "mtu = 1300\n" + BOB)
        self.assertEqual(self.show(self.server, "server show alice")[0]["only-in-file"], {"mtu": ["1300"]})
        text = self.tell(self.server, "server show").out
        self.assertIn("bob: peer", text)
        self.assertIn("1300 (only in", text)

    def test_a_file_with_errors_does_not_hide_the_kernel(self):
        self.up(self.client, UP)
        self.put("t1.conf", CLIENT + "mut = 1\nmtu = 1400\n")
        done = self.tell(self.client, "client show")
        self.assertIn("t1: client", done.out)
        self.assertIn(f"{ETC}/t1.conf:5: mut", done.err)

    def test_a_file_that_is_not_to_be_trusted_does_not_hide_the_kernel(self):
        self.up(self.client, UP)
        self.put("t1.conf", CLIENT, 0o666)
        done = self.tell(self.client, "client show")
        self.assertIn("t1: client", done.out)
        self.assertIn("chmod", done.err)

    def test_not_root(self):
        """Who may not read the file sees the kernel; who may sees both."""
        self.put("t1.conf", CLIENT + "mtu = 1400\n", 0o644)
        self.up(self.client, UP)
        got = netlab.json.loads(self.tell(self.client, "-j client show", user=65534).out)
        self.assertEqual((got[0]["name"], got[0].get("only-in-file")), ("t1", {"mtu": ["1400"]}))
        self.put("t1.conf", CLIENT, 0o600)
        got = netlab.json.loads(self.tell(self.client, "-j client show", user=65534).out)
        self.assertEqual((got[0]["name"], got[0].get("file")), ("t1", None))

    def test_a_name_is_shown_as_such(self):
        self.addCleanup(self.hosts, "")
        self.hosts(f"{SERVER4} broker.test\n")
        self.put("t1.conf", CLIENT.replace(SERVER4, "broker.test"))
        self.up(self.client, "client up t1")
        self.assertEqual(self.show(self.client, "client show")[0]["only-in-file"], {})
        self.up(self.client, "client check")

    def hosts(self, text):
        with open("/etc/hosts", "w", encoding="ascii") as file:
            file.write("127.0.0.1 localhost\n" + text)
