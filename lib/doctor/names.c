/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and addresses as programs meet them: AAAA, and which family comes first (exam.h). */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exam.h"
#include "names.h"

#define LOOKUP_MS 7000

/* In the child: what it finds it writes in one piece. */
static void ask(const char *host, int out)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;
	struct lookup l = { .done = true };
	int ret = getaddrinfo(host, NULL, &hints, &list);

	l.failed = ret == EAI_AGAIN || ret == EAI_FAIL || ret == EAI_SYSTEM;
	l.first_is4 = !ret && list->ai_family == AF_INET;
	for (const struct addrinfo *a = ret ? NULL : list; a; a = a->ai_next) {
		if (a->ai_family == AF_INET && !l.has4) {
			l.has4 = true;
			l.addr4 = ((const struct sockaddr_in *)(const void *)a->ai_addr)->sin_addr;
		} else if (a->ai_family == AF_INET6 && !l.has6) {
			l.has6 = true;
			l.addr6 = ((const struct sockaddr_in6 *)(const void *)a->ai_addr)->sin6_addr;
		}
	}
	if (write(out, &l, sizeof(l)) != sizeof(l))
		_exit(1);
	_exit(0);
}

static void end(struct exam *e)
{
	struct lookup *l = e->lookup;

	kill(l->child, SIGKILL);
	waitpid(l->child, NULL, 0);
	close(l->fd);
	l->fd = l->child = -1;
	l->done = true;
}

static void on_answer(struct task *task, bool ready, void *data)
{
	struct exam *e = data;
	struct lookup found, *l = e->lookup;

	if (ready && read(l->fd, &found, sizeof(found)) == sizeof(found)) {
		found.fd = l->fd;
		found.child = l->child;
		*l = found;
	} else {
		l->failed = true;
	}
	loop_end(&e->loop, task);
	end(e);
}

void start_names(struct exam *e)
{
	struct in6_addr ignored;
	struct lookup *l;
	int ends[2];

	if (!e->target || inet_pton(AF_INET6, e->target, &ignored) == 1 || !(l = calloc(1, sizeof(*l))))
		return;
	if (pipe2(ends, O_CLOEXEC)) {
		free(l);
		return;
	}
	l->fd = ends[0];
	l->child = fork();
	if (!l->child)
		ask(e->target, ends[1]);
	close(ends[1]);
	e->lookup = l;
	if (l->child < 0 || !loop_add(&e->loop, l->fd, loop_now() + LOOKUP_MS, on_answer, e, false)) {
		l->failed = true;
		if (l->child > 0)
			end(e);
		l->done = true;
	}
}

/* Global unicast (RFC 4291 section 2.4), and unique local (RFC 4193). */
static void count_addrs(const struct exam *e, unsigned int *global, unsigned int *ula)
{
	for (size_t i = 0; i < e->ch->s.n_addrs; i++) {
		uint8_t first = e->ch->s.addrs[i].net.addr.s6_addr[0];

		*global += (first & 0xe0) == 0x20;
		*ula += (first & 0xfe) == 0xfc;
	}
}

void check_names(struct exam *e)
{
	unsigned int global = 0, ula = 0;
	const struct lookup *l = e->lookup;
	char text[NET6_TEXT];

	count_addrs(e, &global, &ula);
	exam_ok(e, "this host has a global address");
	if (!global && ula && !e->p.server)
		exam_advice(exam_found(e, CAUSE_ULA_ONLY, "it has %u unique local ones and no other", ula),
			    "ask the far end's operator for a global address or prefix (2000::/3), and give it to the "
			    "tunnel");
	if (!l)
		return;
	if (!l->done || l->failed) {
		exam_skip(e, "the resolver did not answer for %.253s", e->target);
		return;
	}
	if (l->has4 && !l->has6) {
		exam_advice(exam_found(e, CAUSE_AAAA_MISSING, "%.253s has the address %s and no IPv6 one", e->target,
				       addr4_text(l->addr4, text)),
			    "compare 'getent ahostsv6 %.253s' with what another resolver says ('dig AAAA %.253s "
			    "@RESOLVER'): this one "
			    "hides it, or the target has no IPv6",
			    e->target, e->target);
		return;
	}
	if (!l->has6) {
		exam_skip(e, "there is no host %.253s", e->target);
		return;
	}
	exam_ok(e, "%.253s is %s", e->target, addr6_text(&l->addr6, text));
	if (l->first_is4 && !e->p.server)
		exam_advice(exam_found(e, CAUSE_IPV4_PREFERRED, "of %.253s getaddrinfo() gives IPv4 before %s",
				       e->target, text),
			    "see 'label' and 'precedence' in /etc/gai.conf: a source that is unique local, 6to4 or "
			    "Teredo counts less "
			    "than IPv4; give the tunnel a native global address");
}
