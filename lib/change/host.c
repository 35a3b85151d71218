/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "change/host.h"
#include "kernel/mark.h"
#include "state/saved.h"
#include "state/snapshotfind.h"

/*
 * Does the journal belong to a former namespace, whose inode number this one has got? Then nothing
 * that it records exists here. (Linux before 5.14, which has no cookies.)
 */
static bool other_namespace(const struct host *host)
{
	const struct journal *j = &host->j;
	const struct saved *entry;

	for (size_t i = 0; i < j->desired.n; i++) {
		const struct spec *spec = &j->desired.tunnels[i].spec;

		if (snapshot_link(&host->s, name_text(spec->role == ROLE_NAT ? spec->underlay : spec->dev)))
			return false;
	}
	for (size_t at = 0; (entry = saved_next(&j->saved, SAVED_SYSCTL, &at));) {
		const struct saved_sysctl *f = &entry->sysctl;
		char now[SYSCTL_VALUE_SIZE];

		if (strcmp(f->value, f->made) && !sysctl_read(f->key, now, sizeof(now)) && !strcmp(now, f->made))
			return false;
	}
	entry = saved_next(&j->saved, SAVED_DOWN, &(size_t){ 0 });
	return (j->desired.n || entry) && !host->s.nft.exists;
}

int host_open(struct host *host, enum host_use use, struct err *err)
{
	bool lock = use == HOST_CHANGE;
	int ret;

	memset(host, 0, sizeof(*host));
	ret = journal_open(&host->j, lock, err);
	if (ret)
		return ret;
	ret = conversation_open(&host->c, err);
	if (!ret)
		ret = snapshot_load(&host->c, &host->s, use == HOST_COUNT, err);
	/* Reading is possible without the table; a change would leave it as it is, yet report success. */
	if (!ret && lock && host->s.nft_unknown)
		ret = err_sys(err, EPERM, "reading nf_tables table inet " SITCTL_TABLE);
	if (!ret && host->j.by_inode && other_namespace(host))
		ret = journal_clear(&host->j, err);
	if (!ret) {
		desired_claim(&host->j.desired, &host->s);
		ret = desired_observe(&host->j.desired, &host->s, err);
	}
	if (ret)
		host_close(host);
	return ret;
}

void host_close(struct host *host)
{
	snapshot_free(&host->s);
	conversation_close(&host->c);
	journal_close(&host->j);
}

struct world host_world(struct host *host, const struct desired *desired)
{
	return (struct world){ .c = &host->c, .s = &host->s, .j = &host->j, .desired = desired };
}
