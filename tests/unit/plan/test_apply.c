/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of plan_apply() on this machine's kernel, in an own namespace: done in order, or undone whole. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "kernel/nft/load.h"
#include "plan/apply.h"
#include "plan/kinds.h"

#define FORWARDING "net/ipv6/conf/up0/forwarding"
#define PROXY "net/ipv6/conf/up0/proxy_ndp"

static struct lab lab;
static char before[65536];

/* All that a plan can change, as ip and /proc tell it. */
static void state(char *buf, size_t size)
{
	static const char *const commands[] = {
		"ip -6 addr show scope global",
		"ip -6 route show table all proto 41",
		"ip -6 route show table all proto static",
		"ip -6 neigh show proxy",
		"ip -br link",
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		FILE *in = popen(commands[i], "re");

		ck_assert_ptr_nonnull(in);
		n += fread(buf + n, 1, size - n - 100, in);
		ck_assert_int_eq(pclose(in), 0);
	}
	n += (size_t)snprintf(buf + n, size - n, "%s ", read_sysctl(FORWARDING));
	snprintf(buf + n, size - n, "%s\n", read_sysctl(PROXY));
}

static void same_state(void)
{
	static char now[65536];

	state(now, sizeof(now));
	ck_assert_msg(!strcmp(now, before), "before:\n%s\nafter:\n%s", before, now);
}

static void begin(void)
{
	own_netns();
	make_veth("up0", "up1");
	lab_open(&lab);
	/* Somebody's, in the way of what is planned. */
	ck_assert_int_eq(system("ip -6 route add unreachable 2001:db8:bad::/48 metric 1024 proto static; "
				"ip -6 addr add 2001:db8:bad::1/64 dev up1 nodad"),
			 0);
	/* The kernel finds out a little later that the other end is up. */
	ck_assert_int_eq(system("for i in $(seq 100); do [ $(ip -br link | grep -c ' UP ') = 2 ] && exit; sleep 0.1; "
				"done; exit 1"),
			 0);
	state(before, sizeof(before));
}

static void end(void)
{
	lab_close(&lab);
}

static void step(enum step_op op, const struct object *object)
{
	ck_assert_int_eq(plan_step(&lab.plan, op, PHASE_ROUTE, op == STEP_ADD ? NULL : object,
				   op == STEP_DEL ? NULL : object, &lab.err),
			 0);
}

static void address(enum step_op op, const char *ifname, const char *net)
{
	struct object o = { .kind = KIND_ADDR, .addr = { .net = net6(net), .nodad = true } };

	strcpy(o.addr.ifname, ifname);
	step(op, &o);
}

static void unreachable(enum step_op op, const char *dst)
{
	struct object o = { .kind = KIND_ROUTE, .route = { .type = 7, .dst = net6(dst), .metric = 1024 } };

	step(op, &o);
}

static void by(enum step_op op, const char *ifname, const char *dst)
{
	struct object o = { .kind = KIND_ROUTE, .route = { .type = 1, .dst = net6(dst), .metric = 1024 } };

	strcpy(o.route.ifname, ifname);
	step(op, &o);
}

static void proxy(enum step_op op, const char *ifname, const char *addr)
{
	struct object o = { .kind = KIND_NEIGH, .neigh = { .addr = ip6(addr) } };

	strcpy(o.neigh.ifname, ifname);
	step(op, &o);
}

static void sysctl(const char *key, const char *was, const char *want)
{
	struct object a = { .kind = KIND_SYSCTL }, b;
	char copy[SYSCTL_KEY_SIZE];

	ck_assert_int_lt(snprintf(copy, sizeof(copy), "%s", key), (int)sizeof(copy));
	ck_assert(sysctl_split(copy, &a.sysctl));
	b = a;
	a.sysctl.value = was;
	b.sysctl.value = want;
	ck_assert_int_eq(plan_step(&lab.plan, STEP_CHANGE, PHASE_FORWARDING, &a, &b, &lab.err), 0);
}

static void rules(enum step_op op)
{
	static struct nft_table table = { .exists = true, .intact = true };
	struct object o = { .kind = KIND_NFT };

	if (!table.n) {
		ck_assert_int_eq(nft_add_remote(&table, ip4("203.0.113.1"), &lab.err), 0);
		nft_sort(&table);
	}
	o.nft = table;
	step(op, &o);
}

static int apply(void)
{
	return plan_apply(&lab.plan, &lab.c, &lab.s, &lab.err);
}

static void done(void)
{
	char message[2048];

	if (apply())
		ck_abort_msg("%s", err_text(&lab.err, message, sizeof(message)));
}

/* Refused with CODE, the message names WHAT, and all is as before. */
static void refused(int code, const char *what)
{
	char message[2048];
	int ret = apply();

	err_text(&lab.err, message, sizeof(message));
	ck_assert_msg(ret == -code, "%d: %s", ret, message);
	ck_assert_msg(strstr(message, what), "%s", message);
	ck_assert_msg(!strstr(message, "could not be restored"), "%s", message);
	same_state();
}

