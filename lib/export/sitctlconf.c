/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format sitctl.conf: the file of sitctl.conf(5). */
#include <stdio.h>
#include <string.h>

#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "spec/params.h"
#include "spec/spec.h"

int print_sitctl_conf(FILE *out, const struct exported *e, struct notes *notes)
{
	char value[VALUE_TEXT];

	if (!strcmp(name_text(e->spec.name), "server") || !strcmp(name_text(e->spec.name), "nat"))
		remark(notes, "name: %s.conf is not a client's file: rename the tunnel, or use --file",
		       name_text(e->spec.name));
	/* In the file it would begin a comment. */
	if (*name_text(e->spec.underlay) == '#')
		return refuse(notes, "%s: a value that begins with '#' cannot be written to the file",
			      name_text(e->spec.underlay));
	remark_remote(notes, e);
	fprintf(out, "# /etc/sitctl/%s.conf; then: sitctl client up %s\n[client]\n", name_text(e->spec.name),
		name_text(e->spec.name));
	for (const struct param *p = params; p->name; p++)
		for (unsigned int i = 0; exported_value(e, p, i, value); i++)
			fprintf(out, "%s = %s\n", p->name, value);
	return 0;
}
