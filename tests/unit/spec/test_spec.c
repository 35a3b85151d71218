/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of spec.h: words together: unknown, twice, missing, required, pairs, defaults of the server. */
#include <errno.h>
#include <string.h>

#include "../unit.h"
#include "spec/params.h"
#include "spec/resolve.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* init, words and check in one; the first refusal. */
static int read_spec(struct spec *spec, enum role role, const char *name, const char *text, struct err *err)
{
	char copy[8192], *words[512];
	int ret, n;

	ck_assert_int_lt(snprintf(copy, sizeof(copy), "%s", text), (int)sizeof(copy));
	n = split_words(copy, words, 512);
	memset(err, 0, sizeof(*err));
	spec_free(spec);
	ret = spec_init(spec, role, name, err);
	if (!ret)
		ret = spec_words(spec, n, words, err);
	return ret ? ret : spec_check(spec, err);
}

static void refuse(enum role role, const char *name, const char *text, const char *what, const char *way)
{
	char message[2048];
	SPEC spec = { 0 };
	struct err err;

	ck_assert_msg(read_spec(&spec, role, name, text, &err) == -EINVAL, "'%s' was taken", text);
	ck_assert_msg(err.usage, "'%s' is not called wrong usage", text);
	err_text(&err, message, sizeof(message));
	ck_assert_msg(strstr(message, what), "'%s': the message lacks \"%s\": %s", text, what, message);
	ck_assert_msg(strstr(message, way), "'%s': the message lacks \"%s\": %s", text, way, message);
}

#define CLIENT "remote 203.0.113.1 address 2001:db8::3 "
#define PEER "remote 198.51.100.7 address 2001:db8::3 "

START_TEST(wrong_words)
{
	static const struct {
		enum role role;
		const char *text, *what, *way;
	} rows[] = {
		{ ROLE_CLIENT, CLIENT "mut 1480", "mut: ", "'mtu'" },
		{ ROLE_CLIENT, CLIENT "remot 1.2.3.4", "remot: ", "'remote'" },
		{ ROLE_CLIENT, CLIENT "addr 2001:db8::5", "addr: ", "'address'" },
		{ ROLE_CLIENT, CLIENT "r 1", "r: ", "sitctl client up help" },
		{ ROLE_CLIENT, CLIENT "Mtu 1480", "Mtu: ", "'mtu'" },
		{ ROLE_CLIENT, CLIENT "xyzzyxyzzy 1", "xyzzyxyzzy: ", "sitctl client up help" },
		{ ROLE_CLIENT, CLIENT "uplink eth0", "uplink: ", "client" },
		{ ROLE_PEER, PEER "gateway auto", "gateway: ", "peer" },
		{ ROLE_PEER, PEER "metric 1", "metric: ", "peer" },
		{ ROLE_PEER, PEER "local 192.0.2.1", "local: ", "peer" },
		{ ROLE_PEER, PEER "serveraddress 2001:db8::2", "serveraddress: ", "'server-address'" },
		{ ROLE_SERVER, "remote 1.2.3.4", "remote: ", "server" },
		{ ROLE_SERVER, "uplnk eth0", "uplnk: ", "'uplink'" },
		{ ROLE_CLIENT, CLIENT "-D", "-D: ", "[ OPTIONS ]" },
		{ ROLE_CLIENT, CLIENT "mtu", "mtu: ", "no value" },
		{ ROLE_CLIENT, CLIENT "mtu 1480 ttl", "ttl: ", "1..255|inherit" },
		{ ROLE_CLIENT, CLIENT "mtu 1480 mtu 1480", "mtu: ", "twice" },
		{ ROLE_CLIENT, CLIENT "remote 203.0.113.1", "remote: ", "twice" },
		{ ROLE_PEER, PEER "address 2001:db8::5", "address: ", "twice" },
		{ ROLE_CLIENT, CLIENT "address 2001:db8::3/64", "2001:db8::3/64", "twice" },
		{ ROLE_CLIENT, CLIENT "prefix 2001:db8:1::/48 prefix 2001:db8:1::/48", "2001:db8:1::/48", "overlaps" },
		{ ROLE_CLIENT, CLIENT "prefix 2001:db8:1::/48 prefix 2001:db8:1:2::/64,eth0", "2001:db8:1:2::/64",
		  "overlaps" },
		{ ROLE_PEER, PEER "prefix 2001:db8:1:2::/64 prefix 2001:db8:1::/48", "2001:db8:1::/48", "overlaps" },
	};

	refuse(rows[_i].role, "x", rows[_i].text, rows[_i].what, rows[_i].way);
}
END_TEST

