/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of nl_read(): answers of the kernel, and what it would never send, byte by byte. */
#include "../unit.h" /* before linux/: glibc and the kernel define the same names */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/netlink.h>

#define FIRST 100 /* sequence number of the batch's first message */
#define COUNT 3	  /* messages in the batch: 100, 101, 102 */

static struct nl_batch batch;
static struct nl_reader reader;
static struct bytes in;
static uint16_t seen[16];
static unsigned int n_seen;
static int answer; /* what the callback returns */

static int callback(const struct nlmsghdr *nlh, void *data)
{
	ck_assert_ptr_eq(data, &answer);
	ck_assert_uint_lt(n_seen, 16);
	seen[n_seen++] = nlh->nlmsg_type;
	return answer;
}

static void begin(void)
{
	memset(&batch, 0, sizeof(batch));
	memset(&in, 0, sizeof(in));
	batch.n = batch.acks = COUNT;
	batch.first_seq = FIRST;
	reader = (struct nl_reader){ .batch = &batch, .cb = callback, .data = &answer };
	n_seen = 0;
	answer = 0;
}

/* As long as the datagram, in the whole words that libmnl reads: a checker sees what reads beyond it. */
static int read_all(void)
{
	void *copy = calloc(1, in.n ? (in.n + 3) / 4 * 4 : 1);
	int ret;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, in.word, in.n);
	ret = nl_read(&reader, copy, in.n, 0);
	free(copy);
	return ret;
}

/* A struct nlmsgerr, capped: the header of the refused message only. */
static size_t put_error(uint32_t seq, int code, uint16_t flags, uint16_t inner_flags)
{
	size_t header = b_header(&in, NLMSG_ERROR, flags, seq, 7);

	b_u32(&in, (uint32_t)code);
	b_u32(&in, 16);
	b_u16(&in, 20);
	b_u16(&in, inner_flags);
	b_u32(&in, seq);
	b_u32(&in, 7);
	b_end(&in, header);
	return header;
}

static void put_data(uint16_t type, uint16_t flags, uint32_t seq)
{
	size_t header = b_header(&in, type, flags, seq, 7);

	b_u32(&in, 0x11223344);
	b_end(&in, header);
}

START_TEST(acknowledgements)
{
	put_error(FIRST + 1, 0, NLM_F_CAPPED, NLM_F_ACK);
	put_error(FIRST, -ENODEV, NLM_F_CAPPED, NLM_F_ACK);
	put_error(FIRST + 2, -EEXIST, NLM_F_CAPPED, NLM_F_ACK);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(reader.answered, 3);
	ck_assert(batch.results[0].answered && batch.results[0].code == ENODEV);
	ck_assert(batch.results[1].answered && batch.results[1].code == 0);
	ck_assert(batch.results[2].answered && batch.results[2].code == EEXIST);
	ck_assert_int_eq(reader.code, ENODEV);
	ck_assert(!reader.done && !reader.disturbed && !reader.aborted);
	ck_assert_uint_eq(n_seen, 0);
}
END_TEST

/* Each number is counted once, whatever comes twice; numbers of before and after do not count. */
START_TEST(sequence_numbers)
{
	put_error(FIRST - 1, -EPERM, NLM_F_CAPPED, NLM_F_ACK);
	put_error(FIRST + COUNT, -EPERM, NLM_F_CAPPED, NLM_F_ACK);
	put_error(0, -EPERM, NLM_F_CAPPED, NLM_F_ACK);
	put_error(UINT32_MAX, -EPERM, NLM_F_CAPPED, NLM_F_ACK);
	put_data(16, NLM_F_DUMP_INTR, FIRST - 1);
	put_data(NLMSG_DONE, 0, FIRST + COUNT);
	ck_assert_int_eq(read_all(), 0);
	ck_assert(!reader.answered && !reader.code && !reader.disturbed && !reader.done && !n_seen);
	put_error(FIRST + 2, -EINVAL, NLM_F_CAPPED, NLM_F_ACK);
	put_error(FIRST + 2, -EBUSY, NLM_F_CAPPED, NLM_F_ACK);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(reader.answered, 1);
	ck_assert_int_eq(batch.results[2].code, EINVAL);
	ck_assert(!batch.results[0].answered && !batch.results[1].answered);
}
END_TEST

