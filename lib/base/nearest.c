/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/nearest.h"

#define NEAR 3 /* edits: a more distant suggestion does not help */

/* The edit distance (insert, delete, replace) of two words shorter than SIZE. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[64], la = (unsigned int)strlen(a), lb = (unsigned int)strlen(b);

	if (la > 63 || lb > 63)
		return UINT32_MAX;
	for (unsigned int j = 0; j <= lb; j++)
		row[j] = j;
	for (unsigned int i = 1; i <= la; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (unsigned int j = 1; j <= lb; j++) {
			unsigned int best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}

const char *nearest(const char *word, const char *const *candidates, unsigned int n)
{
	const char *found = NULL;
	unsigned int best = NEAR + 1;

	for (unsigned int i = 0; i < n; i++) {
		unsigned int d = distance(word, candidates[i]);

		/* An abbreviation is near, however much it omits. */
		if (strlen(word) > 1 && !strncmp(word, candidates[i], strlen(word)))
			d = 1;
		if (d < best && d < strlen(candidates[i])) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}
