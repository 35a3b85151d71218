/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change/change.h"
#include "conf/write.h"
#include "plan/apply.h"
#include "plan/barriers.h"
#include "plan/openrelay.h"
#include "plan/build.h"
#include "plan/farend.h"
#include "plan/natrules.h"
#include "plan/rules.h"
#include "plan/wanted.h"
#include "state/derive.h"
#include "state/saved.h"

int change_open(struct change *ch, bool lock, struct err *err)
{
	int ret;

	memset(ch, 0, sizeof(*ch));
	ret = host_open(&ch->host, lock ? HOST_CHANGE : HOST_LOOK, err);
	if (ret)
		return ret;
	ret = desired_copy(&ch->desired, &ch->host.j.desired, err);
	if (ret)
		change_close(ch);
	return ret;
}

void change_close(struct change *ch)
{
	plan_free(&ch->plan);
	desired_free(&ch->desired);
	host_close(&ch->host);
}

static struct world world_of(struct change *ch)
{
	struct world w = host_world(&ch->host, &ch->desired);

	w.adopt = ch->adopt;
	return w;
}

int change_put(struct change *ch, const struct spec *spec, struct err *err)
{
	struct world w = world_of(ch);
	struct spec effective = *spec;
	int ret = 0;

	if (spec->role == ROLE_NAT) {
		ret = rule_nat(&w, &effective, err);
		return ret ? ret : desired_put(&ch->desired, &effective, true, err);
	}
	if (spec->role == ROLE_PEER) {
		ret = rule_uplink(&ch->host.s, &ch->desired.server, err);
		effective = spec_effective(spec, &ch->desired.server);
	}
	if (!ret)
		ret = rule_lasts(&effective, err);
	if (!ret)
		ret = rule_far_end(w.s, &effective, err);
	if (!ret)
		ret = rule_local(&w, &effective, err);
	if (!ret)
		ret = rule_not_passed(&w, &effective, err);
	if (!ret)
		ret = desired_put(&ch->desired, spec, true, err);
	if (!ret && spec->role == ROLE_PEER)
		ret = rule_peer(&w, &effective, err);
	return ret;
}

void change_remove(struct change *ch, enum role role, const char *name)
{
	desired_remove(&ch->desired, role, name);
	/* What add-peer prepared for the first peer is removed with the last one. */
	if (role == ROLE_PEER && !ch->desired.server_explicit && !desired_has(&ch->desired, ROLE_PEER))
		change_server_down(ch);
}

int change_server(struct change *ch, const struct spec *spec, struct err *err)
{
	struct world w = world_of(ch);
	struct rivals rivals = { 0 };
	int ret;

	ch->desired.server = *spec;
	ch->desired.server_explicit = true;
	ret = rule_uplink(&ch->host.s, &ch->desired.server, err);
	if (!ret)
		ret = rule_local(&w, &ch->desired.server, err);
	if (!ret)
		ret = rivals_load(&rivals, &w, err);
	w.rivals = &rivals;
	for (size_t i = 0; !ret && i < ch->desired.n; i++)
		if (ch->desired.tunnels[i].spec.role == ROLE_PEER) {
			struct spec effective = spec_effective(&ch->desired.tunnels[i].spec, &ch->desired.server);

			ret = rule_peer(&w, &effective, err);
		}
	rivals_free(&rivals);
	return ret;
}

void change_server_down(struct change *ch)
{
	struct err ignored;

	desired_remove_all(&ch->desired, ROLE_PEER);
	spec_init(&ch->desired.server, ROLE_SERVER, "", &ignored);
	ch->desired.server_explicit = false;
}

void change_keep_down(struct change *ch, enum role role, const char *name)
{
	ch->down = (struct scope){ .role = role, .name = name };
}

/* Is something that the user took down desired again? */
static bool up_again(const struct change *ch, enum role role, const char *name)
{
	if (role == ROLE_SERVER)
		return ch->desired.server_explicit || desired_has(&ch->desired, ROLE_PEER);
	if (!name[0])
		return desired_has(&ch->desired, role);
	return desired_find(&ch->desired, role, name);
}

