/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "rules.h"
#include "want.h"

/*
 * Is the journal of a namespace that has gone, whose number this one got? Then nothing of what
 * it tells of is here. (Linux before 5.14, which has no cookies.)
 */
static bool other_namespace(const struct change *ch)
{
	for (size_t i = 0; i < ch->j.told.n; i++) {
		const struct spec *spec = &ch->j.told.tunnels[i].spec;

		if (snapshot_link(&ch->s, spec->role == ROLE_NAT ? spec->underlay : spec->dev))
			return false;
	}
	for (size_t i = 0; i < ch->j.n_formers; i++) {
		const struct former *f = &ch->j.formers[i];
		char now[SYSCTL_VALUE_SIZE];

		if (strcmp(f->value, f->made) && !sysctl_read(f->key, now, sizeof(now)) && !strcmp(now, f->made))
			return false;
	}
	return ch->j.told.n && !ch->s.nft.exists;
}

int change_open(struct change *ch, bool lock, struct err *err)
{
	int ret;

	memset(ch, 0, sizeof(*ch));
	ret = journal_open(&ch->j, lock, err);
	if (ret)
		return ret;
	ret = conversation_open(&ch->c, err);
	if (!ret)
		ret = snapshot_load(&ch->c, &ch->s, err);
	/* To look without the table may do; to change without it would leave it as it is and call that done. */
	if (!ret && lock && ch->s.nft_unknown)
		ret = err_sys(err, EPERM, "reading nf_tables table inet " SITCTL_TABLE);
	if (!ret && ch->j.by_inode && other_namespace(ch))
		ret = journal_clear(&ch->j, err);
	if (!ret) {
		told_claim(&ch->j.told, &ch->s);
		ret = told_observe(&ch->j.told, &ch->s, err);
	}
	if (!ret)
		ret = told_copy(&ch->told, &ch->j.told, err);
	if (ret)
		change_close(ch);
	return ret;
}

void change_close(struct change *ch)
{
	plan_free(&ch->plan);
	told_free(&ch->told);
	snapshot_free(&ch->s);
	conversation_close(&ch->c);
	journal_close(&ch->j);
}

static struct world world_of(struct change *ch)
{
	return (struct world){ .c = &ch->c, .s = &ch->s, .j = &ch->j, .told = &ch->told, .adopt = ch->adopt };
}

int change_put(struct change *ch, const struct spec *spec, struct err *err)
{
	struct world w = world_of(ch);
	struct spec effective = *spec;
	int ret = 0;

	if (spec->role == ROLE_NAT) {
		ret = rule_nat(&w, &effective, err);
		return ret ? ret : told_put(&ch->told, &effective, true, err);
	}
	if (spec->role == ROLE_PEER) {
		ret = rule_uplink(&ch->s, &ch->told.server, err);
		effective = spec_effective(spec, &ch->told.server);
	}
	if (!ret)
		ret = rule_local(&w, &effective, err);
	if (!ret)
		ret = rule_not_passed(&w, &effective, err);
	if (!ret)
		ret = told_put(&ch->told, spec, true, err);
	if (!ret && spec->role == ROLE_PEER)
		ret = rule_peer(&w, &effective, err);
	return ret;
}

void change_remove(struct change *ch, enum role role, const char *name)
{
	told_remove(&ch->told, role, name);
	/* What the last peer's add-peer prepared goes with it. */
	if (role == ROLE_PEER && !ch->told.server_explicit && !told_has_peers(&ch->told))
		change_server_down(ch);
}

int change_server(struct change *ch, const struct spec *spec, struct err *err)
{
	struct world w = world_of(ch);
	struct rivals rivals = { 0 };
	int ret;

	ch->told.server = *spec;
	ch->told.server_explicit = true;
	ret = rule_uplink(&ch->s, &ch->told.server, err);
	if (!ret)
		ret = rule_local(&w, &ch->told.server, err);
	if (!ret)
		ret = rivals_load(&rivals, &w, err);
	w.rivals = &rivals;
	for (size_t i = 0; !ret && i < ch->told.n; i++)
		if (ch->told.tunnels[i].spec.role == ROLE_PEER) {
			struct spec effective = spec_effective(&ch->told.tunnels[i].spec, &ch->told.server);

			ret = rule_peer(&w, &effective, err);
		}
	rivals_free(&rivals);
	return ret;
}

