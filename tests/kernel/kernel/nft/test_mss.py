# SPDX-License-Identifier: GPL-2.0-or-later
"""mss-clamp: TCP through a tunnel works though the path drops ICMPv6 'packet too big'."""

import socket
import threading
import time

import netlab
from netlab import CLIENT4, INTERNET, PAIR, PREFIX, SERVER4

SIZE = 1 << 20
HOST = "2001:db8:100::5"
UP = f"client up t1 remote {SERVER4} address {PAIR[1]} prefix {PREFIX},lan"
PEER = f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX}"
DEAF = "table inet deaf { chain input { type filter hook input priority 0; icmpv6 type packet-too-big drop; }; }\n"


def transfer(sender, receiver, address, seconds):
    """Sends SIZE bytes from one host to the other; returns how many came within the time."""
    with receiver.looking():
        server = socket.create_server((address, 0), family=socket.AF_INET6)
    with sender.looking():
        client = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    with server, client:
        client.settimeout(seconds)
        client.connect((address, server.getsockname()[1]))
        taken, _ = server.accept()

        def push():
            try:
                client.sendall(b"x" * SIZE)
            except OSError:
                pass        # it stalls, and the socket is closed: what came is counted

        thread = threading.Thread(target=push)
        thread.start()
        got, end = 0, time.monotonic() + seconds
        with taken:
            while got < SIZE and time.monotonic() < end:
                taken.settimeout(max(end - time.monotonic(), 0.01))
                try:
                    got += len(taken.recv(65536))
                except TimeoutError:
                    break
        client.shutdown(socket.SHUT_RDWR)
        thread.join()
        return got


class Mss(netlab.Case):
    @classmethod
    def prepare(cls):
        cls.lan.ip(f"addr add {HOST}/64 dev eth0 nodad\nroute add ::/0 via 2001:db8:100::1")
        for host in (cls.lan, cls.inet):
            host.nft(DEAF)

    def both(self, client, server):
        self.up(self.server, f"{PEER} mss-clamp {server}")
        self.up(self.client, f"{UP} mss-clamp {client}")
        self.reaches(self.lan, INTERNET)

    def test_off_stalls(self):
        self.both("off", "off")
        self.assertLess(transfer(self.inet, self.lan, HOST, 3), SIZE)
        self.assertLess(transfer(self.lan, self.inet, INTERNET, 3), SIZE)

    def test_on_at_the_client(self):
        self.both("on", "off")
        self.assertEqual(transfer(self.inet, self.lan, HOST, 30), SIZE)
        self.assertEqual(transfer(self.lan, self.inet, INTERNET, 30), SIZE)

    def test_on_at_the_server(self):
        self.both("off", "on")
        self.assertEqual(transfer(self.inet, self.lan, HOST, 30), SIZE)
        self.assertEqual(transfer(self.lan, self.inet, INTERNET, 30), SIZE)

    def test_only_downwards(self):
        """A smaller MSS stays as it is."""
        self.both("on", "on")
        with self.inet.looking():
            server = socket.create_server((INTERNET, 0), family=socket.AF_INET6)
        with self.lan.looking():
            client = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        with server, client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1300)
            client.connect((INTERNET, server.getsockname()[1]))
            taken, _ = server.accept()
            with taken:
                self.assertLessEqual(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG), 1300)
