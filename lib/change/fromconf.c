/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Take over the content of a file as a whole. */
#include <errno.h>
#include <search.h>
#include <string.h>

#include "change/fromconf.h"
#include "plan/farend.h"
#include "plan/natrules.h"
#include "plan/rules.h"

/* A rule's refusal is recorded at the section's line; a refusal by the system belongs to no section. */
static int add_refusal(struct conf *f, struct conf_section *s, int ret, struct err *err)
{
	if (!ret || !err->usage)
		return ret;
	s->bad = true;
	conf_error(f, s->line, err);
	return 0;
}

/* The peers of the file so far, in search trees of struct spec, since there may be thousands. */
struct taken {
	void *devs, *remotes;
};

static int by_dev(const void *a, const void *b)
{
	uint32_t x = ((const struct spec *)a)->dev.at, y = ((const struct spec *)b)->dev.at;

	return (x > y) - (x < y);
}

static int by_remote(const void *a, const void *b)
{
	in_addr_t x = ((const struct spec *)a)->remote.s_addr, y = ((const struct spec *)b)->remote.s_addr;

	return (x > y) - (x < y);
}

static void keep(void *spec)
{
	(void)spec; /* it belongs to the file */
}

/* Two peers in a file with the same device or remote: the kernel would refuse the second one half-way. */
static int rule_unlike(struct taken *taken, const struct spec *spec, struct err *err)
{
	const struct spec *const *other = tfind(spec, &taken->devs, by_dev);
	char remote[NET6_TEXT];

	if (other && !name_equal((*other)->name, spec->name))
		return err_usage(err, name_text(spec->dev), "is also the device of peer %s", name_text((*other)->name));
	other = tfind(spec, &taken->remotes, by_remote);
	if (other && !name_equal((*other)->name, spec->name))
		return err_usage(err, addr4_text(spec->remote, remote), "is also the remote of peer %s",
				 name_text((*other)->name));
	return tsearch(spec, &taken->devs, by_dev) && tsearch(spec, &taken->remotes, by_remote)
		       ? 0
		       : err_sys(err, ENOMEM, "peers");
}

/* Replace the desired peers with those of the file; a name keeps its address if it is still among the answers. */
static int put_peers(struct change *ch, struct conf *f, const struct desired *before, struct err *err)
{
	struct taken taken = { NULL, NULL };
	int ret = 0;

	for (size_t i = 0; !ret && i < f->n_sections; i++) {
		struct conf_section *s = &f->sections[i];
		const struct desired_tunnel *was = desired_find(before, ROLE_PEER, name_text(s->spec.name));

		if (s->bad || s->spec.role != ROLE_PEER)
			continue;
		far_end_choose(&ch->host.s, &s->spec, was ? &was->spec : NULL, &s->answers);
		ret = add_refusal(f, s, rule_unlike(&taken, &s->spec, err), err);
		if (!ret)
			ret = desired_put(&ch->desired, &s->spec, true, err);
	}
	tdestroy(taken.devs, keep);
	tdestroy(taken.remotes, keep);
	return ret;
}

static int check_peers(struct change *ch, struct conf *f, struct err *err)
{
	struct world w = host_world(&ch->host, &ch->desired);
	struct rivals rivals;
	int ret = rivals_load(&rivals, &w, err);

	w.rivals = &rivals;
	for (size_t i = 0; !ret && i < f->n_sections; i++) {
		struct conf_section *s = &f->sections[i];
		struct spec effective;

		if (s->bad || s->spec.role != ROLE_PEER)
			continue;
		effective = spec_effective(&s->spec, &ch->desired.server);
		ret = rule_far_end(w.s, &effective, err);
		if (!ret)
			ret = rule_not_passed(&w, &effective, err);
		if (!ret)
			ret = rule_peer(&w, &effective, err);
		ret = add_refusal(f, s, ret, err);
	}
	rivals_free(&rivals);
	return ret;
}

static int tell_server(struct change *ch, struct conf *f, struct err *err)
{
	struct world w = host_world(&ch->host, &ch->desired);
	struct conf_section none = { .line = 0 }, *s = conf_find(f, ROLE_SERVER, "");
	struct desired before;
	int ret = spec_init(&none.spec, ROLE_SERVER, "", err);

	if (!s)
		s = &none;
	if (!ret)
		ret = desired_copy(&before, &ch->desired, err);
	if (ret)
		return ret;
	change_server_down(ch);
	ch->desired.server = s->spec;
	ch->desired.server_explicit = true;
	if (!s->bad)
		ret = add_refusal(f, s, rule_uplink(&ch->host.s, &ch->desired.server, err), err);
	if (!ret && !s->bad)
		ret = add_refusal(f, s, rule_local(&w, &ch->desired.server, err), err);
	if (!ret)
		ret = put_peers(ch, f, &before, err);
	if (!ret)
		ret = check_peers(ch, f, err);
	desired_free(&before);
	return ret;
}

/* Replace the desired passes with those of the file; or only the pass ONLY, if it is not NULL. */
static int tell_nat(struct change *ch, struct conf *f, const char *only, struct err *err)
{
	struct world w = host_world(&ch->host, &ch->desired);
	struct desired before;
	int ret = desired_copy(&before, &ch->desired, err);

	if (ret)
		return ret;
	if (!only)
		change_nat_down(ch);
	for (size_t i = 0; !ret && i < f->n_sections; i++) {
		struct conf_section *s = &f->sections[i];
		const struct desired_tunnel *was = desired_find(&before, ROLE_NAT, name_text(s->spec.name));
		struct spec effective;

		if (s->bad || (only && strcmp(name_text(s->spec.name), only)))
			continue;
		far_end_choose(&ch->host.s, &s->spec, was ? &was->spec : NULL, &s->answers);
		effective = s->spec;
		ret = add_refusal(f, s, rule_nat(&w, &effective, err), err);
		if (!ret && !s->bad)
			ret = desired_put(&ch->desired, &effective, true, err);
	}
	desired_free(&before);
	return ret;
}

int change_conf_pass(struct change *ch, struct conf *f, const char *name, struct err *err)
{
	return tell_nat(ch, f, name, err);
}

int change_conf(struct change *ch, struct conf *f, struct err *err)
{
	struct conf_section *s = f->n_sections ? &f->sections[0] : NULL;
	const struct desired_tunnel *before;

	if (f->role == ROLE_SERVER)
		return tell_server(ch, f, err);
	if (f->role == ROLE_NAT)
		return tell_nat(ch, f, NULL, err);
	if (!s)
		return 0;
	if (s->bad)
		return 0;
	before = desired_find(&ch->desired, ROLE_CLIENT, name_text(s->spec.name));
	far_end_choose(&ch->host.s, &s->spec, before ? &before->spec : NULL, &s->answers);
	return add_refusal(f, s, change_put(ch, &s->spec, err), err);
}
