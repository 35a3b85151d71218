/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sets, chains and rules of the table `inet sitctl`. Their number does not grow with the
 * number of tunnels: what is specific to one is an element of a set. The expressions of each rule
 * are in the order in which nft itself would produce them from its text, since people save their
 * rules with `nft list ruleset` and load them again.
 */
#include "kernel/nft/rules.h" /* before linux/: glibc and the kernel define the same names */

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>

#define PRIORITY_RAW (-300)    /* NF_IP_PRI_RAW: before connection tracking */
#define PRIORITY_SOURCE (-290) /* before connection tracking and routing */
#define PRIORITY_MANGLE (-150) /* NF_IP_PRI_MANGLE */
#define PRIORITY_FILTER 0      /* NF_IP_PRI_FILTER */
/* Before other programs' address translation: rules for one server precede those for all addresses. */
#define PRIORITY_DNAT (-101) /* NF_IP_PRI_NAT_DST - 1 */
#define PRIORITY_SNAT 99     /* NF_IP_PRI_NAT_SRC - 1 */

/* clang-format off */
const struct nft_set nft_sets[SET_COUNT] = {
	/* outer addresses of the far ends whose packets are not tracked */
	[SET_REMOTES] = { "remotes", { FIELD_IPV4 }, 0 },
	/* tunnels with a source filter: to peers; to providers of IPv6, including a server's uplink */
	[SET_PEERS] = { "peers", { FIELD_IFNAME }, 0 },
	[SET_PROVIDERS] = { "providers", { FIELD_IFNAME }, 0 },
	/*
	 * Intervals: the field with the most different values comes first. Kernels without
	 * "nf_set_pipapo: fix initial map fill" (such as 5.10) find elements that do not match if
	 * the field with the fewest comes first.
	 */
	/* inner sources: all that a peer may use; those that must not come from a provider */
	[SET_ALLOWED] = { "allowed", { FIELD_IPV6, FIELD_IFNAME }, SET_INTERVAL },
	[SET_FORBIDDEN] = { "forbidden", { FIELD_IPV6, FIELD_IFNAME }, SET_INTERVAL },
	/* the same tunnels again: counts what their filter dropped */
	[SET_DROPPED] = { "dropped", { FIELD_IFNAME }, SET_COUNTED },
	/* tunnels whose forwarded TCP has its MSS clamped */
	[SET_CLAMPED] = { "clamped", { FIELD_IFNAME }, 0 },
	/*
	 * tunnels, each twice, that must not forward packets back into themselves; `allowed` does that for the others
	 */
	[SET_HAIRPINS] = { "hairpins", { FIELD_IFNAME, FIELD_IFNAME }, 0 },
	/* foreign SIT devices that accept packets from any host */
	[SET_WILDCARDS] = { "wildcards", { FIELD_IFNAME }, 0 },
	/* clients with simple security; what they let in nevertheless; what was dropped */
	[SET_SECURED] = { "secured", { FIELD_IFNAME }, 0 },
	[SET_OPEN] = { "open", { FIELD_SERVICE, FIELD_IPV6, FIELD_PROTO, FIELD_IFNAME }, SET_INTERVAL },
	/* the prefixes behind them, with any protocol; from there: port, source and protocol of answers to `open` */
	[SET_SITE] = { "site", { FIELD_IPV6, FIELD_PROTO }, SET_INTERVAL },
	[SET_ANSWERS] = { "answers", { FIELD_SERVICE, FIELD_IPV6, FIELD_PROTO }, SET_INTERVAL },
	[SET_UNSOLICITED] = { "unsolicited", { FIELD_IFNAME }, SET_COUNTED },
	/* `nat pass`: server and interface to inside host; inside host, server, interface */
	[SET_PASSED] = { "passed", { FIELD_IPV4, FIELD_IFNAME }, SET_MAP },
	[SET_MASQUERADED] = { "masqueraded", { FIELD_IPV4, FIELD_IPV4, FIELD_IFNAME }, 0 },
};
/* clang-format on */

static const uint8_t ipv4 = NFPROTO_IPV4, ipv6 = NFPROTO_IPV6, proto_sit = 41, proto_tcp = 6, proto_udp = 17;
static const uint8_t proto_esp = 50, proto_ah = 51, proto_icmp6 = 58;
static const uint8_t port_ike[] = { 500 >> 8, 500 & 0xff }, port_ike_nat[] = { 4500 >> 8, 4500 & 0xff };
static const uint32_t ct_known = NF_CT_STATE_BIT(IP_CT_ESTABLISHED) | NF_CT_STATE_BIT(IP_CT_RELATED), ct_none;
static const uint8_t syn = 0x02, syn_rst = 0x06;
static const uint8_t link_local[16] = { 0xfe, 0x80 }, link_local_mask[16] = { 0xff, 0xc0 };
static const uint32_t local = RTN_LOCAL, multicast = RTN_MULTICAST;

