/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <string.h>

#include "filters/nftexpr.h" /* before linux/: glibc and the kernel define the same names */

#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>

/* NFT_REG_1 to NFT_REG_4 have four words each, and overlap NFT_REG32_00 and so on. */
static uint32_t word_of(uint32_t reg)
{
	if (reg >= NFT_REG_1 && reg <= NFT_REG_4)
		return (reg - NFT_REG_1) * 4;
	return reg >= NFT_REG32_00 && reg < NFT_REG32_00 + FLOW_WORDS ? reg - NFT_REG32_00 : FLOW_WORDS;
}

void flow_forget(struct flow_regs *r, uint32_t reg)
{
	r->not_len = 0;
	/* How much it would have filled is not known: at most an address. */
	for (uint32_t w = word_of(reg), n = 0; w < FLOW_WORDS && n < 4; w++, n++)
		r->known[w] = false;
}

static void know(struct flow_regs *r, uint32_t reg, const void *bytes, size_t len)
{
	size_t word = word_of(reg);

	if (word * 4 + len > sizeof(r->bytes))
		return;
	/* The kernel pads the last word with zeros. */
	memset(r->bytes + word * 4, 0, (len + 3) / 4 * 4);
	memcpy(r->bytes + word * 4, bytes, len);
	for (size_t w = word; w < word + (len + 3) / 4; w++)
		r->known[w] = true;
}

static void know_name(struct flow_regs *r, uint32_t reg, const char *ifname)
{
	char name[IFNAMSIZ] = "";

	memcpy(name, ifname, strnlen(ifname, sizeof(name) - 1));
	know(r, reg, name, sizeof(name));
}

static void know_not(struct flow_regs *r, uint32_t reg, const void *bytes, uint32_t len)
{
	memcpy(r->not_bytes, bytes, len);
	r->not_reg = reg;
	r->not_len = len;
}

/* If the incoming interface is not known, it is still not the one that the packet leaves through. */
static void know_interface(struct flow_regs *r, uint32_t reg, uint32_t key, const struct flow_end *end,
			   const struct flow_end *other)
{
	bool by_name = key == NFT_META_IIFNAME || key == NFT_META_OIFNAME;

	if (end->any) {
		if (by_name && other->ifname[0])
			know_not(r, reg, other->ifname, sizeof(other->ifname));
		else if ((key == NFT_META_IIF || key == NFT_META_OIF) && other->index)
			know_not(r, reg, &other->index, sizeof(other->index));
	} else if (by_name) {
		know_name(r, reg, end->ifname);
	} else if (key == NFT_META_IIF || key == NFT_META_OIF) {
		know(r, reg, &end->index, sizeof(end->index));
	} else {
		know(r, reg, &end->group, sizeof(end->group));
	}
}

const uint8_t *flow_value(const struct flow_regs *r, uint32_t reg, uint32_t len)
{
	size_t word = word_of(reg);

	if (!len || word * 4 + len > sizeof(r->bytes))
		return NULL;
	for (size_t w = word; w < word + (len + 3) / 4; w++)
		if (!r->known[w])
			return NULL;
	return r->bytes + word * 4;
}

