/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sit device: made, changed in place, read back, removed (drivers: net/ipv6/sit.c). */
#include <errno.h>
#include <string.h>
#include "kind.h" /* before linux/: glibc and the kernel define the same names */
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>

static int decode_sit(const struct nlattr *data, struct link *link)
{
	const struct nlattr *tb[IFLA_IPTUN_MAX + 1];

	if (nl_attrs_nested(data, tb, IFLA_IPTUN_MAX))
		return -EBADMSG;
	link->underlay = nl_u32(tb[IFLA_IPTUN_LINK], 0);
	link->local = nl_in(tb[IFLA_IPTUN_LOCAL]);
	link->remote = nl_in(tb[IFLA_IPTUN_REMOTE]);
	link->ttl = nl_u8(tb[IFLA_IPTUN_TTL], 0);
	link->proto = nl_u8(tb[IFLA_IPTUN_PROTO], 0);
	link->pmtudisc = nl_u8(tb[IFLA_IPTUN_PMTUDISC], 0);
	return 0;
}

static void decode_stats(const struct nlattr *attr, struct link *link)
{
	struct rtnl_link_stats64 s;

	/* The kernel appends fields: take the part that we know. */
	if (!attr || mnl_attr_get_payload_len(attr) < offsetof(struct rtnl_link_stats64, multicast))
		return;
	memset(&s, 0, sizeof(s));
	memcpy(&s, mnl_attr_get_payload(attr), offsetof(struct rtnl_link_stats64, multicast));
	link->stats[STAT_RX_PACKETS] = s.rx_packets;
	link->stats[STAT_RX_BYTES] = s.rx_bytes;
	link->stats[STAT_RX_ERRORS] = s.rx_errors;
	link->stats[STAT_RX_DROPPED] = s.rx_dropped;
	link->stats[STAT_TX_PACKETS] = s.tx_packets;
	link->stats[STAT_TX_BYTES] = s.tx_bytes;
	link->stats[STAT_TX_ERRORS] = s.tx_errors;
	link->stats[STAT_TX_DROPPED] = s.tx_dropped;
}

int link_decode(const struct nlmsghdr *nlh, struct link *link)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	char kind[16];

	memset(link, 0, sizeof(*link));
	if (nl_attrs(nlh, sizeof(*ifi), tb, IFLA_MAX))
		return -EBADMSG;
	if (!nl_str(tb[IFLA_IFNAME], link->name, sizeof(link->name)))
		return -EBADMSG;
	link->index = (uint32_t)ifi->ifi_index;
	link->flags = ifi->ifi_flags;
	link->up = ifi->ifi_flags & IFF_UP;
	link->mtu = nl_u32(tb[IFLA_MTU], 0);
	link->group = nl_u32(tb[IFLA_GROUP], 0);
	link->operstate = nl_u8(tb[IFLA_OPERSTATE], 0);
	nl_str(tb[IFLA_IFALIAS], link->alias, sizeof(link->alias));
	decode_stats(tb[IFLA_STATS64], link);
	if (!tb[IFLA_LINKINFO])
		return 0;
	if (nl_attrs_nested(tb[IFLA_LINKINFO], info, IFLA_INFO_MAX))
		return -EBADMSG;
	if (nl_str(info[IFLA_INFO_SLAVE_KIND], kind, sizeof(kind)) && !strcmp(kind, "vrf"))
		link->vrf = nl_u32(tb[IFLA_MASTER], 0);
	link->sit = nl_str(info[IFLA_INFO_KIND], kind, sizeof(kind)) && !strcmp(kind, "sit");
	return link->sit && info[IFLA_INFO_DATA] ? decode_sit(info[IFLA_INFO_DATA], link) : 0;
}

/*
 * RTM_NEWLINK takes the whole set of tunnel parameters: ipip6_changelink() zeroes those that
 * are not named (net/ipv6/sit.c).
 */
