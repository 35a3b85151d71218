/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "doctor/examine.h"
#include "base/list.h"
#include "doctor/checks.h"
#include "doctor/resolver.h"
#include "state/snapshotfind.h"

static void add_result(struct exam *e, enum outcome outcome, const char *text)
{
	struct result *r = &e->results[e->n_results];

	if (e->n_results == EXAM_RESULTS)
		return;
	e->n_results++;
	r->check = e->check;
	r->outcome = outcome;
	snprintf(r->text, sizeof(r->text), "%s", text);
}

static void judge(struct exam *e, const struct check *c)
{
	e->check = c;
	e->found_before = e->n_findings;
	e->skipped = false;
	e->text[0] = '\0';
	c->judge(e);
	for (unsigned int i = e->found_before; i < e->n_findings; i++) {
		char text[EXAM_TEXT];

		snprintf(text, sizeof(text), "%.200s: %.600s", causes[e->findings[i].cause].what,
			 e->findings[i].evidence);
		add_result(e, causes[e->findings[i].cause].severity == SEVERITY_RISK ? OUTCOME_RISK : OUTCOME_FAILED,
			   text);
	}
	/* A check that reports nothing has not confirmed that all is well. */
	if (!e->text[0] && e->found_before == e->n_findings)
		exam_skip(e, "the check had no result");
	if (e->found_before == e->n_findings)
		add_result(e, e->skipped ? OUTCOME_SKIPPED : OUTCOME_OK, e->text);
}

static void open_watches(struct exam *e)
{
	struct watch_filter outer = { .v4 = true,
				      .remote = e->subject.remote,
				      .far = e->subject.has_far ? &e->subject.far : NULL },
			    all = { 0 };
	const struct link *uplink = e->subject.uplink[0] ? snapshot_link(&e->host->s, e->subject.uplink) : NULL;

	e->underlay.fd = e->inside.fd = e->uplink.fd = e->everywhere.fd = -1;
	if (!e->raw)
		return;
	if (e->subject.underlay)
		watch_open(&e->underlay, &e->loop, e->subject.underlay->index, &outer);
	if (e->subject.remote.s_addr)
		watch_open(&e->everywhere, &e->loop, 0, &outer);
	if (e->subject.link)
		watch_open(&e->inside, &e->loop, e->subject.link->index, &all);
	if (uplink)
		watch_open(&e->uplink, &e->loop, uplink->index, &all);
}

void exam_run(struct exam *e)
{
	e->loop.epoll = -1;
	e->world = host_world(e->host, e->desired);
	e->underlay.fd = e->inside.fd = e->uplink.fd = e->everywhere.fd = -1;
	for (const struct check *c = checks; c->name; c++)
		if (!c->late)
			judge(e, c);
	if (!loop_open(&e->loop)) {
		open_watches(e);
		for (const struct check *c = checks; c->name; c++)
			if (c->start)
				c->start(e);
		loop_run(&e->loop, loop_now() + INT64_C(1000) * EXAM_SECONDS);
	}
	for (const struct check *c = checks; c->name; c++)
		if (c->late)
			judge(e, c);
}

const struct finding *exam_verdict(const struct exam *e)
{
	const struct finding *best = NULL;

	for (unsigned int i = 0; i < e->n_findings; i++)
		if (!e->findings[i].harmless && (!best || e->findings[i].cause < best->cause))
			best = &e->findings[i];
	return best;
}

void exam_free(struct exam *e)
{
	watch_close(&e->underlay);
	watch_close(&e->inside);
	watch_close(&e->uplink);
	watch_close(&e->everywhere);
	loop_close(&e->loop);
	for (unsigned int i = 0; i < e->n_descriptors; i++)
		close(e->descriptors[i]);
	list_drop(e->descriptors);
	spec_free(&e->subject.spec);
	free(e->echo);
	free(e->ttl);
	free(e->guess);
	free(e->mtu);
	free(e->loss);
	free(e->trials);
	free(e->lookups);
	free(e->far_lookup);
	free(e->upstream);
	free(e->routed);
}
