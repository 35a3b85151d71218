/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzer: a single word, to each parser of a value: addresses, prefixes, names, numbers, what `allow` takes. */
#include <string.h>

#include "common/kernel.h"
#include "base/parse.h"
#include "spec/allow.h"

static void address4(const char *word)
{
	struct in_addr addr, again;
	char text[NET6_TEXT];
	const char *why = NULL;

	if (!parse_ipv4_host(word, &addr, &why)) {
		invariant(why && *why);
		return;
	}
	addr4_text(addr, text);
	invariant(parse_ipv4_host(text, &again, &why) && again.s_addr == addr.s_addr);
	invariant(!parse_host_name(word, &why));
}

static void address6(const char *word)
{
	struct in6_addr addr, again;
	char text[NET6_TEXT];
	const char *why = NULL;

	if (!parse_ipv6_host(word, &addr, &why)) {
		invariant(why && *why);
		return;
	}
	invariant(parse_ipv6_host(addr6_text(&addr, text), &again, &why) && addr6_equal(&addr, &again));
	invariant(!addr6_not_host(&addr));
	again = addr6_other_half(&addr);
	again = addr6_other_half(&again);
	invariant(addr6_equal(&addr, &again));
}

static void nets(const char *word)
{
	struct net6 net, again;
	char text[NET6_TEXT];
	const char *why = NULL;

	if (parse_ipv6_net_host(word, 127, &net, &why))
		invariant(parse_ipv6_net_host(net6_text(&net, text), 64, &again, &why) && net6_equal(&net, &again));
	else
		invariant(why && *why);
	why = NULL;
	if (parse_ipv6_prefix(word, &net, &why))
		invariant(parse_ipv6_prefix(net6_text(&net, text), &again, &why) && net6_equal(&net, &again) &&
			  net6_contains(&net, &net.addr));
	else
		invariant(why && *why);
}

static void names(const char *word)
{
	const char *why = NULL;

	invariant(parse_ifname(word, &why) ? strlen(word) < 16 : why && *why);
	why = NULL;
	invariant(parse_peer_name(word, &why) ? strlen(word) <= PEER_NAME_MAX : why && *why);
	why = NULL;
	invariant(parse_host_name(word, &why) ? strlen(word) <= HOST_NAME_MAX_LEN : why && *why);
}

static void allowed(const char *word)
{
	struct allow allow, again, all = { .proto = 6, .last = 65535 };
	char text[NET6_TEXT + 40];
	const char *why = NULL;

	if (!parse_allow(word, &allow, &why)) {
		invariant(why && *why);
		return;
	}
	invariant(parse_allow(allow_text(&allow, text, sizeof(text)), &again, &why));
	invariant(again.proto == allow.proto && again.first == allow.first && again.last == allow.last &&
		  net6_equal(&again.net, &allow.net));
	invariant(allow.first <= allow.last && allow_overlap(&allow, &again));
	invariant(allow_overlap(&allow, &all) == allow_overlap(&all, &allow));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char word[600];
	const char *why = NULL;
	uint32_t number;
	bool on;

	if (size >= sizeof(word) || memchr(data, '\0', size))
		return -1;
	memcpy(word, data, size);
	word[size] = '\0';
	address4(word);
	address6(word);
	nets(word);
	names(word);
	allowed(word);
	invariant(parse_u32(word, 5, 4000000000, &number, &why) ? number >= 5 && number <= 4000000000 : why && *why);
	why = NULL;
	invariant(parse_on_off(word, &on, &why) || (why && *why));
	return 0;
}
