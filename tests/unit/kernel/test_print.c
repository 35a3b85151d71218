/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of what a dry run prints, of the JSON, and of step_invert(). */
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "base/quote.h"
#include "plan/kinds.h"

static char text[4096];

static const char *printed(const struct step *step)
{
	const struct object *object = step_object(step);
	FILE *out = fmemopen(text, sizeof(text), "w");

	ck_assert_ptr_nonnull(out);
	kinds[object->kind]->print(step, out);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

static const char *json_of(const struct object *object)
{
	json_t *json = kinds[object->kind]->json(object);
	char *dump;

	ck_assert_ptr_nonnull(json);
	dump = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	snprintf(text, sizeof(text), "%s", dump);
	free(dump);
	json_decref(json);
	return text;
}

static struct object address(const char *ifname, const char *net)
{
	struct object o = { .kind = KIND_ADDR, .addr = { .net = net6(net), .nodad = true } };

	strcpy(o.addr.ifname, ifname);
	return o;
}

START_TEST(addresses)
{
	struct step add = { .op = STEP_ADD, .want = OBJECT(address("t1", "2001:db8::3/127")) };
	struct step del = { .op = STEP_DEL, .was = add.want };

	ck_assert_str_eq(printed(&add), "ip -6 addr add 2001:db8::3/127 dev t1 nodad\n");
	ck_assert_str_eq(printed(&del), "ip -6 addr del 2001:db8::3/127 dev t1\n");
	add.want->addr.nodad = false;
	ck_assert_str_eq(printed(&add), "ip -6 addr add 2001:db8::3/127 dev t1\n");
	ck_assert_str_eq(json_of(add.want), "{\"address\":\"2001:db8::3/127\",\"dev\":\"t1\"}");
}
END_TEST

START_TEST(routes)
{
	struct object o = { .kind = KIND_ROUTE, .route = { .type = 1, .ifname = "t1", .metric = 1024 } };
	struct step add = { .op = STEP_ADD, .want = &o };
	struct step del = { .op = STEP_DEL, .was = &o };

	ck_assert_str_eq(printed(&add), "ip -6 route add default dev t1 metric 1024 proto 41\n");
	ck_assert_str_eq(json_of(&o), "{\"dev\":\"t1\",\"dst\":\"default\",\"metric\":1024,\"type\":\"unicast\"}");
	add.want->route.append = true;
	ck_assert_str_eq(printed(&add), "ip -6 route append default dev t1 metric 1024 proto 41\n");
	del.was->route.append = true;
	del.was->route.has_gateway = true;
	del.was->route.gateway = ip6("2001:db8::2");
	del.was->route.dst = net6("2001:db8:1::/48");
	ck_assert_str_eq(printed(&del),
			 "ip -6 route del 2001:db8:1::/48 via 2001:db8::2 dev t1 metric 1024 proto 41\n");
	add = (struct step){ .op = STEP_ADD, .want = OBJECT({ .kind = KIND_ROUTE }) };
	add.want->route.type = 7;
	add.want->route.dst = net6("2001:db8:1::/48");
	add.want->route.metric = 4294967295U;
	ck_assert_str_eq(printed(&add), "ip -6 route add unreachable 2001:db8:1::/48 metric 4294967295 proto 41\n");
	ck_assert_str_eq(json_of(add.want),
			 "{\"dst\":\"2001:db8:1::/48\",\"metric\":4294967295,\"type\":\"unreachable\"}");
}
END_TEST

START_TEST(neighbours_and_sysctls)
{
	struct object n = { .kind = KIND_NEIGH, .neigh = { .addr = ip6("2001:db8::3"), .ifname = "eth0" } };
	struct object s = { .kind = KIND_SYSCTL,
			    .sysctl = { .ifname = "eth0.7", .leaf = "accept_ra", .value = "2", .version = 6 } };
	struct step step = { .op = STEP_ADD, .want = &n };

	ck_assert_str_eq(printed(&step), "ip -6 neigh add proxy 2001:db8::3 dev eth0 protocol 41\n");
	step = (struct step){ .op = STEP_DEL, .was = &n };
	ck_assert_str_eq(printed(&step), "ip -6 neigh del proxy 2001:db8::3 dev eth0\n");
	ck_assert_str_eq(json_of(&n), "{\"address\":\"2001:db8::3\",\"dev\":\"eth0\"}");
	step = (struct step){ .op = STEP_CHANGE, .was = &s, .want = &s };
	/* With slashes, since a device may have a dot in its name. */
	ck_assert_str_eq(printed(&step), "sysctl -q -w net/ipv6/conf/eth0.7/accept_ra=2\n");
	ck_assert_str_eq(json_of(&s), "{\"key\":\"net/ipv6/conf/eth0.7/accept_ra\",\"value\":\"2\"}");
}
END_TEST

static struct object tunnel(void)
{
	struct object o = { .kind = KIND_LINK };

	strcpy(o.link.name, "t1");
	o.link.alias = "sitctl client t1";
	o.link.remote = ip4("203.0.113.1");
	o.link.ttl = 255;
	o.link.mtu = 1480;
	o.link.is_sit = true;
	o.link.pmtudisc = 1;
	o.link.proto = IPPROTO_IPV6;
	return o;
}

#define TUNNEL "mtu 1480 type sit mode ip6ip remote 203.0.113.1 local "

START_TEST(links)
{
	struct step step = { .op = STEP_ADD, .want = OBJECT(tunnel()) };

	ck_assert_str_eq(printed(&step), "ip link add dev t1 group 41 " TUNNEL "any ttl 255 pmtudisc\n"
					 "ip link set dev t1 alias 'sitctl client t1'\n");
	step.want->link.local = ip4("192.0.2.1");
	step.want->link.ttl = 0;
	step.want->link.underlay = 3;
	strcpy(step.want->link.underlay_name, "eth0");
	step.want->link.up = true;
	step.op = STEP_CHANGE;
	step.was = OBJECT(tunnel());
	ck_assert_str_eq(printed(&step), "ip link change dev t1 " TUNNEL "192.0.2.1 ttl inherit pmtudisc dev eth0\n"
					 "ip link set dev t1 alias 'sitctl client t1' up\n");
	ck_assert_str_eq(
		json_of(step.want),
		"{\"alias\":\"sitctl client t1\",\"dev\":\"t1\",\"local\":\"192.0.2.1\","
		"\"mtu\":1480,\"remote\":\"203.0.113.1\",\"ttl\":\"inherit\",\"underlay\":\"eth0\",\"up\":true}");
	step = (struct step){ .op = STEP_DEL, .was = OBJECT(tunnel()) };
	ck_assert_str_eq(printed(&step), "ip link del dev t1\n");
	ck_assert_str_eq(json_of(step.was), "{\"alias\":\"sitctl client t1\",\"dev\":\"t1\",\"local\":\"any\","
					    "\"mtu\":1480,\"remote\":\"203.0.113.1\",\"ttl\":255,\"up\":false}");
}
END_TEST

/* Only up or down is said where only that changes. */
START_TEST(links_up_or_down)
{
	struct step step = { .op = STEP_CHANGE, .was = OBJECT(tunnel()), .want = OBJECT(tunnel()) };

	step.want->link.up = true;
	ck_assert_str_eq(printed(&step), "ip link set dev t1 up\n");
	step.want->link.up = false;
	step.was->link.up = true;
	ck_assert_str_eq(printed(&step), "ip link set dev t1 down\n");
}
END_TEST

/* Names that a shell would take apart. */
START_TEST(words_for_a_shell)
{
	static const struct {
		const char *word, *text;
	} rows[] = {
		{ "eth0", "eth0" },
		{ "a-b_c.d", "a-b_c.d" },
		{ "2001:db8::/64", "2001:db8::/64" },
		{ "a=b,c@d+e%", "a=b,c@d+e%" },
		{ "", "''" },
		{ "a b", "'a b'" },
		{ "a$b", "'a$b'" },
		{ "a;b", "'a;b'" },
		{ "a'b", "'a'\\''b'" },
		{ "'", "''\\'''" },
		{ "a\"b", "'a\"b'" },
		{ "`x`", "'`x`'" },
		{ "a\\b", "'a\\b'" },
		{ "~", "'~'" },
		{ "a*", "'a*'" },
		{ "a?", "'a?'" },
		{ "[a]", "'[a]'" },
		{ "{a,b}", "'{a,b}'" },
		{ "#a", "'#a'" },
		{ "!a", "'!a'" },
		{ "a&b", "'a&b'" },
		{ "a|b", "'a|b'" },
		{ "a<b>", "'a<b>'" },
		{ "(a)", "'(a)'" },
		{ "a\tb\n", "'a\tb\n'" },
		{ "a\n\xff", "\"$(printf 'a\\012\\377')\"" },
		{ "-\xff", "\"$(printf '\\055\\377')\"" },
		{ "\xc3\xa9", "\"$(printf '\\303\\251')\"" },
		{ "\033[2J\xff'%\\7$`\"", "\"$(printf '\\033[2J\\377\\047\\045\\1347$`\"')\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		FILE *out = fmemopen(text, sizeof(text), "w");

		print_word(out, rows[i].word);
		fclose(out);
		ck_assert_str_eq(text, rows[i].text);
	}
}
END_TEST

/* A real shell gives back each word as it was: every byte, and every pair of what is special. */
START_TEST(words_through_a_shell)
{
	/* The first words have the bytes that need only quotes, the last ones only those that need to be numbers. */
	static const char special[] = "'\"$;&|<>()`\\*?[]{}#~!=%^- \t\033\a\b\177\200\xff\xc3\xa9";
	const size_t quoted = strcspn(special, "\t");
	char command[4096] = "printf %s ", word[IFNAMSIZ], back[64];

	for (uint32_t i = 0; i < 60; i++) {
		size_t from = i < 40 ? 0 : quoted, to = i < 20 ? quoted : sizeof(special) - 1,
		       used = strlen("printf %s ");
		uint32_t state = 5 + i;
		FILE *pipe;

		for (size_t n = 0; n < IFNAMSIZ - 1; n++)
			word[n] = special[from + pseudo_random(&state) % (to - from)];
		word[IFNAMSIZ - 1] = '\0';
		quote_word(word, command + used, QUOTED_IFNAME);
		pipe = popen(command, "re");
		ck_assert_ptr_nonnull(pipe);
		ck_assert_ptr_nonnull(fgets(back, sizeof(back), pipe));
		ck_assert_int_eq(pclose(pipe), 0);
		ck_assert_str_eq(back, word);
	}
}
END_TEST

START_TEST(odd_names_in_commands)
{
	struct step step = { .op = STEP_ADD, .want = OBJECT(address("a$b;'c", "2001:db8::3/127")) };

	ck_assert_str_eq(printed(&step), "ip -6 addr add 2001:db8::3/127 dev 'a$b;'\\''c' nodad\n");
	step.want = OBJECT(tunnel());
	strcpy(step.want->link.name, "a;b");
	step.want->link.alias = "sitctl client a;b";
	step.want->link.underlay = 2;
	strcpy(step.want->link.underlay_name, "`x`");
	ck_assert_str_eq(printed(&step), "ip link add dev 'a;b' group 41 " TUNNEL "any ttl 255 pmtudisc dev '`x`'\n"
					 "ip link set dev 'a;b' alias 'sitctl client a;b'\n");
	step = (struct step){
		.op = STEP_CHANGE,
		.want = OBJECT({ .kind = KIND_SYSCTL,
				 .sysctl = { .ifname = "a$b", .leaf = "forwarding", .value = "1", .version = 6 } })
	};
	ck_assert_str_eq(printed(&step), "sysctl -q -w 'net/ipv6/conf/a$b/forwarding=1'\n");
	step = (struct step){ .op = STEP_DEL, .was = OBJECT({ .kind = KIND_NEIGH }) };
	step.was->neigh.addr = ip6("2001:db8::3");
	strcpy(step.was->neigh.ifname, "\"");
	ck_assert_str_eq(printed(&step), "ip -6 neigh del proxy 2001:db8::3 dev '\"'\n");
	step = (struct step){ .op = STEP_ADD,
			      .want = OBJECT({ .kind = KIND_ROUTE, .route = { .type = 1, .metric = 1 } }) };
	strcpy(step.want->route.ifname, "a b");
	ck_assert_str_eq(printed(&step), "ip -6 route add default dev 'a b' metric 1 proto 41\n");
	ck_assert_str_eq(json_of(step.want), "{\"dev\":\"a b\",\"dst\":\"default\",\"metric\":1,\"type\":\"unicast\"}");
}
END_TEST

START_TEST(inverted)
{
	struct step add = { .op = STEP_ADD, .phase = PHASE_ADDR, .want = OBJECT(address("t1", "2001:db8::3/127")) };
	struct step del = step_invert(&add), again = step_invert(&del);
	struct step change = { .op = STEP_CHANGE,
			       .was = OBJECT({ .kind = KIND_SYSCTL,
					       .sysctl = { .ifname = "all",
							   .leaf = "forwarding",
							   .value = "0",
							   .version = 6 } }),
			       .want = OBJECT({ .kind = KIND_SYSCTL,
						.sysctl = { .ifname = "all",
							    .leaf = "forwarding",
							    .value = "1",
							    .version = 6 } }) },
		    back;

	ck_assert_str_eq(printed(&del), "ip -6 addr del 2001:db8::3/127 dev t1\n");
	ck_assert_str_eq(printed(&again), "ip -6 addr add 2001:db8::3/127 dev t1 nodad\n");
	ck_assert_int_eq(del.phase, PHASE_ADDR);
	ck_assert_ptr_eq(step_object(&add), add.want);
	ck_assert_ptr_eq(step_object(&del), del.was);
	back = step_invert(&change);
	ck_assert_int_eq(back.op, STEP_CHANGE);
	ck_assert_str_eq(printed(&back), "sysctl -q -w net/ipv6/conf/all/forwarding=0\n");
}
END_TEST

/* Messages name objects by these; a name of any length fits. */
START_TEST(labels)
{
	struct object objects[] = {
		{ .kind = KIND_ADDR,
		  .addr = address("123456789012345", "1111:2222:3333:4444:5555:6666:7777:8888/128").addr },
		{ .kind = KIND_ROUTE, .route = { .type = 1, .ifname = "t1", .metric = 7 } },
		{ .kind = KIND_NEIGH, .neigh = { .addr = ip6("2001:db8::3"), .ifname = "eth0" } },
		{ .kind = KIND_SYSCTL, .sysctl = { .ifname = "t1", .leaf = "accept_ra", .value = "2", .version = 6 } },
		{ .kind = KIND_SYSCTL,
		  .sysctl = { .ifname = "eth0.7", .leaf = "forwarding", .value = "1", .version = 4 } },
		{ .kind = KIND_LINK, .link = tunnel().link },
		{ .kind = KIND_NFT },
	};
	static const char *const parts[] = { "8888/128 on 123456789012345",
					     "default",
					     "2001:db8::3 on eth0",
					     "sysctl net.ipv6.conf.t1.accept_ra = 2",
					     "sysctl net/ipv4/conf/eth0.7/forwarding = 1",
					     "t1",
					     "sitctl" };
	char label[160];

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		kinds[objects[i].kind]->label(&objects[i], label, sizeof(label));
		ck_assert_msg(strstr(label, parts[i]), "%s", label);
		kinds[objects[i].kind]->label(&objects[i], label, 5);
		ck_assert_uint_eq(strlen(label), 4);
	}
}
END_TEST

Suite *suite_print(void)
{
	Suite *s = suite_create("print");
	TCase *tc = tcase_create("commands");

	tcase_add_test(tc, addresses);
	tcase_add_test(tc, routes);
	tcase_add_test(tc, neighbours_and_sysctls);
	tcase_add_test(tc, links);
	tcase_add_test(tc, links_up_or_down);
	tcase_add_test(tc, words_for_a_shell);
	tcase_add_test(tc, words_through_a_shell);
	tcase_add_test(tc, odd_names_in_commands);
	tcase_add_test(tc, inverted);
	tcase_add_test(tc, labels);
	suite_add_tcase(s, tc);
	return s;
}
