/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the TCP connections show: who answers, who refuses, and what is lost on the path. */
#include <stdio.h>
#include <string.h>

#include "base/inet6.h"
#include "base/sit.h"
#include "doctor/causes.h"
#include "doctor/checks.h"
#include "doctor/loss.h"
#include "doctor/mtu.h"
#include "doctor/resolver.h"
#include "doctor/tcp.h"

/* If any target answers, TCP passes, and another one's silence is not a fault of the tunnel. */
static bool passes(const struct exam *e)
{
	for (unsigned int i = 0; i < tcp_count(e); i++)
		if (tcp_answered(&e->trials[i]))
			return true;
	return false;
}

/* On a client, a smaller MTU makes the segments smaller; on a server, only 'packet too big' helps. */
static void mend_size(struct exam *e, struct finding *f)
{
	if (!e->subject.server)
		mtu_mend(e, f, MTU_MIN);
}

static void judge_sizes(struct exam *e, const struct trial *t, const char *text)
{
	const struct connection *w = &t->whole, *s = &t->small;

	if (tcp_out_lost(t))
		mend_size(e, exam_found(e, CAUSE_TCP_OUT_LOST,
					"%s port %d does not acknowledge a request of %zu bytes that was sent %u times "
					"in full segments, but accepts it in small ones",
					text, TCP_PORT, w->request, w->repeats + 1));
	else if (tcp_in_lost(t))
		mend_size(e, exam_found(e, CAUSE_TCP_IN_LOST,
					"%s port %d accepts a request of %zu bytes, but of its answer only %zu bytes "
					"arrive in full segments, against %zu in small ones",
					text, TCP_PORT, w->request, w->received, s->received));
}

/* What was lost on the path although the target answers. */
static void judge_losses(struct exam *e, const struct trial *t, const char *text)
{
	const struct connection *w = &t->whole;

	if (w->wrong)
		exam_advice(exam_found(e, CAUSE_TCP_CHECKSUM,
				       "%u segments from %s port %d arrived with a wrong checksum", w->wrong, text,
				       TCP_PORT),
			    "switch off checksum offload with 'ethtool -K IFACE tx off', on the target, or on the far "
			    "end for the interface towards the target");
	else if (tcp_ack_lost(t))
		exam_advice(
			exam_found(e, CAUSE_TCP_ACK_LOST,
				   "%u SYN/ACKs came from %s port %d, but none of our %u empty segments was answered",
				   w->syn_ack, text, TCP_PORT, t->unheard),
			"in the router on the path, switch off hardware offload (fastpath), then software flow offload "
			"(flow cache); as a test, run 'tcpdump -i WAN' there: while it runs, all packets are forwarded "
			"in software, and TCP works");
	else if (tcp_data_lost(t))
		exam_advice(
			exam_found(e, CAUSE_TCP_DATA_LOST,
				   "%s accepts a connection on port %d, but %zu bytes that were sent %u times are not "
				   "acknowledged",
				   text, TCP_PORT, w->request, w->repeats + 1),
			"in the router on the path, switch off hardware and software flow offload; then check the path "
			"MTU of the other direction");
	else
		judge_sizes(e, t, text);
}

/* The connection ended with an error that is not the target's reset. */
static void judge_error(struct exam *e, const struct trial *t, const char *text)
{
	static const enum cause_id by_place[HOP_COUNT] = { [HOP_HOST] = CAUSE_TCP_ERROR_HERE,
							   [HOP_FAR] = CAUSE_TCP_ERROR_FAR,
							   [HOP_BEYOND] = CAUSE_TCP_ERROR_BEYOND };
	const struct tcp_error *error = &t->whole.error;
	char whole[EXAM_TEXT];

	if (error->icmp)
		snprintf(whole, sizeof(whole), "%s%s sends '%s' (ICMPv6 type %u, code %u) for TCP port %d of %s",
			 addr6_text(&error->from, (char[NET6_TEXT]){ "" }),
			 addr6_equal(&error->from, &t->to) ? " itself" : "", tcp_error_text(error), error->type,
			 error->code, TCP_PORT, text);
	else
		snprintf(whole, sizeof(whole), "the kernel opens no connection to %s through %s: %s", text,
			 e->subject.dev, tcp_error_text(error));
	if (error->icmp && tcp_error_place(t) == HOP_WAY)
		exam_skip(e, "%s: the error comes from the IPv4 path", whole);
	else if (!tcp_named(e))
		exam_skip(e, "%s, which need not be a fault: name a target", whole);
	else if (passes(e))
		exam_skip(e, "%s, although others answer", whole);
	else if (!error->icmp && (exam_has(e, CAUSE_POLICY_RULE) || exam_has(e, CAUSE_NO_DEFAULT_ROUTE)))
		exam_skip(e, "%s, which another check explains", whole);
	else
		exam_found(e, by_place[tcp_error_place(t)], "%s", whole);
}

/* The target does not answer. One of several may be down: then the others show that TCP passes. */
static void judge_silence(struct exam *e, const struct trial *t, const char *text)
{
	const struct connection *w = &t->whole;

	if (!e->seen.answered6 && !passes(e))
		exam_skip(e, "the tunnel is silent");
	else if (!tcp_named(e))
		exam_skip(e, "%s does not answer on TCP port %d, which need not be a fault: name a target", text,
			  TCP_PORT);
	else if (passes(e))
		exam_skip(e, "%s does not answer on TCP port %d, although others do", text, TCP_PORT);
	else if (tcp_unsent(t))
		exam_found(e, CAUSE_TCP_ERROR_HERE, "none of the SYNs for %s port %d left through %s", text, TCP_PORT,
			   e->subject.dev);
	else if (w->syn && loss_explains(e, w->syn))
		exam_skip(e, "%s does not answer %u SYNs, which the loss on the path can explain", text, w->syn);
	else
		exam_advice(exam_found(e, CAUSE_TCP_SYN_LOST, "%u SYNs left for %s port %d, and %s came back", w->syn,
				       text, TCP_PORT,
				       w->syn_ack ? "only SYN/ACKs that the kernel did not accept" : "nothing"),
			    "check that a server runs there and that its filter accepts TCP port %d, or try another "
			    "target: 'sitctl doctor %s target HOST'",
			    TCP_PORT, e->subject.name);
}

/* Add the text about one target that answers to ALL. */
static void say(const struct trial *t, const char *text, char *all, size_t size)
{
	const struct connection *w = &t->whole;
	size_t at = strlen(all);

	at += (size_t)snprintf(all + at, size - at, "%s%s port %d %s", at ? ", " : "", text, TCP_PORT,
			       w->acked	      ? "accepts data"
			       : w->connected ? "connects"
					      : "answers");
	if (w->received && at < size)
		snprintf(all + at, size - at, " and answers");
}

void check_tcp(struct exam *e)
{
	char text[NET6_TEXT], all[EXAM_TEXT] = "";
	unsigned int tried = 0;

	for (unsigned int i = 0; i < tcp_count(e); i++) {
		const struct trial *t = &e->trials[i];

		if (!t->whole.port)
			continue;
		tried++;
		addr6_text(&t->to, text);
		if (tcp_answered(t))
			say(t, text, all, sizeof(all));
		if (tcp_answered(t) || t->whole.wrong)
			judge_losses(e, t, text);
		else if (t->whole.over)
			judge_error(e, t, text);
		else
			judge_silence(e, t, text);
	}
	if (!tried)
		exam_skip(e, exam_answered(e) ? "no target to connect to" : "the tunnel is silent");
	else if (!e->skipped)
		exam_ok(e, "%s", all);
}
