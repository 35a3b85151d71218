/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Purpose: tests of the requests about tunnel devices, byte by byte against linux/if_link.h and linux/if_tunnel.h. */
#include <errno.h>
#include <string.h>

#include "../unit.h"
#include "plan/kinds.h"

/* Numbers of the kernel's interface, written out: the library takes them from its headers. */
#define ACK 5 /* NLM_F_REQUEST | NLM_F_ACK */
#define EXCL 0x200
#define CREATE 0x400

static struct bytes want;

static void begin(void)
{
	own_netns();
	memset(&want, 0, sizeof(want));
}

/* struct ifinfomsg: family, pad, type, index, flags, change */
static size_t link_header(uint16_t type, uint16_t flags, uint32_t seq, uint32_t pid, uint32_t index, bool up, bool set)
{
	size_t header = b_header(&want, type, flags, seq, pid);

	b_u32(&want, 0);
	b_u32(&want, index);
	b_u32(&want, up); /* IFF_UP is 1 */
	b_u32(&want, set);
	return header;
}

static void tunnel_data(uint32_t mtu, const char *remote, const char *local, uint8_t ttl, uint32_t underlay)
{
	size_t info, data;

	b_attr_u32(&want, 4, mtu);	   /* IFLA_MTU */
	b_attr_u32(&want, 27, 41);	   /* IFLA_GROUP */
	info = b_attr(&want, 0x8000 | 18); /* IFLA_LINKINFO */
	b_attr_str(&want, 1, "sit");
	data = b_attr(&want, 0x8000 | 2);
	b_attr_u8(&want, 9, 41); /* IFLA_IPTUN_PROTO */
	b_u16(&want, 8);
	b_u16(&want, 3); /* _REMOTE */
	b_addr4(&want, remote);
	b_u16(&want, 8);
	b_u16(&want, 2); /* _LOCAL */
	b_addr4(&want, local);
	b_attr_u8(&want, 4, ttl);
	b_attr_u8(&want, 5, 0);		/* _TOS */
	b_attr_u8(&want, 10, 1);	/* _PMTUDISC */
	b_attr_u32(&want, 1, underlay); /* _LINK */
	b_attr_u32(&want, 20, 0);	/* _FWMARK: the kernel would keep one that is left out */
	b_attr_end(&want, data);
	b_attr_end(&want, info);
}

static struct object tunnel(const char *name, uint32_t index)
{
	struct object o = { .kind = KIND_LINK };

	strcpy(o.link.name, name);
	o.link.alias = "sitctl client t1";
	o.link.index = index;
	o.link.remote = ip4("203.0.113.1");
	o.link.local = ip4("192.0.2.2");
	o.link.ttl = 64;
	o.link.mtu = 1480;
	o.link.underlay = 3;
	o.link.group = 41;
	o.link.proto = 41;
	o.link.is_sit = true;
	o.link.pmtudisc = 1;
	return o;
}

/* Requests that no kernel grants: what was sent is still in the batch. */
static void refuse(struct step *step, struct conversation *c, int code)
{
	struct err err;
	int ret;

	ck_assert_int_eq(conversation_open(c, &err), 0);
	memset(c->batch.buf, 0, 4096);
	ret = kinds[KIND_LINK]->run(c, step, &err);
	ck_assert_msg(ret == code, "%s", strerror(-ret));
}

/* In the same send: what the kernel has then. */
static void asked_for(const char *name, uint32_t seq, uint32_t portid)
{
	size_t header = link_header(18, ACK, seq, portid, 0, false, false);

	b_attr_str(&want, 3, name);
	b_end(&want, header);
}

START_TEST(tunnel_added)
{
	struct step step = { .op = STEP_ADD, .want = OBJECT(tunnel("lo", 0)) }; /* taken in any namespace */
	struct conversation c;
	size_t header;

	refuse(&step, &c, -EEXIST);
	header = link_header(16, ACK | CREATE | EXCL, 1, c.sockets[NL_ROUTE].portid, 0, false, false);
	b_attr_str(&want, 3, "lo"); /* IFLA_IFNAME */
	tunnel_data(1480, "203.0.113.1", "192.0.2.2", 64, 3);
	b_end(&want, header);
	asked_for("lo", 2, c.sockets[NL_ROUTE].portid);
	same_bytes(c.batch.buf, c.batch.len, &want);
	conversation_close(&c);
}
END_TEST

