/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "kernel/sitattrs.h" /* before linux/: glibc and the kernel define the same names */
#include "base/inet6.h"
#include "base/quote.h"

#include <linux/if_link.h>
#include <linux/if_tunnel.h>

#define FIELD(field) .at = offsetof(struct link, field), .size = sizeof(((struct link *)NULL)->field)

static const char *text_proto(const struct link *link, char *buf)
{
	if (link->proto == IPPROTO_IPV6)
		return "ip6ip";
	snprintf(buf, SIT_ATTR_TEXT, "%u", link->proto);
	return buf;
}

static const char *text_remote(const struct link *link, char *buf)
{
	return addr4_text(link->remote, buf);
}

static const char *text_local(const struct link *link, char *buf)
{
	return addr4_text(link->local, buf);
}

static const char *text_ttl(const struct link *link, char *buf)
{
	snprintf(buf, SIT_ATTR_TEXT, "%u", link->ttl);
	return buf;
}

static const char *text_tos(const struct link *link, char *buf)
{
	if (link->tos == SIT_TOS_INHERIT)
		return "inherit";
	snprintf(buf, SIT_ATTR_TEXT, "0x%x", link->tos);
	return buf;
}

static const char *text_pmtudisc(const struct link *link, char *buf)
{
	(void)link;
	(void)buf;
	return "pmtudisc";
}

static const char *text_underlay(const struct link *link, char *buf)
{
	(void)buf;
	return link->underlay_name;
}

static const char *text_fwmark(const struct link *link, char *buf)
{
	snprintf(buf, SIT_ATTR_TEXT, "0x%x", link->fwmark);
	return buf;
}

static const char *text_mtu(const struct link *link, char *buf)
{
	snprintf(buf, SIT_ATTR_TEXT, "%u", link->mtu);
	return buf;
}

/* clang-format off */
const struct sit_attr sit_attrs[] = {
	{ .name = "mtu", .json = "mtu", .word = "mtu", .type = IFLA_MTU, .of_link = true, FIELD(mtu), .always = true, .number = true,
	  .text = text_mtu },
	/* Without it the device would also accept IPv4 in IPv4 and MPLS. */
	{ .name = "protocol", .word = "mode", .type = IFLA_IPTUN_PROTO, FIELD(proto), .always = true, .zero = "any",
	  .text = text_proto },
	{ .name = "remote", .json = "remote", .word = "remote", .type = IFLA_IPTUN_REMOTE, FIELD(remote), .always = true, .zero = "any",
	  .text = text_remote },
	{ .name = "local", .json = "local", .word = "local", .type = IFLA_IPTUN_LOCAL, FIELD(local), .always = true, .zero = "any",
	  .text = text_local },
	{ .name = "ttl", .json = "ttl", .word = "ttl", .type = IFLA_IPTUN_TTL, FIELD(ttl), .always = true, .number = true, .zero = "inherit",
	  .text = text_ttl },
	{ .name = "tos", .json = "tos", .word = "tos", .type = IFLA_IPTUN_TOS, FIELD(tos), .zero = "0",
	  .text = text_tos },
	{ .name = "path MTU discovery", .type = IFLA_IPTUN_PMTUDISC, FIELD(pmtudisc), .always = true, .zero = "nopmtudisc",
	  .text = text_pmtudisc },
	{ .name = "dev", .json = "underlay", .word = "dev", .type = IFLA_IPTUN_LINK, FIELD(underlay), .zero = "any",
	  .text = text_underlay },
	{ .name = "fwmark", .json = "fwmark", .word = "fwmark", .type = IFLA_IPTUN_FWMARK, FIELD(fwmark), .zero = "0",
	  .text = text_fwmark },
	{ .name = NULL },
};
/* clang-format on */

static const void *field_of(const struct sit_attr *attr, const struct link *link)
{
	return (const char *)link + attr->at;
}

static bool is_zero(const struct sit_attr *attr, const struct link *link)
{
	static const uint32_t zero;

	return !memcmp(field_of(attr, link), &zero, attr->size);
}

const char *sit_attr_text(const struct sit_attr *attr, const struct link *link, char *buf)
{
	return attr->zero && is_zero(attr, link) ? attr->zero : attr->text(link, buf);
}

bool sit_attr_equal(const struct sit_attr *attr, const struct link *a, const struct link *b)
{
	return !memcmp(field_of(attr, a), field_of(attr, b), attr->size);
}

bool sit_attrs_equal(const struct link *a, const struct link *b)
{
	for (const struct sit_attr *attr = sit_attrs; attr->name; attr++)
		if (!attr->of_link && !sit_attr_equal(attr, a, b))
			return false;
	return true;
}

bool sit_attrs_and_link_equal(const struct link *a, const struct link *b)
{
	for (const struct sit_attr *attr = sit_attrs; attr->name; attr++)
		if (!sit_attr_equal(attr, a, b))
			return false;
	return true;
}

void sit_attrs_differences(const struct link *is, const struct link *want, char *line, size_t size)
{
	char buf[2][SIT_ATTR_TEXT];

	for (const struct sit_attr *a = sit_attrs; a->name; a++) {
		const char *has = sit_attr_text(a, is, buf[0]), *wanted = sit_attr_text(a, want, buf[1]);
		size_t len = strlen(line);

		if (strcmp(has, wanted))
			snprintf(line + len, size - len, "; %s is %s, should be %s", a->name, has, wanted);
	}
}

void sit_attrs_decode(const struct nlattr **tb, struct link *link)
{
	for (const struct sit_attr *attr = sit_attrs; attr->name; attr++)
		if (!attr->of_link && tb[attr->type] && mnl_attr_get_payload_len(tb[attr->type]) == attr->size)
			memcpy((char *)link + attr->at, mnl_attr_get_payload(tb[attr->type]), attr->size);
}

void sit_attrs_put(struct nl_batch *b, const struct link *link, bool of_link)
{
	for (const struct sit_attr *attr = sit_attrs; attr->name; attr++)
		if (attr->of_link == of_link)
			nl_put(b, attr->type, attr->size, field_of(attr, link));
}

void sit_attrs_print(const struct link *link, const struct link *was, bool of_link, FILE *out)
{
	char text[SIT_ATTR_TEXT];

	for (const struct sit_attr *attr = sit_attrs; attr->name; attr++) {
		bool shown = attr->always || !is_zero(attr, link) || (was && !sit_attr_equal(attr, was, link));

		if (attr->of_link != of_link || !shown)
			continue;
		fprintf(out, " %s%s", attr->word ? attr->word : "", attr->word ? " " : "");
		print_word(out, sit_attr_text(attr, link, text));
	}
}

void sit_attrs_json(const struct link *link, json_t *json)
{
	char text[SIT_ATTR_TEXT];
	const char *value;

	for (const struct sit_attr *attr = sit_attrs; attr->name; attr++) {
		if (!attr->json || (!attr->always && is_zero(attr, link)))
			continue;
		value = sit_attr_text(attr, link, text);
		json_object_set_new(json, attr->json,
				    attr->number && value[strspn(value, "0123456789")] == '\0'
					    ? json_integer(strtoll(value, NULL, 10))
					    : json_string(value));
	}
}
