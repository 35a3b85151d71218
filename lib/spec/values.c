/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spec/values.h"
#include "base/list.h"

static bool put(char *buf, const char *text)
{
	snprintf(buf, VALUE_TEXT, "%s", text);
	return true;
}

/* Only dots and digits: probably meant as an address, so report what is wrong with it as an address. */
static bool like_addr4(const char *word)
{
	return word[strspn(word, "0123456789.")] == '\0';
}

static void store(const struct param *p, void *to, uint32_t value)
{
	uint8_t byte = (uint8_t)value;

	memcpy(to, p->size == 1 ? (const void *)&byte : &value, p->size);
}

static uint32_t load(const struct param *p, const void *from)
{
	uint32_t value = *(const uint8_t *)from;

	if (p->size == sizeof(value))
		memcpy(&value, from, sizeof(value));
	return value;
}

bool take_number(const struct param *p, void *to, const char *word, const char **why)
{
	const struct number *n = p->number;
	bool named = n->word && !strcmp(word, n->word);
	uint32_t value = n->value;

	if (!named && !(n->hex && !strncmp(word, "0x", 2) ? parse_hex(word, n->min, n->max, &value, why)
							  : parse_u32(word, n->min, n->max, &value, why)))
		return false;
	if (!named && n->taken && value == n->value) {
		*why = n->taken;
		return false;
	}
	store(p, to, value);
	return true;
}

bool text_number(const struct param *p, const void *from, char *buf)
{
	uint32_t value = load(p, from);

	if (p->number->word && value == p->number->value)
		return put(buf, p->number->word);
	return snprintf(buf, VALUE_TEXT, p->number->hex && value ? "0x%x" : "%u", value) > 0;
}

bool take_switch(const struct param *p, void *to, const char *word, const char **why)
{
	(void)p;
	return parse_on_off(word, to, why);
}

bool text_switch(const struct param *p, const void *from, char *buf)
{
	(void)p;
	return put(buf, *(const bool *)from ? "on" : "off");
}

bool take_ifname(const struct param *p, void *to, const char *word, const char **why)
{
	(void)p;
	if (!parse_ifname(word, why))
		return false;
	*why = "cannot be stored: out of memory";
	return name_hold(to, word);
}

bool text_ifname(const struct param *p, const void *from, char *buf)
{
	const struct name *name = from;

	(void)p;
	return name->at && put(buf, name_text(*name));
}

const char *unfit_ifname(const struct param *p, const void *from)
{
	(void)p;
	return ifname_unfit(name_text(*(const struct name *)from));
}

bool take_addr4(const struct param *p, void *to, const char *word, const char **why)
{
	(void)p;
	return parse_ipv4_host(word, to, why);
}

bool text_addr4(const struct param *p, const void *from, char *buf)
{
	(void)p;
	return addr4_text(*(const struct in_addr *)from, buf);
}

const char *unfit_addr4(const struct param *p, const void *from)
{
	(void)p;
	return addr4_not_far_end(*(const struct in_addr *)from);
}

bool take_addr4_or_any(const struct param *p, void *to, const char *word, const char **why)
{
	((struct in_addr *)to)->s_addr = 0;
	return !strcmp(word, "any") || take_addr4(p, to, word, why);
}

bool text_addr4_or_any(const struct param *p, const void *from, char *buf)
{
	return ((const struct in_addr *)from)->s_addr ? text_addr4(p, from, buf) : put(buf, "any");
}

/* What iproute2 (get_addr_1(), lib/utils.c), networkd and others write for a tunnel without a specific far end. */
static bool no_far_end(const char *word)
{
	static const char *const words[] = { "any", "all", "default", "0.0.0.0" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcasecmp(word, words[i]))
			return true;
	return false;
}

bool take_remote(const struct param *p, void *spec, const char *word, const char **why)
{
	struct spec *s = spec;

	(void)p;
	*why = "is not a host: it means no far end, as in 6to4, but a sitctl tunnel needs one";
	if (no_far_end(word))
		return false;
	list_drop(s->host);
	s->host = NULL;
	if (like_addr4(word))
		return parse_ipv4_host(word, &s->remote, why);
	if (!parse_host_name(word, why))
		return false;
	s->remote.s_addr = 0;
	s->host = list_text(word);
	if (!s->host)
		*why = "cannot be stored: out of memory";
	return s->host;
}

bool text_remote(const struct param *p, const void *spec, char *buf)
{
	const struct spec *s = spec;

	return s->host ? put(buf, s->host) : text_addr4(p, &s->remote, buf);
}

const char *unfit_remote(const struct param *p, const void *spec)
{
	const struct spec *s = spec;

	return s->host ? NULL : unfit_addr4(p, &s->remote);
}

bool take_resolved(const struct param *p, void *spec, const char *word, const char **why)
{
	return take_addr4(p, &((struct spec *)spec)->remote, word, why);
}

bool text_resolved(const struct param *p, const void *spec, char *buf)
{
	const struct spec *s = spec;

	return s->host && s->remote.s_addr && text_addr4(p, &s->remote, buf);
}

bool take_address(const struct param *p, void *to, const char *word, const char **why)
{
	(void)p;
	return parse_ipv6_net_host(word, 127, to, why);
}

bool text_address(const struct param *p, const void *from, char *buf)
{
	(void)p;
	return net6_text(from, buf);
}

bool same_address(const void *a, const void *b)
{
	return addr6_equal(&((const struct net6 *)a)->addr, &((const struct net6 *)b)->addr);
}

