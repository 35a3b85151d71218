/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the requests of a fixed set of steps, a datagram a line, in hexadecimal: built for two byte orders, compared by
 * tests/s390x/compare. The linker puts it in the place of the socket (--wrap of the Makefile); every answer is a yes.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/err.h"
#include "base/inet6.h"
#include "kernel/addr.h"
#include "kernel/conntrack.h"
#include "kernel/conversation.h"
#include "kernel/linkbulk.h"
#include "kernel/neigh.h"
#include "kernel/nft/elements.h"
#include "kernel/nft/load.h"
#include "kernel/object.h"
#include "kernel/path.h"
#include "kernel/route.h"
#include "netlink/message.h"
#include "netlink/socket.h"
#include "plan/kinds.h"
#include "state/snapshot.h"
#include <linux/rtnetlink.h>

static uint32_t first, last; /* sequence numbers that wait for an answer */

int __wrap_mnl_socket_get_fd(const struct mnl_socket *sock);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *sock, const void *buf, size_t len);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __wrap_getrandom(void *buf, size_t size, unsigned int flags);

/* The group in which devices go together: the same each time, in either order. */
ssize_t __wrap_getrandom(void *buf, size_t size, unsigned int flags)
{
	(void)flags;
	memset(buf, 0x11, size);
	return (ssize_t)size;
}

int __wrap_mnl_socket_get_fd(const struct mnl_socket *sock)
{
	(void)sock;
	return -1;
}

static void print(const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", ((const uint8_t *)data)[i]);
	putchar('\n');
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *sock, const void *buf, size_t len)
{
	int left = (int)len;

	(void)sock;
	print(buf, len);
	first = ((const struct nlmsghdr *)buf)->nlmsg_seq;
	for (const struct nlmsghdr *nlh = buf; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		last = nlh->nlmsg_seq;
	return (ssize_t)len;
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr e;
	} yes = { .nlh = { .nlmsg_len = sizeof(yes), .nlmsg_type = NLMSG_ERROR, .nlmsg_seq = first++ } };

	(void)fd;
	(void)flags;
	if (yes.nlh.nlmsg_seq > last)
		exit(2); /* nothing is waited for */
	memcpy(msg->msg_iov->iov_base, &yes, sizeof(yes));
	memset(msg->msg_name, 0, sizeof(struct sockaddr_nl));
	msg->msg_namelen = sizeof(struct sockaddr_nl);
	msg->msg_flags = 0;
	return sizeof(yes);
}

static struct conversation c;

static void need(bool truth)
{
	if (!truth)
		exit(1);
}

static void open_without(struct nl *nl)
{
	static char no_socket;

	nl->sock = (struct mnl_socket *)(void *)&no_socket;
	nl->buf = malloc(65537);
	need(nl->buf);
}

/* The step and its undoing. */
static void both(enum step_op op, const struct object *was, const struct object *want)
{
	struct object before = *was, after = *want;
	struct step steps[2] = {
		{ .op = (uint8_t)op, .was = op == STEP_ADD ? NULL : &before, .want = op == STEP_DEL ? NULL : &after }
	};
	struct err err;

	steps[1] = step_invert(&steps[0]);
	for (int i = 0; i < 2; i++) {
		const struct kind *kind = kinds[step_object(&steps[i])->kind];

		/* Nothing is read back here, so that a device is not made in the end. */
		if (kind->run) {
			kind->run(&c, &steps[i], &err);
			continue;
		}
		nl_batch_reset(&c.batch);
		kind->encode(&steps[i], &c.batch);
		need(!c.batch.overflow);
		print(c.batch.buf, c.batch.len);
	}
}

static struct in6_addr ip6(const char *text)
{
	struct in6_addr addr;

	need(inet_pton(AF_INET6, text, &addr) == 1);
	return addr;
}

static struct in_addr ip4(const char *text)
{
	struct in_addr addr;

	need(inet_pton(AF_INET, text, &addr) == 1);
	return addr;
}

static void links(void)
{
	struct object none = { .kind = KIND_LINK }, other;
	struct object t1 = { .kind = KIND_LINK, .link = { .name = "t1", .alias = "sitctl client t1", .up = true } };

	t1.link.mtu = 1480;
	t1.link.ttl = 64;
	t1.link.tos = 4;
	t1.link.fwmark = 0x0a0b0c0d;
	t1.link.underlay = 0x01020304;
	t1.link.remote = ip4("203.0.113.1");
	t1.link.local = ip4("192.0.2.7");
	both(STEP_ADD, &none, &t1);
	t1.link.index = 0x05060708;
	other = t1;
	other.link.mtu = 1280;
	other.link.ttl = 255;
	both(STEP_CHANGE, &t1, &other);
}

