# SPDX-License-Identifier: GPL-2.0-or-later
"""A healthy tunnel drops nothing: half a minute of everything at once, with sitctl's defaults at both ends."""

import concurrent.futures
import contextlib
import os
import socket
import time
import zlib

import forged
import netlab
from netlab import CLIENT4, INTERNET, PAIR, PAIR_B, PREFIX, SERVER4
import packets

SECONDS = 30
BLOCK = os.urandom(1 << 16)
WINDOW = 1 << 17                            # of TCP: what is under way of all the streams fits into the kernel's queues
DATAGRAMS = (9, 200, 1000, 1431, 1432, 1433, 4000) * 2      # 1432 and its headers fill the MTU
ECHOES = (56, 104, 1000, 1279, 1280, 1479, 1480, 1481, 1496, 2900, 8000)
WRONG = ("Discards", "Fails", "Errors", "Timeout")


def push(sock, end):
    """Sends until the end; how many bytes, and their checksum."""
    count, crc, number = 0, 0, 0
    while time.monotonic() < end:
        part = number.to_bytes(8, "big") + BLOCK
        sock.sendall(part)
        count, crc, number = count + len(part), zlib.crc32(part, crc), number + 1
    sock.shutdown(socket.SHUT_WR)
    return count, crc


def pull(sock):
    """Receives until the other end has done; how many bytes, and their checksum."""
    count, crc = 0, 0
    while part := sock.recv(1 << 18):
        count, crc = count + len(part), zlib.crc32(part, crc)
    return count, crc


def volleys(near, far, end):
    """Datagrams to and fro, of all sizes, until the end; all of them must come, whole. How many came."""
    count = 0
    while time.monotonic() < end:
        for sender, receiver in ((near, far), (far, near)):
            sent, got = [(count + n).to_bytes(8, "big") + BLOCK[:size - 8] for n, size in enumerate(DATAGRAMS)], []
            for datagram in sent:
                sender.send(datagram)
            with contextlib.suppress(TimeoutError):
                got += (receiver.recv(1 << 16) for _ in sent)
            if sorted(got) != sent:
                raise AssertionError(f"after {count} datagrams {len(got)} of {len(sent)} came, or others")
            count += len(sent)
    return count


def echoes(ns, target, end, dev=""):
    """Echo requests of all sizes until the end; each must be answered. How many were."""
    count = 0
    with packets.Echo(ns, target) as echo:
        echo.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, dev.encode())
        while time.monotonic() < end:
            for size in ECHOES:
                wanted, answer = (echo.send(size), "reply"), echo.receive(15)
                if answer != wanted:
                    raise AssertionError(f"{ns.name} to {target}, {size} bytes: {answer} in place of {wanted}")
                count += 1
                time.sleep(0.01)
    return count


def counts(ns):
    """The kernel's counters of IPv6 in a host."""
    with ns.looking(), open("/proc/thread-self/net/snmp6", encoding="ascii") as file:
        return {key: int(value) for key, value in (line.split() for line in file)}


