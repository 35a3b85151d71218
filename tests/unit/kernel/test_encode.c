/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the requests that kinds send, byte by byte against linux/rtnetlink.h and its fellows. */
#include "../unit.h"
#include "plan/kinds.h"
#include <string.h>

/* Numbers of the kernel's interface, written out: the library takes them from its headers. */
#define ACK 5 /* NLM_F_REQUEST | NLM_F_ACK */
#define EXCL 0x200
#define CREATE 0x400
#define APPEND 0x800

static struct nl_batch b;
static struct bytes want;

static void begin(void)
{
	struct err err;

	ck_assert_int_eq(nl_batch_init(&b, 4096, &err), 0);
	memset(b.buf, 0, 4096);
	memset(&want, 0, sizeof(want));
}

static void end(void)
{
	nl_batch_free(&b);
}

static void check(const struct step *step)
{
	const struct object *object = step_object(step);

	kinds[object->kind]->encode(step, &b);
	ck_assert(!b.overflow);
	ck_assert_uint_eq(b.n, 1);
	same_bytes(b.buf, b.len, &want);
}

/* struct ifaddrmsg (linux/if_addr.h): family, prefixlen, flags, scope, index */
static void addr_message(uint16_t type, uint16_t flags, uint8_t len, uint32_t index, const char *addr)
{
	b_header(&want, type, flags, 0, 0);
	b_u8(&want, 10); /* AF_INET6 */
	b_u8(&want, len);
	b_u16(&want, 0);
	b_u32(&want, index);
	for (uint16_t i = 2; i > 0; i--) { /* IFA_LOCAL, IFA_ADDRESS */
		b_u16(&want, 20);
		b_u16(&want, i);
		b_addr6(&want, addr);
	}
}

static struct object address(const char *net, bool nodad)
{
	struct object o = { .kind = KIND_ADDR };

	o.addr.net = net6(net);
	o.addr.nodad = nodad;
	o.addr.index = 0x01020304;
	strcpy(o.addr.ifname, "t1");
	return o;
}

START_TEST(address_added)
{
	struct step step = { .op = STEP_ADD, .want = OBJECT(address("2001:db8::3/127", true)) };

	addr_message(20, ACK | CREATE | EXCL, 127, 0x01020304, "2001:db8::3");
	b_attr_u32(&want, 8, 2);  /* IFA_FLAGS: IFA_F_NODAD */
	b_attr_u8(&want, 11, 41); /* IFA_PROTO */
	b_end(&want, 0);
	check(&step);
}
END_TEST

START_TEST(address_added_with_dad)
{
	struct step step = { .op = STEP_ADD, .want = OBJECT(address("2001:db8:1::1/64", false)) };

	addr_message(20, ACK | CREATE | EXCL, 64, 0x01020304, "2001:db8:1::1");
	b_attr_u8(&want, 11, 41);
	b_end(&want, 0);
	check(&step);
}
END_TEST

START_TEST(address_removed)
{
	struct step step = { .op = STEP_DEL, .was = OBJECT(address("2001:db8::3/127", true)) };

	addr_message(21, ACK, 127, 0x01020304, "2001:db8::3");
	b_end(&want, 0);
	check(&step);
}
END_TEST

/* struct rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type, flags */
static void route_message(uint16_t type, uint16_t flags, uint8_t len, uint8_t kind)
{
	b_header(&want, type, flags, 0, 0);
	b_u8(&want, 10);
	b_u8(&want, len);
	b_u16(&want, 0);
	b_u8(&want, 254); /* RT_TABLE_MAIN */
	b_u8(&want, 41);
	b_u8(&want, 0); /* RT_SCOPE_UNIVERSE */
	b_u8(&want, kind);
	b_u32(&want, 0);
}

static void attr_addr(uint16_t type, const char *addr)
{
	b_u16(&want, 20);
	b_u16(&want, type);
	b_addr6(&want, addr);
}

static struct object route(uint8_t type, const char *dst, const char *gateway, uint32_t metric)
{
	struct object o = { .kind = KIND_ROUTE };

	o.route.type = type;
	if (dst)
		o.route.dst = net6(dst);
	o.route.has_gateway = gateway;
	if (gateway)
		o.route.gateway = ip6(gateway);
	o.route.metric = metric;
	o.route.index = 7;
	return o;
}

