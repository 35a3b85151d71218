# SPDX-License-Identifier: GPL-2.0-or-later
"""Forged protocol-41 packets, by scapy: any inner packet from any source, whole or in fragments, inner or outer.

An inner packet is scapy's: IPv6(src=..., dst=...) / TCP(dport=80, flags="S"); any protocol is IPv6(nh=...) / bytes.
"""

import socket

from scapy.layers.inet import IP, TCP, UDP, fragment as ip_fragments
from scapy.layers.inet6 import ICMPv6EchoRequest, ICMPv6Unknown, IPv6, fragment6
from scapy.layers.ipsec import AH, ESP

PORT = 4141
__all__ = ["AH", "ESP", "ICMPv6EchoRequest", "ICMPv6Unknown", "IPv6", "Listener", "TCP", "UDP", "datagram",
           "inner_fragments", "send"]


def datagram(source, target, text):
    """An IPv6 packet with a UDP datagram to PORT in it."""
    return IPv6(src=source, dst=target) / UDP(sport=PORT, dport=PORT) / text


def inner_fragments(packet):
    """The packet in two, by a fragment header (RFC 8200 section 4.5); it holds at least 16 bytes."""
    return fragment6(packet, len(packet))


def send(ns, outer_source, outer_target, packets, fragment=False):
    """Sends each packet in IPv4; with fragment each in IPv4 fragments of 48 bytes."""
    with ns.looking(), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
        for number, packet in enumerate(packets):
            whole = IP(src=outer_source, dst=outer_target, id=0x4000 + number, proto=41) / packet
            for part in ip_fragments(whole, 48) if fragment else [whole]:
                sock.sendto(bytes(part), (outer_target, 0))


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
