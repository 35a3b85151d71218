/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "spec/spec.h"
#include "base/list.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "spec/params.h"

bool spec_given(const struct spec *spec, const char *name)
{
	return spec->set & param_bit(param_find(spec->role, name));
}

void spec_observed(struct spec *spec)
{
	for (const struct param *p = params; p->name; p++)
		if (param_exists(p, spec))
			spec->set |= param_bit(p);
}

int spec_init(struct spec *spec, enum role role, const char *name, struct err *err)
{
	const char *why;

	memset(spec, 0, sizeof(*spec));
	spec->role = role;
	for (const struct param *p = params; p->name; p++)
		param_init(p, spec);
	if (role == ROLE_SERVER)
		return 0;
	if (role == ROLE_CLIENT ? !parse_ifname(name, &why) : !parse_peer_name(name, &why))
		return err_usage(err, name, "%s", why);
	if (!name_hold(&spec->name, name))
		return err_sys(err, ENOMEM, "%s", name);
	if (role == ROLE_CLIENT)
		spec->dev = spec->name;
	return 0;
}

static int unknown_word(const struct spec *spec, const char *word, struct err *err)
{
	const char *names[PARAMS_MAX];
	unsigned int n = 0;
	const char *near;

	for (const struct param *p = params; p->name; p++)
		if (param_exists(p, spec) && !p->internal)
			names[n++] = p->name;
	near = nearest(word, names, n);
	err_usage(err, word, "is not a parameter of a %s", role_noun(spec->role));
	if (near)
		err_hint(err, "did you mean '%s'?", near);
	else if (word[0] == '-')
		err_hint(err, "put options before the first word: sitctl [ OPTIONS ] OBJECT COMMAND");
	else
		err_hint(err, "see 'sitctl %s help'", role_maker(spec->role));
	return -EINVAL;
}

static int take_words(struct spec *spec, bool internal, int n, char *const words[], uint64_t *already, struct err *err)
{
	const char *unfit = internal || spec->role != ROLE_CLIENT ? NULL : ifname_unfit(name_text(spec->name));
	uint64_t seen = *already, given = 0;

	if (unfit)
		return err_usage(err, name_text(spec->name), "%s", unfit);
	for (int i = 0; i < n; i += 2) {
		const struct param *p = param_find(spec->role, words[i]);
		uint64_t mask = param_bit(p);
		const char *why = "";

		if (!p || (p->internal && !internal))
			return unknown_word(spec, words[i], err);
		if (!param_exists(p, spec))
			return err_usage(err, words[i], "is not a parameter of the mode %s", modes[spec->mode].name);
		if ((seen & mask) && !(p->repeats & spec->role))
			return err_usage(err, words[i], "is given twice");
		if (i + 1 == n) {
			err_usage(err, words[i], "has no value");
			err_hint(err, "write '%s %s'", p->name, p->value);
			return -EINVAL;
		}
		if (!(seen & mask))
			param_clear(p, spec);
		if (!internal && !strcmp(words[i + 1], "none") && param_drop(p, spec)) {
			spec->set &= ~mask;
			given &= ~mask;
			seen |= mask;
			continue;
		}
		if (!internal && !strcmp(words[i + 1], "none") && param_required(p, spec)) {
			err_usage(err, words[i], "is required: 'none' cannot take it away");
			err_hint(err, "write '%s %s'", p->name, p->value);
			return -EINVAL;
		}
		if (!param_take(p, spec, words[i + 1], &why) || (!internal && (why = param_unfit(p, spec)))) {
			char what[sizeof(err->step)];

			snprintf(what, sizeof(what), "%s '%.200s'", p->name, words[i + 1]);
			err_usage(err, what, "%s", why);
			err_hint(err, "write '%s %s'", p->name, p->value);
			return -EINVAL;
		}
		given |= p->internal ? 0 : mask;
		seen |= p->internal ? 0 : mask;
	}
	*already = seen;
	spec->set |= given;
	return 0;
}

int spec_more_words(struct spec *spec, int n, char *const words[], uint64_t *seen, struct err *err)
{
	return take_words(spec, false, n, words, seen, err);
}

int spec_words(struct spec *spec, int n, char *const words[], struct err *err)
{
	uint64_t seen = 0;

	return take_words(spec, false, n, words, &seen, err);
}

int spec_recorded_words(struct spec *spec, int n, char *const words[], struct err *err)
{
	uint64_t seen = 0;

	return take_words(spec, true, n, words, &seen, err);
}

/* The peer's address and the server's must form a pair (RFC 6164). */
static int check_pair(struct spec *s, struct err *err)
{
	const struct net6 *net = spec_first(s);
	struct in6_addr other = addr6_other_half(&net->addr);
	char address[NET6_TEXT], text[NET6_TEXT];

	if (!s->has_server_address) {
		if (net->len != 127) {
			err_usage(err, net6_text(net, address),
				  "a /%u does not determine the server's address, as a /127 would (RFC 6164)",
				  net->len);
			err_hint(err, "give 'server-address IPV6'");
			return -EINVAL;
		}
		if (addr6_reserved_anycast(&other) || addr6_reserved_anycast(&net->addr)) {
			if (addr6_reserved_anycast(&net->addr))
				other = net->addr;
			err_usage(err, net6_text(net, address),
				  "an address of this /127 is %s, a reserved anycast address (RFC 6164 section 6)",
				  addr6_text(&other, text));
			err_hint(err, "choose another pair, or give 'server-address IPV6'");
			return -EINVAL;
		}
		return 0;
	}
	if (addr6_equal(&s->server_address, &net->addr))
		return err_usage(err, addr6_text(&s->server_address, text), "server-address is the peer's own address");
	return 0;
}

