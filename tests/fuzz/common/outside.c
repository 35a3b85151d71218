/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As common/kernel.c, for sockets that are not netlink's, and for files. */
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <linux/if_packet.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "outside.h"
#include "base/textfile.h"

#define TABLE_MAX (64 << 20) /* what the library reads */
#define CHANGES (UINT32_C(1) << 31)
#define FILLED 512

static struct {
	const uint8_t *data;
	size_t size;
} packet, table, proc;

static uint8_t rest_of_buffer;
static bool changed;

int __wrap_socket(int family, int type, int proto);
int __wrap_bind(int fd, const struct sockaddr *addr, socklen_t len);
int __wrap_connect(int fd, const struct sockaddr *addr, socklen_t len);
int __wrap_getsockname(int fd, struct sockaddr *addr, socklen_t *len);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
ssize_t __wrap_recv(int fd, void *buf, size_t len, int flags);
ssize_t __wrap_recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from, socklen_t *from_len);
FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
bool __real_file_has(const char *path, const char *text);
bool __wrap_file_has(const char *path, const char *text);

/* Something that can be waited for and closed. */
int __wrap_socket(int family, int type, int proto)
{
	(void)family;
	(void)type;
	(void)proto;
	return eventfd(0, EFD_CLOEXEC);
}

int __wrap_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	(void)fd;
	(void)addr;
	(void)len;
	return 0;
}

int __wrap_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	(void)fd;
	(void)addr;
	(void)len;
	return 0;
}

int __wrap_getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
	(void)fd;
	memset(addr, 0, *len);
	return 0;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	(void)fd;
	(void)level;
	(void)name;
	(void)value;
	(void)len;
	return 0;
}

void socket_says(const uint8_t *data, size_t size, uint8_t fill)
{
	packet.data = data;
	packet.size = size;
	rest_of_buffer = fill;
}

/* The head of the packet that waits, which then waits no longer. */
static bool next_packet(struct packet_head *head, const uint8_t **control, const uint8_t **data, size_t *size)
{
	if (packet.size < sizeof(*head)) {
		errno = EAGAIN;
		return false;
	}
	memcpy(head, packet.data, sizeof(*head));
	*control = packet.data + sizeof(*head);
	*size = packet.size - sizeof(*head);
	if (head->control > *size)
		head->control = (uint8_t)*size;
	*data = *control + head->control;
	*size -= head->control;
	packet.size = 0;
	return true;
}

static size_t put(void *buf, size_t room, const uint8_t *data, size_t size)
{
	size_t n = size < room ? size : room;

	memcpy(buf, data, n);
	memset((char *)buf + n, rest_of_buffer, room - n < FILLED ? room - n : FILLED);
	return n;
}

ssize_t __wrap_recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from, socklen_t *from_len)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	const uint8_t *control, *data;
	struct packet_head head;
	size_t size, n;

	(void)fd;
	if (!next_packet(&head, &control, &data, &size))
		return -1;
	n = put(buf, len, data, size);
	memcpy(&addr.sin_addr, head.source, sizeof(addr.sin_addr));
	if (from) {
		memcpy(from, &addr, *from_len < sizeof(addr) ? *from_len : sizeof(addr));
		*from_len = sizeof(addr);
	}
	return (ssize_t)(flags & MSG_TRUNC ? size : n);
}

/* No descriptor: netlink's, which has nothing behind the answers. */
ssize_t __wrap_recv(int fd, void *buf, size_t len, int flags)
{
	if (fd >= 0)
		return __wrap_recvfrom(fd, buf, len, flags, NULL, NULL);
	errno = EAGAIN;
	return -1;
}

ssize_t outside_recvmsg(struct msghdr *msg)
{
	const uint8_t *control, *data;
	struct sockaddr_ll from = { .sll_family = AF_PACKET };
	struct packet_head head;
	size_t size, n;

	if (!next_packet(&head, &control, &data, &size))
		return -1;
	n = put(msg->msg_iov->iov_base, msg->msg_iov->iov_len, data, size);
	from.sll_pkttype = head.type;
	memcpy(msg->msg_name, &from, sizeof(from));
	msg->msg_namelen = sizeof(from);
	memset(msg->msg_control, 0, msg->msg_controllen);
	if (msg->msg_controllen > head.control)
		msg->msg_controllen = head.control;
	memcpy(msg->msg_control, control, msg->msg_controllen);
	msg->msg_flags = size > n ? MSG_TRUNC : 0;
	return (ssize_t)n;
}

void tables_say(const uint8_t *data, size_t size)
{
	table.data = data;
	table.size = size;
	changed = false;
}

/* Both families have the same numbers and structures. */
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	size_t head = sizeof(struct ip6t_getinfo) - offsetof(struct ip6t_getinfo, valid_hooks);
	struct ip6t_get_entries *entries = value;
	struct ip6t_getinfo info;

	(void)fd;
	errno = table.size < head || (level != IPPROTO_IP && level != IPPROTO_IPV6) ? ENOPROTOOPT : 0;
	if (errno)
		return -1;
	memcpy(&info.valid_hooks, table.data, head);
	if (info.size <= TABLE_MAX)
		info.size = (unsigned int)(table.size - head);
	if (name == IP6T_SO_GET_INFO && *len == sizeof(info)) {
		memcpy((char *)value + offsetof(struct ip6t_getinfo, valid_hooks), &info.valid_hooks, head);
		return 0;
	}
	if (name != IP6T_SO_GET_ENTRIES || *len != sizeof(*entries) + info.size)
		errno = EINVAL;
	else if (entries->size != info.size || (info.num_entries & CHANGES && !changed))
		errno = EAGAIN;
	changed = true;
	if (errno)
		return -1;
	memcpy(entries->entrytable, table.data + head, info.size);
	return 0;
}

void proc_says(const uint8_t *data, size_t size)
{
	proc.data = data;
	proc.size = size;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (proc.data && !strncmp(path, "/proc/", 6))
		return fmemopen((void *)(uintptr_t)proc.data, proc.size, "r");
	return __real_fopen(path, mode);
}

/* What is on the fuzzer's machine is not its input. */
bool __wrap_file_has(const char *path, const char *text)
{
	return proc.data ? __real_file_has(path, text) : table.data != NULL;
}
