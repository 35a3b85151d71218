/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which program changes a foreign filter, and how. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "plan/remedies.h"
#include "base/quote.h"

/* The pattern for the device, so that one rule serves all peers: sit-* for nft, sit-+ for iptables. */
static void device_pattern(const char *dev, char wildcard, char *buf, size_t size)
{
	if (strncmp(dev, PEER_PREFIX, strlen(PEER_PREFIX)))
		snprintf(buf, size, "%s", dev);
	else
		snprintf(buf, size, PEER_PREFIX "%c", wildcard);
}

/* The same as a shell word: the kernel accepts names that a shell would split. */
static const char *shell_pattern(const char *dev, char wildcard, char buf[QUOTED_IFNAME])
{
	char name[IFNAMSIZ + 2];

	device_pattern(dev, wildcard, name, sizeof(name));
	return quote_word(name, buf, QUOTED_IFNAME);
}

/* Is it a name of a table or chain that nft can write? Through netlink any name is possible. */
static bool is_nft_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isascii((unsigned char)*p) || (!isalnum((unsigned char)*p) && !strchr("_-./", *p)))
			return false;
	return isalpha((unsigned char)*name) || *name == '_';
}

/* Who owns the rules, and which program changes them? */
enum tool { TOOL_NFT, TOOL_IPTABLES, TOOL_UFW, TOOL_FIREWALLD };

static enum tool tool_of(const struct barrier *o)
{
	static const char *const chains[] = { "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING" };
	bool of_iptables = false;

	for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++)
		of_iptables = of_iptables || !strcmp(o->base, chains[i]);
	of_iptables = of_iptables && (!strcmp(o->family, "ip") || !strcmp(o->family, "ip6")) &&
		      (!strcmp(o->table, "raw") || !strcmp(o->table, "mangle") || !strcmp(o->table, "filter"));
	if (!strcmp(o->table, "firewalld"))
		return TOOL_FIREWALLD;
	if (o->ufw)
		return TOOL_UFW;
	/* Chains of iptables-nft belong to iptables. */
	return o->tool == BARRIER_XTABLES || of_iptables ? TOOL_IPTABLES : TOOL_NFT;
}

void remedy_accept(const struct barrier *o, const char *iptables, const char *nft, char *buf, size_t size)
{
	bool legacy = o->tool == BARRIER_XTABLES;
	char script[REMEDY_TEXT];

	*buf = '\0';
	/* The chains of ufw are iptables chains. */
	if (tool_of(o) == TOOL_IPTABLES || (tool_of(o) == TOOL_UFW && strcmp(o->family, "inet"))) {
		snprintf(buf, size, "%stables%s%s%s -I %s %s -j ACCEPT", !strcmp(o->family, "ip") ? "ip" : "ip6",
			 legacy ? "-legacy" : "", strcmp(o->table, "filter") ? " -t " : "",
			 strcmp(o->table, "filter") ? o->table : "", o->base, iptables);
		return;
	}
	if (!is_nft_name(o->table) || !is_nft_name(o->base))
		return;
	snprintf(script, sizeof(script), "insert rule %s %s %s %s accept", o->family, o->table, o->base, nft);
	snprintf(buf, size, "nft ");
	quote_word(script, buf + 4, size - 4);
}

static void print_policy(FILE *out, const char *name, const char *from, const char *to, const char *how)
{
	fprintf(out,
		"$f --new-policy=%s; $f --policy=%s --add-ingress-zone=%s; $f --policy=%s --add-egress-zone=%s; $f "
		"--policy=%s %s; ",
		name, name, from, name, to, name, how);
}

/* A zone for the devices, and policies between it and all others, since a zone's own rules concern only this host. */
static void remedy_firewalld(const struct passage *p, char *buf, size_t size)
{
	FILE *out = fmemopen(buf, size, "w");
	char name[QUOTED_IFNAME];

	*buf = '\0';
	if (!out)
		return;
	fputs("f='firewall-cmd --permanent'; ", out);
	if (p->v4) {
		print_policy(out, "sitctl-pass", "ANY", "ANY", "--add-protocol=ipv6");
	} else {
		fprintf(out, "$f --new-zone=sitctl; $f --zone=sitctl --add-interface=%s; ",
			shell_pattern(p->dev, '+', name));
		/* It accepts answers automatically. */
		if (p->lan)
			print_policy(out, "sitctl-in", "ANY", "sitctl", "--set-target=ACCEPT");
		else
			print_policy(out, "sitctl-out", "sitctl", "ANY", "--set-target=ACCEPT");
	}
	fputs("firewall-cmd --reload", out);
	fclose(out);
}