void change_server_down(struct change *ch)
{
	struct err ignored;

	told_remove_peers(&ch->told);
	spec_init(&ch->told.server, ROLE_SERVER, "", &ignored);
	ch->told.server_explicit = false;
}

int change_plan(struct change *ch, const struct scope *scope, struct err *err)
{
	struct world w = world_of(ch);

	plan_free(&ch->plan);
	return plan_build(&ch->plan, &w, scope, err);
}

int change_notes(struct change *ch, const struct scope *scope, struct err *err)
{
	struct world w = world_of(ch);
	const struct told_tunnel *t = NULL;
	int ret = 0;

	if (scope->role != ROLE_SERVER)
		t = told_find(&ch->told, scope->role, scope->name);
	if (t && scope->role == ROLE_NAT)
		ret = note_nat(&ch->plan, &w, &t->spec, err);
	if (t && scope->role == ROLE_CLIENT)
		ret = note_client(&ch->plan, &w, &t->spec, err);
	return ret ? ret : note_filters(&ch->plan, &w, scope, err);
}

/* Is the step one on an interface that is not ours, so that the journal must know of it? */
static bool journaled(const struct step *step)
{
	return step->op == STEP_CHANGE && step->want.kind == KIND_SYSCTL &&
	       (step->phase == PHASE_ACCEPT_RA || step->phase == PHASE_FORWARDING);
}

static bool lan_addr(const struct change *ch, const struct step *step)
{
	return step->op == STEP_ADD && step->want.kind == KIND_ADDR &&
	       told_wants_lan_addr(&ch->told, step->want.addr.ifname, &step->want.addr.net);
}

/* Kernels before 5.18 have no IFA_PROTO: after a kill nothing but the journal would tell whose it was. */
static bool nameless_addr(const struct step *step)
{
	return step->op == STEP_DEL && step->was.kind == KIND_ADDR && !step->was.addr.proto;
}

/* What must be on disk before the plan begins. J shares the formers and takes what is told. */
static int note_before(struct change *ch, struct err *err)
{
	struct journal *j = &ch->j;
	int ret = 0;

	for (size_t i = 0; !ret && i < ch->plan.n_pins; i++)
		ret = journal_note(j, ch->plan.pins[i], "1", "1", err);
	for (size_t i = 0; !ret && i < ch->plan.n; i++) {
		const struct step *step = &ch->plan.steps[i];

		if (journaled(step))
			ret = journal_note(j, step->want.sysctl.key, step->was.sysctl.value, step->want.sysctl.value,
					   err);
		else if (lan_addr(ch, step))
			ret = journal_note_made(j, step->want.addr.ifname, &step->want.addr.net, err);
		else if (nameless_addr(step))
			ret = journal_note_made(j, step->was.addr.ifname, &step->was.addr.net, err);
	}
	return ret;
}

/* Is the address, which we put on an interface that is not ours, still told? One of ours is noted while it goes. */
static bool still_made(const struct change *ch, const struct addr *made)
{
	return told_wants_lan_addr(&ch->told, made->ifname, &made->net);
}

/* After: J forgets the sysctls that went back or that nobody needs any more, and removed addresses. */
static void forget_after(const struct change *ch, struct journal *j)
{
	for (size_t i = 0; i < ch->plan.n_drops; i++)
		journal_forget(j, ch->plan.drops[i]);
	for (size_t i = j->n_made; i > 0; i--)
		if (!still_made(ch, &j->made[i - 1]))
			journal_forget_made(j, j->made[i - 1].ifname, &j->made[i - 1].net);
}

/* Has the journal what it need not have: after a kill between the last step and the journal's end? */
static bool journal_stale(const struct change *ch)
{
	for (size_t i = 0; i < ch->j.n_made; i++)
		if (!still_made(ch, &ch->j.made[i]))
			return true;
	return ch->plan.n_drops;
}

/* The plan was refused and undone: what was noted for it must not be taken for true later. */
static void forget_notes(struct change *ch, size_t n_formers, size_t n_made)
{
	/* Notes are appended; those of before are at the front, unchanged. */
	ch->j.n_formers = n_formers;
	ch->j.n_made = n_made;
}

