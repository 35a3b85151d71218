/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "netlink/socket.h" /* before linux/: glibc and the kernel define the same names */

#include <linux/netlink.h>

#define BUF_SIZE 65536	    /* the kernel fills at most 32 KiB of it in a dump */
#define WAIT_SECONDS 30	    /* the kernel answers immediately; a lost answer must not hang us */
#define EVENTS_AT_ONCE 4096 /* datagrams: a flood does not hold up requests, or other sockets */
#define MAX_ERRNO 4095	    /* include/linux/err.h */

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

int nl_open(struct nl *nl, const struct nl_protocol *protocol, struct err *err)
{
	struct timeval wait = { .tv_sec = WAIT_SECONDS };
	int on = 1;

	memset(nl, 0, sizeof(*nl));
	nl->buf = malloc(BUF_SIZE + 1);
	if (!nl->buf)
		return err_sys(err, ENOMEM, "netlink socket");
	nl->sock = mnl_socket_open2(protocol->number, SOCK_CLOEXEC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		err_sys(err, errno, "netlink socket of family %s", protocol->name);
		nl_close(nl);
		return -err->code;
	}
	nl->portid = mnl_socket_get_portid(nl->sock);
	/* Old kernels lack some of these options, which only improve the answers. */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return 0;
}

void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	free(nl->buf);
	memset(nl, 0, sizeof(*nl));
}

/* The extended acknowledgement after a struct nlmsgerr (linux/netlink.h, enum nlmsgerr_attrs). */
static void read_ext_ack(const struct nlmsghdr *nlh, const struct nlmsgerr *e, char *text, size_t size)
{
	const struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];
	size_t extra = sizeof(*e);

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	/* e->msg.nlmsg_len comes from the sender: checked before it is used. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
		size_t inner = e->msg.nlmsg_len;

		if (inner < sizeof(e->msg) || inner > mnl_nlmsg_get_payload_len(nlh))
			return;
		extra += MNL_ALIGN(inner - sizeof(e->msg));
	}
	if (!nl_attrs(nlh, extra, tb, NLMSGERR_ATTR_MAX))
		nl_str(tb[NLMSGERR_ATTR_MSG], text, size);
}

static int read_error(struct nl_reader *r, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	uint32_t i = nlh->nlmsg_seq - r->batch->first_seq;
	struct nl_result *result = &r->batch->results[i];

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*e) || e->error > 0 || e->error < -MAX_ERRNO)
		return -EBADMSG;
	if (result->answered)
		return 0; /* nf_tables may report several errors for one message */
	result->answered = true;
	result->code = -e->error;
	r->answered++;
	if (result->code && !r->code)
		r->code = result->code;
	/*
	 * No acknowledgement was requested: this is part of an nf_tables batch, which is done as a whole or not at all.
	 */
	if (result->code && !r->by_data && !(e->msg.nlmsg_flags & NLM_F_ACK))
		r->aborted = true;
	if (result->code)
		read_ext_ack(nlh, e, result->text, sizeof(result->text));
	return 0;
}

static int read_data(struct nl_reader *r, const struct nlmsghdr *nlh)
{
	struct nl_result *result = &r->batch->results[nlh->nlmsg_seq - r->batch->first_seq];

	if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
		return 0;
	if (r->by_data && !result->answered) {
		result->answered = true;
		r->answered++;
	}
	return r->cb ? r->cb(nlh, r->data) : 0;
}

/* Is there a whole message in LEFT bytes? mnl_nlmsg_ok() of 1.0.4 treats a length over 2 GiB as negative. */
static bool whole(const struct nlmsghdr *nlh, int left)
{
	return left >= (int)sizeof(*nlh) && nlh->nlmsg_len >= sizeof(*nlh) && nlh->nlmsg_len <= (uint32_t)left;
}

int nl_read(struct nl_reader *r, const void *buf, size_t len, uint32_t sender)
{
	const struct nlmsghdr *nlh = buf;
	int left = (int)len, ret;

	if (sender != 0) /* any process with CAP_NET_ADMIN can send to our port */
		return -EPERM;
	for (; whole(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_seq - r->batch->first_seq >= r->batch->n)
			continue; /* an answer to an earlier, abandoned request */
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			r->disturbed = true;
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			ret = read_error(r, nlh);
		} else if (nlh->nlmsg_type == NLMSG_DONE) {
			int code = 0;

			if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(code))
				memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
			if (code < -MAX_ERRNO)
				return -EBADMSG;
			if (code < 0 && !r->code)
				r->code = -code;
			r->done = true;
			ret = 0;
		} else {
			ret = read_data(r, nlh);
		}
		if (ret)
			return ret;
	}
	return left > 0 ? -EBADMSG : 0;
}

