/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "netns.h"

#define NETNS_DIR "/run/netns/" /* where `ip netns add` puts them */

int enter_netns(const char *name, struct err *err)
{
	char path[256];
	int fd, ret = 0;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, "..") ||
	    strlen(name) >= sizeof(path) - sizeof(NETNS_DIR))
		return err_usage(err, name, "is not the name of a network namespace");
	snprintf(path, sizeof(path), NETNS_DIR "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		err_usage(err, name, "there is no network namespace with this name");
		err_hint(err, "see 'ip netns list'");
		return -ENOENT;
	}
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		ret = err_sys(err, errno, "network namespace %s", name);
		if (err->code == EPERM || err->code == EACCES)
			err_hint(err, "try 'sudo sitctl'");
	}
	if (fd >= 0)
		close(fd);
	return ret;
}