/* Two devices come together, and go together. */
static void many(void)
{
	struct object objects[2] = { { .kind = KIND_LINK, .link = { .name = "sit-a", .alias = "", .mtu = 1480 } } };
	struct step steps[2] = { { .op = STEP_ADD, .want = &objects[0] }, { .op = STEP_ADD, .want = &objects[1] } };
	bool done[2];
	size_t refused;
	struct err err;

	objects[0].link.remote = ip4("203.0.113.1");
	objects[1] = objects[0];
	strcpy(objects[1].link.name, "sit-b");
	objects[1].link.remote = ip4("203.0.113.2");
	/* Here too nothing is read back. */
	need(link_run_many(&c, steps, 2, done, &refused, &err));
	for (uint32_t i = 0; i < 2; i++) {
		steps[i].want->link.index = 0x01020304 + i;
		steps[i] = step_invert(&steps[i]);
	}
	need(!link_run_many(&c, steps, 2, done, &refused, &err));
}

/* What is asked before anything is done. */
static void questions(void)
{
	struct conntrack ct = { .source = ip4("203.0.113.1"), .destination = ip4("192.0.2.7") };
	struct nft_table table = { .exists = false };
	struct snapshot s = { .n_links = 0 };
	struct path path;
	struct err err;
	bool found;

	path_lookup(&c, ip4("203.0.113.1"), ip4("192.0.2.7"), 0x01020304, 0x0a0b0c0d, &path, &err);
	conntrack_find(&c, &ct, &found, &err);
	nft_load(&c, &table, &err);
	snapshot_load(&c, &s, false, &err);
	snapshot_free(&s);
	nft_free(&table);
}

static void others(void)
{
	struct object none = { .kind = KIND_ADDR }, o = none;

	o.addr = (struct addr){ .net = { ip6("2001:db8::3"), 127 }, .nodad = true, .index = 0x01020304 };
	both(STEP_ADD, &none, &o);
	none.kind = o.kind = KIND_ROUTE;
	o.route = (struct route){ .type = RTN_UNICAST, .index = 0x01020304, .metric = 0x0a0b0c0d, .has_gateway = true };
	o.route.dst = (struct net6){ ip6("2001:db8:100::"), 56 };
	o.route.gateway = ip6("2001:db8::2");
	both(STEP_ADD, &none, &o);
	none.kind = o.kind = KIND_NEIGH;
	o.neigh = (struct neigh){ .addr = ip6("2001:db8::3"), .index = 0x01020304 };
	both(STEP_ADD, &none, &o);
	none.kind = o.kind = KIND_CONNTRACK;
	o.conntrack = (struct conntrack){ .source = ip4("203.0.113.1"), .destination = ip4("192.0.2.7") };
	both(STEP_DEL, &o, &none);
}

/* Every chain and rule, and an element of each set that has a function to make it. */
static void nftables(void)
{
	struct object none = { .kind = KIND_NFT }, o = none;
	struct in6_addr low = ip6("2001:db8::"), high = ip6("2001:db8::ff");
	struct nft_elem passed = { .set = SET_PASSED, .comment = "home" }, open = { .set = SET_OPEN };
	struct in_addr remote = ip4("203.0.113.1"), inside = ip4("192.168.1.10");
	uint8_t tcp = IPPROTO_TCP;
	uint16_t first_port = htons(443), last_port = htons(8443);
	struct err err;
	size_t at = 0;

	for (enum nft_set_id set = 0; set < SET_COUNT; set++)
		if (set == SET_PEERS || set == SET_PROVIDERS || set == SET_CLAMPED || set == SET_SECURED)
			need(!nft_add_ifname(&o.nft, set, "t1", &err));
	need(!nft_add_remote(&o.nft, remote, &err));
	need(!nft_add_range(&o.nft, SET_ALLOWED, "t1", &low, &high, &err));
	nft_put_field(&open, &at, &first_port, &last_port, sizeof(first_port));
	nft_put_field(&open, &at, &low, &high, sizeof(low));
	nft_put_field(&open, &at, &tcp, &tcp, sizeof(tcp));
	nft_put_ifname(&open, &at, "t1");
	need(!nft_add_elem(&o.nft, &open, &err));
	at = 0;
	nft_put_field(&passed, &at, &remote, &remote, sizeof(remote));
	nft_put_ifname(&passed, &at, "wan0");
	memcpy(passed.data, &inside, sizeof(passed.data));
	need(!nft_add_elem(&o.nft, &passed, &err));
	nft_sort(&o.nft);
	o.nft.exists = o.nft.intact = true;
	both(STEP_CHANGE, &none, &o);
	nft_free(&o.nft);
}

int main(void)
{
	struct err err;

	need(!nl_batch_init(&c.batch, 1 << 20, &err));
	for (int i = 0; i < NL_FAMILIES; i++)
		open_without(&c.sockets[i]);
	c.generation = 0x01020304;
	links();
	many();
	others();
	nftables();
	questions();
	for (int i = 0; i < NL_FAMILIES; i++)
		free(c.sockets[i].buf);
	nl_batch_free(&c.batch);
	return 0;
}