START_TEST(default_route)
{
	struct step step = { .op = STEP_ADD, .want = OBJECT(route(1, NULL, NULL, 1024)) };

	route_message(24, ACK | CREATE | EXCL, 0, 1);
	b_attr_u32(&want, 4, 7);    /* RTA_OIF */
	b_attr_u32(&want, 6, 1024); /* RTA_PRIORITY */
	b_end(&want, 0);
	check(&step);
}
END_TEST

/* Beside somebody else's of the same metric: appended, never NLM_F_REPLACE (0x100). */
START_TEST(default_route_appended)
{
	struct step step = { .op = STEP_ADD, .want = OBJECT(route(1, NULL, "2001:db8::2", UINT32_MAX)) };

	step.want->route.append = true;
	route_message(24, ACK | CREATE | APPEND, 0, 1);
	attr_addr(5, "2001:db8::2"); /* RTA_GATEWAY */
	b_attr_u32(&want, 4, 7);
	b_attr_u32(&want, 6, UINT32_MAX);
	b_end(&want, 0);
	check(&step);
}
END_TEST

START_TEST(prefix_route)
{
	struct step step = { .op = STEP_ADD, .want = OBJECT(route(1, "2001:db8:100::/56", NULL, 1024)) };

	route_message(24, ACK | CREATE | EXCL, 56, 1);
	attr_addr(1, "2001:db8:100::"); /* RTA_DST */
	b_attr_u32(&want, 4, 7);
	b_attr_u32(&want, 6, 1024);
	b_end(&want, 0);
	check(&step);
}
END_TEST

START_TEST(unreachable_route)
{
	struct step step = { .op = STEP_ADD, .want = OBJECT(route(7, "2001:db8:100::/48", NULL, UINT32_MAX)) };

	route_message(24, ACK | CREATE | EXCL, 48, 7); /* no interface */
	attr_addr(1, "2001:db8:100::");
	b_attr_u32(&want, 6, UINT32_MAX);
	b_end(&want, 0);
	check(&step);
}
END_TEST

/* Named in full: protocol, metric, gateway and interface, so that no one else's goes. */
START_TEST(route_removed)
{
	struct step step = { .op = STEP_DEL, .was = OBJECT(route(1, "2001:db8:100::/56", "2001:db8::2", 1024)) };

	step.was->route.append = true;
	route_message(25, ACK, 56, 1);
	attr_addr(1, "2001:db8:100::");
	attr_addr(5, "2001:db8::2");
	b_attr_u32(&want, 4, 7);
	b_attr_u32(&want, 6, 1024);
	b_end(&want, 0);
	check(&step);
}
END_TEST

/* struct ndmsg: family, pad, ifindex, state, flags, type */
static void neigh_message(uint16_t type, uint16_t flags)
{
	b_header(&want, type, flags, 0, 0);
	b_u32(&want, 0);
	((uint8_t *)want.word)[16] = 10;
	b_u32(&want, 9);
	b_u16(&want, 0);
	b_u8(&want, 8); /* NTF_PROXY */
	b_u8(&want, 0);
	attr_addr(1, "2001:db8::3"); /* NDA_DST */
}

START_TEST(proxy_neighbour)
{
	struct object o = { .kind = KIND_NEIGH, .neigh = { .addr = ip6("2001:db8::3"), .index = 9, .ifname = "up0" } };
	struct step add = { .op = STEP_ADD, .want = &o }, del = { .op = STEP_DEL, .was = &o };

	neigh_message(28, ACK | CREATE);
	b_attr_u8(&want, 12, 41); /* NDA_PROTOCOL */
	b_end(&want, 0);
	check(&add);
	nl_batch_reset(&b);
	memset(&want, 0, sizeof(want));
	neigh_message(29, ACK);
	b_end(&want, 0);
	check(&del);
}
END_TEST

Suite *suite_encode(void)
{
	Suite *s = suite_create("encode");
	TCase *tc = tcase_create("messages");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, address_added);
	tcase_add_test(tc, address_added_with_dad);
	tcase_add_test(tc, address_removed);
	tcase_add_test(tc, default_route);
	tcase_add_test(tc, default_route_appended);
	tcase_add_test(tc, prefix_route);
	tcase_add_test(tc, unreachable_route);
	tcase_add_test(tc, route_removed);
	tcase_add_test(tc, proxy_neighbour);
	suite_add_tcase(s, tc);
	return s;
}
