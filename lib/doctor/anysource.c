/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor/anysource.h"
#include "doctor/frame.h"

#define ECHO_LEN (40 + 8)

int anysource_open(const char *ifname)
{
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), on = 1, ret;

	if (fd < 0)
		return -errno;
	if (!setsockopt(fd, IPPROTO_IPV6, IPV6_HDRINCL, &on, sizeof(on)) &&
	    !setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ifname, (socklen_t)strlen(ifname) + 1))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

void anysource_ask(int fd, const struct in6_addr *source, const struct in6_addr *to, uint32_t scope, uint16_t id,
		   uint16_t seq)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_addr = *to, .sin6_scope_id = scope };
	uint8_t p[ECHO_LEN] = { 0x60 };
	uint16_t sum;

	/* The whole packet is built here, so that its source can be any address (raw(7), IPPROTO_RAW). */
	p[5] = ECHO_LEN - 40;
	p[6] = IPPROTO_ICMPV6;
	p[7] = 64;
	memcpy(p + 8, source, 16);
	memcpy(p + 24, to, 16);
	p[40] = ICMP6_ECHO_REQUEST;
	p[44] = (uint8_t)(id >> 8);
	p[45] = (uint8_t)id;
	p[46] = (uint8_t)(seq >> 8);
	p[47] = (uint8_t)seq;
	sum = frame_sum6(source, to, IPPROTO_ICMPV6, p + 40, ECHO_LEN - 40);
	p[42] = (uint8_t)(sum >> 8);
	p[43] = (uint8_t)sum;
	sendto(fd, p, sizeof(p), 0, (struct sockaddr *)&addr, sizeof(addr));
}
