/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a kernel parameter below /proc/sys, and its kind. */
#ifndef SITCTL_KERNEL_SYSCTL_H
#define SITCTL_KERNEL_SYSCTL_H

#include <stddef.h>

#define SYSCTL_KEY_SIZE 64 /* "net/ipv6/conf/" IFNAME "/force_forwarding" */
#define SYSCTL_VALUE_SIZE 32

struct sysctl {
	char key[SYSCTL_KEY_SIZE]; /* path below /proc/sys */
	char value[SYSCTL_VALUE_SIZE];
	char found[SYSCTL_VALUE_SIZE]; /* what came with a device that the plan made, or empty: not known */
};

struct kind;
extern const struct kind sysctl_kind;

/* The value of KEY in BUF, without newline. 0, -ENOENT, or another negative errno. */
int sysctl_read(const char *key, char *buf, size_t size);
int sysctl_write(const char *key, const char *value);

#endif
