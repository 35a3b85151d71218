/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A change of the tunnel that carries the user's own connection may cut it off. So a child guards the change: it undoes
 * it if its parent ends without a confirmation, or sends none in time. A hangup does not reach its session.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"
#include "trial.h"
#include "base/loop.h"

#define KEEP 'k'   /* from the parent: confirmed; and back: the child has seen it, and does nothing */
#define GRACE 2000 /* ms that the child waits longer than its parent, which may have been stopped */
#define RETRIES 6  /* to get the lock, which change_open() waits for 10 s for */

static enum status undo(const struct change *made, const struct scope *scope)
{
	struct change ch;
	struct err err;
	int ret;

	ret = change_open(&ch, true, &err);
	for (int i = 0; ret && i < RETRIES; i++)
		ret = change_open(&ch, true, &err);
	if (ret)
		return fail(&err);
	ret = change_restore(&ch, &made->desired, &made->host.j.desired, &err);
	if (!ret)
		ret = change_plan(&ch, scope, &err);
	if (!ret)
		ret = change_apply(&ch, &err);
	change_close(&ch);
	return ret ? fail(&err) : STATUS_OK;
}

/* The child: returns its exit status, 0 if nothing is left to do. */
static enum status guard(const struct ctx *ctx, int parent, const struct change *made, const struct scope *scope)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGPIPE };
	struct pollfd wait = { .fd = parent, .events = POLLIN };
	char word;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	setsid();
	if (poll(&wait, 1, (int)ctx->try_for * 1000 + GRACE) > 0 && read(parent, &word, 1) == 1 && word == KEEP &&
	    write(parent, &word, 1) == 1)
		return STATUS_OK;
	return undo(made, scope);
}

/* Is there a line on standard input? -1: no more, 0: not yet, 1: yes. */
static int confirmed(void)
{
	char text[256];
	ssize_t n = read(STDIN_FILENO, text, sizeof(text));

	if (n <= 0)
		return n < 0 && errno == EINTR ? 0 : -1;
	return memchr(text, '\n', (size_t)n) ? 1 : 0;
}

/* The parent: until it is known whether the change is kept. */
static bool wait_for_word(int child, int signals, int64_t end)
{
	struct pollfd wait[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				 { .fd = signals, .events = POLLIN },
				 { .fd = child, .events = POLLIN } };
	struct signalfd_siginfo info;

	for (int64_t left; (left = end - loop_now()) > 0;) {
		int n = poll(wait, sizeof(wait) / sizeof(*wait), (int)left);
		int word = 0;

		if (n < 0 && errno != EINTR)
			return false;
		if (n <= 0)
			continue;
		if (wait[2].revents)
			return false; /* the child has ended */
		if (wait[1].revents)
			return read(signals, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGUSR1;
		if (wait[0].revents)
			word = confirmed();
		if (word)
			return word > 0;
	}
	return false;
}

/* Tell the CHILD. Is the change kept? */
static bool keep(int child)
{
	char word = KEEP;

	return write(child, &word, 1) == 1 && read(child, &word, 1) == 1;
}

static enum status no_trial(int code)
{
	struct err err;

	err_sys(&err, code, "--try");
	err_hint(&err, "undo the change yourself: it was made, and nothing guards it");
	return fail(&err);
}

enum status trial_wait(const struct ctx *ctx, struct change *ch, const struct scope *scope)
{
	static const int watched[] = { SIGUSR1, SIGHUP, SIGINT, SIGTERM };
	const int64_t end = loop_now() + (int64_t)ctx->try_for * 1000;
	int ends[2], signals, status = 0;
	bool kept;
	sigset_t set;
	pid_t pid;

	journal_unlock(&ch->host.j);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++)
		sigaddset(&set, watched[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return no_trial(errno);
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return no_trial(errno);
	if (!pid) {
		enum status left;

		close(ends[0]);
		left = guard(ctx, ends[1], ch, scope);
		_exit((int)left);
	}
	close(ends[1]);
	warning(ctx, "--try: press Enter within %u seconds to keep this; otherwise it is undone", ctx->try_for);
	kept = wait_for_word(ends[0], signals, end) && keep(ends[0]);
	close(ends[0]);
	close(signals);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (kept)
		return STATUS_OK;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		warning(ctx, "--try: not confirmed, and so undone");
	return STATUS_REFUSED;
}
