/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: build netlink messages and read their attributes. */
#ifndef SITCTL_NETLINK_MESSAGE_H
#define SITCTL_NETLINK_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <libmnl/libmnl.h>

#include "base/err.h"

#define NL_BATCH_MAX 200 /* messages per send: their acknowledgements fit into a default receive buffer */

/* The kernel's answer to one message of a batch. */
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
	bool overflow;	       /* something did not fit: nl_send() refuses to send it */
	unsigned int n;
	unsigned int acks; /* messages that requested an acknowledgement */
	bool lost;	   /* it was sent, but some answers were lost: the result of unanswered messages is unknown */
	uint32_t first_seq;
	struct nl_result results[NL_BATCH_MAX];
};

/* Allocate a batch; 0 or -ENOMEM. nl_batch_reset() empties a used one. */
int nl_batch_init(struct nl_batch *batch, size_t size, struct err *err);
void nl_batch_free(struct nl_batch *batch);
void nl_batch_reset(struct nl_batch *batch);

/*
 * Start a message with a family header of EXTRA zeroed bytes. Returns that header, or NULL if
 * it does not fit (batch->overflow is then set). Add attributes with nl_put*(), which use only
 * libmnl's _check functions and set batch->overflow if an attribute does not fit.
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
 * Store the attributes after a family header of EXTRA bytes in TB[0..max], without unknown ones;
 * 0 or -EBADMSG. The nested form reads inside ATTR, the raw one reads LEN bytes of attributes.
 */
int nl_attrs(const struct nlmsghdr *nlh, size_t extra, const struct nlattr **tb, unsigned int max);
int nl_attrs_raw(const void *data, size_t len, const struct nlattr **tb, unsigned int max);
int nl_attrs_nested(const struct nlattr *attr, const struct nlattr **tb, unsigned int max);

/* Values of attributes; DEFLT if the attribute is missing or has the wrong length. */
uint8_t nl_u8(const struct nlattr *attr, uint8_t deflt);
uint16_t nl_u16(const struct nlattr *attr, uint16_t deflt);
uint32_t nl_u32(const struct nlattr *attr, uint32_t deflt);
struct in_addr nl_in(const struct nlattr *attr);
bool nl_in6(const struct nlattr *attr, struct in6_addr *out);
/* Copy a string attribute; false if it is missing, not terminated or does not fit. */
bool nl_str(const struct nlattr *attr, char *buf, size_t size);

#endif
