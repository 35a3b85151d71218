/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Import of systemd-networkd's files: a .netdev, then the .network of its interface. */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "import/import.h"
#include "import/importers.h"
#include "import/ipcommand.h"

#define ROUTE_TEXT 64

/* Where in the files we are. */
struct place {
	struct import *im;
	char section[32];
	char netdev[IFNAMSIZ]; /* Name= of the [NetDev] */
	bool sit;	       /* Kind= of it */
	char mtu[16];
	struct imported *t; /* the tunnel that the .netdev makes, or the .network matches */
	char match[IFNAMSIZ];
	/* the [Route] that is read */
	bool in_route;
	unsigned int route_line;
	char to[ROUTE_TEXT], gateway[ROUTE_TEXT], type[ROUTE_TEXT], metric[ROUTE_TEXT];
};

static void end_route(struct place *p)
{
	struct import_route r = { .type = p->type[0] ? p->type : NULL,
				  .to = p->to[0] ? p->to : "default",
				  .gateway = p->gateway[0] ? p->gateway : NULL,
				  .ifname = p->t ? p->t->spec.name : "",
				  .metric = p->metric[0] ? p->metric : NULL };

	if (p->in_route && p->t && !import_is_ipv4(p->to) && !import_is_ipv4(p->gateway)) {
		p->im->line = p->route_line;
		import_route(p->im, &r);
	}
	p->in_route = false;
	p->to[0] = p->gateway[0] = p->type[0] = p->metric[0] = '\0';
}

/* Name and Kind may stand in any order. */
static void make_tunnel(struct place *p)
{
	if (p->t || !p->netdev[0] || !p->sit)
		return;
	p->t = import_tunnel(p->im, p->netdev);
	if (p->t && p->mtu[0])
		import_set(p->im, p->t, "mtu", p->mtu);
}

static void netdev_key(struct place *p, const char *key, const char *value)
{
	if (!strcmp(key, "Name")) {
		if (snprintf(p->netdev, sizeof(p->netdev), "%s", value) >= (int)sizeof(p->netdev))
			import_error(p->im, value, "is longer than the 15 bytes of an interface name");
	} else if (!strcmp(key, "Kind")) {
		p->sit = !strcmp(value, "sit");
	} else if (!strcmp(key, "MTUBytes")) {
		snprintf(p->mtu, sizeof(p->mtu), "%s", value);
		if (p->t)
			import_set(p->im, p->t, "mtu", value);
	} else if (p->sit && strcmp(key, "Description")) {
		import_error(p->im, key, "is not understood in [NetDev]");
	}
	make_tunnel(p);
}

static void tunnel_key(struct place *p, const char *key, const char *value)
{
	static const char *const plain[] = { "Independent", "DiscoverPathMTU", NULL };

	if (!p->t)
		return;
	if (!strcmp(key, "Remote"))
		import_set(p->im, p->t, "remote", value);
	else if (!strcmp(key, "Local"))
		import_local(p->im, p->t, value);
	else if (!strcmp(key, "TTL"))
		import_ttl(p->im, p->t, value);
	else if (!import_among(key, plain) || (!strcmp(key, "DiscoverPathMTU") && !strcmp(value, "no")))
		import_error(p->im, key, "is not understood in [Tunnel]");
}

/* Which tunnel the .network is about: those that stand before it. */
static void match_key(struct place *p, const char *key, char *value)
{
	if (strcmp(key, "Name"))
		return;
	p->t = NULL;
	snprintf(p->match, sizeof(p->match), "%s", value);
	for (char *word = strtok(value, " \t"); word && !p->t; word = strtok(NULL, " \t"))
		for (size_t i = 0; i < p->im->n && !p->t; i++)
			if (!fnmatch(word, p->im->tunnels[i].spec.name, 0))
				p->t = &p->im->tunnels[i];
}

