# SPDX-License-Identifier: GPL-2.0-or-later
"""`show` tells what the kernel has, for people and as JSON; `check` tells what differs and how to repair it."""

import json
import os
import re
import subprocess

import netlab
from netlab import CLIENT4, ON_LINK, PAIR, PAIR_B, PREFIX, SECOND4, SERVER4
import packets

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
CLIENT_OF_ANOTHER, REMOTE_OF_A_PASS = "198.51.100.99", "192.0.2.77"
COUNTERS = [f"{way}-{what}" for way in ("rx", "tx") for what in ("packets", "bytes", "errors", "dropped")]


class ShowClient(netlab.Case):
    def one(self, words="client show t1"):
        found = self.show(self.client, words)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_nothing(self):
        for side, host in (("client", self.client), ("server", self.server)):
            with self.subTest(side):
                self.up(host, f"{side} show")
                self.assertEqual(self.show(host, f"{side} show"), [])

    def test_one_that_is_not_there(self):
        self.refused(self.client, "client show t1", "t1", status=1)
        done = self.tell(self.client, "-j client show t1", status=1)
        self.assertIn("t1", done.err)
        self.assertIn(done.out, ("", "[]\n"))

    def test_defaults(self):
        self.up(self.client, UP)
        got = self.one()
        wanted = {"role": "client", "name": "t1", "remote": SERVER4, "local": "any", "address": [f"{PAIR[1]}/127"], "gateway": "auto",
                  "metric": 1024, "ttl": 255, "mtu": 1480, "notrack": "on", "state": "up",
                  "ifindex": self.client.links()["t1"]["index"]}
        self.assertEqual({k: got.get(k) for k in wanted}, wanted)
        self.assertIn("operstate", got)
        self.assertIn(got.get("prefix", []), ([],))

    def test_everything_given(self):
        self.up(self.client, UP + f" local {CLIENT4} gateway {PAIR[0]} metric 5 prefix {PREFIX} prefix 2001:db8:200::/48,lan dev wan "
                f"ttl inherit mtu 1400 notrack off address 2001:db8:1:77::1/64")
        got = self.one()
        wanted = {"remote": SERVER4, "local": CLIENT4, "gateway": PAIR[0], "metric": 5, "dev": "wan", "ttl": "inherit", "mtu": 1400,
                  "notrack": "off"}
        self.assertEqual({k: got.get(k) for k in wanted}, wanted)
        self.assertEqual(sorted(got["address"]), sorted([f"{PAIR[1]}/127", "2001:db8:1:77::1/64"]))
        self.assertEqual(sorted(got["prefix"]), [PREFIX, "2001:db8:200::/48,lan"])

    def test_without_a_gateway(self):
        self.up(self.client, UP + " gateway none")
        self.assertEqual(self.one()["gateway"], "none")

    def test_it_is_the_kernel_that_is_shown(self):
        self.up(self.client, UP)
        self.client.ip("link set t1 mtu 1300\ntunnel change t1 ttl 7\naddr add 2001:db8:1:66::1/64 dev t1 nodad")
        got = self.one()
        self.assertEqual((got["mtu"], got["ttl"]), (1300, 7))
        self.assertEqual(sorted(got["address"]), sorted([f"{PAIR[1]}/127", "2001:db8:1:66::1/64"]))
        self.client.ip("link set t1 down")
        self.assertEqual(self.one()["state"], "down")

    def test_all_and_one(self):
        self.up(self.client, UP)
        self.up(self.client, f"client up t2 remote {SECOND4} address 2001:db8:1::9 gateway none")
        self.assertEqual(sorted(t["name"] for t in self.show(self.client, "client show")), ["t1", "t2"])
        self.assertEqual(self.one("client show t2")["remote"], SECOND4)

    def test_foreign_tunnels_are_not_shown(self):
        self.client.ip(f"tunnel add foreign mode sit remote {SERVER4}\nlink set foreign group 41\n"
                       f"tunnel add foreign2 mode sit remote {SECOND4}\nlink set foreign2 alias 'sitctl client foreign2'")
        self.assertNotIn("foreign", [t["name"] for t in self.show(self.client, "client show")])

    def test_for_people(self):
        self.up(self.client, UP)
        text = self.tell(self.client, "client show").out
        for fact in ("t1", SERVER4, PAIR[1], "1480", "up"):
            self.assertIn(fact, text)
        self.assertNotIn("\x1b", text)
        self.assertEqual(self.tell(self.client, "client show t1").out, text)
        self.assertGreater(len(self.tell(self.client, "-d client show").out), len(text))

    def test_details_in_json(self):
        """What -d shows to people is in JSON as well: of a device, and of the server."""
        self.up(self.client, UP)
        self.up(self.server, Check.NEAR)
        for host, words, name in ((self.client, "client show", "t1"), (self.server, "server show", "near")):
            text = self.tell(host, f"-d {words}").out
            rows = dict(re.findall(r"^    (\w+) +(.+)$", text[text.index(f"{name}: "):], re.M))
            *server, one = self.show(host, f"-d {words}")
            self.assertEqual(rows["ifindex"], f"{one['ifindex']}, group {one['group']}, {one['operstate']}")
            for key in ("alias", "forwarding", "accept_ra", "accept_redirects", "disable_ipv6"):
                self.assertEqual(rows[key], str(one[key]))
            self.assertEqual({"group", "alias", "forwarding"} & self.show(host, words)[-1].keys(), set())
            shown = re.findall(r"^    (\S+) = (\S+) \(was (\S+)\)$", text, re.M)
            told = [(s["key"], s["value"], s["was"]) for each in server for s in each["sysctls"]]
            self.assertEqual(shown, told)
            self.assertEqual([each["uplink"] for each in server], ["up0"] if host is self.server else [])
        self.assertNotEqual(told, [])

    def test_counters(self):
        self.server.ip(netlab.FAR_SERVER)
        self.up(self.client, UP)
        self.assertNotIn("rx-packets", self.one())
        before = self.one("-s client show t1")
        for key in COUNTERS:
            self.assertIsInstance(before[key], int, key)
        with packets.Stream(self.client, PAIR[0], interval=0.02, ) as stream:
            stream.wait_for(10)
        got = self.one("-s client show t1")
        self.assertEqual(stream.lost, [])
        count = len(stream.answered)
        for key in ("rx-packets", "tx-packets"):
            self.assertGreaterEqual(got[key] - before[key], count, key)
            self.assertLess(got[key] - before[key], count + 20, key)
        self.assertGreaterEqual(got["rx-bytes"] - before["rx-bytes"], 104 * count)
        self.assertIn(str(got["rx-packets"]), self.tell(self.client, "-s client show t1").out)

    def test_json_plain_and_pretty(self):
        self.up(self.client, UP)
        plain, pretty = self.tell(self.client, "-j client show").out, self.tell(self.client, "-j -p client show").out
        self.assertEqual(json.loads(plain), json.loads(pretty))
        self.assertGreater(len(pretty.splitlines()), len(plain.splitlines()))

    def test_short_and_long_options_mean_the_same(self):
        self.up(self.client, UP)
        for short, long in (("-j", "--json"), ("-d", "--details"), ("-j -p", "--json --pretty"), ("-jp", "--pretty -j")):
            with self.subTest(long):
                self.assertEqual(self.tell(self.client, f"{short} client show").out, self.tell(self.client, f"{long} client show").out)

    def test_colour(self):
        self.up(self.client, UP)
        for words, coloured in (("-c", True), ("--color", True), ("--color=always", True), ("--color=never", False), ("--color=auto", False)):
            with self.subTest(words):
                text = self.tell(self.client, f"{words} client show").out
                self.assertEqual("\x1b[" in text, coloured, text)
        self.assertNotIn("\x1b", self.tell(self.client, "-c -j client show").out)

    def test_quiet(self):
        self.up(self.client, "-q client down t1")
        self.up(self.client, "--quiet " + UP)

    def test_a_name_that_is_no_text(self):
        """The kernel takes any bytes as a name: they are refused, or shown as JSON that can be read."""
        name = os.fsdecode(b"\xff\xfe")
        done = netlab.run(self.client, ["client", "up", name, *UP.split()[3:]], errors="backslashreplace")
        self.assertIn(done.status, (0, 2), str(done))
        self.assertEqual(len(self.show(self.client, "client show")), 1 if done.status == 0 else 0)


