/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "formats.h"
#include "export/export.h"
#include "export/formats.h"
#include "import/import.h"
#include "import/importers.h"

void list_formats(const char *first)
{
	printf("%s", first);
	for (const struct format *f = formats; f->name; f++)
		printf("  %-16s %s\n", f->name, f->help);
	printf("  %-16s all of them\n", "all");
}

bool next_format(unsigned int i, const char **name, const char **help)
{
	*name = formats[i].name;
	*help = formats[i].help;
	return *name;
}

void list_importers(const char *first)
{
	printf("%s", first);
	for (const struct importer *i = importers; i->name; i++)
		printf("  %-16s %s\n", i->name, i->help);
}

bool next_importer(unsigned int i, const char **name, const char **help)
{
	*name = importers[i].name;
	*help = importers[i].help;
	return *name;
}
