/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "spec/spec.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "spec/params.h"

const char *role_object(enum role role)
{
	return role == ROLE_CLIENT ? "client" : role == ROLE_NAT ? "nat" : "server";
}

const char *role_noun(enum role role)
{
	return role == ROLE_CLIENT ? "client tunnel"
	       : role == ROLE_NAT  ? "nat pass"
	       : role == ROLE_PEER ? "peer"
				   : "server";
}

/* A row as a bit of spec.set; 0 for none. */
static uint32_t bit(const struct param *p)
{
	return p ? UINT32_C(1) << (p - params) : 0;
}

bool spec_given(const struct spec *spec, const char *name)
{
	return spec->set & bit(param_find(spec->role, name));
}

void spec_observed(struct spec *spec)
{
	for (const struct param *p = params; p->name; p++)
		if (p->roles & spec->role)
			spec->set |= bit(p);
}

int spec_init(struct spec *spec, enum role role, const char *name, struct err *err)
{
	const char *why;

	memset(spec, 0, sizeof(*spec));
	spec->role = role;
	spec->ttl = 255;
	spec->notrack = spec->mss_clamp = spec->source_filter = true;
	spec->metric = METRIC_DEFAULT;
	if (role == ROLE_SERVER)
		return 0;
	if (role == ROLE_CLIENT ? !parse_ifname(name, &why) : !parse_peer_name(name, &why))
		return err_usage(err, name, "%s", why);
	snprintf(spec->name, sizeof(spec->name), "%s", name);
	if (role == ROLE_CLIENT)
		snprintf(spec->dev, sizeof(spec->dev), "%s", name);
	return 0;
}

static int unknown_word(const struct spec *spec, const char *word, struct err *err)
{
	const char *names[PARAMS_MAX];
	unsigned int n = 0;
	const char *near;

	for (const struct param *p = params; p->name; p++)
		if ((p->roles & spec->role) && !p->internal)
			names[n++] = p->name;
	near = nearest(word, names, n);
	err_usage(err, word, "is not a parameter of a %s", role_noun(spec->role));
	if (near)
		err_hint(err, "did you mean '%s'?", near);
	else if (word[0] == '-')
		err_hint(err, "options stand before the first word: sitctl [ OPTIONS ] OBJECT COMMAND");
	else
		err_hint(err, "see 'sitctl %s help'", role_object(spec->role));
	return -EINVAL;
}

/* A parameter given anew replaces all its saved values. */
static void clear_values(struct spec *spec, const struct param *p)
{
	if (!strcmp(p->name, "address"))
		spec->n_addresses = 0;
	if (!strcmp(p->name, "prefix"))
		spec->n_prefixes = 0;
	if (!strcmp(p->name, "allow"))
		spec->n_allows = 0;
	if (!strcmp(p->name, "target"))
		spec->n_targets = 0;
}

static int take_words(struct spec *spec, bool internal, int n, char *const words[], uint32_t *already, struct err *err)
{
	uint32_t seen = *already;

	for (int i = 0; i < n; i += 2) {
		const struct param *p = param_find(spec->role, words[i]);
		uint32_t mask = bit(p);
		const char *why = "";

		if (!p || (p->internal && !internal))
			return unknown_word(spec, words[i], err);
		if ((seen & mask) && !(p->repeats & spec->role))
			return err_usage(err, words[i], "is given twice");
		if (i + 1 == n) {
			err_usage(err, words[i], "has no value");
			err_hint(err, "write '%s %s'", p->name, p->value);
			return -EINVAL;
		}
		if (!(seen & mask))
			clear_values(spec, p);
		if (!p->parse(spec, words[i + 1], &why)) {
			char what[sizeof(err->step)];

			snprintf(what, sizeof(what), "%s '%.200s'", p->name, words[i + 1]);
			err_usage(err, what, "%s", why);
			err_hint(err, "write '%s %s'", p->name, p->value);
			return -EINVAL;
		}
		seen |= p->internal ? 0 : mask;
	}
	*already = seen;
	spec->set |= seen;
	return 0;
}

int spec_more_words(struct spec *spec, int n, char *const words[], uint32_t *seen, struct err *err)
{
	return take_words(spec, false, n, words, seen, err);
}

int spec_words(struct spec *spec, int n, char *const words[], struct err *err)
{
	uint32_t seen = 0;

	return take_words(spec, false, n, words, &seen, err);
}

