/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of link_decode(): RTM_NEWLINK made by hand, whole and malformed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "kernel/linkmsg.h"
#include "kernel/mark.h"
#include "state/readback.h"

static struct bytes m;
static struct link link_;
static struct arena arena;

static void end(void)
{
	arena_free(&arena);
}

/* struct ifinfomsg: family, pad, type, index, flags, change */
static void begin(void)
{
	memset(&m, 0, sizeof(m));
	memset(&link_, 0x5a, sizeof(link_));
	b_header(&m, 16, 0, 1, 0);
	b_u16(&m, 0);
	b_u16(&m, 776); /* ARPHRD_SIT */
	b_u32(&m, 12);
	b_u32(&m, 0x1 | 0x80); /* IFF_UP | IFF_NOARP */
	b_u32(&m, 0);
}

static int decode(void)
{
	b_end(&m, 0);
	return link_decode(b_msg(&m), &link_, &arena);
}

static void sit_info(const char *kind)
{
	size_t info = b_attr(&m, 18), data; /* IFLA_LINKINFO */

	b_attr_str(&m, 1, kind);
	data = b_attr(&m, 2);
	b_attr_u32(&m, 1, 3); /* _LINK */
	b_attr_mem(&m, 2, "\xc0\0\2\1", 4);
	b_attr_mem(&m, 3, "\xcb\0\x71\1", 4);
	b_attr_u8(&m, 4, 64);  /* _TTL */
	b_attr_u8(&m, 9, 41);  /* _PROTO */
	b_attr_u8(&m, 10, 1);  /* _PMTUDISC */
	b_attr_u8(&m, 200, 1); /* of a later kernel */
	b_attr_end(&m, data);
	b_attr_end(&m, info);
}

START_TEST(tunnel)
{
	uint64_t stats[24];

	for (uint64_t i = 0; i < 24; i++)
		stats[i] = (i + 1) << 32 | (i + 1);
	b_attr_str(&m, 3, "t1");
	b_attr_u32(&m, 4, 1480);
	b_attr_u8(&m, 16, 6); /* IFLA_OPERSTATE */
	b_attr_str(&m, 20, "sitctl client t1");
	b_attr_u32(&m, 27, 41);
	b_attr_mem(&m, 23, stats, sizeof(stats)); /* IFLA_STATS64 */
	sit_info("sit");
	ck_assert_int_eq(decode(), 0);
	ck_assert_str_eq(link_.name, "t1");
	ck_assert_str_eq(link_.alias, "sitctl client t1");
	ck_assert_uint_eq(link_.index, 12);
	ck_assert_uint_eq(link_.flags, 0x81);
	ck_assert_uint_eq(link_.mtu, 1480);
	ck_assert_uint_eq(link_.operstate, 6);
	ck_assert_uint_eq(link_.group, 41);
	ck_assert_uint_eq(link_.remote.s_addr, ip4("203.0.113.1").s_addr);
	ck_assert_uint_eq(link_.local.s_addr, ip4("192.0.2.1").s_addr);
	ck_assert_uint_eq(link_.underlay, 3);
	ck_assert_uint_eq(link_.ttl, 64);
	ck_assert_uint_eq(link_.proto, 41);
	ck_assert(link_.up && link_.is_sit && link_.pmtudisc);
	ck_assert(link_ours(&link_));
	/* struct rtnl_link_stats64: packets, bytes, errors, dropped, each received and sent */
	ck_assert_uint_eq(link_.stats[STAT_RX_PACKETS], stats[0]);
	ck_assert_uint_eq(link_.stats[STAT_TX_PACKETS], stats[1]);
	ck_assert_uint_eq(link_.stats[STAT_RX_BYTES], stats[2]);
	ck_assert_uint_eq(link_.stats[STAT_TX_BYTES], stats[3]);
	ck_assert_uint_eq(link_.stats[STAT_RX_ERRORS], stats[4]);
	ck_assert_uint_eq(link_.stats[STAT_TX_ERRORS], stats[5]);
	ck_assert_uint_eq(link_.stats[STAT_RX_DROPPED], stats[6]);
	ck_assert_uint_eq(link_.stats[STAT_TX_DROPPED], stats[7]);
}
END_TEST

