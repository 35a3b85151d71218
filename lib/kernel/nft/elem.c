/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "kernel/nft/elem.h"
#include "base/inet6.h"
#include "kernel/nft/rules.h"

const struct nft_type nft_types[] = {
	[FIELD_IPV4] = { "ipv4_addr", 7, 4 },	     [FIELD_IPV6] = { "ipv6_addr", 8, 16 },
	[FIELD_PROTO] = { "inet_proto", 12, 1 },     [FIELD_SERVICE] = { "inet_service", 13, 2 },
	[FIELD_IFNAME] = { "ifname", 41, IFNAMSIZ },
};

/* In a concatenation each field starts at a four-byte register. */
static size_t padded(size_t len)
{
	return (len + 3) / 4 * 4;
}

uint32_t nft_key_len(enum nft_set_id id)
{
	size_t len = 0;

	for (const enum nft_field *f = nft_sets[id].fields; *f; f++)
		len += padded(nft_types[*f].len);
	return (uint32_t)len;
}

/* Six bits per field. */
uint32_t nft_key_type(enum nft_set_id id)
{
	uint32_t type = 0;

	for (const enum nft_field *f = nft_sets[id].fields; *f; f++)
		type = type << 6 | nft_types[*f].number;
	return type;
}

void nft_key_text(enum nft_set_id id, char *buf, size_t size)
{
	*buf = '\0';
	for (const enum nft_field *f = nft_sets[id].fields; *f; f++)
		snprintf(buf + strlen(buf), size - strlen(buf), "%s%s", *buf ? " . " : "", nft_types[*f].name);
}

void nft_put_field(struct nft_elem *elem, size_t *at, const void *first, const void *last, size_t len)
{
	memcpy(elem->key + *at, first, len);
	if (nft_sets[elem->set].flags & SET_INTERVAL)
		memcpy(elem->end + *at, last, len);
	*at += padded(len);
}

void nft_put_ifname(struct nft_elem *elem, size_t *at, const char *ifname)
{
	char name[IFNAMSIZ] = "";

	memcpy(name, ifname, strnlen(ifname, IFNAMSIZ - 1));
	nft_put_field(elem, at, name, name, sizeof(name));
}

bool nft_covers(const struct nft_elem *wider, const struct nft_elem *e)
{
	size_t at = 0;

	for (const enum nft_field *f = nft_sets[e->set].fields; *f; f++) {
		size_t len = nft_types[*f].len;

		if (memcmp(wider->key + at, e->key + at, len) > 0 || memcmp(wider->end + at, e->end + at, len) < 0)
			return false;
		at += padded(len);
	}
	return true;
}

bool nft_overlaps(const struct nft_elem *a, const struct nft_elem *b)
{
	size_t at = 0;

	for (const enum nft_field *f = nft_sets[a->set].fields; *f; f++) {
		size_t len = nft_types[*f].len;

		if (memcmp(a->key + at, b->end + at, len) > 0 || memcmp(b->key + at, a->end + at, len) > 0)
			return false;
		at += padded(len);
	}
	return true;
}

static void field_text(enum nft_field field, const uint8_t *value, char *buf, size_t size)
{
	struct in_addr addr4;
	struct in6_addr addr6;

	switch (field) {
	case FIELD_IPV4:
		memcpy(&addr4, value, sizeof(addr4));
		addr4_text(addr4, buf);
		break;
	case FIELD_IPV6:
		memcpy(&addr6, value, sizeof(addr6));
		addr6_text(&addr6, buf);
		break;
	case FIELD_PROTO: snprintf(buf, size, "%u", *value); break;
	case FIELD_SERVICE: snprintf(buf, size, "%d", value[0] << 8 | value[1]); break;
	default: snprintf(buf, size, "\"%.15s\"", (const char *)value);
	}
}

/* The length of the prefix that the interval forms, or -1 if it is not a prefix. */
static int prefix_len(const uint8_t *first, const uint8_t *last)
{
	int len = 0;

	while (len < 128 && !((first[len / 8] ^ last[len / 8]) >> (7 - len % 8) & 1))
		len++;
	for (int i = len; i < 128; i++)
		if (first[i / 8] >> (7 - i % 8) & 1 || !(last[i / 8] >> (7 - i % 8) & 1))
			return -1;
	return len;
}

/* Print what follows the first value of an interval: the prefix length, or the last value. */
static void print_end(enum nft_field field, const uint8_t *first, const uint8_t *last, FILE *out)
{
	int len = field == FIELD_IPV6 ? prefix_len(first, last) : -1;
	char text[NET6_TEXT];

	if (len >= 0) {
		fprintf(out, "/%d", len);
		return;
	}
	field_text(field, last, text, sizeof(text));
	fprintf(out, "-%s", text);
}

void nft_elem_print(const struct nft_elem *e, FILE *out)
{
	const struct nft_set *row = &nft_sets[e->set];
	char text[NET6_TEXT];
	size_t at = 0;

	for (const enum nft_field *f = row->fields; *f; f++) {
		if (at)
			fputs(" . ", out);
		field_text(*f, e->key + at, text, sizeof(text));
		fputs(text, out);
		if (row->flags & SET_INTERVAL && memcmp(e->key + at, e->end + at, nft_types[*f].len))
			print_end(*f, e->key + at, e->end + at, out);
		at += padded(nft_types[*f].len);
	}
	if (e->comment[0])
		fprintf(out, " comment \"%s\"", e->comment);
	if (row->flags & SET_MAP) {
		field_text(FIELD_IPV4, e->data, text, sizeof(text));
		fprintf(out, " : %s", text);
	}
}