void flow_load_meta(const struct flow *f, const struct expr *e, struct flow_regs *r)
{
	uint16_t ethertype = htons(f->family == NFPROTO_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	uint32_t reg = expr_u32(e, NFTA_META_DREG);

	flow_forget(r, reg);
	switch (expr_u32(e, NFTA_META_KEY)) {
	case NFT_META_IIFNAME:
	case NFT_META_IIF:
	case NFT_META_IIFGROUP: know_interface(r, reg, expr_u32(e, NFTA_META_KEY), &f->from, &f->to); break;
	case NFT_META_OIFNAME:
	case NFT_META_OIF:
	case NFT_META_OIFGROUP: know_interface(r, reg, expr_u32(e, NFTA_META_KEY), &f->to, &f->from); break;
	case NFT_META_NFPROTO: know(r, reg, &f->family, 1); break;
	case NFT_META_PROTOCOL: know(r, reg, &ethertype, sizeof(ethertype)); break;
	case NFT_META_L4PROTO:
		if (f->proto)
			know(r, reg, &f->proto, 1);
		break;
	default: break;
	}
}

/* The addresses and the protocol of the header; an earlier expression has checked whether it is IPv4 or IPv6. */
void flow_load_payload(const struct flow *f, const struct expr *e, struct flow_regs *r)
{
	uint32_t offset = expr_u32(e, NFTA_PAYLOAD_OFFSET), len = expr_u32(e, NFTA_PAYLOAD_LEN);
	uint32_t reg = expr_u32(e, NFTA_PAYLOAD_DREG);
	bool v4 = f->family == NFPROTO_IPV4;
	uint32_t addr_len = v4 ? 4 : 16, source = v4 ? 12 : 8;

	flow_forget(r, reg);
	if (expr_u32(e, NFTA_PAYLOAD_BASE) != NFT_PAYLOAD_NETWORK_HEADER)
		return;
	if (offset == (v4 ? 9U : 6U) && len == 1 && f->proto)
		know(r, reg, &f->proto, 1);
	/* iptables-nft loads only the bytes covered by its prefix. */
	if (offset == source && len <= addr_len && f->from.has_addr)
		know(r, reg, f->from.addr, len);
	if (offset == source + addr_len && len <= addr_len && f->to.has_addr)
		know(r, reg, f->to.addr, len);
}

void flow_load_ct(const struct flow *f, const struct expr *e, struct flow_regs *r)
{
	uint32_t state = f->state == FLOW_UNTRACKED
				 ? NF_CT_STATE_UNTRACKED_BIT
				 : NF_CT_STATE_BIT(f->state == FLOW_ANSWER ? IP_CT_ESTABLISHED : IP_CT_NEW);
	uint32_t status = f->dnat ? IPS_DST_NAT | IPS_DST_NAT_DONE : 0;
	uint32_t reg = expr_u32(e, NFTA_CT_DREG);

	flow_forget(r, reg);
	if (expr_u32(e, NFTA_CT_KEY) == NFT_CT_STATE)
		know(r, reg, &state, sizeof(state));
	if (expr_u32(e, NFTA_CT_KEY) == NFT_CT_STATUS)
		know(r, reg, &status, sizeof(status));
}

void flow_mask(const struct expr *e, struct flow_regs *r)
{
	uint32_t len = 0, xor_len = 0, to = expr_u32(e, NFTA_BITWISE_DREG);
	const uint8_t *and = expr_value(e, NFTA_BITWISE_MASK, &len);
	const uint8_t * xor = expr_value(e, NFTA_BITWISE_XOR, &xor_len);
	const uint8_t *value = flow_value(r, expr_u32(e, NFTA_BITWISE_SREG), len);
	uint8_t result[sizeof(r->bytes)];

	if (!and || !xor || xor_len != len || !value) {
		flow_forget(r, to);
		return;
	}
	for (uint32_t i = 0; i < len; i++)
		result[i] = (value[i] & and[i]) ^ xor[i];
	know(r, to, result, len);
}

/* A name compared as a whole includes its NUL; other names may share a mere beginning. */
static enum flow_match compare_with_not(const struct flow_regs *r, const void *data, uint32_t len, uint32_t op)
{
	bool whole = r->not_len == sizeof(uint32_t) || memchr(data, '\0', len);

	if (!whole || len > r->not_len || memcmp(data, r->not_bytes, len))
		return SOME;
	return op == NFT_CMP_EQ ? NO_MATCH : op == NFT_CMP_NEQ ? MATCH : SOME;
}

enum flow_match flow_compare(const struct expr *e, const struct flow_regs *r)
{
	uint32_t len = 0, reg = expr_u32(e, NFTA_CMP_SREG);
	const void *data = expr_value(e, NFTA_CMP_DATA, &len);
	const uint8_t *value;
	int order;

	if (data && r->not_len && r->not_reg == reg)
		return compare_with_not(r, data, len, expr_u32(e, NFTA_CMP_OP));
	value = flow_value(r, reg, len);
	if (!value || !data)
		return SOME;
	order = memcmp(value, data, len);
	switch (expr_u32(e, NFTA_CMP_OP)) {
	case NFT_CMP_EQ: return order ? NO_MATCH : MATCH;
	case NFT_CMP_NEQ: return order ? MATCH : NO_MATCH;
	case NFT_CMP_LT: return order < 0 ? MATCH : NO_MATCH;
	case NFT_CMP_LTE: return order <= 0 ? MATCH : NO_MATCH;
	case NFT_CMP_GT: return order > 0 ? MATCH : NO_MATCH;
	case NFT_CMP_GTE: return order >= 0 ? MATCH : NO_MATCH;
	default: return SOME;
	}
}

enum flow_match flow_other(const struct expr *e, struct flow_regs *r)
{
	static const char *const harmless[] = {
		"counter", "log", "notrack", "flow_offload", "masq", "nat", "redir", "tproxy", "exthdr", "immediate",
	};
	static const char *const loading[] = { "meta",	 "payload",   "ct",   "fib",   "rt",
					       "socket", "byteorder", "hash", "numgen" };

	for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
		if (!strcmp(e->name, harmless[i]))
			return MATCH;
	/* With a limit or a quota inside, it matches only some packets. */
	if (expr_is(e, "dynset"))
		return expr_has(e, NFTA_DYNSET_EXPR) || expr_has(e, NFTA_DYNSET_EXPRESSIONS) ? SOME : MATCH;
	if (expr_is(e, "objref"))
		return expr_has(e, NFTA_OBJREF_IMM_TYPE) && expr_u32(e, NFTA_OBJREF_IMM_TYPE) == NFT_OBJECT_COUNTER
			       ? MATCH
			       : SOME;
	for (size_t i = 0; i < sizeof(loading) / sizeof(*loading); i++)
		if (!strcmp(e->name, loading[i])) {
			memset(r, 0, sizeof(*r));
			return MATCH;
		}
	/* Unknown expressions may have loaded any register. */
	memset(r, 0, sizeof(*r));
	return SOME;
}