START_TEST(required_ones)
{
	refuse(ROLE_CLIENT, "t1", "", "'remote' is missing", "remote IPV4|HOST");
	refuse(ROLE_CLIENT, "t1", "remote 203.0.113.1", "'address' is missing", "IPV6[/LEN]");
	refuse(ROLE_CLIENT, "t1", "address 2001:db8::3", "'remote' is missing", "t1");
	refuse(ROLE_PEER, "alice", "address 2001:db8::3", "'remote' is missing", "alice");
	refuse(ROLE_PEER, "alice", "remote 198.51.100.7 prefix 2001:db8:1::/48", "'address' is missing", "alice");
}
END_TEST

START_TEST(nothing_is_required_of_a_server)
{
	SPEC spec = { 0 };
	struct err err;

	ck_assert_int_eq(read_spec(&spec, ROLE_SERVER, "", "", &err), 0);
	ck_assert_uint_eq(spec.set, 0);
}
END_TEST

START_TEST(names)
{
	static const char *const clients[] = { "t1", "123456789012345", "a$b" }, *const no_clients[] = {
		"", ".", "..", "all", "default", "a/b", "a b", "1234567890123456", "a%d"
	};
	SPEC spec = { 0 };
	struct err err;

	for (size_t i = 0; i < COUNT(clients); i++) {
		ck_assert_int_eq(spec_init(&spec, ROLE_CLIENT, clients[i], &err), 0);
		ck_assert_str_eq(name_text(spec.name), clients[i]);
		ck_assert_str_eq(name_text(spec.dev), clients[i]);
	}
	for (size_t i = 0; i < COUNT(no_clients); i++)
		ck_assert(spec_init(&spec, ROLE_CLIENT, no_clients[i], &err) == -EINVAL && err.usage);
	ck_assert_int_eq(spec_init(&spec, ROLE_PEER, "12345678901234567890123456789012", &err), 0);
	ck_assert_int_eq(spec_init(&spec, ROLE_PEER, "123456789012345678901234567890123", &err), -EINVAL);
	ck_assert_int_eq(spec_init(&spec, ROLE_PEER, "a$b", &err), -EINVAL);
}
END_TEST

START_TEST(device_of_a_peer)
{
	SPEC spec = { 0 };
	struct err err;

	ck_assert_int_eq(read_spec(&spec, ROLE_PEER, "alice", PEER, &err), 0);
	ck_assert_str_eq(name_text(spec.dev), "sit-alice");
	ck_assert_int_eq(read_spec(&spec, ROLE_PEER, "12345678901", PEER, &err), 0);
	ck_assert_str_eq(name_text(spec.dev), "sit-12345678901");
	refuse(ROLE_PEER, "123456789012", PEER, "sit-123456789012", "dev NAME");
	ck_assert_int_eq(read_spec(&spec, ROLE_PEER, "123456789012", PEER "dev s1", &err), 0);
	ck_assert_str_eq(name_text(spec.dev), "s1");
	ck_assert_int_eq(read_spec(&spec, ROLE_PEER, "alice", PEER "dev 123456789012345", &err), 0);
	ck_assert_str_eq(name_text(spec.dev), "123456789012345");
}
END_TEST

#define TO "remote 198.51.100.7 address "

