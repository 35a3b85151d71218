/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/conversation.h"

#define BATCH_SIZE (4 << 20) /* 200,000 set elements in an nf_tables batch */

int conversation_open(struct conversation *c, struct err *err)
{
	int ret;

	memset(c, 0, sizeof(*c));
	ret = nl_batch_init(&c->batch, BATCH_SIZE, err);
	if (!ret && !conversation_socket(c, NL_ROUTE, err))
		ret = -err->code;
	if (ret)
		conversation_close(c);
	return ret;
}

void conversation_close(struct conversation *c)
{
	for (int i = 0; i < NL_FAMILIES; i++)
		nl_close(&c->sockets[i]);
	conversation_forget_generic(c);
	nl_batch_free(&c->batch);
}

struct nl *conversation_socket(struct conversation *c, enum nl_family family, struct err *err)
{
	struct nl *nl = &c->sockets[family];

	return nl->sock || !nl_open(nl, &nl_protocols[family], err) ? nl : NULL;
}

int conversation_send(struct conversation *c, enum nl_family family, struct err *err)
{
	return conversation_send_get(c, family, NULL, NULL, err);
}

int conversation_send_get(struct conversation *c, enum nl_family family, nl_cb cb, void *data, struct err *err)
{
	struct nl *nl = conversation_socket(c, family, err);

	return nl ? nl_send_get(nl, &c->batch, cb, data, err) : -err->code;
}

int conversation_get(struct conversation *c, enum nl_family family, nl_cb cb, void *data, struct err *err)
{
	struct nl *nl = conversation_socket(c, family, err);

	return nl ? nl_get(nl, &c->batch, cb, data, err) : -err->code;
}

int conversation_dump(struct conversation *c, enum nl_family family, nl_cb cb, void (*reset)(void *data), void *data,
		      struct err *err)
{
	struct nl *nl = conversation_socket(c, family, err);

	return nl ? nl_dump(nl, &c->batch, cb, reset, data, err) : -err->code;
}

void conversation_hang_up(struct conversation *c, enum nl_family family)
{
	nl_close(&c->sockets[family]);
}

const struct genl_family *conversation_generic(struct conversation *c, const char *name, struct err *err)
{
	struct genl_family *family = c->generic;
	struct nl *nl;

	while (family && strcmp(family->name, name) != 0)
		family = family->next;
	if (!family) {
		nl = conversation_socket(c, NL_GENERIC, err);
		family = nl ? genl_resolve(nl, &c->batch, name, err) : NULL;
		if (!family)
			return NULL;
		family->next = c->generic;
		c->generic = family;
	}
	if (family->id)
		return family;
	err_sys(err, ENOENT, "generic netlink family %s", name);
	err_why(err, "this kernel does not have it, or its module is not loaded");
	return NULL;
}

void conversation_forget_generic(struct conversation *c)
{
	while (c->generic) {
		struct genl_family *next = c->generic->next;

		free(c->generic);
		c->generic = next;
	}
}
