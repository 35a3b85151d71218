/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many sit devices at a time: a server's peers come and go together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "kernel/linkbulk.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/linkmsg.h"
#include "kernel/mark.h"
#include "kernel/sitattrs.h"

#include <linux/rtnetlink.h>

bool link_many(const struct step *step)
{
	return step->op != STEP_CHANGE;
}

/* The existing sit devices, by name. */
struct found {
	struct link *links;
	struct arena arena; /* what they point to */
	size_t n, room;
};

static int take_found(const struct nlmsghdr *nlh, void *data)
{
	struct found *f = data;

	if (f->n == f->room) {
		size_t room = f->room ? 2 * f->room : 256;
		struct link *grown = realloc(f->links, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		f->links = grown;
		f->room = room;
	}
	return link_decode(nlh, &f->links[f->n++], &f->arena);
}

static void forget_found(void *data)
{
	struct found *f = data;

	f->n = 0;
	arena_free(&f->arena);
}

static void found_free(struct found *f)
{
	free(f->links);
	arena_free(&f->arena);
}

static int cmp_name(const void *a, const void *b)
{
	return strcmp(((const struct link *)a)->name, ((const struct link *)b)->name);
}

/* Ends with found_free(), also after an error. */
static int find_all(struct conversation *c, struct found *f, struct err *err)
{
	int ret;

	nl_batch_reset(&c->batch);
	nl_start(&c->batch, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	ret = conversation_dump(c, NL_ROUTE, take_found, forget_found, f, err);
	if (!ret && f->n)
		qsort(f->links, f->n, sizeof(*f->links), cmp_name);
	return ret;
}

static struct link *find(const struct found *f, const struct link *key)
{
	return f->n ? bsearch(key, f->links, f->n, sizeof(*key), cmp_name) : NULL;
}

typedef void (*put_step)(struct nl_batch *b, const struct step *step, uint32_t group);

/* The first refusal in a send that was refused in part; with GONE, a device that no longer exists does not count. */
static int first_refusal(const struct nl_batch *b, bool gone, int ret, size_t *refused, struct err *err)
{
	bool lost = false;

	for (size_t i = 0; i < b->n; i++) {
		int code = b->results[i].code;

		lost = lost || !b->results[i].answered;
		if (!code || (gone && code == ENODEV))
			continue;
		*refused += i;
		err->code = code;
		return -code;
	}
	return lost ? ret : 0;
}

/* One message for each step, many per send, until one is refused. DONE may be NULL. */
static int send_all(struct conversation *c, const struct step *steps, size_t n, put_step put, uint32_t group, bool gone,
		    bool *done, size_t *refused, struct err *err)
{
	struct nl_batch *b = &c->batch;
	int ret = 0;

	for (size_t from = 0; !ret && from < n; from += NL_BATCH_MAX) {
		size_t count = n - from < NL_BATCH_MAX ? n - from : NL_BATCH_MAX;

		nl_batch_reset(b);
		for (size_t i = 0; i < count; i++)
			put(b, &steps[from + i], group);
		*refused = from;
		ret = conversation_send(c, NL_ROUTE, err);
		/* A lost answer may have been a success. */
		for (size_t i = 0; done && i < count; i++)
			done[from + i] = !ret || !b->results[i].answered || !b->results[i].code;
		if (ret)
			ret = first_refusal(b, gone, ret, refused, err);
	}
	return ret;
}

static void put_new(struct nl_batch *b, const struct step *step, uint32_t group)
{
	(void)group;
	link_put_newlink(b, &step->want->link, NLM_F_CREATE | NLM_F_EXCL);
}

static void put_alias(struct nl_batch *b, const struct step *step, uint32_t group)
{
	(void)group;
	link_put_setlink(b, &step->want->link, false, true);
}

static void put_group(struct nl_batch *b, const struct step *step, uint32_t group)
{
	struct ifinfomsg *ifi = nl_start(b, RTM_SETLINK, 0, sizeof(*ifi));

	if (!ifi)
		return;
	ifi->ifi_index = (int)step->was->link.index;
	nl_put_u32(b, IFLA_GROUP, group);
}

/* Find their indexes, then mark them. sit ignores unknown attributes: only what is read back was applied. */
static int mark_all(struct conversation *c, struct step *steps, size_t n, size_t *refused, struct err *err)
{
	struct found f = { 0 };
	int ret = find_all(c, &f, err);

	for (size_t i = 0; !ret && i < n; i++) {
		const struct link *made = find(&f, &steps[i].want->link);

		*refused = i;
		if (made)
			steps[i].want->link.index = made->index;
		else
			ret = err_sys(err, ENODEV, "link %s", steps[i].want->link.name);
	}
	if (!ret)
		ret = send_all(c, steps, n, put_alias, 0, false, NULL, refused, err);
	if (!ret)
		ret = find_all(c, &f, err);
	for (size_t i = 0; !ret && i < n; i++) {
		*refused = i;
		ret = link_taken(find(&f, &steps[i].want->link), &steps[i].want->link, err);
	}
	found_free(&f);
	return ret;
}

/* Some were refused: which of those that may have been created exist? Only these are undone, by their index. */
static void settle(struct conversation *c, struct step *steps, size_t n, bool *done)
{
	struct found f = { 0 };
	struct err ignored;
	int ret = find_all(c, &f, &ignored);

	for (size_t i = 0; i < n; i++) {
		struct link *want = &steps[i].want->link;
		const struct link *made = !ret && done[i] ? find(&f, want) : NULL;

		done[i] = made && made->is_sit && made->group == SITCTL_GROUP && !made->alias[0] &&
			  sit_attrs_equal(made, want);
		want->index = done[i] ? made->index : 0;
	}
	found_free(&f);
}

static int add_all(struct conversation *c, struct step *steps, size_t n, bool *done, size_t *refused, struct err *err)
{
	int ret;

	for (size_t i = 0; i < n; i++)
		steps[i].want->link.index = 0;
	ret = send_all(c, steps, n, put_new, 0, false, done, refused, err);
	if (!ret)
		return mark_all(c, steps, n, refused, err);
	settle(c, steps, n, done);
	return ret;
}

/* A group without devices, out of those that link_condemned() recognizes. */
static int free_group(struct conversation *c, uint32_t *group, struct err *err)
{
	struct found f = { 0 };
	int ret = find_all(c, &f, err);
	bool taken = true;

	while (!ret && taken) {
		if (getrandom(group, sizeof(*group), 0) != sizeof(*group)) {
			ret = err_sys(err, EIO, "getrandom");
			break;
		}
		*group = CONDEMNED_GROUPS | (*group & UINT32_C(0xffffff));
		taken = false;
		for (size_t i = 0; i < f.n; i++)
			taken = taken || f.links[i].group == *group;
	}
	found_free(&f);
	return ret;
}

/* Have all these devices gone? */
static bool all_gone(struct conversation *c, const struct step *steps, size_t n)
{
	struct found f = { 0 };
	struct err ignored;
	bool gone = !find_all(c, &f, &ignored);

	for (size_t i = 0; gone && i < n; i++) {
		const struct link *left = find(&f, &steps[i].was->link);

		gone = !left || left->index != steps[i].was->link.index;
	}
	found_free(&f);
	return gone;
}

/*
 * The kernel waits for other processors once for each removed device, or once for a whole group
 * (rtnl_group_dellink(), net/core/rtnetlink.c). It removes all devices that are in the group at
 * that moment, so ours get a group of their own, without foreign devices.
 */
static int del_all(struct conversation *c, struct step *steps, size_t n, bool *done, size_t *refused, struct err *err)
{
	struct err ignored;
	struct ifinfomsg *ifi;
	size_t none;
	uint32_t group;
	int ret = free_group(c, &group, err);

	if (ret)
		return ret;
	ret = send_all(c, steps, n, put_group, group, true, NULL, refused, err);
	if (!ret) {
		nl_batch_reset(&c->batch);
		ifi = nl_start(&c->batch, RTM_DELLINK, 0, sizeof(*ifi));
		if (ifi)
			nl_put_u32(&c->batch, IFLA_GROUP, group);
		ret = conversation_send(c, NL_ROUTE, err);
	}
	/* A lost answer may have been a success, and another program may have been faster. */
	if (ret == -ENODEV || (ret && all_gone(c, steps, n)))
		ret = 0;
	if (ret)
		send_all(c, steps, n, put_group, SITCTL_GROUP, true, NULL, &none, &ignored);
	for (size_t i = 0; i < n; i++)
		done[i] = !ret;
	return ret;
}

int link_run_many(struct conversation *c, struct step *steps, size_t n, bool *done, size_t *refused, struct err *err)
{
	*refused = 0;
	if (steps->op == STEP_ADD)
		return add_all(c, steps, n, done, refused, err);
	return del_all(c, steps, n, done, refused, err);
}
