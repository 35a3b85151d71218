# SPDX-License-Identifier: GPL-2.0-or-later
# sitctl: build, install, test. `make help` lists what there is.

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
DOCDIR ?= $(PREFIX)/share/doc/sitctl
MANDIR ?= $(PREFIX)/share/man
SYSCONFDIR ?= /etc
DESTDIR ?=
BUILD ?= build

VERSION := 0.1
PKGS := libmnl libnftnl jansson libcap-ng yaml-0.1
# Those that lib/base/lazy.c loads where they are needed.
LAZY := jansson yaml-0.1
PKG_CONFIG ?= pkg-config

CC ?= gcc
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -Ilib $(WARNINGS) $(CPPFLAGS) $(CFLAGS) $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
LIBS = $(shell $(PKG_CONFIG) --libs $(filter-out $(LAZY),$(PKGS)) 2>/dev/null) -ldl

LIB_SRC := $(sort $(wildcard lib/*/*.c lib/*/*/*.c))
CMD_SRC := $(sort $(wildcard cmd/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c tests/unit/*/*.c tests/unit/*/*/*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(BUILD)/%.o)
UNIT_OBJ := $(UNIT_SRC:%.c=$(BUILD)/%.o)
BENCH := $(BENCH_SRC:%.c=$(BUILD)/%)
FUZZ := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/fuzz/*.c)))
FUZZ_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/fuzz/common/*.c)))

.PHONY: all help deps deps-build deps-lint deps-s390x needed needed-unit install uninstall deb clean check check-quick check-faults check-kernels check-s390x lint check-asan check-valgrind coverage unit bench fuzz fuzzers demo vm-shell

all: $(BUILD)/sitctl

help:
	@sed -n 's/^#: //p' $(firstword $(MAKEFILE_LIST))

#: make             build build/sitctl
$(BUILD)/sitctl: $(CMD_OBJ) $(BUILD)/libsitctl.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libsitctl.a: $(LIB_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

# What cannot be compiled or linked without is named here, with its package, instead of by the compiler or the linker.
missing = CC='$(CC)' CFLAGS='$(CPPFLAGS) $(CFLAGS)' PKG_CONFIG='$(PKG_CONFIG)' tests/deps missing
needed:
	@$(missing) $(PKGS)

needed-unit: needed
	@$(missing) check

# The flags are a prerequisite: another compiler or other flags rebuild everything.
$(BUILD)/flags: needed
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS) $(VERSION)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS) $(VERSION)' > $@

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -DSITCTL_VERSION='"$(VERSION)"' -MMD -MP -c -o $@ $<

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d) $(UNIT_OBJ:.o=.d) $(BENCH:=.d) $(FUZZ:=.d) $(FUZZ_OBJ:.o=.d)

# These alone install anything: a target that needs it has them as prerequisites (tests/makefile).
#: make deps        install what is missing to build and test, by apt (as root; else it names it)
deps:
	@tests/deps all

#: make deps-build  the same, to build only
deps-build:
	@tests/deps build

#: make deps-lint   the same, for `make lint`
deps-lint:
	@tests/deps lint

#: make deps-s390x  the same, for `make check-s390x`
deps-s390x:
	@tests/deps s390x

# Folders of others: their pkg-config files name Debian's, which are for packages (PREFIX=/usr).
asked = $(or $(shell $(PKG_CONFIG) --define-variable=prefix=$(PREFIX) --variable=$(1) $(2) 2>/dev/null),$(3))
ifeq ($(PREFIX),/usr/local)
UNITDIR ?= /usr/local/lib/systemd/system
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
else
UNITDIR ?= $(call asked,systemdsystemunitdir,systemd,/lib/systemd/system)
ZSHDIR ?= $(PREFIX)/share/zsh/vendor-completions
endif
BASHDIR ?= $(call asked,completionsdir,bash-completion,$(PREFIX)/share/bash-completion/completions)
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d

# What is installed: SOURCE:TARGET. Hooks lie below dist/ as they will below SYSCONFDIR.
HOOKS := $(wildcard $(addprefix dist/,network/*/* networkd-dispatcher/*/* NetworkManager/*/* iproute2/*/*))
EXAMPLES := $(filter-out %.d %.service,$(wildcard $(addprefix dist/systemd/,*.d/* network/* network/*/*)))
INSTALLED = $(BUILD)/sitctl:$(SBINDIR)/sitctl README:$(DOCDIR)/README NEWS:$(DOCDIR)/NEWS \
	$(foreach f,$(HOOKS),$(f):$(f:dist/%=$(SYSCONFDIR)/%)) \
	$(foreach f,$(wildcard dist/systemd/*.service),$(f):$(f:dist/systemd/%=$(UNITDIR)/%)) \
	$(foreach f,$(EXAMPLES),$(f):$(f:dist/%=$(DOCDIR)/examples/%)) \
	$(foreach n,5 7 8,$(foreach f,$(wildcard man/*.$(n)),$(f):$(f:man/%=$(MANDIR)/man$(n)/%))) \
	$(patsubst %,%:$(BASHDIR)/sitctl,$(wildcard completions/sitctl.bash)) \
	$(patsubst %,%:$(ZSHDIR)/_sitctl,$(wildcard completions/_sitctl)) \
	$(patsubst %,%:$(FISHDIR)/sitctl.fish,$(wildcard completions/sitctl.fish))

#: make install     below DESTDIR/PREFIX (default /usr/local), hooks below SYSCONFDIR (/etc)
install: all
	@set -e; for pair in $(INSTALLED); do \
		file=$${pair%%:*}; target="$(DESTDIR)$${pair#*:}"; mode=0644; \
		if [ -x "$$file" ]; then mode=0755; fi; \
		echo "install $$target"; \
		install -D -m "$$mode" "$$file" "$$target"; \
		case $$file in dist/*) sed -i 's|/usr/sbin/sitctl|$(SBINDIR)/sitctl|' "$$target" ;; esac; \
	done
	install -d -m 0755 "$(DESTDIR)$(SYSCONFDIR)/sitctl"

#: make uninstall   what install made; files in /etc/sitctl stay
uninstall:
	@set -e; for pair in $(INSTALLED); do \
		target="$(DESTDIR)$${pair#*:}"; echo "remove $$target"; rm -f "$$target"; \
	done
	@set -e; for folder in "$(DESTDIR)$(DOCDIR)" "$(DESTDIR)$(SYSCONFDIR)/sitctl"; do \
		if [ -d "$$folder" ]; then find "$$folder" -depth -type d -empty -delete; fi; \
	done

#: make deb         a Debian package, into build/deb; the packaging lies in dist/debian
DEB := $(BUILD)/deb
deb:
	rm -rf $(DEB)
	mkdir -p $(DEB)/sitctl
	tar -c --exclude-vcs --exclude=./$(BUILD) --exclude=./.cache --exclude=./dist/debian . | tar -x -C $(DEB)/sitctl
	cp -r dist/debian $(DEB)/sitctl/debian
	cd $(DEB)/sitctl && env -u MAKEFLAGS -u MFLAGS dpkg-buildpackage -us -uc -b

#: make clean       remove what was built (the kernel's cache stays in .cache)
clean:
	rm -rf $(BUILD)

#: make unit        the unit tests
$(UNIT_OBJ): | needed-unit
$(BUILD)/unit: $(UNIT_OBJ) $(BUILD)/libsitctl.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(shell $(PKG_CONFIG) --libs jansson check 2>/dev/null)

# Many of them run the program.
unit: $(BUILD)/unit $(BUILD)/sitctl
	$(BUILD)/unit

#: make check       all tests: unit tests, the manual, then the kernel tests in one VM
check: deps
	@tests/check

#: make check-quick the unit tests, the manual, and the main jobs in one VM
check-quick: deps
	@tests/check --quick

#: make check-faults  every fault at every system call, of which `make check` tries a sample: it takes hours
check-faults: deps
	@$(MAKE) --no-print-directory -s all
	@tests/vm/run --timeout 14400 --env SITCTL_FAULTS=all -- /usr/bin/python3 -B tests/kernel/run.py test_faults

#: make check-kernels   the kernel tests on Debian's 5.10, 6.1, 6.12, newest kernel, side by side; ONLY="client server"
check-kernels: deps
	@$(MAKE) --no-print-directory -s all $(BUILD)/tests/bench/flood
	@tests/kernels $(ONLY)

#: make check-asan  unit and kernel tests with ASan, LSan and UBSan
check-asan: deps
	@tests/memory/asan

#: make check-valgrind  unit tests and commands under valgrind
check-valgrind: deps
	@tests/memory/valgrind

#: make coverage    lines and branches of lib/ that the tests reach; fails below 90 % and 80 %
coverage: deps
	@tests/coverage

#: make lint        analysers: compilers, clang-tidy, cppcheck, sparse, shellcheck...; ONLY="sparse cppcheck" runs those
lint: deps-lint
	@tests/lint $(ALL_CFLAGS) -DSITCTL_VERSION='"$(VERSION)"'

#: make bench       figures: packets a second with and without the filter; setting up, against ip, nft and sysctl.
#:                  The same commands beside what others have on a host: sets, rules, routes, links.
#:                  ONLY='client server' takes parts (tests/bench/run.py --help)
$(BENCH): %: %.o
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^

bench: deps
	@$(MAKE) --no-print-directory -s all $(BENCH)
	@tests/vm/run --count --timeout 3000 --out $(BUILD) -- /usr/bin/python3 -B tests/bench/run.py --json $(BUILD)/bench.json $(ONLY)

#: make fuzz        each fuzzer, SECONDS=n (60) or RUNS=n; TARGETS="words files" for some
fuzz: deps
	@tests/fuzz/run

# Built by tests/fuzz/run into a folder of their own, with clang and its sanitizers. Netlink is answered by
# tests/fuzz/common/kernel.c, all else by outside.c there: the linker puts them in the place of these functions.
WRAPPED := $(addprefix mnl_socket_,open2 bind setsockopt get_portid get_fd close sendto) \
	$(patsubst %,nftnl_%_nlmsg_parse,chain rule set set_elems) nanosleep \
	socket bind connect getsockname setsockopt getsockopt recv recvfrom recvmsg fopen file_has
fuzzers: $(FUZZ)

$(FUZZ): %: %.o $(FUZZ_OBJ) $(BUILD)/libsitctl.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -fsanitize=fuzzer $(WRAPPED:%=-Wl,--wrap=%) -o $@ $^ $(LIBS)

#: make check-s390x unit tests and messages in the other byte order (Debian's cross compiler and qemu-user)
check-s390x: deps-s390x
	@tests/s390x/run

$(BUILD)/messages: $(BUILD)/tests/s390x/messages.o $(BUILD)/libsitctl.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -Wl,--wrap=mnl_socket_get_fd,--wrap=mnl_socket_sendto,--wrap=recvmsg,--wrap=getrandom -o $@ $^ $(LIBS)

#: make demo        the main job, shown on a real kernel
demo: deps
	@$(MAKE) --no-print-directory all
	@tests/demo

#: make vm-shell    a shell in the test VM
vm-shell: deps
	@$(MAKE) --no-print-directory all
	@tests/vm/run --shell
