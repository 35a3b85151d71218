/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "brief.h"
#include "say.h"
#include "spec/params.h"

/* TEXT in a column of WIDTH. *PAD spaces are still due for the previous column, so that no line ends with spaces. */
static void print_column(const struct ctx *ctx, enum color c, int *pad, int width, const char *text)
{
	int n = (int)strlen(text);

	printf("%*s%s", *pad, "", color(ctx, c));
	print_text(text);
	fputs(c == COLOR_NONE ? "" : color(ctx, COLOR_NONE), stdout);
	*pad = (n < width ? width - n : 0) + 1;
}

void print_brief(const struct ctx *ctx, const struct spec *spec, const char *state, bool good)
{
	static const char *const shown[] = { "remote", "address", "to" };
	char value[VALUE_TEXT];
	int pad = 0;

	print_column(ctx, COLOR_DEV, &pad, IFNAMSIZ - 1, name_text(spec->name));
	print_column(ctx, COLOR_NONE, &pad, 6, role_word(spec->role));
	print_column(ctx, good ? COLOR_GOOD : COLOR_BAD, &pad, 6, state);
	for (size_t k = 0; k < sizeof(shown) / sizeof(*shown); k++) {
		const struct param *p = param_find(spec->role, shown[k]);

		for (unsigned int i = 0; p && param_text(p, spec, i, value); i++)
			print_column(ctx, COLOR_ADDRESS, &pad, k ? 0 : INET_ADDRSTRLEN - 1, value);
	}
	putchar('\n');
}
