/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of doctor/frame.h: packets made by hand, whole, with extension headers, quoted, and cut at every length. */
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "doctor/frame.h"
#include "doctor/watch.h"

#define HEADER4 20
#define HEADER6 40

static struct packet {
	uint8_t data[512];
	size_t len;
} p;

static void put(const void *data, size_t len)
{
	ck_assert_uint_le(p.len + len, sizeof(p.data));
	memcpy(p.data + p.len, data, len);
	p.len += len;
}

/* Words in network order. */
static void put16(uint16_t value)
{
	put((uint8_t[]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

static void put32(uint32_t value)
{
	put16((uint16_t)(value >> 16));
	put16((uint16_t)value);
}

static void begin4(uint8_t proto, uint16_t offset, const char *from, const char *to)
{
	struct in_addr a = ip4(from), b = ip4(to);

	put((uint8_t[]){ 0x45, 0, 0, 0, 0, 0, (uint8_t)(offset >> 8), (uint8_t)offset, 64, proto, 0, 0 }, 12);
	put(&a, 4);
	put(&b, 4);
}

static void begin6(uint8_t next, uint16_t length, const char *from, const char *to)
{
	struct in6_addr a = ip6(from), b = ip6(to);

	put32(0x60000000);
	put16(length);
	put((uint8_t[]){ next, 64 }, 2);
	put(&a, 16);
	put(&b, 16);
}

/* 20 bytes and the data; the checksum is right but for WRONG. */
static void put_tcp(uint8_t flags, const char *data, uint16_t wrong)
{
	size_t at = p.len, len = 20 + strlen(data);
	const struct in6_addr *ends = (const struct in6_addr *)(const void *)(p.data + at - 32);
	uint16_t sum;

	put16(80);
	put16(40000);
	put32(0x01020304);
	put32(0x05060708);
	put((uint8_t[]){ 5 << 4, flags, 0xff, 0xff, 0, 0, 0, 0 }, 8);
	put(data, strlen(data));
	sum = (uint16_t)(frame_sum6(&ends[0], &ends[1], IPPROTO_TCP, p.data + at, len) + wrong);
	p.data[at + 16] = (uint8_t)(sum >> 8);
	p.data[at + 17] = (uint8_t)sum;
}

/* The first LEN bytes, in a piece of memory that ends there: reading on is seen by the sanitizers. */
static bool decode(size_t len, struct frame *f)
{
	uint8_t *copy = malloc(len ? len : 1);
	bool ok;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, p.data, len);
	ok = frame_decode(copy, len, len ? copy[0] >> 4 : 4, f);
	free(copy);
	return ok;
}

static void empty(void)
{
	memset(&p, 0, sizeof(p));
}

static void same6(const struct in6_addr *addr, const char *text)
{
	struct in6_addr wanted = ip6(text);

	ck_assert_mem_eq(addr, &wanted, sizeof(wanted));
}

START_TEST(sum_of_rfc)
{
	/* An echo request whose checksum was worked out by hand: 0x8000 and the pseudo-header 0x3a + 8. */
	static const uint8_t echo[] = { 128, 0, 0x7f, 0xbd, 0, 0, 0, 0 };
	struct in6_addr any = { .s6_addr = { 0 } };

	ck_assert_uint_eq(frame_sum6(&any, &any, IPPROTO_ICMPV6, echo, sizeof(echo)), 0);
	ck_assert_uint_eq(frame_sum6(&any, &any, IPPROTO_ICMPV6, (const uint8_t[]){ 0xff }, 1),
			  0xffff - 0xff00 - 0x3a - 1);
}
END_TEST

START_TEST(tcp_in_protocol_41)
{
	struct frame f;

	begin4(IPPROTO_IPV6, 0x4000, "203.0.113.1", "198.51.100.7");
	begin6(IPPROTO_TCP, 25, "2001:db8::80", "2001:db8::3");
	put_tcp(FRAME_SYN | FRAME_ACK, "hello", 0);
	ck_assert(decode(p.len, &f));
	ck_assert(f.v4 && f.v6 && f.tcp && f.whole && f.checksum_right && !f.error4);
	ck_assert_uint_eq(f.source4.s_addr, ip4("203.0.113.1").s_addr);
	ck_assert_uint_eq(f.dest4.s_addr, ip4("198.51.100.7").s_addr);
	same6(&f.source, "2001:db8::80");
	same6(&f.dest, "2001:db8::3");
	ck_assert_uint_eq(f.proto4, IPPROTO_IPV6);
	ck_assert_uint_eq(f.proto, IPPROTO_TCP);
	ck_assert_uint_eq(f.sport, 80);
	ck_assert_uint_eq(f.dport, 40000);
	ck_assert_uint_eq(f.seq, 0x01020304);
	ck_assert_uint_eq(f.ack, 0x05060708);
	ck_assert_uint_eq(f.flags, FRAME_SYN | FRAME_ACK);
	ck_assert_uint_eq(f.payload, 5);
	put("padding", 7);
	ck_assert(decode(p.len, &f) && f.whole && f.checksum_right);
	ck_assert_uint_eq(f.payload, 5);
}
END_TEST

START_TEST(wrong_checksum)
{
	struct frame f;

	begin6(IPPROTO_TCP, 23, "2001:db8::80", "2001:db8::3");
	put_tcp(FRAME_ACK, "odd", 1);
	ck_assert(decode(p.len, &f) && f.tcp && f.whole && !f.checksum_right);
	empty();
	begin6(IPPROTO_TCP, 23, "2001:db8::80", "2001:db8::3");
	put_tcp(FRAME_ACK, "odd", 0);
	ck_assert(decode(p.len, &f) && f.checksum_right);
	for (size_t i = HEADER6; i < p.len; i++) {
		p.data[i] ^= 0x40;
		ck_assert_msg(decode(p.len, &f) && !f.checksum_right, "byte %zu", i);
		p.data[i] ^= 0x40;
	}
}
END_TEST

START_TEST(cut_at_every_length)
{
	struct frame f;

	begin4(IPPROTO_IPV6, 0, "203.0.113.1", "198.51.100.7");
	begin6(0, 8 + 24, "2001:db8::80", "2001:db8::3");
	put((uint8_t[]){ IPPROTO_TCP, 0, 1, 4, 0, 0, 0, 0 }, 8);
	put_tcp(FRAME_ACK, "data", 0);
	for (size_t len = 0; len <= p.len; len++) {
		bool ok = decode(len, &f);

		ck_assert_msg(ok == (len >= HEADER4), "%zu", len);
		ck_assert_msg(f.v4 == (len >= HEADER4), "%zu", len);
		ck_assert_msg(f.v6 == (len >= HEADER4 + HEADER6), "%zu", len);
		ck_assert_msg(f.tcp == (len >= HEADER4 + HEADER6 + 8 + 20), "%zu", len);
		ck_assert_msg(f.whole == (len == p.len), "%zu", len);
		ck_assert_msg(!f.checksum_right || f.whole, "%zu", len);
		ck_assert_msg(!f.tcp || f.payload == 4, "%zu", len);
	}
}
END_TEST

START_TEST(extension_headers)
{
	struct frame f;

	begin6(0, 8 + 16 + 8 + 8 + 8, "2001:db8::1", "2001:db8::2");
	put((uint8_t[]){ 43, 0, 1, 4, 0, 0, 0, 0 }, 8);
	put((uint8_t[16]){ 60, 1 }, 16);
	put((uint8_t[8]){ 44, 0, 1, 4 }, 8);
	put((uint8_t[]){ IPPROTO_ICMPV6, 0, 0, 1, 0, 0, 0, 7 }, 8); /* the first fragment */
	put((uint8_t[]){ 128, 0, 0, 0, 0x12, 0x34, 0x56, 0x78 }, 8);
	ck_assert(decode(p.len, &f));
	ck_assert_uint_eq(f.proto, IPPROTO_ICMPV6);
	ck_assert_uint_eq(f.type, 128);
	ck_assert_uint_eq(f.echo_id, 0x1234);
	ck_assert_uint_eq(f.echo_seq, 0x5678);
	p.data[HEADER6 + 8 + 16 + 8 + 3] = 9; /* one that is not the first */
	ck_assert(decode(p.len, &f));
	ck_assert_uint_eq(f.proto, 44);
	ck_assert_uint_eq(f.type, 0);
	/* One that says it is longer than the packet. */
	p.data[HEADER6 + 1] = 255;
	ck_assert(decode(p.len, &f) && f.v6);
	ck_assert_uint_eq(f.type, 0);
}
END_TEST

/* As many as are put behind each other: it ends, and is no TCP. */
START_TEST(endless_headers)
{
	struct frame f;

	begin6(60, 400, "2001:db8::1", "2001:db8::2");
	for (int i = 0; i < 50; i++)
		put((uint8_t[8]){ 60, 0, 1, 4 }, 8);
	ck_assert(decode(p.len, &f) && f.v6 && !f.tcp);
}
END_TEST

START_TEST(icmp_quotes)
{
	struct frame f;

	begin4(IPPROTO_ICMP, 0, "192.0.2.1", "198.51.100.7");
	put((uint8_t[]){ 3, 4, 0, 0, 0, 0, 0x05, 0x78 }, 8);
	begin4(IPPROTO_IPV6, 0x4000, "198.51.100.7", "203.0.113.1");
	for (size_t len = HEADER4; len <= p.len; len++) {
		ck_assert(decode(len, &f));
		ck_assert_msg(f.error4 == (len == p.len), "%zu", len);
	}
	ck_assert_uint_eq(f.type4, 3);
	ck_assert_uint_eq(f.code4, 4);
	ck_assert_uint_eq(f.mtu4, 1400);
	ck_assert_uint_eq(f.quoted_proto, IPPROTO_IPV6);
	ck_assert_uint_eq(f.quoted_source.s_addr, ip4("198.51.100.7").s_addr);
	ck_assert_uint_eq(f.quoted_dest.s_addr, ip4("203.0.113.1").s_addr);
	p.data[HEADER4 + 1] = 1; /* host unreachable: the same bytes are no MTU */
	ck_assert(decode(p.len, &f) && f.error4);
	ck_assert_uint_eq(f.mtu4, 0);
	p.data[HEADER4] = 0; /* an echo reply quotes nothing */
	ck_assert(decode(p.len, &f) && !f.error4);
	p.data[HEADER4] = 11;
	ck_assert(decode(p.len, &f) && f.error4);
	p.data[HEADER4 + 8] = 0x60; /* quotes something else */
	ck_assert(decode(p.len, &f) && !f.error4);
}
END_TEST

START_TEST(icmp6)
{
	struct frame f;
	struct in6_addr target = ip6("2001:db8::a3");

	begin6(IPPROTO_ICMPV6, 24, "fe80::1", "ff02::1:ff00:a3");
	put((uint8_t[8]){ 135 }, 8);
	put(&target, 16);
	ck_assert(decode(p.len, &f));
	same6(&f.target, "2001:db8::a3");
	ck_assert(decode(p.len - 1, &f));
	same6(&f.target, "::");
	p.data[HEADER6] = 2;
	memcpy(p.data + HEADER6 + 4, (uint8_t[]){ 0, 0, 0x05, 0 }, 4);
	ck_assert(decode(p.len, &f));
	ck_assert_uint_eq(f.mtu, 1280);
}
END_TEST

START_TEST(no_packets)
{
	struct frame f;

	ck_assert(!frame_decode(p.data, 0, 4, &f) && !frame_decode(p.data, 0, 6, &f));
	begin6(59, 0, "::1", "::1");
	ck_assert(!frame_decode(p.data, p.len, 4, &f));
	ck_assert(!frame_decode(p.data, p.len - 1, 6, &f));
	ck_assert(frame_decode(p.data, p.len, 6, &f) && f.v6 && !f.v4);
	empty();
	begin4(IPPROTO_IPV6, 5, "203.0.113.1", "198.51.100.7"); /* a fragment behind the first */
	begin6(59, 0, "::1", "::1");
	ck_assert(decode(p.len, &f) && f.v4 && !f.v6);
	p.data[7] = 0;
	ck_assert(decode(p.len, &f) && f.v6);
	p.data[0] = 0x44; /* shorter than a header */
	ck_assert(!decode(p.len, &f));
	p.data[0] = 0x4f; /* options, which are longer than the rest */
	ck_assert(decode(HEADER4, &f) && f.v4 && !f.v6);
}
END_TEST

/* Any bytes are survived; what is said of them is within bounds. */
START_TEST(garbage)
{
	uint32_t state = 8;
	struct frame f;

	for (int i = 0; i < 20000; i++) {
		p.len = pseudo_random(&state) % 120;
		for (size_t k = 0; k < p.len; k++)
			p.data[k] = (uint8_t)pseudo_random(&state);
		if (p.len > 20) {
			p.data[0] = i & 1 ? 0x45 : 0x60;
			p.data[i & 1 ? 9 : 6] = i & 2 ? 41 : 0;
		}
		if (decode(p.len, &f))
			ck_assert(f.v4 || f.v6);
	}
}
END_TEST

/* A message of packet(7) with STATUS, said to be LEN bytes, behind one of another kind; or only N bytes of both. */
static bool checksum_known(uint32_t status, size_t len, size_t n)
{
	static const size_t first = CMSG_SPACE(sizeof(int));
	struct cmsghdr other = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = 1 },
		       aux = { .cmsg_len = len, .cmsg_level = 263, .cmsg_type = 8 }; /* SOL_PACKET, PACKET_AUXDATA */
	uint64_t control[16] = { 0 };
	char *at = (char *)control;
	struct msghdr m = { .msg_control = control, .msg_controllen = n };

	memcpy(at, &other, sizeof(other));
	memcpy(at + first, &aux, sizeof(aux));
	memcpy(at + first + sizeof(aux), &status, sizeof(status));
	return watch_checksum_known(&m);
}

START_TEST(word_on_the_checksum)
{
	const size_t whole = CMSG_SPACE(sizeof(int)) + CMSG_LEN(20);

	ck_assert(checksum_known(1, CMSG_LEN(20), whole));
	ck_assert(!checksum_known(8, CMSG_LEN(20), whole));   /* TP_STATUS_CSUMNOTREADY */
	ck_assert(!checksum_known(128, CMSG_LEN(20), whole)); /* TP_STATUS_CSUM_VALID */
	ck_assert(!checksum_known(1, CMSG_LEN(19), whole));
	for (size_t n = 0; n < whole; n++)
		ck_assert_msg(!checksum_known(1, CMSG_LEN(20), n) && !checksum_known(1, SIZE_MAX / 2, n), "%zu", n);
}
END_TEST

Suite *suite_frame(void)
{
	Suite *suite = suite_create("frame");
	TCase *tc = tcase_create("packets");

	tcase_add_checked_fixture(tc, empty, NULL);
	tcase_add_test(tc, sum_of_rfc);
	tcase_add_test(tc, tcp_in_protocol_41);
	tcase_add_test(tc, wrong_checksum);
	tcase_add_test(tc, cut_at_every_length);
	tcase_add_test(tc, extension_headers);
	tcase_add_test(tc, endless_headers);
	tcase_add_test(tc, icmp_quotes);
	tcase_add_test(tc, icmp6);
	tcase_add_test(tc, no_packets);
	tcase_add_test(tc, garbage);
	tcase_add_test(tc, word_on_the_checksum);
	suite_add_tcase(suite, tc);
	return suite;
}
