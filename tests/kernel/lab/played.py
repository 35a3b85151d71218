# SPDX-License-Identifier: GPL-2.0-or-later
"""Examples of the documentation, run as they stand there: each host has its own files in /etc/sitctl."""

import contextlib
import os
import pathlib
import re
import subprocess

import netlab

CONF = "/etc/sitctl"


def steps(text):
    """(host, commands) of an example: lines without a prompt belong to the command before them."""
    found = []
    for line in text.splitlines():
        prompt = re.match(r" *([a-z]+)# (.*)", line)
        if prompt:
            found.append([prompt[1], prompt[2]])
        else:
            found[-1][1] += "\n" + line
    return found


class Played(netlab.Case):
    """Each host has files of its own in /etc/sitctl, gone after each test."""

    ours = False

    @classmethod
    def prepare(cls):
        os.makedirs(CONF, exist_ok=True)
        if not Played.ours:
            netlab.mount("tmpfs", CONF, "tmpfs", 0, b"mode=755")
            Played.ours = True

    def setUp(self):
        super().setUp()
        self.hosts = {"server": self.server, "vps": self.client, "client": self.client, "router": self.client,
                      "nat": self.client, "inside": self.lan}
        self.files = {host.name: {} for host in self.lab.hosts}
        self.addCleanup(self.resolve)

    @contextlib.contextmanager
    def at(self, host):
        """The files in /etc/sitctl are this host's, as its own disk would have them."""
        for path, text in self.files[host.name].items():
            pathlib.Path(path).write_text(text, encoding="ascii")
        try:
            yield
        finally:
            self.files[host.name] = {}
            for path in pathlib.Path(CONF).iterdir():
                self.files[host.name][str(path)] = path.read_text(encoding="ascii")
                path.unlink()

    def resolve(self, address=None):
        """What home.example.net is, for all hosts."""
        with open(os.path.join(self.lab.files, "hosts"), "w", encoding="ascii") as file:
            file.write("127.0.0.1 localhost\n" + (f"{address} home.example.net\n" if address else ""))

    def shell(self, host, command, **more):
        """Runs a command as it stands; sitctl has nothing to say but what it is asked. What it printed."""
        env = dict(os.environ, PATH=f"{os.path.dirname(netlab.SITCTL)}:{os.environ['PATH']}", **more)
        with self.at(host), host:
            done = subprocess.run(["sh", "-e", "-c", command], capture_output=True, text=True, env=env, check=False,
                                  stdin=subprocess.DEVNULL, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""), f"{host.name}: {command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def own(self, host, words):
        """Runs sitctl where the host's files are; silent success."""
        with self.at(host):
            return self.up(host, words)

    def checked(self, *hosts):
        for host in hosts:
            self.own(host, "check")

    @staticmethod
    def from_unit(command):
        """What systemctl runs of a unit of dist/systemd; tests/systemd has the real program."""
        verb, name, instance = re.fullmatch(r"systemctl (enable --now|reload) (sitctl[-a-z]*)(?:@([-a-z0-9]+))?(?:\.service)?", command).groups()
        key = {"reload": "ExecReload"}.get(verb, "ExecStart")
        unit = netlab.TOP / "dist" / "systemd" / f"{name}{'' if instance is None else '@'}.service"
        line = re.search(f"^{key}=(.*)$", unit.read_text(encoding="ascii"), re.M)[1]
        return line.replace("/usr/sbin/", "", 1).replace("%i", instance or "%i")

    def follow(self, text):
        """Types the commands of an example, each on its host; what they printed."""
        return "".join(self.shell(self.hosts[host], self.from_unit(command) if command.startswith("systemctl") else command)
                       for host, command in steps(text))
