/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 addresses of an interface (RTM_NEWADDR, net/ipv6/addrconf.c). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/addr.h" /* before linux/: glibc and the kernel define the same names */
#include "base/err.h"
#include "base/quote.h"
#include "kernel/conversation.h"
#include "kernel/mark.h"
#include "kernel/object.h"
#include "kernel/sysctl.h"
#include "netlink/message.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

static void addr_encode(const struct step *step, struct nl_batch *b)
{
	const struct addr *a = &step_object(step)->addr;
	bool add = step->op != STEP_DEL;
	struct ifaddrmsg *ifa = nl_start(b, add ? RTM_NEWADDR : RTM_DELADDR, add ? NLM_F_CREATE | NLM_F_EXCL : 0,
					 sizeof(*ifa));

	if (!ifa)
		return;
	ifa->ifa_family = AF_INET6;
	ifa->ifa_prefixlen = a->net.len;
	ifa->ifa_index = a->index;
	nl_put(b, IFA_LOCAL, sizeof(a->net.addr), &a->net.addr);
	nl_put(b, IFA_ADDRESS, sizeof(a->net.addr), &a->net.addr);
	if (!add)
		return;
	if (a->nodad)
		nl_put_u32(b, IFA_FLAGS, IFA_F_NODAD);
	/* Kernels before 5.18 ignore it. */
	nl_put_u8(b, ADDR_PROTO, SITCTL_PROTO);
}

static void addr_explain(struct conversation *c, const struct step *step, struct err *err)
{
	char key[SYSCTL_KEY_SIZE], quoted[4 * SYSCTL_KEY_SIZE];

	(void)c;
	if (step->op == STEP_DEL)
		return;
	if (err->code == EEXIST)
		err_hint(err, "see 'ip -6 addr show dev %s': the address is already there", step->want->addr.ifname);
	snprintf(key, sizeof(key), "net/ipv6/conf/%s/disable_ipv6=0", step->want->addr.ifname);
	if (err->code == EACCES)
		err_hint(err, "enable IPv6, which is disabled on %s: sysctl %s", step->want->addr.ifname,
			 quote_word(key, quoted, sizeof(quoted)));
}

static void addr_print(const struct step *step, FILE *out)
{
	const struct addr *a = &step_object(step)->addr;
	char text[NET6_TEXT];

	fprintf(out, "ip -6 addr %s %s dev ", step->op == STEP_DEL ? "del" : "add", net6_text(&a->net, text));
	print_word(out, a->ifname);
	fprintf(out, "%s\n", a->nodad && step->op != STEP_DEL ? " nodad" : "");
}

static json_t *addr_json(const struct object *object)
{
	const struct addr *a = &object->addr;
	char text[NET6_TEXT];

	return json_pack("{s:s, s:o}", "address", net6_text(&a->net, text), "dev", text_json(a->ifname));
}

static void addr_label(const struct object *object, char *buf, size_t size)
{
	char text[NET6_TEXT];

	snprintf(buf, size, "address %s on %s", net6_text(&object->addr.net, text), object->addr.ifname);
}

const struct kind addr_kind = {
	.name = "address",
	.size = OBJECT_SIZE(addr),
	.encode = addr_encode,
	.explain = addr_explain,
	.print = addr_print,
	.json = addr_json,
	.label = addr_label,
};
