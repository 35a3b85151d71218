# SPDX-License-Identifier: GPL-2.0-or-later
"""/etc/sitctl/nat.conf: what this host's NAT passes on, as a whole."""

import files
from files import ETC
from netlab import CLIENT4, PAIR, SERVER4, SERVER4B

INSIDE, INSIDE_B, INSIDE_C = "10.0.0.9", "10.0.0.10", "10.0.0.11"
HOME = f"[pass home]\nremote = {SERVER4}  # the broker\nto     = {INSIDE}\n"
WORK = f"# of the firm\n[pass work]\nremote = {SERVER4B}\nto     = {INSIDE_B}\n"
NAT = f"# all of them\n{HOME}\n{WORK}"
PASS_HOME = f"nat pass home remote {SERVER4} to {INSIDE}"


class Nat(files.Case):
    weight = 30

    @classmethod
    def prepare(cls):
        cls.client.ip("addr add 10.0.0.1/24 dev lan")
        cls.lan.ip(f"addr add {INSIDE}/24 dev eth0")
        cls.client.set("net.ipv4.conf.all.forwarding", 1)

    def passes(self):
        return {one["name"]: (one["remote"], one["to"]) for one in self.live(self.client, "nat show")}

    def test_up_and_down(self):
        before = self.client.state()
        self.put("nat.conf", NAT)
        self.up(self.client, "nat up")
        self.assertEqual(self.passes(), {"home": (SERVER4, INSIDE), "work": (SERVER4B, INSIDE_B)})
        self.nothing_to_do(self.client, "nat up")
        for words in ("check", "nat check", "nat check work"):
            self.up(self.client, words)
        self.up(self.client, "nat down")
        self.same(before, self.client)
        self.assertEqual(self.get("nat.conf"), NAT)
        self.assertIn("nothing to remove", self.tell(self.client, "nat down").err)
        self.same(before, self.client)

    def test_a_pass_that_the_file_no_longer_has(self):
        self.up(self.client, f"nat pass old remote 203.0.113.9 to {INSIDE_C}")
        self.put("nat.conf", NAT)
        done = self.tell(self.client, "nat up")
        self.assertEqual(done.err, f"sitctl: old: is not in {ETC}/nat.conf: removed\n")
        self.assertEqual(sorted(self.passes()), ["home", "work"])
        self.put("nat.conf", "")
        done = self.tell(self.client, "nat up")
        self.assertIn("home: ", done.err)
        self.assertIn("work: ", done.err)
        self.assertEqual(self.passes(), {})

    def test_other_values(self):
        """Also two that exchange their servers, which none of them could have for a moment."""
        self.put("nat.conf", NAT)
        self.up(self.client, "nat up")
        self.put("nat.conf", NAT.replace(SERVER4B, "X").replace(SERVER4, SERVER4B).replace("X", SERVER4))
        self.up(self.client, "nat up")
        self.assertEqual(self.passes(), {"home": (SERVER4B, INSIDE), "work": (SERVER4, INSIDE_B)})
        self.up(self.client, "check")

    def test_another_file(self):
        path = self.put("other", HOME)
        self.up(self.client, f"-f {path} nat up")
        self.assertEqual(sorted(self.passes()), ["home"])
        self.up(self.client, f"-f {path} nat check")
        self.up(self.client, f"--save -f {ETC}/fresh {PASS_HOME}")
        self.assertEqual(self.get("fresh"), f"[pass home]\nremote = {SERVER4}\nto = {INSIDE}\n")

    def test_errors(self):
        self.refused(self.client, "nat up", f"{ETC}/nat.conf", status=2)
        self.refused(self.client, f"-f {ETC}/nosuch nat up", f"{ETC}/nosuch", status=2)
        self.refused(self.client, "--save nat up", "--save", status=2)
        self.refused(self.client, "nat up home", "home", status=2)
        self.put("nat.conf", HOME + "tto = 10.0.0.1\n[peer x]\n[pass]\n[pass home]\n" + WORK.replace(SERVER4B, SERVER4))
        self.refused(self.client, "nat up", f"{ETC}/nat.conf:4: tto: ", "'to'", f"{ETC}/nat.conf:5: [peer x]: ", "[pass NAME]",
                     f"{ETC}/nat.conf:6: [pass]: ", f"{ETC}/nat.conf:7: [pass home]: appears twice", status=2)
        self.put("nat.conf", HOME + WORK.replace(SERVER4B, SERVER4))
        self.refused(self.client, "nat up", f"{ETC}/nat.conf:5: ", SERVER4, "already", "home", status=2)
        self.put("nat.conf", HOME + WORK + "interface = nowhere\n[pass own]\nremote = 203.0.113.7\nto = " + CLIENT4 + "\n")
        self.refused(self.client, "nat up", f"{ETC}/nat.conf:5: nowhere", f"{ETC}/nat.conf:9: to: {CLIENT4}", status=2)
        self.up(self.client, PASS_HOME)
        self.refused(self.client, "nat up", f"{ETC}/nat.conf:5: nowhere", status=2)

    def test_saved(self):
        self.up(self.client, f"--save {PASS_HOME}")
        text = f"[pass home]\nremote = {SERVER4}\nto = {INSIDE}\n"
        self.assertEqual(self.get("nat.conf"), text)
        self.put("nat.conf", NAT)
        self.up(self.client, "nat up")
        self.up(self.client, f"--save nat pass work remote {SERVER4B} to {INSIDE_C} interface wan")
        changed = NAT.replace(INSIDE_B, INSIDE_C) + "interface = wan\n"
        self.assertEqual(self.get("nat.conf"), changed)
        self.nothing_to_do(self.client, "nat up")
        self.up(self.client, "--save nat unpass home")
        self.assertNotIn("home", self.get("nat.conf"))
        self.assertIn(WORK.replace(INSIDE_B, INSIDE_C), self.get("nat.conf"))
        self.nothing_to_do(self.client, "nat up")
        self.up(self.client, "check")
        self.refused(self.client, f"--save client up nat remote 203.0.113.9 address {PAIR[1]}", "nat", f"{ETC}/nat.conf", status=2)

    def test_checked_against_the_file(self):
        self.put("nat.conf", NAT)
        self.up(self.client, PASS_HOME)
        for words in ("check", "nat check", "nat check work"):
            done = self.tell(self.client, words, status=3)
            self.assertIn(f"work: work is in {ETC}/nat.conf, but is not running\n", done.out)
            self.assertTrue(done.out.endswith("\nrepair: sitctl nat up\n"), done.out)
            self.assertNotIn("home is", done.out)
        self.up(self.client, "nat check home")
        self.tell(self.client, "nat check nosuch", status=1)
        self.up(self.client, "nat up")
        self.put("nat.conf", WORK)
        self.assertIn(f"home is running, but is not in {ETC}/nat.conf", self.tell(self.client, "check", status=3).out)
        self.up(self.client, "nat check work")
        self.put("nat.conf", NAT + "nonsense\n")
        self.tell(self.client, "check", status=2)

    def test_shown_beside_the_file(self):
        self.put("nat.conf", NAT.replace(INSIDE, INSIDE_C))
        self.up(self.client, PASS_HOME)
        out = self.tell(self.client, "nat show").out
        self.assertIn(f"{INSIDE_C} (only in {ETC}/nat.conf)", out)
        self.assertIn("work: pass, absent, only in", out)
        home, work = self.show(self.client, "nat show")
        self.assertEqual((home["file"], home["only-in-file"]), (f"{ETC}/nat.conf", {"to": [INSIDE_C]}))
        self.assertEqual((work["name"], work["state"], work["to"]), ("work", "absent", INSIDE_B))
        self.assertIn("work\t", self.tell(self.client, ["complete", "nat", "unpass", ""]).out)
        self.assertIn("up\t", self.tell(self.client, ["complete", "nat", "u"]).out)

    def test_a_client_of_the_old_name_is_told(self):
        self.put("nat.conf", f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}\n")
        self.refused(self.client, "nat up", f"{ETC}/nat.conf:1: [client]", "[pass NAME]", status=2)
        self.tell(self.client, f"-f {ETC}/nat.conf client up nat")