bool take_server_address(const struct param *p, void *spec, const char *word, const char **why)
{
	struct spec *s = spec;

	(void)p;
	s->has_server_address = true;
	return parse_ipv6_host(word, &s->server_address, why);
}

void drop_server_address(struct spec *spec)
{
	spec->has_server_address = false;
}

bool text_server_address(const struct param *p, const void *spec, char *buf)
{
	const struct spec *s = spec;

	(void)p;
	return s->has_server_address && addr6_text(&s->server_address, buf);
}

bool take_gateway(const struct param *p, void *spec, const char *word, const char **why)
{
	struct spec *s = spec;

	(void)p;
	s->gateway_mode = !strcmp(word, "auto") ? GATEWAY_AUTO : !strcmp(word, "none") ? GATEWAY_NONE : GATEWAY_ADDRESS;
	if (s->gateway_mode != GATEWAY_ADDRESS)
		return true;
	/* A gateway may be the far end's link-local address. */
	if (inet_pton(AF_INET6, word, &s->gateway) == 1 && IN6_IS_ADDR_LINKLOCAL(&s->gateway))
		return true;
	if (parse_ipv6_host(word, &s->gateway, why))
		return true;
	if (!strchr(word, ':'))
		*why = "is neither 'auto', 'none' nor an IPv6 address";
	return false;
}

bool text_gateway(const struct param *p, const void *spec, char *buf)
{
	const struct spec *s = spec;

	(void)p;
	if (s->gateway_mode == GATEWAY_ADDRESS)
		return addr6_text(&s->gateway, buf);
	return put(buf, s->gateway_mode == GATEWAY_AUTO ? "auto" : "none");
}

/* PREFIX/LEN, and after a comma the LAN interface, if LAN permits one. */
static bool take_prefix(struct prefix *to, const char *word, bool lan, const char **why)
{
	const char *comma = strchr(word, ',');
	char net[NET6_TEXT];

	if (comma && !lan) {
		*why = "names an interface, which only a client's prefix can";
		return false;
	}
	if (snprintf(net, sizeof(net), "%.*s", (int)(comma ? (size_t)(comma - word) : strlen(word)), word) >=
	    (int)sizeof(net)) {
		*why = "is not an IPv6 prefix";
		return false;
	}
	if (!parse_ipv6_prefix(net, &to->net, why))
		return false;
	return !comma || take_ifname(NULL, &to->ifname, comma + 1, why);
}

bool take_client_prefix(const struct param *p, void *to, const char *word, const char **why)
{
	(void)p;
	return take_prefix(to, word, true, why);
}

bool take_peer_prefix(const struct param *p, void *to, const char *word, const char **why)
{
	(void)p;
	return take_prefix(to, word, false, why);
}

bool text_prefix(const struct param *p, const void *from, char *buf)
{
	const struct prefix *prefix = from;
	char net[NET6_TEXT];

	(void)p;
	snprintf(buf, VALUE_TEXT, "%s%s%s", net6_text(&prefix->net, net), prefix->ifname.at ? "," : "",
		 name_text(prefix->ifname));
	return true;
}

const char *unfit_prefix(const struct param *p, const void *from)
{
	(void)p;
	return ifname_unfit(name_text(((const struct prefix *)from)->ifname));
}

bool prefixes_overlap(const void *a, const void *b)
{
	return net6_overlap(&((const struct prefix *)a)->net, &((const struct prefix *)b)->net);
}

bool take_proxy_ndp(const struct param *p, void *to, const char *word, const char **why)
{
	enum proxy_ndp *mode = to;
	bool on;

	(void)p;
	*mode = PROXY_NDP_AUTO;
	if (!strcmp(word, "auto"))
		return true;
	if (!parse_on_off(word, &on, why)) {
		*why = "is neither 'auto', 'on' nor 'off'";
		return false;
	}
	*mode = on ? PROXY_NDP_ON : PROXY_NDP_OFF;
	return true;
}

bool text_proxy_ndp(const struct param *p, const void *from, char *buf)
{
	static const char *const text[] = { "auto", "on", "off" };

	(void)p;
	return put(buf, text[*(const enum proxy_ndp *)from]);
}

bool take_allow(const struct param *p, void *to, const char *word, const char **why)
{
	(void)p;
	return parse_allow(word, to, why);
}

bool text_allow(const struct param *p, const void *from, char *buf)
{
	(void)p;
	return allow_text(from, buf, VALUE_TEXT);
}

bool allows_overlap(const void *a, const void *b)
{
	return allow_overlap(a, b);
}

bool take_target(const struct param *p, void *to, const char *word, const char **why)
{
	struct in6_addr addr;

	(void)p;
	if (*word && like_addr4(word)) {
		*why = "looks like an IPv4 address, but the tunnel carries IPv6";
		return false;
	}
	if (!strchr(word, ':'))
		return parse_host_name(word, why) && put(to, word);
	/* The far end's link-local address is acceptable: the connection is bound to the device. */
	if ((inet_pton(AF_INET6, word, &addr) != 1 || !IN6_IS_ADDR_LINKLOCAL(&addr)) &&
	    !parse_ipv6_host(word, &addr, why))
		return false;
	addr6_text(&addr, to);
	return true;
}

bool text_target(const struct param *p, const void *from, char *buf)
{
	(void)p;
	return put(buf, from);
}

bool same_target(const void *a, const void *b)
{
	return !strcasecmp(a, b);
}
