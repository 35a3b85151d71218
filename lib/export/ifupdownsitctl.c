/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format ifupdown-sitctl: options of sitctl's own hook, dist/network/if-pre-up.d/sitctl. */
#include <stdio.h>

#include "export/export.h"
#include "export/formats.h"
#include "export/notes.h"
#include "spec/params.h"
#include "spec/spec.h"

int print_ifupdown_sitctl(FILE *out, const struct exported *e, struct notes *notes)
{
	char value[VALUE_TEXT];

	if (!is_plain(name_text(e->spec.name), "-_.+@"))
		return refuse(notes, "%s: ifupdown accepts only names of letters, digits and -_.+@",
			      name_text(e->spec.name));
	/* A backslash at the end of a line would join it with the next one. */
	if (e->spec.underlay.at && !is_plain(name_text(e->spec.underlay), "-_.+@"))
		return refuse(notes, "%s: ifupdown accepts only names of letters, digits and -_.+@",
			      name_text(e->spec.underlay));
	for (unsigned int i = 0; i < e->spec.n_prefixes; i++)
		if (!is_plain(name_text(e->spec.prefixes[i].ifname), "-_.+@"))
			return refuse(notes, "%s: ifupdown accepts only names of letters, digits and -_.+@",
				      name_text(e->spec.prefixes[i].ifname));
	fprintf(out, "# /etc/network/interfaces.d/%s, where sitctl is installed; then: ifup %s\n",
		name_text(e->spec.name), name_text(e->spec.name));
	remark_remote(notes, e);
	fprintf(out, "auto %s\niface %s inet6 manual\n", name_text(e->spec.name), name_text(e->spec.name));
	for (const struct param *p = params; p->name; p++)
		for (unsigned int i = 0; exported_value(e, p, i, value); i++) {
			/* All values are on one line. */
			if (!i)
				fprintf(out, "\tsitctl-%s", p->name);
			fprintf(out, " %s", value);
			if (!exported_value(e, p, i + 1, value))
				fputc('\n', out);
		}
	return 0;
}
