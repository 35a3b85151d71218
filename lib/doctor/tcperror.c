/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reset and ICMPv6 port unreachable both give ECONNREFUSED; the error queue tells them apart (ipv6(7)). */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "doctor/tcperror.h" /* before linux/: glibc and the kernel define the same names */

#include <linux/errqueue.h>

int tcp_error_keep(int fd)
{
	int on = 1;

	return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on)) ? -errno : 0;
}

static void take(struct msghdr *m, struct tcp_error *error)
{
	struct {
		struct sock_extended_err error;
		struct sockaddr_in6 from;
	} told;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != IPPROTO_IPV6 || c->cmsg_type != IPV6_RECVERR ||
		    c->cmsg_len < CMSG_LEN(sizeof(told)))
			continue;
		memcpy(&told, CMSG_DATA(c), sizeof(told));
		if (told.error.ee_origin != SO_EE_ORIGIN_ICMP6)
			continue;
		error->icmp = true;
		error->type = told.error.ee_type;
		error->code = told.error.ee_code;
		error->from = told.from.sin6_addr;
	}
}

struct tcp_error tcp_error_read(int fd)
{
	struct tcp_error error = { .number = 0 };
	socklen_t len = sizeof(error.number);

	for (;;) {
		uint8_t quoted[256];
		_Alignas(struct cmsghdr) char control[512];
		struct iovec part = { .iov_base = quoted, .iov_len = sizeof(quoted) };
		struct msghdr m = {
			.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
		};

		if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			break;
		take(&m, &error);
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error.number, &len))
		error.number = errno;
	return error;
}

const char *tcp_error_text(const struct tcp_error *error)
{
	static const struct {
		uint8_t type, code;
		const char *text;
	} texts[] = {
		{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE, "no route" },
		{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN, "prohibited" },
		{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_BEYONDSCOPE, "beyond scope of source address" },
		{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR, "address unreachable" },
		{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT, "port unreachable" },
		{ ICMP6_DST_UNREACH, 5, "source address failed ingress/egress policy" },
		{ ICMP6_DST_UNREACH, 6, "reject route to destination" },
		{ ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_TRANSIT, "hop limit exceeded" },
		{ ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_REASSEMBLY, "fragment reassembly time exceeded" },
	};

	if (!error->icmp)
		return strerror(error->number);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].type == error->type && texts[i].code == error->code)
			return texts[i].text;
	return error->type == ICMP6_PARAM_PROB ? "parameter problem" : "another error";
}
