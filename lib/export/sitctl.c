/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format sitctl: the command that makes the tunnel, in words for a shell. */
#include <stdio.h>

#include "base/quote.h"
#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "spec/params.h"
#include "spec/spec.h"

int print_sitctl(FILE *out, const struct exported *e, struct notes *notes)
{
	char value[VALUE_TEXT];

	remark_remote(notes, e);
	fputs("sitctl client up ", out);
	print_word(out, name_text(e->spec.name));
	for (const struct param *p = params; p->name; p++)
		for (unsigned int i = 0; exported_value(e, p, i, value); i++) {
			fprintf(out, " %s ", p->name);
			print_word(out, value);
		}
	fputc('\n', out);
	return 0;
}
