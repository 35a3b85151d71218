/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of what finds things among thousands: nets.h, and the sorted lists of snapshot.h, against looking at each. */
#include <string.h>

#include "base/netindex.h"
#include "state/snapshotfind.h"
#include "../unit.h"

#define ROUNDS 3000
#define NETS 60

static struct err err;

/* Often the same or inside each other. */
static struct net6 random_net(uint32_t *state)
{
	static const uint8_t lens[] = { 0, 32, 48, 64, 64, 126, 127, 128, 128, 128 };
	struct net6 net = { .len = lens[pseudo_random(state) % sizeof(lens)] };

	if (!net.len)
		net.len = (uint8_t)(pseudo_random(state) % 129);
	memset(&net.addr, 0x20, sizeof(net.addr));
	for (int i = 3; i < 16; i += 4)
		net.addr.s6_addr[i] = (uint8_t)(pseudo_random(state) % 3);
	return net;
}

START_TEST(like_looking_at_each)
{
	uint32_t state = 20261121;
	unsigned int hits = 0, missed = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct net6 all[NETS], net = random_net(&state);
		const void *owners[] = { "a", "b", "c", NULL }, *owner = owners[pseudo_random(&state) % 4];
		size_t n = pseudo_random(&state) % NETS;
		struct netindex nets = { 0 };
		bool wanted = false;

		for (size_t i = 0; i < n; i++) {
			const void *whose = owners[pseudo_random(&state) % 3];

			all[i] = random_net(&state);
			ck_assert_int_eq(netindex_add(&nets, &all[i], whose, &err), 0);
			wanted = wanted || (whose != owner && net6_overlap(&all[i], &net));
		}
		netindex_sort(&nets);
		ck_assert_int_eq(netindex_overlap(&nets, &net, owner), wanted);
		*(wanted ? &hits : &missed) += 1;
		netindex_free(&nets);
	}
	ck_assert_uint_gt(hits, ROUNDS / 20);
	ck_assert_uint_gt(missed, ROUNDS / 20);
}
END_TEST

static struct lab lab;

static void begin(void)
{
	uint32_t state = 7;

	lab_open(&lab);
	for (int i = 0; i < 20; i++) {
		char name[IFNAMSIZ];

		snprintf(name, sizeof(name), "p%d", (i * 7) % 20);
		lab_tunnel(&lab, name, "", "192.0.2.1");
	}
	for (int i = 0; i < 100; i++) {
		struct net6 net = random_net(&state);
		char text[NET6_TEXT], name[IFNAMSIZ];

		snprintf(name, sizeof(name), "p%u", pseudo_random(&state) % 20);
		net6_text(&net, text);
		lab_addr(&lab, name, text, 0);
		snprintf(name, sizeof(name), "p%u", pseudo_random(&state) % 20);
		lab_route(&lab, name, net.len ? text : "default", 1024, 41)->gateway.s6_addr[0] = (uint8_t)i;
	}
}

static void end(void)
{
	lab_close(&lab);
}

/* All positions that are found, as text: the kernel's order is kept. */
static void found(char *out, size_t size)
{
	size_t len = 0, at;
	const struct route *r;
	const struct addr *a;

	for (uint32_t i = 95; i < 130; i++) {
		for (at = 0; (a = snapshot_next_addr(&lab.s, i, &at));)
			len += (size_t)snprintf(out + len, size - len, "a%zd ", a - lab.s.addrs);
		for (at = 0; (r = snapshot_next_route(&lab.s, i, &at));)
			len += (size_t)snprintf(out + len, size - len, "r%zd ", r - lab.s.routes);
	}
	for (size_t i = 0; i < lab.s.n_routes; i++)
		for (at = 0; (r = snapshot_next_route_to(&lab.s, &lab.s.routes[i].dst, &at));)
			len += (size_t)snprintf(out + len, size - len, "d%zd ", r - lab.s.routes);
	ck_assert_uint_lt(len, size);
}

START_TEST(sorted_like_unsorted)
{
	static char before[32768], after[32768];
	struct net6 none = net6("2001:db8::/61");
	size_t at = 0;

	found(before, sizeof(before));
	ck_assert_uint_gt(strlen(before), 1000);
	ck_assert_int_eq(snapshot_sort(&lab.s, &err), 0);
	found(after, sizeof(after));
	ck_assert_str_eq(before, after);
	for (size_t i = 0; i < lab.s.n_links; i++)
		ck_assert_ptr_eq(snapshot_link(&lab.s, lab.s.links[i].name), &lab.s.links[i]);
	ck_assert_ptr_null(snapshot_link(&lab.s, "nosuch"));
	ck_assert_ptr_null(snapshot_next_route_to(&lab.s, &none, &at));
}
END_TEST

Suite *suite_find(void)
{
	Suite *s = suite_create("nets");
	TCase *tc = tcase_create("nets"), *sorted = namespaced_case(s, "sorted", begin);

	tcase_add_test(tc, like_looking_at_each);
	tcase_add_checked_fixture(sorted, NULL, end);
	tcase_add_test(sorted, sorted_like_unsorted);
	suite_add_tcase(s, tc);
	return s;
}
