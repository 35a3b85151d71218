/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: what the unit tests share: suites, own namespaces, running sitctl, messages by hand. */
#ifndef SITCTL_UNIT_H
#define SITCTL_UNIT_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../common/spectext.h"
#include "plan/plan.h"
#include "plan/world.h"
#include "state/derive.h"

/* Each file's tests, suite_NAME(), in the order in which they run. */
/* clang-format off */
#define SUITES(SUITE) \
	SUITE(parse) SUITE(shellwords) SUITE(allow) SUITE(xtables) SUITE(inet6) SUITE(name) SUITE(nearest) SUITE(err) \
	SUITE(params) SUITE(spec) SUITE(property) SUITE(answers) SUITE(message) SUITE(socket) SUITE(encode) SUITE(newlink) SUITE(linkmsg) \
	SUITE(print) SUITE(sitattrs) SUITE(nft) SUITE(derive) SUITE(desired) SUITE(build) SUITE(leftover) SUITE(forwarding) \
	SUITE(nftplan) SUITE(rules) SUITE(farend) SUITE(apply) SUITE(journal) SUITE(journalfile) SUITE(read) SUITE(file) \
	SUITE(write) SUITE(words) SUITE(help) SUITE(program) SUITE(nftexpr) SUITE(frame) SUITE(find) SUITE(conversation) \
	SUITE(import) SUITE(scripts) SUITE(importfiles) SUITE(grammar) SUITE(limits) SUITE(roundtrip) SUITE(way) \
	SUITE(decide) SUITE(exam) SUITE(export) SUITE(events) SUITE(generic)
/* clang-format on */
#define DECLARE_SUITE(name) Suite *suite_##name(void);
SUITES(DECLARE_SUITE)

/* ns.c: fixtures. Can this machine give us namespaces of our own? Asked once, by main. */
extern bool have_namespaces;
bool probe_namespaces(void);
void own_netns(void);				    /* an own network namespace with `lo` up */
void own_netns_and_run(void);			    /* the same, and an own empty /run */
void make_veth(const char *name, const char *peer); /* both up */
uint32_t index_of(const char *name);
void write_sysctl(const char *key, const char *value);
const char *read_sysctl(const char *key); /* "" where there is none */

/* A test case with FIXTURE, added to SUITE where namespaces can be had. */
TCase *namespaced_case(Suite *suite, const char *name, void (*fixture)(void));

/* etc.c: a fixture, own_netns_and_run() with an /etc that has hosts and an empty sitctl folder; whole files. */
void own_etc(void);
void put_file(const char *path, const char *text, size_t len); /* LEN 0: all of the text */
const char *get_file(const char *path);			       /* until the next call */

/* run.c: sitctl as a process. */
struct ran {
	int status;
	char out[32768], err[8192];
};

#define RUN_NOBODY 1 /* without any right */
#define RUN_FULL 2   /* standard output is a full disk */

/* WORDS are separated by single spaces; '' is an empty one. */
void run_sitctl(struct ran *ran, int flags, const char *words);

/* Run it and expect STATUS, and that what it printed on stderr contains ERR (NULL: nothing at all). */
void expect(struct ran *ran, const char *words, int status, const char *err);

/* bytes.c: messages made byte by byte, in the host's order, without the library. */
struct bytes {
	uint32_t word[256]; /* aligned */
	size_t n;
};

