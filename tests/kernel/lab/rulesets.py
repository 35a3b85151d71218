# SPDX-License-Identifier: GPL-2.0-or-later
"""Filters of somebody else, as commands that make them: those that drop what a tunnel is for, and those that let it pass."""

from netlab import PAIR


def nft(family, policy, *rules, more=""):
    """The commands for a table with one chain that filters what is forwarded."""
    lines = [f"table {family} filter {{", more, "chain through {", "type filter hook forward priority 0", f"policy {policy}", *rules,
             "}", "}"]
    return ["nft -f - <<'END'\n" + "\n".join(lines) + "\nEND"]


def tables(tool, *rules):
    return [f"{tool} {rule}" for rule in rules]


# Rulesets of somebody else; the dropping ones must be found to be so.
DROPPING = {
    "policy": nft("inet", "drop"),
    "policy of ip6": nft("ip6", "drop"),
    "policy, answers pass": nft("inet", "drop", "ct state established,related accept"),
    "policy, answers pass by a set": nft("inet", "drop", "ct state { established, related } accept"),
    "policy, invalid goes": nft("inet", "drop", "ct state invalid drop", "ct state vmap { established : accept }"),
    "policy, only one port": nft("inet", "drop", "tcp dport 443 accept", "meta l4proto udp accept"),
    "policy, another device": nft("inet", "drop", 'iifname "sit-bob" accept', 'oifname "sit-bob" accept'),
    "policy, another wildcard": nft("inet", "drop", 'iifname "sitx*" accept', 'iifname != "sit-*" accept'),
    "policy, one way": nft("inet", "drop", 'iifname "up0" accept'),
    "policy, the other way": nft("inet", "drop", 'iifname "sit-alice" accept'),
    "policy, limited": nft("inet", "drop", "limit rate 1/hour burst 1 packets accept"),
    "policy, another address": nft("inet", "drop", "ip6 saddr 2001:db8:7::/48 accept", "ip6 daddr 2001:db8:7::/48 accept"),
    "policy, a meter": nft("inet", "drop", "ct state new update @m { ip6 saddr limit rate 1/hour burst 1 packets } accept",
                           more="set m { type ipv6_addr; flags dynamic; }"),
    "policy, not in an interval": nft("inet", "drop", "ip6 saddr { 2001:db8:7::/48, 2001:db8:9::/48 } accept",
                                      "ip6 daddr 2001:db8:7::-2001:db8:8:: accept"),
    "policy, a verdict map": nft("inet", "drop", 'iifname vmap { "lo" : accept, "up0" : jump no }', more="chain no {\nreturn\n}"),
    "a rule in a verdict map": nft("inet", "accept", 'iifname vmap { "lo" : accept, "sit-alice" : goto no }', more="chain no {\ndrop\n}"),
    "a rule for who is not in an interval": nft("inet", "accept", "ip6 saddr != @s drop",
                                                more="set s { type ipv6_addr; flags interval; elements = { 2001:db8:ffff::/48 }; }"),
    "a rule": nft("inet", "accept", 'iifname "up0" oifname "sit-alice" drop'),
    "a rule for all": nft("inet", "accept", "ct state established accept", "counter reject with icmpx admin-prohibited"),
    "a rule for what is not": nft("inet", "accept", 'oifname != { "lo", "up0" } drop'),
    "ip6tables-nft policy": tables("ip6tables-nft", "-P FORWARD DROP"),
    "ip6tables-nft reject": tables("ip6tables-nft", "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
                                   "-A FORWARD -m comment --comment all -j REJECT"),
    "ip6tables-nft chain": tables("ip6tables-nft", "-N mine", "-A FORWARD -i sit-+ -j mine", "-A mine -s 2001:db8::/32 -j DROP"),
    "ip6tables-legacy policy": tables("ip6tables-legacy", "-P FORWARD DROP"),
    "ip6tables-legacy, answers pass": tables("ip6tables-legacy", "-P FORWARD DROP", "-A FORWARD -p tcp -j ACCEPT",
                                             "-A FORWARD -m state --state ESTABLISHED -j ACCEPT"),
    "ip6tables-legacy reject": tables("ip6tables-legacy", "-A FORWARD -i wlan+ -j ACCEPT", "-A FORWARD -j REJECT"),
    "ip6tables-legacy chain": tables("ip6tables-legacy", "-N mine", "-A FORWARD ! -i lo -j mine", "-A mine -o sit-alice -j RETURN",
                                     "-A mine -o up0 -j DROP"),
}