class ShowServer(netlab.Case):
    def test_a_peer(self):
        self.up(self.server, ALICE + f" prefix {PREFIX} ttl 64")
        got = self.show(self.server, "server show alice")
        self.assertEqual(len(got), 1, got)
        wanted = {"role": "server", "name": "alice", "remote": CLIENT4, "address": [f"{PAIR[1]}/127"], "server-address": PAIR[0],
                  "prefix": [PREFIX], "dev": "sit-alice", "ttl": 64, "mtu": 1480, "notrack": "on", "state": "up",
                  "ifindex": self.server.links()["sit-alice"]["index"], "proxied": []}
        self.assertEqual({k: got[0].get(k) for k in wanted}, wanted)

    def test_proxied_addresses(self):
        self.up(self.server, f"server add-peer near remote {CLIENT4} address {ON_LINK[1]}")
        self.assertEqual(self.show(self.server, "server show near")[0]["proxied"], [ON_LINK[1]])

    def test_all_and_one_and_none(self):
        self.up(self.server, ALICE)
        self.up(self.server, f"server add-peer bob remote {SECOND4} address {PAIR_B[1]} dev tun0")
        self.assertEqual(sorted(p["name"] for p in self.show(self.server, "server show")), ["alice", "bob"])
        self.assertEqual(self.show(self.server, "server show bob")[0]["dev"], "tun0")
        self.refused(self.server, "server show carol", "carol", status=1)
        text = self.tell(self.server, "server show").out
        for fact in ("alice", "bob", CLIENT4, SECOND4, PAIR[1], PAIR_B[1], "sit-alice", "tun0"):
            self.assertIn(fact, text)

    def test_a_client_is_no_peer(self):
        self.up(self.server, ALICE)
        self.assertEqual(self.show(self.server, "client show"), [])