bool change_kept_down(const struct change *ch, enum role role, const char *name)
{
	return saved_has_down(&ch->host.j.saved, role, name) && !up_again(ch, role, name);
}

void change_nat_down(struct change *ch)
{
	desired_remove_all(&ch->desired, ROLE_NAT);
}

int change_plan(struct change *ch, const struct scope *scope, struct err *err)
{
	struct world w = world_of(ch);

	plan_free(&ch->plan);
	return plan_build(&ch->plan, &w, scope, err);
}

int change_is_clean(struct change *ch, const struct scope *scope, struct err *err)
{
	struct desired now = ch->desired;
	int ret;

	ch->desired = ch->host.j.desired;
	ret = change_plan(ch, scope, err);
	ch->desired = now;
	for (size_t i = 0; !ret && i < ch->plan.n; i++)
		if (!step_silent(&ch->plan.steps[i]))
			return 0;
	return ret ? ret : 1;
}

int change_warnings(struct change *ch, const struct scope *scope, struct err *err)
{
	struct world w = world_of(ch);
	const struct desired_tunnel *t = NULL;
	int ret = 0;

	if (scope->role != ROLE_SERVER)
		t = desired_find(&ch->desired, scope->role, scope->name);
	for (size_t i = 0; !ret && scope->role == ROLE_NAT && i < ch->desired.n; i++)
		if (in_scope(scope, ch->desired.tunnels[i].spec.role, name_text(ch->desired.tunnels[i].spec.name)))
			ret = warn_nat(&ch->plan, &w, &ch->desired.tunnels[i].spec, err);
	if (!ret && t && scope->role == ROLE_CLIENT)
		ret = warn_client(&ch->plan, &w, &t->spec, err);
	return ret ? ret : warn_open_relays(&ch->plan, &w, err);
}

int change_filters(struct change *ch, const struct scope *scope, struct err *err)
{
	struct world w = host_world(&ch->host, ch->done ? &ch->host.j.desired : &ch->desired);

	journal_unlock(&ch->host.j);
	return warn_filters(&ch->plan, &w, scope, err);
}

/* Does OTHER have the tunnel T, and the same? */
static bool same_in(const struct desired *other, const struct desired_tunnel *t)
{
	const struct desired_tunnel *found = desired_find(other, t->spec.role, name_text(t->spec.name));

	return found && spec_equal(&found->spec, &t->spec);
}

static bool same_server(const struct desired *a, const struct desired *b)
{
	return a->server_explicit == b->server_explicit && spec_equal(&a->server, &b->server);
}

bool change_is_same(const struct change *ch, const struct change *made, const struct scope *scope)
{
	const struct desired *then = &made->host.j.desired;
	const struct desired_tunnel *t;

	if (scope->role == ROLE_SERVER)
		return same_server(&ch->desired, then);
	t = desired_find(then, scope->role, scope->name);
	return t ? same_in(&ch->desired, t) : !desired_find(&ch->desired, scope->role, scope->name);
}

/* The tunnels, and with them the server, as they were. */
static int restore_tunnels(struct change *ch, const struct desired *before, const struct desired *after, bool *all,
			   struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < before->n; i++) {
		const struct desired_tunnel *t = &before->tunnels[i];
		const char *name = name_text(t->spec.name);
		const struct desired_tunnel *made = desired_find(after, t->spec.role, name);
		bool untouched = made ? same_in(&ch->desired, made) : !desired_find(&ch->desired, t->spec.role, name);

		if (same_in(after, t))
			continue;
		*all = *all && untouched;
		if (untouched)
			ret = desired_put(&ch->desired, &t->spec, t->recorded, err);
	}
	return ret;
}

int change_restore(struct change *ch, const struct journal *before, const struct desired *after, bool *all,
		   struct err *err)
{
	const struct desired *was = &before->desired;
	const struct saved *entry;
	int ret;