static void network_key(struct place *p, const char *key, const char *value)
{
	static const char *const plain[] = { "IPv6AcceptRA",
					     "LinkLocalAddressing",
					     "Description",
					     "DHCP",
					     "LLMNR",
					     "MulticastDNS",
					     "ConfigureWithoutCarrier",
					     "IPForward",
					     "IPv6Forwarding",
					     "KeepConfiguration",
					     "IPv6PrivacyExtensions",
					     NULL };
	struct imported *named = !strcmp(key, "Tunnel") ? import_find(p->im, value) : NULL;

	/* In the .network of the interface that the outer packets leave by. */
	if (named && p->match[0])
		import_set(p->im, named, "dev", p->match);
	else if (!p->t)
		return;
	else if (!strcmp(key, "Address"))
		import_address(p->im, p->t->spec.name, value, 128);
	else if (!strcmp(key, "Gateway"))
		import_route(p->im,
			     &(struct import_route){ .to = "default", .gateway = value, .ifname = p->t->spec.name });
	else if (!import_among(key, plain))
		import_error(p->im, key, "is not understood in [Network]");
}

static void route_key(struct place *p, const char *key, const char *value)
{
	static const char *const plain[] = { "GatewayOnLink", "Scope", "Protocol", "IPv6Preference", NULL };
	char *to = !strcmp(key, "Destination") ? p->to
		   : !strcmp(key, "Gateway")   ? p->gateway
		   : !strcmp(key, "Type")      ? p->type
		   : !strcmp(key, "Metric")    ? p->metric
					       : NULL;

	p->in_route = true;
	if (to)
		snprintf(to, ROUTE_TEXT, "%s", value);
	else if (p->t && !import_among(key, plain) && !(!strcmp(key, "Table") && !strcmp(value, "main")))
		import_error(p->im, key, "is not understood in [Route]");
}

static void take_key(struct place *p, const char *key, char *value)
{
	if (!strcmp(p->section, "NetDev"))
		netdev_key(p, key, value);
	else if (!strcmp(p->section, "Tunnel"))
		tunnel_key(p, key, value);
	else if (!strcmp(p->section, "Match"))
		match_key(p, key, value);
	else if (!strcmp(p->section, "Network"))
		network_key(p, key, value);
	else if (!strcmp(p->section, "Route"))
		route_key(p, key, value);
	else if (p->t && !strcmp(p->section, "Address") && !strcmp(key, "Address"))
		import_address(p->im, p->t->spec.name, value, 128);
	else if (p->t && !strcmp(p->section, "Link") && !strcmp(key, "MTUBytes"))
		import_set(p->im, p->t, "mtu", value);
	else if (p->t && strcmp(p->section, "Link") && strcmp(p->section, "Address"))
		import_error(p->im, key, "is not understood in [%s]", p->section);
}

static void begin_section(struct place *p, const char *name, size_t len)
{
	end_route(p);
	snprintf(p->section, sizeof(p->section), "%.*s", (int)len, name);
	p->route_line = p->im->line;
	if (!strcmp(p->section, "NetDev") || !strcmp(p->section, "Match")) {
		p->t = NULL;
		p->netdev[0] = p->mtu[0] = p->match[0] = '\0';
		p->sit = false;
	}
}

/* One line, without the space around it. */
static void take_line(struct place *p, char *line)
{
	char *equals = strchr(line, '='), *end = line + strlen(line), *value;

	if (!*line || *line == '#' || *line == ';')
		return;
	if (*line == '[' && end[-1] == ']') {
		begin_section(p, line + 1, (size_t)(end - line) - 2);
		return;
	}
	if (!equals || equals == line) {
		import_error(p->im, line, "is neither [SECTION] nor KEY=VALUE");
		return;
	}
	value = equals + 1 + strspn(equals + 1, " \t");
	while (equals > line && strchr(" \t", equals[-1]))
		equals--;
	*equals = '\0';
	/* An empty value takes back what came before: a drop-in's, which is not read. */
	if (*value)
		take_key(p, line, value);
}

void import_networkd(struct import *im, char *text)
{
	struct place p = { .im = im };
	unsigned int next = 1;

	while (*text) {
		char *end = text, *begin = text + strspn(text, " \t");

		im->line = next;
		for (;;) {
			end += strcspn(end, "\n");
			next++;
			if (!*end || end == text || end[-1] != '\\' || *begin == '#' || *begin == ';')
				break;
			end[-1] = end[0] = ' ';
		}
		text = *end ? end + 1 : end;
		*end = '\0';
		while (end > begin && strchr(" \t\r", end[-1]))
			*--end = '\0';
		take_line(&p, begin);
	}
	end_route(&p);
}