/* The numbers go on after 4294967295. */
START_TEST(sequence_wraps)
{
	batch.first_seq = UINT32_MAX;
	put_error(UINT32_MAX, 0, NLM_F_CAPPED, NLM_F_ACK);
	put_error(0, -ENOENT, NLM_F_CAPPED, NLM_F_ACK);
	put_error(1, 0, NLM_F_CAPPED, NLM_F_ACK);
	put_error(2, -EPERM, NLM_F_CAPPED, NLM_F_ACK);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(reader.answered, 3);
	ck_assert_int_eq(batch.results[1].code, ENOENT);
}
END_TEST

START_TEST(data_goes_to_the_callback)
{
	put_data(16, NLM_F_MULTI, FIRST);
	put_data(24, NLM_F_MULTI, FIRST);
	put_data(NLMSG_NOOP, 0, FIRST);
	put_data(NLMSG_DONE, NLM_F_MULTI, FIRST);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(n_seen, 2);
	ck_assert(seen[0] == 16 && seen[1] == 24);
	ck_assert(reader.done);
}
END_TEST

/* Where data is the answer, it is one, once; a refusal is no end of a batch though it names no NLM_F_ACK. */
START_TEST(data_answers)
{
	put_data(16, 0, FIRST + 1);
	ck_assert_int_eq(read_all(), 0);
	ck_assert(!reader.answered && !batch.results[1].answered);
	begin();
	reader.by_data = true;
	put_data(16, 0, FIRST + 1);
	put_data(16, 0, FIRST + 1);
	put_data(NLMSG_NOOP, 0, FIRST + 2);
	put_data(16, 0, FIRST + COUNT);
	put_error(FIRST, -ENODEV, NLM_F_CAPPED, 0);
	put_error(FIRST + 1, -EPERM, NLM_F_CAPPED, 0);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(reader.answered, 2);
	ck_assert(batch.results[1].answered && !batch.results[1].code && batch.results[0].code == ENODEV);
	ck_assert(!batch.results[2].answered && !reader.aborted);
	ck_assert_uint_eq(n_seen, 2);
}
END_TEST

START_TEST(callback_refuses)
{
	answer = -ENOMEM;
	put_data(16, NLM_F_MULTI, FIRST);
	put_data(17, NLM_F_MULTI, FIRST);
	ck_assert_int_eq(read_all(), -ENOMEM);
	ck_assert_uint_eq(n_seen, 1);
}
END_TEST

START_TEST(dump_disturbed)
{
	put_data(16, NLM_F_MULTI, FIRST);
	ck_assert_int_eq(read_all(), 0);
	ck_assert(!reader.disturbed);
	put_data(16, NLM_F_MULTI | NLM_F_DUMP_INTR, FIRST);
	ck_assert_int_eq(read_all(), 0);
	ck_assert(reader.disturbed);
	begin();
	put_data(NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, FIRST);
	ck_assert_int_eq(read_all(), 0);
	ck_assert(reader.disturbed && reader.done);
}
END_TEST

/* NLMSG_DONE carries an errno: a dump that ended so is no whole one. */
START_TEST(dump_refused_at_its_end)
{
	size_t header = b_header(&in, NLMSG_DONE, NLM_F_MULTI, FIRST, 7);

	b_u32(&in, (uint32_t)-EINTR);
	b_end(&in, header);
	ck_assert_int_eq(read_all(), 0);
	ck_assert(reader.done);
	ck_assert_int_eq(reader.code, EINTR);
	begin();
	b_end(&in, b_header(&in, NLMSG_DONE, NLM_F_MULTI, FIRST, 7)); /* without one */
	ck_assert_int_eq(read_all(), 0);
	ck_assert(reader.done && !reader.code);
	begin();
	header = b_header(&in, NLMSG_DONE, NLM_F_MULTI, FIRST, 7);
	b_u32(&in, 0x80000000); /* has no positive counterpart */
	b_end(&in, header);
	ck_assert_int_eq(read_all(), -EBADMSG);
}
END_TEST

