/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: netlink messages: built, and their attributes read. */
#ifndef SITCTL_NETLINK_MESSAGE_H
#define SITCTL_NETLINK_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <libmnl/libmnl.h>

#include "base/err.h"

#define NL_BATCH_MAX 200 /* messages a send: their acknowledgements fit a default receive buffer */

/* What the kernel said to one message of a batch. */
struct nl_result {
	int code; /* positive errno, 0: done */
	bool answered;
	char text[128]; /* extended acknowledgement */
};

/* Requests under construction, at most NL_BATCH_MAX. */
struct nl_batch {
	char *buf;
	size_t len, size;
	struct nlmsghdr *head; /* the message being built */
	bool overflow;	       /* something did not fit: nl_send() refuses */
	unsigned int n;
	unsigned int acks; /* messages that asked for an answer of their own */
	bool lost;	   /* it was sent, but not every answer was received: what was not answered is unknown */
	uint32_t first_seq;
	struct nl_result results[NL_BATCH_MAX];
};

/* Room for a batch; 0 or -ENOMEM. nl_batch_reset() makes a used one empty again. */
int nl_batch_init(struct nl_batch *batch, size_t size, struct err *err);
void nl_batch_free(struct nl_batch *batch);
void nl_batch_reset(struct nl_batch *batch);

/*
 * Start a message with a family header of EXTRA bytes, which are zeroed; returns that header,
 * or NULL where it does not fit (then batch->overflow is set). Attributes follow by nl_put*(),
 * which use libmnl's _check functions only and set batch->overflow when one does not fit.
 */
void *nl_start(struct nl_batch *batch, uint16_t type, uint16_t flags, size_t extra);
void nl_append(struct nl_batch *batch, const struct nlmsghdr *nlh); /* a message built elsewhere */
void nl_put(struct nl_batch *batch, uint16_t type, size_t len, const void *data);
void nl_put_u8(struct nl_batch *batch, uint16_t type, uint8_t value);
void nl_put_u32(struct nl_batch *batch, uint16_t type, uint32_t value);
void nl_put_str(struct nl_batch *batch, uint16_t type, const char *text);
struct nlattr *nl_nest(struct nl_batch *batch, uint16_t type);
void nl_nest_end(struct nl_batch *batch, struct nlattr *nest);

/*
 * Attributes after a family header of EXTRA bytes into TB[0..max], unknown ones left out;
 * 0 or -EBADMSG. The nested form reads inside ATTR, the raw one LEN bytes of
 * attributes.
 */
int nl_attrs(const struct nlmsghdr *nlh, size_t extra, const struct nlattr **tb, unsigned int max);
int nl_attrs_raw(const void *data, size_t len, const struct nlattr **tb, unsigned int max);
int nl_attrs_nested(const struct nlattr *attr, const struct nlattr **tb, unsigned int max);

/* Values of attributes; DEFLT where there is none or its length is not that of the type. */
uint8_t nl_u8(const struct nlattr *attr, uint8_t deflt);
uint16_t nl_u16(const struct nlattr *attr, uint16_t deflt);
uint32_t nl_u32(const struct nlattr *attr, uint32_t deflt);
struct in_addr nl_in(const struct nlattr *attr);
bool nl_in6(const struct nlattr *attr, struct in6_addr *out);
/* A string attribute copied; false where it is missing, not terminated or does not fit. */
bool nl_str(const struct nlattr *attr, char *buf, size_t size);

#endif
