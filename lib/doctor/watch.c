/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor/watch.h" /* before linux/: glibc and the kernel define the same names */

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#define PACKET_MAX 65536
#define PACKETS_AT_ONCE 64
#define BUFFER (4 << 20)

#define LOAD_BYTE(at) BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (at))
#define LOAD_WORD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define IS(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))
#define RETURN(bytes) BPF_STMT(BPF_RET | BPF_K, (bytes))

/*
 * Filters in the kernel, so that a busy host does not copy packets that nobody needs. Offsets are those of a cooked
 * packet.
 */
static int set_filter(int fd, const struct watch_filter *f)
{
	uint32_t remote = ntohl(f->remote.s_addr), far[4] = { 0 };
	struct sock_filter v4[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)),
		IS(ETH_P_IP, 0, 16),
		LOAD_BYTE(9),
		IS(IPPROTO_ICMP, 13, 0),
		IS(IPPROTO_IPV6, 0, 13),
		LOAD_WORD(12),
		IS(remote, 10, 0),
		LOAD_WORD(16),
		IS(remote, 8, 0),
		LOAD_WORD(28), /* the inner source, after an IPv4 header without options */
		IS(0, 0, 7),
		LOAD_WORD(32),
		IS(0, 0, 5),
		LOAD_WORD(36),
		IS(0, 0, 3),
		LOAD_WORD(40),
		IS(0, 0, 1),
		RETURN(PACKET_MAX),
		RETURN(0),
	};
	struct sock_fprog program = { .len = sizeof(v4) / sizeof(*v4), .filter = v4 };

	if (!f->v4)
		return 0;
	if (f->far)
		for (int i = 0; i < 4; i++)
			far[i] = ntohl(f->far->s6_addr32[i]);
	for (int i = 0; i < 4; i++)
		v4[10 + 2 * i].k = far[i];
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno : 0;
}

bool watch_checksum_known(struct msghdr *m)
{
	const char *end = (const char *)m->msg_control + m->msg_controllen;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct tpacket_auxdata aux;

		/* CMSG_NXTHDR() does not check where the message that it returns ends. */
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA ||
		    c->cmsg_len < CMSG_LEN(sizeof(aux)) || (size_t)(end - (const char *)c) < CMSG_LEN(sizeof(aux)))
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		return !(aux.tp_status & (TP_STATUS_CSUMNOTREADY | TP_STATUS_CSUM_VALID));
	}
	return false;
}

/* Read one packet; false if there is none. */
static bool take(struct watch *w)
{
	uint8_t packet[PACKET_MAX];
	struct sockaddr_ll from = { 0 };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec part = { .iov_base = packet, .iov_len = sizeof(packet) };
	struct msghdr m = { .msg_name = &from,
			    .msg_namelen = sizeof(from),
			    .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	ssize_t len = recvmsg(w->fd, &m, MSG_DONTWAIT);
	struct view v;

	if (len < 0)
		return false;
	if (len < 1 || !frame_decode(packet, (size_t)len, packet[0] >> 4, &v.frame))
		return true;
	v.outgoing = from.sll_pkttype == PACKET_OUTGOING;
	v.index = (uint32_t)from.sll_ifindex;
	v.checksum_known = watch_checksum_known(&m);
	for (unsigned int i = 0; i < w->n_viewers; i++)
		w->viewers[i].see(&v, w->viewers[i].data);
	return true;
}

static void run(struct task *task, bool ready, void *data)
{
	(void)task;
	for (int i = 0; ready && i < PACKETS_AT_ONCE && take(data); i++)
		;
}

int watch_open(struct watch *w, struct loop *loop, uint32_t index, const struct watch_filter *filter)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = (int)index };
	int on = 1, buffer = BUFFER, ret;

	memset(w, 0, sizeof(*w));
	/* Protocol 0 receives nothing until it is bound to the interface. */
	w->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (w->fd < 0)
		return -errno;
	setsockopt(w->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	setsockopt(w->fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on));
	ret = set_filter(w->fd, filter);
	if (!ret && bind(w->fd, (struct sockaddr *)&to, sizeof(to)))
		ret = -errno;
	if (!ret && !loop_add(loop, w->fd, 0, run, w, true))
		ret = -ENOSPC;
	if (ret)
		watch_close(w);
	return ret;
}

void watch_close(struct watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

void watch_add(struct watch *w, void (*see)(const struct view *v, void *data), void *data)
{
	if (w->n_viewers == WATCH_VIEWERS)
		return;
	w->viewers[w->n_viewers].see = see;
	w->viewers[w->n_viewers++].data = data;
}
