/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: a world in memory for the planning tests, and its plan as lines of text. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "kernel/nft/rules.h"
#include "plan/build.h"

/* One more item in a list of the snapshot, zeroed. */
#define MORE(list, count)                                                                                         \
	((list) = realloc((list), ((count) + 1) * sizeof(*(list))), memset(&(list)[(count)], 0, sizeof(*(list))), \
	 &(list)[(count)++])

static struct link *add_link(struct lab *lab, const char *name, uint32_t index)
{
	struct link *link = MORE(lab->s.links, lab->s.n_links);

	snprintf(link->name, sizeof(link->name), "%s", name);
	link->index = index;
	link->alias = "";
	link->up = true;
	link->mtu = 1500;
	return link;
}

void lab_open(struct lab *lab)
{
	struct if_nameindex *list = if_nameindex();

	memset(lab, 0, sizeof(*lab));
	lab->j.lock = -1;
	ck_assert_int_eq(desired_init(&lab->desired, &lab->err), 0);
	ck_assert_int_eq(desired_init(&lab->j.desired, &lab->err), 0);
	ck_assert_ptr_nonnull(list);
	for (struct if_nameindex *i = list; i->if_index; i++)
		add_link(lab, i->if_name, i->if_index)->flags = strcmp(i->if_name, "lo") ? 0 : IFF_LOOPBACK;
	if_freenameindex(list);
	ck_assert_int_eq(conversation_open(&lab->c, &lab->err), 0);
}

void lab_says(const struct lab *lab, const char *part)
{
	char message[2048];

	err_text(&lab->err, message, sizeof(message));
	ck_assert_msg(strstr(message, part), "the message lacks \"%s\": %s", part, message);
}

void lab_close(struct lab *lab)
{
	plan_free(&lab->plan);
	desired_free(&lab->desired);
	snapshot_free(&lab->s);
	conversation_close(&lab->c);
	journal_close(&lab->j);
}

/* The interface NAME of the snapshot, which a test may have made in the namespace before. */
static struct link *known_link(struct lab *lab, const char *name)
{
	for (size_t i = 0; i < lab->s.n_links; i++)
		if (!strcmp(lab->s.links[i].name, name))
			return &lab->s.links[i];
	return NULL;
}

struct link *lab_tunnel(struct lab *lab, const char *name, const char *alias, const char *remote)
{
	struct link *link = known_link(lab, name);

	if (!link)
		link = add_link(lab, name, 100 + (uint32_t)lab->s.n_links);
	link->alias = arena_text(&lab->s.arena, alias);
	link->remote = ip4(remote);
	link->is_sit = true;
	link->pmtudisc = 1;
	link->proto = 41;
	link->group = 41;
	link->ttl = 255;
	link->mtu = 1480;
	return link;
}

static uint32_t lab_index(struct lab *lab, const char *ifname)
{
	const struct link *link = known_link(lab, ifname);

	ck_assert_msg(link, "the lab has no %s", ifname);
	return link->index;
}

void lab_addr(struct lab *lab, const char *ifname, const char *net, uint8_t proto)
{
	struct addr *a = MORE(lab->s.addrs, lab->s.n_addrs);

	snprintf(a->ifname, sizeof(a->ifname), "%s", ifname);
	a->index = lab_index(lab, ifname);
	a->net = net6(net);
	a->proto = proto;
}

struct route *lab_route(struct lab *lab, const char *ifname, const char *dst, uint32_t metric, uint8_t proto)
{
	struct route *r = MORE(lab->s.routes, lab->s.n_routes);
	bool unreachable = !strcmp(ifname, "unreachable");

	r->type = unreachable ? 7 : 1; /* RTN_UNREACHABLE, RTN_UNICAST */
	snprintf(r->ifname, sizeof(r->ifname), "%s", unreachable ? "lo" : ifname);
	r->index = lab_index(lab, r->ifname);
	if (strcmp(dst, "default"))
		r->dst = net6(dst);
	r->metric = metric;
	r->proto = proto;
	r->table = 254;
	return r;
}

