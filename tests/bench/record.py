# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program sends by netlink, seen by strace; and that of it which changes something, for `replay`."""

import re
import struct
import subprocess

FAMILIES = {"ROUTE": 0, "NETFILTER": 12}
SYSCTL = 255
RTM_NEWLINK, CREATE, BATCH_BEGIN = 16, 0x400, 16
_CALL = re.compile(r"(?:\d+ +)?(?P<call>sendto|sendmsg|write)\((?P<fd>\d+)<(?P<what>.*?)>, ")
_DUMP = re.compile(r" \| [0-9a-f]+ ((?: {1,2}[0-9a-f]{2}){1,16}) ")


def _calls(text):
    """(descriptor's name, data) of each call."""
    found = []
    for line in text.splitlines():
        match, dump = _CALL.match(line), _DUMP.match(line)
        if match:
            found.append((match["what"], bytearray()))
        elif dump and found:
            found[-1][1].extend(bytes.fromhex(dump[1]))
    return found


def _messages(data):
    """(offset, length, type, flags) of each message in a datagram."""
    at = 0
    while at + 16 <= len(data):
        length, kind, flags = struct.unpack_from("=IHH", data, at)
        yield at, length, kind, flags
        at += (length + 3) & ~3


def seen(host, argv, trace):
    """Runs a command in a host under strace; [(family or SYSCTL, data)], a sysctl's being PATH 0 VALUE."""
    words = ["strace", "-f", "-qq", "-yy", "-s", "0", "-e", "trace=sendto,sendmsg,write", "-e", "write=all", "-o", trace]
    with host:
        subprocess.run([*words, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    with open(trace, encoding="ascii", errors="replace") as file:
        calls = _calls(file.read())
    found = []
    for what, data in calls:
        family = re.match(r"NETLINK:\[(\w+):", what)
        if family and family[1] in FAMILIES:
            found.append((FAMILIES[family[1]], data))
        elif what.startswith("/proc/sys/"):
            found.append((SYSCTL, what.encode() + b"\0" + bytes(data)))
    return found


def messages(records):
    """How many netlink messages that is."""
    return sum(len(list(_messages(data))) for family, data in records if family != SYSCTL)


def changing(records, index):
    """The records without those that only ask; the device that is made gets that index, and any generation of rules is right."""
    kept = []
    for family, data in records:
        if family == 0:
            for at, _, kind, flags in _messages(data):
                if kind == RTM_NEWLINK and flags & CREATE:
                    struct.pack_into("=i", data, at + 20, index)
            data = b"".join(data[at:at + (length + 3 & ~3)] for at, length, kind, _ in _messages(data)
                            if kind & 3 != 2)   # RTM_GET*
            if not data:
                continue
        elif family != SYSCTL:
            first = next(_messages(data))
            if first[2] != BATCH_BEGIN:
                continue
            if first[1] > 20:
                struct.pack_into("=I", data, 24, 0)
        kept.append((family, bytes(data)))
    return kept


def write(path, records):
    with open(path, "wb") as file:
        for family, data in records:
            file.write(struct.pack("=II", family, len(data)) + data)
