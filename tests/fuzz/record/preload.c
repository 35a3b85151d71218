/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded to sitctl by tests/fuzz/record/record: writes what the kernel answers into RECORD/TARGET, as the fuzzers
 * take it.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <libmnl/libmnl.h>
#include <net/if.h> /* before linux/: glibc and the kernel define the same names */
#include <netinet/in.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <linux/rtnetlink.h>

static const char *target = "";
static FILE *out;

static FILE *create(const char *name)
{
	static unsigned int count;
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", getenv("RECORD"), name);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%d-%u", getenv("RECORD"), name, (int)getpid(), count++);
	return fopen(path, "w");
}

/* Which fuzzer is about the answers to this request? A filter is walked from the list of all chains on. */
static const char *target_of(const struct nlmsghdr *nlh, bool *anew)
{
	bool dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);

	switch (nlh->nlmsg_type) {
	case RTM_GETLINK: return dump ? "links" : "device";
	case RTM_NEWLINK:
	case RTM_SETLINK: return "device";
	case RTM_GETADDR: return "addresses";
	case RTM_GETROUTE: return dump ? "routes" : nfg->nfgen_family == AF_INET6 ? "ways" : "paths";
	case RTM_GETNEIGH: return "neighbours";
	}
	if (nlh->nlmsg_type >> 8 == NFNL_SUBSYS_CTNETLINK)
		return "conntrack";
	if (nlh->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES)
		return "";
	*anew = (nlh->nlmsg_type & 0xff) == NFT_MSG_GETCHAIN && !nfg->nfgen_family;
	if ((nlh->nlmsg_type & 0xff) == NFT_MSG_GETGEN)
		return "nftables";
	return *anew ? "filters" : target;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *sock, const void *buf, size_t len)
{
	ssize_t (*real)(const struct mnl_socket *, const void *, size_t) = dlsym(RTLD_NEXT, "mnl_socket_sendto");
	bool anew = false;
	const char *next = target_of(buf, &anew);

	if (anew || strcmp(next, target)) {
		if (out)
			fclose(out);
		out = *next ? create(next) : NULL;
		if (out && !strcmp(next, "filters"))
			fputc(getpid() & 3, out); /* one of its flows */
		target = next;
	}
	return real(sock, buf, len);
}

static void refused(const char *data, size_t len)
{
	FILE *file = create("acks");

	if (file) {
		fwrite(data, 1, len, file);
		fclose(file);
	}
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	ssize_t (*real)(int, struct msghdr *, int) = dlsym(RTLD_NEXT, "recvmsg");
	ssize_t n = real(fd, msg, flags);
	static char copy[65536];
	int left = (int)n;

	if (n <= 0 || n > (ssize_t)sizeof(copy))
		return n;
	memcpy(copy, msg->msg_iov->iov_base, (size_t)n);
	for (struct nlmsghdr *nlh = (struct nlmsghdr *)copy; mnl_nlmsg_ok(nlh, left);
	     nlh = mnl_nlmsg_next(nlh, &left)) {
		nlh->nlmsg_seq = 0;
		if (nlh->nlmsg_type == NLMSG_ERROR && *(int *)mnl_nlmsg_get_payload(nlh))
			refused((char *)nlh, nlh->nlmsg_len);
	}
	if (out) {
		fwrite(copy, 1, (size_t)n, out);
		fflush(out);
	}
	return n;
}

/* A table of iptables-legacy, first where its chains are, then what is in it. */
int getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int (*real)(int, int, int, void *, socklen_t *) = dlsym(RTLD_NEXT, "getsockopt");
	int ret = real(fd, level, name, value, len);
	static struct ip6t_getinfo info;
	FILE *file;

	if (ret || (level != IPPROTO_IP && level != IPPROTO_IPV6))
		return ret;
	if (name == IP6T_SO_GET_INFO)
		memcpy(&info, value, sizeof(info));
	file = name == IP6T_SO_GET_ENTRIES ? create("xtables") : NULL;
	if (file) {
		uint32_t head[] = { level == IPPROTO_IP ? 4 : 6, info.hook_entry[NF_INET_FORWARD],
				    info.underflow[NF_INET_FORWARD] };

		fwrite(head, 1, sizeof(head), file);
		fwrite(((struct ip6t_get_entries *)value)->entrytable, 1, info.size, file);
		fclose(file);
	}
	file = name == IP6T_SO_GET_ENTRIES ? create("tables") : NULL;
	if (file) {
		fputc((level == IPPROTO_IP ? 2 : 0) | (strcmp(info.name, "filter") ? 4 : 0), file);
		fwrite(&info.valid_hooks, 1, sizeof(info) - offsetof(struct ip6t_getinfo, valid_hooks), file);
		fwrite(((struct ip6t_get_entries *)value)->entrytable, 1, info.size, file);
		fclose(file);
	}
	return ret;
}