void lab_neigh(struct lab *lab, const char *ifname, const char *addr, uint8_t proto)
{
	struct neigh *n = MORE(lab->s.neighs, lab->s.n_neighs);

	snprintf(n->ifname, sizeof(n->ifname), "%s", ifname);
	n->index = lab_index(lab, ifname);
	n->addr = ip6(addr);
	n->proto = proto;
}

void lab_nft(struct lab *lab, const char *remotes)
{
	char copy[1024], *words[64];
	int n;

	snprintf(copy, sizeof(copy), "%s", remotes);
	n = split_words(copy, words, 64);
	lab_no_nft(lab);
	lab->s.nft.exists = lab->s.nft.intact = true;
	for (int i = 0; i < n; i++)
		ck_assert_int_eq(nft_add_remote(&lab->s.nft, ip4(words[i]), &lab->err), 0);
	nft_sort(&lab->s.nft);
}

void lab_no_nft(struct lab *lab)
{
	nft_free(&lab->s.nft);
}

void make_spec(struct spec *spec, enum role role, const char *text)
{
	char copy[8192], *words[512], why[1024];
	struct err err;
	int n, named = role != ROLE_SERVER;

	ck_assert_int_lt(snprintf(copy, sizeof(copy), "%s", text), (int)sizeof(copy));
	n = split_words(copy, words, 512);
	ck_assert_int_ge(n, named);
	spec_free(spec);
	if (spec_init(spec, role, named ? words[0] : "", &err) ||
	    spec_recorded_words(spec, n - named, words + named, &err) || spec_check(spec, &err))
		ck_abort_msg("%s: %s", text, err_text(&err, why, sizeof(why)));
}

static void tell(struct desired *desired, enum role role, const char *words)
{
	struct spec spec = { 0 };
	struct err err;

	make_spec(&spec, role, words);
	if (role == ROLE_SERVER) {
		spec_free(&desired->server);
		desired->server = spec;
		return;
	}
	ck_assert_int_eq(desired_put(desired, &spec, true, &err), 0);
	spec_free(&spec);
}

void lab_desire(struct lab *lab, enum role role, const char *words)
{
	tell(&lab->desired, role, words);
}

void lab_desired_before(struct lab *lab, enum role role, const char *words)
{
	tell(&lab->j.desired, role, words);
}

void lab_desired_both(struct lab *lab, enum role role, const char *words)
{
	tell(&lab->desired, role, words);
	tell(&lab->j.desired, role, words);
}

static void write_link(FILE *out, const struct step *step)
{
	const struct link *a = step->op == STEP_ADD ? NULL : &step->was->link,
			  *b = step->op == STEP_DEL ? NULL : &step->want->link;
	char text[NET6_TEXT];

	if (step->op == STEP_ADD)
		fprintf(out, " %s remote %s %s", b->name, addr4_text(b->remote, text), b->up ? "up" : "down");
	else
		fprintf(out, " %s", step->op == STEP_DEL ? a->name : b->name);
	if (step->op != STEP_CHANGE)
		return;
	if (a->remote.s_addr != b->remote.s_addr)
		fprintf(out, " remote %s", addr4_text(b->remote, text));
	if (a->local.s_addr != b->local.s_addr)
		fprintf(out, " local %s", addr4_text(b->local, text));
	if (a->ttl != b->ttl)
		fprintf(out, " ttl %u", b->ttl);
	if (a->mtu != b->mtu)
		fprintf(out, " mtu %u", b->mtu);
	if (a->underlay != b->underlay)
		fprintf(out, " dev %s", b->underlay_name);
	if (strcmp(a->alias, b->alias))
		fprintf(out, " alias %s", b->alias);
	if (a->up != b->up)
		fprintf(out, b->up ? " up" : " down");
}

static void write_route(FILE *out, const struct route *r)
{
	char text[NET6_TEXT];

	fprintf(out, " %s%s", r->type == 7 ? "unreachable " : "", r->dst.len ? net6_text(&r->dst, text) : "default");
	if (r->has_gateway)
		fprintf(out, " via %s", addr6_text(&r->gateway, text));
	if (r->type != 7)
		fprintf(out, " dev %s", r->ifname);
	fprintf(out, " metric %u%s", r->metric, r->append ? " append" : "");
}

