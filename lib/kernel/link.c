/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sit device: add it, change it in place, read it back, remove it (net/ipv6/sit.c). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/link.h" /* before linux/: glibc and the kernel define the same names */
#include "base/arena.h"
#include "base/err.h"
#include "base/inet6.h"
#include "base/quote.h"
#include "kernel/conversation.h"
#include "kernel/linkbulk.h"
#include "kernel/linkmsg.h"
#include "kernel/mark.h"
#include "kernel/object.h"
#include "kernel/sitattrs.h"
#include "netlink/message.h"
#include "netlink/socket.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

/* The device that an answer is about. Ends with arena_free(). */
struct answer {
	struct link link;
	struct arena arena;
};

static int take_link(const struct nlmsghdr *nlh, void *data)
{
	struct answer *answer = data;

	return nlh->nlmsg_type == RTM_NEWLINK ? link_decode(nlh, &answer->link, &answer->arena) : 0;
}

static void put_getlink(struct nl_batch *b, const char *name)
{
	struct ifinfomsg *ifi = nl_start(b, RTM_GETLINK, 0, sizeof(*ifi));

	if (ifi)
		nl_put_str(b, IFLA_IFNAME, name);
}

static int get_link(struct conversation *c, const char *name, struct answer *answer, struct err *err)
{
	nl_batch_reset(&c->batch);
	put_getlink(&c->batch, name);
	memset(answer, 0, sizeof(*answer));
	return conversation_get(c, NL_ROUTE, take_link, answer, err);
}

/* Is the device taken over from another program or handed back, or does it return from a group to be removed? */
static bool group_changes(const struct step *step)
{
	return link_alias_ours(&step->was->link) != link_alias_ours(&step->want->link) ||
	       link_condemned(&step->was->link);
}

/* Send the batch, followed by a query for what the kernel has after it. */
static int send_and_get(struct conversation *c, const char *name, struct answer *has, struct err *err)
{
	put_getlink(&c->batch, name);
	memset(has, 0, sizeof(*has));
	return conversation_send_get(c, NL_ROUTE, take_link, has, err);
}

static int link_add(struct conversation *c, struct link *want, struct err *err)
{
	struct answer made;
	struct err ignored;
	int ret;

	want->index = 0;
	nl_batch_reset(&c->batch);
	link_put_newlink(&c->batch, want, NLM_F_CREATE | NLM_F_EXCL);
	/* NLM_F_ECHO would return the index, but not on 6.1. */
	ret = send_and_get(c, want->name, &made, err);
	arena_free(&made.arena);
	if (ret) {
		const struct nl_result *r = &c->batch.results[0];
		bool yes = r->answered && !r->code, lost = !r->answered && c->batch.lost;

		/* A lost answer may have been a success: the device is ours if it exists now. */
		bool there = (yes || lost) && !get_link(c, want->name, &made, &ignored);

		arena_free(&made.arena);
		if (!yes && !there)
			return ret;
		want->half_made = true;
		if (!made.link.index)
			return ret;
	}
	want->index = made.link.index;
	nl_batch_reset(&c->batch);
	link_put_setlink(&c->batch, want, false, true);
	/* sit ignores unknown attributes: only what is read back was applied. */
	ret = send_and_get(c, want->name, &made, err);
	if (!ret)
		ret = link_taken(&made.link, want, err);
	arena_free(&made.arena);
	want->half_made = ret;
	return ret;
}

static int link_del(struct conversation *c, const struct link *was, struct err *err)
{
	struct answer left = { .arena.last = NULL };
	struct err ignored;
	int ret;

	nl_batch_reset(&c->batch);
	link_put_dellink(&c->batch, was);
	ret = conversation_send(c, NL_ROUTE, err);
	/* The answer was lost: check. */
	if (ret && c->batch.lost && get_link(c, was->name, &left, &ignored) == -ENODEV)
		ret = 0;
	arena_free(&left.arena);
	return ret;
}

/* Does only the up or down state change? */
static bool only_up_changes(const struct step *step)
{
	struct link was = step->was->link, want = step->want->link;

	if (was.half_made || link_condemned(&was))
		return false;
	want.group = was.group;
	return link_same_tunnel(&was, &want);
}

/* Do values change that belong to the tunnel, and not to every device? */
static bool tunnel_changes(const struct step *step)
{
	return !sit_attrs_equal(&step->was->link, &step->want->link);
}

static int link_change(struct conversation *c, struct step *step, struct err *err)
{
	struct link *want = &step->want->link;
	bool flags_only = only_up_changes(step), params = !flags_only && tunnel_changes(step);
	struct answer has;
	int ret;

	want->index = want->index ? want->index : step->was->link.index;
	nl_batch_reset(&c->batch);
	/*
	 * ipip6_tunnel_update() takes the tunnel out of its table while it changes it, and a packet that
	 * arrives meanwhile is lost: avoid that for a mere change of MTU or alias.
	 */
	if (params)
		link_put_newlink(&c->batch, want, 0);
	link_put_setlink(&c->batch, want, !flags_only && !params, !flags_only);
	if (!flags_only && group_changes(step))
		nl_put_u32(&c->batch, IFLA_GROUP, link_wanted_group(want));
	if (flags_only)
		return conversation_send(c, NL_ROUTE, err);
	ret = send_and_get(c, want->name, &has, err);
	if (!ret)
		ret = link_taken(&has.link, want, err);
	arena_free(&has.arena);
	return ret;
}

