/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connection tracking entries of a tunnel's outer packets, created before NOTRACK: they would
 * last until their timeout (600 s for protocol 41, net/netfilter/nf_conntrack_proto_generic.c),
 * and so would their address translation (protocol 41 has no ports to tell flows apart).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/conntrack.h" /* before linux/: glibc and the kernel define the same names */
#include "base/inet6.h"
#include "kernel/object.h"
#include "kernel/sysctl.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#define COUNT_KEY "net/netfilter/nf_conntrack_count"

static void put_request(struct nl_batch *b, uint16_t type, const struct conntrack *ct)
{
	struct nfgenmsg *nfg = nl_start(b, (NFNL_SUBSYS_CTNETLINK << 8) | type, 0, sizeof(*nfg));
	struct nlattr *tuple, *part;

	if (!nfg)
		return;
	nfg->nfgen_family = AF_INET;
	tuple = nl_nest(b, CTA_TUPLE_ORIG);
	part = nl_nest(b, CTA_TUPLE_IP);
	nl_put_u32(b, CTA_IP_V4_SRC, ct->source.s_addr);
	nl_put_u32(b, CTA_IP_V4_DST, ct->destination.s_addr);
	nl_nest_end(b, part);
	part = nl_nest(b, CTA_TUPLE_PROTO);
	nl_put_u8(b, CTA_PROTO_NUM, IPPROTO_IPV6);
	nl_nest_end(b, part);
	nl_nest_end(b, tuple);
}

static bool take_tuple(const struct nlattr *attr, struct in_addr *source, struct in_addr *destination)
{
	const struct nlattr *tuple[CTA_TUPLE_MAX + 1], *ip[CTA_IP_MAX + 1];

	if (!attr || nl_attrs_nested(attr, tuple, CTA_TUPLE_MAX) || !tuple[CTA_TUPLE_IP] ||
	    nl_attrs_nested(tuple[CTA_TUPLE_IP], ip, CTA_IP_MAX))
		return false;
	*source = nl_in(ip[CTA_IP_V4_SRC]);
	*destination = nl_in(ip[CTA_IP_V4_DST]);
	return true;
}

/* The kernel finds an entry by either direction; to remove it, we name its original direction. */
static int take_entry(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[CTA_MAX + 1];
	struct conntrack *ct = data;

	if (nl_attrs(nlh, sizeof(struct nfgenmsg), tb, CTA_MAX) ||
	    !take_tuple(tb[CTA_TUPLE_ORIG], &ct->source, &ct->destination) ||
	    !take_tuple(tb[CTA_TUPLE_REPLY], &ct->reply_source, &ct->reply_destination))
		return -EBADMSG;
	ct->replied = ntohl(nl_u32(tb[CTA_STATUS], 0)) & IPS_SEEN_REPLY;
	ct->timeout = ntohl(nl_u32(tb[CTA_TIMEOUT], 0));
	return 0;
}

static int request(struct conversation *c, uint16_t type, struct conntrack *ct, struct err *err)
{
	nl_batch_reset(&c->batch);
	put_request(&c->batch, type, ct);
	return conversation_send_get(c, NL_NETFILTER, take_entry, ct, err);
}

/* Asking for entries would load the connection tracking modules on a host that does not use it. */
static bool used(struct conversation *c)
{
	char count[SYSCTL_VALUE_SIZE];

	if (c->tracking == TRACKING_UNKNOWN)
		c->tracking = sysctl_read(COUNT_KEY, count, sizeof(count)) || !strcmp(count, "0") ? TRACKING_UNUSED
												  : TRACKING_USED;
	return c->tracking == TRACKING_USED;
}

int conntrack_find(struct conversation *c, struct conntrack *ct, bool *found, struct err *err)
{
	int ret;

	*found = false;
	if (!used(c))
		return 0;
	ret = request(c, IPCTNL_MSG_CT_GET, ct, err);
	*found = !ret;
	/* ENOENT: no entry; the others: a kernel without ctnetlink. */
	if (ret == -ENOENT || ret == -EINVAL || ret == -EOPNOTSUPP || ret == -EPROTONOSUPPORT)
		return 0;
	if (ret)
		snprintf(err->step, sizeof(err->step), "reading the connection tracking table");
	return ret;
}

static int conntrack_run(struct conversation *c, struct step *step, struct err *err)
{
	int ret;

	/* A removed entry is not restored: the kernel creates one when a packet needs it. */
	if (step->op != STEP_DEL)
		return 0;
	ret = request(c, IPCTNL_MSG_CT_DELETE, &step->was->conntrack, err);
	return ret == -ENOENT ? 0 : ret; /* it has expired meanwhile */
}

static void conntrack_print(const struct step *step, FILE *out)
{
	char source[NET6_TEXT], destination[NET6_TEXT];

	fprintf(out, "conntrack -D -p 41 --orig-src %s --orig-dst %s\n",
		addr4_text(step->was->conntrack.source, source),
		addr4_text(step->was->conntrack.destination, destination));
}

static json_t *conntrack_json(const struct object *object)
{
	char source[NET6_TEXT], destination[NET6_TEXT];

	return json_pack("{s:i, s:s, s:s}", "protocol", IPPROTO_IPV6, "source",
			 addr4_text(object->conntrack.source, source), "destination",
			 addr4_text(object->conntrack.destination, destination));
}

static void conntrack_label(const struct object *object, char *buf, size_t size)
{
	char source[NET6_TEXT], destination[NET6_TEXT];

	snprintf(buf, size, "connection tracking entry %s to %s", addr4_text(object->conntrack.source, source),
		 addr4_text(object->conntrack.destination, destination));
}

const struct kind conntrack_kind = {
	.name = "conntrack",
	.size = OBJECT_SIZE(conntrack),
	.run = conntrack_run,
	.print = conntrack_print,
	.json = conntrack_json,
	.label = conntrack_label,
};