/* A remote as it is; of the other sets NAME:DEVICE, and FIRST-LAST of an interval. */
static void write_nft(FILE *out, const struct nft_table *t)
{
	char a[NET6_TEXT], b[NET6_TEXT];

	for (size_t i = 0; i < t->n; i++) {
		const struct nft_elem elem = nft_elem_at(t, i), *e = &elem;

		if (e->set == SET_REMOTES)
			fprintf(out, " %s", inet_ntop(AF_INET, e->key, a, sizeof(a)));
		else if (e->set == SET_ALLOWED || e->set == SET_FORBIDDEN)
			fprintf(out, " %s:%s %s-%s", nft_sets[e->set].name, (const char *)e->key + 16,
				inet_ntop(AF_INET6, e->key, a, sizeof(a)), inet_ntop(AF_INET6, e->end, b, sizeof(b)));
		else
			fprintf(out, " %s:%s", nft_sets[e->set].name, (const char *)e->key);
	}
	if (t->exists && !t->intact)
		fprintf(out, " damaged");
}

static void write_step(FILE *out, const struct step *step)
{
	static const char op[] = { [STEP_ADD] = '+', [STEP_CHANGE] = '~', [STEP_DEL] = '-' };
	static const char *const names[] = { "sysctl", "nft", "link", "addr", "route", "neigh", "conntrack" };
	const struct object *o = step_object(step);
	char text[NET6_TEXT], key[SYSCTL_KEY_SIZE];

	fprintf(out, "%c%s", op[step->op], names[o->kind]);
	switch (o->kind) {
	case KIND_SYSCTL:
		sysctl_key(&o->sysctl, key);
		fprintf(out, " %s %s%s%s", key, step->op == STEP_CHANGE ? step->was->sysctl.value : "",
			step->op == STEP_CHANGE ? ">" : "", o->sysctl.value);
		break;
	case KIND_NFT:
		if (step->op != STEP_ADD)
			write_nft(out, &step->was->nft);
		if (step->op == STEP_CHANGE)
			fprintf(out, " >");
		if (step->op != STEP_DEL)
			write_nft(out, &step->want->nft);
		break;
	case KIND_LINK: write_link(out, step); break;
	case KIND_ADDR: fprintf(out, " %s dev %s", net6_text(&o->addr.net, text), o->addr.ifname); break;
	case KIND_ROUTE: write_route(out, &o->route); break;
	case KIND_CONNTRACK:
		fprintf(out, " %s", addr4_text(o->conntrack.source, text));
		fprintf(out, ">%s", addr4_text(o->conntrack.destination, text));
		break;
	default: fprintf(out, " %s dev %s", addr6_text(&o->neigh.addr, text), o->neigh.ifname);
	}
	fputc('\n', out);
}

int lab_plan(struct lab *lab, enum role role, const char *name)
{
	struct world w = { .c = &lab->c, .s = &lab->s, .j = &lab->j, .desired = &lab->desired };
	struct scope scope = { .role = role, .name = name };
	FILE *out = fmemopen(lab->steps, sizeof(lab->steps), "w");
	int ret;

	ck_assert_ptr_nonnull(out);
	plan_free(&lab->plan);
	lab->steps[0] = '\0';
	ret = plan_build(&lab->plan, &w, &scope, &lab->err);
	for (size_t i = 0; i < lab->plan.n; i++)
		if (!step_silent(&lab->plan.steps[i]))
			write_step(out, &lab->plan.steps[i]);
	ck_assert_int_eq(fclose(out), 0);
	return ret;
}

void expect_steps(struct lab *lab, enum role role, const char *name, const char *steps)
{
	char why[1024];

	if (lab_plan(lab, role, name))
		ck_abort_msg("no plan: %s", err_text(&lab->err, why, sizeof(why)));
	ck_assert_msg(!strcmp(lab->steps, steps), "the plan is\n%sand not\n%s", lab->steps, steps);
}
