# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of `sitctl doctor` share: run it, look for a cause, do what it advises, look again."""

import json
import os
import socket
import subprocess
import threading

import netlab
from netlab import CLIENT4, PAIR, SERVER4

UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"
ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]}"
TIME_LIMIT = 60  # seconds; the processor is emulated and busy, and a run is bounded by 12 s and what it starts with


class Exam:
    """What a run of `sitctl -j doctor` found."""

    def __init__(self, done):
        self.done = done
        self.report = json.loads(done.out)[0]
        self.findings = {f["cause"]: f for f in self.report["findings"]}
        self.checks = {}
        for c in self.report["checks"]:
            self.checks.setdefault(c["check"], c)
        self.verdict = self.report["verdict"]

    def __str__(self):
        lines = [f"status {self.done.status}, {self.done.seconds:.1f} s, verdict {self.verdict}"]
        lines += [f"{c['outcome']} {c['check']}: {c['text']}" for c in self.report["checks"]]
        lines += [f"{f['cause']}: {f['remedy']}" for f in self.report["findings"]]
        return "\n".join(lines) + self.done.err


class Case(netlab.Case):
    def examine(self, host, words="", **how):
        done = netlab.finish(netlab.start(host, "-j doctor " + words, **how), timeout=90)
        self.assertIn(done.status, (0, 1, 3), str(done))
        self.assertLess(done.seconds, TIME_LIMIT, str(done))
        exam = Exam(done)
        self.assertEqual(exam.report["healthy"], exam.verdict is None)
        for check in exam.report["checks"]:
            self.assertRegex(check["text"], r"\w.*\w", f"nothing stands behind {check}\n{exam}")
        self.assertEqual(exam.done.status == 3, exam.verdict is not None, str(exam))
        return exam

    def healthy(self, host, words="", **how):
        exam = self.examine(host, words, **how)
        self.assertEqual((exam.done.status, list(exam.findings)), (0, []), str(exam))
        return exam

    def finds(self, host, cause, *evidence, words="", beside=(), rather=(), **how):
        """Doctor finds it, as the verdict (or one of RATHER is); nothing but that and BESIDE. Returns the finding."""
        exam = self.examine(host, words, **how)
        self.assertIn(cause, exam.findings, str(exam))
        self.assertIn(exam.verdict, (cause, *rather), str(exam))
        self.assertEqual(set(exam.findings) - {cause, *beside, *rather}, set(), str(exam))
        for word in evidence:
            self.assertIn(str(word), exam.findings[cause]["evidence"], str(exam))
        return exam.findings[cause]

    def do(self, host, script):
        """Runs a shell's command line in a host, with the sitctl that is tested."""
        path = os.path.dirname(netlab.SITCTL) + ":/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
        with host:
            done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False, cwd="/",
                                  env={"PATH": path, "LC_ALL": "C"})
        return done

    def follow(self, host, finding):
        """The command that the finding advises; it must succeed."""
        self.assertTrue(finding["command"], finding)
        done = self.do(host, finding["remedy"])
        self.assertEqual(done.returncode, 0, f"{finding['remedy']}: {done.stdout}{done.stderr}")

    def mended(self, host, finding, target=PAIR[0], words="", left=()):
        """The advised command makes it healthy, but for what is LEFT, and the tunnel carries a ping."""
        self.follow(host, finding)
        self.cured(host, target, words, left)

    def cured(self, host, target=PAIR[0], words="", left=()):
        exam = self.examine(host, words)
        self.assertEqual(set(exam.findings) - set(left), set(), str(exam))
        self.reaches(host, target)


class Service(threading.Thread):
    """Descriptors of a host that are served until the test ends."""

    def __init__(self, case, host):
        super().__init__(daemon=True)
        self.over = threading.Event()
        with host.looking():
            self.sock = self.open()
        self.sock.settimeout(0.1)
        self.start()
        case.addCleanup(self.stop)

    def stop(self):
        self.over.set()
        self.join()
        self.sock.close()

    def run(self):
        while not self.over.is_set():
            try:
                self.serve()
            except socket.timeout:
                pass
            except OSError:
                if not self.over.is_set():
                    raise


class Client(Case):
    """A tunnel that sitctl made; the far end is a plain device on the host `server`."""

    extra = ""

    @classmethod
    def prepare(cls):
        cls.server.ip(netlab.FAR_SERVER)

    def setUp(self):
        super().setUp()
        self.tell(self.client, UP + self.extra)
