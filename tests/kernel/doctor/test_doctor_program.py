# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor as a program: it changes nothing, sends little, takes a bounded time, needs no rights that it does not name."""

import json
import os
import pty
import re
import socket
import subprocess

import doctor
import netlab
from netlab import CLIENT4, ON_LINK, PAIR, PREFIX, SERVER4

NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}


class Counter:
    """Counts what a device of a host carries meanwhile, both ways; without neighbours' questions."""

    def __init__(self, host, dev):
        with host.looking():
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            self.sock.bind((dev, 3))
        self.sock.setblocking(False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def sent_here(self):
        """(packets, bytes) that came to the device from the other end."""
        packets, size = 0, 0
        while True:
            try:
                data, whence = self.sock.recvfrom(65536)
            except BlockingIOError:
                return packets, size
            if whence[2] != socket.PACKET_OUTGOING and whence[1] in (0x0800, 0x86dd):
                packets, size = packets + 1, size + len(data)


class Program(doctor.Client):
    def test_it_changes_nothing(self):
        before = self.client.state()
        self.healthy(self.client)
        self.same(before, self.client, "a healthy tunnel")
        self.server.ip("link set far down")
        self.finds(self.client, "far-end-no-tunnel")
        self.same(before, self.client, "a broken one")

    def test_it_sends_little(self):
        self.healthy(self.client)  # neighbours know each other
        with Counter(self.inet, "c0") as wire:
            self.healthy(self.client)
            packets, size = wire.sent_here()
        self.assertLess(packets, 25)
        self.assertLess(size, 10000)
        self.inet.nft("table inet way { chain f { type filter hook forward priority 0; ip protocol 41 drop; }; }")
        with Counter(self.inet, "c0") as wire:
            self.finds(self.client, "protocol-41-filtered")
            packets, size = wire.sent_here()
        self.assertLess(packets, 40)
        self.assertLess(size, 10000)

    def test_text(self):
        done = self.tell(self.client, "doctor")
        self.assertRegex(done.out.splitlines()[-1], r"^t1: healthy")
        self.assertIn(f"this host -- t1 -- wan -- IPv4 -- {SERVER4} -- IPv6", done.out)
        self.assertNotIn("\033", done.out)
        self.inet.nft("table inet way { chain f { type filter hook forward priority 0; ip protocol 41 drop; }; }")
        done = self.tell(self.client, "doctor t1", status=3)
        self.assertIn("[! IPv4 !]", done.out)
        last = done.out[done.out.rindex("\nt1: ") + 1:]
        for word in ("protocol 41 does not get through", SERVER4, "allow protocol 41"):
            self.assertIn(word, " ".join(last.split()))
        self.assertRegex(done.out, r"(?m)^failed +answers")
        self.assertRegex(done.out, r"(?m)^skipped +packet size")
        self.assertRegex(done.out, r"(?m)^ok +kernel")

    def on_terminal(self, **env):
        """What is written to a terminal of 80 columns."""
        master, slave = pty.openpty()
        with self.client:
            process = subprocess.Popen([netlab.SITCTL, "doctor", "t1"], stdin=slave, stdout=slave, stderr=slave, cwd="/",
                                       env={"PATH": "/usr/sbin:/usr/bin", "LC_ALL": "C", "TERM": "xterm", "COLUMNS": "80", **env})
        os.close(slave)
        text = b""
        while True:
            try:
                part = os.read(master, 4096)
            except OSError:
                break
            if not part:
                break
            text += part
        os.close(master)
        self.assertEqual(process.wait(timeout=60), 0, text)
        return text.decode()

    def test_colours_and_width(self):
        text = self.on_terminal()
        self.assertIn("\033[", text)
        for line in re.sub(r"\033\[[0-9;]*m", "", text).splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.assertNotIn("\033", self.on_terminal(NO_COLOR="1"))

    def test_two_tunnels(self):
        self.tell(self.client, f"client up t2 remote {netlab.SERVER4B} address 2001:db8:1::9 gateway none")
        done = self.tell(self.client, "doctor", status=2)
        self.assertEqual(done.out, "")
        for word in ("t1", "t2", "more than one tunnel"):
            self.assertIn(word, done.err)
        self.healthy(self.client, "t1")

    def test_no_tunnel(self):
        done = self.tell(self.second, "doctor", status=2)
        self.assertIn("no tunnel", done.err)

    def test_bad_words(self):
        for words, needed in (("doctor t1 t2", "t2"), ("doctor t1 target", "target"), ("doctor t1 target 192.0.2.1", "IPv4"),
                              ("doctor t1 target a_b..c", "a_b..c"), ("doctor t1 target ::1 more", "more"), ("doctor nix", "nix"),
                              ("doctor wan", "not a SIT tunnel"), ("doctor sit0", "without a remote"), ("doctor 'x;y'", "x;y")):
            with self.subTest(words):
                self.refused(self.client, words, needed, status=2)

    def test_by_device_and_in_a_namespace(self):
        done = netlab.run(self.inet, f"-n {self.client.name} -j doctor t1")
        self.assertEqual(done.status, 0, str(done))
        self.client.ip("link set t1 down")
        found = doctor.Exam(netlab.run(self.inet, f"-n {self.client.name} -j doctor t1")).findings["device-down"]
        self.assertIn(f"sitctl -n {self.client.name} client up t1", found["remedy"])
        self.follow(self.inet, found)
        self.cured(self.client)

    def test_helps(self):
        done = self.tell(self.client, "doctor help")
        for cause in ("tcp-ack-lost", "ra-trap", "masqueraded"):
            self.assertIn(cause, done.out)

    def test_without_rights(self):
        exam = self.examine(self.client, "t1", **NOBODY)
        self.assertEqual(list(exam.findings), [], str(exam))
        skipped = {c["check"]: c["text"] for c in exam.report["checks"] if c["outcome"] == "skipped"}
        for check in ("others' filters", "connection tracking", "state"):
            self.assertIn("root", skipped[check])
        self.assertEqual(exam.checks["kernel"]["outcome"], "ok")
        self.assertEqual(exam.checks["device"]["outcome"], "ok")
        self.assertEqual(exam.checks["IPv6 route"]["outcome"], "ok")
        if exam.checks["answers"]["outcome"] == "skipped":
            self.assertEqual(exam.done.status, 1, str(exam))
            self.assertRegex(exam.checks["answers"]["text"], "CAP_NET_RAW|ping_group_range")
        else:
            self.assertEqual(exam.done.status, 0, str(exam))

    def test_without_rights_but_may_ping(self):
        with self.client:
            with open("/proc/sys/net/ipv4/ping_group_range", "w", encoding="ascii") as file:
                file.write("0 2147483647")
        exam = self.examine(self.client, "t1", **NOBODY)
        self.assertEqual((exam.done.status, list(exam.findings)), (0, []), str(exam))
        self.assertEqual(exam.checks["answers"]["outcome"], "ok")
        self.assertEqual(exam.checks["packet size"]["outcome"], "ok")
        self.server.ip("link set far down")
        exam = self.examine(self.client, "t1", **NOBODY)
        self.assertEqual(exam.done.status, 3, str(exam))
        self.assertEqual(exam.verdict, "protocol-41-filtered", str(exam))
        self.assertIn("this user is not allowed to capture packets", exam.findings["protocol-41-filtered"]["evidence"])

    def test_without_rights_what_is_broken_here(self):
        self.client.ip("link set t1 down")
        exam = self.examine(self.client, "t1", **NOBODY)
        self.assertEqual(exam.verdict, "device-down", str(exam))


class ServerProgram(doctor.Case):
    @classmethod
    def prepare(cls):
        cls.client.ip(netlab.FAR_CLIENT.replace(PAIR[1], ON_LINK[1]))

    def test_it_changes_nothing(self):
        self.tell(self.server, f"server add-peer near remote {CLIENT4} address {ON_LINK[1]} prefix {PREFIX}")
        before = self.server.state()
        with Counter(self.inet, "s0") as wire:
            self.healthy(self.server)
            packets, _ = wire.sent_here()
        self.assertLess(packets, 40)
        self.same(before, self.server, "a healthy peer")
        self.assertEqual(json.loads(self.tell(self.server, "-j doctor near").out)[0]["role"], "server")

    def test_without_rights(self):
        self.tell(self.server, f"server add-peer near remote {CLIENT4} address {ON_LINK[1]}")
        exam = self.examine(self.server, "near", **NOBODY)
        self.assertEqual(list(exam.findings), [], str(exam))
        self.assertIn("CAP_NET_RAW", exam.checks["upstream"]["text"])
