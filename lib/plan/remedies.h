/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the commands that make a filter of somebody else let a tunnel's packets pass, and no others. */
#ifndef SITCTL_PLAN_REMEDIES_H
#define SITCTL_PLAN_REMEDIES_H

#include "filters/flow.h"

#define REMEDY_TEXT 1600

#define PEER_PREFIX "sit-" /* of the device names that peers have by default */

/* What shall be let pass: from DEV, or from LAN to DEV, and the answers; in IPv4 protocol 41, both ways. */
struct passage {
	const char *dev, *lan;
	bool v4;
};

/* Write into BUF what lets P pass where O drops it; nothing where a name cannot be written in a command. */
void remedy_forward(const struct barrier *o, const struct passage *p, char *buf, size_t size);

/* The same for protocol 41 from REMOTE. */
void remedy_input(const struct barrier *o, const char *remote, char *buf, size_t size);

/* The same for what matches: IPTABLES is how iptables writes it, NFT how nft does. */
void remedy_accept(const struct barrier *o, const char *iptables, const char *nft, char *buf, size_t size);

#endif
