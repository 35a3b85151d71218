/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel parameters below /proc/sys, those of the network namespace we are in. */
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
 * STEP_ADD makes sure of a value on a device that the plan makes; taken back, the device goes as
 * well. STEP_DEL is silent: it does nothing, and undone (as STEP_ADD) it brings a value back that
 * another step of the plan took with it.
 */
static int sysctl_run(struct conversation *c, struct step *step, struct err *err)
{
	const struct sysctl *want = &step->want.sysctl;
	char now[SYSCTL_VALUE_SIZE];
	int ret;

	(void)c;
	if (step->op == STEP_DEL)
		return 0;
	/* A new device has what the kernel and others gave it: look. */
	if (want->found[0])
		memcpy(now, want->found, sizeof(now));
	else if (sysctl_read(want->key, now, sizeof(now)))
		now[0] = '\0';
	if (!strcmp(now, want->value))
		return 0;
	ret = sysctl_write(want->key, want->value);
	if (!ret)
		return 0;
	err_sys(err, -ret, "sysctl %s", want->key);
	if (ret == -EROFS || ret == -EACCES)
		err_hint(
			err,
			"/proc/sys cannot be written here: in a container, set it on the host or run with more rights");
	return ret;
}

static void sysctl_print(const struct step *step, FILE *out)
{
	const struct sysctl *s = &step->want.sysctl;
	char word[SYSCTL_KEY_SIZE + SYSCTL_VALUE_SIZE];

	snprintf(word, sizeof(word), "%s=%s", s->key, s->value);
	fprintf(out, "sysctl -q -w ");
	print_word(out, word);
	fputc('\n', out);
}

static json_t *sysctl_json(const struct object *object)
{
	return json_pack("{s:s, s:s}", "key", object->sysctl.key, "value", object->sysctl.value);
}

static void sysctl_label(const struct object *object, char *buf, size_t size)
{
	snprintf(buf, size, "sysctl %s = %s", object->sysctl.key, object->sysctl.value);
}

const struct kind sysctl_kind = {
	.name = "sysctl",
	.run = sysctl_run,
	.print = sysctl_print,
	.json = sysctl_json,
	.label = sysctl_label,
};
