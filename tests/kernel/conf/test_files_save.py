# SPDX-License-Identifier: GPL-2.0-or-later
"""--save: the kernel and the file both, or neither; the file is the old or the new one, whole, whatever happens."""

import contextlib
import os
import subprocess
import time

import files
from files import ADD_ALICE, ALICE, BOB, CLIENT, ETC, SERVER, UP
import netlab
from netlab import CLIENT4, PAIR, PREFIX, PREFIX_B, SERVER4

CAROL = "server add-peer carol remote 192.0.2.77 address 2001:db8:1::9"
SAVED_CAROL = "[peer carol]\nremote = 192.0.2.77\naddress = 2001:db8:1::9/127\n"


class Save(files.Case):
    weight = 40

    def saved(self, host, words, name, text, says=""):
        """`--save WORDS`: the file is then TEXT, and by it there is nothing to do and nothing to find."""
        done = self.tell(host, f"--save {words}")
        self.assertEqual((done.out, done.err), ("", says))
        self.assertEqual(self.get(name), text)
        self.assertEqual([n for n in self.names() if n.endswith(".new")], [])
        side = words.split()[0]
        self.assertEqual(self.show(host, f"-D {side} up" + (" t1" if side == "client" else "")), [])
        if "up" in words.split():
            self.up(host, "check")

    def test_client(self):
        self.saved(self.client, UP, "t1.conf", f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}/127\n")
        self.assertEqual(os.stat(f"{ETC}/t1.conf").st_mode & 0o7777, 0o644)
        before = self.client.state()
        self.up(self.client, "client down t1")
        self.up(self.client, "client up t1")
        self.same(before, self.client)

    def test_client_with_a_file(self):
        self.put("t1.conf", CLIENT + f"\n; who\n ttl=255\nprefix = {PREFIX} # one\n# end", 0o600)
        kept = f"# the way out\n[client]\nremote  = {SERVER4}   # a provider\naddress = {PAIR[1]}\n\n; who\n ttl=255\n"
        self.saved(self.client, UP + f" ttl 255 prefix {PREFIX}", "t1.conf", kept + f"prefix = {PREFIX} # one\n# end\n")
        self.saved(self.client, UP + f" ttl 255 prefix {PREFIX},lan mtu 1400", "t1.conf",
                   kept + f"prefix = {PREFIX},lan # one\nmtu = 1400\n# end\n")
        self.assertEqual(os.stat(f"{ETC}/t1.conf").st_mode & 0o7777, 0o600)
        self.saved(self.client, UP + " ttl 64", "t1.conf", kept.replace("255", "64") + "# end\n")

    def test_another_file(self):
        path = self.put("other", CLIENT)
        self.up(self.client, f"--save -f {path} {UP} mtu 1400")
        self.assertEqual(self.get("other"), CLIENT + "mtu     = 1400\n")
        self.up(self.client, f"--save --file {ETC}/fresh {UP} mtu 1300")
        self.assertEqual(self.get("fresh"), f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}/127\nmtu = 1300\n")
        self.assertEqual(self.names(), ["fresh", "other"])

    def test_server(self):
        self.saved(self.server, "server up ttl 64", "server.conf", "[server]\nttl = 64\n")
        text = f"[server]\nttl = 64\n\n[peer alice]\nremote = {CLIENT4}\naddress = {PAIR[1]}/127\nprefix = {PREFIX}\n"
        self.saved(self.server, ADD_ALICE, "server.conf", text)
        self.saved(self.server, CAROL, "server.conf", text + "\n" + SAVED_CAROL)
        self.saved(self.server, "server set-peer alice mtu 1400", "server.conf",
                   text + "mtu    = 1400\n\n" + SAVED_CAROL)
        self.saved(self.server, f"server set-peer alice prefix {PREFIX_B} mtu auto", "server.conf",
                   text.replace(PREFIX, PREFIX_B) + "mtu    = auto\n\n" + SAVED_CAROL)
        self.saved(self.server, "server del-peer alice", "server.conf", "[server]\nttl = 64\n\n" + SAVED_CAROL)

    def test_peers_of_a_file(self):
        """Comments and order of what does not change stay; so do peers that the kernel does not have."""
        self.put("server.conf", SERVER)
        self.up(self.server, "server up")
        self.saved(self.server, "server set-peer bob mtu 1400", "server.conf", SERVER + "mtu     = 1400\n")
        self.saved(self.server, "server del-peer alice", "server.conf",
                   SERVER[:SERVER.index("[peer alice]")] + BOB + "mtu     = 1400\n")
        self.put("server.conf", SERVER)
        self.up(self.server, "--save " + CAROL)
        self.assertEqual(self.get("server.conf"), SERVER + "\n" + SAVED_CAROL)

    def test_a_peer_that_only_the_file_has(self):
        self.put("server.conf", SERVER)
        done = self.tell(self.server, "--save server del-peer alice")
        self.assertIn("alice: there is no peer", done.err)
        self.assertNotIn("alice", self.get("server.conf"))
        self.assertIn(BOB, self.get("server.conf"))
        self.refused(self.server, "--save server set-peer bob mtu 1400", "bob", status=2)
        self.assertIn(BOB, self.get("server.conf"))

    def test_a_peer_that_only_the_kernel_has(self):
        self.put("server.conf", ALICE)
        self.up(self.server, ADD_ALICE)
        self.up(self.server, CAROL + " ttl 9")
        self.up(self.server, "--save server set-peer carol mtu 1400")
        self.assertEqual(self.get("server.conf"), ALICE + "\n" + SAVED_CAROL + "ttl = 9\nmtu = 1400\n")

    def test_a_name_is_saved_as_a_name(self):
        self.addCleanup(self.hosts, "")
        self.hosts(f"{SERVER4} broker.test\n")
        self.saved(self.client, UP.replace(SERVER4, "broker.test"), "t1.conf",
                   f"[client]\nremote = broker.test\naddress = {PAIR[1]}/127\n")

    def hosts(self, text):
        with open("/etc/hosts", "w", encoding="ascii") as file:
            file.write("127.0.0.1 localhost\n" + text)

    def test_a_dry_run_writes_nothing(self):
        self.put("t1.conf", CLIENT)
        self.assertIn("1400", self.tell(self.client, f"-D --save {UP} mtu 1400").out)
        self.assertEqual(self.get("t1.conf"), CLIENT)
        self.tell(self.server, f"-D --save {ADD_ALICE}")
        self.assertEqual(self.names(), ["t1.conf"])
        self.assertEqual(os.stat(f"{ETC}/t1.conf").st_nlink, 1)

    def test_server_up_without_parameters(self):
        """As with `client up`: there is nothing to save, so the file must not lose what it has."""
        self.put("server.conf", SERVER)
        self.up(self.server, "server up")
        self.refused(self.server, "--save server up", "--save", status=2)
        self.assertEqual(self.get("server.conf"), SERVER)

    def test_only_where_there_is_something_to_save(self):
        self.put("t1.conf", CLIENT)
        self.refused(self.client, "--save client up t1", "--save", status=2)
        for words in ("client down t1", "client show", "client check", "check", "nat show", "server down"):
            with self.subTest(words):
                self.refused(self.client, f"--save {words}", "--save", status=2)

    def test_a_file_with_errors_is_left_alone(self):
        for bad, needed in ((CLIENT + "mut = 1\n", "t1.conf:5: mut"), ("nonsense\n", "t1.conf:1: nonsense"),
                            (CLIENT + "[peer alice]\n", "t1.conf:5: ")):
            with self.subTest(needed):
                self.put("t1.conf", bad)
                self.refused(self.client, f"--save {UP}", needed, status=2)
                self.assertEqual(self.get("t1.conf"), bad)

    def test_a_refused_change_is_not_saved(self):
        self.put("t1.conf", CLIENT)
        self.client.ip(f"route add unreachable {PREFIX} metric 4294967295")
        self.refused(self.client, f"--save {UP} prefix {PREFIX}", PREFIX, status=1)
        self.assertEqual((self.get("t1.conf"), self.names()), (CLIENT, ["t1.conf"]))

    def test_a_folder_that_cannot_be_written_to(self):
        self.put("t1.conf", CLIENT)
        netlab.mount(None, ETC, None, netlab.MS_REMOUNT | netlab.MS_RDONLY)
        self.refused(self.client, f"--save {UP}", f"{ETC}/t1.conf", "read-only", status=1)
        self.assertEqual(self.get("t1.conf"), CLIENT)

    def test_links_and_groups(self):
        os.mkdir(f"{ETC}/real")
        self.put("real/file", CLIENT, 0o640)
        os.chown(f"{ETC}/real/file", 0, 1234)
        os.symlink("real/file", f"{ETC}/t1.conf")
        self.up(self.client, f"--save {UP} mtu 1400")
        self.assertTrue(os.path.islink(f"{ETC}/t1.conf"))
        found = os.stat(f"{ETC}/t1.conf")
        self.assertEqual((found.st_mode & 0o7777, found.st_uid, found.st_gid), (0o640, 0, 1234))
        self.assertEqual(self.get("real/file"), CLIENT + "mtu     = 1400\n")
        self.assertEqual(os.listdir(f"{ETC}/real"), ["file"])

    def test_two_at_once(self):
        """Each peer is in the file, whoever came first, and once."""
        self.put("server.conf", SERVER)
        for turn in range(3):
            words = "--save server add-peer p{0}{1} remote 198.18.{0}.{1} address 2001:db8:7:{0}{1}::3"
            going = [netlab.start(self.server, words.format(turn, n)) for n in range(4)]
            for done in [netlab.finish(process) for process in going]:
                self.assertEqual((done.status, done.err), (0, ""), str(done))
        text = self.get("server.conf")
        self.assertTrue(text.startswith(SERVER), text)
        self.assertEqual(sorted(line for line in text.splitlines() if line.startswith("[peer p")),
                         [f"[peer p{turn}{n}]" for turn in range(3) for n in range(4)])
        self.assertEqual(self.names(), ["server.conf"])

    def test_two_at_once_in_two_namespaces(self):
        """One is held up before the new file gets its name; the other waits, or is refused, but is not lost."""
        self.put("server.conf", "[server]\n")
        self.up(self.inet, "server up uplink s0")
        with self.server:
            slow = subprocess.Popen(["strace", "-f", "-o", "/dev/null", "-e", "inject=rename:delay_enter=3000000",
                                     netlab.SITCTL, "--save", *ADD_ALICE.split()], stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 20
        while "server.conf.new" not in self.names() and time.monotonic() < end:
            time.sleep(0.02)
        fast = netlab.run(self.inet, f"--save {CAROL} proxy-ndp off")
        slow.communicate(timeout=60)
        text = self.get("server.conf")
        self.assertEqual("[peer alice]" in text, slow.returncode == 0, f"{text}\n{fast}")
        self.assertEqual("[peer carol]" in text, fast.status == 0, f"{text}\n{fast}")
        self.assertEqual("sit-alice" in self.server.links(), slow.returncode == 0)
        self.assertIn(0, (slow.returncode, fast.status))


class FullDisk(files.Case):
    size = "16k"

    def fill(self):
        with open(f"{ETC}/ballast", "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"#" * 4096)

    def test_it_is_said_before_anything_is_changed(self):
        self.put("t1.conf", CLIENT)
        self.put("server.conf", SERVER)
        self.fill()
        self.refused(self.client, f"--save {UP}", f"{ETC}/t1.conf", "no space", "is unchanged", status=1)
        self.refused(self.server, f"--save {ADD_ALICE} mtu 1400", f"{ETC}/server.conf", "no space", status=1)
        self.refused(self.client, f"--save -f {ETC}/new {UP}", f"{ETC}/new", "no space", status=1)
        self.assertEqual((self.get("t1.conf"), self.get("server.conf")), (CLIENT, SERVER))
        self.assertEqual(self.names(), ["ballast", "server.conf", "t1.conf"])
        os.unlink(f"{ETC}/ballast")
        self.up(self.client, f"--save {UP} mtu 1400")
        self.assertIn("1400", self.get("t1.conf"))

    def test_a_tunnel_that_runs_stays_as_it_is(self):
        self.put("t1.conf", CLIENT)
        self.up(self.client, "client up t1")
        self.fill()
        self.refused(self.client, f"--save {UP} mtu 1400", "no space", status=1)
        self.assertEqual(self.get("t1.conf"), CLIENT)
        self.up(self.client, "check")
