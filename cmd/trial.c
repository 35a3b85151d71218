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
#include <termios.h>
#include <unistd.h>

#include "say.h"
#include "trial.h"
#include "base/loop.h"

#define MADE 'm'   /* from the parent: the change is made, the time begins */
#define KEEP 'k'   /* it is confirmed, or there is nothing to undo; and back: the child does nothing */
#define GRACE 2000 /* ms that the child waits longer than its parent, which may have been stopped */
#define RETRIES 6  /* for the lock, for which change_open() waits 10 s */

/* How the child ends. */
enum end { END_UNDONE, END_FAILED, END_CHANGED /* what another run changed stays */, END_KEPT };

static enum end undo(const struct change *made, const struct scope *scope)
{
	struct change ch;
	struct err err;
	bool all;
	int ret;

	ret = change_open(&ch, true, &err);
	for (int i = 0; ret && i < RETRIES; i++)
		ret = change_open(&ch, true, &err);
	if (ret) {
		fail(&err);
		return END_FAILED;
	}
	/* The child's copy of the change is as it was before it was made. */
	ret = change_restore(&ch, &made->host.j, &made->desired, &all, &err);
	if (!ret)
		ret = change_plan(&ch, scope, &err);
	if (!ret)
		ret = change_apply(&ch, &err);
	change_close(&ch);
	if (ret)
		fail(&err);
	return ret ? END_FAILED : all ? END_UNDONE : END_CHANGED;
}

/* The child. SECONDS count from when the change is made. */
static enum end guard(int parent, const struct change *made, const struct scope *scope, unsigned int seconds)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGPIPE };
	struct pollfd wait = { .fd = parent, .events = POLLIN };
	int left = -1;
	char word;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	setsid();
	while (poll(&wait, 1, left) > 0 && read(parent, &word, 1) == 1) {
		if (word == KEEP && write(parent, &word, 1) == 1)
			return END_KEPT;
		left = (int)seconds * 1000 + GRACE;
	}
	return undo(made, scope);
}

static enum status refuse(const char *what)
{
	struct err err;

	err_sys(&err, errno, "--try: %s", what);
	return fail(&err);
}

/* Signals are for the signalfd from now on: none of them ends this process while the change is made. */
static int watch_signals(void)
{
	static const int watched[] = { SIGUSR1, SIGHUP, SIGINT, SIGTERM };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++)
		sigaddset(&set, watched[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

enum status trial_begin(struct trial *t, struct change *ch, const struct scope *scope, unsigned int seconds)
{
	int ends[2], clean;
	struct err err;

	clean = change_is_clean(ch, scope, &err);
	if (clean < 0)
		return fail(&err);
	if (!clean) {
		err_usage(&err, "--try",
			  "the kernel differs from the configuration, and an undo would not restore that");
		err_hint(&err, "repair it first: 'sitctl check' prints the command");
		return fail(&err);
	}
	t->signals = watch_signals();
	if (t->signals < 0)
		return refuse("waiting for signals");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return refuse("starting a process that undoes it");
	fflush(NULL);
	t->guard = fork();
	if (t->guard < 0)
		return refuse("starting a process that undoes it");
	if (!t->guard) {
		enum end end;

		close(ends[0]);
		close(ch->host.j.lock);
		end = guard(ends[1], ch, scope, seconds);
		_exit((int)end);
	}
	close(ends[1]);
	t->word = ends[0];
	return STATUS_OK;
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

/* Until it is known whether the change is kept. */
static bool wait_for_word(const struct trial *t, int64_t end)
{
	struct pollfd wait[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				 { .fd = t->signals, .events = POLLIN },
				 { .fd = t->word, .events = POLLIN } };
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
			return read(t->signals, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGUSR1;
		if (wait[0].revents)
			word = confirmed();
		if (word)
			return word > 0;
	}
	return false;
}

static bool tell(const struct trial *t, char word)
{
	return write(t->word, &word, 1) == 1;
}

/* Nothing is to be undone. Has the child seen that? */
static bool keep(const struct trial *t)
{
	char word;

	return tell(t, KEEP) && read(t->word, &word, 1) == 1;
}

/* Wait for the child, and say what became of the change. */
static enum status ended(const struct trial *t, const struct ctx *ctx, bool kept)
{
	int status = 0;

	close(t->word);
	close(t->signals);
	while (waitpid(t->guard, &status, 0) < 0 && errno == EINTR)
		;
	if (kept)
		return STATUS_OK;
	switch (WIFEXITED(status) ? WEXITSTATUS(status) : END_FAILED) {
	case END_UNDONE: warning(ctx, "--try: it was not confirmed, and is undone"); break;
	case END_CHANGED:
		warning(ctx,
			"--try: it was not confirmed, and is undone except for what another run has changed since");
		break;
	default: warning(ctx, "--try: it was not confirmed, but could not be undone; see 'sitctl check'"); break;
	}
	return STATUS_REFUSED;
}

enum status trial_end(struct trial *t, const struct ctx *ctx, struct change *ch, bool made)
{
	if (!made)
		return ended(t, ctx, keep(t));
	journal_unlock(&ch->host.j);
	/* What was typed before the question is not an answer. */
	if (isatty(STDIN_FILENO))
		tcflush(STDIN_FILENO, TCIFLUSH);
	warning(ctx, "--try: press Enter within %u seconds to keep this; otherwise it is undone", ctx->try_for);
	return ended(t, ctx, tell(t, MADE) && wait_for_word(t, loop_now() + (int64_t)ctx->try_for * 1000) && keep(t));
}
