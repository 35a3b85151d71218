# SPDX-License-Identifier: GPL-2.0-or-later
"""--batch: a line a command, errors with their lines, the first one ends it unless --force is given."""

import subprocess
import tempfile

import files
from files import ADD_ALICE, ADD_BOB, CLIENT, ETC, SERVER
import netlab

GOOD = f"""# two peers
{ADD_ALICE}

\t server  add-peer bob remote 192.0.2.9\taddress 2001:db8:1::5   # at home
   # the second one is changed
server set-peer bob mtu 1400
"""


class Batch(files.Case):
    weight = 15

    def batch(self, host, text, status=0, words="", **how):
        """The same from a file and from standard input; returns what the second gave."""
        path = self.put("batch", text)
        before = host.state()
        first = self.tell(host, f"{words} -b {path}", status, **how)
        self.again()
        self.alike(before, host)
        with open(path, encoding="utf-8") as file:
            second = self.tell(host, f"{words} --batch -", status, stdin=file, **how)
        self.assertEqual(first.out, second.out)
        self.assertEqual(first.err.replace(f"{path}:", "standard input:"), second.err)
        return second

    def test_commands(self):
        done = self.batch(self.server, GOOD)
        self.assertEqual((done.out, done.err), ("", ""))
        got = self.server.state()
        self.assertEqual(self.server.links()["sit-bob"]["mtu"], 1400)
        self.again()
        for words in (ADD_ALICE, ADD_BOB, "server set-peer bob mtu 1400"):
            self.up(self.server, words)
        self.alike(got, self.server)

    def test_nothing(self):
        before = self.server.state()
        for text in ("", "\n", "# nothing\n\n  \t\n#", "\r\n"):
            with self.subTest(text):
                self.assertEqual(self.batch(self.server, text).err, "")
        self.same(before, self.server)

    def test_a_last_line_without_an_end(self):
        self.batch(self.server, GOOD.rstrip("\n").replace("\n", "\r\n"))
        self.assertEqual(self.server.links()["sit-bob"]["mtu"], 1400)

    def test_the_first_error_ends_it(self):
        text = f"{ADD_ALICE}\n# two\nserver add-per bob\n{ADD_BOB}\n"
        done = self.batch(self.server, text, 2)
        self.assertTrue(done.err.startswith("sitctl: standard input:3: add-per: "), str(done))
        self.assertIn("'add-peer'", done.err)
        self.assertEqual(len(done.err.splitlines()), 1)
        self.assertIn("sit-alice", self.server.links())
        self.assertNotIn("sit-bob", self.server.links())

    def test_force_alone(self):
        """It does not force anything, as someone might think."""
        before = self.client.state()
        for words in ("client down t1", "client up t1 remote 203.0.113.1 address 2001:db8:1::3"):
            self.assertIn("--batch", self.tell(self.client, f"--force {words}", 2).err)
        self.same(before, self.client)

    def test_force_goes_on(self):
        text = (f"server add-per bob\n{ADD_ALICE}\nserver add-peer carol\nclient show nothere\n{ADD_BOB} mtu 1\n"
                f"{ADD_BOB}\n")
        done = self.batch(self.server, text, 2, "--force")
        self.assertEqual([line.split(":")[2] for line in done.err.splitlines()], ["1", "3", "4", "5"], str(done))
        self.assertLessEqual({"sit-alice", "sit-bob"}, set(self.server.links()))

    def test_the_status_is_that_of_the_first(self):
        for text, status in (("client show nothere\nfoo\n", 1), ("foo\nclient show nothere\n", 2)):
            with self.subTest(text):
                self.batch(self.server, text, status, "--force")
        self.up(self.server, ADD_ALICE)
        self.server.ip("link set sit-alice mtu 1300")
        path = self.put("batch", "server show\nserver check\nfoo\n")
        done = self.tell(self.server, f"-b {path}", 3)
        self.assertIn("1300", done.out)
        self.assertNotIn("foo", done.err)
        self.assertIn(f"{path}:3: foo: ", self.tell(self.server, f"--force -b {path}", 3).err)

    def test_refusals_and_notes_have_their_line(self):
        self.server.ip("link add sit-alice type dummy")
        path = self.put("batch", f"\nserver del-peer carol\n{ADD_ALICE}\n")
        done = self.tell(self.server, f"-b {path}", 1)
        lines = done.err.splitlines()
        self.assertEqual(len(lines), 2, str(done))
        self.assertTrue(lines[0].startswith(f"sitctl: {path}:2: carol: "), lines)
        self.assertTrue(lines[1].startswith(f"sitctl: {path}:3: "), lines)
        self.assertIn("sit-alice", lines[1])
        self.assertEqual(len(self.tell(self.server, f"-q -b {path}", 1).err.splitlines()), 1)

    def test_half_a_command_has_its_line(self):
        for text in ("\nclient up\n", "\nserver add-peer\n"):
            with self.subTest(text):
                self.assertTrue(self.batch(self.server, text, 2).err.startswith("sitctl: standard input:2: "))

    def test_what_cannot_be_read(self):
        for path in (f"{ETC}/nosuch", f"{ETC}/batch/x"):
            with self.subTest(path):
                self.put("batch", "")
                self.refused(self.server, f"-b {path}", path, status=2)
        self.refused(self.server, f"-b {ETC}", ETC)
        self.refused(self.server, "-b", "-b", status=2)
        self.refused(self.server, f"-b {ETC}/batch server show", "server", status=2)

    def test_bytes_that_are_no_text(self):
        with open(f"{ETC}/batch", "wb") as file:
            file.write(ADD_ALICE.encode() + b"\nserver show\0 foo\n" + ADD_BOB.encode() + b"\n")
        done = self.tell(self.server, f"-b {ETC}/batch", 2)
        self.assertIn(f"{ETC}/batch:2: ", done.err)
        self.put("batch", "client \033[31mx\n" + "x" * 100000 + "\n" + "x " * 5000)
        done = self.tell(self.server, f"--force -b {ETC}/batch", 2)
        self.assertNotIn("\033", done.err)
        self.assertEqual([line.split(":")[2] for line in done.err.splitlines()], ["1", "2", "3"])

    def test_options_are_for_all_lines(self):
        path = self.put("batch", f"{ADD_ALICE}\n{ADD_BOB}\n")
        before = self.server.state()
        self.assertIn("sit-bob", self.tell(self.server, f"-D -b {path}").out)
        self.same(before, self.server)
        self.up(self.server, f"--save -b {path}")
        self.assertEqual([line for line in self.get("server.conf").splitlines() if line.startswith("[")],
                         ["[peer alice]", "[peer bob]"])
        self.nothing_to_do(self.server, "server up")
        for name in ("alice", "bob"):
            path = self.put("batch", f"server show {name}\n")
            self.assertEqual(self.show(self.server, f"-b {path}")[0]["name"], name)

    def test_files_in_a_batch(self):
        self.put("t1.conf", CLIENT)
        self.put("server.conf", SERVER)
        path = self.put("batch", "server up\nserver check\nclient up t2\n")
        done = self.tell(self.server, f"-b {path}", 2)
        self.assertIn(f"{path}:3: t2: ", done.err)
        self.assertIn("sit-alice", self.server.links())
        self.put("t2.conf", CLIENT + "mut = 1\nmtu = 1\n")
        done = self.tell(self.server, f"-b {path}", 2)
        self.assertEqual([line.split(": ")[1:3] for line in done.err.splitlines()],
                         [[f"{path}:3", f"{ETC}/t2.conf:5"], [f"{path}:3", f"{ETC}/t2.conf:6"]])

    def test_one_process(self):
        """Twenty commands, and no other process than the first."""
        text = "".join(f"server add-peer p{n} remote 198.18.0.{n} address 2001:db8:7:{n}::3\n" for n in range(1, 21))
        path = self.put("batch", text)
        with tempfile.NamedTemporaryFile("r") as log, self.server:
            done = subprocess.run(["strace", "-f", "-o", log.name, "-e", "trace=execve,clone,fork,vfork,clone3",
                                   netlab.SITCTL, "-b", path], check=False, capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(log.read().count("("), 1, "one execve, and nothing else")
        self.assertEqual(len([name for name in self.server.links() if name.startswith("sit-p")]), 20)
