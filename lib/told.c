/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "told.h"

int told_init(struct told *t, struct err *err)
{
	memset(t, 0, sizeof(*t));
	return spec_init(&t->server, ROLE_SERVER, "", err);
}

static uint32_t *find_slot(const struct told *t, enum role role, const char *name)
{
	return names_slot(&t->names, (struct named){ &t->tunnels[0].spec, sizeof(*t->tunnels) }, role, name);
}

static int fill_slots(struct told *t)
{
	if (names_empty(&t->names, t->room))
		return -ENOMEM;
	for (size_t i = 0; i < t->n; i++)
		*find_slot(t, t->tunnels[i].spec.role, t->tunnels[i].spec.name) = (uint32_t)i + 1;
	return 0;
}

int told_copy(struct told *t, const struct told *from, struct err *err)
{
	*t = *from;
	t->room = from->n;
	t->tunnels = malloc((from->n + !from->n) * sizeof(*t->tunnels));
	memset(&t->names, 0, sizeof(t->names));
	if (t->tunnels && from->n)
		memcpy(t->tunnels, from->tunnels, from->n * sizeof(*t->tunnels));
	if (!t->tunnels || fill_slots(t)) {
		told_free(t);
		return err_sys(err, ENOMEM, "copying the state");
	}
	return 0;
}

void told_free(struct told *t)
{
	free(t->tunnels);
	free(t->names.slots);
	memset(t, 0, sizeof(*t));
}

struct told_tunnel *told_find(const struct told *t, enum role role, const char *name)
{
	uint32_t *slot = t->n ? find_slot(t, role, name) : NULL;

	return slot && *slot ? &t->tunnels[*slot - 1] : NULL;
}

/* Room for one tunnel more. */
static int grow(struct told *t)
{
	size_t room = t->room ? 2 * t->room : 16;
	struct told_tunnel *tunnels = realloc(t->tunnels, room * sizeof(*tunnels));

	if (!tunnels)
		return -ENOMEM;
	t->tunnels = tunnels;
	t->room = room;
	return fill_slots(t);
}

int told_put(struct told *t, const struct spec *spec, bool recorded, struct err *err)
{
	struct told_tunnel *tunnel = told_find(t, spec->role, spec->name);

	if (!tunnel && t->n == t->room && grow(t))
		return err_sys(err, ENOMEM, "recording %s", spec->name);
	if (!tunnel) {
		*find_slot(t, spec->role, spec->name) = (uint32_t)t->n + 1;
		tunnel = &t->tunnels[t->n++];
	}
	tunnel->spec = *spec;
	tunnel->recorded = recorded;
	return 0;
}

void told_remove(struct told *t, enum role role, const char *name)
{
	struct told_tunnel *tunnel = told_find(t, role, name);

	if (!tunnel)
		return;
	memmove(tunnel, tunnel + 1, (size_t)(t->tunnels + t->n - tunnel - 1) * sizeof(*tunnel));
	t->n--;
	fill_slots(t);
}

void told_remove_peers(struct told *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->tunnels[i].spec.role != ROLE_PEER)
			t->tunnels[n++] = t->tunnels[i];
	t->n = n;
	fill_slots(t);
}

bool told_has_peers(const struct told *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->tunnels[i].spec.role == ROLE_PEER)
			return true;
	return false;
}

void told_claim(const struct told *t, struct snapshot *s)
{
	for (size_t i = 0; i < s->n_links; i++) {
		struct link *link = &s->links[i];

		if (!link->sit || link->group != SITCTL_GROUP || link->alias[0])
			continue;
		for (size_t k = 0; k < t->n; k++) {
			const struct spec *spec = &t->tunnels[k].spec;

			if (strcmp(spec->dev, link->name) || spec->remote.s_addr != link->remote.s_addr)
				continue;
			link_alias(spec->role == ROLE_CLIENT, spec->name, link->alias);
			link->half_made = true;
		}
	}
}

static int observe_passed(struct told *t, const struct nft_table *nft, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < nft->n; i++) {
		struct spec spec;

		if (observe_pass(&nft->elems[i], &spec) && !told_find(t, ROLE_NAT, spec.name))
			ret = told_put(t, &spec, false, err);
	}
	return ret;
}

int told_observe(struct told *t, const struct snapshot *s, struct err *err)
{
	for (size_t i = 0; i < s->n_links; i++) {
		const struct link *link = &s->links[i];
		struct spec spec;
		int ret;

		if (!link_ours(link) || told_find(t, link_role(link), link_tunnel_name(link)))
			continue;
		observe_link(s, link, NULL, &spec);
		ret = told_put(t, &spec, false, err);
		if (ret)
			return ret;
		if (spec.role == ROLE_PEER && !t->server.local.s_addr)
			t->server.local = link->local;
		/* The uplink is where the entries for the peers are. */
		for (size_t k = 0; k < s->n_neighs && spec.role == ROLE_PEER && !t->server.uplink[0]; k++)
			if (s->neighs[k].proto == SITCTL_PROTO)
				snprintf(t->server.uplink, sizeof(t->server.uplink), "%s", s->neighs[k].ifname);
	}
	return observe_passed(t, &s->nft, err);
}
