/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "kernel/nft/packed.h"
#include "kernel/nft/rules.h"

/*
 * An element is packed into as few bytes as possible, since each peer has several: its set; the key without trailing
 * zeros, and its length; of an interval's end the bytes that differ from the key, and how many bytes before and after
 * them are equal; of a map the data and the comment with its zero; whether it has counted anything, and the count.
 */
#define AT_LEN 1
#define AT_KEY 2

static size_t data_size(enum nft_set_id set)
{
	return nft_sets[set].flags & SET_MAP ? sizeof(((struct nft_elem *)NULL)->data) : 0;
}

size_t nft_pack(const struct nft_elem *elem, uint8_t buf[NFT_PACKED_SIZE])
{
	uint8_t len = (uint8_t)nft_key_len(elem->set), used = len, before = 0, other;
	unsigned int flags = nft_sets[elem->set].flags;
	uint8_t *to = buf + AT_KEY;

	while (used && !elem->key[used - 1])
		used--;
	buf[0] = (uint8_t)elem->set;
	buf[AT_LEN] = used;
	memcpy(to, elem->key, used);
	to += used;
	if (flags & SET_INTERVAL) {
		while (before < len && elem->key[before] == elem->end[before])
			before++;
		other = (uint8_t)(len - before);
		while (other && elem->key[before + other - 1] == elem->end[before + other - 1])
			other--;
		*to++ = before;
		*to++ = (uint8_t)(len - before - other);
		memcpy(to, elem->end + before, other);
		to += other;
	}
	memcpy(to, elem->data, data_size(elem->set));
	to += data_size(elem->set);
	if (flags & SET_MAP)
		to += snprintf((char *)to, sizeof(elem->comment), "%s", elem->comment) + 1;
	if (flags & SET_COUNTED)
		*to++ = elem->packets > 0;
	if (flags & SET_COUNTED && elem->packets) {
		memcpy(to, &elem->packets, sizeof(elem->packets));
		to += sizeof(elem->packets);
	}
	return (size_t)(to - buf);
}

struct nft_elem nft_unpack(const uint8_t *bytes)
{
	struct nft_elem e = { .set = bytes[0] };
	size_t len = nft_key_len(e.set);
	unsigned int flags = nft_sets[e.set].flags;
	const uint8_t *from = bytes + AT_KEY + bytes[AT_LEN];

	memcpy(e.key, bytes + AT_KEY, bytes[AT_LEN]);
	if (flags & SET_INTERVAL) {
		size_t before = *from++, other = len - before - *from++;

		memcpy(e.end, e.key, len);
		memcpy(e.end + before, from, other);
		from += other;
	}
	memcpy(e.data, from, data_size(e.set));
	from += data_size(e.set);
	if (flags & SET_MAP)
		memcpy(e.comment, from, strlen((const char *)from) + 1);
	else if (flags & SET_COUNTED && *from)
		memcpy(&e.packets, from + 1, sizeof(e.packets));
	return e;
}

int nft_cmp_packed(const uint8_t *x, const uint8_t *y)
{
	size_t shorter = x[AT_LEN] < y[AT_LEN] ? x[AT_LEN] : y[AT_LEN], rest;
	int order;

	if (x[0] != y[0])
		return x[0] < y[0] ? -1 : 1;
	order = memcmp(x + AT_KEY, y + AT_KEY, shorter);
	if (order || x[AT_LEN] != y[AT_LEN])
		return order ? order : x[AT_LEN] < y[AT_LEN] ? -1 : 1;
	rest = AT_KEY + shorter;
	if (nft_sets[x[0]].flags & SET_INTERVAL) {
		struct nft_elem a = nft_unpack(x), b = nft_unpack(y);

		order = memcmp(b.end, a.end, sizeof(a.end));
		if (order)
			return order;
		rest += 2 + nft_key_len(x[0]) - x[rest] - x[rest + 1];
	}
	order = memcmp(x + rest, y + rest, data_size(x[0]));
	rest += data_size(x[0]);
	return order || !data_size(x[0]) ? order : strcmp((const char *)x + rest, (const char *)y + rest);
}
