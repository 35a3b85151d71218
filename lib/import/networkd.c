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
#define PENDING_MAX 64
#define PATTERN_MAX 32	 /* bytes; names have 15 */
#define PATTERNS_MAX 256 /* of one file: matching a pattern is costly */

/* The current position in the files. */
struct place {
	struct import *im;
	char section[32];
	/* whether [NetDev] or [Match] is being read, or precedes this section */
	bool in_netdev, in_match;
	char netdev[IFNAMSIZ]; /* Name= of the [NetDev] */
	char kind[16];	       /* Kind= of it */
	char mtu[16];
	struct imported *t;   /* the tunnel that the .netdev creates, or the .network matches */
	char match[IFNAMSIZ]; /* Name= of the [Match], if it is one name */
	bool matches_lo;
	bool matches_other; /* by a key that no tunnel has */
	bool has_name;	    /* the [Match] has Name= */
	unsigned int n_patterns;
	/* keys that may be a tunnel's, which is not known yet */
	struct {
		const char *key;
		unsigned int line;
	} pending[PENDING_MAX];
	size_t n_pending;
	unsigned int section_line;
	/* the [Route] being read */
	bool in_route, elsewhere;
	char to[ROUTE_TEXT], gateway[ROUTE_TEXT], type[ROUTE_TEXT], metric[ROUTE_TEXT];
};

static void not_understood(struct place *p, const char *key)
{
	import_error(p->im, key, "is not understood in [%s]", p->section);
}

static void end_route(struct place *p)
{
	struct import_route r = { .type = p->type[0] ? p->type : NULL,
				  .to = p->to[0] ? p->to : "default",
				  .gateway = p->gateway[0] ? p->gateway : NULL,
				  .ifname = p->t	    ? name_text(p->t->spec.name)
					    : p->matches_lo ? "lo"
							    : "",
				  .metric = p->metric[0] ? p->metric : NULL };

	/* A route that discards belongs to the tunnel before it, whatever its interface. */
	if (p->in_route && !p->elsewhere && (p->t || p->matches_lo || import_discards(p->type))) {
		p->im->line = p->section_line;
		import_route(p->im, &r);
	}
	p->in_route = p->elsewhere = false;
	p->to[0] = p->gateway[0] = p->type[0] = p->metric[0] = '\0';
}

static void keep_pending(struct place *p, const char *key)
{
	if (p->n_pending == PENDING_MAX) {
		import_error(p->im, key, "is one key too many in [%s]", p->section);
		return;
	}
	p->pending[p->n_pending].key = key;
	p->pending[p->n_pending++].line = p->im->line;
}

static void half_made(struct place *p, const char *word, const char *missing)
{
	import_error(p->im, word, "has no %s in [NetDev]", missing);
	p->im->refused = true;
}

/* [NetDev] and [Match] are read completely before it is known whether they are a tunnel's. */
static void end_head(struct place *p)
{
	unsigned int line = p->im->line;
	bool netdev = !strcmp(p->section, "NetDev"), match = !strcmp(p->section, "Match");

	for (size_t i = 0; p->t && i < p->n_pending; i++) {
		p->im->line = p->pending[i].line;
		not_understood(p, p->pending[i].key);
	}
	p->im->line = p->section_line;
	if (netdev && p->netdev[0] && !p->kind[0])
		half_made(p, p->netdev, "Kind=");
	else if (netdev && !p->netdev[0] && !strcmp(p->kind, "sit") && !p->im->refused)
		half_made(p, p->kind, "Name=");
	else if (netdev && p->netdev[0] && !p->t && strcmp(p->kind, "sit"))
		import_other(p->im, p->netdev, p->kind);
	if (match && !p->has_name && !p->matches_other && p->n_pending) {
		p->im->line = p->pending[0].line;
		import_error(p->im, p->pending[0].key,
			     "is not enough without Name= to tell whether [Match] concerns a tunnel");
	}
	p->im->line = line;
	if (netdev || match)
		p->n_pending = 0;
}

