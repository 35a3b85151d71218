/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the known word that an unknown one was probably meant to be. */
#ifndef SITCTL_BASE_NEAREST_H
#define SITCTL_BASE_NEAREST_H

/* The word among N candidates that is nearest to WORD (edit distance), or NULL if none is near. */
const char *nearest(const char *word, const char *const *candidates, unsigned int n);

#endif