static int link_run(struct conversation *c, struct step *step, struct err *err)
{
	if (step->op == STEP_CHANGE)
		return link_change(c, step, err);
	return step->op == STEP_ADD ? link_add(c, &step->want->link, err) : link_del(c, &step->was->link, err);
}

/* Only the up or down state. */
static void link_encode(const struct step *step, struct nl_batch *b)
{
	link_put_setlink(b, &step->want->link, false, false);
}

static bool link_single(const struct step *step)
{
	return step->op == STEP_CHANGE && only_up_changes(step);
}

/* Finds the tunnel that has the endpoints of WANT, if there is one. */
struct search {
	const struct link *want;
	struct link rival;
};

static int find_rival(const struct nlmsghdr *nlh, void *data)
{
	struct search *search = data;
	struct arena arena = { NULL };
	struct link link;
	int ret = link_decode(nlh, &link, &arena);

	if (!ret && link.is_sit && strcmp(link.name, search->want->name) &&
	    link.remote.s_addr == search->want->remote.s_addr && link.local.s_addr == search->want->local.s_addr)
		search->rival = link;
	arena_free(&arena); /* only the rival's name is used */
	return ret;
}

static void forget_rival(void *data)
{
	struct search *search = data;

	memset(&search->rival, 0, sizeof(search->rival));
}

/* EEXIST means a name or endpoints in use, EOPNOTSUPP no sit; the kernel gives no details. */
static void link_explain(struct conversation *c, const struct step *step, struct err *err)
{
	const struct link *want = &step_object(step)->link;
	struct search search = { .want = want };
	struct err ignored;
	struct answer taken;
	char remote[NET6_TEXT], local[NET6_TEXT];

	if (err->code == EOPNOTSUPP && step->op == STEP_ADD) {
		err_why(err, "this kernel does not support SIT tunnels");
		err_hint(err, "load the module with 'modprobe sit'; Debian has it in linux-image-amd64, other "
			      "distributions in a package of extra modules");
	}
	if (err->code != EEXIST || step->op == STEP_DEL)
		return;
	if (step->op == STEP_ADD && !get_link(c, want->name, &taken, &ignored)) {
		arena_free(&taken.arena);
		err_why(err, "the name %s is taken by a device that sitctl did not make", want->name);
		err_hint(err, "choose another name, or remove that device");
		return;
	}
	nl_batch_reset(&c->batch);
	nl_start(&c->batch, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	if (conversation_dump(c, NL_ROUTE, find_rival, forget_rival, &search, &ignored) || !search.rival.index)
		return;
	err_why(err, "the tunnel %s already has these endpoints (remote %s, local %s)", search.rival.name,
		addr4_text(want->remote, remote), want->local.s_addr ? addr4_text(want->local, local) : "any");
	if (search.rival.group != SITCTL_GROUP && link_of_client(want))
		err_hint(err,
			 "take it over with 'sitctl client adopt %s', remove it, or give another 'remote' or 'local': "
			 "no two tunnels can have the same endpoints",
			 search.rival.name);
	else
		err_hint(err,
			 "remove %s, or give another 'remote' or 'local': no two tunnels can have the same endpoints",
			 search.rival.name);
}

static void print_set(const struct link *link, bool group, bool mtu, bool alias, FILE *out)
{
	fprintf(out, "ip link set dev ");
	print_word(out, link->name);
	if (group)
		fprintf(out, " group %u", link_wanted_group(link));
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
	bool params = !flags_only && (step->op != STEP_CHANGE || tunnel_changes(step));

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
		sit_attrs_print(link, NULL, true, out);
		fputs(" type sit", out);
		sit_attrs_print(link, step->op == STEP_CHANGE ? &step->was->link : NULL, false, out);
		fputc('\n', out);
	}
	print_set(link, step->op == STEP_CHANGE && group_changes(step), !flags_only && !params, !flags_only, out);
}

static json_t *link_json(const struct object *object)
{
	const struct link *l = &object->link;
	json_t *json = json_pack("{s:o, s:o, s:b}", "dev", text_json(l->name), "alias", text_json(l->alias), "up",
				 l->up);

	sit_attrs_json(l, json);
	return json;
}

static void link_label(const struct object *object, char *buf, size_t size)
{
	snprintf(buf, size, "tunnel device %s", object->link.name);
}

const struct kind link_kind = {
	.name = "link",
	.size = OBJECT_SIZE(link),
	.run = link_run,
	.encode = link_encode,
	.single = link_single,
	.many = link_many,
	.run_many = link_run_many,
	.explain = link_explain,
	.print = link_print,
	.json = link_json,
	.label = link_label,
};