# Those that let it pass must be left without a word.
PASSING = {
    "policy accept": nft("inet", "accept", "ct state invalid drop", "tcp dport 25 drop"),
    "policy of ip": nft("ip", "drop"),
    "a rule for an option": nft("inet", "accept", 'iifname "sit-alice" tcp option maxseg exists drop',
                                'iifname "up0" tcp option maxseg size > 1000 drop'),
    "an input chain": ["nft -f - <<'END'\ntable inet f {\nchain i {\ntype filter hook input priority 0\npolicy drop\n"
                       "meta l4proto { 41, 58 } accept\n}\n}\nEND"],
    "both ways": nft("inet", "drop", 'iifname "sit-alice" accept', 'oifname "sit-alice" accept'),
    "wildcard": nft("inet", "drop", 'iifname "sit-*" accept', 'oifname "sit-*" accept'),
    "group": nft("inet", "drop", "iifgroup 41 accept", "oifgroup 41 accept"),
    "sets": nft("inet", "drop", 'iifname { "sit-alice", "eth7" } accept', 'iifname "up0" oifname { "sit-alice", "b" } accept'),
    "all of IPv6": nft("inet", "drop", "meta nfproto ipv6 counter accept"),
    "all but": nft("inet", "drop", 'iifname != "eth7" accept'),
    "addresses": nft("inet", "drop", f"ip6 saddr {PAIR[1]} accept", "ip6 daddr 2001:db8:1::/64 accept"),
    "new ones": nft("inet", "drop", "ct state new accept", "ct state established accept"),
    "dormant": ["nft -f - <<'END'\ntable inet filter {\nflags dormant\nchain through {\ntype filter hook forward priority 0\n"
                "policy drop\n}\n}\nEND"],
    "a meter": nft("inet", "accept", "ct state new add @m { ip6 saddr limit rate over 10/second } drop",
                   more="set m { type ipv6_addr; flags dynamic; }"),
    "a named limit": nft("inet", "accept", 'limit name "l" drop', more="limit l { rate over 100/second }"),
    "a verdict map": nft("inet", "drop", 'iifname vmap { "sit-alice" : accept, "up0" : jump yes }', more="chain yes {\naccept\n}"),
    "a concatenation": nft("inet", "drop", 'iifname . oifname { "sit-alice" . "up0", "up0" . "sit-alice" } accept'),
    "intervals": nft("inet", "drop", "ip6 saddr { 2001:db8:1::/48, 2001:db8:3::/48 } accept", "ip6 daddr 2001:db8:0:1::-2001:db8:1:ffff:: accept"),
    "a wildcard in a set": nft("inet", "drop", 'iifname { "lo", "sit-*" } accept', 'oifname { "lo", "sit-*" } accept'),
    "goto": nft("inet", "drop", "meta protocol ip6 goto yes", more="chain yes {\nct state new,established counter accept\n}"),
    "ip6tables-nft": tables("ip6tables-nft", "-P FORWARD DROP", "-A FORWARD -i sit-alice -j ACCEPT", "-A FORWARD -o sit-+ -j ACCEPT"),
    "some return before the others are sent on": nft("inet", "accept", "jump a", more="chain b {\ndrop\n}\n"
                                                     "chain a {\nfib daddr type unicast return\njump b\n}"),
    "some return before a goto": nft("inet", "accept", "jump a", more="chain b {\ndrop\n}\n"
                                     "chain a {\nfib daddr type unicast return\ngoto b\n}"),
    "some go by a goto that comes back": nft("inet", "accept", "jump a", more="chain c {\ncounter\n}\n"
                                             "chain a {\nfib daddr type unicast goto c\ndrop\n}"),
    "ip6tables-legacy, some return before the others are sent on": tables(
        "ip6tables-legacy", "-N a", "-N b", "-A b -j DROP", "-A a -m addrtype --dst-type UNICAST -j RETURN", "-A a -j b", "-A FORWARD -j a"),
    "ip6tables-nft, some return": tables("ip6tables-nft", "-N mine", "-A mine -m addrtype --dst-type UNICAST -j RETURN", "-A mine -j DROP",
                                         "-A FORWARD -j mine"),
    "ip6tables-legacy, some return": tables("ip6tables-legacy", "-N mine", "-A mine -m addrtype --dst-type UNICAST -j RETURN",
                                            "-A mine -j DROP", "-A FORWARD -j mine"),
    "ip6tables-legacy": tables("ip6tables-legacy", "-P FORWARD DROP", "-A FORWARD -i sit-+ -j ACCEPT",
                               f"-A FORWARD -d {PAIR[1]} -m comment --comment x -j ACCEPT"),
    "ip6tables-legacy chain": tables("ip6tables-legacy", "-P FORWARD DROP", "-N yes", "-A yes -j ACCEPT", "-N mine",
                                     "-A mine -i lo -j DROP", "-A mine ! -o lo -g yes", "-A FORWARD -j mine"),
}