void b_u8(struct bytes *b, uint8_t value);
void b_u16(struct bytes *b, uint16_t value);
void b_u32(struct bytes *b, uint32_t value);
void b_mem(struct bytes *b, const void *data, size_t n);
void b_addr6(struct bytes *b, const char *addr);
void b_addr4(struct bytes *b, const char *addr);
void b_align(struct bytes *b);
/* A header of 16 bytes at the end; returns where it is, for b_end(), which writes its length. */
size_t b_header(struct bytes *b, uint16_t type, uint16_t flags, uint32_t seq, uint32_t pid);
void b_end(struct bytes *b, size_t header);
/* An attribute whose payload follows, up to b_attr_end(); or a whole one. */
size_t b_attr(struct bytes *b, uint16_t type);
void b_attr_end(struct bytes *b, size_t attr);
void b_attr_mem(struct bytes *b, uint16_t type, const void *data, size_t n);
void b_attr_str(struct bytes *b, uint16_t type, const char *text);
void b_attr_u8(struct bytes *b, uint16_t type, uint8_t value);
void b_attr_u32(struct bytes *b, uint16_t type, uint32_t value);
const struct nlmsghdr *b_msg(const struct bytes *b);

/* Fail, naming the first byte that differs. */
void same_bytes(const void *have, size_t n, const struct bytes *want);

/* lab.c: a snapshot, a journal and what is desired, all in memory, and the plan between them. */
struct lab {
	struct snapshot s;
	struct journal j;
	struct desired desired;
	struct conversation c;
	struct plan plan;
	struct err err;
	char steps[16384]; /* the plan, a line each, see lab_plan() */
};

void lab_open(struct lab *lab); /* in the current namespace: its interfaces, nothing else */
void lab_close(struct lab *lab);

/* The message of the last refusal has PART in it. */
void lab_says(const struct lab *lab, const char *part);
struct link *lab_tunnel(struct lab *lab, const char *name, const char *alias, const char *remote);
void lab_addr(struct lab *lab, const char *ifname, const char *net, uint8_t proto);
struct route *lab_route(struct lab *lab, const char *ifname, const char *dst, uint32_t metric, uint8_t proto);
void lab_neigh(struct lab *lab, const char *ifname, const char *addr, uint8_t proto);
void lab_nft(struct lab *lab, const char *remotes); /* separated by spaces */
void lab_no_nft(struct lab *lab);
/* A spec that ends with its block. */
#define SPEC __attribute__((cleanup(spec_free))) struct spec

/* Make SPEC, which may be one already, of "NAME PARAMETER VALUE..." (the server has no NAME), which must be right. */
void make_spec(struct spec *spec, enum role role, const char *words);
void lab_desire(struct lab *lab, enum role role, const char *words);
void lab_desired_before(struct lab *lab, enum role role, const char *words); /* and not now */
void lab_desired_both(struct lab *lab, enum role role, const char *words);
/*
 * Plan for the tunnel NAME of ROLE; lab->steps is then a line for each step: + - ~ for add,
 * delete, change, the kind, and what it is about; silent steps are left out. Returns what
 * plan_build() returned.
 */
int lab_plan(struct lab *lab, enum role role, const char *name);
void expect_steps(struct lab *lab, enum role role, const char *name, const char *steps);

/* test_import.c: read TEXT of FORMAT into IM; and what was wrong in it, a line each. */
struct import;
void read_import(struct import *im, const char *format, const char *text);
const char *import_errors(const struct import *im);

/* TEXT of FORMAT is the tunnel of WORDS, or none (NULL), and has these ERRORS, a line each. */
void expect_import(const char *format, const char *text, const char *words, const char *expected);

/* An object where a step points to one. */
#define OBJECT(...) ((struct object[]){ __VA_ARGS__ })

/* Small things. */
struct in_addr ip4(const char *text);
struct in6_addr ip6(const char *text);
struct net6 net6(const char *text); /* "ADDRESS/LEN" */
/* Split TEXT in place at its spaces. */
int split_words(char *text, char *words[], int max);
/* The same sequence in every run. */
uint32_t pseudo_random(uint32_t *state);

/* memory.c: bytes that malloc() has given out; under a sanitizer, which has its own, always the same. */
size_t allocated(void);

/* random.c: a tunnel of ROLE with all its parameters at random, from *STATE; and that two are the same, but for what was given. */
void random_spec(struct spec *spec, enum role role, uint32_t *state);
void same_spec(const struct spec *a, const struct spec *b, const char *text);

#endif