int nl_read_events(nl_event event, void *data, const void *buf, size_t len, uint32_t sender)
{
	const struct nlmsghdr *nlh = buf;
	int left = (int)len;

	if (sender != 0)
		return -EPERM;
	for (; event && whole(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		if (nlh->nlmsg_type >= NLMSG_MIN_TYPE)
			event(nlh, data);
	if (event && left > 0)
		event(NULL, data);
	return 0;
}

/*
 * Was the datagram sent to a group? Its messages may have the sequence number of the very request that caused them. The
 * source address shows only groups up to 32 (net/netlink/af_netlink.c, netlink_group_mask()).
 */
static bool by_group(struct msghdr *msg)
{
	const struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); /* at most one, requested by nl_join() */
	struct nl_pktinfo info;

	if (!cmsg || cmsg->cmsg_level != SOL_NETLINK || cmsg->cmsg_type != NETLINK_PKTINFO ||
	    cmsg->cmsg_len < CMSG_LEN(sizeof(info)))
		return false;
	memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
	return info.group != 0;
}

static void lost_events(const struct nl *nl)
{
	if (nl->event)
		nl->event(NULL, nl->event_data);
}

/* Receive one datagram and read it; without R, answers belong to an abandoned request. -ETIMEDOUT: there was none. */
static int receive(struct nl *nl, struct nl_reader *r, int flags)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct nl_pktinfo))];
	struct sockaddr_nl from;
	struct iovec iov = { .iov_base = nl->buf, .iov_len = BUF_SIZE };
	struct msghdr msg = { .msg_name = &from, .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control };
	bool event;
	ssize_t n;
	int ret;

	do {
		msg.msg_namelen = sizeof(from);
		msg.msg_controllen = nl->joined ? sizeof(control) : 0;
		n = recvmsg(mnl_socket_get_fd(nl->sock), &msg, flags);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		ret = errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (ret == -ENOBUFS) /* of answers or of events: there is no way to know */
			lost_events(nl);
		return ret;
	}
	event = nl->joined && by_group(&msg);
	if (msg.msg_namelen != sizeof(from))
		return -EBADMSG;
	nl->buf[n] = '\0'; /* libnftnl assumes that every string is terminated */
	if (event || !r) {
		ret = nl_read_events(event ? nl->event : NULL, nl->event_data, nl->buf, (size_t)n, from.nl_pid);
		if (!ret && msg.msg_flags & MSG_TRUNC)
			lost_events(nl);
		return ret;
	}
	if (msg.msg_flags & MSG_TRUNC)
		return -EBADMSG;
	ret = nl_read(r, nl->buf, (size_t)n, from.nl_pid);
	/* The callback gave up this dump, whose end may be in this very datagram. */
	if (ret && r->cb && (ret == -ENOBUFS || ret == -EINTR)) {
		r->cb = NULL;
		nl_read(r, nl->buf, (size_t)n, from.nl_pid);
	}
	return ret;
}

int nl_join(struct nl *nl, uint32_t group, struct err *err)
{
	int on = 1;

	/* In this order, so that no group message arrives that looks like an answer. */
	if (mnl_socket_setsockopt(nl->sock, NETLINK_PKTINFO, &on, sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return err_sys(err, errno, "netlink group %u", group);
	nl->joined = true;
	return 0;
}

int nl_events(struct nl *nl, struct err *err)
{
	int ret = 0;

	for (int i = 0; i < EVENTS_AT_ONCE && (!ret || ret == -ENOBUFS); i++)
		ret = receive(nl, NULL, MSG_DONTWAIT);
	return !ret || ret == -ENOBUFS || ret == -ETIMEDOUT ? 0 : err_sys(err, -ret, "netlink events");
}

/* BY_DATA: each message needs only an answer with data, and no acknowledgement. */
static int transmit(struct nl *nl, struct nl_batch *batch, bool by_data, struct err *err)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)batch->buf;
	int left = (int)batch->len, size = (int)batch->len, ret;
	ssize_t sent;

	memset(batch->results, 0, batch->n * sizeof(*batch->results));
	batch->lost = false;
	if (batch->overflow || !batch->n)
		return err_sys(err, EMSGSIZE, "netlink request");
	/* There is no room for answers behind unread events. */
	ret = nl->joined ? nl_events(nl, err) : 0;
	if (ret)
		return ret;
	batch->first_seq = nl->seq + 1;
	batch->acks = 0;
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		nlh->nlmsg_seq = ++nl->seq;
		nlh->nlmsg_pid = nl->portid;
		if (by_data)
			nlh->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
		batch->acks += by_data || nlh->nlmsg_flags & NLM_F_ACK;
	}
	/* An nf_tables batch is sent as one datagram, whatever the default buffer size (net.core.wmem_default). */
	if (size > 100000)
		setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	do
		sent = mnl_socket_sendto(nl->sock, batch->buf, batch->len);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? err_sys(err, errno, "netlink request") : 0;
}