/* Name and Kind may come in any order. */
static void make_tunnel(struct place *p)
{
	if (p->t || !p->netdev[0] || strcmp(p->kind, "sit"))
		return;
	p->t = import_tunnel(p->im, p->netdev);
	if (p->t && p->mtu[0])
		import_set(p->im, p->t, "mtu", p->mtu);
}

static void netdev_key(struct place *p, const char *key, const char *value)
{
	if (!strcmp(key, "Name") ? p->netdev[0] : !strcmp(key, "Kind") && p->kind[0]) {
		import_error(p->im, key, "is given twice: only the first one is read");
	} else if (!strcmp(key, "Name")) {
		if (strlen(value) < sizeof(p->netdev)) {
			snprintf(p->netdev, sizeof(p->netdev), "%s", value);
		} else {
			import_error(p->im, value, "is longer than the 15 bytes of an interface name");
			p->im->refused = true;
		}
	} else if (!strcmp(key, "Kind")) {
		snprintf(p->kind, sizeof(p->kind), "%s", value);
	} else if (!strcmp(key, "MTUBytes")) {
		snprintf(p->mtu, sizeof(p->mtu), "%s", value);
		if (p->t)
			import_set(p->im, p->t, "mtu", value);
	} else if (strcmp(key, "Description")) {
		keep_pending(p, key);
	}
	make_tunnel(p);
}

/* dhcp4: an address of the interface that the outer packets leave through, as with `any`; other words are not IPv4. */
static void take_local(struct place *p, const char *value)
{
	import_local(p->im, p->t, strcmp(value, "dhcp4") ? value : "any");
}

static void tunnel_key(struct place *p, const char *key, const char *value)
{
	static const char *const off[] = { "External", "FooOverUDP",	   "ISATAP", "AssignToLoopback",
					   "CopyDSCP", "AllowLocalRemote", NULL };

	if (!p->in_netdev)
		import_error(p->im, key, "is in a [Tunnel] without a [NetDev] before it");
	else if (!p->t)
		return;
	else if (!strcmp(key, "Remote"))
		import_set(p->im, p->t, "remote", value);
	else if (!strcmp(key, "Local"))
		take_local(p, value);
	else if (!strcmp(key, "TTL"))
		import_ttl(p->im, p->t, value);
	else if (!strcmp(key, "TOS"))
		import_tos(p->im, p->t, value);
	else if (strcmp(key, "Independent") && !(import_among(key, off) && import_is_false(value)) &&
		 (strcmp(key, "DiscoverPathMTU") || import_is_false(value)))
		not_understood(p, key);
}

/* The first tunnel that the pattern matches. One that comes later is reported at the end. */
static void match_pattern(struct place *p, const char *pattern)
{
	if (strlen(pattern) > PATTERN_MAX || ++p->n_patterns > PATTERNS_MAX) {
		import_error(p->im, pattern, "is %s",
			     p->n_patterns > PATTERNS_MAX ? "one pattern too many" : "too long a pattern");
		return;
	}
	p->matches_lo = p->matches_lo || !fnmatch(pattern, "lo", 0);
	for (size_t i = 0; i < p->im->n; i++) {
		struct imported *t = &p->im->tunnels[i];

		if (fnmatch(pattern, name_text(t->spec.name), 0) || p->t == t)
			continue;
		if (p->t)
			import_error(p->im, pattern, "also matches %s: what follows is read for %s only",
				     name_text(t->spec.name), name_text(p->t->spec.name));
		p->t = p->t ? p->t : t;
	}
	if (!p->t)
		import_item(p->im, IMPORT_EARLY, pattern);
}

/* A sit device has no Ethernet address, no bus, no radio, and a type of its own. */
static bool is_of_others(const char *key, const char *value)
{
	static const char *const others[] = { "MACAddress", "PermanentMACAddress", "Path", "SSID",
					      "BSSID",	    "WLANInterfaceType",   NULL };

	return import_among(key, others) ||
	       ((!strcmp(key, "Type") || !strcmp(key, "Kind")) && !strstr(value, "sit") && !strpbrk(value, "!*?["));
}