class Load(netlab.Case):
    weight = SECONDS

    def sockets(self, kind, near, near_address, far, far_address):
        """A connected socket in each of two hosts."""
        ends = []
        for host, address in ((near, near_address), (far, far_address)):
            with host.looking():
                sock = socket.socket(socket.AF_INET6, kind)
            self.addCleanup(sock.close)
            if kind == socket.SOCK_STREAM:
                for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                    sock.setsockopt(socket.SOL_SOCKET, option, WINDOW)
            sock.settimeout(15)
            sock.bind((address, 0))
            ends.append(sock)
        if kind == socket.SOCK_DGRAM:
            ends[1].connect(ends[0].getsockname())
        else:
            ends[1].listen()
        ends[0].connect(ends[1].getsockname())
        if kind == socket.SOCK_STREAM:
            ends[1] = ends[1].accept()[0]
            ends[1].settimeout(15)
            self.addCleanup(ends[1].close)
        return ends

    def wrong(self):
        """The kernel's counts of what went wrong with IPv6 in the three hosts."""
        return {f"{host.name} {key}": value for host in (self.client, self.server, self.inet)
                for key, value in counts(host).items() if key.endswith(WRONG)}

    def load(self):
        """All of it at once; returns the futures of the streams, by twos, and those of the volleys and echoes."""
        end = time.monotonic() + SECONDS
        ways = ((self.client, PAIR[1], self.server, PAIR[0]), (self.client, PAIR[1], self.inet, INTERNET))
        asked = ((self.client, PAIR[0], end), (self.client, INTERNET, end), (self.inet, PAIR[1], end),
                 (self.client, f"fe80::{SERVER4}", end, "t1"), (self.server, f"fe80::{CLIENT4}", end, "sit-alice"))
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            streams, counted = [], []
            for way in ways:
                pair = self.sockets(socket.SOCK_STREAM, *way)
                for sender, receiver in (pair, pair[::-1]):
                    streams.append((pool.submit(push, sender, end), pool.submit(pull, receiver)))
                counted.append(pool.submit(volleys, *self.sockets(socket.SOCK_DGRAM, *way), end))
            counted += [pool.submit(echoes, *words) for words in asked]
        return streams, counted

    def clean(self, words, host, dropped=0):
        """The filter of a tunnel dropped that many; nothing else was dropped, and nothing was wrong."""
        shown = self.show(host, "-s " + words)[0]
        self.assertEqual({key: shown[key] for key in ("source-filter", "mss-clamp", "notrack")},
                         {"source-filter": "on", "mss-clamp": "on", "notrack": "on"})
        self.assertGreater(min(shown["rx-packets"], shown["tx-packets"]), 1000)
        self.assertEqual({key: value for key, value in shown.items() if key.endswith(("errors", "dropped")) and not key.startswith("simple")},
                         {**({"uplink-dropped": 0} if host is self.server else {}), "source-filter-dropped": dropped, "rx-errors": 0, "rx-dropped": 0, "tx-errors": 0,
                          "tx-dropped": 0})

    def test_nothing_is_dropped(self):
        self.up(self.server, f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX}")
        self.up(self.client, f"client up t1 remote {SERVER4} address {PAIR[1]} prefix {PREFIX}")
        for host, target in ((self.client, INTERNET), (self.inet, PAIR[1])):    # path MTUs are learned by a lost packet
            self.reaches(host, target, size=max(ECHOES))
        before = self.wrong()
        streams, counted = self.load()
        for host, words in ((self.server, "server show alice"), (self.client, "client show t1")):
            with self.subTest(words):
                self.clean(words, host)
        for sent, received in streams:
            with self.subTest("a stream"):
                self.assertGreater(sent.result()[0], len(BLOCK) * 10)
                self.assertEqual(sent.result(), received.result(), "bytes and checksum")
        for count in counted:
            with self.subTest("datagrams or echoes"):
                self.assertGreater(count.result(), 2 * len(ECHOES))
        self.assertEqual({k: v for k, v in self.wrong().items() if v != before[k]}, {}, "counted by the kernel")
        # Connection tracking, once on in a namespace, may put them together before IPv6 is asked to.
        facts = counts(self.client)
        self.assertTrue(facts["Ip6ReasmOKs"] > 100 or not facts["Ip6ReasmReqds"], "there were no fragments")
        made = [counts(host)["Ip6FragCreates"] for host in (self.client, self.server)]
        self.assertGreater(min(made), 100, "there were no fragments")

        forged.send(self.client, CLIENT4, SERVER4, [forged.datagram(PAIR_B[1], INTERNET, b"forged")])
        forged.send(self.server, SERVER4, CLIENT4, [forged.datagram(PAIR[1], PAIR[1], b"forged")])
        self.reaches(self.client, INTERNET)
        self.clean("server show alice", self.server, dropped=1)
        self.clean("client show t1", self.client, dropped=1)
