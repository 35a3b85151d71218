/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proxy neighbour entries: the addresses that the NDP proxy answers for (RTM_NEWNEIGH, net/core/neighbour.c). */
#include <stdio.h>

#include "kernel/neigh.h" /* before linux/: glibc and the kernel define the same names */
#include "base/inet6.h"
#include "base/quote.h"
#include "kernel/mark.h"
#include "kernel/object.h"
#include "netlink/message.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

static void neigh_encode(const struct step *step, struct nl_batch *b)
{
	const struct neigh *n = &step_object(step)->neigh;
	bool add = step->op != STEP_DEL;
	struct ndmsg *ndm = nl_start(b, add ? RTM_NEWNEIGH : RTM_DELNEIGH, add ? NLM_F_CREATE : 0, sizeof(*ndm));

	if (!ndm)
		return;
	ndm->ndm_family = AF_INET6;
	ndm->ndm_ifindex = (int)n->index;
	ndm->ndm_flags = NTF_PROXY;
	nl_put(b, NDA_DST, sizeof(n->addr), &n->addr);
	if (add)
		nl_put_u8(b, NDA_PROTOCOL, SITCTL_PROTO);
}

static void neigh_print(const struct step *step, FILE *out)
{
	const struct neigh *n = &step_object(step)->neigh;
	char text[NET6_TEXT];

	fprintf(out, "ip -6 neigh %s proxy %s dev ", step->op == STEP_DEL ? "del" : "add", addr6_text(&n->addr, text));
	print_word(out, n->ifname);
	if (step->op != STEP_DEL)
		fprintf(out, " protocol %d", SITCTL_PROTO);
	fputc('\n', out);
}

static json_t *neigh_json(const struct object *object)
{
	char text[NET6_TEXT];

	return json_pack("{s:s, s:o}", "address", addr6_text(&object->neigh.addr, text), "dev",
			 text_json(object->neigh.ifname));
}

static void neigh_label(const struct object *object, char *buf, size_t size)
{
	char text[NET6_TEXT];

	snprintf(buf, size, "proxy neighbour %s on %s", addr6_text(&object->neigh.addr, text), object->neigh.ifname);
}

const struct kind neigh_kind = {
	.name = "neighbour",
	.size = OBJECT_SIZE(neigh),
	.encode = neigh_encode,
	.print = neigh_print,
	.json = neigh_json,
	.label = neigh_label,
};