START_TEST(foreign_sender)
{
	put_error(FIRST, 0, NLM_F_CAPPED, NLM_F_ACK);
	ck_assert_int_eq(nl_read(&reader, in.word, in.n, 1), -EPERM);
	ck_assert_int_eq(nl_read(&reader, in.word, in.n, UINT32_MAX), -EPERM);
	ck_assert(!reader.answered && !batch.results[0].answered);
}
END_TEST

/* Every length that a header can claim and the datagram does not have. */
START_TEST(impossible_lengths)
{
	static const uint32_t lengths[] = {
		0, 1, 4, 15, 41, 1000, 0x7fffffff, 0x80000000, 0x80000010, 0xfffffff0, 0xffffffff,
	};
	uint32_t len = lengths[_i];

	answer = -EXDEV;
	put_data(16, 0, FIRST);
	put_data(16, 0, FIRST);
	memcpy(in.word, &len, sizeof(len));
	ck_assert_int_eq(read_all(), -EBADMSG);
	ck_assert_uint_eq(n_seen, 0);
}
END_TEST

/* A datagram cut anywhere is malformed, except between two messages. */
START_TEST(cut_short)
{
	struct bytes whole;

	put_error(FIRST, -EINVAL, NLM_F_CAPPED, NLM_F_ACK);
	put_error(FIRST + 1, 0, NLM_F_CAPPED, NLM_F_ACK);
	whole = in;
	for (size_t n = 0; n <= whole.n; n++) {
		begin();
		b_mem(&in, whole.word, n);
		ck_assert_msg(read_all() == (n % 36 ? -EBADMSG : 0), "%zu bytes of %zu", n, whole.n);
		ck_assert_uint_eq(reader.answered, n / 36);
	}
}
END_TEST

/* NLMSG_ERROR whose payload is no struct nlmsgerr, or whose errno is no negative one. */
START_TEST(bad_errors)
{
	/* The kernel's end at 4095 (MAX_ERRNO); the least number has no positive counterpart. */
	static const int codes[] = { EPERM, -4096, INT32_MIN };

	for (size_t n = 0; n < 20; n++) {
		size_t header;

		begin();
		header = b_header(&in, NLMSG_ERROR, 0, FIRST, 7);
		for (size_t i = 0; i < n; i++)
			b_u8(&in, 0);
		b_end(&in, header);
		ck_assert_msg(read_all() == -EBADMSG, "a payload of %zu bytes", n);
		ck_assert_uint_eq(reader.answered, 0);
	}
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		begin();
		put_error(FIRST, codes[i], NLM_F_CAPPED, NLM_F_ACK);
		ck_assert_int_eq(read_all(), -EBADMSG);
		ck_assert(!batch.results[0].answered);
	}
}
END_TEST

/* One of the frame of an nf_tables batch, which asked for no answer, ends the wait for the others. */
START_TEST(whole_batch_refused)
{
	put_error(FIRST, -EPERM, NLM_F_CAPPED, 0);
	ck_assert_int_eq(read_all(), 0);
	ck_assert(reader.aborted);
	ck_assert_int_eq(reader.code, EPERM);
	begin();
	put_error(FIRST, -EPERM, NLM_F_CAPPED, NLM_F_ACK);
	ck_assert_int_eq(read_all(), 0);
	ck_assert(!reader.aborted);
}
END_TEST

#define MSG 1  /* NLMSGERR_ATTR_MSG */
#define OFFS 2 /* NLMSGERR_ATTR_OFFS */

static void text_is(const char *text)
{
	ck_assert_int_eq(read_all(), 0);
	ck_assert_int_eq(batch.results[0].code, EINVAL);
	ck_assert_str_eq(batch.results[0].text, text);
}

/* The attributes begin behind the capped header, or behind the whole message that was refused. */
START_TEST(extended_text)
{
	size_t header = put_error(FIRST, -EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS, NLM_F_ACK);

	b_attr_u32(&in, OFFS, 20);
	b_attr_str(&in, MSG, "Invalid prefix");
	b_end(&in, header);
	text_is("Invalid prefix");
	begin();
	header = put_error(FIRST, -EINVAL, NLM_F_ACK_TLVS, NLM_F_ACK);
	in.word[5] = 16 + 6; /* the inner message's length, not a multiple of four */
	b_u32(&in, 0xffffffff);
	b_u32(&in, 0xffffffff);
	b_attr_str(&in, MSG, "whole");
	b_end(&in, header);
	text_is("whole");
}
END_TEST

