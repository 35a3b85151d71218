/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sysctls that all tunnels share: forwarding, accept_ra, proxy_ndp; their previous values, and
 * when these are restored.
 *
 * Linux forwards IPv6 only if all.forwarding is 1, or, since 6.17, if force_forwarding is 1 on the
 * receiving interface, which affects less. Setting any `forwarding` immediately removes default
 * routes learned from router advertisements on interfaces whose accept_ra is not 2
 * (addrconf_fixup_forwarding(), net/ipv6/addrconf.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/forwarding.h" /* before linux/: glibc and the kernel define the same names */
#include "kernel/mark.h"
#include "plan/rules.h"
#include "state/derive.h"
#include "state/saved.h"
#include "state/snapshotfind.h"

#include <linux/rtnetlink.h>

#define CONF "net/ipv6/conf/"
#define CONF4 "net/ipv4/conf/"
#define ALL_FORWARDING CONF "all/forwarding"

/* The sysctls wanted now: those in the journal but not in here are restored. */
struct wanted {
	struct plan *plan;
	const struct world *w;
	char (*keys)[SYSCTL_KEY_SIZE];
	size_t n;
};

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

static bool sysctl_is(const char *key, const char *value)
{
	char now[SYSCTL_VALUE_SIZE];

	return !sysctl_read(key, now, sizeof(now)) && !strcmp(now, value);
}

static void conf_key(char *key, const char *ifname, const char *name)
{
	snprintf(key, SYSCTL_KEY_SIZE, CONF "%s/%s", ifname, name);
}

static bool conf_is(const char *ifname, const char *name, const char *value)
{
	char key[SYSCTL_KEY_SIZE];

	conf_key(key, ifname, name);
	return sysctl_is(key, value);
}

enum forwarding_mode forwarding_mode(const struct journal *j)
{
	char value[SYSCTL_VALUE_SIZE];

	if (saved_find_sysctl(&j->saved, ALL_FORWARDING))
		return FORWARDING_ALL;
	if (sysctl_is(ALL_FORWARDING, "1"))
		return FORWARDING_GIVEN;
	return sysctl_read(CONF "all/force_forwarding", value, sizeof(value)) ? FORWARDING_ALL : FORWARDING_FORCE;
}

/* Want the sysctl LEAF of the interface IFNAME to have VALUE. */
static int derive_sysctl(struct wanted *set, uint8_t version, const char *ifname, const char *leaf, const char *value,
			 enum phase phase, struct err *err)
{
	struct object object = { .kind = KIND_SYSCTL,
				 .sysctl = { .version = version, .ifname = ifname, .leaf = leaf, .value = value } };
	char key[SYSCTL_KEY_SIZE], text[SYSCTL_KEY_SIZE], now[SYSCTL_VALUE_SIZE];
	struct object was = object;
	int ret;

	sysctl_key(&object.sysctl, key);
	ret = plan_key(&set->keys, &set->n, key, err);
	if (ret)
		return ret;
	was.sysctl.value = now;
	ret = sysctl_read(key, now, sizeof(now));
	/* An interface that has gone is no reason to refuse unrelated changes. */
	if (ret == -ENOENT && strcmp(ifname, "all") && !snapshot_link(set->w->s, ifname))
		return 0;
	if (ret == -ENOENT && rule_ipv6(err))
		return -EAFNOSUPPORT;
	if (ret) {
		err_sys(err, -ret, "sysctl %s", sysctl_text(key, text));
		if (ret == -ENOENT)
			err_hint(err, "check whether IPv6 is enabled on %s", ifname);
		return ret;
	}
	return strcmp(now, value) ? plan_step(set->plan, STEP_CHANGE, phase, &was, &object, err) : 0;
}

static int derive_conf(struct wanted *set, const char *ifname, const char *leaf, const char *value, enum phase phase,
		       struct err *err)
{
	return derive_sysctl(set, 6, ifname, leaf, value, phase, err);
}

static bool has_ra_default(const struct snapshot *s, const char *ifname)
{
	for (size_t i = 0; i < s->n_routes; i++)
		if (!s->routes[i].dst.len && s->routes[i].proto == RTPROT_RA && !strcmp(s->routes[i].ifname, ifname))
			return true;
	return false;
}

/*
 * accept_ra=2 on every interface that has an RA default route, or may get one, which forwarding would remove. Addresses
 * and prefixes from RAs would be lost too, so accept_ra_defrtr is irrelevant.
 */
static int derive_accept_ra(struct wanted *set, bool all_changes, struct err *err)
{
	const struct world *w = set->w;
	const struct saved_sysctl *saved;
	char key[SYSCTL_KEY_SIZE];
	int ret = 0;

	for (size_t i = 0; !ret && i < w->s->n_links; i++) {
		const struct link *link = &w->s->links[i];
		bool may;

		conf_key(key, link->name, "accept_ra");
		saved = saved_find_sysctl(&w->j->saved, key);
		/*
		 * Recorded but not done (a kill), or the interface was recreated: set it again. Any other
		 * value was set by another program, and stays until it is reset.
		 */
		if (saved) {
			ret = sysctl_is(key, saved->value)
				      ? derive_conf(set, link->name, "accept_ra", "2", PHASE_ACCEPT_RA, err)
				      : plan_key(&set->keys, &set->n, key, err);
			continue;
		}
		if (link_ours(link) || (link->flags & IFF_LOOPBACK) || !conf_is(link->name, "accept_ra", "1"))
			continue;
		/* sit0 and similar devices belong to the kernel, and no router advertises on them. */
		may = !link->is_sit && (!strcmp(link->name, name_text(w->desired->server.uplink)) ||
					(all_changes && conf_is(link->name, "forwarding", "0")));
		if (may || has_ra_default(w->s, link->name))
			ret = derive_conf(set, link->name, "accept_ra", "2", PHASE_ACCEPT_RA, err);
	}
	return ret;
}

/*
 * Interfaces whose own forwarding is on: setting all.forwarding=0 at the end, or in an undo, would
 * stop them. The journal records them for the end; a silent step restores them in an undo.
 */
static int pin_forwarding(struct wanted *set, struct err *err)
{
	struct object was = { .kind = KIND_SYSCTL, .sysctl = { .version = 6, .leaf = "forwarding", .value = "1" } };
	const struct snapshot *s = set->w->s;
	char key[SYSCTL_KEY_SIZE];
	int ret = 0;

	for (size_t i = 0; !ret && i <= s->n_links; i++) {
		was.sysctl.ifname = i < s->n_links ? s->links[i].name : "default";
		sysctl_key(&was.sysctl, key);
		if (!sysctl_is(key, "1"))
			continue;
		ret = plan_key(&set->plan->pins, &set->plan->n_pins, key, err);
		if (!ret)
			ret = plan_step(set->plan, STEP_DEL, PHASE_FORWARDING, &was, NULL, err);
	}
	return ret;
}

static bool any_proxied(const struct world *w)
{
	struct net6 range;

	for (size_t i = 0; i < w->desired->n; i++) {
		unsigned int at = 0;

		if (derive_proxied(w->s, name_text(w->desired->server.uplink), &w->desired->tunnels[i].spec, &at,
				   &range))
			return true;
	}
	return false;
}

/* force_forwarding where packets for the tunnels arrive: on the uplink and the LANs. */
static int derive_force(struct wanted *set, struct err *err)
{
	const struct desired *t = set->w->desired;
	int ret = 0;

	if (t->server.uplink.at)
		ret = derive_conf(set, name_text(t->server.uplink), "force_forwarding", "1", PHASE_FORWARDING, err);
	for (size_t i = 0; i < t->n; i++) {
		const struct prefix *site;

		for (unsigned int k = 0; !ret && (site = derive_site(&t->tunnels[i].spec, k)); k++)
			if (site->ifname.at)
				ret = derive_conf(set, name_text(site->ifname), "force_forwarding", "1",
						  PHASE_FORWARDING, err);
	}
	return ret;
}

/* IPv4 forwarding depends on the receiving interface (IN_DEV_FORWARD(), net/ipv4/route.c): both sides of a nat pass. */
static int derive_passed(struct wanted *set, struct err *err)
{
	const struct desired *t = set->w->desired;
	int ret = 0;

	for (size_t i = 0; !ret && i < t->n; i++) {
		const struct spec *nat = &t->tunnels[i].spec;

		if (nat->role == ROLE_NAT)
			ret = derive_sysctl(set, 4, name_text(nat->underlay), "forwarding", "1", PHASE_FORWARDING, err);
		if (!ret && nat->role == ROLE_NAT && nat->inside.at)
			ret = derive_sysctl(set, 4, name_text(nat->inside), "forwarding", "1", PHASE_FORWARDING, err);
	}
	return ret;
}

static int derive_all(struct wanted *set, struct err *err)
{
	const char *uplink = name_text(set->w->desired->server.uplink);
	enum forwarding_mode mode = set->w->mode;
	bool all_changes = mode == FORWARDING_ALL && !sysctl_is(ALL_FORWARDING, "1");
	bool proxied = any_proxied(set->w);
	int ret = 0;

	if (derive_forwarding(set->w->desired) && mode == FORWARDING_ALL) {
		ret = all_changes ? pin_forwarding(set, err) : 0;
		if (!ret)
			ret = derive_accept_ra(set, all_changes, err);
		if (!ret)
			ret = derive_conf(set, "all", "forwarding", "1", PHASE_FORWARDING, err);
	}
	if (!ret && derive_forwarding(set->w->desired) && mode == FORWARDING_FORCE) {
		/* Only the proxy needs `forwarding`, with its effect on RA routes. */
		ret = proxied ? derive_accept_ra(set, false, err) : 0;
		if (!ret)
			ret = derive_force(set, err);
	}
	/* Even if all.forwarding is on already, a `forwarding` that we set on an interface removes RA routes. */
	if (!ret && mode == FORWARDING_GIVEN && derive_forwarding(set->w->desired) &&
	    (!conf_is("default", "forwarding", "1") || (proxied && !conf_is(uplink, "forwarding", "1")) ||
	     saved_has_leaf(&set->w->j->saved, "accept_ra")))
		ret = derive_accept_ra(set, false, err);
	if (!ret && proxied) {
		ret = derive_conf(set, uplink, "proxy_ndp", "1", PHASE_FORWARDING, err);
		if (!ret && !all_changes)
			ret = derive_conf(set, uplink, "forwarding", "1", PHASE_FORWARDING, err);
	}
	return ret;
}

static bool is_wanted(const struct wanted *set, const char *key)
{
	for (size_t i = 0; i < set->n; i++)
		if (!strcmp(set->keys[i], key))
			return true;
	return false;
}

/* A value that we did not change, but that restoring all.forwarding would change. */
static bool pinned(const struct saved_sysctl *f)
{
	return !strcmp(f->value, f->made);
}

/* Restore one value from the journal, unless another program changed it meanwhile. */
static int restore(struct plan *plan, const struct saved_sysctl *f, struct err *err)
{
	struct object was = { .kind = KIND_SYSCTL }, object = { .kind = KIND_SYSCTL };
	enum phase phase = ends_with(f->key, "/accept_ra") ? PHASE_RESTORE_ACCEPT_RA : PHASE_RESTORE_FORWARDING;
	char key[SYSCTL_KEY_SIZE], text[SYSCTL_KEY_SIZE], now[SYSCTL_VALUE_SIZE];
	const char *name = sysctl_text(f->key, text);
	int ret;

	snprintf(key, sizeof(key), "%s", f->key);
	if (!sysctl_split(key, &object.sysctl))
		return 0; /* the journal contains no others */
	object.sysctl.value = f->value;
	was.sysctl = object.sysctl;
	was.sysctl.value = now;
	ret = sysctl_read(f->key, now, sizeof(now));
	if (ret == -ENOENT)
		return 0; /* the interface is gone, and its value with it */
	if (ret)
		return err_sys(err, -ret, "sysctl %s", name);
	/* Restoring all.forwarding sets it to 0, now or earlier in a `down` that was killed. */
	if (pinned(f)) {
		was.sysctl.value = "0";
		return plan_step(plan, STEP_CHANGE, PHASE_RESTORE_ALL, &was, &object, err);
	}
	if (!strcmp(now, f->value))
		return plan_warn(plan, err, "sysctl %s: another program has already set it back to %s", name, f->value);
	if (strcmp(now, f->made))
		return plan_warn(
			plan, err,
			"sysctl %s: left at %s, which another program set (sitctl had changed it to %s from %s)", name,
			now, f->made, f->value);
	/* Forwarding was enabled for all interfaces meanwhile: a 0 on this one would be an exception. */
	if (!strncmp(f->key, CONF4, strlen(CONF4)) && sysctl_is(CONF4 "all/forwarding", "1"))
		return plan_warn(plan, err, "sysctl %s: left at %s, since net.ipv4.conf.all.forwarding is 1", name,
				 f->made);
	return plan_step(plan, STEP_CHANGE, phase, &was, &object, err);
}

int plan_sysctls(struct plan *plan, const struct world *w, struct err *err)
{
	struct wanted set = { .plan = plan, .w = w };
	const struct saved_sysctl *all = saved_find_sysctl(&w->j->saved, ALL_FORWARDING);
	const struct saved *entry;
	bool all_restored;
	int ret;

	ret = derive_all(&set, err);
	if (!ret)
		ret = derive_passed(&set, err);
	all_restored = all && !is_wanted(&set, ALL_FORWARDING) &&
		       (sysctl_is(ALL_FORWARDING, all->made) || sysctl_is(ALL_FORWARDING, all->value));
	for (size_t at = 0; !ret && (entry = saved_next(&w->j->saved, SAVED_SYSCTL, &at));) {
		const struct saved_sysctl *f = &entry->sysctl;

		if (is_wanted(&set, f->key) || (pinned(f) && is_wanted(&set, ALL_FORWARDING)))
			continue;
		ret = plan_key(&plan->drops, &plan->n_drops, f->key, err);
		if (!ret && (!pinned(f) || all_restored))
			ret = restore(plan, f, err);
	}
	free(set.keys);
	return ret;
}
