# SPDX-License-Identifier: GPL-2.0-or-later
"""`client up NAME` and `server up` from files: the same state as by words, and only what the file changes changes."""

import os

import files
from files import ADD_ALICE, ADD_BOB, ALICE, BOB, CLIENT, ETC, SERVER, UP
import netlab
from netlab import CLIENT4, ON_LINK, PAIR, PAIR_B, PREFIX, PREFIX_B, SECOND4, SERVER4, SERVER4B
import packets

HOSTS = "127.0.0.1 localhost\n"


class Client(files.Case):
    weight = 20

    @classmethod
    def prepare(cls):
        cls.server.ip(netlab.FAR_SERVER)

    def hosts(self, text):
        with open("/etc/hosts", "w", encoding="ascii") as file:
            file.write(HOSTS + text)

    def test_the_same_as_by_words(self):
        self.up(self.client, UP + f" mtu 1400 prefix {PREFIX},lan prefix 2001:db8:200::/48")
        wanted = self.client.state()
        self.up(self.client, "client down t1")
        self.put("t1.conf", CLIENT + f"mtu=1400\n\nprefix = {PREFIX},lan # here\nprefix = 2001:DB8:200:0::/48\n")
        self.up(self.client, "client up t1")
        self.same(wanted, self.client)
        self.nothing_to_do(self.client, "client up t1")
        self.up(self.client, "client down t1")
        self.assertEqual(self.names(), ["t1.conf"], "down is not to forget the file")

    def test_a_changed_file_under_a_running_ping(self):
        self.put("t1.conf", CLIENT)
        self.up(self.client, "client up t1")
        first, index = self.client.state(), self.client.links()["t1"]["index"]
        with packets.Stream(self.client, PAIR[0], interval=0.03) as stream:
            self.put("t1.conf", CLIENT + f"mtu = 1400\nprefix = {PREFIX}\nmetric = 7\n")
            self.up(self.client, "client up t1")
            stream.wait_for()
            self.assertEqual((self.client.links()["t1"]["mtu"], self.client.links()["t1"]["index"]), (1400, index))
            self.assertEqual(len(self.client.routes(f"{PREFIX} unreachable")), 1)
            self.put("t1.conf", CLIENT)
            self.up(self.client, "client up t1")
            stream.wait_for()
        self.assertGreater(len(stream.answered), 9)
        self.assertEqual(stream.lost, [])
        self.same(first, self.client)

    def test_another_file(self):
        self.put("t1.conf", "[client]\nnonsense\n")
        other = self.put("other", CLIENT + "mtu = 1300\n")
        for words in (f"-f {other} client up t1", f"--file {other} client up t1", f"--file={other} client up t1"):
            with self.subTest(words):
                self.up(self.client, words)
                self.assertEqual(self.client.links()["t1"]["mtu"], 1300)
                self.up(self.client, "client down t1")

    def test_parameters_need_no_file(self):
        self.put("t1.conf", "[client]\nnonsense\n")
        self.up(self.client, UP)
        self.assertEqual(self.get("t1.conf"), "[client]\nnonsense\n")
        other = self.put("other", CLIENT)
        self.refused(self.client, f"-f {other} {UP} mtu 1400", "--file", "--save", status=2)

    def test_missing(self):
        self.refused(self.client, "client up t1", "t1", f"{ETC}/t1.conf", "remote", status=2)
        self.refused(self.client, f"-f {ETC}/nosuch client up t1", f"{ETC}/nosuch", status=2)
        self.put("server.conf", SERVER)
        self.refused(self.client, "client up t1", "t1", f"{ETC}/t1.conf", status=2)

    def test_every_error_is_told_and_nothing_is_changed(self):
        bad = CLIENT + "mut = 1400\nttl = 256\n[peer alice]\nmtu = 1\n"
        self.put("t1.conf", bad)
        told = (f"{ETC}/t1.conf:5: mut: ", "'mtu'", f"{ETC}/t1.conf:6: ttl '256': ", f"{ETC}/t1.conf:7: [peer alice]: ")
        done = self.refused(self.client, "client up t1", *told, status=2)
        self.assertEqual(len(done.err.splitlines()), 3, str(done))
        for line in done.err.splitlines():
            self.assertTrue(line.startswith("sitctl: "), line)
        self.up(self.client, UP)
        self.refused(self.client, "client up t1", *told, status=2)
        self.refused(self.client, "-D client up t1", *told, status=2)

    def test_what_this_host_does_not_have(self):
        self.put("t1.conf", CLIENT.replace(SERVER4, CLIENT4))
        self.refused(self.client, "client up t1", "t1.conf:2: ", CLIENT4, status=2)
        self.put("server.conf", SERVER.replace(CLIENT4, SERVER4))
        self.refused(self.server, "server up", "server.conf:", SERVER4, status=2)
        self.put("server.conf", SERVER.replace(CLIENT4, "203.0.113.255"))
        self.refused(self.server, "server up", "server.conf:", "203.0.113.255", status=2)
        for line, needed in ((f"local = {SERVER4}", SERVER4), ("dev = nowhere", "nowhere"),
                             (f"prefix = {PREFIX},nowhere", "nowhere")):
            with self.subTest(line):
                self.put("t1.conf", CLIENT + line + "\n")
                self.refused(self.client, "client up t1", needed)

    def test_a_refused_step_leaves_the_tunnel_as_it_was(self):
        self.put("t1.conf", CLIENT)
        self.up(self.client, "client up t1")
        self.client.ip(f"route add unreachable {PREFIX} metric 4294967295")
        self.put("t1.conf", CLIENT + f"mtu = 1300\nmetric = 7\nprefix = {PREFIX}\n")
        self.refused(self.client, "client up t1", PREFIX, status=1)

    def test_only_root_may_decide(self):
        for mode, uid in ((0o664, 0), (0o646, 0), (0o666, 0), (0o644, 1000)):
            with self.subTest(mode=oct(mode), uid=uid):
                path = self.put("t1.conf", CLIENT, mode)
                os.chown(path, uid, 0)
                self.refused(self.client, "client up t1", path, "chmod go-w" if uid == 0 else "chown root", status=2)
                self.refused(self.client, f"-f {path} client up t1", path, status=2)
                self.refused(self.client, f"--save {UP}", path, status=2)
                os.unlink(path)

    def test_names(self):
        self.addCleanup(self.hosts, "")
        self.hosts(f"{SERVER4} broker.test\n")
        self.put("t1.conf", CLIENT.replace(SERVER4, "broker.test"))
        self.up(self.client, "client up t1")
        self.reaches(self.client, PAIR[0])
        self.nothing_to_do(self.client, "client up t1")
        self.hosts(f"{SERVER4B} broker.test\n{SERVER4} broker.test\n")  # still one of them
        self.nothing_to_do(self.client, "client up t1")
        self.hosts(f"{SERVER4B} broker.test\n")
        self.up(self.client, "client up t1")
        self.assertEqual(self.client.links()["t1"]["remote"], SERVER4B)
        self.hosts("127.0.0.1 broker.test\n")
        self.refused(self.client, "client up t1", f"{ETC}/t1.conf:2: ", "broker.test", "127.0.0.1", status=2)
        self.hosts("")  # no mistake in the file: time may mend it, and the units try again
        self.refused(self.client, "client up t1", f"{ETC}/t1.conf:2: ", "broker.test", status=1)

    def test_a_dry_run(self):
        self.put("t1.conf", CLIENT)
        before = self.client.state()
        by_file, by_words = self.tell(self.client, "-D client up t1").out, self.tell(self.client, "-D " + UP).out
        self.assertEqual(by_file, by_words)
        self.assertIn("ip ", by_file)
        self.same(before, self.client)


