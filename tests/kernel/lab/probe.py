# SPDX-License-Identifier: GPL-2.0-or-later
"""What nf_tables of this kernel does by itself, without any of sitctl: asked before a test wants it."""

import json
import socket
import subprocess

PORT = 4142


def rules(elements):
    """A set of addresses and interfaces, and a counter of what comes in by lo and is in it, or is a fragment from elsewhere."""
    return f"""
add table inet probe
add set inet probe known {{ type ipv6_addr . ifname; flags interval; }}
add element inet probe known {{ {elements} }}
add counter inet probe hits
add chain inet probe seen {{ type filter hook prerouting priority -290; }}
add rule inet probe seen iifname "lo" ip6 saddr . iifname @known counter name hits
add rule inet probe seen iifname != "lo" exthdr frag exists counter name hits"""


def hits(host):
    with host.looking():
        told = subprocess.run(["nft", "-j", "list", "counter", "inet", "probe", "hits"], capture_output=True, check=True)
    return json.loads(told.stdout)["nftables"][1]["counter"]["packets"]


def mistaken(host, near, true, elements):
    """Whether the address NEAR, which is not in the set, is found there; TRUE is one that is in it by itself."""
    host.nft(rules(elements))
    host.ip(f"addr add {near}/128 dev lo nodad\naddr add {true}/128 dev lo nodad")
    found = []
    for source in (near, true):
        with host.looking(), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.bind((source, 0))
            sock.sendto(b"probe", ("::1", PORT))
        found.append(hits(host))
    if found[1] - found[0] != 1:
        raise AssertionError("the probe itself does not work")
    return found[0] > 0