/* clang-format off */
#define CMP(value) { .op = OP_CMP, .data = &(value), .len = sizeof(value) }
#define META(key) { .op = OP_META, .a = (key), .c = NFT_REG_1 }
#define PAYLOAD(base, offset, bytes, reg) { .op = OP_PAYLOAD, .a = (base), .b = (offset), .c = (reg), .len = (bytes) }
#define NETWORK NFT_PAYLOAD_NETWORK_HEADER
#define LOOKUP(set) { .op = OP_LOOKUP, .a = (set) }
#define FIB(flags) { .op = OP_FIB, .a = (flags) }
#define VERDICT(verdict) { .op = OP_VERDICT, .a = (uint32_t)(verdict) }
#define JUMP(chain) { .op = OP_JUMP, .data = (chain) }

#define IP6 META(NFT_META_NFPROTO), CMP(ipv6)
#define PROTO_41 META(NFT_META_NFPROTO), CMP(ipv4), PAYLOAD(NETWORK, 9, 1, NFT_REG_1), CMP(proto_sit)
#define META_2(key) { .op = OP_META, .a = (key), .c = NFT_REG_2 }
#define SOURCE_IIF IP6, PAYLOAD(NETWORK, 8, 16, NFT_REG_1), META_2(NFT_META_IIFNAME)
#define DESTINATION_IIF IP6, PAYLOAD(NETWORK, 24, 16, NFT_REG_1), META_2(NFT_META_IIFNAME)
#define IS_LINK_LOCAL IP6, PAYLOAD(NETWORK, 8, 16, NFT_REG_1), \
	{ .op = OP_MASK, .data = link_local_mask, .len = 16 }, CMP(link_local)
#define IS_SYN META(NFT_META_L4PROTO), CMP(proto_tcp), PAYLOAD(NFT_PAYLOAD_TRANSPORT_HEADER, 13, 1, NFT_REG_1), \
	{ .op = OP_MASK, .data = &syn_rst, .len = 1 }, CMP(syn)
#define L4(proto) META(NFT_META_L4PROTO), CMP(proto)
#define CMP_IS(how, value) { .op = OP_CMP, .b = (how), .data = (value), .len = sizeof(*(value)) }
#define ICMP6_TYPE PAYLOAD(NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1, NFT_REG_1)
/* ICMPv6 types from FIRST to LAST */
#define ICMP6(first, last) IP6, L4(proto_icmp6), ICMP6_TYPE, \
	CMP_IS(NFT_CMP_GTE, &(const uint8_t){ first }), CMP_IS(NFT_CMP_LTE, &(const uint8_t){ last })
#define ICMP6_ONE(type) IP6, L4(proto_icmp6), ICMP6_TYPE, CMP_IS(NFT_CMP_EQ, &(const uint8_t){ type })
#define SPORT PAYLOAD(NFT_PAYLOAD_TRANSPORT_HEADER, 0, 2, NFT_REG_1)
#define DPORT PAYLOAD(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1)
#define NOTRACK { .op = OP_NOTRACK }
#define ESP L4(proto_esp)
#define AH IP6, PAYLOAD(NETWORK, 6, 1, NFT_REG_1), CMP(proto_ah)
/* Port, source and protocol of an answer, corresponding to port, destination and protocol of a packet in `open`. */
#define ANSWER IP6, SPORT, PAYLOAD(NETWORK, 8, 16, AT(1)), PAYLOAD(NETWORK, 6, 1, AT(5))
#define IS_KNOWN { .op = OP_CT, .a = NFT_CT_STATE }, { .op = OP_MASK, .data = &ct_known, .len = 4 }, CMP_IS(NFT_CMP_NEQ, &ct_none)
/* The registers of a concatenation's fields, as the kernel reports them: four bytes each from NFT_REG32_00 on. */
#define AT(word) (NFT_REG32_00 + (word))
#define META_AT(key, word) { .op = OP_META, .a = (key), .c = AT(word) }
/* Not `meta l4proto`: for its byte nft 1.0.6 adds a byteorder expression that newer kernels refuse. */
#define OPEN IP6, DPORT, PAYLOAD(NETWORK, 24, 16, AT(1)), PAYLOAD(NETWORK, 6, 1, AT(5)), META_AT(NFT_META_IIFNAME, 6), \
	LOOKUP(SET_OPEN)
