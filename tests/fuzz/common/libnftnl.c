/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libnftnl believes the kernel: where a message is not as the kernel makes it, it ends the program (abi_breakage()),
 * reads at a null pointer, or leaks. Those are no findings about this library: what libnftnl does not survive, it could
 * not parse. So each message is tried first with an object that is thrown away, with all that was allocated for it.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sanitizer/allocator_interface.h>
#include <sanitizer/lsan_interface.h>

#include "kernel.h" /* before linux/: glibc and the kernel define the same names */

#include <libnftnl/chain.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#define ALLOCATED_MAX 65536
#define NULL_PAGE 4096

static sigjmp_buf before;
static volatile bool trying;
static struct sigaction others;
static void *allocated[ALLOCATED_MAX];
static size_t n_allocated;

static void note_malloc(const volatile void *at, size_t size)
{
	(void)size;
	if (trying && n_allocated < ALLOCATED_MAX)
		allocated[n_allocated++] = (void *)at;
}

static void note_free(const volatile void *at)
{
	for (size_t i = n_allocated; trying && i > 0; i--)
		if (allocated[i - 1] == at) {
			allocated[i - 1] = allocated[--n_allocated];
			break;
		}
}

/* In place of the C library's. */
void exit(int status)
{
	void (*real)(int) __attribute__((noreturn)) = dlsym(RTLD_NEXT, "exit");

	if (trying)
		siglongjmp(before, 1);
	real(status);
}

static void segv(int number, siginfo_t *info, void *context)
{
	if (trying && (uintptr_t)info->si_addr < NULL_PAGE)
		siglongjmp(before, 1);
	others.sa_sigaction(number, info, context);
}

static void hook(void)
{
	struct sigaction ours = { .sa_sigaction = segv, .sa_flags = SA_SIGINFO };
	static bool done;

	if (done)
		return;
	done = __sanitizer_install_malloc_and_free_hooks(note_malloc, note_free) && !sigaction(SIGSEGV, &ours, &others);
	invariant(done);
}

/*
 * Where an element has attributes that no kernel knows yet, 1.2.4 writes beyond an array on its stack (it takes them up
 * to NFTA_SET_MAX, and has room up to NFTA_SET_ELEM_MAX): nothing survives that.
 */
static bool newer(const struct nlattr *list)
{
	const struct nlattr *elem, *attr;

	mnl_attr_for_each_nested(elem, list)
		mnl_attr_for_each_nested(attr, elem)
			if (mnl_attr_get_type(attr) > NFTA_SET_ELEM_MAX)
				return true;
	return false;
}

static bool smashes(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_ELEMENTS && newer(attr))
			return true;
	return false;
}

static bool harmless(const struct nlmsghdr *nlh)
{
	(void)nlh;
	return false;
}

typedef int (*parse)(const struct nlmsghdr *nlh, void *object);

static bool survives(const struct nlmsghdr *nlh, void *(*alloc)(void), void (*discard)(void *), parse real)
{
	volatile bool good = false;
	void *object;

	hook();
	n_allocated = 0;
	trying = true;
	if (!sigsetjmp(before, 1)) {
		object = alloc();
		good = real(nlh, object) >= 0;
		discard(object);
	}
	trying = false;
	while (n_allocated)
		free(allocated[--n_allocated]);
	return good;
}

/* The same for each kind of object; void pointers, so that one function tries them all. */
#define WRAP(object, function, deadly)                                                                 \
	int __real_##function(const struct nlmsghdr *nlh, struct object *to);                          \
	int __wrap_##function(const struct nlmsghdr *nlh, struct object *to);                          \
	static void *function##_alloc(void)                                                            \
	{                                                                                              \
		return object##_alloc();                                                               \
	}                                                                                              \
	static void function##_free(void *to)                                                          \
	{                                                                                              \
		object##_free(to);                                                                     \
	}                                                                                              \
	static int function##_void(const struct nlmsghdr *nlh, void *to)                               \
	{                                                                                              \
		return __real_##function(nlh, to);                                                     \
	}                                                                                              \
	int __wrap_##function(const struct nlmsghdr *nlh, struct object *to)                           \
	{                                                                                              \
		int ret = -1;                                                                          \
                                                                                                       \
		if (deadly(nlh) || !survives(nlh, function##_alloc, function##_free, function##_void)) \
			return ret;                                                                    \
		__lsan_disable();                                                                      \
		ret = __real_##function(nlh, to);                                                      \
		__lsan_enable();                                                                       \
		return ret;                                                                            \
	}

WRAP(nftnl_chain, nftnl_chain_nlmsg_parse, harmless)
WRAP(nftnl_rule, nftnl_rule_nlmsg_parse, harmless)
WRAP(nftnl_set, nftnl_set_nlmsg_parse, harmless)
WRAP(nftnl_set, nftnl_set_elems_nlmsg_parse, smashes)
