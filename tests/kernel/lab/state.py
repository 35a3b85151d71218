# SPDX-License-Identifier: GPL-2.0-or-later
"""What a network namespace holds, as lines of text that can be compared, and the way back to an earlier such state."""

import ipaddress
import os
import socket
import struct
import subprocess
import time

import netlink as nl

CONF6 = "/proc/sys/net/ipv6/conf"
ROUTE_KINDS = {1: "unicast", 2: "local", 3: "broadcast", 4: "anycast", 5: "multicast", 6: "blackhole", 7: "unreachable",
               8: "prohibit"}
# Values that the kernel itself moves, or that cannot be read.
UNSTEADY = {"stable_secret"}
_conf_files = {}
_rulesets = {}


def _u32(data):
    return struct.unpack("=I", data)[0] if data else 0


def _text(data):
    return data.rstrip(b"\0").decode() if data else ""


def address(data):
    """An IPv4 or IPv6 address as text."""
    return str(ipaddress.ip_address(data)) if data else "-"


def links():
    """{name: facts} of the thread's namespace, from one dump."""
    sock = nl.Netlink()
    try:
        found = {}
        for body in sock.dump(nl.GETLINK, struct.pack("=BxHiII", 0, 0, 0, 0, 0)):
            _, _, index, flags, _ = struct.unpack_from("=BxHiII", body)
            a = nl.attrs(body[16:])
            info = nl.attrs(a.get(18, b""))
            link = {"index": index, "up": bool(flags & 1), "flags": flags, "mtu": _u32(a.get(4)), "group": _u32(a.get(27)),
                    "alias": _text(a.get(20)), "kind": _text(info.get(1)), "operstate": a.get(16, b"\0")[0]}
            if link["kind"] == "sit":
                t = nl.attrs(info.get(2, b""))
                link.update(local=address(t.get(2)), remote=address(t.get(3)), ttl=t.get(4, b"\0")[0], proto=t.get(9, b"\0")[0],
                            pmtudisc=t.get(10, b"\0")[0], under=_u32(t.get(1)), tos=t.get(5, b"\0")[0], fwmark=_u32(t.get(20)))
            found[_text(a[3])] = link
        return found
    finally:
        sock.close()


def _link_line(name, link):
    line = f"link {name} {link['kind']} {'up' if link['up'] else 'down'} mtu {link['mtu']} group {link['group']}"
    if link["alias"]:
        line += f" alias '{link['alias']}'"
    if link["kind"] == "sit":
        line += "".join(f" {k} {link[k]}" for k in ("local", "remote", "ttl", "proto", "pmtudisc", "tos", "under", "fwmark"))
    return line


def _address_line(body, names):
    family, length, flags, scope, index = struct.unpack_from("=BBBBI", body)
    a = nl.attrs(body[8:])
    flags = _u32(a.get(8)) or flags
    lasting = "for ever" if flags & 0x80 else "for a while"
    local = address(a.get(2) or a.get(1))
    peer = f" peer {address(a[1])}" if 2 in a and a[2] != a[1] else ""
    return f"address {local}/{length}{peer} dev {names.get(index, index)} scope {scope} {lasting}"


def _route_line(body, names):
    family, dlen, slen, tos, table, proto, scope, kind, flags = struct.unpack_from("=BBBBBBBBI", body)
    a = nl.attrs(body[12:])
    if flags & 0x200:  # a clone of the cache
        return None
    to = address(a[1]) if 1 in a else ("default4" if family == socket.AF_INET else "default6")
    line = f"route {ROUTE_KINDS.get(kind, kind)} {to}/{dlen} table {_u32(a.get(15)) or table}"
    if 5 in a:
        line += f" via {address(a[5])}"
    if 4 in a:
        line += f" dev {names.get(_u32(a[4]), '?')}"
    if 7 in a:
        line += f" src {address(a[7])}"
    if 9 in a:
        line += " multipath " + a[9].hex()
    metrics = {k: _u32(v) for k, v in nl.attrs(a.get(8, b"")).items()}
    return line + f" metric {_u32(a.get(6))} proto {proto} scope {scope}" + "".join(
        f" metrics[{k}]={v}" for k, v in sorted(metrics.items()) if v)


