# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor: the kernel, the tunnel's device and what is on it; what was told and what is there."""

import socket

import doctor
import files
from doctor import UP
import netlab
from netlab import CLIENT4, INTERNET, PAIR, SERVER4
from test_doctor_tcp import Resolver


class Device(doctor.Client):
    def test_healthy(self):
        exam = self.healthy(self.client)
        self.assertIn(PAIR[0], exam.checks["answers"]["text"])

    def test_missing(self):
        self.client.ip("link del t1")
        self.mended(self.client, self.finds(self.client, "device-missing", "t1", beside=("drift", "no-default-route")))

    def test_name_taken_by_another_kind(self):
        self.client.ip("link del t1\nlink add t1 type dummy")
        found = self.finds(self.client, "name-taken", "t1", "not a SIT device", beside=("drift", "no-default-route"))
        self.mended(self.client, found)

    def test_name_taken_by_a_sit_device_with_these_endpoints(self):
        self.client.ip(f"link del t1\ntunnel add t1 mode sit remote {SERVER4} ttl 64")
        found = self.finds(self.client, "name-taken", "t1", "sitctl did not make", words="t1", beside=("drift", "no-default-route"))
        self.mended(self.client, found, words="t1")

    def test_endpoints_taken(self):
        self.client.ip(f"link del t1\ntunnel add other mode sit remote {SERVER4} ttl 255\nlink set other up")
        found = self.finds(self.client, "endpoints-taken", "other", SERVER4, words="t1", beside=("drift", "no-default-route"))
        self.mended(self.client, found, words="t1")

    def test_down(self):
        self.client.ip("link set t1 down")
        self.mended(self.client, self.finds(self.client, "device-down", "t1", beside=("drift",)))

    def test_ipv6_off_on_the_device(self):
        self.client.set("net.ipv6.conf.t1.disable_ipv6", 1)
        found = self.finds(self.client, "ipv6-disabled-device", "t1", beside=("drift", "no-default-route"))
        self.mended(self.client, found)

    def test_ipv6_off_on_the_host(self):
        self.client.set("net.ipv6.conf.all.disable_ipv6", 1)
        found = self.finds(self.client, "ipv6-disabled-host", "all.disable_ipv6", beside=("drift", "no-default-route"))
        self.mended(self.client, found)

    def test_ipv6_off_on_the_host_but_not_on_the_device(self):
        """The healthy twin: what counts is the device's own."""
        self.client.set("net.ipv6.conf.all.disable_ipv6", 1)
        self.client.set("net.ipv6.conf.t1.disable_ipv6", 0)
        self.client.set("net.ipv6.conf.lo.disable_ipv6", 0)
        self.tell(self.client, doctor.UP)
        self.assertEqual(self.client.get("net.ipv6.conf.all.disable_ipv6"), "1")
        self.healthy(self.client)

    def test_address_missing(self):
        self.client.ip(f"addr del {PAIR[1]}/127 dev t1")
        found = self.finds(self.client, "address-missing", "t1", beside=("drift", "far-end-silent-inside", "no-default-route",
                                                                        "protocol-41-filtered"))
        self.mended(self.client, found)

    def test_drift(self):
        self.client.ip("tunnel change t1 ttl 64")
        self.mended(self.client, self.finds(self.client, "drift", "t1"))


    def test_drift_of_the_far_end(self):
        """Before any packet is judged: what the device sends goes to somebody else."""
        self.client.ip("tunnel change t1 remote 203.0.113.99 ttl 255")
        found = self.finds(self.client, "drift", f"remote is 203.0.113.99, should be {SERVER4}",
                           beside=("not-sent", "remote-silent", "protocol-41-filtered", "far-end-silent-inside"))
        self.mended(self.client, found)

    def test_drift_beside_what_explains_it_not(self):
        self.client.ip(f"tunnel change t1 local {CLIENT4}\nroute del ::/0 dev t1")
        found = self.finds(self.client, "drift", f"local is {CLIENT4}, should be any", beside=("no-default-route",))
        self.mended(self.client, found)

    def test_name_taken_by_a_tunnel_that_works(self):
        """Its far end and its address are those that are wanted: nothing has to be taken down."""
        self.client.ip(f"link del t1\n{netlab.FAR_CLIENT.replace(' far', ' t1')}")
        done = self.refused(self.client, doctor.UP, "sitctl did not make", "sitctl client adopt t1", status=1)
        self.assertIn("same remote", done.err)
        found = self.finds(self.client, "name-taken", "t1", "sitctl did not make", words="t1")
        self.assertIn("client adopt t1", found["remedy"])
        self.mended(self.client, found, words="t1")

    def test_endpoints_taken_by_a_tunnel_that_works(self):
        self.client.ip(f"link del t1\n{netlab.FAR_CLIENT.replace(f' local {CLIENT4}', '')}")
        self.refused(self.client, doctor.UP, "sitctl client adopt far", status=1)
        found = self.finds(self.client, "endpoints-taken", "far", SERVER4, words="t1")
        self.assertIn("sitctl client adopt far", found["remedy"])
        self.tell(self.client, "client down t1")
        self.do(self.client, "sitctl client adopt far")
        self.cured(self.client, words="far")