static void put_newlink(struct nl_batch *b, const struct link *link, uint16_t flags)
{
	struct ifinfomsg *ifi = nl_start(b, RTM_NEWLINK, flags, sizeof(*ifi));
	struct nlattr *info, *data;

	if (!ifi)
		return;
	if (link->index)
		ifi->ifi_index = (int)link->index;
	else
		nl_put_str(b, IFLA_IFNAME, link->name);
	nl_put_u32(b, IFLA_MTU, link->mtu);
	nl_put_u32(b, IFLA_GROUP, SITCTL_GROUP);
	info = nl_nest(b, IFLA_LINKINFO);
	nl_put_str(b, IFLA_INFO_KIND, "sit");
	data = nl_nest(b, IFLA_INFO_DATA);
	/* Without it the device would also take IPv4 in IPv4 and MPLS. */
	nl_put_u8(b, IFLA_IPTUN_PROTO, IPPROTO_IPV6);
	nl_put_u32(b, IFLA_IPTUN_REMOTE, link->remote.s_addr);
	nl_put_u32(b, IFLA_IPTUN_LOCAL, link->local.s_addr);
	nl_put_u8(b, IFLA_IPTUN_TTL, link->ttl);
	nl_put_u8(b, IFLA_IPTUN_PMTUDISC, 1);
	nl_put_u32(b, IFLA_IPTUN_LINK, link->underlay);
	nl_nest_end(b, data);
	nl_nest_end(b, info);
}

/* What RTM_SETLINK sets: up or down; the MTU and the alias if asked. */
static void put_setlink(struct nl_batch *b, const struct link *link, bool mtu, bool alias)
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

static void put_dellink(struct nl_batch *b, const struct link *link)
{
	struct ifinfomsg *ifi = nl_start(b, RTM_DELLINK, 0, sizeof(*ifi));

	if (ifi && link->index)
		ifi->ifi_index = (int)link->index;
	else
		nl_put_str(b, IFLA_IFNAME, link->name);
}

static int take_link(const struct nlmsghdr *nlh, void *data)
{
	return nlh->nlmsg_type == RTM_NEWLINK ? link_decode(nlh, data) : 0;
}

static int get_link(struct conversation *c, const char *name, struct link *link, struct err *err)
{
	struct ifinfomsg *ifi;

	nl_batch_reset(&c->batch);
	ifi = nl_start(&c->batch, RTM_GETLINK, 0, sizeof(*ifi));
	if (ifi)
		nl_put_str(&c->batch, IFLA_IFNAME, name);
	memset(link, 0, sizeof(*link));
	return nl_get(&c->route, &c->batch, take_link, link, err);
}

static bool same_tunnel(const struct link *a, const struct link *b)
{
	return a->sit && b->sit && a->remote.s_addr == b->remote.s_addr && a->local.s_addr == b->local.s_addr &&
	       a->ttl == b->ttl && a->underlay == b->underlay && a->proto == b->proto && a->pmtudisc == b->pmtudisc &&
	       a->mtu == b->mtu && a->group == b->group && !strcmp(a->alias, b->alias);
}

/* sit ignores attributes that it does not know: only what is read back is there. */
static int read_back(struct conversation *c, const struct link *want, struct err *err)
{
	struct link has, expect = *want;
	int ret = get_link(c, want->name, &has, err);

	if (ret)
		return ret;
	expect.sit = true;
	expect.proto = IPPROTO_IPV6;
	expect.pmtudisc = true;
	expect.group = SITCTL_GROUP;
	if (same_tunnel(&has, &expect))
		return 0;
	err_sys(err, EOPNOTSUPP, "link %s", want->name);
	err_why(err, "the kernel took the device but not all of its parameters");
	return -err->code;
}

