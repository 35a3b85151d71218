/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <string.h>
#include "flowexpr.h"	/* before linux/: glibc and the kernel define the same names */
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>

static void know(struct flow_value *v, const void *bytes, size_t len)
{
	memset(v->bytes, 0, sizeof(v->bytes));
	memcpy(v->bytes, bytes, len);
	v->known = true;
}

static void know_name(struct flow_value *v, const char *ifname)
{
	know(v, ifname, strnlen(ifname, IFNAMSIZ - 1));
}

void flow_load_meta(const struct flow *f, const struct nftnl_expr *e, struct flow_value *v)
{
	uint16_t ethertype = htons(f->family == NFPROTO_IPV4 ? ETH_P_IP : ETH_P_IPV6);

	v->reg = nftnl_expr_get_u32(e, NFTNL_EXPR_META_DREG);
	v->known = false;
	switch (nftnl_expr_get_u32(e, NFTNL_EXPR_META_KEY)) {
	case NFT_META_IIFNAME: know_name(v, f->from.ifname); break;
	case NFT_META_OIFNAME: know_name(v, f->to.ifname); break;
	case NFT_META_IIF: know(v, &f->from.index, sizeof(f->from.index)); break;
	case NFT_META_OIF: know(v, &f->to.index, sizeof(f->to.index)); break;
	case NFT_META_IIFGROUP: know(v, &f->from.group, sizeof(f->from.group)); break;
	case NFT_META_OIFGROUP: know(v, &f->to.group, sizeof(f->to.group)); break;
	case NFT_META_NFPROTO: know(v, &f->family, 1); break;
	case NFT_META_PROTOCOL: know(v, &ethertype, sizeof(ethertype)); break;
	case NFT_META_L4PROTO:
		if (f->proto)
			know(v, &f->proto, 1);
		break;
	default: break;
	}
}

/* The addresses and the protocol of the header; whether a rule for IPv4 or IPv6 is meant, it has asked before. */
void flow_load_payload(const struct flow *f, const struct nftnl_expr *e, struct flow_value *v)
{
	uint32_t offset = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET), len = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_LEN);
	bool v4 = f->family == NFPROTO_IPV4;
	uint32_t addr_len = v4 ? 4 : 16, source = v4 ? 12 : 8;

	v->reg = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_DREG);
	v->known = false;
	if (nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_BASE) != NFT_PAYLOAD_NETWORK_HEADER)
		return;
	if (offset == (v4 ? 9U : 6U) && len == 1 && f->proto)
		know(v, &f->proto, 1);
	/* iptables-nft loads only the bytes that its prefix covers. */
	if (offset == source && len <= addr_len && f->from.has_addr)
		know(v, f->from.addr, len);
	if (offset == source + addr_len && len <= addr_len && f->to.has_addr)
		know(v, f->to.addr, len);
}

void flow_load_ct(const struct flow *f, const struct nftnl_expr *e, struct flow_value *v)
{
	uint32_t state = f->untracked ? NF_CT_STATE_UNTRACKED_BIT : NF_CT_STATE_BIT(IP_CT_NEW), status = 0;

	v->reg = nftnl_expr_get_u32(e, NFTNL_EXPR_CT_DREG);
	v->known = false;
	if (nftnl_expr_get_u32(e, NFTNL_EXPR_CT_KEY) == NFT_CT_STATE)
		know(v, &state, sizeof(state));
	if (nftnl_expr_get_u32(e, NFTNL_EXPR_CT_KEY) == NFT_CT_STATUS)
		know(v, &status, sizeof(status));	/* not translated */
}

void flow_mask(const struct nftnl_expr *e, struct flow_value *v)
{
	uint32_t len = 0, xor_len = 0;
	const uint8_t *and = nftnl_expr_get(e, NFTNL_EXPR_BITWISE_MASK, &len);
	const uint8_t *xor = nftnl_expr_get(e, NFTNL_EXPR_BITWISE_XOR, &xor_len);

	if (nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_SREG) != v->reg || !and || !xor || len > FLOW_VALUE_MAX || xor_len != len)
		v->known = false;
	for (uint32_t i = 0; v->known && i < len; i++)
		v->bytes[i] = (v->bytes[i] & and[i]) ^ xor[i];
	v->reg = nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_DREG);
}

enum flow_match flow_compare(const struct nftnl_expr *e, const struct flow_value *v)
{
	uint32_t len = 0, op = nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_OP);
	const void *data = nftnl_expr_get(e, NFTNL_EXPR_CMP_DATA, &len);
	int order;

	if (!v->known || nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_SREG) != v->reg || !data || len > FLOW_VALUE_MAX)
		return SOME;
	order = memcmp(v->bytes, data, len);
	switch (op) {
	case NFT_CMP_EQ: return order ? NO_MATCH : MATCH;
	case NFT_CMP_NEQ: return order ? MATCH : NO_MATCH;
	case NFT_CMP_LT: return order < 0 ? MATCH : NO_MATCH;
	case NFT_CMP_LTE: return order <= 0 ? MATCH : NO_MATCH;
	case NFT_CMP_GT: return order > 0 ? MATCH : NO_MATCH;
	case NFT_CMP_GTE: return order >= 0 ? MATCH : NO_MATCH;
	default: return SOME;
	}
}
