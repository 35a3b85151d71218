/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table of parameters: command line, help, JSON keys and the journal come from it. */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "spec/params.h"

#define TUNNEL (ROLE_CLIENT | ROLE_PEER)
#define ANY_ROLE (ROLE_CLIENT | ROLE_SERVER | ROLE_PEER)
#define INHERITED(field) .inherits = { offsetof(struct spec, field), sizeof(((struct spec *)NULL)->field) }
#define FAR_END (TUNNEL | ROLE_NAT)

static bool put(char *buf, const char *text)
{
	snprintf(buf, VALUE_TEXT, "%s", text);
	return true;
}

static bool p_remote(struct spec *s, const char *word, const char **why)
{
	/* Dots and digits only: meant as an address, so say what is wrong with the address. */
	if (word[strspn(word, "0123456789.")] == '\0') {
		s->host[0] = '\0';
		return parse_ipv4_host(word, &s->remote, why);
	}
	if (!parse_host_name(word, why))
		return false;
	s->remote.s_addr = 0;
	snprintf(s->host, sizeof(s->host), "%s", word);
	return true;
}

static bool f_remote(const struct spec *s, unsigned int i, char *buf)
{
	return !i && (s->host[0] ? put(buf, s->host) : !!addr4_text(s->remote, buf));
}

static bool p_resolved(struct spec *s, const char *word, const char **why)
{
	return parse_ipv4_host(word, &s->remote, why);
}

static bool f_resolved(const struct spec *s, unsigned int i, char *buf)
{
	return !i && s->host[0] && s->remote.s_addr && addr4_text(s->remote, buf);
}

static bool p_local(struct spec *s, const char *word, const char **why)
{
	s->local.s_addr = 0;
	return !strcmp(word, "any") || parse_ipv4_host(word, &s->local, why);
}

static bool f_local(const struct spec *s, unsigned int i, char *buf)
{
	return !i && (s->local.s_addr ? !!addr4_text(s->local, buf) : put(buf, "any"));
}

static bool p_address(struct spec *s, const char *word, const char **why)
{
	if (s->n_addresses == ADDRESSES_MAX) {
		*why = "is one too many: a tunnel has at most 16";
		return false;
	}
	if (!parse_ipv6_net_host(word, 127, &s->addresses[s->n_addresses], why))
		return false;
	for (unsigned int i = 0; i < s->n_addresses; i++)
		if (addr6_equal(&s->addresses[i].addr, &s->addresses[s->n_addresses].addr)) {
			*why = "is given twice";
			return false;
		}
	s->n_addresses++;
	return true;
}

static bool f_address(const struct spec *s, unsigned int i, char *buf)
{
	return i < s->n_addresses && net6_text(&s->addresses[i], buf);
}

static bool p_server_address(struct spec *s, const char *word, const char **why)
{
	s->has_server_address = true;
	return parse_ipv6_host(word, &s->server_address, why);
}

static bool f_server_address(const struct spec *s, unsigned int i, char *buf)
{
	return !i && s->has_server_address && addr6_text(&s->server_address, buf);
}

static bool p_gateway(struct spec *s, const char *word, const char **why)
{
	s->gateway_mode = !strcmp(word, "auto") ? GATEWAY_AUTO : !strcmp(word, "none") ? GATEWAY_NONE : GATEWAY_ADDRESS;
	if (s->gateway_mode != GATEWAY_ADDRESS)
		return true;
	/* A gateway may be the other end's link-local address. */
	if (inet_pton(AF_INET6, word, &s->gateway) == 1 && IN6_IS_ADDR_LINKLOCAL(&s->gateway))
		return true;
	if (parse_ipv6_host(word, &s->gateway, why))
		return true;
	if (!strchr(word, ':'))
		*why = "is neither 'auto', 'none' nor an IPv6 address";
	return false;
}

static bool f_gateway(const struct spec *s, unsigned int i, char *buf)
{
	if (i)
		return false;
	if (s->gateway_mode == GATEWAY_ADDRESS)
		return addr6_text(&s->gateway, buf);
	return put(buf, s->gateway_mode == GATEWAY_AUTO ? "auto" : "none");
}

static bool p_metric(struct spec *s, const char *word, const char **why)
{
	return parse_u32(word, 1, UINT32_MAX, &s->metric, why);
}

static bool f_metric(const struct spec *s, unsigned int i, char *buf)
{
	return !i && snprintf(buf, VALUE_TEXT, "%u", s->metric) > 0;
}

