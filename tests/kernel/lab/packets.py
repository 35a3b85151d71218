# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets in process: ICMPv6 echo with sequence numbers, a running ping, a listener on the wire, a router advertisement."""

import contextlib
import itertools
import select
import socket
import struct
import threading
import time

REQUEST, REPLY = 128, 129
ERRORS = {1: "unreachable", 2: "too big", 3: "time exceeded"}
IPV6_MTU_DISCOVER, PMTUDISC_DO, IPV6_DONTFRAG = 23, 2, 62
ETH_P_IP = 0x0800
_idents = itertools.count(0x4100)


class Echo:
    """A raw ICMPv6 socket in a namespace, with an identifier of its own."""

    def __init__(self, ns, target, source=None, hops=None, whole=False, tclass=None):
        self.target, self.ident, self.sequence = target, next(_idents) & 0xffff, 0
        with ns.looking():
            self.sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        if source:
            self.sock.bind((source, 0))
        if hops:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)
        if tclass:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, tclass)
        if whole:
            self.sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_DO)
            self.sock.setsockopt(socket.IPPROTO_IPV6, IPV6_DONTFRAG, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, size=104):
        """Sends one request of `size` bytes with its IPv6 header; returns its sequence number."""
        self.sequence += 1
        data = bytes(i & 255 for i in range(size - 48))
        self.sock.sendto(struct.pack(">BBHHH", REQUEST, 0, 0, self.ident, self.sequence) + data, (self.target, 0))
        return self.sequence

    def receive(self, timeout):
        """The next answer that is ours: (sequence, word); None when the time is over."""
        end = time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                return None
            data = self.sock.recv(65536)
            if data[0] == REPLY and struct.unpack_from(">H", data, 4)[0] == self.ident:
                return struct.unpack_from(">H", data, 6)[0], "reply"
            if data[0] in ERRORS and len(data) >= 56 and data[48] == REQUEST:
                if struct.unpack_from(">H", data, 52)[0] == self.ident:
                    return struct.unpack_from(">H", data, 54)[0], ERRORS[data[0]]


def ask(ns, target, *, within=4.0, size=104, **how):
    """Sends requests until something comes back: 'reply', an error's word, or 'silence'; a refused send gives its errno's text."""
    end = time.monotonic() + within
    with Echo(ns, target, **how) as echo:
        while time.monotonic() < end:
            try:
                echo.send(size)
            except OSError as error:
                return f"not sent: {error.strerror}"
            answer = echo.receive(min(0.4, max(0.05, end - time.monotonic())))
            if answer:
                return answer[1]
    return "silence"


class Stream(threading.Thread):
    """A running ping; after stop(), .lost are the sequence numbers that got no reply."""

    def __init__(self, ns, target, interval=0.05, **how):
        super().__init__(daemon=True)
        self.echo, self.interval = Echo(ns, target, **how), interval
        self.sent, self.answered, self.over = set(), set(), threading.Event()

    def __enter__(self):
        self.start()
        end = time.monotonic() + 5
        while not self.answered and time.monotonic() < end:
            time.sleep(0.02)
        first = min(self.answered, default=1)
        self.sent = {n for n in self.sent if n >= first}  # what went before the neighbours knew each other
        return self

    def __exit__(self, *_):
        self.stop()

    def run(self):
        following = time.monotonic()
        while not self.over.is_set():
            if time.monotonic() >= following:
                following += self.interval
                with contextlib.suppress(OSError):
                    self.sent.add(self.echo.sequence + 1)
                    self.echo.send()
            self._read(max(0.001, following - time.monotonic()))
        end = time.monotonic() + 2
        while self.sent - self.answered and time.monotonic() < end:
            self._read(0.1)

    def _read(self, timeout):
        answer = self.echo.receive(timeout)
        if answer and answer[1] == "reply":
            self.answered.add(answer[0])

    def wait_for(self, count=5, within=5):
        """Lets the ping run until `count` more replies have come."""
        want, end = len(self.answered) + count, time.monotonic() + within
        while len(self.answered) < want and time.monotonic() < end:
            time.sleep(0.01)

    def stop(self):
        if not self.over.is_set():
            self.over.set()
            self.join()
            self.echo.sock.close()

    @property
    def lost(self):
        self.stop()
        return sorted(self.sent - self.answered)


class Wire:
    """Listens to the protocol-41 packets that arrive on a device: .packets() gives facts of the outer headers."""

    def __init__(self, ns, dev):
        with ns.looking():
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
            self.sock.bind((dev, ETH_P_IP))
        self.sock.setblocking(False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def packets(self):
        found = []
        while True:
            try:
                data = self.sock.recv(65536)
            except BlockingIOError:
                return found
            length, _, fragment = struct.unpack_from(">HHH", data, 2)
            if data[9] == 41:
                found.append({"length": length, "df": bool(fragment & 0x4000), "fragment": bool(fragment & 0x3fff),
                              "ttl": data[8], "tos": data[1], "from": socket.inet_ntoa(data[12:16]), "to": socket.inet_ntoa(data[16:20])})


def advertise(ns, dev, lifetime):
    """Sends one router advertisement without a prefix from dev to all nodes."""
    with ns.looking():
        with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as sock:
            index = socket.if_nametoindex(dev)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
            sock.sendto(struct.pack(">BBHBBHII", 134, 0, 0, 64, 0, lifetime, 0, 0), ("ff02::1", 0, 0, index))
