/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of `import` of scripts: what a shell makes of a text before a command is one. */
#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "import/import.h"

#define T "ip tunnel add t mode sit remote 203.0.113.1 ttl 9\nip addr add 2001:db8::3/127 dev t\n"
#define T_WORDS "t remote 203.0.113.1 address 2001:db8::3/127 ttl 9 gateway none"

START_TEST(variables)
{
#define KNOWN                                                                                                 \
	"NAME=t\nSERVER='203.0.113.1' TTL=\"9\" # mine\nexport IP=/sbin/ip SUDO=\nOPTS=\"remote $SERVER ttl " \
	"${TTL}\"\n"                                                                                          \
	"$SUDO $IP tunnel add \"$NAME\" mode sit $OPTS\n"
	static const struct {
		const char *text, *errors;
	} rows[] = {
		{ KNOWN "HALF=2001:db8:\nLANG=C ip addr add \"$HALF\":3/127 dev ${NAME}\n", "" },
		/* Nothing is executed, and nothing guessed: each is named once. */
		{ KNOWN "MY=$(curl -s \"http://a/b?c\" | cat)\nip addr add 2001:db8::3/127 dev t\n"
			"ip link set t mtu $MY\nip tunnel change t local $MY\n",
		  "x:8: $MY: has a value that is known only when the script runs\n" },
		{ KNOWN "ip addr add 2001:db8::3/127 dev t\nip tunnel change t local `hostname -I` mode sit\n",
		  "x:7: `hostname -I`: has a value that is known only when the script runs\n" },
		{ KNOWN "ip addr add 2001:db8::3/127 dev t\nip tunnel change t local \"${2:-192.0.2.1}\"\n",
		  "x:7: \"${2:-192.0.2.1}\": has a value that is known only when the script runs\n" },
		{ KNOWN "A=192.0.2.1\nA+=0\nread TTL\nip addr add 2001:db8::3/127 dev t\nip tunnel change t local $A "
			"tos $TTL\n",
		  "x:10: $A: has a value that is known only when the script runs\n"
		  "x:10: $TTL: has a value that is known only when the script runs\n" },
		{ KNOWN "ip addr add 2001:db8::3/127 dev t\nip addr add $1 dev t\nip -6 route add default via $2 dev t "
			"table $3\n",
		  "x:7: $1: has a value that is known only when the script runs\n"
		  "x:8: $2: has a value that is known only when the script runs\n"
		  "x:8: $3: has a value that is known only when the script runs\n" },
		/* Both ways of a condition are read. */
		{ KNOWN "if [ -n \"$1\" ]; then ip addr add 2001:db8::3/127 dev t; fi\n",
		  "x:6: if: is not evaluated: what depends on it is read in either case\n" },
		{ KNOWN "case \"$1\" in up) ip addr add 2001:db8::3/127 dev t;; down) ip link del t;; esac\n", "" },
		/* Beside other things. */
		{ KNOWN "export LC_ALL\nip -6 rule add from 2001:db8::3 table 7\nip -6 rule show\nip addr add "
			"2001:db8::3/127 dev t\n",
		  "x:7: rule: is an object of 'ip' that is not understood\n" },
	};
	struct import im;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_import("iproute2", rows[i].text, T_WORDS, rows[i].errors);
	/* An unknown name makes no tunnel, and is no '$1'. */
	read_import(&im, "iproute2", "ip tunnel add $1 mode sit remote 203.0.113.1\nip addr add 2001:db8::3 dev $1\n");
	ck_assert(im.refused && !im.n);
	ck_assert_str_eq(import_errors(&im), "x:1: $1: has a value that is known only when the script runs\n");
	import_free(&im);
	/* Literally. */
	expect_import(
		"iproute2",
		"NAME=t\nip tunnel add '$NAME' mode sit remote 203.0.113.1\nip addr add 2001:db8::3/127 dev \\$NAME\n",
		"$NAME remote 203.0.113.1 address 2001:db8::3/127 ttl inherit gateway none", "");
}
END_TEST

