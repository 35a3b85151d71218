/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a kernel parameter below /proc/sys, and its kind. */
#ifndef SITCTL_KERNEL_SYSCTL_H
#define SITCTL_KERNEL_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYSCTL_KEY_SIZE 64 /* "net/ipv6/conf/" IFNAME "/force_forwarding" */
#define SYSCTL_VALUE_SIZE 32

/* LEAF of the interface IFNAME (or "all", "default"), below net/ipv4/conf or net/ipv6/conf. */
struct sysctl {
	const char *ifname, *leaf, *value; /* owned by what holds the sysctl */
	uint8_t version;		   /* 4 or 6 */
	bool is_found;			   /* the kernel reported it with a device that the plan created, as `found` */
	int32_t found;
};

struct kind;
extern const struct kind sysctl_kind;

/* Its path below /proc/sys. */
void sysctl_key(const struct sysctl *s, char key[SYSCTL_KEY_SIZE]);

/*
 * KEY as messages write it, in TEXT: with dots, as sysctl(8) prints it, unless an interface's name contains a dot.
 * Returns TEXT.
 */
const char *sysctl_text(const char *key, char text[SYSCTL_KEY_SIZE]);

/* LEAF as a constant text, if it is one that sitctl sets; else NULL. */
const char *sysctl_leaf(const char *leaf);

/* Split KEY, such a path; SYSCTL then points into it. False if it is not one. */
bool sysctl_split(char *key, struct sysctl *sysctl);

/* The value of KEY in BUF, without newline. 0, -ENOENT, or another negative errno. */
int sysctl_read(const char *key, char *buf, size_t size);
int sysctl_write(const char *key, const char *value);

#endif
