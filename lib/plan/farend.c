/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>

#include "plan/farend.h"
#include "state/snapshot.h"

#define WHY_TEXT 160

/* Is ADDR the first or the last address of the subnet? A /31 (RFC 3021) and a /32 have only host addresses. */
static const char *not_in_subnet(const struct addr4 *a, struct in_addr addr)
{
	uint32_t host, value = ntohl(addr.s_addr);

	if (a->broadcast.s_addr && addr.s_addr == a->broadcast.s_addr)
		return "broadcast";
	if (a->len > 30)
		return NULL;
	host = UINT32_MAX >> a->len;
	if ((value ^ ntohl(a->net.s_addr)) & ~host)
		return NULL;
	value &= host;
	return value == host ? "broadcast" : value ? NULL : "network";
}

/* Why ADDR cannot belong to another host, in WHY (WHY_TEXT bytes); NULL if it can. */
static const char *not_elsewhere(const struct snapshot *s, struct in_addr addr, char *why)
{
	const char *class = addr4_not_far_end(addr);

	if (class)
		return class;
	if (snapshot_has_addr4(s, addr))
		return "is an address of this host";
	for (size_t i = 0; i < s->n_addrs4; i++) {
		const struct link *link = snapshot_link_index(s, s->addrs4[i].index);
		char net[NET6_TEXT];

		class = not_in_subnet(&s->addrs4[i], addr);
		if (!class)
			continue;
		snprintf(why, WHY_TEXT, "is the %s address of %s/%u on %s", class,
			 addr4_text(addr4_base(s->addrs4[i].net, s->addrs4[i].len), net), s->addrs4[i].len,
			 link ? link->name : "this host");
		return why;
	}
	return NULL;
}

void far_end_choose(const struct snapshot *s, struct spec *spec, const struct spec *before,
		    const struct answers *answers)
{
	struct answers usable = { .n = 0 };
	char why[WHY_TEXT];

	for (unsigned int i = 0; i < answers->n; i++)
		if (!not_elsewhere(s, answers->addrs[i], why))
			usable.addrs[usable.n++] = answers->addrs[i];
	if (usable.n)
		spec->remote = usable.addrs[0];
	if (before)
		spec_keep_remote(spec, before, &usable);
}

int rule_far_end(const struct snapshot *s, const struct spec *spec, struct err *err)
{
	char text[NET6_TEXT], buf[WHY_TEXT];
	const char *why = not_elsewhere(s, spec->remote, buf);

	addr4_text(spec->remote, text);
	if (why && spec->host)
		err_usage(err, spec->host, "its address %s %s", text, why);
	else if (why)
		err_usage(err, "remote", "%s %s", text, why);
	if (why)
		err_hint(err, "give the IPv4 address of the tunnel's far end");
	if (why || spec->role != ROLE_NAT)
		return why ? -EINVAL : 0;
	why = not_elsewhere(s, spec->to, buf);
	if (!why)
		return 0;
	err_usage(err, "to", "%s %s", addr4_text(spec->to, text), why);
	err_hint(err, snapshot_has_addr4(s, spec->to)
			      ? "see 'sitctl client up help': a tunnel that ends here needs no pass"
			      : "give the IPv4 address of the inside host");
	return -EINVAL;
}
