/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "doctor/frame.h"

#define HEADER4 20
#define HEADER6 40
#define HEADER_TCP 20
#define EXTENSIONS_MAX 8
#define FRAGMENT 44

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static uint32_t add(uint32_t sum, const uint8_t *data, size_t len)
{
	for (; len > 1; data += 2, len -= 2)
		sum += get16(data);
	return len ? sum + (uint32_t)(data[0] << 8) : sum;
}

uint16_t frame_sum6(const struct in6_addr *source, const struct in6_addr *dest, uint8_t proto, const uint8_t *data,
		    size_t len)
{
	uint32_t sum = (uint32_t)(len >> 16) + (uint32_t)(len & 0xffff) + proto;

	sum = add(add(add(sum, source->s6_addr, 16), dest->s6_addr, 16), data, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void take_icmp6(const uint8_t *p, size_t len, struct frame *out)
{
	if (len < 8)
		return;
	out->type = p[0];
	out->code = p[1];
	if (p[0] == 128 || p[0] == 129) {
		out->echo_id = get16(p + 4);
		out->echo_seq = get16(p + 6);
	} else if (p[0] == 2) {
		out->mtu = get32(p + 4);
	} else if ((p[0] == 135 || p[0] == 136) && len >= 24) {
		memcpy(&out->target, p + 8, sizeof(out->target));
	}
}

/* TOTAL is the length according to the header, LEN the captured length. */
static void take_tcp(const uint8_t *p, size_t len, size_t total, struct frame *out)
{
	size_t header;

	if (len < HEADER_TCP || total < HEADER_TCP)
		return;
	header = (size_t)(p[12] >> 4) * 4;
	out->tcp = true;
	out->sport = get16(p);
	out->dport = get16(p + 2);
	out->seq = get32(p + 4);
	out->ack = get32(p + 8);
	out->flags = p[13];
	out->payload = total > header ? total - header : 0;
	out->whole = len >= total;
	out->checksum_right = out->whole && !frame_sum6(&out->source, &out->dest, IPPROTO_TCP, p, total);
}

static bool take6(const uint8_t *p, size_t len, struct frame *out)
{
	size_t total, at = HEADER6;
	bool first = true;

	if (len < HEADER6 || p[0] >> 4 != 6)
		return false;
	out->v6 = true;
	memcpy(&out->source, p + 8, sizeof(out->source));
	memcpy(&out->dest, p + 24, sizeof(out->dest));
	out->proto = p[6];
	total = HEADER6 + (size_t)get16(p + 4);
	for (int i = 0; i < EXTENSIONS_MAX && first; i++) {
		bool fragment = out->proto == FRAGMENT;

		if (!fragment && out->proto != 0 && out->proto != 43 && out->proto != 60)
			break;
		if (at + 8 > len || at + 8 > total)
			return true;
		first = !fragment || !(get16(p + at + 2) & 0xfff8);
		if (!first)
			return true;
		out->proto = p[at];
		at += fragment ? 8 : 8 + (size_t)p[at + 1] * 8;
	}
	if (at > total || at > len)
		return true;
	if (len > total)
		len = total; /* padding */
	if (out->proto == IPPROTO_ICMPV6)
		take_icmp6(p + at, len - at, out);
	else if (out->proto == IPPROTO_TCP)
		take_tcp(p + at, len - at, total - at, out);
	return true;
}

/* An ICMP error quotes the packet that caused it. */
static void take_icmp4(const uint8_t *p, size_t len, struct frame *out)
{
	const uint8_t *quoted = p + 8;

	if (len < 8 + HEADER4 || (p[0] != 3 && p[0] != 11) || quoted[0] >> 4 != 4)
		return;
	out->error4 = true;
	out->type4 = p[0];
	out->code4 = p[1];
	out->mtu4 = p[0] == 3 && p[1] == 4 ? get16(p + 6) : 0;
	out->quoted_proto = quoted[9];
	memcpy(&out->quoted_source, quoted + 12, sizeof(out->quoted_source));
	memcpy(&out->quoted_dest, quoted + 16, sizeof(out->quoted_dest));
}

static bool take4(const uint8_t *p, size_t len, struct frame *out)
{
	size_t header;

	if (len < HEADER4 || p[0] >> 4 != 4)
		return false;
	header = (size_t)(p[0] & 15) * 4;
	if (header < HEADER4)
		return false;
	out->v4 = true;
	out->proto4 = p[9];
	memcpy(&out->source4, p + 12, sizeof(out->source4));
	memcpy(&out->dest4, p + 16, sizeof(out->dest4));
	/* Only the first fragment has the next header. */
	if ((get16(p + 6) & 0x1fff) || header > len)
		return true;
	if (out->proto4 == IPPROTO_ICMP)
		take_icmp4(p + header, len - header, out);
	else if (out->proto4 == IPPROTO_IPV6)
		take6(p + header, len - header, out);
	return true;
}

bool frame_decode(const uint8_t *data, size_t len, int version, struct frame *out)
{
	memset(out, 0, sizeof(*out));
	return version == 4 ? take4(data, len, out) : take6(data, len, out);
}