static void everything(void)
{
	sysctl(FORWARDING, "0", "1");
	sysctl(PROXY, "0", "1");
	rules(STEP_ADD);
	address(STEP_ADD, "up0", "2001:db8:1::1/64");
	address(STEP_ADD, "up1", "2001:db8:2::1/64");
	by(STEP_ADD, "up0", "2001:db8:3::/48");
	unreachable(STEP_ADD, "2001:db8:4::/48");
	proxy(STEP_ADD, "up0", "2001:db8:1::9");
}

START_TEST(done_and_undone)
{
	struct nft_table table;
	struct plan plan;

	everything();
	done();
	ck_assert_str_eq(read_sysctl(FORWARDING), "1");
	ck_assert_str_eq(read_sysctl(PROXY), "1");
	ck_assert_int_eq(nft_load(&lab.c, &table, &lab.err), 0);
	ck_assert(table.intact && table.n == 1);
	nft_free(&table);
	ck_assert_int_eq(system("ip -6 addr show dev up0 | grep -q 2001:db8:1::1/64 && "
				"ip -6 addr show dev up1 | grep -q 2001:db8:2::1/64 && "
				"ip -6 route show proto 41 | grep -q '^2001:db8:3::/48 dev up0 metric 1024' && "
				"ip -6 route show proto 41 | grep -q '^unreachable 2001:db8:4::/48' && "
				"ip -6 neigh show proxy dev up0 | grep -q 2001:db8:1::9"),
			 0);
	/* Backwards and inverted it is what `down` would do. */
	memset(&plan, 0, sizeof(plan));
	for (size_t i = lab.plan.n; i > 0; i--) {
		struct step back = step_invert(&lab.plan.steps[i - 1]);

		ck_assert_int_eq(plan_step(&plan, back.op, back.phase, back.was, back.want, &lab.err), 0);
	}
	plan_free(&lab.plan);
	lab.plan = plan;
	done();
	same_state();
	ck_assert_int_eq(nft_load(&lab.c, &table, &lab.err), 0);
	ck_assert(!table.exists);
}
END_TEST

START_TEST(empty_plan)
{
	done();
	same_state();
	ck_assert_uint_eq(lab.c.sockets[NL_ROUTE].seq, 0); /* nothing was sent */
}
END_TEST

/* Whatever is refused last, every kind before it is taken back. */
static const struct {
	const char *what;
	int code;
} refusals[] = {
	{ "route 2001:db8:bad::/48", EEXIST },
	{ "2001:db8:bad::1/64 on up1", EEXIST },
	{ "nosuch0", ENODEV },
	{ "sysctl net.ipv6.conf.nosuch0.forwarding", ENOENT },
	{ "sysctl net.ipv6.conf.up0.forwarding", EINVAL },
	{ "table", EEXIST },
};

START_TEST(last_step_refused)
{
	struct nft_table table;

	everything();
	switch (_i) {
	case 0: unreachable(STEP_ADD, "2001:db8:bad::/48"); break;
	case 1: address(STEP_ADD, "up1", "2001:db8:bad::1/64"); break;
	case 2: by(STEP_ADD, "nosuch0", "2001:db8:5::/48"); break;
	case 3: sysctl("net/ipv6/conf/nosuch0/forwarding", "0", "1"); break;
	case 4: sysctl(FORWARDING, "1", "nonsense"); break;
	default: rules(STEP_ADD);
	}
	refused(refusals[_i].code, refusals[_i].what);
	ck_assert_int_eq(nft_load(&lab.c, &table, &lab.err), 0);
	ck_assert(!table.exists);
}
END_TEST

/* Somebody was faster to remove it: what is asked for is so already, alone or among others. */
START_TEST(gone_already)
{
	address(STEP_DEL, "up0", "2001:db8:77::1/64");
	unreachable(STEP_DEL, "2001:db8:77::/48");
	by(STEP_DEL, "up0", "2001:db8:77::/48");
	proxy(STEP_DEL, "up0", "2001:db8:77::9");
	address(STEP_DEL, "nosuch0", "2001:db8:77::1/64");
	done();
	same_state();
}
END_TEST

/* But what was not removed by us is not put back by an undo. */
START_TEST(gone_already_and_refused)
{
	address(STEP_ADD, "up0", "2001:db8:1::1/64");
	done();
	state(before, sizeof(before));
	plan_free(&lab.plan);
	address(STEP_DEL, "up0", "2001:db8:77::1/64");
	address(STEP_DEL, "up0", "2001:db8:1::1/64");
	unreachable(STEP_DEL, "2001:db8:78::/48");
	unreachable(STEP_ADD, "2001:db8:bad::/48");
	refused(EEXIST, "2001:db8:bad::/48");
}
END_TEST

/* A silent step remembers a value that another one takes with it: setting all.forwarding does. */
START_TEST(silent_steps)
{
	struct object pin = { .kind = KIND_SYSCTL,
			      .sysctl = { .ifname = "up1", .leaf = "forwarding", .value = "1", .version = 6 } };

	write_sysctl("net/ipv6/conf/up1/forwarding", "1");
	step(STEP_DEL, &pin);
	sysctl("net/ipv6/conf/all/forwarding", "0", "1");
	unreachable(STEP_ADD, "2001:db8:bad::/48");
	refused(EEXIST, "2001:db8:bad::/48");
	ck_assert_str_eq(read_sysctl("net/ipv6/conf/all/forwarding"), "0");
	ck_assert_str_eq(read_sysctl("net/ipv6/conf/up1/forwarding"), "1");
}
END_TEST

