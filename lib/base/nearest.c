/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/nearest.h"

#define NEAR 3	   /* edits: a more distant suggestion does not help */
#define PART 3	   /* as many letters of the longer word allow one edit: more would make another word of it */
#define LETTERS 63 /* longer words are not compared */

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* The edit distance of A and B: insert, delete or replace a letter, or swap two neighbours. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[3][LETTERS + 1], la = (unsigned int)strlen(a), lb = (unsigned int)strlen(b);
	unsigned int *before = rows[0], *last = rows[1], *row = rows[2], *next;

	if (la > LETTERS || lb > LETTERS)
		return UINT32_MAX;
	for (unsigned int j = 0; j <= lb; j++)
		before[j] = last[j] = j;
	for (unsigned int i = 1; i <= la; i++) {
		row[0] = i;
		for (unsigned int j = 1; j <= lb; j++) {
			row[j] = smaller(last[j - 1] + (a[i - 1] != b[j - 1]), smaller(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
		next = before;
		before = last;
		last = row;
		row = next;
	}
	return last[lb];
}

/* How many edits may be between A and B: a third of the longer one, rounded up, so that they share at least half. */
static unsigned int limit(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), longer = la > lb ? la : lb;

	return smaller((unsigned int)((longer + PART - 1) / PART), NEAR);
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
		else if (d > limit(word, candidates[i]))
			continue;
		if (d < best && d < strlen(candidates[i])) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}
