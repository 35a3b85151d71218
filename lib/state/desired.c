/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/desired.h"
#include "kernel/mark.h"
#include "state/readback.h"

int desired_init(struct desired *t, struct err *err)
{
	memset(t, 0, sizeof(*t));
	return spec_init(&t->server, ROLE_SERVER, "", err);
}

static uint32_t *find_slot(const struct desired *t, enum role role, const char *name)
{
	return nameindex_slot(&t->names, (struct named){ &t->tunnels[0].spec, sizeof(*t->tunnels) }, role, name);
}

static int fill_slots(struct desired *t)
{
	if (nameindex_clear(&t->names, t->room))
		return -ENOMEM;
	for (size_t i = 0; i < t->n; i++)
		*find_slot(t, t->tunnels[i].spec.role, name_text(t->tunnels[i].spec.name)) = (uint32_t)i + 1;
	return 0;
}

int desired_copy(struct desired *t, const struct desired *from, struct err *err)
{
	*t = *from;
	t->room = from->n;
	t->tunnels = malloc((from->n + !from->n) * sizeof(*t->tunnels));
	memset(&t->names, 0, sizeof(t->names));
	t->n = 0;
	for (size_t i = 0; t->tunnels && i < from->n; i++) {
		t->tunnels[t->n].recorded = from->tunnels[i].recorded;
		spec_copy(&t->tunnels[t->n++].spec, &from->tunnels[i].spec);
	}
	if (!t->tunnels || fill_slots(t)) {
		desired_free(t);
		return err_sys(err, ENOMEM, "copying the state");
	}
	return 0;
}

void desired_free(struct desired *t)
{
	for (size_t i = 0; i < t->n; i++)
		spec_free(&t->tunnels[i].spec);
	free(t->tunnels);
	free(t->names.slots);
	memset(t, 0, sizeof(*t));
}

struct desired_tunnel *desired_find(const struct desired *t, enum role role, const char *name)
{
	uint32_t *slot = t->n ? find_slot(t, role, name) : NULL;

	return slot && *slot ? &t->tunnels[*slot - 1] : NULL;
}

/* Make room for one more tunnel. */
static int grow(struct desired *t)
{
	size_t room = t->room ? 2 * t->room : 16;
	struct desired_tunnel *tunnels = realloc(t->tunnels, room * sizeof(*tunnels));

	if (!tunnels)
		return -ENOMEM;
	t->tunnels = tunnels;
	t->room = room;
	return fill_slots(t);
}

struct spec desired_effective(const struct desired *t, const struct spec *spec)
{
	return spec->role == ROLE_PEER ? spec_effective(spec, &t->server) : *spec;
}

struct in_addr desired_local(const struct desired *t, const struct spec *spec)
{
	return spec->role == ROLE_PEER ? t->server.local : spec->local;
}

int desired_put(struct desired *t, const struct spec *spec, bool recorded, struct err *err)
{
	struct desired_tunnel *tunnel = desired_find(t, spec->role, name_text(spec->name));
	struct spec before = { .role = 0 };

	if (!tunnel && t->n == t->room && grow(t))
		return err_sys(err, ENOMEM, "recording %s", name_text(spec->name));
	if (!tunnel) {
		*find_slot(t, spec->role, name_text(spec->name)) = (uint32_t)t->n + 1;
		tunnel = &t->tunnels[t->n++];
	} else {
		before = tunnel->spec;
	}
	spec_copy(&tunnel->spec, spec);
	spec_free(&before);
	tunnel->recorded = recorded;
	return 0;
}

void desired_remove(struct desired *t, enum role role, const char *name)
{
	struct desired_tunnel *tunnel = desired_find(t, role, name);

	if (!tunnel)
		return;
	spec_free(&tunnel->spec);
	memmove(tunnel, tunnel + 1, (size_t)(t->tunnels + t->n - tunnel - 1) * sizeof(*tunnel));
	t->n--;
	fill_slots(t);
}

void desired_remove_all(struct desired *t, enum role role)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->tunnels[i].spec.role == role)
			spec_free(&t->tunnels[i].spec);
		else
			t->tunnels[n++] = t->tunnels[i];
	t->n = n;
	fill_slots(t);
}

bool desired_has(const struct desired *t, enum role role)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->tunnels[i].spec.role == role)
			return true;
	return false;
}

void desired_claim(const struct desired *t, struct snapshot *s)
{
	char alias[ALIAS_SIZE];

	for (size_t i = 0; i < s->n_links; i++) {
		struct link *link = &s->links[i];

		if (!link->is_sit || link->group != SITCTL_GROUP || link->alias[0])
			continue;
		for (size_t k = 0; k < t->n; k++) {
			const struct spec *spec = &t->tunnels[k].spec;

			const char *ours;

			if (strcmp(name_text(spec->dev), link->name) || spec->remote.s_addr != link->remote.s_addr)
				continue;
			link_alias(spec->role == ROLE_CLIENT, name_text(spec->name), alias);
			ours = arena_text(&s->arena, alias);
			link->alias = ours ? ours : "";
			link->half_made = true;
		}
	}
}

static int observe_passed(struct desired *t, const struct nft_table *nft, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < nft->n; i++) {
		struct spec spec;

		if (!observe_pass(nft, i, &spec))
			continue;
		if (!desired_find(t, ROLE_NAT, name_text(spec.name)))
			ret = desired_put(t, &spec, false, err);
		spec_free(&spec);
	}
	return ret;
}

int desired_observe(struct desired *t, const struct snapshot *s, struct err *err)
{
	for (size_t i = 0; i < s->n_links; i++) {
		const struct link *link = &s->links[i];
		struct spec spec;
		int ret;

		if (!link_ours(link) || desired_find(t, link_role(link), link_tunnel_name(link)))
			continue;
		observe_link(s, link, NULL, &spec);
		ret = desired_put(t, &spec, false, err);
		if (spec.role == ROLE_PEER && !t->server.local.s_addr)
			t->server.local = link->local;
		/* The uplink is the interface that has the entries for the peers. */
		for (size_t k = 0; k < s->n_neighs && spec.role == ROLE_PEER && !t->server.uplink.at; k++)
			if (s->neighs[k].proto == SITCTL_PROTO)
				name_hold(&t->server.uplink, s->neighs[k].ifname);
		spec_free(&spec);
		if (ret)
			return ret;
	}
	return observe_passed(t, &s->nft, err);
}