/* PREFIX/LEN, and after a comma the LAN interface where LAN allows one. */
static bool take_prefix(struct spec *s, const char *word, bool lan, const char **why)
{
	struct prefix *p = &s->prefixes[s->n_prefixes];
	const char *comma = strchr(word, ',');
	char net[NET6_TEXT];

	if (s->n_prefixes == PREFIXES_MAX) {
		*why = "is one too many: a tunnel has at most 64";
		return false;
	}
	memset(p, 0, sizeof(*p));
	if (comma && !lan) {
		*why = "names an interface, which only a client's prefix can";
		return false;
	}
	if (snprintf(net, sizeof(net), "%.*s", (int)(comma ? (size_t)(comma - word) : strlen(word)), word) >=
	    (int)sizeof(net)) {
		*why = "is not an IPv6 prefix";
		return false;
	}
	if (!parse_ipv6_prefix(net, &p->net, why))
		return false;
	if (comma) {
		if (!parse_ifname(comma + 1, why))
			return false;
		snprintf(p->ifname, sizeof(p->ifname), "%s", comma + 1);
	}
	for (unsigned int i = 0; i < s->n_prefixes; i++)
		if (net6_overlap(&s->prefixes[i].net, &p->net)) {
			*why = "overlaps with another prefix of this tunnel";
			return false;
		}
	s->n_prefixes++;
	return true;
}

static bool p_client_prefix(struct spec *s, const char *word, const char **why)
{
	return take_prefix(s, word, true, why);
}

static bool p_peer_prefix(struct spec *s, const char *word, const char **why)
{
	return take_prefix(s, word, false, why);
}

static bool f_prefix(const struct spec *s, unsigned int i, char *buf)
{
	char net[NET6_TEXT];

	if (i >= s->n_prefixes)
		return false;
	snprintf(buf, VALUE_TEXT, "%s%s%s", net6_text(&s->prefixes[i].net, net), s->prefixes[i].ifname[0] ? "," : "",
		 s->prefixes[i].ifname);
	return true;
}

static bool p_proxy_ndp(struct spec *s, const char *word, const char **why)
{
	bool on;

	s->proxy_ndp = PROXY_NDP_AUTO;
	if (!strcmp(word, "auto"))
		return true;
	if (!parse_on_off(word, &on, why)) {
		*why = "is neither 'auto', 'on' nor 'off'";
		return false;
	}
	s->proxy_ndp = on ? PROXY_NDP_ON : PROXY_NDP_OFF;
	return true;
}

static bool f_proxy_ndp(const struct spec *s, unsigned int i, char *buf)
{
	static const char *const text[] = { "auto", "on", "off" };

	return !i && put(buf, text[s->proxy_ndp]);
}

static bool take_ifname(char *to, const char *word, const char **why)
{
	return parse_ifname(word, why) && snprintf(to, IFNAMSIZ, "%s", word) > 0;
}

static bool p_uplink(struct spec *s, const char *word, const char **why)
{
	return take_ifname(s->uplink, word, why);
}

static bool f_uplink(const struct spec *s, unsigned int i, char *buf)
{
	return !i && s->uplink[0] && put(buf, s->uplink);
}

static bool p_underlay(struct spec *s, const char *word, const char **why)
{
	return take_ifname(s->underlay, word, why);
}

static bool f_underlay(const struct spec *s, unsigned int i, char *buf)
{
	return !i && s->underlay[0] && put(buf, s->underlay);
}

static bool p_dev(struct spec *s, const char *word, const char **why)
{
	return take_ifname(s->dev, word, why);
}

static bool f_dev(const struct spec *s, unsigned int i, char *buf)
{
	return !i && s->dev[0] && put(buf, s->dev);
}

static bool p_ttl(struct spec *s, const char *word, const char **why)
{
	uint32_t ttl = 0;

	if (strcmp(word, "inherit") && !parse_u32(word, 1, 255, &ttl, why))
		return false;
	s->ttl = (uint8_t)ttl;
	return true;
}

static bool f_ttl(const struct spec *s, unsigned int i, char *buf)
{
	return !i && (s->ttl ? snprintf(buf, VALUE_TEXT, "%u", s->ttl) > 0 : put(buf, "inherit"));
}

static bool p_mtu(struct spec *s, const char *word, const char **why)
{
	s->mtu = 0;
	return !strcmp(word, "auto") || parse_u32(word, MTU_MIN, MTU_MAX, &s->mtu, why);
}

static bool f_mtu(const struct spec *s, unsigned int i, char *buf)
{
	return !i && (s->mtu ? snprintf(buf, VALUE_TEXT, "%u", s->mtu) > 0 : put(buf, "auto"));
}