def _neighbour_line(body, names):
    family, index, state, flags, kind = struct.unpack_from("=BxxxiHBB", body)
    a = nl.attrs(body[12:])
    return f"proxy {address(a[1])} dev {names.get(index, index)} proto {a.get(12, b'-')[0] if 12 in a else '-'}"


def sysctls():
    """Every value below net.ipv6.conf, and forwarding and rp_filter of IPv4: {key: value}."""
    found = {}
    for where in os.listdir(CONF6):
        if not _conf_files:
            _conf_files["6"] = sorted(set(os.listdir(f"{CONF6}/all")) - UNSTEADY)
        for leaf in _conf_files["6"]:
            found[f"net.ipv6.conf.{where}.{leaf}"] = read(f"{CONF6}/{where}/{leaf}")
        for leaf in ("forwarding", "rp_filter"):
            found[f"net.ipv4.conf.{where}.{leaf}"] = read(f"/proc/sys/net/ipv4/conf/{where}/{leaf}")
    return {k: v for k, v in found.items() if v is not None}


def read(path):
    """A short file, None when it is not there or cannot be read."""
    try:
        fd = os.open(path, os.O_RDONLY)
        try:
            return os.read(fd, 256).decode().strip()
        finally:
            os.close(fd)
    except OSError:
        return None


def _ruleset():
    """`nft list ruleset`; not asked again while the generation id says that nothing was committed since."""
    key = os.stat("/proc/thread-self/ns/net").st_ino, nl.generation()
    if key not in _rulesets:
        _rulesets[key] = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout
    return _rulesets[key]


class State:
    """A snapshot of the thread's network namespace: .lines is a set of texts, .raw the messages to restore them with."""

    def __init__(self, ruleset=True, values=True):
        self.links = links()
        names = {link["index"]: name for name, link in self.links.items()}
        self.raw = {}
        sock = nl.Netlink()
        try:
            for family in (socket.AF_INET, socket.AF_INET6):
                for body in sock.dump(nl.GETADDR, struct.pack("=BxxxI", family, 0)):
                    self._add(_address_line(body, names), nl.NEWADDR, body)
                for body in sock.dump(nl.GETROUTE, struct.pack("=BBBBBBBBI", family, 0, 0, 0, 0, 0, 0, 0, 0)):
                    self._add(_route_line(body, names), nl.NEWROUTE, body)
                for body in sock.dump(nl.GETRULE, struct.pack("=BBBBBBBBI", family, 0, 0, 0, 0, 0, 0, 0, 0)):
                    self._add(f"rule {body.hex()}", nl.NEWRULE, body)
            for body in sock.dump(nl.GETNEIGH, struct.pack("=BxxxiHBB", socket.AF_INET6, 0, 0, nl.NTF_PROXY, 0)):
                if body[10] & nl.NTF_PROXY:
                    self._add(_neighbour_line(body, names), nl.NEWNEIGH, body)
        finally:
            sock.close()
        self.sysctls = sysctls() if values else {}
        self.tables = sorted(nl.tables())
        self.rules = ""
        if ruleset and self.tables:
            self.rules = _ruleset()
        self.lines = {_link_line(n, v) for n, v in self.links.items()} | set(self.raw)
        self.lines |= {f"{k} = {v}" for k, v in self.sysctls.items()}
        self.lines |= {f"nft {table} {name}" for table, name in self.tables}
        if self.rules:
            self.lines.add("ruleset:\n" + self.rules)

    def _add(self, line, kind, body):
        if line:
            self.raw[line] = (kind, body)

    def complete(self):
        """Whether every Ethernet link that has a carrier also has its link-local address: that can take a second."""
        return all(any(line.startswith("address fe80:") and f" dev {name} " in line for line in self.raw)
                   for name, link in self.links.items() if link["kind"] == "veth" and link["flags"] & 0x10001 == 0x10001)

    def difference(self, other):
        """What other has less and more than self, as readable lines; '' when they are the same."""
        return "\n".join([f"  - {line}" for line in sorted(self.lines - other.lines)]
                         + [f"  + {line}" for line in sorted(other.lines - self.lines)])


