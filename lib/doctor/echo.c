/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor/echo.h"

#define ECHO_MAX 65535

/* Falls back to the kernel's ping socket if a raw one is refused. */
static int open_echo(int family, int proto, bool *raw)
{
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, proto);

	*raw = fd >= 0;
	if (fd < 0 && (errno == EPERM || errno == EACCES))
		fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, proto);
	return fd < 0 ? -errno : fd;
}

int echo_open4(uint32_t mark, bool *raw)
{
	int fd = open_echo(AF_INET, IPPROTO_ICMP, raw), ret;

	if (fd >= 0 && mark && setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark))) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

int echo_open6(const char *ifname, bool sized, bool *raw)
{
	int fd = open_echo(AF_INET6, IPPROTO_ICMPV6, raw), probe = IPV6_PMTUDISC_PROBE, on = 1, off = 0, ret = 0;
	struct icmp6_filter filter;

	if (fd < 0)
		return fd;
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	if (*raw && setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)))
		ret = -errno;
	if (ifname && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ifname, (socklen_t)strlen(ifname) + 1))
		ret = -errno;
	/* This host must not answer its own request to all nodes. */
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof(off)))
		ret = -errno;
	if (sized && (setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &probe, sizeof(probe)) ||
		      setsockopt(fd, IPPROTO_IPV6, IPV6_DONTFRAG, &on, sizeof(on))))
		ret = -errno;
	if (ret) {
		close(fd);
		return ret;
	}
	return fd;
}

void echo_from6(int fd, const struct in6_addr *source)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_addr = *source };

	bind(fd, (struct sockaddr *)&addr, sizeof(addr));
}

static uint16_t sum4(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t sum = 0;

	for (; len > 1; p += 2, len -= 2)
		sum += (uint32_t)(p[0] << 8 | p[1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

int echo_send4(int fd, struct in_addr to, uint16_t id, uint16_t seq)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = to };
	struct icmphdr icmp = { .type = ICMP_ECHO };

	icmp.un.echo.id = htons(id);
	icmp.un.echo.sequence = htons(seq);
	icmp.checksum = sum4(&icmp, sizeof(icmp));
	return sendto(fd, &icmp, sizeof(icmp), 0, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno : 0;
}

int echo_send6(int fd, const struct in6_addr *to, uint16_t id, uint16_t seq, size_t len)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_addr = *to };
	static const uint8_t zeros[ECHO_MAX];
	struct icmp6_hdr icmp = { .icmp6_type = ICMP6_ECHO_REQUEST };
	struct iovec parts[2] = { { &icmp, sizeof(icmp) },
				  { (void *)zeros, len < sizeof(zeros) ? len : sizeof(zeros) } };
	struct msghdr m = { .msg_name = &addr, .msg_namelen = sizeof(addr), .msg_iov = parts, .msg_iovlen = 2 };

	icmp.icmp6_id = htons(id);
	icmp.icmp6_seq = htons(seq);
	return sendmsg(fd, &m, 0) < 0 ? -errno : 0;
}

bool echo_receive4(int fd, bool raw, struct in_addr from, uint16_t id, uint16_t *seq)
{
	uint8_t packet[256];
	struct sockaddr_in addr = { 0 };
	socklen_t len = sizeof(addr);
	ssize_t n = recvfrom(fd, packet, sizeof(packet), 0, (struct sockaddr *)&addr, &len);
	size_t at = raw && n > 0 ? (size_t)(packet[0] & 15) * 4 : 0;
	struct icmphdr icmp;

	if (n < 0 || (size_t)n < at + sizeof(icmp) || addr.sin_addr.s_addr != from.s_addr)
		return false;
	memcpy(&icmp, packet + at, sizeof(icmp));
	*seq = ntohs(icmp.un.echo.sequence);
	return icmp.type == ICMP_ECHOREPLY && (!raw || icmp.un.echo.id == htons(id));
}

bool echo_receive6(int fd, bool raw, uint16_t id, uint16_t *seq)
{
	struct icmp6_hdr icmp;
	ssize_t n = recv(fd, &icmp, sizeof(icmp), MSG_TRUNC);

	if (n < (ssize_t)sizeof(icmp) || icmp.icmp6_type != ICMP6_ECHO_REPLY || (raw && icmp.icmp6_id != htons(id)))
		return false;
	*seq = ntohs(icmp.icmp6_seq);
	return true;
}