	*all = true;
	for (size_t i = 0; i < after->n; i++) {
		const struct desired_tunnel *t = &after->tunnels[i];
		const char *name = name_text(t->spec.name);

		if (desired_find(was, t->spec.role, name))
			continue;
		*all = *all && same_in(&ch->desired, t);
		if (same_in(&ch->desired, t))
			change_remove(ch, t->spec.role, name);
	}
	if (!same_server(was, after) && same_server(&ch->desired, after)) {
		spec_free(&ch->desired.server);
		spec_copy(&ch->desired.server, &was->server);
		ch->desired.server_explicit = was->server_explicit;
	}
	ret = restore_tunnels(ch, was, after, all, err);
	for (size_t at = 0; !ret && (entry = saved_next(&before->saved, SAVED_DOWN, &at));)
		if (!saved_has_down(&ch->host.j.saved, entry->down.role, entry->down.name))
			ret = saved_add_down(&ch->host.j.saved, entry->down.role, entry->down.name, err);
	return ret;
}

/* Is the step on a foreign interface, so that the journal must record it? */
static bool journaled(const struct step *step)
{
	return step->op == STEP_CHANGE && step->want->kind == KIND_SYSCTL &&
	       (step->phase == PHASE_ACCEPT_RA || step->phase == PHASE_FORWARDING);
}

static bool lan_addr(const struct change *ch, const struct step *step)
{
	return step->op == STEP_ADD && step->want->kind == KIND_ADDR &&
	       desired_has_lan_addr(&ch->desired, step->want->addr.ifname, &step->want->addr.net);
}

/* Kernels before 5.18 have no IFA_PROTO: after a kill only the journal would show whose address it was. */
static bool nameless_addr(const struct step *step)
{
	return step->op == STEP_DEL && step->was->kind == KIND_ADDR && !step->was->addr.proto;
}

/* Record what must be on disk before the plan begins. */
static int record_before(struct change *ch, struct err *err)
{
	struct journal *j = &ch->host.j;
	int ret = 0;

	if (ch->down.role)
		ret = saved_add_down(&j->saved, ch->down.role, ch->down.name, err);
	for (size_t i = 0; !ret && i < ch->plan.n_pins; i++)
		ret = saved_add_sysctl(&j->saved, ch->plan.pins[i], "1", "1", err);
	for (size_t i = 0; !ret && i < ch->plan.n; i++) {
		const struct step *step = &ch->plan.steps[i];
		char key[SYSCTL_KEY_SIZE];

		if (journaled(step)) {
			sysctl_key(&step->want->sysctl, key);
			ret = saved_add_sysctl(&j->saved, key, step->was->sysctl.value, step->want->sysctl.value, err);
		}
		if (lan_addr(ch, step))
			ret = saved_add_addr(&j->saved, step->want->addr.ifname, &step->want->addr.net, err);
		else if (nameless_addr(step))
			ret = saved_add_addr(&j->saved, step->was->addr.ifname, &step->was->addr.net, err);
	}
	return ret;
}

/*
 * Is the address, which we added to a foreign interface, still desired? On ours, it is recorded only while it is
 * removed.
 */
static bool still_made(const struct change *ch, const struct saved_addr *made)
{
	return desired_has_lan_addr(&ch->desired, made->ifname, &made->net);
}

/* Afterwards J forgets sysctls that were restored or are no longer needed, and removed addresses. */
static void forget_after(const struct change *ch, struct journal *j)
{
	for (size_t i = 0; i < ch->plan.n_drops; i++)
		saved_forget_sysctl(&j->saved, ch->plan.drops[i]);
	for (size_t i = j->saved.n; i > 0; i--) {
		const struct saved *entry = &j->saved.items[i - 1];

		if (entry->kind == SAVED_ADDR && !still_made(ch, &entry->addr))
			saved_forget_addr(&j->saved, entry->addr.ifname, &entry->addr.net);
		else if (entry->kind == SAVED_DOWN && up_again(ch, entry->down.role, entry->down.name))
			saved_forget_down(&j->saved, entry->down.role, entry->down.name);
	}
}

/* Does the journal have unneeded entries, after a kill just before it was written last; or does it lack any? */
static bool journal_differs(const struct change *ch)
{
	const struct saved *entry;

	if (ch->down.role && !change_kept_down(ch, ch->down.role, ch->down.name))
		return true;
	for (size_t at = 0; (entry = saved_next(&ch->host.j.saved, SAVED_DOWN, &at));)
		if (up_again(ch, entry->down.role, entry->down.name))
			return true;
	for (size_t at = 0; (entry = saved_next(&ch->host.j.saved, SAVED_ADDR, &at));)
		if (!still_made(ch, &entry->addr))
			return true;
	return ch->plan.n_drops;
}