class Implied(doctor.Case):
    """What sitctl itself takes for given: the length of an address, and of a prefix what the user said."""

    BROKER = "2001:db8:1::1"

    @classmethod
    def prepare(cls):
        cls.server.ip(f"""
            tunnel add far mode sit remote {CLIENT4} local {SERVER4} ttl 255
            link set far up
            addr add {cls.BROKER}/64 dev far nodad""")
        cls.server.set("net.ipv6.conf.all.forwarding", 1)

    UP = f"client up t1 remote {SERVER4} address 2001:db8:1::2"

    def test_the_far_end_has_a_64(self):
        self.tell(self.client, self.UP)
        found = self.finds(self.client, "address-length", "2001:db8:1::3", "sitctl's default", self.BROKER)
        self.assertIn("address 2001:db8:1::2/64", found["remedy"])
        self.mended(self.client, found, self.BROKER)

    def test_the_guess_is_no_loss(self):
        """The right address is asked from the beginning, by echos and by TCP, with a target and without."""
        self.tell(self.client, self.UP)
        for words, where in ((f"t1 target {INTERNET}", INTERNET), ("t1", self.BROKER)):
            with self.subTest(words):
                exam = self.examine(self.client, words)
                self.assertEqual(list(exam.findings), ["address-length"], str(exam))
                self.assertRegex(exam.checks["loss"]["text"], rf"loses 0 %, 0 of \d+ echo requests to {self.BROKER};")
                self.assertEqual(exam.checks["TCP"]["text"], f"{where} port 80 answers", str(exam))

    def test_the_far_end_has_the_other_one(self):
        """The healthy twin."""
        self.server.ip("addr add 2001:db8:1::3/127 dev far nodad")
        self.tell(self.client, self.UP)
        self.healthy(self.client)

    def test_the_implied_one_is_this_hosts(self):
        self.client.ip("addr add 2001:db8:1::3/128 dev lan nodad")
        self.tell(self.client, self.UP)
        found = self.finds(self.client, "address-length", "2001:db8:1::3", "this host's own address on lan",
                           beside=("far-end-silent-inside", "protocol-41-filtered", "other-source"))
        self.mended(self.client, found, self.BROKER)

    def test_the_prefix_is_too_large(self):
        self.tell(self.client, self.UP + "/64 prefix 2001:db8:8000::/33")
        self.healthy(self.client)
        found = self.finds(self.client, "prefix-too-large", INTERNET, "2001:db8:8000::/33", words=f"t1 target {INTERNET}",
                           beside=("tcp-syn-lost",))
        self.assertIn("2001:db8:8000::/48", found["remedy"])
        self.follow(self.client, found)
        self.cured(self.client, self.BROKER, words=f"t1 target {INTERNET}")


