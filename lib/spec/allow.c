/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "spec/allow.h"
#include "base/parse.h"

#define PORT_MAX 65535

/* IANA's names; other protocols are written as numbers. Not from /etc/protocols, which a small host may not have. */
static const struct {
	const char *name;
	uint8_t number;
	bool ports; /* its header begins with source and destination port */
} protocols[] = {
	{ "tcp", 6, true },	  { "udp", 17, true },	   { "sctp", 132, true }, { "dccp", 33, true },
	{ "udplite", 136, true }, { "esp", 50, false },	   { "ah", 51, false },	  { "gre", 47, false },
	{ "ipip", 4, false },	  { "ipv6", 41, false },   { "ospf", 89, false }, { "l2tp", 115, false },
	{ "hip", 139, false },	  { "icmpv6", 58, false },
};

#define PROTOCOLS (sizeof(protocols) / sizeof(*protocols))

static const char *protocol_name(uint8_t number)
{
	for (size_t i = 0; i < PROTOCOLS; i++)
		if (protocols[i].number == number)
			return protocols[i].name;
	return NULL;
}

static bool has_ports(uint8_t number)
{
	for (size_t i = 0; i < PROTOCOLS; i++)
		if (protocols[i].number == number)
			return protocols[i].ports;
	return false;
}

static bool parse_protocol(const char *word, uint8_t *out, const char **why)
{
	uint32_t number;

	for (size_t i = 0; i < PROTOCOLS; i++)
		if (!strcmp(word, protocols[i].name)) {
			*out = protocols[i].number;
			return true;
		}
	if (word[0] >= '0' && word[0] <= '9' && parse_u32(word, 1, 255, &number, why)) {
		*out = (uint8_t)number;
		return true;
	}
	*why = "does not begin with a protocol: tcp, udp, sctp, dccp, udplite, esp, gre, ... or its number from 1 to "
	       "255";
	return false;
}

static bool parse_ports(char *word, struct allow *out, const char **why)
{
	char *dash = strchr(word, '-');
	uint32_t first, last;

	if (dash)
		*dash++ = '\0';
	if (!parse_u32(word, 1, PORT_MAX, &first, why) || !parse_u32(dash ? dash : word, 1, PORT_MAX, &last, why)) {
		*why = "has a bad port: expected a number from 1 to 65535, or two joined by '-', after the '/'";
		return false;
	}
	if (first > last) {
		*why = "has a range of ports whose end is lower than its start";
		return false;
	}
	out->first = (uint16_t)first;
	out->last = (uint16_t)last;
	return true;
}

bool parse_allow(const char *word, struct allow *out, const char **why)
{
	char text[NET6_TEXT + 40];
	char *at, *slash;

	memset(out, 0, sizeof(*out));
	out->last = PORT_MAX;
	if ((size_t)snprintf(text, sizeof(text), "%s", word) >= sizeof(text)) {
		*why = "is too long";
		return false;
	}
	at = strchr(text, '@');
	if (at)
		*at++ = '\0';
	slash = strchr(text, '/');
	if (slash)
		*slash++ = '\0';
	if (!parse_protocol(text, &out->proto, why))
		return false;
	if (slash && !has_ports(out->proto)) {
		*why = "has a port, but this protocol has no ports";
		return false;
	}
	if (slash && !parse_ports(slash, out, why))
		return false;
	if (!at)
		return true;
	return strchr(at, '/') ? parse_ipv6_prefix(at, &out->net, why) : parse_ipv6_net_host(at, 128, &out->net, why);
}

const char *allow_text(const struct allow *a, char *buf, size_t size)
{
	const char *name = protocol_name(a->proto);
	char net[NET6_TEXT], number[8], ports[16] = "";

	snprintf(number, sizeof(number), "%u", a->proto);
	if (a->first && a->first == a->last)
		snprintf(ports, sizeof(ports), "/%u", a->first);
	else if (a->first)
		snprintf(ports, sizeof(ports), "/%u-%u", a->first, a->last);
	net6_text(&a->net, net);
	if (a->net.len == 128)
		addr6_text(&a->net.addr, net);
	snprintf(buf, size, "%s%s%s%s", name ? name : number, ports, a->net.len ? "@" : "", a->net.len ? net : "");
	return buf;
}

bool allow_overlap(const struct allow *a, const struct allow *b)
{
	return a->proto == b->proto && a->first <= b->last && b->first <= a->last && net6_overlap(&a->net, &b->net);
}
