/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <ctype.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

static bool fail(const char **why, const char *text)
{
	*why = text;
	return false;
}

static bool in_range(uint64_t value, uint32_t min, uint32_t max, uint32_t *out, const char **why)
{
	if (value < min)
		return fail(why, "is too small");
	if (value > max)
		return fail(why, "is too large");
	*out = (uint32_t)value;
	return true;
}

bool parse_u32(const char *word, uint32_t min, uint32_t max, uint32_t *out, const char **why)
{
	uint64_t value = 0;

	if (!*word)
		return fail(why, "is empty: expected a number");
	for (const char *p = word; *p; p++) {
		if (*p < '0' || *p > '9')
			return fail(why, "is not a decimal number");
		value = value * 10 + (uint64_t)(*p - '0');
		if (value > UINT32_MAX)
			return fail(why, "is too large");
	}
	if (word[0] == '0' && word[1])
		return fail(why, "has a leading zero");
	return in_range(value, min, max, out, why);
}

bool parse_hex(const char *word, uint32_t min, uint32_t max, uint32_t *out, const char **why)
{
	size_t digits = strlen(word) - strlen("0x");

	if (!digits || word[strspn(word + 2, "0123456789abcdefABCDEF") + 2])
		return fail(why, "is not a hexadecimal number");
	if (digits > 8)
		return fail(why, "is too large");
	return in_range(strtoul(word + 2, NULL, 16), min, max, out, why);
}

bool parse_ifname(const char *word, const char **why)
{
	if (!*word)
		return fail(why, "is empty: expected an interface name");
	if (strlen(word) >= IFNAMSIZ)
		return fail(why, "is longer than the 15 bytes of an interface name");
	/* /proc/sys/net/ipv6/conf has "all" and "default" beside the directories of the interfaces. */
	if (!strcmp(word, ".") || !strcmp(word, "..") || !strcmp(word, "all") || !strcmp(word, "default"))
		return fail(why, "is not a name that an interface with IPv6 can have");
	for (const char *p = word; *p; p++) {
		if (strchr("/:%", *p))
			return fail(why, "contains '/', ':' or '%', which an interface name cannot contain");
		if ((unsigned char)*p <= ' ' || *p == 127)
			return fail(why,
				    "contains a space or control character, which an interface name cannot contain");
	}
	return true;
}

const char *ifname_unfit(const char *name)
{
	/* The fallback device (net/ipv6/sit.c): the kernel creates it with the module, and sends nothing through it. */
	if (!strcmp(name, "sit0"))
		return "is the kernel's own device for packets that belong to no tunnel";
	for (; *name; name++)
		if (!isascii((unsigned char)*name))
			return "contains a byte that is not ASCII, which sitctl does not accept in an interface name";
	return NULL;
}

bool parse_peer_name(const char *word, const char **why)
{
	size_t len = strlen(word);

	if (len == 0 || len > PEER_NAME_MAX)
		return fail(why, "is not a peer name: it must have 1 to 32 bytes");
	if (!strcmp(word, ".") || !strcmp(word, ".."))
		return fail(why, "is not a peer name");
	for (const char *p = word; *p; p++)
		if (!isascii((unsigned char)*p) || (!isalnum((unsigned char)*p) && !strchr("-_.", *p)))
			return fail(why, "is not a peer name: only letters, digits, '-', '_' and '.' are allowed");
	return true;
}

bool parse_ipv4_host(const char *word, struct in_addr *out, const char **why)
{
	struct in_addr addr;
	const char *class;

	if (inet_pton(AF_INET, word, &addr) != 1)
		return fail(why, "is not an IPv4 address");
	class = addr4_not_host(addr);
	if (class)
		return fail(why, class);
	*out = addr;
	return true;
}

bool parse_host_name(const char *word, const char **why)
{
	size_t len = strlen(word), label = 0;
	bool letter = false;

	if (len == 0 || len > HOST_NAME_MAX_LEN)
		return fail(why, "is not a host name: it must have 1 to 253 bytes");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)word[i];

		if (c == '.') {
			if (label == 0 || word[i - 1] == '-')
				return fail(why, "is not a host name: a label is empty or ends with '-'");
			label = 0;
			continue;
		}
		if (!isascii(c) || (!isalnum(c) && c != '-'))
			return fail(why, "is neither an IPv4 address nor a host name");
		if (label == 0 && c == '-')
			return fail(why, "is not a host name: a label begins with '-'");
		if (isalpha(c))
			letter = true;
		if (++label > 63)
			return fail(why, "is not a host name: a label is longer than 63 bytes");
	}
	if (word[len - 1] == '-')
		return fail(why, "is not a host name: a label ends with '-'");
	/* inet_aton() would read 10.0.0 or 1234 as an address, in its own way. */
	if (!letter)
		return fail(why, "is neither an IPv4 address nor a host name");
	return true;
}

bool parse_ipv6_host(const char *word, struct in6_addr *out, const char **why)
{
	struct in6_addr addr;
	const char *class;

	if (inet_pton(AF_INET6, word, &addr) != 1)
		return fail(why, "is not an IPv6 address");
	class = addr6_not_host(&addr);
	if (class)
		return fail(why, class);
	*out = addr;
	return true;
}

/* Split WORD at its '/', and parse the address. *len is 0 if there is no '/'. */
static bool parse_net(const char *word, struct net6 *out, const char **why)
{
	const char *slash = strchr(word, '/');
	char text[INET6_ADDRSTRLEN];
	size_t n = slash ? (size_t)(slash - word) : strlen(word);
	uint32_t len = 0;

	if (n >= sizeof(text))
		return fail(why, "is not an IPv6 address");
	memcpy(text, word, n);
	text[n] = '\0';
	if (slash && !parse_u32(slash + 1, 1, 128, &len, why))
		return fail(why, "has a bad prefix length: expected 1 to 128 after the '/'");
	if (!parse_ipv6_host(text, &out->addr, why))
		return false;
	out->len = (uint8_t)len;
	return true;
}

bool parse_ipv6_net_host(const char *word, uint8_t default_len, struct net6 *out, const char **why)
{
	if (!parse_net(word, out, why))
		return false;
	if (!out->len)
		out->len = default_len;
	return true;
}

bool parse_ipv6_prefix(const char *word, struct net6 *out, const char **why)
{
	struct in6_addr base;

	if (!parse_net(word, out, why))
		return false;
	if (!out->len)
		return fail(why, "has no prefix length: write PREFIX/LEN");
	base = net6_base(out);
	if (!addr6_equal(&base, &out->addr))
		return fail(why, "has bits set after its prefix length");
	return true;
}

bool parse_on_off(const char *word, bool *out, const char **why)
{
	*out = !strcmp(word, "on");
	return *out || !strcmp(word, "off") || fail(why, "is neither 'on' nor 'off'");
}
