/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 routes of the main table (RTM_NEWROUTE, net/ipv6/route.c). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/route.h" /* before linux/: glibc and the kernel define the same names */
#include "base/err.h"
#include "base/quote.h"
#include "kernel/conversation.h"
#include "kernel/mark.h"
#include "kernel/object.h"
#include "netlink/message.h"

#include <linux/rtnetlink.h>

static void route_encode(const struct step *step, struct nl_batch *b)
{
	const struct route *r = &step_object(step)->route;
	uint16_t type = step->op == STEP_DEL ? RTM_DELROUTE : RTM_NEWROUTE, flags = 0;
	struct rtmsg *rtm;

	/* Never NLM_F_REPLACE: it replaces the first route with that metric, whoever added it. */
	if (step->op != STEP_DEL)
		flags = NLM_F_CREATE | (r->append ? NLM_F_APPEND : NLM_F_EXCL);
	rtm = nl_start(b, type, flags, sizeof(*rtm));
	if (!rtm)
		return;
	rtm->rtm_family = AF_INET6;
	rtm->rtm_dst_len = r->dst.len;
	rtm->rtm_table = RT_TABLE_MAIN;
	/* A foreign route may be removed, and restored. */
	rtm->rtm_protocol = r->proto ? r->proto : SITCTL_PROTO;
	rtm->rtm_scope = RT_SCOPE_UNIVERSE;
	rtm->rtm_type = r->type;
	if (r->dst.len)
		nl_put(b, RTA_DST, sizeof(r->dst.addr), &r->dst.addr);
	if (r->has_gateway)
		nl_put(b, RTA_GATEWAY, sizeof(r->gateway), &r->gateway);
	if (r->type == RTN_UNICAST)
		nl_put_u32(b, RTA_OIF, r->index);
	nl_put_u32(b, RTA_PRIORITY, r->metric);
}

/* The destination as `ip route` writes it. */
static const char *dst_text(const struct route *r, char *buf)
{
	return r->dst.len ? net6_text(&r->dst, buf) : strcpy(buf, "default");
}

static void route_explain(struct conversation *c, const struct step *step, struct err *err)
{
	char text[NET6_TEXT];

	(void)c;
	if (step->op == STEP_DEL)
		return;
	if (err->code == EEXIST) {
		err_why(err, "a route to %s with metric %u already exists, and sitctl did not make it",
			dst_text(&step->want->route, text), step->want->route.metric);
		err_hint(err, "see 'ip -6 route show %s'; remove it or choose another prefix or metric", text);
	}
	if (step->want->route.has_gateway && (err->code == EHOSTUNREACH || err->code == EINVAL))
		err_hint(err, "give a 'gateway' at the tunnel's far end, inside the network of an 'address'");
}

static void route_print(const struct step *step, FILE *out)
{
	const struct route *r = &step_object(step)->route;
	const char *verb = step->op == STEP_DEL ? "del" : r->append ? "append" : "add";
	char text[NET6_TEXT];

	fprintf(out, "ip -6 route %s %s%s", verb, r->type == RTN_UNREACHABLE ? "unreachable " : "", dst_text(r, text));
	if (r->has_gateway)
		fprintf(out, " via %s", addr6_text(&r->gateway, text));
	if (r->type == RTN_UNICAST) {
		fprintf(out, " dev ");
		print_word(out, r->ifname);
	}
	fprintf(out, " metric %u proto %d\n", r->metric, r->proto ? r->proto : SITCTL_PROTO);
}

static json_t *route_json(const struct object *object)
{
	const struct route *r = &object->route;
	char text[NET6_TEXT];
	json_t *json = json_pack("{s:s, s:s, s:I}", "type", r->type == RTN_UNREACHABLE ? "unreachable" : "unicast",
				 "dst", dst_text(r, text), "metric", (json_int_t)r->metric);

	if (r->has_gateway)
		json_object_set_new(json, "gateway", json_string(addr6_text(&r->gateway, text)));
	if (r->type == RTN_UNICAST)
		json_object_set_new(json, "dev", text_json(r->ifname));
	return json;
}

static void route_label(const struct object *object, char *buf, size_t size)
{
	const struct route *r = &object->route;
	char text[NET6_TEXT], gateway[NET6_TEXT + 8] = "";

	if (r->has_gateway)
		snprintf(gateway, sizeof(gateway), " via %s", addr6_text(&r->gateway, text));
	if (r->type == RTN_UNREACHABLE)
		snprintf(buf, size, "unreachable route %s", dst_text(r, text));
	else
		snprintf(buf, size, "route %s%s dev %s metric %u", dst_text(r, text), gateway, r->ifname, r->metric);
}

const struct kind route_kind = {
	.name = "route",
	.size = OBJECT_SIZE(route),
	.encode = route_encode,
	.explain = route_explain,
	.print = route_print,
	.json = route_json,
	.label = route_label,
};