/* The first of all, or one in the middle: what comes after it is not begun. */
START_TEST(first_step_refused)
{
	unreachable(STEP_ADD, "2001:db8:bad::/48");
	everything();
	refused(EEXIST, "2001:db8:bad::/48");
}
END_TEST

/* A run of many in one send, the refused one in its middle: those behind it were done and are undone too. */
START_TEST(many_and_one_refused)
{
	static const size_t at[] = { 0, 1, 199, 200, 201, 350, 449 };
	char dst[64];

	for (size_t i = 0; i < 450; i++) {
		snprintf(dst, sizeof(dst), "2001:db8:bad:%zx::/64", i);
		unreachable(STEP_ADD, i == at[_i] ? "2001:db8:bad::/48" : dst);
	}
	refused(EEXIST, "2001:db8:bad::/48");
}
END_TEST

/* Two of a run are refused: the first of them is named. */
START_TEST(two_refused)
{
	address(STEP_ADD, "up0", "2001:db8:1::1/64");
	address(STEP_ADD, "nosuch0", "2001:db8:5::1/64");
	address(STEP_ADD, "up1", "2001:db8:bad::1/64");
	address(STEP_ADD, "up0", "2001:db8:1::2/64");
	refused(ENODEV, "2001:db8:5::1/64 on nosuch0");
}
END_TEST

/* What was removed before the refusal comes back as it was. */
START_TEST(removed_and_put_back)
{
	everything();
	done();
	state(before, sizeof(before));
	plan_free(&lab.plan);
	proxy(STEP_DEL, "up0", "2001:db8:1::9");
	by(STEP_DEL, "up0", "2001:db8:3::/48");
	unreachable(STEP_DEL, "2001:db8:4::/48");
	address(STEP_DEL, "up1", "2001:db8:2::1/64");
	sysctl(FORWARDING, "1", "0");
	unreachable(STEP_ADD, "2001:db8:bad::/48");
	refused(EEXIST, "2001:db8:bad::/48");
}
END_TEST

/* Undone backwards: a route that needs an address needs it also while it is put back. */
START_TEST(undone_backwards)
{
	struct object o = { .kind = KIND_ROUTE, .route = { .type = 1, .dst = net6("2001:db8:6::/48"), .metric = 5 } };

	strcpy(o.route.ifname, "up0");
	o.route.has_gateway = true;
	o.route.gateway = ip6("2001:db8:1::77");
	address(STEP_ADD, "up0", "2001:db8:1::1/64");
	step(STEP_ADD, &o);
	done();
	state(before, sizeof(before));
	plan_free(&lab.plan);
	step(STEP_DEL, &o);
	address(STEP_DEL, "up0", "2001:db8:1::1/64");
	unreachable(STEP_ADD, "2001:db8:bad::/48");
	refused(EEXIST, "2001:db8:bad::/48");
}
END_TEST

/* The same address with another length, as a plan must order it: the old one first. */
START_TEST(address_with_another_length)
{
	address(STEP_ADD, "up0", "2001:db8:1::1/64");
	done();
	plan_free(&lab.plan);
	address(STEP_DEL, "up0", "2001:db8:1::1/64");
	address(STEP_ADD, "up0", "2001:db8:1::1/127");
	done();
	plan_free(&lab.plan);
	address(STEP_ADD, "up0", "2001:db8:1::1/128");
	ck_assert_int_eq(apply(), -EEXIST); /* the other order is refused by the kernel */
}
END_TEST

/* Each can be done in some way, printed, and named. */
START_TEST(each_kind_can_be_told)
{
	for (int i = 0; i < KIND_COUNT; i++)
		ck_assert_msg(kinds[i] && kinds[i]->name && kinds[i]->size && (kinds[i]->encode || kinds[i]->run) &&
				      kinds[i]->print && kinds[i]->json && kinds[i]->label,
			      "kind %d", i);
}
END_TEST

Suite *suite_apply(void)
{
	Suite *s = suite_create("apply");
	TCase *tc = namespaced_case(s, "kernel", begin);

	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, done_and_undone);
	tcase_add_test(tc, empty_plan);
	tcase_add_test(tc, each_kind_can_be_told);
	tcase_add_loop_test(tc, last_step_refused, 0, 6);
	tcase_add_test(tc, gone_already);
	tcase_add_test(tc, gone_already_and_refused);
	tcase_add_test(tc, silent_steps);
	tcase_add_test(tc, first_step_refused);
	tcase_add_loop_test(tc, many_and_one_refused, 0, 7);
	tcase_add_test(tc, two_refused);
	tcase_add_test(tc, removed_and_put_back);
	tcase_add_test(tc, undone_backwards);
	tcase_add_test(tc, address_with_another_length);
	return s;
}
