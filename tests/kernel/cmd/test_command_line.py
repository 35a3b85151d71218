# SPDX-License-Identifier: GPL-2.0-or-later
"""Every wrong input of the command line's tables: exit status 2, the word in the message, nothing changed. And the help texts."""

import json
import os
import shlex

import netlab
from netlab import CLIENT4, PAIR, SERVER4

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
ADD = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
ADDRESSES = ("2001:db8::g", "203.0.113.1", "2001:db8::3/129", "2001:db8::3/-1", "2001:db8::3/", "2001:db8::3/64/64",
             "2001:db8::3/x", "2001:db8:::3", "1:2:3:4:5:6:7:8:9", "::", "::1", "ff02::1", "2001:db8::3%wan", "2001:db8::3/+64")
PREFIXES = ("2001:db8:100::", "2001:db8:100::/129", "2001:db8:100::1/64", "2001:db8:100::/", "10.0.0.0/8", "2001:db8:100::/x",
            "2001:db8:100::/64x", "ff00::/8")
NUMBERS = ("-1", "+5", "1x", "x", "0x10", "1.5", "1e3", "99999999999999999999")
IPV4 = ("2001:db8::1", "203.0.113.256", "203.0.113", "203.0.113.1/32", "203.0.113.1.1", "203.0.113.-1")
# A parameter and values that are wrong for it; each value must be in the message.
CLIENT_VALUES = {
    "remote": IPV4 + ("0.0.0.0", "255.255.255.255", "224.0.0.1", "two..dots", "-dash.test", "under score.test",
                       "any", "Any", "all", "default"),
    "local": IPV4 + ("host.test", "Any", "None"),
    "address": ADDRESSES,
    "gateway": ("on", "203.0.113.1", "2001:db8::1/64", "Auto", "::", "ff02::1"),
    "metric": NUMBERS + ("0", "4294967296"),
    "prefix": PREFIXES + ("2001:db8:100::/64,sixteen-bytes-xx", "2001:db8:100::/64,a/b", "2001:db8:100::/64,a b", "2001:db8:100::/64,"),
    "dev": ("sixteen-bytes-xx", "a/b", "a b", ".", ".."),
    "ttl": NUMBERS + ("0", "256", "inherited"),
    "mtu": NUMBERS + ("1279", "65516", "0", "Auto"),
    "notrack": ("yes", "ON", "1", "true"),
}
PEER_VALUES = {
    "remote": CLIENT_VALUES["remote"], "address": ADDRESSES[:6], "server-address": ("2001:db8::2/127", "203.0.113.1", "auto", "ff02::1"),
    "prefix": PREFIXES + ("2001:db8:100::/64,lan",), "proxy-ndp": ("yes", "AUTO", "1"), "dev": CLIENT_VALUES["dev"],
    "ttl": ("0", "256"), "mtu": ("1279", "65516"), "notrack": ("maybe",),
}
SERVER_VALUES = {"uplink": ("sixteen-bytes-xx", "a/b"), "local": ("2001:db8::1", "203.0.113.256", "None"), "ttl": ("0", "256"),
                 "mtu": ("1279", "65516"), "notrack": ("maybe",)}
