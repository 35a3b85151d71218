/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <cap-ng.h>
#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "rights.h"

/* A capability that a user other than root has from the program's file, not from the parent process. */
static bool from_file(void)
{
	capng_get_caps_process();
	for (unsigned int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (capng_have_capability(CAPNG_PERMITTED, cap) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) == 0)
			return true;
	return false;
}

int rights_own(struct err *err)
{
	uid_t uid, euid, saved_uid;
	gid_t gid, egid, saved_gid;

	if (getresuid(&uid, &euid, &saved_uid) || getresgid(&gid, &egid, &saved_gid))
		return err_sys(err, errno, "sitctl");
	if (uid == euid && euid == saved_uid && gid == egid && egid == saved_gid && (!uid || !from_file()))
		return 0;
	err_sys(err, EPERM, "setuid");
	err_why(err, "the program has privileges that its caller lacks: it would give them to everyone");
	err_hint(err, "remove the setuid and setgid bits ('chmod ug-s') and file capabilities ('setcap -r') "
		      "from it, and use sudo");
	return -EPERM;
}

int rights_drop(struct ctx *ctx, bool watching, struct err *err)
{
	const struct {
		unsigned int cap;
		bool needed;
	} kept[] = {
		{ CAP_NET_ADMIN, true },
		{ CAP_CHOWN, ctx->save }, /* a file that is rewritten keeps its group */
		{ CAP_NET_RAW, watching },
	};
	bool have[sizeof(kept) / sizeof(*kept)];

	capng_get_caps_process();
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		have[i] = kept[i].needed && capng_have_capability(CAPNG_EFFECTIVE, kept[i].cap);
	ctx->admin = have[0];
	ctx->raw = have[2];
	capng_clear(CAPNG_SELECT_CAPS);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (have[i])
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, kept[i].cap);
	errno = 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || capng_apply(CAPNG_SELECT_CAPS))
		return err_sys(err, errno ? errno : EPERM, "dropping capabilities");
	return 0;
}

int need_admin(const struct ctx *ctx, struct err *err)
{
	if (ctx->admin)
		return 0;
	err_sys(err, EPERM, "%s %s", ctx->words > 0 ? ctx->word[0] : "sitctl", ctx->words > 1 ? ctx->word[1] : "");
	err_why(err, "not root: changing the network requires CAP_NET_ADMIN");
	err_hint(err, "try 'sudo sitctl ...'");
	return -EPERM;
}