/* A parameter that is on or off: the field of that name. */
/* clang-format off */
#define SWITCH(field) \
static bool p_##field(struct spec *s, const char *word, const char **why) \
{ \
	return parse_on_off(word, &s->field, why); \
} \
 \
static bool f_##field(const struct spec *s, unsigned int i, char *buf) \
{ \
	return !i && put(buf, s->field ? "on" : "off"); \
}
/* clang-format on */

SWITCH(notrack)
SWITCH(mss_clamp)
SWITCH(source_filter)
SWITCH(simple_security)

static bool p_allow(struct spec *s, const char *word, const char **why)
{
	struct allow *a = &s->allows[s->n_allows];

	if (s->n_allows == ALLOWS_MAX) {
		*why = "is one too many: a tunnel has at most 32";
		return false;
	}
	if (!parse_allow(word, a, why))
		return false;
	for (unsigned int i = 0; i < s->n_allows; i++)
		if (allow_overlap(a, &s->allows[i])) {
			*why = "overlaps with another 'allow' of this tunnel";
			return false;
		}
	s->n_allows++;
	return true;
}

static bool f_allow(const struct spec *s, unsigned int i, char *buf)
{
	return i < s->n_allows && allow_text(&s->allows[i], buf, VALUE_TEXT);
}

static bool p_target(struct spec *s, const char *word, const char **why)
{
	struct in6_addr addr;
	char *target;

	if (s->n_targets == TARGETS_MAX) {
		*why = "is one too many: a tunnel has at most 4";
		return false;
	}
	target = s->targets[s->n_targets];
	if (*word && word[strspn(word, "0123456789.")] == '\0') {
		*why = "is an IPv4 address, if any: the tunnel carries IPv6";
		return false;
	}
	if (strchr(word, ':')) {
		/* The far end's link-local address will do: the connection is bound to the device. */
		if ((inet_pton(AF_INET6, word, &addr) != 1 || !IN6_IS_ADDR_LINKLOCAL(&addr)) &&
		    !parse_ipv6_host(word, &addr, why))
			return false;
		addr6_text(&addr, target);
	} else {
		if (!parse_host_name(word, why))
			return false;
		snprintf(target, sizeof(s->targets[0]), "%s", word);
	}
	for (unsigned int i = 0; i < s->n_targets; i++)
		if (!strcasecmp(s->targets[i], target)) {
			*why = "is given twice";
			return false;
		}
	s->n_targets++;
	return true;
}

static bool f_target(const struct spec *s, unsigned int i, char *buf)
{
	return i < s->n_targets && put(buf, s->targets[i]);
}

static bool p_to(struct spec *s, const char *word, const char **why)
{
	return parse_ipv4_host(word, &s->to, why);
}

static bool f_to(const struct spec *s, unsigned int i, char *buf)
{
	return !i && addr4_text(s->to, buf);
}

static bool p_inside(struct spec *s, const char *word, const char **why)
{
	return take_ifname(s->inside, word, why);
}

static bool f_inside(const struct spec *s, unsigned int i, char *buf)
{
	return !i && s->inside[0] && put(buf, s->inside);
}