# A wrong word and the nearest right one, which the message must name.
NEAREST = (
    ("cilent up t1", "cilent", "client"), ("sever up", "sever", "server"), ("client upp t1", "upp", "up"),
    ("client dwon t1", "dwon", "down"), ("client shwo", "shwo", "show"), ("client chekc", "chekc", "check"),
    ("server add-per x", "add-per", "add-peer"), ("server addpeer x", "addpeer", "add-peer"),
    ("server del_peer x", "del_peer", "del-peer"), ("server setpeer x", "setpeer", "set-peer"),
    (UP + " gatway none", "gatway", "gateway"), (UP + " metrik 5", "metrik", "metric"), (UP + " mtuu 1400", "mtuu", "mtu"),
    (UP + " no-track off", "no-track", "notrack"), ("client up t1 remot 192.0.2.1 address 2001:db8::3", "remot", "remote"),
    ("client up t1 remote 192.0.2.1 adress 2001:db8::3", "adress", "address"), (ADD + " prefixes 2001:db8:5::/48", "prefixes", "prefix"),
    (ADD + " proxy-npd on", "proxy-npd", "proxy-ndp"), (ADD + " server-adress 2001:db8::2", "server-adress", "server-address"),
    ("server up uplnk up0", "uplnk", "uplink"),
)
# Other wrong lines, each with a word that the message must have.
WRONG = (
    ("", "help"), ("client up", "name"), ("client down", "name"),
    ("server add-peer", "peer"), ("server del-peer", "peer"), ("server set-peer", "peer"),
    ("client up t1", "remote"), (f"client up t1 address {PAIR[1]}", "remote"), (f"client up t1 remote {SERVER4}", "address"),
    ("server add-peer alice", "remote"), (f"server add-peer alice remote {CLIENT4}", "address"),
    (f"server add-peer alice address {PAIR[1]}", "remote"), ("server set-peer alice", "set-peer"), ("server set-peer nobody mtu 1400", "nobody"),
    # abbreviations, other spellings
    ("cl up t1", "cl"), ("Client up t1", "Client"), ("client u t1", "u"), ("client sh", "sh"), ("server add x", "add"), ("serve up", "serve"),
    (UP + " rem 192.0.2.1", "rem"), (UP + " MTU 1400", "MTU"),
    # a value missing, a word twice, a word too many
    (UP + " mtu", "mtu"), ("client up t1 remote", "remote"), (ADD + " prefix", "prefix"), (UP + " mtu 1400 mtu 1400", "mtu"),
    (UP + f" remote {SERVER4}", "remote"), (ADD + f" address {PAIR[1]}", "address"), (ADD + " dev a dev b", "dev"),
    ("client down t1 t2", "t2"), ("client show t1 t2", "t2"), ("client check t1 t2", "t2"), ("server down now", "now"),
    ("server del-peer alice bob", "bob"), ("server show alice bob", "bob"), ("server check a b", "b"),
    # words of the other side
    (ADD + " gateway none", "gateway"), (ADD + " metric 5", "metric"), (UP + " uplink wan", "uplink"), (UP + " proxy-ndp on", "proxy-ndp"),
    ("server up remote 192.0.2.1", "remote"), ("server up prefix 2001:db8:5::/48", "prefix"),
    # names
    ("client up sixteen-bytes-xx " + UP.split(" ", 3)[3], "sixteen-bytes-xx"), ("client up a/b " + UP.split(" ", 3)[3], "a/b"),
    ("client up 'a b' " + UP.split(" ", 3)[3], "a b"), ("client up . " + UP.split(" ", 3)[3], "."),
    ("client up .. " + UP.split(" ", 3)[3], ".."), ("client up '' " + UP.split(" ", 3)[3], "name"),
    ("client down sixteen-bytes-xx", "sixteen-bytes-xx"), ("client show sixteen-bytes-xx", "sixteen-bytes-xx"),
    (ADD.replace("alice", "a/b"), "a/b"), (ADD.replace("alice", "'a b'"), "a b"), (ADD.replace("alice", "größe"), "gr"),
    (ADD.replace("alice", "a" * 33) + " dev tun0", "a" * 33), (ADD.replace("alice", "''"), "peer"), (ADD.replace("alice", "a:b"), "a:b"),
    (ADD.replace("alice", "twelve-chars"), "dev"), (ADD.replace("alice", "a" * 32), "dev"), ("server del-peer a/b", "a/b"),
    # options
    ("--nope client show", "--nope"), ("-Z client show", "Z"), ("--color=blue client show", "blue"), ("-n", ""),
    ("--netns", "netns"), ("--jso client show", "--jso"), ("--json=yes client show", "json"), ("-jX client show", "X"),
    ("-n a/b client show", "a/b"), ("-n '' client show", ""),
    # empty words
    ("client up t1 remote '' address " + PAIR[1], "remote"), (UP + " mtu ''", "mtu"), (UP + " '' 5", ""), ("''", ""),
)


