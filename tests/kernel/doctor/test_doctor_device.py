# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor: the kernel, the tunnel's device and what is on it; what was told and what is there."""

import doctor
from netlab import CLIENT4, PAIR, SERVER4


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
        cls.server.ip(doctor.FAR_SERVER)

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

    def test_ipv6_off_on_the_device(self):
        self.make()
        self.client.set("net.ipv6.conf.plain.disable_ipv6", 1)
        found = self.finds(self.client, "ipv6-disabled-device", "plain", words="plain", beside=("no-default-route",))
        self.follow(self.client, found)
        exam = self.examine(self.client, "plain")
        self.assertNotIn("ipv6-disabled-device", exam.findings, str(exam))