class ShowAll(netlab.Case):
    """A host that is client, server and NAT at once."""

    def setUp(self):
        super().setUp()
        self.up(self.server, ALICE)
        self.up(self.server, f"client up t9 remote {CLIENT_OF_ANOTHER} address 2001:db8:1::9 gateway none")
        self.tell(self.server, f"-q nat pass home remote {REMOTE_OF_A_PASS} to 10.0.0.9 interface up0")

    def test_all_objects(self):
        """It is what the three say one after the other."""
        objects = "client", "server", "nat"
        self.assertEqual(self.tell(self.server, "show").out, "".join(self.tell(self.server, f"{one} show").out for one in objects))
        self.assertEqual(self.show(self.server, "show"), [got for one in objects for got in self.show(self.server, f"{one} show")])
        self.assertEqual([(got["role"], got["name"]) for got in self.show(self.server, "show")],
                         [("client", "t9"), ("server", "alice"), ("nat", "home")])

    def test_an_object_alone(self):
        for words in ("client", "server", "nat"):
            for options in ("", "-j ", "-d -s ", "--brief "):
                self.assertEqual(self.tell(self.server, options + words).out, self.tell(self.server, f"{options}{words} show").out)

    def test_a_line_a_tunnel(self):
        self.server.ip("link set t9 down")
        lines = self.tell(self.server, "--brief show").out.splitlines()
        self.assertEqual([line.split() for line in lines], [
            ["t9", "client", "down", CLIENT_OF_ANOTHER], ["alice", "peer", "up", CLIENT4, f"{PAIR[1]}/127"],
            ["home", "nat", "pass", REMOTE_OF_A_PASS, "10.0.0.9"]])
        for line in lines:
            self.assertEqual(line, line.rstrip())
        self.assertEqual(self.show(self.server, "--brief show"), self.show(self.server, "show"))


def commands(text):
    """The commands that a line of `check` offers: what stands from a program's name to the line's end, without quotes."""
    return [match.group(1).strip(" `'\".") for line in text.splitlines()
            for match in [re.search(r"((?:\bsitctl (?!\S*:)|\b(?:ip|nft|sysctl) -)[^`'\"]*)[`'\"]?\s*$", line)] if match]