#define ACCEPT VERDICT(NF_ACCEPT)
#define CLAMP { .op = OP_RT_MSS }, { .op = OP_WRITE_MSS }

const struct nft_chain nft_chains[NFT_CHAINS] = {
	/* NOTRACK in both raw hooks: the first alone would not cover what this host sends. */
	{ "prerouting", GROUP_ALWAYS, "filter", NF_INET_PRE_ROUTING, "prerouting", PRIORITY_RAW, {
		{ "ip protocol 41 ip saddr @remotes notrack",
		  { PROTO_41, PAYLOAD(NETWORK, 12, 4, NFT_REG_1), LOOKUP(SET_REMOTES), NOTRACK } } } },
	{ "output", GROUP_ALWAYS, "filter", NF_INET_LOCAL_OUT, "output", PRIORITY_RAW, {
		{ "ip protocol 41 ip daddr @remotes notrack",
		  { PROTO_41, PAYLOAD(NETWORK, 16, 4, NFT_REG_1), LOOKUP(SET_REMOTES), NOTRACK } } } },
	{ "refused", GROUP_ALWAYS, NULL, 0, NULL, 0, {
		{ "iifname @dropped", { META(NFT_META_IIFNAME), LOOKUP(SET_DROPPED) } },
		{ "drop", { VERDICT(NF_DROP) } } } },
	/*
	 * A peer sends from its own addresses, and from its link-local one to this host itself. It must not send to its
	 * own addresses, since such packets would leave through the tunnel that they came from, again and again (RFC
	 * 6324); unless this host has that address.
	 */
	{ "from_peer", GROUP_ALWAYS, NULL, 0, NULL, 0, {
		{ "ip6 daddr . iifname @allowed fib daddr type != local jump refused",
		  { DESTINATION_IIF, LOOKUP(SET_ALLOWED), FIB(NFTA_FIB_F_DADDR), CMP_IS(NFT_CMP_NEQ, &local), JUMP("refused") } },
		{ "ip6 saddr . iifname @allowed accept", { SOURCE_IIF, LOOKUP(SET_ALLOWED), VERDICT(NF_ACCEPT) } },
		{ "ip6 saddr fe80::/10 fib daddr type local accept",
		  { IS_LINK_LOCAL, FIB(NFTA_FIB_F_DADDR), CMP(local), VERDICT(NF_ACCEPT) } },
		{ "ip6 saddr fe80::/10 fib daddr type multicast accept",
		  { IS_LINK_LOCAL, FIB(NFTA_FIB_F_DADDR), CMP(multicast), VERDICT(NF_ACCEPT) } },
		{ "jump refused", { JUMP("refused") } } } },
	/* RFC 4213 section 3.6; nor may anyone outside send from addresses of this side, or of this host. */
	{ "from_provider", GROUP_ALWAYS, NULL, 0, NULL, 0, {
		{ "ip6 saddr . iifname @forbidden jump refused", { SOURCE_IIF, LOOKUP(SET_FORBIDDEN), JUMP("refused") } },
		{ "fib saddr type local jump refused", { FIB(NFTA_FIB_F_SADDR), CMP(local), JUMP("refused") } } } },
	/* Before routing, for forwarded packets and those to this host; all other traffic costs one lookup. */
	{ "source", GROUP_ALWAYS, "filter", NF_INET_PRE_ROUTING, "prerouting", PRIORITY_SOURCE, {
		{ "iifname @peers jump from_peer", { META(NFT_META_IIFNAME), LOOKUP(SET_PEERS), JUMP("from_peer") } },
		{ "iifname @providers jump from_provider",
		  { META(NFT_META_IIFNAME), LOOKUP(SET_PROVIDERS), JUMP("from_provider") } } } },
	/* A device without a remote lets anyone in: block its traffic to the Internet and into tunnels (VU#199397). */
	{ "from_anybody", GROUP_ALWAYS, NULL, 0, NULL, 0, {
		{ "oifname @peers drop", { META(NFT_META_OIFNAME), LOOKUP(SET_PEERS), VERDICT(NF_DROP) } },
		{ "oifname @providers drop", { META(NFT_META_OIFNAME), LOOKUP(SET_PROVIDERS), VERDICT(NF_DROP) } } } },
	{ "way", GROUP_ALWAYS, "filter", NF_INET_FORWARD, "forward", PRIORITY_SOURCE, {
		{ "iifname . oifname @hairpins jump refused",
		  { META(NFT_META_IIFNAME), META_2(NFT_META_OIFNAME), LOOKUP(SET_HAIRPINS), JUMP("refused") } },
		{ "iifname @wildcards jump from_anybody",
		  { META(NFT_META_IIFNAME), LOOKUP(SET_WILDCARDS), JUMP("from_anybody") } } } },
	/* The kernel only ever lowers the option (net/netfilter/nft_exthdr.c). */
	{ "clamp", GROUP_ALWAYS, "filter", NF_INET_FORWARD, "forward", PRIORITY_MANGLE, {
		{ "iifname @clamped tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu",
		  { META(NFT_META_IIFNAME), LOOKUP(SET_CLAMPED), IS_SYN, CLAMP } },
		{ "oifname @clamped tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu",
		  { META(NFT_META_OIFNAME), LOOKUP(SET_CLAMPED), IS_SYN, CLAMP } } } },
	/*
	 * Simple security: unsolicited traffic that it lets in is not tracked, nor are the answers. Otherwise strangers
	 * could fill the connection tracking table, with an entry for each forged source.
	 */
	{ "unasked_in", GROUP_SECURITY, NULL, 0, NULL, 0, {
		{ "icmpv6 type echo-request notrack", { ICMP6_ONE(128), NOTRACK } },
		{ "meta l4proto esp notrack", { ESP, NOTRACK } },
		{ "ip6 nexthdr ah notrack", { AH, NOTRACK } },
		{ "udp dport 500 notrack", { L4(proto_udp), DPORT, CMP(port_ike), NOTRACK } },
		{ "udp dport 4500 notrack", { L4(proto_udp), DPORT, CMP(port_ike_nat), NOTRACK } },
		{ "th dport . ip6 daddr . ip6 nexthdr . iifname @open notrack", { OPEN, NOTRACK } },
		{ "accept", { ACCEPT } } } },
	{ "unasked_out", GROUP_SECURITY, NULL, 0, NULL, 0, {
		{ "icmpv6 type echo-reply notrack", { ICMP6_ONE(129), NOTRACK } },
		{ "meta l4proto esp notrack", { ESP, NOTRACK } },
		{ "ip6 nexthdr ah notrack", { AH, NOTRACK } },
		{ "udp sport 500 notrack", { L4(proto_udp), SPORT, CMP(port_ike), NOTRACK } },
		{ "udp sport 4500 notrack", { L4(proto_udp), SPORT, CMP(port_ike_nat), NOTRACK } } } },
	/*
	 * From hosts behind this one, when nothing shows before routing that a packet goes to the tunnel: from the
	 * site, and neither to the site nor to this host.
	 */
	{ "unasked_through", GROUP_SECURITY, NULL, 0, NULL, 0, {
		{ "ip6 daddr . ip6 nexthdr @site accept",
		  { IP6, PAYLOAD(NETWORK, 24, 16, NFT_REG_1), PAYLOAD(NETWORK, 6, 1, NFT_REG_2), LOOKUP(SET_SITE), ACCEPT } },
		{ "fib daddr type local accept", { FIB(NFTA_FIB_F_DADDR), CMP(local), ACCEPT } },
		{ "jump unasked_out", { JUMP("unasked_out") } },
		{ "th sport . ip6 saddr . ip6 nexthdr @answers notrack", { ANSWER, LOOKUP(SET_ANSWERS), NOTRACK } } } },
	{ "unasked", GROUP_SECURITY, "filter", NF_INET_PRE_ROUTING, "prerouting", PRIORITY_RAW, {
		{ "iifname @secured jump unasked_in", { META(NFT_META_IIFNAME), LOOKUP(SET_SECURED), JUMP("unasked_in") } },
		{ "ip6 saddr . ip6 nexthdr @site jump unasked_through",
		  { IP6, PAYLOAD(NETWORK, 8, 16, NFT_REG_1), PAYLOAD(NETWORK, 6, 1, NFT_REG_2), LOOKUP(SET_SITE),
		    JUMP("unasked_through") } } } },
	{ "unasked_here", GROUP_SECURITY, "filter", NF_INET_LOCAL_OUT, "output", PRIORITY_RAW, {
		{ "oifname @secured jump unasked_out", { META(NFT_META_OIFNAME), LOOKUP(SET_SECURED), JUMP("unasked_out") } },
		{ "th sport . ip6 saddr . ip6 nexthdr . oifname @open notrack",
		  { ANSWER, META_AT(NFT_META_OIFNAME, 6), LOOKUP(SET_OPEN), NOTRACK } } } },
	/*
	 * Simple security (RFC 6092): unsolicited traffic that arrives through the tunnel. Our
	 * verdict ends only our own table: what another table drops stays dropped.
	 */
	{ "unsolicited", GROUP_SECURITY, NULL, 0, NULL, 0, {
		{ "iifname @unsolicited", { META(NFT_META_IIFNAME), LOOKUP(SET_UNSOLICITED) } },
		{ "drop", { VERDICT(NF_DROP) } } } },
	{ "inbound", GROUP_SECURITY, NULL, 0, NULL, 0, {
		{ "ct state established,related accept", { IS_KNOWN, ACCEPT } },
		/* RFC 4890 section 4.3.1: errors, and echo, for troubleshooting */
		{ "icmpv6 type 1-4 accept", { ICMP6(1, 4), ACCEPT } },
		{ "icmpv6 type 128-129 accept", { ICMP6(128, 129), ACCEPT } },
		/* IPsec: REC-22 (ESP), REC-21 (AH), REC-24 (IKE), and the port of IKE with NAT traversal (RFC 3947) */
		{ "meta l4proto esp accept", { ESP, ACCEPT } },
		{ "ip6 nexthdr ah accept", { AH, ACCEPT } },
		{ "udp dport 500 accept", { L4(proto_udp), DPORT, CMP(port_ike), ACCEPT } },
		{ "udp dport 4500 accept", { L4(proto_udp), DPORT, CMP(port_ike_nat), ACCEPT } },
		{ "th dport . ip6 daddr . ip6 nexthdr . iifname @open accept", { OPEN, ACCEPT } },
		{ "jump unsolicited", { JUMP("unsolicited") } } } },
	/* RFC 4890 section 4.4.1: what a link needs from both its ends; for this host only. */
	{ "inbound_local", GROUP_SECURITY, NULL, 0, NULL, 0, {
		{ "icmpv6 type 130-136 accept", { ICMP6(130, 136), ACCEPT } },	/* MLD, routers, neighbours */
		{ "icmpv6 type 143 accept", { ICMP6_ONE(143), ACCEPT } },	/* MLDv2 (RFC 3810) */
		{ "icmpv6 type 148-149 accept", { ICMP6(148, 149), ACCEPT } },	/* SEND (RFC 3971) */
		{ "icmpv6 type 151-153 accept", { ICMP6(151, 153), ACCEPT } },	/* multicast routers (RFC 4286) */
		{ "jump inbound", { JUMP("inbound") } } } },
	{ "input", GROUP_SECURITY, "filter", NF_INET_LOCAL_IN, "input", PRIORITY_FILTER, {
		{ "iifname @secured jump inbound_local",
		  { META(NFT_META_IIFNAME), LOOKUP(SET_SECURED), JUMP("inbound_local") } } } },
	{ "forward", GROUP_SECURITY, "filter", NF_INET_FORWARD, "forward", PRIORITY_FILTER, {
		{ "iifname @secured jump inbound", { META(NFT_META_IIFNAME), LOOKUP(SET_SECURED), JUMP("inbound") } } } },
	/* This host as the NAT in front of a tunnel client. */
	{ "passed_in", GROUP_NAT, "nat", NF_INET_PRE_ROUTING, "prerouting", PRIORITY_DNAT, {
		{ "ip protocol 41 fib daddr type local dnat ip to ip saddr . iifname map @passed",
		  { PROTO_41, FIB(NFTA_FIB_F_DADDR), CMP(local), PAYLOAD(NETWORK, 12, 4, NFT_REG_1),
		    META_AT(NFT_META_IIFNAME, 1), { .op = OP_MAP, .a = SET_PASSED }, { .op = OP_DNAT } } } } },
	{ "passed_out", GROUP_NAT, "nat", NF_INET_POST_ROUTING, "postrouting", PRIORITY_SNAT, {
		{ "ip protocol 41 ip saddr . ip daddr . oifname @masqueraded masquerade",
		  { PROTO_41, PAYLOAD(NETWORK, 12, 4, NFT_REG_1), PAYLOAD(NETWORK, 16, 4, AT(1)),
		    META_AT(NFT_META_OIFNAME, 2), LOOKUP(SET_MASQUERADED), { .op = OP_MASQUERADE } } } } },
};
/* clang-format on */