/* RFC 6164: only a /127 tells the other end, and not where that is a reserved anycast address. */
START_TEST(pairs)
{
	static const struct {
		const char *text, *way; /* NULL: right */
	} rows[] = {
		{ TO "2001:db8::3", NULL },
		{ TO "2001:db8::2/127", NULL },
		{ TO "2001:db8::3/126", "server-address" },
		{ TO "2001:db8::3/128", "server-address" },
		{ TO "2001:db8::3/64", "server-address" },
		{ TO "2001:db8::3/126 server-address 2001:db8::1", NULL },
		{ TO "2001:db8::3/64 server-address 2001:db8::1", NULL },
		{ TO "2001:db8::3/128 server-address 2001:db8::2", NULL },
		{ TO "2001:db8::1", "RFC 6164" },
		{ TO "2001:db8:5:6::1/127", "RFC 6164" },
		{ TO "2001:db8::1 server-address 2001:db8::5", NULL },
		{ TO "2001:db8::ffff:ffff:ffff:ff80", "RFC 6164" },
		{ TO "2001:db8::ffff:ffff:ffff:ff81", "RFC 6164" },
		{ TO "2001:db8::ffff:ffff:ffff:ffff", "RFC 6164" },
		{ TO "2001:db8::ffff:ffff:ffff:ff7e", NULL },
		{ TO "2001:db8::ffff:ffff:ffff:ff7f", NULL },
		{ TO "2001:db8::8000:0:0:1", NULL },
		{ TO "2001:db8::3 server-address 2001:db8::3", "own address" },
		{ TO "2001:db8::3/64 server-address 2001:db8::3", "own address" },
	};
	SPEC spec = { 0 };
	struct err err;

	if (rows[_i].way)
		refuse(ROLE_PEER, "alice", rows[_i].text, "2001:db8:", rows[_i].way);
	else
		ck_assert_msg(!read_spec(&spec, ROLE_PEER, "alice", rows[_i].text, &err), "%s: %s", rows[_i].text,
			      err.why);
}
END_TEST

/* The pair ::0 and ::1 is no pair by RFC 6164 section 6, whichever of the two the peer is to have. */
START_TEST(pair_of_the_routers_anycast)
{
	refuse(ROLE_PEER, "alice", TO "2001:db8::/127", "2001:db8::", "RFC 6164");
}
END_TEST

START_TEST(as_many_as_allowed)
{
	char text[8192] = CLIENT;
	SPEC spec = { 0 };
	struct err err;

	for (int i = 1; i < 16; i++)
		sprintf(text + strlen(text), "address 2001:db8::%x:3 ", i);
	for (int i = 0; i < 64; i++)
		sprintf(text + strlen(text), "prefix 2001:db8:%x::/48,eth%d ", 256 + i, i);
	ck_assert_msg(!read_spec(&spec, ROLE_CLIENT, "t1", text, &err), "%s", err.why);
	ck_assert_uint_eq(spec.n_addresses, 16);
	ck_assert_uint_eq(spec.n_prefixes, 64);
	ck_assert_str_eq(name_text(spec.prefixes[63].ifname), "eth63");
	strcat(text, "address 2001:db8::ffff:3");
	refuse(ROLE_CLIENT, "t1", text, "2001:db8::ffff:3", "too many");
	*strstr(text, "address 2001:db8::ffff:3") = '\0';
	strcat(text, "prefix 2001:db9::/48");
	refuse(ROLE_CLIENT, "t1", text, "2001:db9::/48", "too many");
}
END_TEST

static void change(struct spec *spec, const char *text)
{
	char copy[512], *words[64];
	struct err err;

	snprintf(copy, sizeof(copy), "%s", text);
	ck_assert_int_eq(spec_words(spec, split_words(copy, words, 64), words, &err), 0);
}

/* set-peer: what is not named stays; what repeats is replaced as a whole. */
START_TEST(changed_values)
{
	char text[1024];
	SPEC spec = { 0 };

	make_spec(&spec, ROLE_PEER, "alice " PEER "prefix 2001:db8:1::/48 prefix 2001:db8:2::/48 ttl 9");
	change(&spec, "prefix 2001:db8:3::/48");
	spec_text(&spec, false, text, sizeof(text));
	ck_assert_str_eq(text, "remote 198.51.100.7 address 2001:db8::3/127 prefix 2001:db8:3::/48 ttl 9");
	change(&spec, "address 2001:db8::5 prefix 2001:db8:1::/48 prefix 2001:db8:2::/48");
	spec_text(&spec, false, text, sizeof(text));
	ck_assert_str_eq(text, "remote 198.51.100.7 address 2001:db8::5/127 prefix 2001:db8:1::/48 "
			       "prefix 2001:db8:2::/48 ttl 9");
	make_spec(&spec, ROLE_CLIENT, "t1 " CLIENT "address 2001:db8::5");
	change(&spec, "address 2001:db8::7");
	ck_assert_uint_eq(spec.n_addresses, 1);
}
END_TEST