class Unresolved(files.Case, doctor.Case):
    """`remote` is a name."""

    @classmethod
    def prepare(cls):
        cls.server.ip(netlab.FAR_SERVER)

    def test_no_answer(self):
        self.put("t1.conf", f"[client]\nremote = web.test\naddress = {PAIR[1]}\n")
        found = self.finds(self.client, "remote-unresolved", "web.test", words="t1",
                           beside=("device-missing", "no-default-route"))
        self.assertIn("getent ahostsv4 web.test", found["remedy"])
        Resolver(self, self.client, {1: socket.inet_pton(socket.AF_INET, SERVER4)})
        self.assertEqual(self.do(self.client, found["remedy"].split("'")[3]).returncode, 0, found["remedy"])
        self.cured(self.client)

    def test_another_answer(self):
        """The far end has moved since the tunnel was made."""
        before = Resolver(self, self.client, {1: socket.inet_pton(socket.AF_INET, "203.0.113.99")})
        self.tell(self.client, UP.replace(SERVER4, "web.test"))
        before.stop()
        Resolver(self, self.client, {1: socket.inet_pton(socket.AF_INET, SERVER4)})
        found = self.finds(self.client, "remote-moved", f"web.test now resolves to {SERVER4}", "203.0.113.99",
                           beside=("remote-silent", "remote-unreachable", "protocol-41-filtered"))
        self.mended(self.client, found)

    def test_another_answer_while_the_far_end_is_there(self):
        """It answers no echo, but TCP."""
        before = Resolver(self, self.client, {1: socket.inet_pton(socket.AF_INET, SERVER4)})
        self.tell(self.client, UP.replace(SERVER4, "web.test"))
        before.stop()
        Resolver(self, self.client, {1: socket.inet_pton(socket.AF_INET, "203.0.113.99")})
        self.server.nft("table ip6 f { chain i { type filter hook input priority 0; icmpv6 type echo-request ip6 saddr 2000::/3 drop; }; }")
        self.healthy(self.client)


class Bare(doctor.Case):
    """A device of somebody else's without any address, on a host that has another way to the IPv6 Internet."""

    def test_no_address(self):
        self.server.ip(f"tunnel add bare mode sit remote {CLIENT4} ttl 255\nlink set bare up")
        self.assertIn("address-missing", self.examine(self.server, "bare").findings)


class Foreign(doctor.Case):
    """A tunnel that `ip` made."""

    ROUTE = "route add ::/0 dev plain metric 1024"

    @classmethod
    def prepare(cls):
        cls.server.ip(netlab.FAR_SERVER)

    def make(self, more="ttl 255", mode="ip6ip"):
        self.client.ip(f"""
            link add name plain type sit mode {mode} remote {SERVER4} local {CLIENT4} {more}
            link set plain up
            addr add {PAIR[1]}/127 dev plain nodad
            {self.ROUTE}""")

    def test_healthy(self):
        self.make()
        exam = self.healthy(self.client, "plain")
        self.assertEqual(exam.checks["state"]["outcome"], "skipped")
        self.assertIn("'sitctl client adopt plain'", exam.checks["state"]["text"])
        self.healthy(self.client)

    def test_down(self):
        self.make()
        """Its address and route went with it, and only who made it knows them: one step at a time."""
        self.client.ip("link set plain down")
        self.follow(self.client, self.finds(self.client, "device-down", "plain", words="plain", beside=("no-default-route",)))
        found = self.finds(self.client, "address-missing", "plain", words="plain", beside=("no-default-route",))
        self.assertIn("ip addr add ADDRESS/LEN dev plain", found["remedy"])
        self.client.ip(f"addr add {PAIR[1]}/127 dev plain nodad")
        self.mended(self.client, self.finds(self.client, "no-default-route", words="plain"), words="plain")

    def test_mode_any(self):
        self.make("ttl 64 tos 0x10 fwmark 0x7", "any")
        before = self.client.addresses("plain"), self.client.routes("default6/0 plain")
        self.mended(self.client, self.finds(self.client, "device-mode-any", "plain", words="plain"), words="plain")
        self.assertEqual((self.client.addresses("plain"), self.client.routes("default6/0 plain")), before)
        link = self.client.links()["plain"]
        self.assertEqual((link["ttl"], link["tos"], link["fwmark"]), (64, 0x10, 7))

    def test_mode_any_with_many_addresses(self):
        """The commands for them all are too long: a part of them would lose the rest."""
        self.make(mode="any")
        self.client.ip("\n".join(f"addr add 2001:db8:77::{n:x}/128 dev plain nodad" for n in range(1, 60)))
        found = self.finds(self.client, "device-mode-any", "plain", words="plain")
        self.assertFalse(found["command"], found)
        self.assertNotIn("ip link del", found["remedy"])

    def test_ipv6_off_on_the_device(self):
        self.make()
        self.client.set("net.ipv6.conf.plain.disable_ipv6", 1)
        found = self.finds(self.client, "ipv6-disabled-device", "plain", words="plain", beside=("no-default-route",))
        self.follow(self.client, found)
        exam = self.examine(self.client, "plain")
        self.assertNotIn("ipv6-disabled-device", exam.findings, str(exam))
