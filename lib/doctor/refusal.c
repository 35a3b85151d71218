/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doctor/refusal.h"
#include "base/inet6.h"

bool refusal_found(struct exam *e, const struct policy *policy, int version, enum cause_id cause, const char *what)
{
	const char *object = policy->by_route ? "route" : "rule";
	const char *words = policy->by_route ? policy->route : policy->rule;
	char remote[NET6_TEXT];
	struct finding *f;

	if (!policy->refused)
		return false;
	f = exam_found(e, cause, "the %s '%s' refuses %s", object, words, what);
	/* What covers all packets has a reason, for example that nothing may leave except through a VPN. */
	if (!policy->everything)
		exam_command(f, "ip -%d %s del %s", version, object, words);
	else if (version == 4 && policy->main_leads)
		exam_command(f, "ip -4 rule add pref %u to %s/32 lookup main", policy->pref - 1,
			     addr4_text(e->subject.remote, remote));
	else
		exam_advice(f,
			    "the %s covers more than the tunnel: find out what it is for, then either add %s that "
			    "lets %s through, or remove it ('ip -%d %s del %s')",
			    object, policy->by_route ? "a more specific one" : "one with a smaller 'pref'", what,
			    version, object, words);
	return true;
}