/* clang-format off */
const struct param params[] = {
	{ .name = "remote", .roles = FAR_END, .required = FAR_END, .value = "IPV4|HOST",
	  .help = "IPv4 address of the tunnel's other end", .parse = p_remote, .format = f_remote },
	{ .name = "resolved", .roles = FAR_END, .internal = true, .value = "IPV4",
	  .help = "the address that the host name had", .parse = p_resolved, .format = f_resolved },
	{ .name = "local", .roles = ROLE_CLIENT | ROLE_SERVER, .value = "IPV4|any", .deflt = "any",
	  .help = "outer source address, one of this host's", .parse = p_local, .format = f_local },
	{ .name = "address", .roles = TUNNEL, .required = TUNNEL, .repeats = ROLE_CLIENT,
	  .value = "IPV6[/LEN]", .deflt = "LEN 127",
	  .help = "the client's address in the tunnel", .parse = p_address, .format = f_address },
	{ .name = "server-address", .roles = ROLE_PEER, .value = "IPV6", .deflt = "the other of the /127",
	  .help = "this end's address in the tunnel", .parse = p_server_address, .format = f_server_address },
	{ .name = "gateway", .roles = ROLE_CLIENT, .value = "IPV6|auto|none", .deflt = "auto",
	  .help = "default route: via an address, through the tunnel, none", .parse = p_gateway, .format = f_gateway },
	{ .name = "metric", .roles = ROLE_CLIENT, .number = true, .value = "1..4294967295", .deflt = "1024",
	  .help = "the default route's metric", .parse = p_metric, .format = f_metric },
	{ .name = "prefix", .roles = ROLE_CLIENT, .repeats = ROLE_CLIENT, .value = "IPV6/LEN[,IFACE]",
	  .help = "prefix routed to here: unreachable, or for the LAN at IFACE", .parse = p_client_prefix, .format = f_prefix },
	{ .name = "prefix", .roles = ROLE_PEER, .repeats = ROLE_PEER, .value = "IPV6/LEN",
	  .help = "prefix routed to the peer", .parse = p_peer_prefix, .format = f_prefix },
	{ .name = "proxy-ndp", .roles = ROLE_PEER, .value = "auto|on|off", .deflt = "auto",
	  .help = "answer for the peer's address on the uplink; auto: if it is on-link there", .parse = p_proxy_ndp, .format = f_proxy_ndp },
	{ .name = "uplink", .roles = ROLE_SERVER, .value = "IFACE", .deflt = "of the IPv6 default route",
	  .help = "interface to the IPv6 Internet", .parse = p_uplink, .format = f_uplink },
	{ .name = "dev", .roles = ROLE_CLIENT, .value = "IFACE",
	  .help = "interface that the outer packets must leave by", .parse = p_underlay, .format = f_underlay },
	{ .name = "dev", .roles = ROLE_PEER, .value = "NAME", .deflt = "sit-PEER",
	  .help = "name of the tunnel device", .parse = p_dev, .format = f_dev },
	{ .name = "ttl", .roles = ANY_ROLE, INHERITED(ttl), .number = true, .value = "1..255|inherit", .deflt = "255",
	  .help = "outer time to live", .parse = p_ttl, .format = f_ttl },
	{ .name = "mtu", .roles = ANY_ROLE, INHERITED(mtu), .number = true, .value = "1280..65515|auto", .deflt = "auto",
	  .help = "auto: that of the path to remote, less 20", .parse = p_mtu, .format = f_mtu },
	{ .name = "notrack", .filter = true, .roles = ANY_ROLE, INHERITED(notrack), .value = "on|off", .deflt = "on",
	  .help = "keep the outer packets out of connection tracking", .parse = p_notrack, .format = f_notrack },
	{ .name = "mss-clamp", .filter = true, .roles = ANY_ROLE, INHERITED(mss_clamp), .value = "on|off", .deflt = "on",
	  .help = "clamp the MSS of forwarded TCP to the path", .parse = p_mss_clamp, .format = f_mss_clamp },
	{ .name = "source-filter", .filter = true, .roles = ANY_ROLE, INHERITED(source_filter), .value = "on|off", .deflt = "on",
	  .help = "drop inner sources that the other end must not use", .parse = p_source_filter, .format = f_source_filter },
	{ .name = "simple-security", .filter = true, .roles = ROLE_CLIENT, .value = "on|off", .deflt = "off",
	  .help = "let in only what was asked for, IPsec and 'allow' (RFC 6092)", .parse = p_simple_security, .format = f_simple_security },
	{ .name = "allow", .filter = true, .roles = ROLE_CLIENT, .repeats = ROLE_CLIENT, .value = "PROTO[/PORT[-PORT]][@ADDRESS[/LEN]]",
	  .help = "what simple security lets in besides", .parse = p_allow, .format = f_allow },
	{ .name = "target", .roles = ROLE_CLIENT, .repeats = ROLE_CLIENT, .value = "IPV6|HOST",
	  .help = "whom 'sitctl doctor' connects to through the tunnel", .parse = p_target, .format = f_target },
	{ .name = "to", .roles = ROLE_NAT, .required = ROLE_NAT, .value = "IPV4",
	  .help = "the inside host that is the tunnel's end", .parse = p_to, .format = f_to },
	{ .name = "interface", .roles = ROLE_NAT, .value = "IFACE", .deflt = "of the route to remote",
	  .help = "outside interface, where the server's packets arrive", .parse = p_underlay, .format = f_underlay },
	{ .name = "inside", .roles = ROLE_NAT, .internal = true, .value = "IFACE",
	  .help = "where the inside host was found", .parse = p_inside, .format = f_inside },
	{ .name = NULL },
};
/* clang-format on */

const struct param *param_find(enum role role, const char *name)
{
	for (const struct param *p = params; p->name; p++)
		if ((p->roles & role) && !strcmp(p->name, name))
			return p;
	return NULL;
}
