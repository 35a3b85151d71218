/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the roles of this host, and what they are called. */
#ifndef SITCTL_SPEC_ROLE_H
#define SITCTL_SPEC_ROLE_H

/* Bits: a parameter can belong to several. */
enum role { ROLE_CLIENT = 1, ROLE_SERVER = 2, ROLE_PEER = 4, ROLE_NAT = 8 };

/* The object of the command line, and what one of them is called in messages. */
const char *role_object(enum role role);
const char *role_noun(enum role role);

/* One word for it, for files; and the role of that word, or 0. */
const char *role_word(enum role role);
enum role role_of_word(const char *word);

#endif
