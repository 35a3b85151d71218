/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "change/adopt.h"
#include "base/quote.h"
#include "base/textfile.h"
#include "kernel/mark.h"
#include "plan/wanted.h"
#include "state/readback.h"
#include "state/snapshotfind.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* Linux 5.14 */
#endif

#define NETWORK_MANAGER "NetworkManager"

/* Keep its MTU, unless it is what we would determine ourselves: then it may change with the path. */
static int take_mtu(const struct world *w, const struct link *link, struct spec *spec, struct err *err)
{
	uint32_t mtu;
	int ret = wanted_mtu(w, spec, &mtu, err);

	if (!ret && mtu != link->mtu)
		spec->mtu = link->mtu;
	if (ret || link->mtu >= MTU_MIN)
		return ret;
	err_sys(err, EOPNOTSUPP, "%s", link->name);
	err_why(err, "its MTU is %u, but IPv6 needs at least %u", link->mtu, MTU_MIN);
	return -EOPNOTSUPP;
}

/* Is this the network namespace of the managers, which identify an interface by its index? */
static bool namespace_of_init(void)
{
	struct stat ours, first;
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	int fd;

	if (!stat("/proc/self/ns/net", &ours) && !stat("/proc/1/ns/net", &first))
		return ours.st_ino == first.st_ino;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len))
		cookie = 1;
	close(fd);
	return cookie == 1; /* the first namespace that the kernel created */
}

static const char *manager_of(const struct link *link)
{
	char path[64];

	if (!namespace_of_init())
		return NULL;
	snprintf(path, sizeof(path), "/run/systemd/netif/links/%u", link->index);
	if (file_has(path, "NETWORK_FILE=/"))
		return "systemd-networkd";
	snprintf(path, sizeof(path), "/run/NetworkManager/devices/%u", link->index);
	return file_has(path, "connection-uuid=") ? NETWORK_MANAGER : NULL;
}

/* Refuse a device that sitctl cannot take over as it is. */
static int check_device(const struct link *link, struct err *err)
{
	const char *manager = manager_of(link);
	char quoted[QUOTED_IFNAME];
	const char *name = quote_word(link->name, quoted, sizeof(quoted));

	err_sys(err, EOPNOTSUPP, "%s", link->name);
	if (!link->is_sit) {
		err_why(err, "is not a SIT tunnel");
	} else if (!link->remote.s_addr) {
		err_why(err, "has no remote: it is a tunnel to many hosts, not to one server");
	} else if (link->odd) {
		err_why(err, "%s", link->odd);
	} else if (link->proto != IPPROTO_IPV6) {
		err_why(err, "accepts protocols other than IPv6 inside ('mode any')");
		err_hint(err, "recreate it with 'mode ip6ip', since the mode of an existing device cannot be changed: "
			      "'sitctl doctor' prints the commands");
	} else if (!link->pmtudisc) {
		err_why(err, "has path MTU discovery switched off ('nopmtudisc'), unlike a sitctl tunnel");
		err_hint(err, "switch it on with 'ip tunnel change %s pmtudisc'", name);
	} else if (manager) {
		err_why(err, "is managed by %s, which would go on managing it", manager);
		/* There is no importer for its connections. */
		if (!strcmp(manager, NETWORK_MANAGER))
			err_hint(err,
				 "delete its connection there, then use 'sitctl client up': 'client import' cannot "
				 "read NetworkManager's files");
		else
			err_hint(err, "import its configuration with 'sitctl client import', then remove it there");
	} else if (link->alias[0] && link->group == SITCTL_GROUP) {
		err_why(err, "its link group %d is one that sitctl uses, but its alias '%.100s' is not sitctl's",
			SITCTL_GROUP, link->alias);
		err_hint(err, "give it another group ('ip link set %s group default'), then try again", name);
	} else {
		return 0;
	}
	return -EOPNOTSUPP;
}

void change_adopt_rest(struct change *ch, const char *dev)
{
	const struct link *link = snapshot_link(&ch->host.s, dev);

	ch->adopt = link ? link->index : 0;
}

int change_adopt(struct change *ch, const char *dev, struct spec *spec, struct err *err)
{
	struct world w = host_world(&ch->host, &ch->desired);
	const struct link *link = snapshot_link(&ch->host.s, dev);
	int ret = spec_init(spec, ROLE_CLIENT, dev, err);

	if (ret)
		return ret;
	if (!link) {
		err_sys(err, ENODEV, "%s", dev);
		err_why(err, "no interface has this name");
		return -ENODEV;
	}
	ret = check_device(link, err);
	if (ret)
		return ret;
	observe_adopted(&ch->host.s, link, spec);
	ret = take_mtu(&w, link, spec, err);
	if (ret)
		return ret;
	if (!spec->n_addresses) {
		err_sys(err, EADDRNOTAVAIL, "%s", dev);
		err_why(err, "has no IPv6 address other than its link-local one");
		err_hint(err, "give it one, or remove it and use 'sitctl client up'");
		return -EADDRNOTAVAIL;
	}
	spec_observed(spec);
	ch->adopt = link->index;
	return change_put(ch, spec, err);
}