/* Which of the previous tunnels the .network is about. */
static void match_key(struct place *p, const char *key, char *value)
{
	char *at;
	bool one = strlen(value) < sizeof(p->match) && !strpbrk(value, " \t!*?[");

	if (strcmp(key, "Name")) {
		p->matches_other = p->matches_other || is_of_others(key, value);
		keep_pending(p, key);
		return;
	}
	p->t = NULL;
	p->matches_lo = false;
	p->has_name = true;
	snprintf(p->match, sizeof(p->match), "%s", one ? value : "");
	if (*value == '!') {
		import_error(p->im, value, "matches all interfaces except these, which is not understood");
		return;
	}
	for (char *word = strtok_r(value, " \t", &at); word; word = strtok_r(NULL, " \t", &at))
		match_pattern(p, word);
}

/* Keys that hold for every tunnel of sitctl, with any value, or off. */
static bool network_plain(const char *key, const char *value)
{
	static const char *const plain[] = { "LinkLocalAddressing",
					     "Description",
					     "LLMNR",
					     "MulticastDNS",
					     "ConfigureWithoutCarrier",
					     "IgnoreCarrierLoss",
					     "IPv4Forwarding",
					     "KeepConfiguration",
					     NULL };
	static const char *const off[] = { "IPv6AcceptRA",
					   "DHCP",
					   "IPv6PrivacyExtensions",
					   "IPv6DuplicateAddressDetection",
					   "IPv6SendRA",
					   "IPv6ProxyNDP",
					   "IPMasquerade",
					   "DHCPServer",
					   "LLDP",
					   "EmitLLDP",
					   NULL };

	return import_among(key, plain) || (import_among(key, off) && import_is_false(value));
}

/* IPForward= may be about IPv4 only. */
static void name_forwarding(struct place *p, const char *key, const char *value)
{
	if (!import_is_false(value) && strcmp(value, "ipv4") != 0)
		import_error(p->im, key,
			     "has no equivalent: sitctl forwards for a LAN, which 'prefix IPV6/LEN,IFACE' names");
}

static void network_key(struct place *p, const char *key, const char *value)
{
	static const char *const forwarding[] = { "IPForward", "IPv6Forwarding", NULL };
	struct imported *named = !strcmp(key, "Tunnel") ? import_find(p->im, value) : NULL;

	/* This is the .network of the interface that the outer packets leave through. */
	if (named && p->match[0])
		import_set(p->im, named, "dev", p->match);
	else if (named)
		import_error(p->im, key, "is not understood, since [Match] does not name a single interface");
	else if (!p->t)
		return;
	else if (!strcmp(key, "Address"))
		import_address(p->im, name_text(p->t->spec.name), value, 128);
	else if (!strcmp(key, "Gateway"))
		import_route(p->im, &(struct import_route){
					    .to = "default", .gateway = value, .ifname = name_text(p->t->spec.name) });
	else if (import_among(key, forwarding))
		name_forwarding(p, key, value);
	else if (!network_plain(key, value))
		not_understood(p, key);
}

static void route_key(struct place *p, const char *key, const char *value)
{
	static const char *const plain[] = { "GatewayOnLink", "Scope", "Protocol", "IPv6Preference", NULL };
	static const char *const elsewhere[] = { "Table", "Source", "MultiPathRoute", "NextHop", NULL };
	char *to = !strcmp(key, "Destination") ? p->to
		   : !strcmp(key, "Gateway")   ? p->gateway
		   : !strcmp(key, "Type")      ? p->type
		   : !strcmp(key, "Metric")    ? p->metric
					       : NULL;

	p->in_route = true;
	if (to)
		snprintf(to, ROUTE_TEXT, "%s", value);
	else if (!import_among(key, plain) &&
		 !(!strcmp(key, "Table") && (!strcmp(value, "main") || !strcmp(value, "254")))) {
		p->elsewhere = p->elsewhere || import_among(key, elsewhere);
		if (p->t)
			not_understood(p, key);
	}
}

