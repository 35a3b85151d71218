/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sets, chains and rules of the table `inet sitctl`. Their number does not grow with the
 * tunnels: what is special to one is an element of a set. Each rule is written in the order of
 * expressions in which nft itself would write its text, since people save their rules with
 * `nft list ruleset` and load them again.
 */
#include <string.h>
#include "nft.h"	/* before linux/: glibc and the kernel define the same names */
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>

/* nft's numbers of types (nft: include/datatype.h); a concatenation has six bits for each. */
#define TYPE_IPV4 7
#define TYPE_IPV6 8
#define TYPE_IFNAME 41

#define PRIORITY_RAW (-300)	/* NF_IP_PRI_RAW: before connection tracking */
#define PRIORITY_SOURCE (-290)	/* before connection tracking and routing */
#define PRIORITY_MANGLE (-150)	/* NF_IP_PRI_MANGLE */

const struct nft_set nft_sets[SET_COUNT] = {
	/* outer addresses of the other ends whose packets are not tracked */
	[SET_REMOTES] = { "remotes", "ipv4_addr", TYPE_IPV4, 4, false, false, false },
	/* tunnels with a source filter, by role */
	[SET_PEERS] = { "peers", "ifname", TYPE_IFNAME, 16, false, true, false },
	[SET_CLIENTS] = { "clients", "ifname", TYPE_IFNAME, 16, false, true, false },
	/*
	 * The address stands first: kernels without "nf_set_pipapo: fix initial map fill" (5.10 has
	 * it not) find elements that do not match where the first field has the fewest values.
	 */
	/* inner sources: all that a peer may use, what a client must not take */
	[SET_ALLOWED] = { "allowed", "ipv6_addr . ifname", TYPE_IPV6 << 6 | TYPE_IFNAME, 32, true, false, false },
	[SET_FORBIDDEN] = { "forbidden", "ipv6_addr . ifname", TYPE_IPV6 << 6 | TYPE_IFNAME, 32, true, false, false },
	/* the same tunnels once more: what their filter dropped is counted here */
	[SET_DROPPED] = { "dropped", "ifname", TYPE_IFNAME, 16, false, true, true },
	/* tunnels whose forwarded TCP has its MSS clamped */
	[SET_CLAMPED] = { "clamped", "ifname", TYPE_IFNAME, 16, false, true, false },
};

static const uint8_t ipv4 = NFPROTO_IPV4, ipv6 = NFPROTO_IPV6, proto_sit = 41, proto_tcp = 6;
static const uint8_t syn = 0x02, syn_rst = 0x06;
static const uint8_t link_local[16] = { 0xfe, 0x80 }, link_local_mask[16] = { 0xff, 0xc0 };
static const uint32_t local = RTN_LOCAL, multicast = RTN_MULTICAST;

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
#define SOURCE_IIF IP6, PAYLOAD(NETWORK, 8, 16, NFT_REG_1), { .op = OP_META, .a = NFT_META_IIFNAME, .c = NFT_REG_2 }
#define IS_LINK_LOCAL IP6, PAYLOAD(NETWORK, 8, 16, NFT_REG_1), \
	{ .op = OP_MASK, .data = link_local_mask, .len = 16 }, CMP(link_local)
#define IS_SYN META(NFT_META_L4PROTO), CMP(proto_tcp), PAYLOAD(NFT_PAYLOAD_TRANSPORT_HEADER, 13, 1, NFT_REG_1), \
	{ .op = OP_MASK, .data = &syn_rst, .len = 1 }, CMP(syn)
#define CLAMP { .op = OP_RT_MSS }, { .op = OP_WRITE_MSS }

const struct nft_chain nft_chains[NFT_CHAINS] = {
	/* NOTRACK in both raw hooks: the first alone leaves the tracking of what this host sends. */
	{ "prerouting", true, NF_INET_PRE_ROUTING, "prerouting", PRIORITY_RAW, {
		{ "ip protocol 41 ip saddr @remotes notrack",
		  { PROTO_41, PAYLOAD(NETWORK, 12, 4, NFT_REG_1), LOOKUP(SET_REMOTES), { .op = OP_NOTRACK } } } } },
	{ "output", true, NF_INET_LOCAL_OUT, "output", PRIORITY_RAW, {
		{ "ip protocol 41 ip daddr @remotes notrack",
		  { PROTO_41, PAYLOAD(NETWORK, 16, 4, NFT_REG_1), LOOKUP(SET_REMOTES), { .op = OP_NOTRACK } } } } },
	{ "refused", false, 0, NULL, 0, {
		{ "iifname @dropped", { META(NFT_META_IIFNAME), LOOKUP(SET_DROPPED) } },
		{ "drop", { VERDICT(NF_DROP) } } } },
	/* A peer sends from its own addresses, and from its link-local one to this host itself. */
	{ "from_peer", false, 0, NULL, 0, {
		{ "ip6 saddr . iifname @allowed accept", { SOURCE_IIF, LOOKUP(SET_ALLOWED), VERDICT(NF_ACCEPT) } },
		{ "ip6 saddr fe80::/10 fib daddr type local accept",
		  { IS_LINK_LOCAL, FIB(NFTA_FIB_F_DADDR), CMP(local), VERDICT(NF_ACCEPT) } },
		{ "ip6 saddr fe80::/10 fib daddr type multicast accept",
		  { IS_LINK_LOCAL, FIB(NFTA_FIB_F_DADDR), CMP(multicast), VERDICT(NF_ACCEPT) } },
		{ "jump refused", { JUMP("refused") } } } },
	/* RFC 4213 section 3.6; and nobody outside sends from this host's addresses. */
	{ "from_client", false, 0, NULL, 0, {
		{ "ip6 saddr . iifname @forbidden jump refused", { SOURCE_IIF, LOOKUP(SET_FORBIDDEN), JUMP("refused") } },
		{ "fib saddr type local jump refused", { FIB(NFTA_FIB_F_SADDR), CMP(local), JUMP("refused") } } } },
	/* Before routing: what is forwarded and what is for this host; one lookup for all other traffic. */
	{ "source", true, NF_INET_PRE_ROUTING, "prerouting", PRIORITY_SOURCE, {
		{ "iifname @peers jump from_peer", { META(NFT_META_IIFNAME), LOOKUP(SET_PEERS), JUMP("from_peer") } },
		{ "iifname @clients jump from_client", { META(NFT_META_IIFNAME), LOOKUP(SET_CLIENTS), JUMP("from_client") } } } },
	/* The kernel only ever lowers the option (net/netfilter/nft_exthdr.c). */
	{ "clamp", true, NF_INET_FORWARD, "forward", PRIORITY_MANGLE, {
		{ "iifname @clamped tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu",
		  { META(NFT_META_IIFNAME), LOOKUP(SET_CLAMPED), IS_SYN, CLAMP } },
		{ "oifname @clamped tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu",
		  { META(NFT_META_OIFNAME), LOOKUP(SET_CLAMPED), IS_SYN, CLAMP } } } },
};

