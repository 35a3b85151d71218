/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "spec/resolve.h"

int spec_resolve(struct spec *spec, struct answers *answers, struct err *err)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM }, *list = NULL;
	const char *why = NULL;
	char text[NET6_TEXT];
	int ret;

	answers->n = 0;
	if (!spec->host)
		return 0;
	ret = getaddrinfo(spec->host, NULL, &hints, &list);
	if (ret || !list) {
		err_sys(err, ret == EAI_SYSTEM ? errno : EHOSTUNREACH, "remote '%.200s'", spec->host);
		err_why(err, "no IPv4 address found for this name (%s)", gai_strerror(ret));
		err_hint(err, "check the name, or give the IPv4 address");
		return -err->code;
	}
	for (const struct addrinfo *a = list; a && answers->n < ANSWERS_MAX; a = a->ai_next) {
		struct in_addr addr = ((const struct sockaddr_in *)(const void *)a->ai_addr)->sin_addr;

		why = addr4_not_far_end(addr);
		if (!why)
			answers->addrs[answers->n++] = addr;
		else
			addr4_text(addr, text);
	}
	freeaddrinfo(list);
	if (!answers->n)
		return err_usage(err, spec->host, "its address %s %s", text, why);
	spec->remote = answers->addrs[0];
	return 0;
}

void spec_keep_remote(struct spec *spec, const struct spec *before, const struct answers *answers)
{
	if (!spec->host || !before->host || strcmp(spec->host, before->host))
		return;
	for (unsigned int i = 0; i < answers->n; i++)
		if (answers->addrs[i].s_addr == before->remote.s_addr)
			spec->remote = before->remote;
}
