/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the formats share: notes on what they cannot express, and values as text. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/notes.h"
#include "kernel/addr.h"
#include "state/derive.h"

#define INNER_HEADERS 60 /* IPv6 and TCP */
#define MTU_USUAL 1480	 /* an Ethernet's 1500 less the encapsulation */

static void keep(struct notes *notes, const char *text)
{
	char(*grown)[NOTE_TEXT] = realloc(notes->texts, (notes->n + 1) * sizeof(*grown));

	if (!grown)
		return;
	notes->texts = grown;
	snprintf(grown[notes->n++], NOTE_TEXT, "%s", text);
}

void notes_free(struct notes *notes)
{
	free(notes->texts);
	memset(notes, 0, sizeof(*notes));
}

void remark(struct notes *notes, const char *fmt, ...)
{
	char text[NOTE_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(notes->out, "%s%s\n", notes->comment, text);
	keep(notes, text);
}

int refuse(struct notes *notes, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(notes->refused, sizeof(notes->refused), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* Is VALUE the default of a new client? */
static bool is_default(const struct param *p, const char *value)
{
	char usual[VALUE_TEXT];
	struct spec deflt;
	struct err ignored;

	return !p->repeats && !spec_init(&deflt, ROLE_CLIENT, "x", &ignored) && param_text(p, &deflt, 0, usual) &&
	       !strcmp(usual, value);
}

bool exported_value(const struct exported *e, const struct param *p, unsigned int i, char *buf)
{
	return param_exists(p, &e->spec) && !p->internal && param_text(p, &e->spec, i, buf) && !is_default(p, buf);
}

void spec_forget_defaults(struct spec *spec)
{
	struct exported e = { .spec = *spec };
	char value[VALUE_TEXT];

	for (const struct param *p = params; p->name; p++)
		if (param_exists(p, spec) && !exported_value(&e, p, 0, value))
			spec->set &= ~param_bit(p);
}

void omit_param(struct notes *notes, const struct exported *e, const char *param, const char *why)
{
	const struct param *p = param_find(ROLE_CLIENT, param);
	char value[VALUE_TEXT], text[NOTE_TEXT];

	for (unsigned int i = 0; param_text(p, &e->spec, i, value); i++) {
		bool off = !strcmp(value, "off");

		/* Users must know if something that is on by default is missing. */
		if (is_default(p, value) && strcmp(value, "on"))
			continue;
		snprintf(text, sizeof(text), "%s %s: %s", param, value, why);
		fprintf(notes->out, "%ssitctl: %s\n", notes->comment, text);
		if (!off)
			keep(notes, text);
	}
}

void remark_remote(struct notes *notes, const struct exported *e)
{
	const char *nat = e->spec.host ? NULL : addr4_behind_nat(e->spec.remote);
	char remote[NET6_TEXT];

	if (nat)
		remark(notes, "remote %s: is %s; from elsewhere it is reached at the public address of its NAT",
		       addr4_text(e->spec.remote, remote), nat);
}

void omit_ttl(struct notes *notes, const struct exported *e, const char *why)
{
	const struct param *p = param_find(ROLE_CLIENT, "ttl");
	char value[VALUE_TEXT];

	if (param_text(p, &e->spec, 0, value))
		remark(notes, "ttl %s: %s", value, why);
}

void omit_filters(struct notes *notes, const struct exported *e)
{
	char remote[NET6_TEXT];

	remark_remote(notes, e);
	if (e->spec.host)
		remark(notes, "remote %s: is %s now; if that changes, export the tunnel again", e->spec.host,
		       addr4_text(e->spec.remote, remote));
	omit_param(notes, e, "source-filter",
		   "not supported by this format: only sitctl drops the inner sources that RFC 4213 forbids");
	omit_param(notes, e, "simple-security", "not supported by this format: set up a firewall instead");
	omit_param(notes, e, "allow", "not supported by this format: add an exception to the firewall");
	omit_param(notes, e, "target", "not supported by this format: only 'sitctl doctor' uses it");
}

const char *const device_attrs[] = { "tos", "fwmark", NULL };

void omit_extras(struct notes *notes, const struct exported *e)
{
	omit_filters(notes, e);
	for (const char *const *name = device_attrs; *name; name++)
		omit_param(notes, e, *name, "not exported to this format");
}

void omit_metric(struct notes *notes, const struct exported *e, const char *why)
{
	if (e->spec.gateway_mode != GATEWAY_NONE)
		omit_param(notes, e, "metric", why);
}

void omit_dev(struct notes *notes, const struct exported *e, const char *why)
{
	omit_param(notes, e, "dev", why);
}

/* Enabling all.forwarding removes default routes learned by router advertisement. */
void omit_forwarding(struct notes *notes, const struct exported *e)
{
	if (spec_has_lan(&e->spec))
		remark(notes,
		       "forwarding: this host must forward: set sysctl net.ipv6.conf.all.forwarding=1, but first set "
		       "accept_ra=2 on an interface that gets its default route by router advertisement");
}

void omit_lan(struct notes *notes, const struct exported *e)
{
	char net[NET6_TEXT], text[NET6_TEXT], comment[NOTE_TEXT];
	struct addr addr;

	for (unsigned int i = 0; i < e->spec.n_prefixes; i++) {
		const struct prefix *p = &e->spec.prefixes[i];

		if (!derive_lan_addr(p, &addr))
			continue;
		snprintf(comment, sizeof(comment),
			 "prefix %s,%s: give the interface %s the address %s, and enable forwarding on this host",
			 net6_text(&p->net, net), name_text(p->ifname), name_text(p->ifname),
			 net6_text(&addr.net, text));
		fprintf(notes->out, "%ssitctl: %s\n", notes->comment, comment);
		keep(notes, comment);
	}
}

const char *source_text(const struct exported *e, struct notes *notes, char *buf)
{
	struct in_addr addr = e->spec.local.s_addr ? e->spec.local : e->source;

	if (addr.s_addr) {
		addr4_text(addr, buf);
		if (!e->spec.local.s_addr)
			remark(notes,
			       "local: %s is the address known here; behind a NAT, replace it with the host's own "
			       "address",
			       buf);
		return buf;
	}
	remark(notes, "local: replace LOCAL-IPV4 with this host's IPv4 address");
	return strcpy(buf, "LOCAL-IPV4");
}

bool is_plain(const char *text, const char *also)
{
	for (const char *p = text; *p; p++)
		if (!isascii((unsigned char)*p) || (!isalnum((unsigned char)*p) && !strchr(also, *p)))
			return false;
	return true;
}

const char *plain_name(const struct exported *e, struct notes *notes, size_t max, char buf[IFNAMSIZ])
{
	size_t n = 0;

	for (const char *p = name_text(e->spec.name); *p && n < max; p++)
		buf[n++] = isascii((unsigned char)*p) && (isalnum((unsigned char)*p) || strchr("-_", *p)) ? *p : '_';
	buf[n] = '\0';
	if (strcmp(buf, name_text(e->spec.name)))
		remark(notes, "name: the tunnel is called %s here", buf);
	return buf;
}

uint32_t exported_mss(const struct exported *e)
{
	return (e->mtu ? e->mtu : MTU_USUAL) - INNER_HEADERS;
}

const char *base_text(const struct net6 *net, char *buf)
{
	return addr6_text(&net->addr, buf);
}
