/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: the kinds of kernel object that sitctl creates, each with do, undo, print and JSON. */
#ifndef SITCTL_KERNEL_OBJECT_H
#define SITCTL_KERNEL_OBJECT_H

#include <stdio.h>
#include <jansson.h>

#include "base/err.h"
#include "kernel/addr.h"
#include "kernel/conntrack.h"
#include "kernel/conversation.h"
#include "kernel/link.h"
#include "kernel/neigh.h"
#include "kernel/nft/elements.h"
#include "kernel/route.h"
#include "kernel/sysctl.h"

enum kind_id { KIND_SYSCTL, KIND_NFT, KIND_LINK, KIND_ADDR, KIND_ROUTE, KIND_NEIGH, KIND_CONNTRACK, KIND_COUNT };

struct object {
	enum kind_id kind;
	union {
		struct link link;
		struct addr addr;
		struct route route;
		struct neigh neigh;
		struct sysctl sysctl;
		struct conntrack conntrack;
		struct nft_table nft; /* its array belongs to the plan */
	};
};

enum step_op { STEP_ADD, STEP_CHANGE, STEP_DEL };

/* Its objects belong to the plan; two steps may share one. */
struct step {
	uint8_t op;	     /* enum step_op */
	uint8_t phase;	     /* its place in the order of the plan */
	struct object *was;  /* STEP_CHANGE, STEP_DEL; else NULL */
	struct object *want; /* STEP_ADD, STEP_CHANGE; else NULL */
};

#define OBJECT_SIZE(member) (offsetof(struct object, member) + sizeof(((struct object *)NULL)->member))

struct kind {
	const char *name; /* in JSON and messages */
	size_t size;	  /* bytes of an object of this kind: OBJECT_SIZE() of its member */
	/*
	 * Builds one netlink message that does the step; several share a send. Undo is the same call
	 * with the inverted step (step_invert()). If a kind has `run` as well, `single` says which
	 * steps are one message.
	 */
	void (*encode)(const struct step *step, struct nl_batch *batch);
	bool (*single)(const struct step *step);
	/* Does the step, in as many messages as it needs. 0 or negative errno. */
	int (*run)(struct conversation *c, struct step *step, struct err *err);
	/*
	 * Can the step be one of many that run_many does in fewer messages? All have the same operation;
	 * DONE says for each whether it changed the kernel, and *REFUSED is the first that was refused.
	 */
	bool (*many)(const struct step *step);
	int (*run_many)(struct conversation *c, struct step *steps, size_t n, bool *done, size_t *refused,
			struct err *err);
	/* Adds to a refusal what the kernel does not say. May be NULL. */
	void (*explain)(struct conversation *c, const struct step *step, struct err *err);
	/* Prints the commands that do the same, one per line. */
	void (*print)(const struct step *step, FILE *out);
	/* The object as JSON. */
	json_t *(*json)(const struct object *object);
	/* A short name of the object for messages, in BUF. */
	void (*label)(const struct object *object, char *buf, size_t size);
};

/* The object of a step: the wanted one, or for STEP_DEL the old one. */
const struct object *step_object(const struct step *step);

/* Does the step only keep a value for an undo? It is neither printed nor listed. */
bool step_silent(const struct step *step);

/* The step that undoes STEP. */
struct step step_invert(const struct step *step);

#endif