#define SET(expr, attr, value) nftnl_expr_set_u32(expr, attr, value)

static void fill_mask(struct nftnl_expr *e, const struct nft_op *op)
{
	static const uint8_t zeros[16];

	SET(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	SET(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	SET(e, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	SET(e, NFTNL_EXPR_BITWISE_LEN, op->len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, op->data, op->len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zeros, op->len);
}

/* `tcp option maxseg size set`: from network order in register 1 to the option (kind 2). */
static void fill_write_mss(struct nftnl_expr *e)
{
	SET(e, NFTNL_EXPR_EXTHDR_SREG, NFT_REG_1);
	nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, 2);
	SET(e, NFTNL_EXPR_EXTHDR_OFFSET, 2);
	SET(e, NFTNL_EXPR_EXTHDR_LEN, 2);
	SET(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
}

static void fill(struct nftnl_expr *e, const struct nft_op *op)
{
	switch (op->op) {
	case OP_META:
		SET(e, NFTNL_EXPR_META_KEY, op->a);
		SET(e, NFTNL_EXPR_META_DREG, op->c);
		break;
	case OP_CMP:
		SET(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
		SET(e, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
		nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, op->data, op->len);
		break;
	case OP_PAYLOAD:
		SET(e, NFTNL_EXPR_PAYLOAD_BASE, op->a);
		SET(e, NFTNL_EXPR_PAYLOAD_OFFSET, op->b);
		SET(e, NFTNL_EXPR_PAYLOAD_LEN, op->len);
		SET(e, NFTNL_EXPR_PAYLOAD_DREG, op->c);
		break;
	case OP_MASK:
		fill_mask(e, op);
		break;
	case OP_LOOKUP:
		SET(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
		nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, nft_sets[op->a].name);
		SET(e, NFTNL_EXPR_LOOKUP_FLAGS, 0);
		break;
	case OP_FIB:
		SET(e, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
		SET(e, NFTNL_EXPR_FIB_FLAGS, op->a);
		SET(e, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
		break;
	case OP_VERDICT:
	case OP_JUMP:
		SET(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
		SET(e, NFTNL_EXPR_IMM_VERDICT, op->op == OP_JUMP ? (uint32_t)NFT_JUMP : op->a);
		if (op->op == OP_JUMP)
			nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, op->data);
		break;
	case OP_RT_MSS:
		SET(e, NFTNL_EXPR_RT_KEY, NFT_RT_TCPMSS);
		SET(e, NFTNL_EXPR_RT_DREG, NFT_REG_1);
		break;
	case OP_WRITE_MSS:
		fill_write_mss(e);
		break;
	default:
		break;
	}
}

static bool add_expr(struct nftnl_rule *rule, const struct nft_op *op)
{
	static const char *const names[] = {
		[OP_META] = "meta", [OP_CMP] = "cmp", [OP_PAYLOAD] = "payload", [OP_MASK] = "bitwise",
		[OP_LOOKUP] = "lookup", [OP_FIB] = "fib", [OP_NOTRACK] = "notrack", [OP_VERDICT] = "immediate",
		[OP_JUMP] = "immediate", [OP_RT_MSS] = "rt", [OP_WRITE_MSS] = "exthdr",
	};
	struct nftnl_expr *e = nftnl_expr_alloc(names[op->op]);

	if (!e)
		return false;
	fill(e, op);
	nftnl_rule_add_expr(rule, e);
	if (op->op != OP_RT_MSS)
		return true;
	/* The route's MSS is in host order, the option in network order. */
	e = nftnl_expr_alloc("byteorder");
	if (!e)
		return false;
	SET(e, NFTNL_EXPR_BYTEORDER_SREG, NFT_REG_1);
	SET(e, NFTNL_EXPR_BYTEORDER_DREG, NFT_REG_1);
	SET(e, NFTNL_EXPR_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	SET(e, NFTNL_EXPR_BYTEORDER_LEN, 2);
	SET(e, NFTNL_EXPR_BYTEORDER_SIZE, 2);
	nftnl_rule_add_expr(rule, e);
	return true;
}

struct nftnl_rule *nft_rule(const struct nft_chain *chain, const struct nft_rule_row *row)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (!rule)
		return NULL;
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, SITCTL_TABLE);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chain->name);
	for (int i = 0; i < NFT_OPS_MAX && row->ops[i].op != OP_END; i++)
		if (!add_expr(rule, &row->ops[i])) {
			nftnl_rule_free(rule);
			return NULL;
		}
	return rule;
}