void spec_set_given(struct spec *spec, const char *name)
{
	spec->set |= param_bit(param_find(spec->role, name));
}

int spec_check_required(const struct spec *s, struct err *err)
{
	for (const struct param *p = params; p->name; p++)
		if (param_required(p, s) && !(s->set & param_bit(p))) {
			err_usage(err, name_text(s->name), "'%s' is missing", p->name);
			err_hint(err, "write '%s %s'", p->name, p->value);
			return -EINVAL;
		}
	return 0;
}

static int default_dev(struct spec *peer, struct err *err)
{
	const char *name = name_text(peer->name);
	char dev[IFNAMSIZ];

	if (snprintf(dev, sizeof(dev), "sit-%s", name) >= (int)sizeof(dev)) {
		err_usage(err, name, "the device name sit-%s is longer than 15 bytes", name);
		err_hint(err, "name the device: 'dev NAME'");
		return -EINVAL;
	}
	return name_hold(&peer->dev, dev) ? 0 : err_sys(err, ENOMEM, "%s", name);
}

int spec_check(struct spec *s, struct err *err)
{
	int ret = spec_check_required(s, err);

	if (!ret && s->role == ROLE_PEER && !s->dev.at)
		ret = default_dev(s, err);
	if (!ret && s->role == ROLE_PEER)
		ret = check_pair(s, err);
	return ret;
}

const struct net6 *spec_first(const struct spec *spec)
{
	static const struct net6 none;

	return spec->n_addresses ? &spec->addresses[0] : &none;
}

struct spec spec_effective(const struct spec *peer, const struct spec *server)
{
	struct spec s = *peer;

	s.local = server->local;
	for (const struct param *p = params; p->name; p++)
		if (p->inherited && !(peer->set & param_bit(p)))
			memcpy((char *)&s + p->at, (const char *)server + p->at, p->size);
	if (!s.has_server_address)
		s.server_address = addr6_other_half(&spec_first(&s)->addr);
	return s;
}

/* Was the parameter given in SPEC? An internal one counts if it has a value. */
static bool is_said(const struct spec *spec, const struct param *p, bool internal)
{
	return param_exists(p, spec) && (p->internal ? internal : spec->set & param_bit(p));
}

void spec_print(const struct spec *spec, bool internal, FILE *out)
{
	const char *space = "";
	char value[VALUE_TEXT];

	for (const struct param *p = params; p->name; p++)
		for (unsigned int i = 0; is_said(spec, p, internal) && param_text(p, spec, i, value); i++) {
			fprintf(out, "%s%s %s", space, p->name, value);
			space = " ";
		}
}

void spec_copy(struct spec *to, const struct spec *from)
{
	*to = *from;
	for (const struct param *p = params; p->name; p++)
		if (p->holds && param_exists(p, to))
			list_share(*param_shared(p, to));
}

void spec_free(struct spec *spec)
{
	for (const struct param *p = params; p->name; p++)
		if (p->holds && param_exists(p, spec)) {
			list_drop(*param_shared(p, spec));
			*param_shared(p, spec) = NULL;
		}
	memset(spec, 0, sizeof(*spec));
}

bool spec_equal(const struct spec *a, const struct spec *b)
{
	if (a->role != b->role || a->mode != b->mode || a->set != b->set || !name_equal(a->name, b->name))
		return false;
	for (const struct param *p = params; p->name; p++)
		if (param_exists(p, a) && !param_equal(p, a, b))
			return false;
	return true;
}

void spec_command(const struct spec *spec, FILE *out)
{
	char value[VALUE_TEXT];

	fprintf(out, "%s%s", role_maker(spec->role), spec->name.at ? " " : "");
	if (spec->name.at)
		print_word(out, name_text(spec->name));
	for (const struct param *p = params; p->name; p++)
		for (unsigned int i = 0; is_said(spec, p, false) && param_text(p, spec, i, value); i++) {
			fprintf(out, " %s ", p->name);
			print_word(out, value);
		}
}

bool spec_has_lan(const struct spec *spec)
{
	for (unsigned int i = 0; spec->role == ROLE_CLIENT && i < spec->n_prefixes; i++)
		if (spec->prefixes[i].ifname.at)
			return true;
	return false;
}

bool spec_has_addr(const struct spec *spec, const struct in6_addr *addr)
{
	if (spec->role != ROLE_PEER || !spec->n_addresses)
		return false;
	if (addr6_equal(&spec_first(spec)->addr, addr))
		return true;
	for (unsigned int i = 0; i < spec->n_prefixes; i++)
		if (net6_contains(&spec->prefixes[i].net, addr))
			return true;
	return false;
}
