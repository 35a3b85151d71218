/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <string.h>

#include "filters/expr.h" /* before linux/: glibc and the kernel define the same names */
#include "netlink/message.h"

#include <linux/netfilter/nf_tables.h>

bool expr_read(const struct nlattr *attr, struct expr *e)
{
	const struct nlattr *tb[NFTA_EXPR_MAX + 1];

	memset(e, 0, sizeof(*e));
	if (nl_attrs_nested(attr, tb, NFTA_EXPR_MAX) || !tb[NFTA_EXPR_NAME])
		return false;
	if (!nl_str(tb[NFTA_EXPR_NAME], e->name, sizeof(e->name)))
		e->name[0] = '\0';
	return !tb[NFTA_EXPR_DATA] || !nl_attrs_nested(tb[NFTA_EXPR_DATA], e->attrs, EXPR_ATTRS);
}

bool expr_is(const struct expr *e, const char *name)
{
	return !strcmp(e->name, name);
}

bool expr_has(const struct expr *e, uint16_t attr)
{
	return e->attrs[attr];
}

uint8_t expr_u8(const struct expr *e, uint16_t attr)
{
	return nl_u8(e->attrs[attr], 0);
}

uint32_t expr_u32(const struct expr *e, uint16_t attr)
{
	return ntohl(nl_u32(e->attrs[attr], 0));
}

/* A string that is terminated inside its attribute, or NULL. */
static const char *text_of(const struct nlattr *attr)
{
	return attr && memchr(mnl_attr_get_payload(attr), '\0', mnl_attr_get_payload_len(attr)) ? mnl_attr_get_str(attr)
												: NULL;
}

const char *expr_str(const struct expr *e, uint16_t attr)
{
	return text_of(e->attrs[attr]);
}

const void *expr_value(const struct expr *e, uint16_t attr, uint32_t *len)
{
	const struct nlattr *tb[NFTA_DATA_MAX + 1];

	if (!e->attrs[attr] || nl_attrs_nested(e->attrs[attr], tb, NFTA_DATA_MAX) || !tb[NFTA_DATA_VALUE])
		return NULL;
	*len = mnl_attr_get_payload_len(tb[NFTA_DATA_VALUE]);
	return mnl_attr_get_payload(tb[NFTA_DATA_VALUE]);
}

bool data_verdict(const struct nlattr *data, int *verdict, const char **chain)
{
	const struct nlattr *tb[NFTA_DATA_MAX + 1], *parts[NFTA_VERDICT_MAX + 1];
	const char *to;

	if (!data || nl_attrs_nested(data, tb, NFTA_DATA_MAX) || !tb[NFTA_DATA_VERDICT] ||
	    nl_attrs_nested(tb[NFTA_DATA_VERDICT], parts, NFTA_VERDICT_MAX) || !parts[NFTA_VERDICT_CODE])
		return false;
	to = text_of(parts[NFTA_VERDICT_CHAIN]);
	*verdict = (int)ntohl(nl_u32(parts[NFTA_VERDICT_CODE], 0));
	*chain = to ? to : "";
	return true;
}
