/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the commands that make a foreign filter accept a tunnel's packets, and no others. */
#ifndef SITCTL_PLAN_REMEDIES_H
#define SITCTL_PLAN_REMEDIES_H

#include "filters/flow.h"

#define REMEDY_TEXT 1600

#define PEER_PREFIX "sit-" /* of the peers' default device names */

/* What is to be accepted: from DEV, or from LAN to DEV, and the answers; in IPv4, protocol 41 in both directions. */
struct passage {
	const char *dev, *lan;
	bool v4;
};

/* Write the commands that accept P where O drops it into BUF; "" if a name cannot be written in a command. */
void remedy_forward(const struct barrier *o, const struct passage *p, char *buf, size_t size);

/* The same for protocol 41 from REMOTE. */
void remedy_input(const struct barrier *o, const char *remote, char *buf, size_t size);

/* The same for matching packets: IPTABLES and NFT are the match as iptables and nft write it. */
void remedy_accept(const struct barrier *o, const char *iptables, const char *nft, char *buf, size_t size);

#endif
