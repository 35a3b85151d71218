/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The linker gives the library these functions in place of those that they are named after (--wrap of the Makefile). */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sanitizer/asan_interface.h>
#include "kernel.h" /* before linux/: glibc and the kernel define the same names */
#include <linux/netlink.h>

#include "base/name.h"
#include "outside.h"

static struct {
	const uint8_t *data;
	size_t left;
	uint16_t type;		 /* of the requests that the input answers */
	struct nlmsghdr request; /* the last one's first message */
} kernel;

static char no_socket; /* its address is all that is asked for */

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
int __wrap_mnl_socket_bind(struct mnl_socket *sock, unsigned int groups, pid_t pid);
int __wrap_mnl_socket_setsockopt(const struct mnl_socket *sock, int type, void *buf, socklen_t len);
unsigned int __wrap_mnl_socket_get_portid(const struct mnl_socket *sock);
int __wrap_mnl_socket_get_fd(const struct mnl_socket *sock);
int __wrap_mnl_socket_close(struct mnl_socket *sock);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *sock, const void *buf, size_t len);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);
int __wrap_nanosleep(const struct timespec *wanted, struct timespec *left);

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (struct mnl_socket *)(void *)&no_socket;
}

int __wrap_mnl_socket_bind(struct mnl_socket *sock, unsigned int groups, pid_t pid)
{
	(void)sock;
	(void)groups;
	(void)pid;
	return 0;
}

int __wrap_mnl_socket_setsockopt(const struct mnl_socket *sock, int type, void *buf, socklen_t len)
{
	(void)sock;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

unsigned int __wrap_mnl_socket_get_portid(const struct mnl_socket *sock)
{
	(void)sock;
	return 1;
}

int __wrap_mnl_socket_get_fd(const struct mnl_socket *sock)
{
	(void)sock;
	return -1;
}

int __wrap_mnl_socket_close(struct mnl_socket *sock)
{
	(void)sock;
	return 0;
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *sock, const void *buf, size_t len)
{
	(void)sock;
	memcpy(&kernel.request, buf, sizeof(kernel.request));
	return (ssize_t)len;
}

int __wrap_nanosleep(const struct timespec *wanted, struct timespec *left)
{
	(void)wanted;
	(void)left;
	return 0;
}

/* Nothing of what was asked for. */
static size_t nothing(char *to)
{
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr e;
	} answer = { .nlh = { .nlmsg_len = sizeof(answer), .nlmsg_seq = kernel.request.nlmsg_seq } };
	bool dump = (kernel.request.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;

	answer.nlh.nlmsg_type = dump ? NLMSG_DONE : NLMSG_ERROR;
	answer.e.error = dump ? 0 : -ENOENT;
	answer.e.msg = kernel.request;
	memcpy(to, &answer, sizeof(answer));
	return sizeof(answer);
}

/* Are the next bytes a message that a group sent? */
static bool by_group(const uint8_t *data, size_t n)
{
	struct nlmsghdr nlh;

	if (n < sizeof(nlh))
		return false;
	memcpy(&nlh, data, sizeof(nlh));
	return nlh.nlmsg_pid == KERNEL_GROUP;
}

/* Groups and requests have datagrams of their own; bytes that are no message stand at the end of one. */
static size_t next_datagram(char *to, size_t size)
{
	size_t n = kernel.left < size ? kernel.left : size, at = 0;
	bool last = false;

	memcpy(to, kernel.data, n);
	while (!last && n - at >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)(void *)(to + at);

		if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > n - at)
			break;
		last = nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR ||
		       nlh->nlmsg_type == NLMSG_OVERRUN;
		nlh->nlmsg_seq += kernel.request.nlmsg_seq;
		at += NLMSG_ALIGN(nlh->nlmsg_len);
		at = at < n ? at : n;
		last = last || (at < n && by_group(kernel.data, n) != by_group(kernel.data + at, n - at));
	}
	n = last ? at : n;
	kernel.data += n;
	kernel.left -= n;
	return n;
}

/* What NETLINK_PKTINFO tells, of a socket that has it. */
static void put_group(struct msghdr *msg, bool group)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	struct nl_pktinfo info = { .group = group };

	if (!cmsg)
		return;
	cmsg->cmsg_level = SOL_NETLINK;
	cmsg->cmsg_type = NETLINK_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
	char *to = msg->msg_iov->iov_base;
	size_t n, room = msg->msg_iov->iov_len;
	bool group;

	if (fd >= 0)
		return outside_recvmsg(msg);
	group = by_group(kernel.data, kernel.left);
	if (flags & MSG_DONTWAIT && !group) {
		errno = EAGAIN;
		return -1;
	}
	put_group(msg, group);
	ASAN_UNPOISON_MEMORY_REGION(to, room + 1);
	if (kernel.type && kernel.request.nlmsg_type != kernel.type && !group)
		n = nothing(to);
	else
		n = next_datagram(to, room);
	if (!n || ((struct nlmsghdr *)(void *)to)->nlmsg_type == NLMSG_OVERRUN) {
		errno = n ? ENOBUFS : EAGAIN;
		return -1;
	}
	/* Behind a datagram and the zero that ends it stands an older one: who reads on there shall be seen. */
	ASAN_POISON_MEMORY_REGION(to + n + 1, room - n);
	memset(msg->msg_name, 0, sizeof(struct sockaddr_nl));
	msg->msg_namelen = sizeof(struct sockaddr_nl);
	msg->msg_flags = 0;
	return (ssize_t)n;
}

void invariant_broken(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	abort();
}

struct conversation *kernel_says(const uint8_t *data, size_t size, uint16_t type)
{
	static struct conversation c;
	struct err err;

	names_forget();
	kernel.data = data;
	kernel.left = size;
	kernel.type = type;
	if (!c.batch.buf)
		invariant(!conversation_open(&c, &err));
	c.generation = 0;
	return &c;
}
