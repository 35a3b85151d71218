/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages about interfaces: read them, and build those for sit devices. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/linkmsg.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/mark.h"
#include "kernel/sitattrs.h"

#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>

const char *const link_conf_names[LINK_CONFS] = { "disable_ipv6", "accept_ra", "accept_redirects", "forwarding" };

/* What a sitctl tunnel does not have, and would lose when it is changed. */
static const char *odd_params(const struct nlattr **tb)
{
	static const struct in6_addr none = { .s6_addr = { 0x20, 0x02 } };
	struct in6_addr rd = none;

	nl_in6(tb[IFLA_IPTUN_6RD_PREFIX], &rd);
	if (nl_u16(tb[IFLA_IPTUN_ENCAP_TYPE], 0))
		return "uses UDP or GRE encapsulation (FOU)";
	if (nl_u16(tb[IFLA_IPTUN_FLAGS], 0) & SIT_ISATAP)
		return "is an ISATAP tunnel";
	/* 2002::/16 is every device's initial value. */
	if (memcmp(&rd, &none, sizeof(rd)) || nl_u16(tb[IFLA_IPTUN_6RD_PREFIXLEN], 16) != 16)
		return "has a 6rd prefix";
	return NULL;
}

static int decode_sit(const struct nlattr *data, struct link *link)
{
	const struct nlattr *tb[IFLA_IPTUN_MAX + 1];

	if (nl_attrs_nested(data, tb, IFLA_IPTUN_MAX))
		return -EBADMSG;
	sit_attrs_decode(tb, link);
	link->odd = odd_params(tb);
	return 0;
}

static int decode_stats(const struct nlattr *attr, struct link *link, struct arena *arena)
{
	struct rtnl_link_stats64 s;
	uint64_t *stats;

	/* The kernel may append fields: read the part that we know. */
	if (!attr || mnl_attr_get_payload_len(attr) < offsetof(struct rtnl_link_stats64, multicast))
		return 0;
	stats = arena_alloc(arena, STAT_COUNT * sizeof(*stats));
	if (!stats)
		return -ENOMEM;
	memset(&s, 0, sizeof(s));
	memcpy(&s, mnl_attr_get_payload(attr), offsetof(struct rtnl_link_stats64, multicast));
	stats[STAT_RX_PACKETS] = s.rx_packets;
	stats[STAT_RX_BYTES] = s.rx_bytes;
	stats[STAT_RX_ERRORS] = s.rx_errors;
	stats[STAT_RX_DROPPED] = s.rx_dropped;
	stats[STAT_TX_PACKETS] = s.tx_packets;
	stats[STAT_TX_BYTES] = s.tx_bytes;
	stats[STAT_TX_ERRORS] = s.tx_errors;
	stats[STAT_TX_DROPPED] = s.tx_dropped;
	link->stats = stats;
	return 0;
}

/* Only for an interface with IPv6; `places` is in the order of enum link_conf. */
static void decode_conf(const struct nlattr *attr, struct link *link)
{
	static const unsigned int places[LINK_CONFS] = { DEVCONF_DISABLE_IPV6, DEVCONF_ACCEPT_RA,
							 DEVCONF_ACCEPT_REDIRECTS, DEVCONF_FORWARDING };
	const struct nlattr *families[AF_INET6 + 1], *tb[IFLA_INET6_CONF + 1];
	const int32_t *values;

	if (!attr || nl_attrs_nested(attr, families, AF_INET6) || !families[AF_INET6] ||
	    nl_attrs_nested(families[AF_INET6], tb, IFLA_INET6_CONF) || !tb[IFLA_INET6_CONF] ||
	    mnl_attr_get_payload_len(tb[IFLA_INET6_CONF]) <= DEVCONF_DISABLE_IPV6 * sizeof(*values))
		return;
	values = mnl_attr_get_payload(tb[IFLA_INET6_CONF]);
	for (int i = 0; i < LINK_CONFS; i++)
		link->conf[i] = values[places[i]];
	link->has_conf = true;
}

bool link_conf(const struct link *link, const char *name, int32_t *value)
{
	for (int i = 0; link->has_conf && i < LINK_CONFS; i++)
		if (!strcmp(link_conf_names[i], name)) {
			*value = link->conf[i];
			return true;
		}
	return false;
}

static bool is_vpn(const char *kind)
{
	static const char *const kinds[] = { "tun", "wireguard", "gre", "ipip", "vti", "xfrm" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kind, kinds[i]))
			return true;
	return false;
}