static int changes(struct spec *spec, const char *text)
{
	char copy[512], *words[64];
	struct err err;

	snprintf(copy, sizeof(copy), "%s", text);
	return spec_words(spec, split_words(copy, words, 64), words, &err);
}

/* `none`: as if the parameter had not been given. */
START_TEST(dropped_values)
{
	char text[1024];
	SPEC spec = { 0 }, server = { 0 };

	make_spec(&spec, ROLE_CLIENT,
		  "t1 " CLIENT "prefix 2001:db8:1::/48 dev eth0 ttl 9 metric 7 notrack off allow tcp/22 target "
		  "2001:db8::9 local 192.0.2.7");
	change(&spec, "prefix none dev none ttl none metric none notrack none allow none target none local none");
	spec_text(&spec, false, text, sizeof(text));
	ck_assert_str_eq(text, "remote 203.0.113.1 address 2001:db8::3/127");
	ck_assert(spec.ttl == 255 && spec.metric == 1024 && spec.notrack && !spec.n_prefixes && !spec.underlay.at);
	/* A value of this parameter; and what must be given stays. */
	change(&spec, "gateway none");
	ck_assert_int_eq(spec.gateway_mode, GATEWAY_NONE);
	ck_assert_int_eq(changes(&spec, "address none"), -EINVAL);
	ck_assert_int_eq(changes(&spec, "ttl none ttl 9"), -EINVAL);
	change(&spec, "prefix none prefix 2001:db8:3::/48");
	ck_assert_uint_eq(spec.n_prefixes, 1);
	ck_assert(spec.set & param_bit(param_find(ROLE_CLIENT, "prefix")));
	/* Word by word, as files have them. */
	for (uint64_t seen = 0, i = 0; i < 2; i++) {
		static char *const lines[][2] = { { (char *)"mtu", (char *)"none" },
						  { (char *)"metric", (char *)"7" } };
		struct err err;

		ck_assert_int_eq(spec_more_words(&spec, 2, lines[i], &seen, &err), 0);
	}
	ck_assert(!(spec.set & param_bit(param_find(ROLE_CLIENT, "mtu"))));
	ck_assert(spec.set & param_bit(param_find(ROLE_CLIENT, "metric")));
	/* A peer has the server's value again. */
	make_spec(&server, ROLE_SERVER, "ttl 64");
	make_spec(&spec, ROLE_PEER, "alice " PEER "ttl 9 server-address 2001:db8::9 dev tun");
	change(&spec, "ttl none server-address none dev none");
	ck_assert_int_eq(spec_effective(&spec, &server).ttl, 64);
	ck_assert(!spec.has_server_address && !spec.dev.at);
}
END_TEST

/* `remote`, a name before, an address now: the name must not come back. */
START_TEST(name_then_address)
{
	char text[512];
	SPEC spec = { 0 };

	make_spec(&spec, ROLE_CLIENT, "t1 remote tunnel.example resolved 203.0.113.9 address 2001:db8::3");
	spec_text(&spec, false, text, sizeof(text));
	ck_assert_str_eq(text, "remote tunnel.example address 2001:db8::3/127");
	spec_text(&spec, true, text, sizeof(text));
	ck_assert_str_eq(text, "remote tunnel.example resolved 203.0.113.9 address 2001:db8::3/127");
	change(&spec, "remote 203.0.113.1");
	spec_text(&spec, true, text, sizeof(text));
	ck_assert_str_eq(text, "remote 203.0.113.1 address 2001:db8::3/127");
	change(&spec, "remote other.example");
	ck_assert_uint_eq(spec.remote.s_addr, 0);
}
END_TEST

