/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/generic.h"

#define CTRL_VERSION 2 /* net/netlink/genetlink.c, genl_ctrl */

void genl_start(struct nl_batch *batch, uint16_t id, uint16_t flags, uint8_t cmd, uint8_t version)
{
	struct genlmsghdr *genl = nl_start(batch, id, flags, sizeof(*genl));

	if (!genl)
		return;
	genl->cmd = cmd;
	genl->version = version;
}

/* Find the number of the group NAME in a list of nests, one per group; else *GROUP is unchanged. 0 or -EBADMSG. */
static int find_group(const void *groups, size_t len, const char *name, uint32_t *group)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1], *attr = groups;
	char has[GENL_NAMSIZ];
	int left = (int)len;

	for (; mnl_attr_ok(attr, left); attr = mnl_attr_next(attr)) {
		if (nl_attrs_nested(attr, tb, CTRL_ATTR_MCAST_GRP_MAX) || !nl_u32(tb[CTRL_ATTR_MCAST_GRP_ID], 0) ||
		    !nl_str(tb[CTRL_ATTR_MCAST_GRP_NAME], has, sizeof(has)))
			return -EBADMSG;
		if (!strcmp(has, name))
			*group = nl_u32(tb[CTRL_ATTR_MCAST_GRP_ID], 0);
		left -= MNL_ALIGN(attr->nla_len);
	}
	return left > 0 ? -EBADMSG : 0;
}

int genl_group(const struct genl_family *family, const char *name, uint32_t *group, struct err *err)
{
	*group = 0;
	find_group(family->groups, family->groups_len, name, group);
	return *group ? 0 : err_sys(err, ENOENT, "multicast group %s of generic netlink family %s", name, family->name);
}

static struct genl_family *new_family(const char *name, uint16_t id, const void *groups, size_t len)
{
	struct genl_family *family = calloc(1, sizeof(*family) + len);

	if (!family)
		return NULL;
	snprintf(family->name, sizeof(family->name), "%s", name);
	family->id = id;
	family->groups_len = len;
	memcpy(family->groups, groups, len);
	return family;
}

int genl_decode(const struct nlmsghdr *nlh, struct genl_family **family)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const void *groups = "";
	char name[GENL_NAMSIZ];
	uint32_t ignored = 0;
	size_t len = 0;
	uint16_t id;

	*family = NULL;
	if (nlh->nlmsg_type != GENL_ID_CTRL || nl_attrs(nlh, GENL_HDRLEN, tb, CTRL_ATTR_MAX) ||
	    genl->cmd != CTRL_CMD_NEWFAMILY || !nl_str(tb[CTRL_ATTR_FAMILY_NAME], name, sizeof(name)))
		return -EBADMSG;
	id = nl_u16(tb[CTRL_ATTR_FAMILY_ID], 0);
	if (tb[CTRL_ATTR_MCAST_GROUPS]) {
		groups = mnl_attr_get_payload(tb[CTRL_ATTR_MCAST_GROUPS]);
		len = mnl_attr_get_payload_len(tb[CTRL_ATTR_MCAST_GROUPS]);
	}
	if (id < GENL_MIN_ID || find_group(groups, len, "", &ignored))
		return -EBADMSG;
	*family = new_family(name, id, groups, len);
	return *family ? 0 : -ENOMEM;
}

static int take_family(const struct nlmsghdr *nlh, void *data)
{
	struct genl_family **family = data;

	free(*family); /* from a previous answer: the kernel sends only one */
	return genl_decode(nlh, family);
}

struct genl_family *genl_resolve(struct nl *nl, struct nl_batch *batch, const char *name, struct err *err)
{
	struct genl_family *family = NULL;
	int ret;

	nl_batch_reset(batch);
	genl_start(batch, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, CTRL_VERSION);
	nl_put_str(batch, CTRL_ATTR_FAMILY_NAME, name);
	ret = nl_get(nl, batch, take_family, &family, err);
	if (ret == -ENOENT) {
		free(family);
		family = new_family(name, 0, "", 0);
		ret = family ? 0 : err_sys(err, ENOMEM, "netlink answer");
	} else if (!ret && (!family || strcmp(family->name, name) != 0)) {
		ret = err_sys(err, EBADMSG, "netlink answer");
	}
	if (!ret)
		return family;
	free(family);
	snprintf(err->step, sizeof(err->step), "generic netlink family %s", name);
	return NULL;
}