static int link_add(struct conversation *c, struct link *want, struct err *err)
{
	struct link made;
	struct err ignored;
	int ret;

	want->index = 0;
	nl_batch_reset(&c->batch);
	put_newlink(&c->batch, want, NLM_F_CREATE | NLM_F_EXCL);
	ret = nl_send(&c->route, &c->batch, err);
	/* An answer that was lost may have been a yes: it is ours if it is there now. */
	if (ret && (!c->batch.lost || get_link(c, want->name, &made, &ignored)))
		return ret;
	/* NLM_F_ECHO would tell the index, but not on 6.1. */
	ret = get_link(c, want->name, &made, err);
	if (!ret) {
		want->index = made.index;
		nl_batch_reset(&c->batch);
		put_setlink(&c->batch, want, false, true);
		ret = nl_send(&c->route, &c->batch, err);
	}
	if (!ret)
		ret = read_back(c, want, err);
	want->half_made = ret;
	return ret;
}

static int link_del(struct conversation *c, const struct link *was, struct err *err)
{
	struct link left;
	struct err ignored;
	int ret;

	nl_batch_reset(&c->batch);
	put_dellink(&c->batch, was);
	ret = nl_send(&c->route, &c->batch, err);
	/* The answer was lost: look. */
	return ret && c->batch.lost && get_link(c, was->name, &left, &ignored) == -ENODEV ? 0 : ret;
}

/* Is more changed than up or down? */
static bool only_up_changes(const struct step *step)
{
	struct link was = step->was.link, want = step->want.link;

	if (was.half_made)
		return false;
	was.sit = want.sit = true;
	want.proto = was.proto;
	want.pmtudisc = was.pmtudisc;
	want.group = was.group;
	return same_tunnel(&was, &want);
}

/* Do those values change that belong to the tunnel, not to every device? */
static bool params_change(const struct step *step)
{
	const struct link *was = &step->was.link, *want = &step->want.link;

	return was->remote.s_addr != want->remote.s_addr || was->local.s_addr != want->local.s_addr ||
	       was->ttl != want->ttl || was->underlay != want->underlay || was->proto != IPPROTO_IPV6 || !was->pmtudisc;
}

static int link_change(struct conversation *c, struct step *step, struct err *err)
{
	struct link *want = &step->want.link;
	bool flags_only = only_up_changes(step), params = !flags_only && params_change(step);
	int ret;

	want->index = want->index ? want->index : step->was.link.index;
	nl_batch_reset(&c->batch);
	/*
	 * ipip6_tunnel_update() takes the tunnel out of its table while it changes it, and a packet
	 * that comes just then is lost: not for an MTU or an alias.
	 */
	if (params)
		put_newlink(&c->batch, want, 0);
	put_setlink(&c->batch, want, !flags_only && !params, !flags_only);
	ret = nl_send(&c->route, &c->batch, err);
	return ret || flags_only ? ret : read_back(c, want, err);
}

static int link_run(struct conversation *c, struct step *step, struct err *err)
{
	if (step->op == STEP_CHANGE)
		return link_change(c, step, err);
	return step->op == STEP_ADD ? link_add(c, &step->want.link, err) : link_del(c, &step->was.link, err);
}

/* The tunnel that has the endpoints of WANT, if there is one. */
struct search {
	const struct link *want;
	struct link rival;
};

static int find_rival(const struct nlmsghdr *nlh, void *data)
{
	struct search *search = data;
	struct link link;
	int ret = link_decode(nlh, &link);

	if (!ret && link.sit && strcmp(link.name, search->want->name) &&
	    link.remote.s_addr == search->want->remote.s_addr && link.local.s_addr == search->want->local.s_addr)
		search->rival = link;
	return ret;
}

static void forget_rival(void *data)
{
	struct search *search = data;

	memset(&search->rival, 0, sizeof(search->rival));
}