def values(base, table):
    """The lines for a table of wrong values; a base that has the parameter loses it first."""
    for name, bad in table.items():
        words = base.split()
        if name in words[3:]:
            at = words.index(name, 3)
            del words[at:at + 2]
        for value in bad:
            yield words + [name, value], value


class Wrong(netlab.Case):
    def each_refused(self, host, lines):
        """Runs all the lines, four at a time; the state is compared once, and line by line if that differs."""
        before, todo, going, checked = host.state(), list(lines), [], 0
        while todo or going:
            while todo and len(going) < 4:
                words, *needed = todo.pop(0)
                going.append((netlab.start(host, words), needed))
            process, needed = going.pop(0)
            done = netlab.finish(process)
            checked += 1
            with self.subTest(line=" ".join(map(shlex.quote, done.argv))):
                self.assertEqual(done.status, 2, str(done))
                self.assertEqual(done.out, "", str(done))
                for word in needed:
                    self.assertIn(word.lower(), done.err.lower(), str(done))
                self.assertRegex(done.err, r"(?i)\A(sitctl: |usage)", "not like `sitctl: WHAT: WHY`")
        self.same(before, host, "a wrong line changed something")
        self.assertGreater(checked, 3)

    def test_values_of_a_client(self):
        self.each_refused(self.client, values(UP, CLIENT_VALUES))

    def test_any_is_no_name_to_ask_for(self):
        for line in (UP.replace(SERVER4, "any"), ADD.replace(CLIENT4, "any"), f"nat pass n remote any to {CLIENT4}"):
            done = self.refused(self.client, line, "no far end", status=2)
            self.assertNotIn("found for this name", done.err)

    def test_values_of_a_peer(self):
        self.each_refused(self.server, values(ADD, PEER_VALUES))

    def test_values_of_the_server(self):
        self.each_refused(self.server, values("server up", SERVER_VALUES))

    def test_nearest_words(self):
        self.each_refused(self.client, ((line.split(), word, right) for line, word, right in NEAREST))

    def test_other_lines(self):
        self.each_refused(self.client, ((shlex.split(line), *needed) for line, *needed in WRONG))

    def test_a_message_names_the_parameter(self):
        self.each_refused(self.client, ((UP.split() + [name, bad], name)
                                        for name, bad in (("mtu", "1"), ("ttl", "0"), ("metric", "0"), ("notrack", "x"))))

    def test_values_of_set_peer_on_a_peer_that_is_there(self):
        self.up(self.server, ADD)
        self.each_refused(self.server, ((["server", "set-peer", "alice", name, bad[0]], bad[0]) for name, bad in PEER_VALUES.items()))

    def test_bytes_that_are_no_text(self):
        for words in ([*UP.encode().split(), b"mtu", b"\xff"], [b"client", b"up", b"a\nb", *UP.encode().split()[3:]],
                      [b"server", b"add-peer", b"\xc3\x28", *ADD.encode().split()[3:]], [b"\x1b[31m"], [*UP.encode().split(), b"\x1b[2J"]):
            with self.subTest(words=words):
                done = self.refused(self.client, [os.fsdecode(w) for w in words], status=2, errors="backslashreplace")
                self.assertNotIn("\x1b", done.err, "a control character reaches the terminal")

    def test_very_long_words(self):
        for words in ([*UP.split(), "mtu", "9" * 5000], ["client", "up", "n" * 5000, *UP.split()[3:]], ["c" * 100000],
                      [*UP.split(), *(["prefix", "2001:db8:100::1/64"] * 500)]):
            with self.subTest(words=words[-1][:20]):
                self.refused(self.client, words, status=2)


class NetworkNamespaces(netlab.Case):
    def test_one_that_is_not_there(self):
        self.refused(self.client, "-n nowhere client show", "nowhere")