class Server(files.Case):
    weight = 45

    @classmethod
    def prepare(cls):
        for host, own, pair in ((cls.client, CLIENT4, PAIR), (cls.second, SECOND4, PAIR_B)):
            host.ip(f"""tunnel add far mode sit remote {SERVER4} local {own} ttl 255
                        link set far up
                        addr add {pair[1]}/127 dev far nodad
                        route add ::/0 dev far""")

    def test_the_same_as_by_words(self):
        for words in ("server up uplink up0", ADD_ALICE, ADD_BOB):
            self.up(self.server, words)
        wanted = self.server.state()
        self.up(self.server, "server down")
        self.put("server.conf", SERVER)
        self.up(self.server, "server up")
        self.alike(wanted, self.server)
        self.nothing_to_do(self.server, "server up")
        other = self.put("other", ALICE)
        planned = self.tell(self.server, f"-D -f {other} server up")
        self.assertEqual(planned.err, f"sitctl: bob: is not in {other}: would be removed\n")
        self.assertIn("sit-bob", self.server.links())
        done = self.tell(self.server, f"-f {other} server up")
        self.assertEqual(done.err, f"sitctl: bob: is not in {other}: removed\n")
        self.assertNotIn("sit-bob", self.server.links())

    def test_without_a_file(self):
        self.up(self.server, "server up")
        self.nothing_to_do(self.server, "server up")
        self.up(self.server, ADD_ALICE)
        self.nothing_to_do(self.server, "server up")
        self.refused(self.server, f"-f {ETC}/nosuch server up", "nosuch", status=2)
        self.assertIn("sit-alice", self.server.links())

    def test_adds_changes_and_removes(self):
        """Bob's tunnel changes in place, alice's goes, carol's comes: one plan, and bob's ping runs on."""
        self.put("server.conf", SERVER)
        self.up(self.server, "server up")
        index, before = self.server.links()["sit-bob"]["index"], self.server.state()
        carol = "[peer carol]\nremote = 192.0.2.77\naddress = 2001:db8:1::9\n"
        self.put("server.conf", "[server]\nuplink = up0\n" + BOB + f"mtu = 1400\nprefix = {PREFIX_B}\n" + carol)
        plan = self.show(self.server, "-D server up")
        self.same(before, self.server, "a dry run changed something")
        links = {(step["op"], step["dev"]) for step in plan if step["kind"] == "link"}
        self.assertEqual({op for op, name in links if name == "sit-alice"}, {"delete"}, plan)
        self.assertEqual({op for op, name in links if name == "sit-bob"}, {"change"}, plan)
        self.assertIn(("add", "sit-carol"), links, plan)
        with packets.Stream(self.second, PAIR_B[0], interval=0.03) as stream:
            done = self.tell(self.server, "server up")
            stream.wait_for()
        self.assertEqual((done.out, done.err), ("", f"sitctl: alice: is not in {ETC}/server.conf: removed\n"))
        self.assertEqual(stream.lost, [])
        links = self.server.links()
        self.assertEqual((links["sit-bob"]["mtu"], links["sit-bob"]["index"]), (1400, index))
        self.assertNotIn("sit-alice", links)
        self.assertEqual(links["sit-carol"]["remote"], "192.0.2.77")
        self.assertEqual(len(self.server.routes(f"{PREFIX_B} sit-bob")), 1)
        self.assertEqual(self.server.routes(PREFIX), [])
        self.nothing_to_do(self.server, "server up")
        self.put("server.conf", SERVER)
        self.assertEqual(self.tell(self.server, "-q server up").err, "")
        self.alike(before, self.server, "there and back")

    def exchange(self, old, new):
        """From the one file to the other: the state is that of the other from the start."""
        self.put("server.conf", new)
        self.up(self.server, "server up")
        wanted = self.server.state()
        self.up(self.server, "server down")
        self.put("server.conf", old)
        self.up(self.server, "server up")
        self.put("server.conf", new)
        self.up(self.server, "server up")
        self.alike(wanted, self.server)
        self.nothing_to_do(self.server, "server up")

    def test_two_prefixes_change_places(self):
        one, two = f"prefix = {PREFIX}\n", f"prefix = {PREFIX_B}\n"
        self.exchange(ALICE + one + BOB + two, ALICE + two + BOB + one)

    def test_two_addresses_change_places(self):
        self.exchange(ALICE + BOB, ALICE.replace(PAIR[1], PAIR_B[1]) + BOB.replace(PAIR_B[1], PAIR[1]))

    def test_two_remotes_change_places(self):
        self.exchange(ALICE + BOB, ALICE.replace(CLIENT4, SECOND4) + BOB.replace(SECOND4, CLIENT4))

    def test_two_devices_change_places(self):
        self.exchange(ALICE + "dev = tun0\n" + BOB + "dev = tun1\n", ALICE + "dev = tun1\n" + BOB + "dev = tun0\n")

    def test_one_takes_what_another_leaves(self):
        """The peer that goes, or stays with another one, had what the new one gets."""
        prefix, carol = f"prefix = {PREFIX}\n", f"[peer carol]\nremote = {CLIENT4}\naddress = 2001:db8:1::9\n"
        heir = ALICE.replace("alice", "alicia")
        for what, old, new in (("prefix", ALICE + prefix + BOB, ALICE + BOB + prefix),
                               ("prefix of one that goes", ALICE + prefix, BOB + prefix),
                               ("remote", ALICE, ALICE.replace(CLIENT4, "192.0.2.4") + carol),
                               ("remote and address of one that goes", ALICE, heir),
                               ("device of one that goes", ALICE + "dev = tun0\n", BOB + "dev = tun0\n"),
                               ("all", ALICE + prefix + "dev = tun0\n", heir + prefix + "dev = tun0\n")):
            with self.subTest(what):
                self.put("server.conf", new)
                self.up(self.server, "server up")
                wanted = self.server.state()
                self.up(self.server, "server down")
                self.put("server.conf", old)
                self.up(self.server, "server up")
                self.put("server.conf", new)
                self.tell(self.server, "server up")
                self.alike(wanted, self.server)
                self.nothing_to_do(self.server, "server up")
            self.again()

    def test_defaults_of_the_server(self):
        self.put("server.conf", "[server]\nmtu = 1400\nttl = 9\n" + ALICE + BOB + "mtu = 1300\n")
        self.up(self.server, "server up")
        links = self.server.links()
        self.assertEqual([(links[n]["mtu"], links[n]["ttl"]) for n in ("sit-alice", "sit-bob")], [(1400, 9), (1300, 9)])

    def test_an_empty_file_removes_all_peers(self):
        self.put("server.conf", "[server]\n")
        self.up(self.server, "server up")
        before = self.server.state()
        self.put("server.conf", SERVER)
        self.up(self.server, "server up")
        self.put("server.conf", "# nobody any more\n")
        done = self.tell(self.server, "server up")
        self.assertEqual(sorted(line.split()[1] for line in done.err.splitlines()), ["alice:", "bob:"], str(done))
        self.same(before, self.server)

    def test_every_error_is_told_and_nothing_is_changed(self):
        self.put("server.conf", SERVER)
        self.up(self.server, "server up")
        self.put("server.conf", ALICE + "mut = 1\n" + ALICE + "[pear x]\nfoo\n[peer bob]\n")
        done = self.refused(self.server, "server up", "server.conf:4: mut: ", "server.conf:5: [peer alice]: ",
                            "server.conf:8: [pear x]: ", "server.conf:10: bob: 'remote' is missing", status=2)
        self.assertEqual(len(done.err.splitlines()), 4, str(done))

    def test_peers_that_do_not_go_together(self):
        """What each alone may have, and not both: told with the line of the second, all in one run."""
        peer = "[peer {}]\nremote = 192.0.2.{}\naddress = {}\n"
        text = (ALICE + f"prefix = {PREFIX}\n" + BOB.replace(SECOND4, CLIENT4)
                + peer.format("carol", 3, "2001:db8:1::9") + "dev = sit-alice\n"
                + peer.format("dora", 4, "2001:db8:100::7")
                + peer.format("erna", 5, "2001:db8:1::11") + "prefix = 2001:db8::/64\n")
        self.put("server.conf", text)
        done = self.refused(self.server, "server up", f"server.conf:6: {CLIENT4}: is also the remote of peer alice",
                            "server.conf:9: sit-alice: is also the device of peer alice", "server.conf:13: ",
                            "server.conf:16: ", status=2)
        self.assertEqual(done.err.count("overlaps"), 3, f"alice and dora, and erna with this host: {done}")

    def test_uplink(self):
        self.put("server.conf", "[server]\nuplink = nowhere\n" + ALICE)
        self.refused(self.server, "server up", "server.conf:1: nowhere: ", status=2)
        self.put("server.conf", "[server]\nlocal = 203.0.113.77\n" + ALICE)
        self.refused(self.server, "server up", "server.conf:1: ", "203.0.113.77", status=2)

    def test_proxies(self):
        near = ALICE.replace(PAIR[1], ON_LINK[1])
        self.put("server.conf", near)
        self.up(self.server, "server up")
        self.assertEqual(self.server.proxies(), [(ON_LINK[1], "up0")])
        self.put("server.conf", near + "proxy-ndp = off\n")
        self.up(self.server, "server up")
        self.assertEqual(self.server.proxies(), [])

    def test_a_refused_step_leaves_all_peers_as_they_were(self):
        self.put("server.conf", SERVER)
        self.up(self.server, "server up")
        self.server.ip(f"route add {PREFIX_B} via {netlab.ROUTER6} dev up0 metric 1024")
        carol = f"[peer carol]\nremote = 192.0.2.77\naddress = 2001:db8:1::9\nprefix = {PREFIX_B}\n"
        self.put("server.conf", ALICE + "mtu = 1300\n" + carol)
        self.refused(self.server, "server up", PREFIX_B, status=1)