def settled(still=0.03, within=3):
    """A state that did not move for a moment: link-local addresses and their routes come a little later than their link."""
    end = time.monotonic() + within
    state = State(ruleset=False, values=False)
    while time.monotonic() < end:
        time.sleep(still)
        again = State(ruleset=False, values=False)
        if again.lines == state.lines and again.complete():
            break
        state = again
    return State()


def restore(wanted):
    """Brings the thread's namespace back to a state captured before; False when a link of then is gone for good."""
    for family, name in nl.tables():
        if (family, name) not in wanted.tables:
            nl.delete_table(family, name)
    goal = {line for line in wanted.lines if not line.startswith("ruleset:")}
    sock = nl.Netlink()
    try:
        for turn in range(4):  # removing an address takes routes along, adding one brings them
            now = State(ruleset=False)
            if now.lines == goal:
                return True
            if any(now.links.get(name, {}).get("index") != link["index"] for name, link in wanted.links.items()):
                return False
            if turn == 0:
                _links_back(sock, now.links, wanted.links)
                now = State(ruleset=False)
            _sysctls_back(now.sysctls, wanted.sysctls)
            _objects_back(sock, now, wanted)
        raise RuntimeError("the host cannot be brought back:\n" + wanted.difference(now))
    finally:
        sock.close()


def _links_back(sock, now, wanted):
    for name, link in now.items():
        header = struct.pack("=BxHiII", 0, 0, link["index"], 0, 0)
        old = wanted.get(name)
        if old is None or old["index"] != link["index"]:
            _try(sock, nl.DELLINK, 0, header)  # the other end of a veth may be gone already
            continue
        if old["mtu"] != link["mtu"]:
            sock.request(nl.NEWLINK, 0, header + nl.attr(4, struct.pack("=I", old["mtu"])))
        if old["up"] != link["up"]:
            sock.request(nl.NEWLINK, 0, struct.pack("=BxHiII", 0, 0, link["index"], old["up"], 1))


def _sysctls_back(now, wanted):
    for key in sorted(wanted, key=lambda k: (".all." not in k, ".default." not in k)):
        if key in now and wanted[key] != now[key]:
            write(key, wanted[key])


def _objects_back(sock, now, wanted):
    for line in sorted(set(now.raw) - set(wanted.raw), reverse=True):
        _try(sock, now.raw[line][0] + 1, 0, now.raw[line][1])
    for line in sorted(set(wanted.raw) - set(now.raw)):
        _try(sock, wanted.raw[line][0], nl.CREATE | nl.APPEND, wanted.raw[line][1])


def forget(now):
    """Drops what the kernel learned: neighbours, connections, and path MTUs by making the routes anew that they hang on."""
    sock = nl.Netlink()
    try:
        if read("/proc/sys/net/netfilter/nf_conntrack_count") not in (None, "0"):
            nl.drop_connections()
        for body in sock.dump(nl.GETNEIGH, struct.pack("=BxxxiHBB", socket.AF_INET6, 0, 0, 0, 0)):
            if not struct.unpack_from("=H", body, 8)[0] & 0xc0:  # neither NOARP nor permanent
                _try(sock, nl.DELNEIGH, 0, body)
        for line, (kind, body) in now.raw.items():
            if kind == nl.NEWROUTE and " via " in line:
                _try(sock, nl.DELROUTE, 0, body)
                sock.request(nl.NEWROUTE, nl.CREATE | nl.APPEND, body)
    finally:
        sock.close()


def _try(sock, kind, flags, body):
    try:
        sock.request(kind, flags, body)
    except OSError:
        pass  # the next look at the state tells


def write(key, value):
    """A sysctl by its dotted name; the interface, which may hold dots, is what stands between conf. and the last dot."""
    head, leaf = key.rsplit(".", 1)
    base, where = head.split(".conf.", 1)
    with open(f"/proc/sys/{base.replace('.', '/')}/conf/{where}/{leaf}", "w", encoding="ascii") as file:
        file.write(value)