/* Scripts as people write them: what brackets, functions, patterns and here-documents leave of a command. */
START_TEST(what_a_shell_has_around_commands)
{
	static const struct {
		const char *text, *errors;
	} rows[] = {
		{ "(ip tunnel add t mode sit remote 203.0.113.1 ttl 9; ip addr add 2001:db8::3/127 dev t)\n", "" },
		{ "sudo -E -u root ip tunnel add t mode sit remote 203.0.113.1 ttl 9\nsudo -n /sbin/ip addr add "
		  "2001:db8::3/127 dev t\n",
		  "" },
		{ "case $1 in\nstart | \"\")\n" T ";;\nstop|down) killall radvd;;\n(*) exit 1;;\nesac\n", "" },
		{ "case $1 in start|stop) killall radvd;; esac\n" T,
		  "x:1: killall: is not a command that is understood\n" },
		{ "case $1 in down) case $2 in a) b;; c) d;; esac; e;; up) f;; esac\n" T,
		  "x:1: f: is not a command that is understood\n" },
		/* More than one branch about the tunnel. */
		{ "\ncase $1 in\nup) " T
		  ";;\nhome) ip link set t up; ip -6 addr show;;\nx) ip addr add 2001:db8::3/127 "
		  "dev t;;\ny) ip addr add 2001:db8::3/127 dev t;;\nesac\n",
		  "x:2: case: is not evaluated: several of its branches are read\n" },
		{ "case $1 in up) ip tunnel add t mode sit remote 203.0.113.1 ttl 9; case $2 in a) ip addr add "
		  "2001:db8::3/127 "
		  "dev t;; esac; ip addr add 2001:db8::3/127 dev t;; esac\n",
		  "" },
		/* Functions: called before they stand there, or by none. */
		{ "main() { setup; }\nfunction setup {\n" T "}\nstop () {\n ip tunnel del t\n}\ncase $1 in up) main;; "
		  "down) stop;; esac\n",
		  "" },
		{ T "other() {\n ip link set t mtu\n}\n",
		  "x:4: mtu: has no value\nx:3: other: is a function that is never called: its commands are read as if "
		  "it were\n" },
		/* Texts for other programs, and what is not closed. */
		{ T "cat >/etc/radvd.conf <<E\nit's { (\nip link set t mtu 1400\nE\n",
		  "x:3: cat: is not a command that is understood\n" },
		{ T ": <<'E'\nip link set t mtu 1400\nE\n", "" },
		{ T "sh <<E\nip link set t mtu 1400\n", "x:3: sh: a here-document has no end\n" },
		{ T "\n>'x\nip link set t mtu 1400\n", "x:4: <: a quote is not closed\n" },
		/* Commands that go elsewhere. */
		{ T "echo 'ip link set t mtu 1400' | sh\n", "x:3: sh: is not a command that is understood\n" },
		{ T "echo ip link set t mtu 1400 >>/etc/rc.local\n",
		  "x:3: /etc/rc.local: is a file that this line writes, which is not imported\n" },
		{ T "echo 1400 &>/sys/class/net/t/mtu\n",
		  "x:3: /sys/class/net/t/mtu: is a file that this line writes, which is not imported\n" },
		{ T "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding\nsysctl -w net.ipv6.conf.default.forwarding=1\n",
		  "x:3: /proc/sys/net/ipv6/conf/all/forwarding: is set by sitctl only for a LAN, as in 'prefix "
		  "P/LEN,IFACE'\n" },
		{ T "echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo up >/dev/null 2>&1; echo up >&2\n", "" },
		{ T "echo 2 >/proc/sys/net/ipv6/conf/t/accept_ra\n",
		  "x:3: /proc/sys/net/ipv6/conf/t/accept_ra: is not a sysctl that sitctl sets for a tunnel\n" },
		{ T "for i in 1 2; do ip link set t up; done\n",
		  "x:3: for: is not executed: what it repeats is read once\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_import("iproute2", rows[i].text, T_WORDS, rows[i].errors);
	expect_import("iproute2",
		      "sysctl -q net.ipv6.conf.all.forwarding=1\n" T "ip addr add 2001:db8:1::1/64 dev lan\n",
		      T_WORDS " prefix 2001:db8:1::/64,lan", "");
}
END_TEST

/* Which value it gets is decided when the script runs, and not here. */
START_TEST(variables_that_depend)
{
#define USE "ip tunnel add t mode sit remote $R ttl 9\nip addr add 2001:db8::3/127 dev t\n"
#define UNKNOWN ": $R: has a value that is known only when the script runs\n"
	static const char *const unknown[][2] = {
		{ "case $X in\na) R=203.0.113.1;;\nb) R=203.0.113.2;;\nesac\n" USE, "x:5" UNKNOWN },
		{ "[ -n \"$X\" ] && R=203.0.113.2 || R=203.0.113.1\n" USE, "x:2" UNKNOWN },
		{ "R=203.0.113.1\n(R=203.0.113.2)\n" USE, "x:3" UNKNOWN },
		{ "R=203.0.113.1\nf() { local R=203.0.113.2; }\nf\n" USE, "x:4" UNKNOWN },
		{ "R=203.0.113.1\nfor i in 1; do R=203.0.113.2; done\n" USE,
		  "x:2: for: is not executed: what it repeats is read once\nx:3" UNKNOWN },
		{ "if a; then R=203.0.113.1\nelse R=203.0.113.2; fi\n" USE,
		  "x:1: if: is not evaluated: what depends on it is read in either case\n"
		  "x:1: a: is not a command that is understood\nx:3" UNKNOWN },
		{ "ls | while read R; do true; done\n" USE,
		  "x:1: ls: is not a command that is understood\n"
		  "x:1: while: is not evaluated: what depends on it is read in either case\nx:2" UNKNOWN },
	};
	struct import im;

	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		read_import(&im, "iproute2", unknown[i][0]);
		ck_assert_str_eq(import_errors(&im), unknown[i][1]);
		import_free(&im);
	}
	expect_import("iproute2",
		      "case $X in a) R=203.0.113.1;; down) R=x;; esac\n[ -n \"$R\" ] || R=203.0.113.1\n" USE, T_WORDS,
		      "");
	expect_import("iproute2", "R=x\n{ R=203.0.113.1; }\n" USE, T_WORDS, "");
}
END_TEST

/* What variables bring has an end, also where each has twice the one before. */
START_TEST(variables_are_bounded)
{
	char text[4096] = "A0=xxxxxxxxxxxxxxxx\n";
	struct import im;

	for (int i = 1; i < 40; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "A%d=$A%d$A%d\n", i, i - 1, i - 1);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "ip tunnel add $A39 mode sit\n");
	read_import(&im, "iproute2", text);
	ck_assert_str_eq(import_errors(&im), "x:41: $A39: has a value that is known only when the script runs\n");
	import_free(&im);
	for (int i = text[0] = 0; i < 400; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "B%d=1\n", i);
	read_import(&im, "iproute2", text);
	ck_assert_uint_eq(im.errors.n, 336);
	ck_assert_ptr_nonnull(strstr(import_errors(&im), "x:65: B64=1: is one variable too many"));
	import_free(&im);
}
END_TEST

Suite *suite_scripts(void)
{
	Suite *suite = suite_create("scripts");
	TCase *tc = tcase_create("shell");

	tcase_add_test(tc, variables);
	tcase_add_test(tc, what_a_shell_has_around_commands);
	tcase_add_test(tc, variables_that_depend);
	tcase_add_test(tc, variables_are_bounded);
	suite_add_tcase(suite, tc);
	return suite;
}
