/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends small UDP datagrams over IPv6 to one host from two others, in turns: how many, and the rate of each way. */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PORT 4142
#define PAYLOAD 64
/*
 * After so many datagrams comes a mark, which must have arrived before more are sent. The way is a
 * queue of one processor (net.core.netdev_max_backlog, 1000): so it never overflows.
 */
#define BATCH 64
#define SLICE 4	    /* batches until it is the other way's turn: a disturbance meets both alike */
#define SLICES 8192 /* at most, of each way */
#define PATIENCE 2  /* seconds until a mark is taken for lost */
#define TRIES 5	    /* lost marks in a row, until the way is taken for dead */

struct way {
	int bulk, mark; /* connected sockets */
	double rates[SLICES];
};

struct flood {
	struct way ways[2];
	int far; /* takes the marks */
	uint64_t sent;
	uint64_t marks;
};

static struct sockaddr_in6 address(const char *text)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };

	if (inet_pton(AF_INET6, text, &addr.sin6_addr) != 1)
		errx(2, "%s is no IPv6 address", text);
	return addr;
}

/* The process goes into the network namespace at PATH. */
static void enter(const char *path)
{
	int ns = open(path, O_RDONLY);

	if (ns < 0 || setns(ns, CLONE_NEWNET))
		err(1, "%s", path);
	close(ns);
}

static int connected(const char *to)
{
	struct sockaddr_in6 addr = address(to);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "connect to %s", to);
	return fd;
}

static int bound(const char *to)
{
	struct timeval patience = { .tv_sec = PATIENCE };
	struct sockaddr_in6 addr = address(to);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "bind to %s", to);
	return fd;
}

/* Sends marks until one arrives; what was sent before it has then arrived or is lost. */
static void mark(struct flood *f, const struct way *w)
{
	uint64_t got;

	for (int i = 0; i < TRIES; i++) {
		f->marks++;
		f->sent++;
		if (send(w->mark, &f->marks, sizeof(f->marks), 0) < 0)
			err(1, "send");
		while (recv(f->far, &got, sizeof(got), 0) == sizeof(got))
			if (got == f->marks)
				return;
	}
	errx(1, "nothing arrives");
}

static void batch(struct flood *f, const struct way *w)
{
	static char payload[PAYLOAD];
	struct iovec iov = { payload, sizeof(payload) };
	struct mmsghdr messages[BATCH];
	int done = 0;

	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_iov = &iov;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (done < BATCH) {
		int n = sendmmsg(w->bulk, messages + done, (unsigned int)(BATCH - done), 0);

		if (n < 0)
			err(1, "sendmmsg");
		done += n;
	}
	f->sent += BATCH;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The rate of one slice. */
static double slice(struct flood *f, const struct way *w)
{
	uint64_t before = f->sent;
	double began = now();

	for (int i = 0; i < SLICE; i++) {
		batch(f, w);
		mark(f, w);
	}
	return (double)(f->sent - before) / (now() - began);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One processor does it all: one queue, in order, and nothing depends on which were free. */
static void pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "sched_setaffinity");
}

int main(int argc, char **argv)
{
	static struct flood f;
	size_t n = 0;
	double end;

	if (argc != 7)
		errx(2, "usage: flood SECONDS BULK-ADDRESS MARK-ADDRESS FAR-NETNS NETNS NETNS");
	enter(argv[4]);
	f.far = bound(argv[3]);
	pin();
	for (int i = 0; i < 2; i++) {
		enter(argv[5 + i]);
		f.ways[i].bulk = connected(argv[2]);
		f.ways[i].mark = connected(argv[3]);
		mark(&f, &f.ways[i]); /* the neighbours know each other now */
		slice(&f, &f.ways[i]);
	}
	for (end = now() + atof(argv[1]); n < SLICES && (!n || now() < end); n++)
		for (size_t i = 0; i < 2; i++) {
			struct way *w = &f.ways[(n + i) % 2];

			w->rates[n] = slice(&f, w);
		}
	for (int i = 0; i < 2; i++)
		qsort(f.ways[i].rates, n, sizeof(double), compare);
	printf("%llu %.3f %.3f\n", (unsigned long long)f.sent, f.ways[0].rates[n / 2], f.ways[1].rates[n / 2]);
	return 0;
}