START_TEST(other_devices)
{
	static const char *const kinds_of_others[] = {
		"veth", "si", "sits", "SIT", "", "a-kind-of-more-than-16-bytes"
	};

	b_attr_str(&m, 3, "lo");
	ck_assert_int_eq(decode(), 0);
	ck_assert(!link_.is_sit && !link_.mtu && !link_.alias[0] && !link_.remote.s_addr && !link_.stats);
	for (size_t i = 0; i < sizeof(kinds_of_others) / sizeof(*kinds_of_others); i++) {
		begin();
		b_attr_str(&m, 3, "v0");
		sit_info(kinds_of_others[i]);
		ck_assert_int_eq(decode(), 0);
		ck_assert_msg(!link_.is_sit && !link_.remote.s_addr, "%s", kinds_of_others[i]);
	}
	begin();
	memset((char *)m.word + 24, 0, 4); /* no flags */
	b_attr_str(&m, 3, "v0");
	ck_assert_int_eq(decode(), 0);
	ck_assert(!link_.up);
}
END_TEST

/* A sit device that says nothing of itself has no values, and not those of before. */
START_TEST(tunnel_without_data)
{
	size_t info;

	b_attr_str(&m, 3, "sit0");
	info = b_attr(&m, 18);
	b_attr_str(&m, 1, "sit");
	b_attr_end(&m, info);
	ck_assert_int_eq(decode(), 0);
	ck_assert(link_.is_sit && !link_.remote.s_addr && !link_.ttl && !link_.proto && !link_.pmtudisc);
}
END_TEST

/* Attributes of other lengths than they should have are not read; statistics grow from kernel to kernel. */
START_TEST(odd_lengths)
{
	uint64_t stats[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	size_t info, data;

	b_attr_str(&m, 3, "t1");
	b_attr_mem(&m, 4, "\1", 1);
	b_attr_mem(&m, 27, "\51\0\0\0\0\0\0\0", 8);
	b_attr_mem(&m, 23, stats, 63);
	b_attr_mem(&m, 20, "no zero", 7);
	info = b_attr(&m, 18);
	b_attr_str(&m, 1, "sit");
	data = b_attr(&m, 2);
	b_attr_mem(&m, 3, "\xcb\0\x71", 3);
	b_attr_mem(&m, 4, "\100\0\0\0", 4);
	b_attr_end(&m, data);
	b_attr_end(&m, info);
	ck_assert_int_eq(decode(), 0);
	ck_assert(!link_.mtu && !link_.group && !link_.stats && !link_.alias[0]);
	ck_assert(link_.is_sit && !link_.remote.s_addr && !link_.ttl);
	begin();
	b_attr_str(&m, 3, "t1");
	b_attr_mem(&m, 23, stats, 64);
	ck_assert_int_eq(decode(), 0);
	ck_assert_uint_eq(link_.stats[STAT_TX_DROPPED], 8);
}
END_TEST

START_TEST(without_a_name)
{
	b_attr_u32(&m, 4, 1480);
	ck_assert_int_eq(decode(), -EBADMSG);
	begin();
	b_attr_mem(&m, 3, "123456789012345", 15); /* not terminated */
	ck_assert_int_eq(decode(), -EBADMSG);
	begin();
	b_attr_str(&m, 3, "1234567890123456"); /* too long */
	ck_assert_int_eq(decode(), -EBADMSG);
	begin();
	b_attr_mem(&m, 3, "", 0);
	ck_assert_int_eq(decode(), -EBADMSG);
	begin();
	b_attr_mem(&m, 3, "\0\0\0", 4); /* of no length, though there are bytes */
	ck_assert_int_eq(decode(), -EBADMSG);
	begin();
	b_attr_str(&m, 3, "123456789012345");
	ck_assert_int_eq(decode(), 0);
	ck_assert_str_eq(link_.name, "123456789012345");
}
END_TEST

/* Cut anywhere: refused, or (cut between two attributes) read up to there; nothing is read behind. */
START_TEST(cut_short)
{
	b_attr_str(&m, 3, "t1");
	sit_info("sit");
	b_end(&m, 0);
	for (uint32_t n = 16; n < m.n; n++) {
		struct nlmsghdr *copy = calloc(1, (n + 3) / 4 * 4); /* libmnl reads whole words */
		int ret;

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, m.word, n);
		copy->nlmsg_len = n;
		ret = link_decode(copy, &link_, &arena);
		free(copy);
		ck_assert_msg(ret == 0 || ret == -EBADMSG, "%u bytes: %d", n, ret);
		ck_assert_msg(n >= 37 || ret == -EBADMSG, "%u bytes have no name", n); /* 16 + 16 + 4 + 3, in words */
		ck_assert_msg(ret || n > 108 || !link_.remote.s_addr, "%u bytes: a remote that is not there", n);
	}
}
END_TEST