/* EEXIST means a taken name or taken endpoints, EOPNOTSUPP no sit; the kernel does not say which. */
static void link_explain(struct conversation *c, const struct step *step, struct err *err)
{
	const struct link *want = &step->want.link;
	struct search search = { .want = want };
	struct err ignored;
	struct link taken;
	char remote[NET6_TEXT], local[NET6_TEXT];

	if (err->code == EOPNOTSUPP && step->op == STEP_ADD) {
		err_why(err, "this kernel has no SIT tunnels");
		err_hint(err, "load them with 'modprobe sit'; Debian has the module in linux-image-amd64, others in a "
			      "package of extra modules");
	}
	if (err->code != EEXIST)
		return;
	if (step->op == STEP_ADD && !get_link(c, want->name, &taken, &ignored)) {
		err_why(err, "the name %s is taken by a device that sitctl did not make", want->name);
		err_hint(err, "choose another name, or remove that device");
		return;
	}
	nl_batch_reset(&c->batch);
	nl_start(&c->batch, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	if (nl_dump(&c->route, &c->batch, find_rival, forget_rival, &search, &ignored) || !search.rival.index)
		return;
	err_why(err, "the tunnel %s already has these endpoints (remote %s, local %s)", search.rival.name,
		addr4_text(want->remote, remote), want->local.s_addr ? addr4_text(want->local, local) : "any");
	err_hint(err, "only one tunnel can have them: remove %s, or give another 'remote' or 'local'",
		 search.rival.name);
}

static void print_tunnel(const struct link *link, FILE *out)
{
	char text[NET6_TEXT];

	fprintf(out, " mtu %u type sit mode ip6ip remote %s", link->mtu, addr4_text(link->remote, text));
	fprintf(out, " local %s", link->local.s_addr ? addr4_text(link->local, text) : "any");
	if (link->ttl)
		fprintf(out, " ttl %u pmtudisc", link->ttl);
	else
		fprintf(out, " ttl inherit pmtudisc");
	if (link->underlay) {
		fprintf(out, " dev ");
		print_word(out, link->underlay_name);
	}
	fputc('\n', out);
}

static void print_set(const struct link *link, bool mtu, bool alias, FILE *out)
{
	fprintf(out, "ip link set dev ");
	print_word(out, link->name);
	if (mtu)
		fprintf(out, " mtu %u", link->mtu);
	if (alias) {
		fprintf(out, " alias ");
		print_word(out, link->alias);
	}
	fprintf(out, "%s\n", link->up ? " up" : alias ? "" : " down");
}

static void link_print(const struct step *step, FILE *out)
{
	const struct link *link = &step_object(step)->link;
	bool flags_only = step->op == STEP_CHANGE && only_up_changes(step);
	bool params = !flags_only && (step->op != STEP_CHANGE || params_change(step));

	if (params) {
		fprintf(out, "ip link %s dev ",
			step->op == STEP_ADD	  ? "add"
			: step->op == STEP_CHANGE ? "change"
						  : "del");
		print_word(out, link->name);
		if (step->op == STEP_DEL) {
			fputc('\n', out);
			return;
		}
		if (step->op == STEP_ADD)
			fprintf(out, " group %d", SITCTL_GROUP);
		print_tunnel(link, out);
	}
	print_set(link, !flags_only && !params, !flags_only, out);
}

static json_t *link_json(const struct object *object)
{
	const struct link *l = &object->link;
	char remote[NET6_TEXT], local[NET6_TEXT];
	json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:i, s:b}", "dev", l->name, "alias", l->alias, "remote",
				 addr4_text(l->remote, remote), "local",
				 l->local.s_addr ? addr4_text(l->local, local) : "any", "mtu", (int)l->mtu, "up",
				 l->up);

	json_object_set_new(json, "ttl", l->ttl ? json_integer(l->ttl) : json_string("inherit"));
	if (l->underlay)
		json_object_set_new(json, "underlay", json_string(l->underlay_name));
	return json;
}

static void link_label(const struct object *object, char *buf, size_t size)
{
	snprintf(buf, size, "tunnel device %s", object->link.name);
}

const struct kind link_kind = {
	.name = "link",
	.run = link_run,
	.explain = link_explain,
	.print = link_print,
	.json = link_json,
	.label = link_label,
};
