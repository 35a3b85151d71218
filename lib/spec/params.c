/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table of parameters: command line, help, files, JSON keys and the journal come from it. */
#include <string.h>

#include "spec/params.h"
#include "base/list.h"
#include "spec/values.h"

#define TUNNEL (ROLE_CLIENT | ROLE_PEER)
#define ANY_ROLE (ROLE_CLIENT | ROLE_SERVER | ROLE_PEER)
#define FAR_END (TUNNEL | ROLE_NAT)

#define SIT (1U << MODE_SIT)
#define ALL_MODES (~0U)

#define FIELD(field) .at = offsetof(struct spec, field), .size = sizeof(((struct spec *)NULL)->field)
#define SWITCH(field) FIELD(field), .value = "on|off", .take = take_switch, .text = text_switch
#define QUOTED(word) #word
#define LIST(field, most)                                                                                   \
	.at = offsetof(struct spec, field), .holds = offsetof(struct spec, field),                          \
	.list.item = sizeof(*((struct spec *)NULL)->field), .list.count = offsetof(struct spec, n_##field), \
	.list.max = (most), .list.full = "is one too many: a tunnel can have at most " QUOTED(most)
#define NUMBER(...) .number = &(const struct number){ __VA_ARGS__ }, .take = take_number, .text = text_number

/* clang-format off */
const struct param params[] = {
	{ .name = "remote", .roles = FAR_END, .modes = ALL_MODES, .required = FAR_END, .needed = SIT, .value = "IPV4|HOST",
	  .holds = offsetof(struct spec, host),
	  .help = "IPv4 address of the tunnel's other end", .take = take_remote, .text = text_remote,
	  .unfit = unfit_remote },
	{ .name = "resolved", .roles = FAR_END, .modes = ALL_MODES, .internal = true, .value = "IPV4",
	  .help = "the address that the host name had", .take = take_resolved, .text = text_resolved },
	{ .name = "local", .roles = ROLE_CLIENT | ROLE_SERVER, .modes = ALL_MODES, FIELD(local), .value = "IPV4|any", .deflt = "any",
	  .help = "outer source address, one of this host's", .take = take_addr4_or_any, .text = text_addr4_or_any },
	{ .name = "address", .roles = TUNNEL, .modes = ALL_MODES, .required = TUNNEL, .needed = SIT, .repeats = ROLE_CLIENT,
	  LIST(addresses, 16), .list.clashes = same_address, .list.clash = "is given twice",
	  .value = "IPV6[/LEN]", .deflt = "LEN 127",
	  .help = "the client's address in the tunnel", .take = take_address, .text = text_address },
	{ .name = "server-address", .roles = ROLE_PEER, .modes = ALL_MODES, .value = "IPV6", .deflt = "the other address of the /127",
	  .help = "this end's address in the tunnel", .take = take_server_address, .text = text_server_address,
	  .drop = drop_server_address },
	{ .name = "gateway", .roles = ROLE_CLIENT, .modes = ALL_MODES, .value = "IPV6|auto|none", .deflt = "auto",
	  .help = "default route: via an address, through the tunnel, or none", .take = take_gateway, .text = text_gateway },
	{ .name = "metric", .roles = ROLE_CLIENT, .modes = ALL_MODES, FIELD(metric), .initial = METRIC_DEFAULT,
	  NUMBER(.min = 1, .max = UINT32_MAX), .value = "1..4294967295", .deflt = "1024",
	  .help = "the default route's metric" },
	{ .name = "prefix", .roles = ROLE_CLIENT, .modes = ALL_MODES, .repeats = ROLE_CLIENT,
	  LIST(prefixes, 64), .list.clashes = prefixes_overlap, .list.clash = "overlaps with another prefix of this tunnel",
	  .value = "IPV6/LEN[,IFACE]",
	  .help = "prefix routed to this host: for the LAN on IFACE, or, without IFACE, made unreachable", .take = take_client_prefix, .text = text_prefix,
	  .unfit = unfit_prefix },
	{ .name = "prefix", .roles = ROLE_PEER, .modes = ALL_MODES, .repeats = ROLE_PEER,
	  LIST(prefixes, 64), .list.clashes = prefixes_overlap, .list.clash = "overlaps with another prefix of this tunnel",
	  .value = "IPV6/LEN",
	  .help = "prefix routed to the peer", .take = take_peer_prefix, .text = text_prefix },
	{ .name = "proxy-ndp", .roles = ROLE_PEER, .modes = ALL_MODES, FIELD(proxy_ndp), .value = "auto|on|off", .deflt = "auto",
	  .help = "answer neighbour solicitations for the peer's address on the uplink; auto: if it is on-link there",
	  .take = take_proxy_ndp, .text = text_proxy_ndp },
	{ .name = "uplink", .roles = ROLE_SERVER, .modes = ALL_MODES, FIELD(uplink), .value = "IFACE", .deflt = "that of the IPv6 default route",
	  .help = "interface to the IPv6 Internet", .take = take_ifname, .text = text_ifname, .unfit = unfit_ifname },
	{ .name = "dev", .roles = ROLE_CLIENT, .modes = ALL_MODES, FIELD(underlay), .value = "IFACE",
	  .help = "interface through which the outer packets must leave", .take = take_ifname, .text = text_ifname, .unfit = unfit_ifname },
	{ .name = "dev", .roles = ROLE_PEER, .modes = ALL_MODES, FIELD(dev), .value = "NAME", .deflt = "sit-PEER",
	  .help = "name of the tunnel device", .take = take_ifname, .text = text_ifname, .unfit = unfit_ifname },
	{ .name = "ttl", .roles = ANY_ROLE, .modes = ALL_MODES, FIELD(ttl), .inherited = true, .initial = 255,
	  NUMBER(.min = 1, .max = 255, .word = "inherit", .value = SIT_TTL_INHERIT), .value = "1..255|inherit", .deflt = "255",
	  .help = "outer time to live" },
	{ .name = "tos", .roles = ANY_ROLE, .modes = ALL_MODES, FIELD(tos), .inherited = true,
	  NUMBER(.max = 255, .hex = true, .word = "inherit", .value = SIT_TOS_INHERIT,
		 .taken = "is the number that means 'inherit' to the kernel"),
	  .value = "0..255|inherit", .deflt = "0", .help = "outer type of service, also in hex (0x..); inherit copies the inner one" },
	{ .name = "fwmark", .roles = TUNNEL, .modes = ALL_MODES, FIELD(fwmark), NUMBER(.max = UINT32_MAX, .hex = true),
	  .value = "0..0xffffffff", .deflt = "0", .help = "mark of the outer packets, for policy routing" },
	{ .name = "mtu", .roles = ANY_ROLE, .modes = ALL_MODES, FIELD(mtu), .inherited = true,
	  NUMBER(.min = MTU_MIN, .max = MTU_MAX, .word = "auto"), .value = "1280..65515|auto", .deflt = "auto",
	  .help = "auto: the MTU of the path to remote, less 20" },
	{ .name = "notrack", .filter = true, .roles = ANY_ROLE, .modes = ALL_MODES, SWITCH(notrack), .inherited = true, .initial = true,
	  .deflt = "on", .help = "keep the outer packets out of connection tracking" },
	{ .name = "mss-clamp", .filter = true, .roles = ANY_ROLE, .modes = ALL_MODES, SWITCH(mss_clamp), .inherited = true, .initial = true,
	  .deflt = "on", .help = "clamp the MSS of forwarded TCP to the path MTU" },
	{ .name = "source-filter", .filter = true, .roles = ANY_ROLE, .modes = ALL_MODES, SWITCH(source_filter), .inherited = true, .initial = true,
	  .deflt = "on", .help = "drop packets with inner source addresses that the other end must not use" },
	{ .name = "simple-security", .filter = true, .roles = ROLE_CLIENT, .modes = ALL_MODES, SWITCH(simple_security), .deflt = "off",
	  .help = "let in only solicited traffic, IPsec and 'allow' (RFC 6092)" },
	{ .name = "allow", .filter = true, .roles = ROLE_CLIENT, .modes = ALL_MODES, .repeats = ROLE_CLIENT,
	  LIST(allows, 32), .list.clashes = allows_overlap, .list.clash = "overlaps with another 'allow' of this tunnel",
	  .value = "PROTO[/PORT[-PORT]][@ADDRESS[/LEN]]",
	  .help = "exception to simple security", .take = take_allow, .text = text_allow },
	{ .name = "target", .roles = ROLE_CLIENT, .modes = ALL_MODES, .repeats = ROLE_CLIENT,
	  LIST(targets, 4), .list.texts = true, .list.clashes = same_target, .list.clash = "is given twice", .value = "IPV6|HOST",
	  .help = "host that 'sitctl doctor' connects to through the tunnel", .take = take_target, .text = text_target },
	{ .name = "to", .roles = ROLE_NAT, .modes = ALL_MODES, .required = ROLE_NAT, .needed = ALL_MODES, FIELD(to), .value = "IPV4",
	  .help = "the inside host that is the tunnel's end", .take = take_addr4, .text = text_addr4, .unfit = unfit_addr4 },
	{ .name = "interface", .roles = ROLE_NAT, .modes = ALL_MODES, FIELD(underlay), .value = "IFACE", .deflt = "that of the route to remote",
	  .help = "outside interface, where the server's packets arrive", .take = take_ifname, .text = text_ifname, .unfit = unfit_ifname },
	{ .name = "inside", .roles = ROLE_NAT, .modes = ALL_MODES, FIELD(inside), .internal = true, .value = "IFACE",
	  .help = "where the inside host was found", .take = take_ifname, .text = text_ifname, .unfit = unfit_ifname },
	{ .name = NULL },
};
/* clang-format on */

_Static_assert(sizeof(params) / sizeof(*params) <= PARAMS_MAX, "spec.set has a bit for each row");

const struct param *param_find(enum role role, const char *name)
{
	for (const struct param *p = params; p->name; p++)
		if ((p->roles & role) && !strcmp(p->name, name))
			return p;
	return NULL;
}

uint64_t param_bit(const struct param *p)
{
	return p ? UINT64_C(1) << (p - params) : 0;
}

bool param_exists(const struct param *p, const struct spec *spec)
{
	return p->roles & spec->role && p->modes >> spec->mode & 1;
}

bool param_required(const struct param *p, const struct spec *spec)
{
	return p->required & spec->role && p->needed >> spec->mode & 1;
}

void param_init(const struct param *p, struct spec *spec)
{
	uint8_t byte = (uint8_t)p->initial;

	if (param_exists(p, spec) && p->initial)
		memcpy((char *)spec + p->at, p->size == sizeof(byte) ? (const void *)&byte : &p->initial, p->size);
}

static unsigned int count_of(const struct param *p, const struct spec *spec)
{
	unsigned int n;

	memcpy(&n, (const char *)spec + p->list.count, sizeof(n));
	return n;
}

static void set_count(const struct param *p, struct spec *spec, unsigned int n)
{
	memcpy((char *)spec + p->list.count, &n, sizeof(n));
}

static void **holder(const struct param *p, struct spec *spec)
{
	return (void **)(void *)((char *)spec + p->holds);
}

void **param_shared(const struct param *p, struct spec *spec)
{
	return p->holds ? holder(p, spec) : NULL;
}

static const char *items_of(const struct param *p, const struct spec *spec)
{
	const char *items;

	memcpy(&items, (const char *)spec + p->at, sizeof(items));
	return items;
}

static const char *item_at(const struct param *p, const struct spec *spec, unsigned int i)
{
	const char *items = items_of(p, spec);

	return p->list.texts ? list_text_at(items, i) : items + i * p->list.item;
}

/* Append ITEM to the list, which SPEC then no longer shares. */
static bool append(const struct param *p, struct spec *spec, const void *item, const char **why)
{
	unsigned int n = count_of(p, spec);
	void *items = *holder(p, spec);

	*why = p->list.full;
	if (n == p->list.max)
		return false;
	items = p->list.texts ? (void *)list_add_text(items, n, item) : list_grow(items, n, p->list.item);
	*why = "cannot be added: out of memory";
	if (!items)
		return false;
	if (!p->list.texts)
		memcpy((char *)items + n * p->list.item, item, p->list.item);
	*holder(p, spec) = items;
	set_count(p, spec, n + 1);
	return true;
}

bool param_take(const struct param *p, struct spec *spec, const char *word, const char **why)
{
	_Alignas(uint64_t) char item[VALUE_TEXT] = "";

	if (!p->list.item)
		return p->take(p, (char *)spec + p->at, word, why);
	if (!p->take(p, item, word, why))
		return false;
	for (unsigned int i = 0; i < count_of(p, spec); i++)
		if (p->list.clashes(item_at(p, spec, i), item)) {
			*why = p->list.clash;
			return false;
		}
	return append(p, spec, item, why);
}

const char *param_unfit(const struct param *p, const struct spec *spec)
{
	if (!p->unfit)
		return NULL;
	return p->unfit(p, p->list.item ? item_at(p, spec, count_of(p, spec) - 1) : (const char *)spec + p->at);
}

bool param_text(const struct param *p, const struct spec *spec, unsigned int i, char *buf)
{
	if (!p->list.item)
		return !i && p->text(p, (const char *)spec + p->at, buf);
	return i < count_of(p, spec) && p->text(p, item_at(p, spec, i), buf);
}

void param_clear(const struct param *p, struct spec *spec)
{
	if (!p->list.item)
		return;
	list_drop(*holder(p, spec));
	*holder(p, spec) = NULL;
	set_count(p, spec, 0);
}

bool param_drop(const struct param *p, struct spec *spec)
{
	if (param_required(p, spec) || (!p->size && !p->list.item && !p->drop))
		return false;
	if (p->list.item) {
		param_clear(p, spec);
	} else if (p->drop) {
		p->drop(spec);
	} else {
		memset((char *)spec + p->at, 0, p->size);
		param_init(p, spec);
	}
	return true;
}

bool param_append(struct spec *spec, const char *name, const void *item)
{
	const struct param *p = param_find(spec->role, name);
	const char *ignored;

	return p && append(p, spec, item, &ignored);
}

bool param_equal(const struct param *p, const struct spec *a, const struct spec *b)
{
	char x[VALUE_TEXT], y[VALUE_TEXT];
	bool has;

	if (p->list.item) {
		const char *as = items_of(p, a), *bs = items_of(p, b);
		unsigned int n = count_of(p, a);
		size_t len = n ? (size_t)(item_at(p, a, n) - as) : 0;

		if (!n || n != count_of(p, b))
			return n == count_of(p, b);
		return len == (size_t)(item_at(p, b, n) - bs) && !memcmp(as, bs, len);
	}
	if (p->size)
		return !memcmp((const char *)a + p->at, (const char *)b + p->at, p->size);
	has = p->text(p, a, x);
	return has == p->text(p, b, y) && (!has || !strcmp(x, y));
}