static void address_key(struct place *p, const char *key, const char *value)
{
	static const char *const plain[] = { "Label", "Scope", NULL };

	if (!strcmp(key, "Address"))
		import_address(p->im, name_text(p->t->spec.name), value, 128);
	else if (!import_among(key, plain) && !(!strcmp(key, "PreferredLifetime") && !strcmp(value, "forever")) &&
		 !(!strcmp(key, "AddPrefixRoute") && !import_is_false(value)) &&
		 !(!strcmp(key, "DuplicateAddressDetection") && !strcmp(value, "none")))
		not_understood(p, key);
}

static void link_key(struct place *p, const char *key, const char *value)
{
	static const char *const plain[] = { "RequiredForOnline", "RequiredFamilyForOnline", NULL };

	if (!strcmp(key, "MTUBytes"))
		import_set(p->im, p->t, "mtu", value);
	else if (!import_among(key, plain))
		not_understood(p, key);
}

static void take_key(struct place *p, const char *key, char *value)
{
	if (!strcmp(p->section, "NetDev"))
		netdev_key(p, key, value);
	else if (!strcmp(p->section, "Tunnel"))
		tunnel_key(p, key, value);
	else if (!strcmp(p->section, "Match"))
		match_key(p, key, value);
	else if (!p->in_match && !p->in_netdev)
		import_error(p->im, key, "is in a [%.31s] without a [Match] before it", p->section);
	else if (!strcmp(p->section, "Network"))
		network_key(p, key, value);
	else if (!strcmp(p->section, "Route"))
		route_key(p, key, value);
	else if (!p->t)
		return; /* another interface's */
	else if (!strcmp(p->section, "Address"))
		address_key(p, key, value);
	else if (!strcmp(p->section, "Link"))
		link_key(p, key, value);
	else
		not_understood(p, key);
}

static void begin_section(struct place *p, const char *name, size_t len)
{
	end_route(p);
	end_head(p);
	snprintf(p->section, sizeof(p->section), "%.*s", (int)len, name);
	p->section_line = p->im->line;
	if (strcmp(p->section, "NetDev") && strcmp(p->section, "Match"))
		return;
	p->in_netdev = !strcmp(p->section, "NetDev");
	p->in_match = !p->in_netdev;
	p->t = NULL;
	p->netdev[0] = p->kind[0] = p->mtu[0] = p->match[0] = '\0';
	p->matches_lo = p->matches_other = p->has_name = false;
}

/* An empty value resets the previous ones, as in drop-ins. */
static void take_empty(struct place *p, const char *key)
{
	if (!strcmp(p->section, "NetDev") || !strcmp(p->section, "Match"))
		keep_pending(p, key);
	else if (p->t)
		import_error(p->im, key, "is empty, which discards the values before it: remove them and this line");
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
	if (*value)
		take_key(p, line, value);
	else
		take_empty(p, line);
}

static bool is_comment(const char *line)
{
	line += strspn(line, " \t");
	return *line == '#' || *line == ';';
}

/* Join the line at TEXT with its continuation lines, skipping comments between them; count *NEXT. Returns its end. */
static char *end_of_line(char *text, unsigned int *next)
{
	char *end = text + strcspn(text, "\n");
	bool comment = is_comment(text);

	++*next;
	while (*end && end > text && end[-1] == '\\' && !comment) {
		end[-1] = *end = ' ';
		for (;;) {
			char *line = end + 1;

			end = line + strcspn(line, "\n");
			++*next;
			if (!*end || !is_comment(line))
				break;
			memset(line, ' ', (size_t)(end - line) + 1);
		}
	}
	return end;
}

void import_networkd(struct import *im, char *text)
{
	struct place p = { .im = im };
	unsigned int next = 1;

	while (*text) {
		char *end, *begin = text + strspn(text, " \t");

		im->line = next;
		end = end_of_line(text, &next);
		text = *end ? end + 1 : end;
		*end = '\0';
		while (end > begin && strchr(" \t\r", end[-1]))
			*--end = '\0';
		take_line(&p, begin);
	}
	end_route(&p);
	end_head(&p);
}
