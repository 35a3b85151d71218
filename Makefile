# SPDX-License-Identifier: GPL-2.0-or-later
# sitctl: build, install, test. `make help` lists what there is.

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
DOCDIR ?= $(PREFIX)/share/doc/sitctl
DESTDIR ?=
BUILD ?= build

VERSION := 0.1
PKGS := libmnl libnftnl jansson libcap-ng

CC ?= gcc
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null)

LIB_SRC := $(sort $(wildcard lib/*.c))
CMD_SRC := $(sort $(wildcard cmd/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(BUILD)/%.o)
UNIT_OBJ := $(UNIT_SRC:%.c=$(BUILD)/%.o)
BENCH := $(BENCH_SRC:%.c=$(BUILD)/%)

.PHONY: all help deps deps-build install uninstall clean check unit bench demo vm-shell FORCE

all: $(BUILD)/sitctl

help:
	@sed -n 's/^#: //p' $(firstword $(MAKEFILE_LIST))

#: make             build build/sitctl
$(BUILD)/sitctl: $(CMD_OBJ) $(BUILD)/libsitctl.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libsitctl.a: $(LIB_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

# The flags are a prerequisite: another compiler or other flags build anew.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS) $(VERSION)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS) $(VERSION)' > $@

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -DSITCTL_VERSION='"$(VERSION)"' -MMD -MP -c -o $@ $<

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d) $(UNIT_OBJ:.o=.d) $(BENCH:=.d)

#: make deps        install what is missing, by apt (as root; else it names it)
deps:
	@tests/deps all

deps-build:
	@tests/deps build

#: make install     below DESTDIR/PREFIX (default /usr/local)
install: all
	install -D -m 0755 $(BUILD)/sitctl $(DESTDIR)$(SBINDIR)/sitctl
	install -D -m 0644 README $(DESTDIR)$(DOCDIR)/README

uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/sitctl $(DESTDIR)$(DOCDIR)/README

#: make clean       remove what was built (the kernel's cache stays in .cache)
clean:
	rm -rf $(BUILD)

#: make unit        the unit tests
$(BUILD)/unit: $(UNIT_OBJ) $(BUILD)/libsitctl.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(shell pkg-config --libs check 2>/dev/null)

unit: $(BUILD)/unit
	$(BUILD)/unit

#: make check       all tests: unit tests, then the kernel tests in one VM
check: deps
	@tests/check

#: make bench       packets a second through a tunnel, with and without the filter
$(BENCH): %: %.o
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^

bench: deps
	@$(MAKE) --no-print-directory -s all $(BENCH)
	@tests/vm/run --timeout 900 --out $(BUILD) -- /usr/bin/python3 -B tests/bench/run.py --json $(BUILD)/bench.json

#: make demo        the main job, shown on a real kernel
demo: deps
	@$(MAKE) --no-print-directory all
	@tests/demo

#: make vm-shell    a shell in the test VM
vm-shell: deps
	@$(MAKE) --no-print-directory all
	@tests/vm/run --shell
