/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the roles of this host, and their names. */
#ifndef SITCTL_SPEC_ROLE_H
#define SITCTL_SPEC_ROLE_H

/* Bits, since a parameter can belong to several. */
enum role { ROLE_CLIENT = 1, ROLE_SERVER = 2, ROLE_PEER = 4, ROLE_NAT = 8 };

/* Its object on the command line, and its name in messages. */
const char *role_object(enum role role);
const char *role_noun(enum role role);

/* The command that makes one, or sets it up: its help lists the parameters. */
const char *role_maker(enum role role);

/* Its word in files; and the role of such a word, or 0. */
const char *role_word(enum role role);
enum role role_of_word(const char *word);

#endif
