/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "kind.h"

#define BATCH_SIZE (4 << 20) /* 200,000 set elements of an nf_tables batch */

/* clang-format off */
const struct kind *const kinds[KIND_COUNT] = {
	[KIND_SYSCTL] = &sysctl_kind,
	[KIND_NFT] = &nft_kind,
	[KIND_LINK] = &link_kind,
	[KIND_ADDR] = &addr_kind,
	[KIND_ROUTE] = &route_kind,
	[KIND_NEIGH] = &neigh_kind,
	[KIND_CONNTRACK] = &conntrack_kind,
};
/* clang-format on */

int conversation_open(struct conversation *c, struct err *err)
{
	int ret;

	memset(c, 0, sizeof(*c));
	ret = nl_batch_init(&c->batch, BATCH_SIZE, err);
	if (!ret)
		ret = nl_open(&c->route, NETLINK_ROUTE, err);
	if (ret)
		conversation_close(c);
	return ret;
}

void conversation_close(struct conversation *c)
{
	nl_close(&c->route);
	nl_close(&c->netfilter);
	nl_batch_free(&c->batch);
}

const struct object *step_object(const struct step *step)
{
	return step->op == STEP_DEL ? &step->was : &step->want;
}

bool step_silent(const struct step *step)
{
	return step->op == STEP_DEL && step->was.kind == KIND_SYSCTL;
}

struct step step_invert(const struct step *step)
{
	static const enum step_op inverse[] = {
		[STEP_ADD] = STEP_DEL,
		[STEP_CHANGE] = STEP_CHANGE,
		[STEP_DEL] = STEP_ADD,
	};
	struct step inverted = {
		.op = inverse[step->op],
		.phase = step->phase,
		.was = step->want,
		.want = step->was,
	};

	return inverted;
}

void print_word(FILE *out, const char *word)
{
	bool plain = *word != '\0';

	for (const char *p = word; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_./:,@%+=", *p))
			plain = false;
	if (plain) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (const char *p = word; *p; p++) {
		if (*p == '\'')
			fputs("'\\''", out);
		else
			fputc(*p, out);
	}
	fputc('\'', out);
}

const char *quote_word(const char *word, char *buf, size_t size)
{
	FILE *out = fmemopen(buf, size, "w");

	*buf = '\0';
	if (out) {
		print_word(out, word);
		fclose(out);
	}
	return buf;
}