/* Fill ERR from the first refusal. */
static int refusal(struct nl_batch *batch, int code, struct err *err)
{
	err_sys(err, code, "netlink request");
	for (unsigned int i = 0; i < batch->n; i++)
		if (batch->results[i].code) {
			memcpy(err->kernel, batch->results[i].text, sizeof(batch->results[i].text));
			break;
		}
	return -code;
}

/* After a loss the socket accepts nothing until it is empty (net/netlink/af_netlink.c, NETLINK_S_CONGESTED). */
static void drain(struct nl *nl)
{
	while (recv(mnl_socket_get_fd(nl->sock), nl->buf, BUF_SIZE, MSG_DONTWAIT) >= 0)
		;
}

static int converse(struct nl *nl, struct nl_batch *batch, struct nl_reader r, struct err *err)
{
	int ret = transmit(nl, batch, r.by_data, err);

	if (ret)
		return ret;
	while (r.answered < batch->acks && !r.aborted) {
		ret = receive(nl, &r, 0);
		if (ret == -ENOBUFS)
			drain(nl);
		batch->lost = ret;
		if (ret)
			return err_sys(err, -ret, "netlink answer");
	}
	return r.code ? refusal(batch, r.code, err) : 0;
}

int nl_get(struct nl *nl, struct nl_batch *batch, nl_cb cb, void *data, struct err *err)
{
	return converse(nl, batch, (struct nl_reader){ .batch = batch, .cb = cb, .data = data, .by_data = true }, err);
}

int nl_send_get(struct nl *nl, struct nl_batch *batch, nl_cb cb, void *data, struct err *err)
{
	return converse(nl, batch, (struct nl_reader){ .batch = batch, .cb = cb, .data = data }, err);
}

int nl_send(struct nl *nl, struct nl_batch *batch, struct err *err)
{
	return nl_send_get(nl, batch, NULL, NULL, err);
}

/* Read one dump to its end, even if answers were lost: the next dump must not mix with it. */
static int dump_once(struct nl *nl, struct nl_batch *batch, struct nl_reader *r, struct err *err)
{
	int ret = transmit(nl, batch, false, err);
	int lost = 0;

	if (ret)
		return ret;
	while (!r->done && !r->answered) {
		ret = receive(nl, r, 0);
		if (ret == -ENOBUFS || ret == -EINTR) {
			lost = ret; /* the kernel continues the dump nevertheless */
			r->cb = NULL;
		} else if (ret) {
			return err_sys(err, -ret, "netlink dump");
		}
	}
	if (lost)
		return err_sys(err, -lost, "netlink dump");
	return r->code ? refusal(batch, r->code, err) : 0;
}

int nl_dump(struct nl *nl, struct nl_batch *batch, nl_cb cb, void (*reset)(void *data), void *data, struct err *err)
{
	struct timespec pause = { 0 };
	int ret = 0;

	for (int try = 0; try < NL_DUMP_TRIES; try++) {
		struct nl_reader r = { .batch = batch, .cb = cb, .data = data };

		reset(data);
		ret = dump_once(nl, batch, &r, err);
		if (!ret && !r.disturbed)
			return 0;
		if (ret && ret != -ENOBUFS && ret != -EINTR)
			return ret;
		pause.tv_nsec = (try + 1) * 5000000L; /* let the other changes finish */
		nanosleep(&pause, NULL);
	}
	err_sys(err, ret ? -ret : EAGAIN, "netlink dump");
	err_why(err, "the kernel's state changed during each of %d attempts to read it", NL_DUMP_TRIES);
	err_hint(err, "try again when the host is less busy");
	return -err->code;
}