static void swap_told(struct change *ch)
{
	struct told t = ch->j.told;

	ch->j.told = ch->told;
	ch->told = t;
}

static bool same_told(const struct told *a, const struct told *b)
{
	if (a->n != b->n || a->server_explicit != b->server_explicit ||
	    memcmp(&a->server, &b->server, sizeof(a->server)))
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->tunnels[i].recorded != b->tunnels[i].recorded ||
		    memcmp(&a->tunnels[i].spec, &b->tunnels[i].spec, sizeof(a->tunnels[i].spec)))
			return false;
	return true;
}

/*
 * Before the plan the journal says what is told now; and of a pass that ends what it was, since
 * after a kill nothing in the kernel tells that its connection tracking entries are to go.
 */
static int write_before(struct change *ch, struct err *err)
{
	struct told now = ch->told;
	int ret = told_copy(&ch->told, &now, err);

	for (size_t i = 0; !ret && i < ch->j.told.n; i++) {
		const struct told_tunnel *t = &ch->j.told.tunnels[i];

		if (t->spec.role == ROLE_NAT && !told_find(&now, ROLE_NAT, t->spec.name))
			ret = told_put(&ch->told, &t->spec, t->recorded, err);
	}
	swap_told(ch);
	if (!ret)
		ret = journal_write(&ch->j, err);
	swap_told(ch);
	told_free(&ch->told);
	ch->told = now;
	return ret;
}

static void *copied(const void *from, size_t n, size_t size)
{
	void *copy = calloc(n + 1, size);

	if (!copy)
		return NULL;
	if (n)
		memcpy(copy, from, n * size);
	return copy;
}

/*
 * When the plan is done: the journal without what is no longer needed, then the file of --save.
 * Until both are written the old ones are kept in memory, for an undo.
 */
static int finish(void *data, struct err *err)
{
	struct change *ch = data;
	struct journal after = ch->j;
	int ret = 0;

	after.told = ch->told;
	after.formers = copied(ch->j.formers, ch->j.n_formers, sizeof(*after.formers));
	after.made = copied(ch->j.made, ch->j.n_made, sizeof(*after.made));
	if (!after.formers || !after.made)
		ret = err_sys(err, ENOMEM, "journal");
	if (!ret) {
		forget_after(ch, &after);
		ret = journal_write(&after, err);
		ch->j.written = after.written;
	}
	if (!ret && ch->save)
		ret = conf_commit(ch->save, err);
	if (ret) {
		free(after.formers);
		free(after.made);
		return ret;
	}
	free(ch->j.formers);
	free(ch->j.made);
	ch->told = ch->j.told;
	ch->j = after;
	return 0;
}

/* A nat pass does without: it has rules, and sysctls of IPv4. */
static bool needs_ipv6(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *step = &plan->steps[i];

		if (step->op == STEP_DEL || step->want.kind == KIND_NFT || step->want.kind == KIND_CONNTRACK)
			continue;
		if (step->want.kind != KIND_SYSCTL || !strncmp(step->want.sysctl.key, "net/ipv6/", 9))
			return true;
	}
	return false;
}

int change_apply(struct change *ch, struct err *err)
{
	size_t n_formers = ch->j.n_formers, n_made = ch->j.n_made;
	struct err ignored;
	int ret = 0;

	if (!ch->plan.n && !journal_stale(ch) && same_told(&ch->told, &ch->j.told))
		return ch->save ? conf_commit(ch->save, err) : 0;
	if (needs_ipv6(&ch->plan))
		ret = rule_ipv6(err);
	if (!ret)
		ret = note_before(ch, err);
	if (!ret)
		ret = write_before(ch, err);
	if (ret) {
		forget_notes(ch, n_formers, n_made);
		return ret;
	}
	ch->plan.finish = finish;
	ch->plan.data = ch;
	ret = plan_apply(&ch->plan, &ch->c, &ch->s, err);
	if (ret && ch->plan.undo_failed) {
		/* Some of it is still there: the journal says what was meant, as after a kill, for `up` or `down` to settle. */
		write_before(ch, &ignored);
	} else if (ret) {
		forget_notes(ch, n_formers, n_made);
		journal_write(&ch->j, &ignored);
	}
	return ret;
}
