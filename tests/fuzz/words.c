/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: the words of a command, "ROLE NAME PARAMETER VALUE...". What is taken and written again means the same. */
#include <string.h>

#include "../common/spectext.h"
#include "common/kernel.h"
#include "spec/spec.h"

#define WORDS_MAX 256

static int split(char *text, char *words[])
{
	int n = 0;

	for (char *word = strtok(text, " \n"); word && n < WORDS_MAX; word = strtok(NULL, " \n"))
		words[n++] = word;
	return n;
}

static bool take(struct spec *spec, enum role role, const char *name, int n, char *words[])
{
	char text[2048];
	struct err err;

	if (!spec_init(spec, role, name, &err) && !spec_words(spec, n, words, &err) && !spec_check(spec, &err))
		return true;
	invariant(err.usage && err.step[0] | err.why[0]);
	err_text(&err, text, sizeof(text));
	return false;
}

static void same_again(const struct spec *spec)
{
	static char text[WORDS_MAX * VALUE_TEXT], copy[sizeof(text)], again[sizeof(text)];
	char *words[WORDS_MAX];
	struct spec second, server, both;
	struct err err;

	spec_text(spec, false, text, sizeof(text));
	strcpy(copy, text);
	invariant(take(&second, spec->role, name_text(spec->name), split(copy, words), words));
	spec_text(&second, false, again, sizeof(again));
	invariant(!strcmp(text, again) && second.set == spec->set);
	invariant(!spec_init(&server, ROLE_SERVER, "", &err));
	if (spec->role == ROLE_PEER) {
		both = spec_effective(spec, &server);
		invariant(both.dev.at && both.n_prefixes == spec->n_prefixes);
	}
	spec_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *word;
		enum role role;
	} roles[] = {
		{ "client", ROLE_CLIENT }, { "server", ROLE_SERVER }, { "peer", ROLE_PEER }, { "nat", ROLE_NAT }
	};
	char text[4096], *words[WORDS_MAX];
	struct spec spec = { 0 };
	int n, skip;

	if (size >= sizeof(text) || memchr(data, '\0', size))
		return -1;
	names_forget();
	memcpy(text, data, size);
	text[size] = '\0';
	n = split(text, words);
	for (size_t i = 0; n && i < sizeof(roles) / sizeof(*roles); i++) {
		if (strcmp(words[0], roles[i].word))
			continue;
		skip = roles[i].role == ROLE_SERVER ? 1 : 2;
		if (n >= skip && take(&spec, roles[i].role, skip == 2 ? words[1] : "", n - skip, words + skip))
			same_again(&spec);
		spec_free(&spec);
	}
	return 0;
}
