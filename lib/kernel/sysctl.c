/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel parameters below /proc/sys, in the current network namespace. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/sysctl.h"
#include "base/err.h"
#include "base/quote.h"
#include "kernel/conversation.h"
#include "kernel/object.h"

static int sysctl_open(const char *key, int flags)
{
	char path[SYSCTL_KEY_SIZE + 16];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", key);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

#define KEY_FORMAT "net/ipv%u/conf/%s/%s"

void sysctl_key(const struct sysctl *s, char key[SYSCTL_KEY_SIZE])
{
	snprintf(key, SYSCTL_KEY_SIZE, KEY_FORMAT, s->version, s->ifname, s->leaf);
}

const char *sysctl_text(const char *key, char text[SYSCTL_KEY_SIZE])
{
	snprintf(text, SYSCTL_KEY_SIZE, "%s", key);
	for (char *p = text; !strchr(key, '.') && *p; p++)
		if (*p == '/')
			*p = '.';
	return text;
}

const char *sysctl_leaf(const char *leaf)
{
	static const char *const leaves[] = { "disable_ipv6", "accept_ra",	  "accept_redirects",
					      "forwarding",   "force_forwarding", "proxy_ndp" };

	for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++)
		if (!strcmp(leaves[i], leaf))
			return leaves[i];
	return NULL;
}

bool sysctl_split(char *key, struct sysctl *sysctl)
{
	char *ifname = key + strlen("net/ipv6/conf/"), *slash;

	memset(sysctl, 0, sizeof(*sysctl));
	if (strncmp(key, "net/ipv6/conf/", 14) && strncmp(key, "net/ipv4/conf/", 14))
		return false;
	slash = strchr(ifname, '/');
	if (!slash || slash == ifname || !slash[1] || strchr(slash + 1, '/'))
		return false;
	*slash = '\0';
	sysctl->version = (uint8_t)(key[7] - '0');
	sysctl->ifname = ifname;
	sysctl->leaf = slash + 1;
	return true;
}

int sysctl_read(const char *key, char *buf, size_t size)
{
	int fd = sysctl_open(key, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return -EIO;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

int sysctl_write(const char *key, const char *value)
{
	int fd = sysctl_open(key, O_WRONLY);
	ssize_t n, len = (ssize_t)strlen(value);
	int ret;

	if (fd < 0)
		return fd;
	do
		n = write(fd, value, (size_t)len);
	while (n < 0 && errno == EINTR);
	ret = n == len ? 0 : n < 0 ? -errno : -EIO;
	close(fd);
	return ret;
}

/*
 * STEP_ADD ensures a value on a device that the plan creates; on undo the device is removed as
 * well. STEP_DEL is silent: it does nothing, and its undo (as STEP_ADD) restores a value that
 * another step of the plan destroyed.
 */
static int sysctl_run(struct conversation *c, struct step *step, struct err *err)
{
	char key[SYSCTL_KEY_SIZE], text[SYSCTL_KEY_SIZE], now[SYSCTL_VALUE_SIZE];
	const struct sysctl *want;
	int ret;

	(void)c;
	if (step->op == STEP_DEL)
		return 0;
	want = &step->want->sysctl;
	sysctl_key(want, key);
	/* A new device has values that the kernel and other programs gave it: read them. */
	if (want->is_found)
		snprintf(now, sizeof(now), "%d", want->found);
	else if (sysctl_read(key, now, sizeof(now)))
		now[0] = '\0';
	if (!strcmp(now, want->value))
		return 0;
	ret = sysctl_write(key, want->value);
	if (!ret)
		return 0;
	err_sys(err, -ret, "sysctl %s", sysctl_text(key, text));
	if (ret == -EROFS || ret == -EACCES)
		err_hint(err,
			 "set it on the host, or give the container more privileges: /proc/sys is not writable here");
	return ret;
}

static void sysctl_print(const struct step *step, FILE *out)
{
	const struct sysctl *s = &step->want->sysctl;
	char word[SYSCTL_KEY_SIZE + SYSCTL_VALUE_SIZE];

	snprintf(word, sizeof(word), KEY_FORMAT "=%s", s->version, s->ifname, s->leaf, s->value);
	fputs("sysctl -q -w ", out);
	print_word(out, word);
	fputc('\n', out);
}

static json_t *sysctl_json(const struct object *object)
{
	char key[SYSCTL_KEY_SIZE];

	sysctl_key(&object->sysctl, key);
	return json_pack("{s:o, s:s}", "key", text_json(key), "value", object->sysctl.value);
}

static void sysctl_label(const struct object *object, char *buf, size_t size)
{
	char key[SYSCTL_KEY_SIZE], text[SYSCTL_KEY_SIZE];

	sysctl_key(&object->sysctl, key);
	snprintf(buf, size, "sysctl %s = %s", sysctl_text(key, text), object->sysctl.value);
}

const struct kind sysctl_kind = {
	.name = "sysctl",
	.size = OBJECT_SIZE(sysctl),
	.run = sysctl_run,
	.print = sysctl_print,
	.json = sysctl_json,
	.label = sysctl_label,
};