int link_decode(const struct nlmsghdr *nlh, struct link *link, struct arena *arena)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	char kind[16], alias[ALIAS_SIZE];

	memset(link, 0, sizeof(*link));
	if (nl_attrs(nlh, sizeof(*ifi), tb, IFLA_MAX))
		return -EBADMSG;
	if (!nl_str(tb[IFLA_IFNAME], link->name, sizeof(link->name)) || !link->name[0])
		return -EBADMSG;
	link->index = (uint32_t)ifi->ifi_index;
	link->flags = ifi->ifi_flags;
	link->up = ifi->ifi_flags & IFF_UP;
	link->mtu = nl_u32(tb[IFLA_MTU], 0);
	link->group = nl_u32(tb[IFLA_GROUP], 0);
	link->operstate = nl_u8(tb[IFLA_OPERSTATE], 0);
	link->alias = nl_str(tb[IFLA_IFALIAS], alias, sizeof(alias)) ? arena_text(arena, alias) : "";
	if (!link->alias || decode_stats(tb[IFLA_STATS64], link, arena))
		return -ENOMEM;
	decode_conf(tb[IFLA_AF_SPEC], link);
	if (!tb[IFLA_LINKINFO])
		return 0;
	if (nl_attrs_nested(tb[IFLA_LINKINFO], info, IFLA_INFO_MAX))
		return -EBADMSG;
	if (nl_str(info[IFLA_INFO_SLAVE_KIND], kind, sizeof(kind)) && !strcmp(kind, "vrf"))
		link->vrf = nl_u32(tb[IFLA_MASTER], 0);
	if (!nl_str(info[IFLA_INFO_KIND], kind, sizeof(kind)))
		return 0;
	link->is_sit = !strcmp(kind, "sit");
	link->is_vpn = is_vpn(kind);
	return link->is_sit && info[IFLA_INFO_DATA] ? decode_sit(info[IFLA_INFO_DATA], link) : 0;
}

/*
 * RTM_NEWLINK needs the whole set of tunnel parameters: ipip6_changelink() zeroes those that
 * are missing (net/ipv6/sit.c).
 */
void link_put_newlink(struct nl_batch *b, const struct link *link, uint16_t flags)
{
	struct ifinfomsg *ifi = nl_start(b, RTM_NEWLINK, flags, sizeof(*ifi));
	struct nlattr *info, *data;

	if (!ifi)
		return;
	if (link->index)
		ifi->ifi_index = (int)link->index;
	else
		nl_put_str(b, IFLA_IFNAME, link->name);
	sit_attrs_put(b, link, true);
	nl_put_u32(b, IFLA_GROUP, SITCTL_GROUP);
	info = nl_nest(b, IFLA_LINKINFO);
	nl_put_str(b, IFLA_INFO_KIND, "sit");
	data = nl_nest(b, IFLA_INFO_DATA);
	sit_attrs_put(b, link, false);
	nl_nest_end(b, data);
	nl_nest_end(b, info);
}

/* RTM_SETLINK sets up or down, and on request the MTU and the alias. */
void link_put_setlink(struct nl_batch *b, const struct link *link, bool mtu, bool alias)
{
	struct ifinfomsg *ifi = nl_start(b, RTM_SETLINK, 0, sizeof(*ifi));

	if (!ifi)
		return;
	ifi->ifi_index = (int)link->index;
	ifi->ifi_change = IFF_UP;
	ifi->ifi_flags = link->up ? IFF_UP : 0;
	if (mtu)
		nl_put_u32(b, IFLA_MTU, link->mtu);
	if (alias)
		nl_put_str(b, IFLA_IFALIAS, link->alias);
}

void link_put_dellink(struct nl_batch *b, const struct link *link)
{
	struct ifinfomsg *ifi = nl_start(b, RTM_DELLINK, 0, sizeof(*ifi));

	if (ifi && link->index)
		ifi->ifi_index = (int)link->index;
	else
		nl_put_str(b, IFLA_IFNAME, link->name);
}

bool link_same_tunnel(const struct link *a, const struct link *b)
{
	return a->is_sit && b->is_sit && a->group == b->group && !strcmp(a->alias, b->alias) &&
	       sit_attrs_and_link_equal(a, b);
}

/* Our devices are in group 41; one that is handed back to its former owner gets its previous group. */
uint32_t link_wanted_group(const struct link *link)
{
	return link_alias_ours(link) ? SITCTL_GROUP : link->group;
}

int link_taken(const struct link *has, struct link *want, struct err *err)
{
	struct link expect = *want;

	expect.group = link_wanted_group(want);
	if (has && link_same_tunnel(has, &expect)) {
		want->has_conf = has->has_conf;
		memcpy(want->conf, has->conf, sizeof(want->conf));
		return 0;
	}
	err_sys(err, EOPNOTSUPP, "link %s", want->name);
	err_why(err, "the kernel accepted the device but not all of its parameters");
	return -err->code;
}