class Check(netlab.Case):
    FULL = UP + f" prefix {PREFIX} prefix 2001:db8:200::/48,lan"
    NEAR = f"server add-peer near remote {CLIENT4} address {ON_LINK[1]} prefix 2001:db8:100::/64"

    def drifts(self, host, side, name, breakages):
        """Each breakage is found, named and repaired by the command that `check` prints."""
        wanted = host.state()
        self.up(host, f"{side} check")
        for words, needed in breakages:
            with self.subTest(words):
                with host:
                    subprocess.run(words, shell=True, check=True)
                for check in (f"{side} check",) + ((f"{side} check {name}",) if side == "client" else ()):
                    done = self.tell(host, check, status=3)
                    text = done.out + done.err
                    self.assertRegex(text, needed)
                    self.assertIn(name, text)
                offered = commands(text)
                self.assertNotEqual(offered, [], f"no command to repair it: {done}")
                env = dict(os.environ, PATH=f"{os.path.dirname(netlab.SITCTL)}:{os.environ['PATH']}")
                with host:
                    for command in dict.fromkeys(offered):
                        shell = subprocess.run(["sh", "-e", "-c", command], capture_output=True, text=True, env=env, check=False)
                        self.assertEqual(shell.returncode, 0, f"{command}: {shell.stderr}")
                self.up(host, f"{side} check")
                self.same(wanted, host, f"after {offered}")

    def test_client(self):
        self.up(self.client, self.FULL)
        self.drifts(self.client, "client", "t1", (
            ("ip link set t1 mtu 1300", "1300"), ("ip tunnel change t1 ttl 9", "ttl"), ("ip link set t1 down", "down|up"),
            (f"ip addr del {PAIR[1]}/127 dev t1", PAIR[1]), ("ip -6 route del default dev t1", "default|gateway"),
            (f"ip -6 route del unreachable {PREFIX} metric 4294967295", PREFIX), ("nft flush ruleset", "(?i)notrack|nft|table|sitctl"),
            ("ip addr del 2001:db8:200::1/64 dev lan", "2001:db8:200::"), ("ip link del t1", "t1")))

    def test_server(self):
        self.up(self.server, self.NEAR)
        self.drifts(self.server, "server", "near", (
            ("ip link set sit-near mtu 1300", "1300"), (f"ip neigh del proxy {ON_LINK[1]} dev up0", ON_LINK[1]),
            ("ip -6 route del 2001:db8:100::/64 dev sit-near", "2001:db8:100::/64"), (f"ip addr del {ON_LINK[0]}/127 dev sit-near", ON_LINK[0]),
            ("ip link del sit-near", "sit-near")))

    def test_sysctls_of_the_server(self):
        self.up(self.server, self.NEAR)
        for key, value in (("net.ipv6.conf.up0.proxy_ndp", 0), ("net.ipv6.conf.all.forwarding", 0)):
            if key.endswith("all.forwarding") and self.server.get("net.ipv6.conf.all.force_forwarding") is not None:
                continue
            with self.subTest(key):
                self.server.set(key, value)
                done = self.tell(self.server, "server check", status=3)
                self.assertIn(key.rsplit(".", 1)[1], done.out + done.err)
                self.up(self.server, self.NEAR)
                self.up(self.server, "server check")

    def test_another_gateway_or_metric(self):
        """It is one difference, which names both routes; several have one repair."""
        up = f"client up t1 remote {SERVER4} address {PAIR[1]}/127 gateway {PAIR[0]}"
        for words, other in (("add ::/0 via 2001:db8::77 dev t1 metric 1024 onlink", "via 2001:db8::77 dev t1 metric 1024"),
                             (f"add ::/0 via {PAIR[0]} dev t1 metric 9 proto 41", f"via {PAIR[0]} dev t1 metric 9")):
            with self.subTest(words):
                self.up(self.client, up)
                self.client.ip(f"route del ::/0 dev t1\nroute {words}\nlink set t1 mtu 1300")
                done = self.tell(self.client, "client check", status=3)
                device, route, repair = done.out.splitlines()
                self.assertIn("mtu is 1300", device)
                self.assertEqual(route, f"t1: route default via {PAIR[0]} dev t1 metric 1024 is configured, but the kernel has "
                                        f"route default {other}")
                self.assertEqual(repair, f"repair: sitctl {up}")
                self.up(self.client, "client down t1")

    def test_check_changes_nothing(self):
        self.up(self.client, self.FULL)
        self.client.ip("link set t1 mtu 1300")
        before = self.client.state()
        self.tell(self.client, "client check", status=3)
        self.same(before, self.client)

    def test_a_name_that_is_not_there(self):
        self.refused(self.client, "client check t1", "t1", status=1)

    def test_nothing_configured(self):
        for host, words in ((self.client, "client check"), (self.server, "server check")):
            with self.subTest(words):
                self.up(host, words)
