/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "filters/xtmatch.h" /* before linux/: glibc and the kernel define the same names */

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_state.h>

static enum xt_answer by_mask(unsigned int state, unsigned int mask, bool inverted)
{
	return !!(mask & state) != inverted ? XT_MATCHES : XT_MATCHES_NOT;
}

/* The bit for the state of FLOW; UNTRACKED is the match's bit for that state. */
static unsigned int state_bit(const struct flow *flow, unsigned int untracked)
{
	return flow->state == FLOW_UNTRACKED ? untracked
	       : flow->state == FLOW_ANSWER  ? XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED)
					     : XT_CONNTRACK_STATE_BIT(IP_CT_NEW);
}

enum xt_answer xt_match(const struct flow *flow, const char *name, unsigned int revision, const void *info, size_t len)
{
	struct xt_conntrack_mtinfo2 ct;
	struct xt_state_info state;

	if (!strcmp(name, "comment"))
		return XT_MATCHES;
	if (!strcmp(name, "state") && len >= sizeof(state)) {
		memcpy(&state, info, sizeof(state));
		return by_mask(state_bit(flow, XT_STATE_UNTRACKED), state.statemask, false);
	}
	/* Since revision 2 the masks have 16 bits; revision 3 has more fields after them. */
	if (strcmp(name, "conntrack") || revision < 2 || len < sizeof(ct))
		return XT_MATCHES_SOME;
	memcpy(&ct, info, sizeof(ct));
	if (ct.match_flags != XT_CONNTRACK_STATE && ct.match_flags != (XT_CONNTRACK_STATE | XT_CONNTRACK_STATE_ALIAS))
		return XT_MATCHES_SOME;
	return by_mask(state_bit(flow, XT_CONNTRACK_STATE_UNTRACKED), ct.state_mask,
		       ct.invert_flags & XT_CONNTRACK_STATE);
}