static void remedy_iptables(const struct barrier *o, const struct passage *p, char *buf, size_t size)
{
	const char *legacy = o->tool == BARRIER_XTABLES ? "-legacy" : "", *six = p->v4 ? "" : "6",
		   *option = p->v4 ? " -p 41" : "";
	char name[QUOTED_IFNAME], lan[QUOTED_IFNAME], insert[48];

	shell_pattern(p->dev, '+', name);
	snprintf(insert, sizeof(insert), "ip%stables%s -I FORWARD", six, legacy);
	if (p->lan)
		snprintf(
			buf, size,
			"%s -i %s -o %s -j ACCEPT; %s -i %s -o %s -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
			insert, shell_pattern(p->lan, '+', lan), name, insert, name, lan);
	else
		snprintf(buf, size, "%s -i %s%s -j ACCEPT; %s -o %s%s -j ACCEPT", insert, name, option, insert, name,
			 p->v4 ? option : " -m conntrack --ctstate ESTABLISHED,RELATED");
}

/* Empty if nft would not read a name just as a name. */
static void remedy_nft(const struct barrier *o, const struct passage *p, char *buf, size_t size)
{
	const char *extra = p->v4 ? "ip protocol 41 " : "";
	char name[IFNAMSIZ + 2], insert[600], script[REMEDY_TEXT];

	*buf = '\0';
	device_pattern(p->dev, '*', name, sizeof(name));
	if (!is_nft_name(o->table) || !is_nft_name(o->base) || strpbrk(name, "\"\\") ||
	    (p->lan && strpbrk(p->lan, "\"\\")))
		return;
	snprintf(insert, sizeof(insert), "insert rule %s %s %s", o->family, o->table, o->base);
	if (p->lan)
		snprintf(script, sizeof(script),
			 "%s iifname \"%s\" oifname \"%s\" accept; %s iifname \"%s\" oifname \"%s\" ct state "
			 "established,related accept",
			 insert, p->lan, name, insert, name, p->lan);
	else
		snprintf(script, sizeof(script), "%s iifname \"%s\" %saccept; %s oifname \"%s\" %saccept", insert, name,
			 extra, insert, name, p->v4 ? extra : "ct state established,related ");
	snprintf(buf, size, "nft ");
	quote_word(script, buf + 4, size - 4);
}

static void remedy_ufw(const struct passage *p, char *buf, size_t size)
{
	const char *any = " proto ipv6 from any to any";
	char name[QUOTED_IFNAME], lan[QUOTED_IFNAME];

	shell_pattern(p->dev, '+', name);
	if (p->lan)
		snprintf(buf, size, "ufw route allow in on %s out on %s", shell_pattern(p->lan, '+', lan), name);
	else if (p->v4)
		snprintf(buf, size, "ufw route allow in on %s%s; ufw route allow out on %s%s", name, any, name, any);
	else
		snprintf(buf, size, "ufw route allow in on %s", name);
}

void remedy_forward(const struct barrier *o, const struct passage *p, char *buf, size_t size)
{
	switch (tool_of(o)) {
	case TOOL_FIREWALLD: remedy_firewalld(p, buf, size); break;
	case TOOL_UFW: remedy_ufw(p, buf, size); break;
	case TOOL_IPTABLES: remedy_iptables(o, p, buf, size); break;
	default: remedy_nft(o, p, buf, size); break;
	}
}

void remedy_input(const struct barrier *o, const char *remote, char *buf, size_t size)
{
	char iptables[80], nft[80], rule[120];

	snprintf(iptables, sizeof(iptables), "-s %s -p 41", remote);
	snprintf(nft, sizeof(nft), "ip saddr %s ip protocol 41", remote);
	switch (tool_of(o)) {
	case TOOL_FIREWALLD:
		snprintf(rule, sizeof(rule), "rule family=ipv4 source address=%s protocol value=ipv6 accept", remote);
		snprintf(buf, size, "firewall-cmd --permanent --add-rich-rule='%s'; firewall-cmd --reload", rule);
		break;
	case TOOL_UFW: snprintf(buf, size, "ufw allow proto ipv6 from %s", remote); break;
	default: remedy_accept(o, iptables, nft, buf, size); break;
	}
}
