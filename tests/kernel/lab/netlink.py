# SPDX-License-Identifier: GPL-2.0-or-later
"""Netlink for the tests, in process: dumps, requests, a silent listener. Independent of sitctl's own library."""

import errno
import os
import socket
import struct
import time

ROUTE, NETFILTER = 0, 12
ERROR, DONE = 2, 3
REQUEST, ACK, DUMP, EXCL, CREATE, APPEND = 0x1, 0x4, 0x300, 0x200, 0x400, 0x800
DUMP_INTR = 0x10

NEWLINK, DELLINK, GETLINK = 16, 17, 18
NEWADDR, DELADDR, GETADDR = 20, 21, 22
NEWROUTE, DELROUTE, GETROUTE = 24, 25, 26
NEWNEIGH, DELNEIGH, GETNEIGH = 28, 29, 30
NEWRULE, DELRULE, GETRULE = 32, 33, 34
NFT = 10 << 8
CT_DELETE = 1 << 8 | 2
NFT_GETTABLE, NFT_DELTABLE, NFT_GETGEN = NFT | 1, NFT | 2, NFT | 16

NAMES = {16: "new link", 17: "del link", 20: "new address", 21: "del address", 24: "new route", 25: "del route",
         28: "new neighbour", 29: "del neighbour", 32: "new rule", 33: "del rule", 80: "new netconf", 81: "del netconf"}
SOL_NETLINK, ADD_MEMBERSHIP = 270, 1
NTF_PROXY = 8


def attr(kind, value):
    """One attribute, padded."""
    size = 4 + len(value)
    return struct.pack("=HH", size, kind) + value + b"\0" * (-size % 4)


def attrs(data):
    """The attributes in data: {number: value}; a number that comes twice keeps the last."""
    found, at = {}, 0
    while at + 4 <= len(data):
        size, kind = struct.unpack_from("=HH", data, at)
        if size < 4:
            break
        found[kind & 0x3fff] = data[at + 4:at + size]
        at += (size + 3) & ~3
    return found


def messages(data):
    """The messages of one datagram: (type, flags, payload)."""
    at = 0
    while at + 16 <= len(data):
        size, kind, flags = struct.unpack_from("=IHH", data, at)
        if size < 16:
            break
        yield kind, flags, data[at + 16:at + size]
        at += (size + 3) & ~3


class Netlink:
    """A socket of one family, in the network namespace the thread is in when it is made."""

    def __init__(self, family=ROUTE):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, family)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.sock.settimeout(10)
        self.sequence = 0

    def close(self):
        self.sock.close()

    def _send(self, kind, flags, payload):
        self.sequence += 1
        self.sock.send(struct.pack("=IHHII", 16 + len(payload), kind, flags, self.sequence, 0) + payload)

    def dump(self, kind, payload):
        """Every object of a kind: its payload (family header and attributes)."""
        for _ in range(10):
            self._send(kind, REQUEST | DUMP, payload)
            found, done, whole = [], False, True
            while not done:
                for got, flags, body in messages(self.sock.recv(1 << 18)):
                    whole = whole and not flags & DUMP_INTR
                    if got == DONE:
                        done = True
                    elif got == ERROR:
                        raise OSError(-struct.unpack_from("=i", body)[0], f"dump of {kind}")
                    else:
                        found.append(body)
            if whole:
                return found
        raise OSError(errno.EINTR, "the dump was interrupted ten times")

    def request(self, kind, flags, payload):
        """One request; an answer that is an error is raised."""
        self._send(kind, REQUEST | ACK | flags, payload)
        for _, _, body in messages(self.sock.recv(1 << 16)):
            code = -struct.unpack_from("=i", body)[0]
            if code:
                raise OSError(code, f"{NAMES.get(kind, kind)}: {os.strerror(code)}")

    def ask(self, kind, payload):
        """One question with one answer: its payload."""
        self._send(kind, REQUEST, payload)
        for got, _, body in messages(self.sock.recv(1 << 16)):
            if got == ERROR:
                raise OSError(-struct.unpack_from("=i", body)[0], f"question {kind}")
            return body

    def batch(self, entries):
        """An nf_tables batch of (type, flags, payload), committed as one; errors are raised."""
        res = struct.pack(">BBH", 0, 0, 10)
        bodies = [(16, REQUEST, res)] + [(k, f | REQUEST | ACK, p) for k, f, p in entries] + [(17, REQUEST, res)]
        data = b""
        for kind, flags, payload in bodies:
            self.sequence += 1
            body = payload + b"\0" * (-len(payload) % 4)
            data += struct.pack("=IHHII", 16 + len(body), kind, flags, self.sequence, 0) + body
        self.sock.send(data)
        for _ in entries:
            for _, _, body in messages(self.sock.recv(1 << 16)):
                code = -struct.unpack_from("=i", body)[0]
                if code:
                    raise OSError(code, f"nf_tables: {os.strerror(code)}")


class Listener:
    """Hears every change that the kernel announces in a namespace: rtnetlink's groups and those of nf_tables."""

    def __init__(self):
        self.socks = []
        for family, groups in ((ROUTE, range(1, 37)), (NETFILTER, (7,))):
            sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, family)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            sock.bind((0, 0))  # without an address of its own a socket hears nothing from the kernel
            for group in groups:
                try:
                    sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, group)
                except OSError:
                    pass
            sock.setblocking(False)
            self.socks.append((family, sock))

    def close(self):
        for _, sock in self.socks:
            sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def heard(self):
        """What was announced since the last call, without the neighbour cache's own life: (words, type, payload)."""
        found = []
        for family, sock in self.socks:
            while True:
                try:
                    data = sock.recv(1 << 18)
                except BlockingIOError:
                    break
                for kind, _, body in messages(data):
                    if family == ROUTE and kind in (NEWNEIGH, DELNEIGH) and not body[10] & NTF_PROXY:
                        continue
                    words = NAMES.get(kind, f"rtnetlink {kind}") if family == ROUTE else f"nf_tables {kind & 255}"
                    found.append((words, kind, body))
        return found

    def quiet(self, still=0.15, within=5):
        """Waits until nothing has been announced for a moment, so that what comes later has another cause."""
        end = time.monotonic() + within
        last = time.monotonic()
        while time.monotonic() < end and time.monotonic() - last < still:
            if self.heard():
                last = time.monotonic()
            time.sleep(0.02)


def generation():
    """The nf_tables generation id of the thread's namespace: it moves with every commit."""
    link = Netlink(NETFILTER)
    try:
        return attrs(link.ask(NFT_GETGEN, struct.pack(">BBH", 0, 0, 0))[4:]).get(1, b"").hex()
    finally:
        link.close()


def tables():
    """The nf_tables tables of the thread's namespace: [(family, name)]."""
    link = Netlink(NETFILTER)
    try:
        return [(body[0], attrs(body[4:])[1].rstrip(b"\0").decode())
                for body in link.dump(NFT_GETTABLE, struct.pack(">BBH", 0, 0, 0))]
    finally:
        link.close()


def drop_connections():
    """Forgets every connection that is tracked in the thread's namespace."""
    link = Netlink(NETFILTER)
    try:
        link.request(CT_DELETE, 0, struct.pack(">BBH", 0, 0, 0))
    finally:
        link.close()


def delete_table(family, name):
    """Removes one nf_tables table from the thread's namespace."""
    link = Netlink(NETFILTER)
    try:
        link.batch([(NFT_DELTABLE, 0, struct.pack(">BBH", family, 0, 0) + attr(1, name.encode() + b"\0"))])
    finally:
        link.close()