class NotRoot(netlab.Case):
    def test_changes_are_refused_with_a_hint(self):
        self.client.ip("tunnel add he6 mode sit remote 203.0.113.9 ttl 64")
        for host, words in ((self.client, UP), (self.client, "client down t1"), (self.client, "client adopt he6"),
                            (self.client, f"--save {UP}"), (self.client, f"-j {UP}"), (self.server, ADD), (self.server, "server up"),
                            (self.server, "server set-peer alice mtu 1300"), (self.server, "server del-peer alice"),
                            (self.server, "server down"), (self.client, "nat unpass home"), (self.client, "nat down"),
                            (self.client, "nat pass home remote 203.0.113.1 to 192.168.1.10")):
            with self.subTest(words):
                done = self.refused(host, words, status=1, user=65534, group=65534, extra_groups=[])
                self.assertRegex(done.err, r"\bsudo\b|\broot\b", done)

    def test_help_needs_no_root(self):
        self.assertIn("client", self.tell(self.client, "help", user=65534, group=65534, extra_groups=[]).out)

    def test_a_wrong_word_is_a_wrong_word_for_everybody(self):
        self.refused(self.client, UP + " mtu 1", "mtu", status=2, user=65534, group=65534, extra_groups=[])


class Help(netlab.Case):
    WORDS = {
        "help": ("client", "server", "--json", "--netns", "--dry-run", "--quiet", "--color", "--version", "--help", "--pretty",
                 "--details", "--statistics"),
        "-h": ("client", "server"), "--help": ("client", "server"),
        "client help": ("up", "down", "show", "check"),
        "server help": ("up", "down", "add-peer", "set-peer", "del-peer", "show", "check"),
        "client up help": ("remote", "local", "address", "gateway", "metric", "prefix", "dev", "ttl", "mtu", "notrack", "1280", "1024"),
        "server add-peer help": ("remote", "address", "server-address", "prefix", "proxy-ndp", "dev", "ttl", "mtu", "notrack", "127"),
        "server set-peer help": ("remote", "mtu"), "server up help": ("uplink", "local", "ttl", "mtu", "notrack"),
        "client down help": ("down",), "client show help": ("show",), "client check help": ("check",), "server down help": ("down",),
        "server del-peer help": ("del-peer",), "server show help": ("show",), "server check help": ("check",),
    }

    def test_help_texts(self):
        for words, needed in self.WORDS.items():
            with self.subTest(words):
                done = self.tell(self.client, words)
                self.assertEqual(done.err, "", str(done))
                for word in needed:
                    self.assertIn(word, done.out, str(done))
                self.assertTrue(done.out.endswith("\n"))

    def test_version(self):
        for words in ("-V", "--version"):
            with self.subTest(words):
                done = self.up_with_output(words)
                self.assertRegex(done.out, r"\Asitctl\b.*\d")
                self.assertEqual(len(done.out.splitlines()), 1)

    def up_with_output(self, words):
        done = self.tell(self.client, words)
        self.assertEqual(done.err, "")
        return done

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w", encoding="ascii") as full, self.client:
            for words in ("help", "-j client show"):
                done = netlab.subprocess.run([netlab.SITCTL, *words.split()], stdout=full, stderr=netlab.subprocess.PIPE, text=True,
                                             check=False)
                with self.subTest(words):
                    self.assertEqual(done.returncode, 1, done)
                    self.assertNotEqual(done.stderr, "")


class Right(netlab.Case):
    def test_the_bounds_that_are_right(self):
        """What stands next to the wrong values is accepted: a dry run tells, and changes nothing."""
        before = self.client.state()
        for words in ("mtu 1280", "mtu 65515", "ttl 1", "ttl 255", "metric 1", "metric 4294967295", "address 2001:db8:5::/64",
                      "prefix 2001:db8:100::/128", "prefix 2001:db8:100::/48,lan", "gateway auto", "local any"):
            with self.subTest(words):
                done = self.tell(self.client, f"-j -D {UP} {words}")
                self.assertIsInstance(json.loads(done.out), list)
        self.same(before, self.client)