/* In place: by index, with all tunnel parameters, for those left out would be zeroed; then alias and flags. */
START_TEST(tunnel_changed)
{
	struct step step = { .op = STEP_CHANGE, .was = OBJECT(tunnel("t1", 4711)), .want = OBJECT(tunnel("t1", 4711)) };
	struct conversation c;
	size_t header;

	step.want->link.ttl = 0;
	step.want->link.local.s_addr = 0;
	step.want->link.up = true;
	refuse(&step, &c, -ENODEV);
	header = link_header(16, ACK, 1, c.sockets[NL_ROUTE].portid, 4711, false, false);
	tunnel_data(1480, "203.0.113.1", "0.0.0.0", 0, 3);
	b_end(&want, header);
	header = link_header(19, ACK, 2, c.sockets[NL_ROUTE].portid, 4711, true, true);
	b_attr_str(&want, 20, "sitctl client t1"); /* IFLA_IFALIAS */
	b_end(&want, header);
	asked_for("t1", 3, c.sockets[NL_ROUTE].portid);
	same_bytes(c.batch.buf, c.batch.len, &want);
	conversation_close(&c);
}
END_TEST

/* One that was to be removed with others is wanted again. */
START_TEST(condemned_tunnel_kept)
{
	struct step step = { .op = STEP_CHANGE, .was = OBJECT(tunnel("t1", 4711)), .want = OBJECT(tunnel("t1", 4711)) };
	struct conversation c;
	size_t header;

	step.was->link.group = 0x53000001;
	refuse(&step, &c, -ENODEV);
	header = link_header(19, ACK, 1, c.sockets[NL_ROUTE].portid, 4711, false, true);
	b_attr_u32(&want, 4, 1480); /* IFLA_MTU */
	b_attr_str(&want, 20, "sitctl client t1");
	b_attr_u32(&want, 27, 41); /* IFLA_GROUP */
	b_end(&want, header);
	asked_for("t1", 2, c.sockets[NL_ROUTE].portid);
	same_bytes(c.batch.buf, c.batch.len, &want);
	conversation_close(&c);
}
END_TEST

START_TEST(tunnel_up_or_down)
{
	for (int up = 0; up < 2; up++) {
		struct step step = { .op = STEP_CHANGE,
				     .was = OBJECT(tunnel("t1", 4711)),
				     .want = OBJECT(tunnel("t1", 4711)) };
		struct conversation c;
		size_t header;

		step.want->link.up = up;
		step.was->link.up = !up;
		refuse(&step, &c, -ENODEV);
		memset(&want, 0, sizeof(want));
		header = link_header(19, ACK, 1, c.sockets[NL_ROUTE].portid, 4711, up, true);
		b_end(&want, header);
		same_bytes(c.batch.buf, c.batch.len, &want);
		conversation_close(&c);
	}
}
END_TEST

START_TEST(tunnel_removed)
{
	struct step step = { .op = STEP_DEL, .was = OBJECT(tunnel("t1", 4711)) };
	struct conversation c;
	size_t header;

	refuse(&step, &c, -ENODEV);
	header = link_header(17, ACK, 1, c.sockets[NL_ROUTE].portid, 4711, false, false);
	b_end(&want, header);
	same_bytes(c.batch.buf, c.batch.len, &want);
	conversation_close(&c);
}
END_TEST

/* EEXIST means two things; the kernel does not say which, so it is looked up. */
START_TEST(explained)
{
	struct step step = { .op = STEP_ADD, .want = OBJECT(tunnel("lo", 0)) };
	struct conversation c;
	struct err err;

	ck_assert_int_eq(conversation_open(&c, &err), 0);
	err_sys(&err, EEXIST, "x");
	kinds[KIND_LINK]->explain(&c, &step, &err);
	ck_assert_ptr_nonnull(strstr(err.why, "name lo is taken"));
	ck_assert(err.hint[0]);
	err_sys(&err, EOPNOTSUPP, "x");
	kinds[KIND_LINK]->explain(&c, &step, &err);
	ck_assert_ptr_nonnull(strstr(err.hint, "modprobe sit"));
	err_sys(&err, ENOBUFS, "x");
	kinds[KIND_LINK]->explain(&c, &step, &err);
	ck_assert(!err.why[0] && !err.hint[0]); /* it does not guess */
	conversation_close(&c);
}
END_TEST

Suite *suite_newlink(void)
{
	Suite *s = suite_create("newlink");
	TCase *tc = namespaced_case(s, "messages", begin);

	tcase_add_test(tc, tunnel_added);
	tcase_add_test(tc, tunnel_changed);
	tcase_add_test(tc, condemned_tunnel_kept);
	tcase_add_test(tc, tunnel_up_or_down);
	tcase_add_test(tc, tunnel_removed);
	tcase_add_test(tc, explained);
	return s;
}