/* The plan was refused and undone: what was recorded for it must not be believed later. */
static void forget_records(struct change *ch, size_t n_saved)
{
	/* Entries are appended; the previous ones are at the front, unchanged. */
	ch->host.j.saved.n = n_saved;
}

static void swap_desired(struct change *ch)
{
	struct desired t = ch->host.j.desired;

	ch->host.j.desired = ch->desired;
	ch->desired = t;
}

static bool same_desired(const struct desired *a, const struct desired *b)
{
	if (a->n != b->n || !same_server(a, b))
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->tunnels[i].recorded != b->tunnels[i].recorded ||
		    !spec_equal(&a->tunnels[i].spec, &b->tunnels[i].spec))
			return false;
	return true;
}

/*
 * Before the plan, the journal gets what is desired now, and keeps a pass that ends, since after a
 * kill nothing in the kernel would show that its connection tracking entries are to be removed.
 */
static int write_before(struct change *ch, struct err *err)
{
	struct desired now = ch->desired;
	int ret = desired_copy(&ch->desired, &now, err);

	for (size_t i = 0; !ret && i < ch->host.j.desired.n; i++) {
		const struct desired_tunnel *t = &ch->host.j.desired.tunnels[i];

		if (t->spec.role == ROLE_NAT && !desired_find(&now, ROLE_NAT, name_text(t->spec.name)))
			ret = desired_put(&ch->desired, &t->spec, t->recorded, err);
	}
	swap_desired(ch);
	if (!ret)
		ret = journal_write(&ch->host.j, err);
	swap_desired(ch);
	desired_free(&ch->desired);
	ch->desired = now;
	return ret;
}

/*
 * When the plan is done, write the journal without what is no longer needed, then the file of
 * --save. Until both are written, the old contents are kept in memory for an undo.
 */
static int finish(void *data, struct err *err)
{
	struct change *ch = data;
	struct journal after = ch->host.j;
	int ret;

	after.desired = ch->desired;
	ret = saved_copy(&after.saved, &ch->host.j.saved, err);
	if (!ret) {
		forget_after(ch, &after);
		ret = journal_write(&after, err);
		ch->host.j.written = after.written;
	}
	if (!ret && ch->save)
		ret = conf_commit(ch->save, err);
	if (ret) {
		saved_free(&after.saved);
		return ret;
	}
	saved_free(&ch->host.j.saved);
	ch->desired = ch->host.j.desired;
	ch->host.j = after;
	ch->done = true;
	return 0;
}

/* A nat pass does not: it has only rules, and sysctls of IPv4. */
static bool needs_ipv6(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *step = &plan->steps[i];

		if (step->op == STEP_DEL || step->want->kind == KIND_NFT || step->want->kind == KIND_CONNTRACK)
			continue;
		if (step->want->kind != KIND_SYSCTL || step->want->sysctl.version == 6)
			return true;
	}
	return false;
}

int change_apply(struct change *ch, struct err *err)
{
	size_t n_saved = ch->host.j.saved.n;
	struct err ignored;
	int ret = 0;

	if (!ch->plan.n && !journal_differs(ch) && same_desired(&ch->desired, &ch->host.j.desired))
		return ch->save ? conf_commit(ch->save, err) : 0;
	if (needs_ipv6(&ch->plan))
		ret = rule_ipv6(err);
	if (!ret)
		ret = record_before(ch, err);
	if (!ret)
		ret = write_before(ch, err);
	if (ret) {
		forget_records(ch, n_saved);
		return ret;
	}
	ch->plan.finish = finish;
	ch->plan.data = ch;
	ret = plan_apply(&ch->plan, &ch->host.c, &ch->host.s, err);
	if (ret && ch->plan.undo_failed) {
		/*
		 * Some of it remains: as after a kill, the journal records the intent, so that `up` or `down` can clean
		 * up.
		 */
		write_before(ch, &ignored);
	} else if (ret) {
		forget_records(ch, n_saved);
		journal_write(&ch->host.j, &ignored);
	}
	return ret;
}
