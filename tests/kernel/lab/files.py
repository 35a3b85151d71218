# SPDX-License-Identifier: GPL-2.0-or-later
"""A test case with an /etc/sitctl of its own, and the files that the tests of files begin with."""

import collections
import ctypes
import os

import netlab
from netlab import CLIENT4, PAIR, PAIR_B, PREFIX, SECOND4, SERVER4
import netlink as nl

ETC = "/etc/sitctl"
MNT_DETACH = 2

CLIENT = f"""# the way out
[client]
remote  = {SERVER4}   # a provider
address = {PAIR[1]}
"""
UP = f"client up t1 remote {SERVER4} address {PAIR[1]}"

ALICE = f"""[peer alice]
remote  = {CLIENT4}
address = {PAIR[1]}/127
"""
BOB = f"""# pays in beer
[peer bob]
remote  = {SECOND4}  # at home
address = {PAIR_B[1]}/127
"""
SERVER = f"# all of them\n[server]\nuplink = up0\n\n{ALICE}prefix  = {PREFIX}\n\n{BOB}"
ADD_ALICE = f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX}"
ADD_BOB = f"server add-peer bob remote {SECOND4} address {PAIR_B[1]}"


def peers(count, more=""):
    """Sections of a server's file for so many peers."""
    return "".join(f"[peer p{n}]\nremote = 198.18.{n >> 8}.{n & 255}\naddress = 2001:db8:1:{n:x}::3\n"
                   f"prefix = 2001:db8:{0x4000 + n:x}::/48\n{more}\n" for n in range(1, count + 1))


def umount(path):
    if netlab._libc.umount2(path.encode(), MNT_DETACH):
        raise OSError(ctypes.get_errno(), f"umount {path}")


def _sorted(state):
    """The lines of a state, and how often each word is in its ruleset."""
    rules = [line for line in state.lines if line.startswith("ruleset:")]
    return state.lines - set(rules), collections.Counter(word.strip(",") for line in rules for word in line.split())


class Case(netlab.Case):
    """`put`, `get` and `names` are of a fresh /etc/sitctl."""

    size = "8m"

    def setUp(self):
        super().setUp()
        os.makedirs(ETC, exist_ok=True)  # only to mount on it, and left there: another worker may use it
        netlab.mount("tmpfs", ETC, "tmpfs", 0, f"mode=755,size={self.size}".encode())
        self.addCleanup(umount, ETC)

    @staticmethod
    def put(name, text, mode=0o644):
        path = os.path.join(ETC, name)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    @staticmethod
    def get(name):
        with open(os.path.join(ETC, name), encoding="utf-8", newline="") as file:
            return file.read()

    @staticmethod
    def names():
        return sorted(os.listdir(ETC))

    def alike(self, wanted, host, message="", but=None):
        """As `same`, but the elements of a set of nf_tables may come in another order: it is a hash. BUT: a device that went."""
        found = host.state()
        lines, words = zip(*(_sorted(state) for state in (wanted, found)))
        if but:
            lines = [{line for line in some if f" {but} " not in line and f".{but}." not in line} for some in lines]
        difference = []
        for sign, a, b in (("-", 0, 1), ("+", 1, 0)):
            difference += [f"{sign} {line}" for line in sorted(lines[a] - lines[b])]
            difference += [f"{sign} nft: {word}" for word in (words[a] - words[b]).elements()]
        self.assertEqual("\n".join(difference), "", f"{host.name}: {message}")

    def nothing_to_do(self, host, words):
        """`words` is silent, the kernel announces nothing, and the plan is empty."""
        self.assertEqual(self.show(host, "-D " + words), [])
        before = host.state()
        with host:
            listener, generation = nl.Listener(), nl.generation()
        with listener:
            listener.quiet()
            self.up(host, words)
            self.assertEqual([said for said, _, _ in listener.heard()], [])
        with host:
            self.assertEqual(nl.generation(), generation, "nf_tables was written to")
        self.same(before, host)
