/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client adopt: a running tunnel that another tool made, taken over. */
#include <string.h>

#include "carryout.h"
#include "commands.h"
#include "ctx.h"
#include "rights.h"
#include "say.h"
#include "base/err.h"
#include "change/adopt.h"
#include "change/change.h"
#include "export/notes.h"
#include "kernel/link.h"
#include "kernel/mark.h"
#include "plan/world.h"
#include "spec/spec.h"
#include "state/desired.h"
#include "state/snapshotfind.h"

static bool is_ours(const struct change *ch, const char *dev)
{
	const struct link *link = snapshot_link(&ch->host.s, dev);

	return link && link_ours(link) && !link->half_made;
}

enum status cmd_adopt(const struct ctx *ctx, const struct command *cmd, const char *name, int n, char **words)
{
	struct scope scope = { .role = ROLE_CLIENT, .name = name };
	enum status status;
	struct change ch;
	struct spec spec = { .role = 0 };
	struct err err;

	(void)cmd;
	(void)n;
	(void)words;
	if (need_admin(ctx, &err) || change_open(&ch, !ctx->dry_run, &err))
		return fail(&err);
	if (is_ours(&ch, name)) {
		const struct desired_tunnel *t = desired_find(&ch.desired, ROLE_CLIENT, name);

		warning(ctx, "%s: is already a tunnel of sitctl", name);
		change_adopt_rest(&ch, name);
		if (t) {
			spec_copy(&spec, &t->spec);
			spec_forget_defaults(&spec);
		}
		/* An earlier run may have been killed before it wrote the file. */
		status = t ? carry_out_saving(ctx, &ch, &scope, &spec) : carry_out(ctx, &ch, &scope);
	} else if (change_adopt(&ch, name, &spec, &err)) {
		status = fail(&err);
	} else {
		spec_forget_defaults(&spec);
		status = carry_out_saving(ctx, &ch, &scope, &spec);
	}
	spec_free(&spec);
	change_close(&ch);
	return status;
}
