# SPDX-License-Identifier: GPL-2.0-or-later
"""doctor: a connection that ends by an ICMPv6 error has no answer; who sent the error, and which."""

import doctor
from netlab import INTERNET, PAIR, ROUTER6

BEYOND = "2001:db8:fffe::1"


class Errors(doctor.Client):
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.server.set("net.ipv6.conf.all.forwarding", 1)

    def ends(self, cause, *evidence, hop, target=BEYOND):
        found = self.finds(self.client, cause, target, *evidence, words=f"t1 target {target}")
        self.assertEqual(found["hop"], hop, found)
        return found

    def cured_by(self, host, lines, target=BEYOND):
        host.ip(lines)
        self.cured(self.client, words=f"t1 target {target}")

    def test_a_reset_is_an_answer(self):
        exam = self.healthy(self.client, f"t1 target {INTERNET}")
        self.assertEqual(exam.checks["TCP"]["text"], f"{INTERNET} port 80 answers")

    def test_a_router_beyond(self):
        for kind, word, code in (("unreachable", "no route", 0), ("prohibit", "prohibited", 1)):
            with self.subTest(kind):
                self.inet.ip(f"route add {kind} {BEYOND}/128")
                self.ends("tcp-error-beyond", ROUTER6, f"'{word}'", f"code {code}", hop="beyond")
                self.inet.ip(f"route del {kind} {BEYOND}/128")
        self.cured_by(self.inet, f"addr add {BEYOND}/128 dev lo nodad")

    def test_a_loop_beyond(self):
        self.inet.ip(f"route add {BEYOND}/128 via 2001:db8::2")
        self.ends("tcp-error-beyond", "hop limit exceeded", "type 3", hop="beyond")
        self.cured_by(self.inet, f"route del {BEYOND}/128 via 2001:db8::2\naddr add {BEYOND}/128 dev lo nodad")

    def test_nobody_there(self):
        self.inet.ip("route add 2001:db8:fffe::/64 dev s0")
        self.ends("tcp-error-beyond", ROUTER6, "address unreachable", hop="beyond")
        self.cured_by(self.inet, f"addr add {BEYOND}/128 dev lo nodad")

    def test_the_far_end(self):
        for kind, word in (("unreachable", "no route"), ("prohibit", "prohibited")):
            with self.subTest(kind):
                self.server.ip(f"route add {kind} {BEYOND}/128")
                self.ends("tcp-error-far-end", PAIR[0], f"'{word}'", hop="far-end")
                self.server.ip(f"route del {kind} {BEYOND}/128")
        self.cured_by(self.inet, f"addr add {BEYOND}/128 dev lo nodad")

    def test_the_far_end_and_it_answers_no_echo(self):
        """The error itself has come through the tunnel."""
        self.server.ip(f"route add prohibit {BEYOND}/128")
        self.server.nft("table ip6 f { chain i { type filter hook input priority 0; icmpv6 type echo-request ip6 saddr 2000::/3 drop; }; }")
        self.ends("tcp-error-far-end", PAIR[0], hop="far-end")

    def test_the_target_itself(self):
        """Port unreachable, which the kernel gives as it gives a reset."""
        self.inet.nft(f"table ip6 f {{ chain i {{ type filter hook input priority 0; ip6 daddr {INTERNET} tcp dport 80 reject; }}; }}")
        self.ends("tcp-error-beyond", f"{INTERNET} itself", "port unreachable", hop="beyond", target=INTERNET)
        self.inet.nft("delete table ip6 f")
        self.cured(self.client, words=f"t1 target {INTERNET}")

    def test_the_far_end_refuses_what_nobody_asked_for(self):
        """That the far end has no server for the doctor need not be a fault."""
        self.server.nft("table ip6 f { chain i { type filter hook input priority 0; tcp dport 80 reject with icmpv6 admin-prohibited; }; }")
        exam = self.healthy(self.client)
        self.assertEqual(exam.checks["TCP"]["outcome"], "skipped", str(exam))
        for word in (PAIR[0], "itself", "prohibited", "name a target"):
            self.assertIn(word, exam.checks["TCP"]["text"])
        self.ends("tcp-error-far-end", PAIR[0], "prohibited", hop="far-end", target=PAIR[0])

    def test_this_host(self):
        self.client.nft("table ip6 f { chain o { type filter hook output priority 0; tcp dport 80 reject with icmpv6 no-route; }; }")
        self.inet.ip(f"addr add {BEYOND}/128 dev lo nodad")
        self.ends("tcp-error-here", "none of the SYNs", "left through t1", hop="host")
        self.client.nft("delete table ip6 f")
        self.cured(self.client, words=f"t1 target {BEYOND}")

    def test_one_of_two_targets(self):
        """The other tells that TCP passes."""
        self.inet.ip(f"route add prohibit {BEYOND}/128")
        self.tell(self.client, f"{doctor.UP} target {BEYOND} target {INTERNET}")
        exam = self.healthy(self.client)
        self.assertEqual(exam.checks["TCP"]["outcome"], "skipped", str(exam))
        for word in (ROUTER6, "prohibited", "others answer"):
            self.assertIn(word, exam.checks["TCP"]["text"])