int spec_recorded_words(struct spec *spec, int n, char *const words[], struct err *err)
{
	uint32_t seen = 0;

	return take_words(spec, true, n, words, &seen, err);
}

/* The peer's address and the server's must make a pair (RFC 6164). */
static int check_pair(struct spec *s, struct err *err)
{
	const struct net6 *net = &s->addresses[0];
	struct in6_addr other = addr6_other_half(&net->addr);
	char address[NET6_TEXT], text[NET6_TEXT];

	if (!s->has_server_address) {
		if (net->len != 127) {
			err_usage(err, net6_text(net, address),
				  "only a /127 has one other address (RFC 6164), a /%u does not tell the server's",
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
			err_hint(err, "take another pair, or give 'server-address IPV6'");
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
	spec->set |= bit(param_find(spec->role, name));
}

int spec_check_required(const struct spec *s, struct err *err)
{
	for (const struct param *p = params; p->name; p++)
		if ((p->required & s->role) && !(s->set & bit(p))) {
			err_usage(err, s->name, "'%s' is missing", p->name);
			err_hint(err, "write '%s %s'", p->name, p->value);
			return -EINVAL;
		}
	return 0;
}

int spec_check(struct spec *s, struct err *err)
{
	if (spec_check_required(s, err))
		return -EINVAL;
	if (s->role == ROLE_PEER && !s->dev[0]) {
		if (strlen(s->name) + strlen("sit-") >= sizeof(s->dev)) {
			err_usage(err, s->name, "the device name sit-%s is longer than 15 bytes", s->name);
			err_hint(err, "name the device: 'dev NAME'");
			return -EINVAL;
		}
		snprintf(s->dev, sizeof(s->dev), "sit-%.11s", s->name);
	}
	return s->role == ROLE_PEER ? check_pair(s, err) : 0;
}

struct spec spec_effective(const struct spec *peer, const struct spec *server)
{
	struct spec s = *peer;

	s.local = server->local;
	for (const struct param *p = params; p->name; p++)
		if (p->inherits.size && !(peer->set & bit(p)))
			memcpy((char *)&s + p->inherits.at, (const char *)server + p->inherits.at, p->inherits.size);
	if (!s.has_server_address)
		s.server_address = addr6_other_half(&s.addresses[0].addr);
	return s;
}

void spec_text(const struct spec *spec, bool internal, char *buf, size_t size)
{
	char value[VALUE_TEXT];
	size_t len = 0;

	*buf = '\0';
	for (const struct param *p = params; p->name; p++) {
		bool shown = p->internal ? internal : spec->set & bit(p);

		for (unsigned int i = 0; shown && (p->roles & spec->role) && p->format(spec, i, value); i++) {
			int n = snprintf(buf + len, size - len, "%s%s %s", len ? " " : "", p->name, value);

			if (n < 0 || (size_t)n >= size - len) {
				buf[len] = '\0';
				return;
			}
			len += (size_t)n;
		}
	}
}

void spec_command(const struct spec *spec, FILE *out)
{
	char value[VALUE_TEXT];

	fprintf(out, "%s%s",
		spec->role == ROLE_CLIENT ? "client up"
		: spec->role == ROLE_PEER ? "server add-peer"
		: spec->role == ROLE_NAT  ? "nat pass"
					  : "server up",
		spec->name[0] ? " " : "");
	if (spec->name[0])
		print_word(out, spec->name);
	for (const struct param *p = params; p->name; p++)
		for (unsigned int i = 0;
		     !p->internal && (p->roles & spec->role) && (spec->set & bit(p)) && p->format(spec, i, value);
		     i++) {
			fprintf(out, " %s ", p->name);
			print_word(out, value);
		}
}

bool spec_has_lan(const struct spec *spec)
{
	for (unsigned int i = 0; spec->role == ROLE_CLIENT && i < spec->n_prefixes; i++)
		if (spec->prefixes[i].ifname[0])
			return true;
	return false;
}

bool spec_has_addr(const struct spec *spec, const struct in6_addr *addr)
{
	if (spec->role != ROLE_PEER || !spec->n_addresses)
		return false;
	if (addr6_equal(&spec->addresses[0].addr, addr))
		return true;
	for (unsigned int i = 0; i < spec->n_prefixes; i++)
		if (net6_contains(&spec->prefixes[i].net, addr))
			return true;
	return false;
}
