/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends netlink messages that were recorded, waits for their acknowledgements, and writes sysctls: the least that can be done. */
#include <err.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SYSCTL 255 /* in place of a netlink family: the data is PATH\0VALUE */

struct record {
	uint32_t family, len;
};

static char data[16 << 20], answers[1 << 16];

static int sockets[NETLINK_NETFILTER + 1];

static int socket_of(uint32_t family)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };

	if (family > NETLINK_NETFILTER)
		errx(1, "family %u", family);
	if (!sockets[family]) {
		sockets[family] = socket(AF_NETLINK, SOCK_RAW, (int)family);
		if (sockets[family] < 0 || bind(sockets[family], (struct sockaddr *)&any, sizeof(any)))
			err(1, "socket");
	}
	return sockets[family];
}

/* How many messages of the datagram want an acknowledgement. */
static unsigned int acks_of(const char *p, uint32_t len)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)p;
	unsigned int n = 0;

	for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
		n += !!(nlh->nlmsg_flags & NLM_F_ACK);
	return n;
}

static void play(uint32_t family, const char *p, uint32_t len)
{
	int fd = socket_of(family);
	unsigned int left = acks_of(p, len);

	if (send(fd, p, len, 0) != (ssize_t)len)
		err(1, "send");
	while (left) {
		ssize_t n = recv(fd, answers, sizeof(answers), 0);
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)answers;

		if (n <= 0)
			err(1, "recv");
		for (; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n)) {
			const struct nlmsgerr *e = NLMSG_DATA(nlh);

			if (nlh->nlmsg_type != NLMSG_ERROR)
				continue;
			if (e->error)
				errx(1, "message %u of type %u: %s", nlh->nlmsg_seq, e->msg.nlmsg_type,
				     strerror(-e->error));
			left--;
		}
	}
}

static void set(const char *path, uint32_t len)
{
	const char *value = path + strlen(path) + 1;
	size_t n = len - (size_t)(value - path);
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, value, n) != (ssize_t)n)
		err(1, "%s", path);
	close(fd);
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof(data));

	if (n < 0 || n == sizeof(data))
		err(1, "usage: replay FILE");
	for (char *p = data; p < data + n;) {
		struct record r;

		memcpy(&r, p, sizeof(r));
		p += sizeof(r);
		if (r.family == SYSCTL)
			set(p, r.len);
		else
			play(r.family, p, r.len);
		p += r.len;
	}
	return 0;
}
