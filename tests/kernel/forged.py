# SPDX-License-Identifier: GPL-2.0-or-later
"""Protocol-41 packets made by hand: any inner source, whole or in fragments, inner or outer."""

import socket
import struct

PORT = 4141


def _checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def datagram(source, target, text):
    """An IPv6 packet (RFC 8200) with a UDP datagram to PORT in it."""
    src, dst = (socket.inet_pton(socket.AF_INET6, a) for a in (source, target))
    udp = struct.pack(">HHHH", PORT, PORT, 8 + len(text), 0) + text
    total = _checksum(src + dst + struct.pack(">II", len(udp), 17) + udp) or 0xffff
    udp = udp[:6] + struct.pack(">H", total) + udp[8:]
    return struct.pack(">IHBB", 6 << 28, len(udp), 17, 64) + src + dst + udp


def inner_fragments(packet):
    """The packet in two, by a fragment header (RFC 8200 section 4.5)."""
    head, body, cut = packet[:40], packet[40:], 16
    parts = []
    for offset, part, more in ((0, body[:cut], 1), (cut, body[cut:], 0)):
        extra = struct.pack(">BBHI", head[6], 0, offset | more, 0x5157) + part
        parts.append(head[:4] + struct.pack(">HB", len(extra), 44) + head[7:] + extra)
    return parts


def send(ns, outer_source, outer_target, packets, fragment=False):
    """Sends each packet in IPv4; with fragment each in two IPv4 fragments."""
    with ns.looking():
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
            for number, packet in enumerate(packets):
                cuts = [(0, 48), (48, len(packet))] if fragment else [(0, len(packet))]
                for start, end in cuts:
                    more = 0x2000 if end < len(packet) else 0
                    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + end - start, 0x4000 + number, more | start // 8,
                                         64, 41, 0, socket.inet_aton(outer_source), socket.inet_aton(outer_target))
                    sock.sendto(header + packet[start:end], (outer_target, 0))


class Listener:
    """Takes the datagrams that reach a host at PORT; .texts(seconds, count) waits for that many."""

    def __init__(self, ns):
        with ns.looking():
            self.sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            self.sock.bind(("::", PORT))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def texts(self, seconds, count):
        got = []
        self.sock.settimeout(seconds)
        while len(got) < count:
            try:
                got.append(self.sock.recv(2048).decode())
            except TimeoutError:
                break
        return got