START_TEST(defaults_of_the_server)
{
	struct in6_addr other = ip6("2001:db8::2"), given = ip6("2001:db8::9");
	SPEC peer = { 0 }, server = { 0 };
	struct spec both;

	make_spec(&server, ROLE_SERVER,
		  "uplink eth0 local 192.0.2.1 ttl 9 mtu 1400 notrack off mss-clamp off source-filter off");
	make_spec(&peer, ROLE_PEER, "alice " PEER);
	both = spec_effective(&peer, &server);
	ck_assert_uint_eq(both.local.s_addr, ip4("192.0.2.1").s_addr);
	ck_assert_uint_eq(both.ttl, 9);
	ck_assert_uint_eq(both.mtu, 1400);
	ck_assert(!both.notrack && !both.mss_clamp && !both.source_filter);
	ck_assert(addr6_equal(&both.server_address, &other));
	make_spec(&peer, ROLE_PEER,
		  "alice " PEER
		  "ttl inherit mtu auto notrack on mss-clamp on source-filter on server-address 2001:db8::9");
	both = spec_effective(&peer, &server);
	ck_assert_uint_eq(both.ttl, 0);
	ck_assert_uint_eq(both.mtu, 0);
	ck_assert(both.notrack && both.mss_clamp && both.source_filter);
	ck_assert(addr6_equal(&both.server_address, &given));
}
END_TEST

/* No network is needed: a name in .invalid (RFC 6761) has no address, and an address needs none. */
START_TEST(resolving)
{
	struct answers answers;
	SPEC spec = { 0 };
	struct err err;

	make_spec(&spec, ROLE_CLIENT, "t1 " CLIENT);
	ck_assert_int_eq(spec_resolve(&spec, &answers, &err), 0);
	ck_assert_uint_eq(spec.remote.s_addr, ip4("203.0.113.1").s_addr);
	make_spec(&spec, ROLE_CLIENT, "t1 remote nowhere.invalid address 2001:db8::3");
	ck_assert_int_lt(spec_resolve(&spec, &answers, &err), 0);
	ck_assert(!err.usage);
	ck_assert_ptr_nonnull(strstr(err.step, "nowhere.invalid"));
	make_spec(&spec, ROLE_CLIENT, "t1 remote localhost address 2001:db8::3");
	ck_assert_int_eq(spec_resolve(&spec, &answers, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.why, "loopback"));
}
END_TEST

/* A name of several addresses: the tunnel stays with the one it has, while that is one of them. */
START_TEST(staying_with_an_address)
{
	struct answers answers = { .n = 2, .addrs = { ip4("203.0.113.1"), ip4("203.0.113.2") } };
	SPEC before = { 0 }, spec = { 0 };

	make_spec(&before, ROLE_CLIENT, "t1 remote tunnel.example resolved 203.0.113.2 address 2001:db8::3");
	make_spec(&spec, ROLE_CLIENT, "t1 remote tunnel.example resolved 203.0.113.1 address 2001:db8::3");
	spec_keep_remote(&spec, &before, &answers);
	ck_assert_uint_eq(spec.remote.s_addr, ip4("203.0.113.2").s_addr);
	make_spec(&spec, ROLE_CLIENT, "t1 remote other.example resolved 203.0.113.1 address 2001:db8::3");
	spec_keep_remote(&spec, &before, &answers);
	ck_assert_uint_eq(spec.remote.s_addr, ip4("203.0.113.1").s_addr);
	answers.n = 1;
	make_spec(&spec, ROLE_CLIENT, "t1 remote tunnel.example resolved 203.0.113.1 address 2001:db8::3");
	spec_keep_remote(&spec, &before, &answers);
	ck_assert_uint_eq(spec.remote.s_addr, ip4("203.0.113.1").s_addr);
}
END_TEST

Suite *suite_spec(void)
{
	Suite *s = suite_create("spec");
	TCase *tc = tcase_create("words"), *resolve = namespaced_case(s, "resolve", own_netns);

	tcase_add_loop_test(tc, wrong_words, 0, 23);
	tcase_add_test(tc, required_ones);
	tcase_add_test(tc, nothing_is_required_of_a_server);
	tcase_add_test(tc, names);
	tcase_add_test(tc, device_of_a_peer);
	tcase_add_loop_test(tc, pairs, 0, 19);
	tcase_add_test(tc, pair_of_the_routers_anycast);
	tcase_add_test(tc, as_many_as_allowed);
	tcase_add_test(tc, changed_values);
	tcase_add_test(tc, dropped_values);
	tcase_add_test(tc, name_then_address);
	tcase_add_test(tc, defaults_of_the_server);
	tcase_add_test(tc, staying_with_an_address);
	tcase_add_test(resolve, resolving);
	suite_add_tcase(s, tc);
	return s;
}
