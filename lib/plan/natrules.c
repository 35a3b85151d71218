/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan/natrules.h"
#include "plan/farend.h"
#include "plan/rules.h"
#include "state/snapshotfind.h"

/* Protocol 41 has no ports: only the server's address determines where a packet goes. */
static int rule_one_inside(const struct world *w, const struct spec *nat, struct err *err)
{
	char remote[NET6_TEXT], to[NET6_TEXT];

	addr4_text(nat->remote, remote);
	for (size_t i = 0; i < w->desired->n; i++) {
		const struct spec *other = &w->desired->tunnels[i].spec;

		if (other->remote.s_addr != nat->remote.s_addr ||
		    (other->role == ROLE_NAT && name_equal(other->name, nat->name)))
			continue;
		if (other->role == ROLE_NAT) {
			err_usage(err, "remote",
				  "%s is already passed to %s by '%s': protocol 41 has no ports, so a server can have "
				  "only one inside host",
				  remote, addr4_text(other->to, to), name_text(other->name));
			err_hint(err, "run 'sitctl nat unpass %s' first, or use another address of the server",
				 name_text(other->name));
		} else {
			err_usage(err, "remote", "%s is the far end of this host's own tunnel '%s'", remote,
				  name_text(other->name));
			err_hint(err, "remove one of the two: protocol 41 has no ports to tell them apart");
		}
		return -EINVAL;
	}
	return 0;
}

int rule_not_passed(const struct world *w, const struct spec *spec, struct err *err)
{
	char remote[NET6_TEXT], to[NET6_TEXT];

	for (size_t i = 0; (!w->rivals || w->rivals->passes) && i < w->desired->n; i++) {
		const struct spec *nat = &w->desired->tunnels[i].spec;

		if (nat->role != ROLE_NAT || nat->remote.s_addr != spec->remote.s_addr)
			continue;
		err_usage(err, "remote", "protocol 41 from %s is passed on to %s by 'nat pass %s'",
			  addr4_text(spec->remote, remote), addr4_text(nat->to, to), name_text(nat->name));
		err_hint(err, "run 'sitctl nat unpass %s' first", name_text(nat->name));
		return -EINVAL;
	}
	return 0;
}

/*
 * The interface to the inside host, as far as it can be determined now: while the LAN is down, the
 * previous result stays.
 */
static int find_inside(const struct world *w, struct spec *nat, struct err *err)
{
	static const struct in_addr any;
	const struct desired_tunnel *before = desired_find(&w->j->desired, ROLE_NAT, name_text(nat->name));
	const struct link *link;
	struct path path;
	int ret = path_lookup(w->c, nat->to, any, 0, 0, &path, err);

	link = !ret && path.reachable ? snapshot_link_index(w->s, path.index) : NULL;
	if (link && strcmp(link->name, name_text(nat->underlay)))
		name_hold(&nat->inside, link->name);
	else if (before && before->spec.to.s_addr == nat->to.s_addr)
		nat->inside = before->spec.inside;
	return ret;
}

int rule_nat(const struct world *w, struct spec *nat, struct err *err)
{
	static const struct in_addr any;
	const struct link *link;
	char text[NET6_TEXT];
	struct path path;
	int ret = rule_far_end(w->s, nat, err);

	if (!ret && nat->to.s_addr == nat->remote.s_addr)
		ret = err_usage(err, "to", "%s is the remote itself", addr4_text(nat->to, text));
	if (!ret)
		ret = rule_one_inside(w, nat, err);
	if (ret)
		return ret;
	if (nat->underlay.at) {
		if (snapshot_link(w->s, name_text(nat->underlay)))
			return find_inside(w, nat, err);
		err_usage(err, name_text(nat->underlay), "no interface has this name");
		err_hint(err, "give the outside interface; see 'ip link'");
		return -EINVAL;
	}
	ret = path_lookup(w->c, nat->remote, any, 0, 0, &path, err);
	if (ret)
		return ret;
	link = path.reachable ? snapshot_link_index(w->s, path.index) : NULL;
	if (link) {
		char *const words[] = { "interface", (char *)link->name };

		ret = spec_words(nat, 2, words, err);
		return ret ? ret : find_inside(w, nat, err);
	}
	err_usage(err, "remote", "this host has no route to %s", addr4_text(nat->remote, text));
	err_hint(err, "name the outside interface: 'interface IFACE'");
	return -EINVAL;
}

int warn_nat(struct plan *plan, const struct world *w, const struct spec *nat, struct err *err)
{
	static const struct in_addr any;
	char text[NET6_TEXT];
	struct path path;
	int ret = path_lookup(w->c, nat->to, any, 0, 0, &path, err);
	const struct link *link = !ret && path.reachable ? snapshot_link_index(w->s, path.index) : NULL;

	addr4_text(nat->to, text);
	if (!ret && !link)
		ret = plan_warn(plan, err, "to: this host has no route to %s yet", text);
	else if (!ret && !strcmp(link->name, name_text(nat->underlay)))
		ret = plan_warn(plan, err,
				"to: this host reaches %s through %s, the outside interface; check the address", text,
				link->name);
	return ret;
}