/* The data's length reaches over the end of the message. */
START_TEST(nest_beyond_its_end)
{
	uint16_t len = 500;

	b_attr_str(&m, 3, "t1");
	sit_info("sit");
	memcpy((char *)m.word + 32 + 8 + 4 + 8, &len, sizeof(len));
	ck_assert(decode() == -EBADMSG || !link_.remote.s_addr);
}
END_TEST

START_TEST(ours_or_not)
{
	static const struct {
		const char *alias;
		bool sit;
		uint32_t group;
		bool ours;
	} rows[] = {
		{ "sitctl client t1", true, 41, true },
		{ "sitctl server alice", true, 41, true },
		{ "sitctl client t1", false, 41, false },
		{ "sitctl client t1", true, 0, false },
		{ "sitctl client t1", true, 42, false },
		/* About to be removed with others, when a kill came between. */
		{ "sitctl server alice", true, 0x53000000, true },
		{ "sitctl server alice", true, 0x53ffffff, true },
		{ "sitctl server alice", true, 0x54000000, false },
		{ "sitctl server alice", false, 0x53123456, false },
		{ "", true, 0x53123456, false },
		{ "", true, 41, false },
		{ "sitctl", true, 41, false },
		{ "sitctl clients", true, 41, false },
		{ "my sitctl client t1", true, 41, false },
		{ "Sitctl client t1", true, 41, false },
		{ "sitctl peer alice", true, 41, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct link l = { .is_sit = rows[i].sit, .group = rows[i].group };

		l.alias = rows[i].alias;
		ck_assert_msg(link_ours(&l) == rows[i].ours, "%s %d %u", rows[i].alias, rows[i].sit, rows[i].group);
	}
}
END_TEST

START_TEST(aliases)
{
	char alias[ALIAS_SIZE];
	struct link l = { .is_sit = true, .group = 41, .alias = alias };

	link_alias(true, "123456789012345", alias);
	ck_assert_str_eq(l.alias, "sitctl client 123456789012345");
	ck_assert(link_ours(&l) && link_role(&l) == ROLE_CLIENT);
	ck_assert_str_eq(link_tunnel_name(&l), "123456789012345");
	link_alias(false, "12345678901234567890123456789012", alias);
	ck_assert_str_eq(l.alias, "sitctl server 12345678901234567890123456789012");
	ck_assert(link_ours(&l) && link_role(&l) == ROLE_PEER);
	ck_assert_str_eq(link_tunnel_name(&l), "12345678901234567890123456789012");
}
END_TEST

Suite *suite_linkmsg(void)
{
	Suite *s = suite_create("link");
	TCase *tc = tcase_create("decode");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, tunnel);
	tcase_add_test(tc, other_devices);
	tcase_add_test(tc, tunnel_without_data);
	tcase_add_test(tc, odd_lengths);
	tcase_add_test(tc, without_a_name);
	tcase_add_test(tc, cut_short);
	tcase_add_test(tc, nest_beyond_its_end);
	tcase_add_test(tc, ours_or_not);
	tcase_add_test(tc, aliases);
	suite_add_tcase(s, tc);
	return s;
}
