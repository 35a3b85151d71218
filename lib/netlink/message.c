/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Build netlink messages and read their attributes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/message.h"

int nl_batch_init(struct nl_batch *batch, size_t size, struct err *err)
{
	memset(batch, 0, sizeof(*batch));
	batch->buf = malloc(size);
	batch->size = size;
	return batch->buf ? 0 : err_sys(err, ENOMEM, "netlink request");
}

void nl_batch_free(struct nl_batch *batch)
{
	free(batch->buf);
	memset(batch, 0, sizeof(*batch));
}

void nl_batch_reset(struct nl_batch *batch)
{
	batch->len = 0;
	batch->n = 0;
	batch->head = NULL;
	batch->overflow = false;
}

/* Add the message under construction to the batch, now that its length is known. */
static void account(struct nl_batch *batch)
{
	batch->len = (size_t)((char *)batch->head - batch->buf) + MNL_ALIGN(batch->head->nlmsg_len);
}

void *nl_start(struct nl_batch *batch, uint16_t type, uint16_t flags, size_t extra)
{
	if (batch->n >= NL_BATCH_MAX || batch->size - batch->len < MNL_NLMSG_HDRLEN + MNL_ALIGN(extra)) {
		batch->overflow = true;
		return NULL;
	}
	batch->head = mnl_nlmsg_put_header(batch->buf + batch->len);
	batch->head->nlmsg_type = type;
	batch->head->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	batch->n++;
	mnl_nlmsg_put_extra_header(batch->head, extra);
	account(batch);
	return mnl_nlmsg_get_payload(batch->head);
}

void nl_append(struct nl_batch *batch, const struct nlmsghdr *nlh)
{
	if (batch->n >= NL_BATCH_MAX || batch->size - batch->len < MNL_ALIGN(nlh->nlmsg_len)) {
		batch->overflow = true;
		return;
	}
	batch->head = (struct nlmsghdr *)(batch->buf + batch->len);
	memcpy(batch->head, nlh, nlh->nlmsg_len);
	/* The padding between two messages is sent as well. */
	memset((char *)batch->head + nlh->nlmsg_len, 0, MNL_ALIGN(nlh->nlmsg_len) - nlh->nlmsg_len);
	batch->n++;
	account(batch);
}

/* How many bytes the message under construction may have. */
static size_t room(const struct nl_batch *batch)
{
	return batch->size - (size_t)((char *)batch->head - batch->buf);
}

void nl_put(struct nl_batch *batch, uint16_t type, size_t len, const void *data)
{
	char *tail;

	/* The length field of an attribute has 16 bits, and libmnl would let it wrap. */
	if (batch->overflow || len > UINT16_MAX - MNL_ATTR_HDRLEN ||
	    !mnl_attr_put_check(batch->head, room(batch), type, len, data)) {
		batch->overflow = true;
		return;
	}
	account(batch);
	/* Nor does libmnl clear the padding, whose old content is not for the kernel to see. */
	tail = batch->buf + batch->len;
	memset(tail - (MNL_ALIGN(len) - len), 0, MNL_ALIGN(len) - len);
}

void nl_put_u8(struct nl_batch *batch, uint16_t type, uint8_t value)
{
	nl_put(batch, type, sizeof(value), &value);
}

void nl_put_u32(struct nl_batch *batch, uint16_t type, uint32_t value)
{
	nl_put(batch, type, sizeof(value), &value);
}

void nl_put_str(struct nl_batch *batch, uint16_t type, const char *text)
{
	nl_put(batch, type, strlen(text) + 1, text);
}

struct nlattr *nl_nest(struct nl_batch *batch, uint16_t type)
{
	struct nlattr *nest = NULL;

	if (!batch->overflow)
		nest = mnl_attr_nest_start_check(batch->head, room(batch), type);
	if (!nest)
		batch->overflow = true;
	else
		account(batch);
	return nest;
}

void nl_nest_end(struct nl_batch *batch, struct nlattr *nest)
{
	if (batch->overflow)
		return;
	if ((size_t)((char *)mnl_nlmsg_get_payload_tail(batch->head) - (char *)nest) > UINT16_MAX)
		batch->overflow = true;
	else
		mnl_attr_nest_end(batch->head, nest);
}

/* Unlike mnl_attr_parse_payload(), this treats leftover bytes as what they are: a truncated message. */
int nl_attrs_raw(const void *data, size_t len, const struct nlattr **tb, unsigned int max)
{
	const struct nlattr *attr = data;
	int left = (int)len;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	for (; mnl_attr_ok(attr, left); attr = mnl_attr_next(attr)) {
		if (mnl_attr_get_type(attr) <= max)
			tb[mnl_attr_get_type(attr)] = attr;
		left -= MNL_ALIGN(attr->nla_len);
	}
	return left > 0 ? -EBADMSG : 0;
}

int nl_attrs(const struct nlmsghdr *nlh, size_t extra, const struct nlattr **tb, unsigned int max)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh), skip = MNL_ALIGN(extra);

	memset(tb, 0, (max + 1) * sizeof(*tb));
	if (len < extra)
		return -EBADMSG;
	return len > skip ? nl_attrs_raw(mnl_nlmsg_get_payload_offset(nlh, extra), len - skip, tb, max) : 0;
}

int nl_attrs_nested(const struct nlattr *attr, const struct nlattr **tb, unsigned int max)
{
	return nl_attrs_raw(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr), tb, max);
}

/* Does ATTR exist, with a payload of LEN bytes? */
static bool sized(const struct nlattr *attr, size_t len)
{
	return attr && mnl_attr_get_payload_len(attr) == len;
}

uint8_t nl_u8(const struct nlattr *attr, uint8_t deflt)
{
	return sized(attr, sizeof(uint8_t)) ? mnl_attr_get_u8(attr) : deflt;
}

uint16_t nl_u16(const struct nlattr *attr, uint16_t deflt)
{
	return attr && mnl_attr_get_payload_len(attr) == sizeof(uint16_t) ? mnl_attr_get_u16(attr) : deflt;
}

uint32_t nl_u32(const struct nlattr *attr, uint32_t deflt)
{
	return sized(attr, sizeof(uint32_t)) ? mnl_attr_get_u32(attr) : deflt;
}

struct in_addr nl_in(const struct nlattr *attr)
{
	return (struct in_addr){ .s_addr = nl_u32(attr, 0) };
}

bool nl_in6(const struct nlattr *attr, struct in6_addr *out)
{
	if (!sized(attr, sizeof(*out)))
		return false;
	memcpy(out, mnl_attr_get_payload(attr), sizeof(*out));
	return true;
}

bool nl_str(const struct nlattr *attr, char *buf, size_t size)
{
	size_t len;

	if (!attr)
		return false;
	len = mnl_attr_get_payload_len(attr);
	if (!len || len > size || ((const char *)mnl_attr_get_payload(attr))[len - 1] != '\0')
		return false;
	memcpy(buf, mnl_attr_get_payload(attr), len);
	return true;
}