START_TEST(no_extended_text)
{
	size_t header = put_error(FIRST, -EINVAL, NLM_F_CAPPED, NLM_F_ACK); /* no NLM_F_ACK_TLVS */

	b_attr_str(&in, MSG, "not to be read");
	b_end(&in, header);
	text_is("");
}
END_TEST

/* The inner length is the sender's word: beyond the payload it is not believed. */
START_TEST(inner_length_lies)
{
	static const uint32_t lengths[] = { 0, 15, 37, 40, 1000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		size_t header;

		begin();
		header = put_error(FIRST, -EINVAL, NLM_F_ACK_TLVS, NLM_F_ACK);
		b_attr_str(&in, MSG, "text of here");
		b_end(&in, header);
		in.word[5] = lengths[i];
		text_is("");
	}
}
END_TEST

/* A text without its zero, an empty one, one that is too long for us, an attribute beyond the message. */
START_TEST(bad_texts)
{
	size_t header = put_error(FIRST, -EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS, NLM_F_ACK);
	char longer[sizeof(batch.results[0].text) + 1];
	uint16_t len = 400;

	b_attr_mem(&in, MSG, "no zero", 7);
	b_end(&in, header);
	text_is("");
	begin();
	header = put_error(FIRST, -EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS, NLM_F_ACK);
	b_attr_mem(&in, MSG, "", 0);
	b_end(&in, header);
	text_is("");
	begin();
	header = put_error(FIRST, -EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS, NLM_F_ACK);
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	b_attr_str(&in, MSG, longer);
	b_end(&in, header);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_lt(strnlen(batch.results[0].text, sizeof(batch.results[0].text)), sizeof(batch.results[0].text));
	begin();
	header = put_error(FIRST, -EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS, NLM_F_ACK);
	b_attr_str(&in, MSG, "beyond");
	b_end(&in, header);
	memcpy((char *)in.word + 36, &len, sizeof(len));
	text_is("");
}
END_TEST

/* No bytes at all lead to a crash or to an answer from nowhere. */
START_TEST(any_bytes)
{
	uint32_t state = 65537;
	unsigned int refused = 0;

	for (int i = 0; i < 20000; i++) {
		size_t n = pseudo_random(&state) % 96;

		begin();
		while (in.n < n)
			b_u8(&in, (uint8_t)(pseudo_random(&state) % 5 ? 0 : pseudo_random(&state)));
		if (n >= 16 && i % 2) { /* half of them with a plausible header */
			in.word[0] = 16 + pseudo_random(&state) % 80;
			in.word[1] = 2 | pseudo_random(&state) << 16;
			in.word[2] = FIRST + pseudo_random(&state) % 4;
		}
		refused += read_all() == -EBADMSG;
		ck_assert_uint_le(reader.answered, COUNT);
	}
	ck_assert_uint_gt(refused, 1000);
	ck_assert_uint_lt(refused, 20000);
}
END_TEST

Suite *suite_answers(void)
{
	Suite *s = suite_create("nl_read");
	TCase *tc = tcase_create("answers");

	tcase_add_checked_fixture(tc, begin, NULL);
	tcase_add_test(tc, acknowledgements);
	tcase_add_test(tc, sequence_numbers);
	tcase_add_test(tc, sequence_wraps);
	tcase_add_test(tc, data_goes_to_the_callback);
	tcase_add_test(tc, data_answers);
	tcase_add_test(tc, callback_refuses);
	tcase_add_test(tc, dump_disturbed);
	tcase_add_test(tc, dump_refused_at_its_end);
	tcase_add_test(tc, foreign_sender);
	tcase_add_loop_test(tc, impossible_lengths, 0, 11);
	tcase_add_test(tc, cut_short);
	tcase_add_test(tc, bad_errors);
	tcase_add_test(tc, whole_batch_refused);
	tcase_add_test(tc, extended_text);
	tcase_add_test(tc, no_extended_text);
	tcase_add_test(tc, inner_length_lies);
	tcase_add_test(tc, bad_texts);
	tcase_add_test(tc, any_bytes);
	suite_add_tcase(s, tc);
	return s;
}
