/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: import script commands other than iproute2's: packet filters, sysctls, files that are written. */
#ifndef SITCTL_IMPORT_HOSTCOMMANDS_H
#define SITCTL_IMPORT_HOSTCOMMANDS_H

#include "import/import.h"

/*
 * `nft`, `iptables` or `ip6tables`; `sysctl`; `echo` or `printf`, into the file INTO or NULL. They report what sitctl
 * does not do.
 */
void import_filter(struct import *im, int n, char *words[]);
void import_sysctl(struct import *im, int n, char *words[]);
void import_written(struct import *im, int n, char *words[], const char *into);

#endif
