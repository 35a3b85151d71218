/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: fixtures: namespaces of our own, so that nothing outside is touched. */
#include "unit.h" /* before linux/: glibc and the kernel define the same names */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

bool have_namespaces;

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

/* As root directly; else inside a user namespace where we are root. */
static bool enter(int flags)
{
	char map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (!unshare(flags))
		return true;
	if (unshare(flags | CLONE_NEWUSER))
		return false;
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!write_file("/proc/self/uid_map", map))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map);
}

static bool own_run(void)
{
	return !mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) &&
	       !mount("unit", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
}

bool probe_namespaces(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(enter(CLONE_NEWNET | CLONE_NEWNS) && own_run() ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status);
}

/* One rtnetlink request, acknowledged by 0. */
static void request(struct bytes *b)
{
	struct mnl_socket *sock = mnl_socket_open(NETLINK_ROUTE);
	uint32_t answer[1024];
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)answer;
	int code;

	ck_assert_ptr_nonnull(sock);
	ck_assert_int_eq(mnl_socket_sendto(sock, b->word, b->n), (int)b->n);
	ck_assert_int_ge(mnl_socket_recvfrom(sock, answer, sizeof(answer)), 20);
	mnl_socket_close(sock);
	ck_assert_int_eq(nlh->nlmsg_type, NLMSG_ERROR);
	memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
	ck_assert_msg(!code, "the fixture's request was refused: %s", strerror(-code));
}

static void interface_header(struct bytes *b, uint32_t index, uint32_t flags)
{
	struct ifinfomsg ifi = { .ifi_index = (int)index, .ifi_flags = flags, .ifi_change = flags };

	b_mem(b, &ifi, sizeof(ifi));
}

static void set_up(const char *name)
{
	struct bytes b = { 0 };
	size_t header = b_header(&b, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, 1, 0);

	interface_header(&b, index_of(name), IFF_UP);
	b_end(&b, header);
	request(&b);
}

void make_veth(const char *name, const char *peer)
{
	struct bytes b = { 0 };
	size_t header = b_header(&b, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, 1, 0);
	size_t info, data, other;

	interface_header(&b, 0, 0);
	b_attr_str(&b, IFLA_IFNAME, name);
	info = b_attr(&b, IFLA_LINKINFO);
	b_attr_str(&b, IFLA_INFO_KIND, "veth");
	data = b_attr(&b, IFLA_INFO_DATA);
	other = b_attr(&b, VETH_INFO_PEER);
	interface_header(&b, 0, 0);
	b_attr_str(&b, IFLA_IFNAME, peer);
	b_attr_end(&b, other);
	b_attr_end(&b, data);
	b_attr_end(&b, info);
	b_end(&b, header);
	request(&b);
	set_up(name);
	set_up(peer);
}

uint32_t index_of(const char *name)
{
	uint32_t index = if_nametoindex(name);

	ck_assert_msg(index, "there is no interface %s", name);
	return index;
}

void own_netns(void)
{
	ck_assert_msg(enter(CLONE_NEWNET), "unshare: %s", strerror(errno));
	set_up("lo");
	/* What a fresh namespace has by default, said so that the host's settings do not matter. */
	write_sysctl("net/ipv6/conf/all/forwarding", "0");
	write_sysctl("net/ipv6/conf/default/forwarding", "0");
	write_sysctl("net/ipv6/conf/default/accept_ra", "1");
	write_sysctl("net/ipv6/conf/default/disable_ipv6", "0");
}

void own_netns_and_run(void)
{
	ck_assert_msg(enter(CLONE_NEWNET | CLONE_NEWNS) && own_run(), "namespaces: %s", strerror(errno));
}

void write_sysctl(const char *key, const char *value)
{
	char path[256];

	snprintf(path, sizeof(path), "/proc/sys/%s", key);
	ck_assert_msg(write_file(path, value), "%s: %s", path, strerror(errno));
}

const char *read_sysctl(const char *key)
{
	static char value[64];
	char path[256];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/sys/%s", key);
	value[0] = '\0';
	in = fopen(path, "re");
	if (in && !fgets(value, sizeof(value), in))
		value[0] = '\0';
	if (in)
		fclose(in);
	value[strcspn(value, "\n")] = '\0';
	return value;
}

TCase *namespaced_case(Suite *suite, const char *name, void (*fixture)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, fixture, NULL);
	/* Where there are none, the case is left out: Check frees it with its suite, so it has to be in one. */
	if (have_namespaces)
		suite_add_tcase(suite, tc);
	return tc;
}
