# SPDX-License-Identifier: GPL-2.0-or-later
"""ifupdown2 and ifupdown-ng, the real ones, laid over the system: the same stanzas are tunnels there."""

import pathlib
import re
import shutil

import foreign
import netlab
from netlab import CLIENT4, INTERNET, PAIR, PREFIX, SERVER4, SERVER4B

DEV = "sit-ipv6"
MORE = "2001:db8:200::/64"
OPTIONS = f"""
    sitctl-remote {SERVER4}
    sitctl-address {PAIR[1]}/127
    sitctl-prefix {PREFIX} {MORE}"""


class Stanzas:
    """What holds for either."""

    weight = 60

    @classmethod
    def prepare(cls):
        if not hasattr(cls, "network"):
            found = foreign.lay(cls, cls.package)
            cls.files = foreign.install(cls)
            for folder in ("/run/network", "/var/tmp"):     # where they remember what is up
                foreign.folder(cls, folder)
            cls.network = foreign.folder(cls, "/etc/network")
            shutil.copytree(found / "etc" / "network", cls.network, dirs_exist_ok=True)
            for phase in ("if-pre-up.d", "if-down.d"):
                foreign.hook(f"network/{phase}/sitctl", cls.network / phase / "sitctl")
            cls.package_is_there(found)
        netlab.run(cls.server, f"server add-peer alice remote {CLIENT4} address {PAIR[1]} prefix {PREFIX}")

    @classmethod
    def package_is_there(cls, found):
        """What its maintainer scripts would do."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.forget)
        self.before = self.client.state()

    def forget(self):
        for path in self.remembers:     # of its own only: the other one may be at work
            pathlib.Path(path).unlink(missing_ok=True)
        for folder in ("/run/network", "/var/tmp"):
            for entry in pathlib.Path(folder).iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def stanza(self, options):
        (self.network / "interfaces").write_text(f"auto {DEV}\niface {DEV} inet6 manual{options}\n", encoding="ascii")

    def ran(self, words, status=0):
        done = foreign.run(self.client, words.split())
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}")
        return done.stdout

    def is_up(self):
        self.reaches(self.client, INTERNET)
        self.reaches(self.inet, PAIR[1])
        self.up(self.client, f"client check {DEV}")

    def is_down(self):
        self.same(self.before, self.client, "after ifdown")

    def test_options_in_the_stanza_are_enough(self):
        self.stanza(OPTIONS)
        self.not_there()
        self.assertEqual(self.ran(f"ifup {DEV}"), "")
        self.is_up()
        self.there()
        words = OPTIONS.replace("sitctl-", "").replace(MORE, f"prefix {MORE}")
        self.assertEqual(self.tell(self.client, f"--dry-run client up {DEV} {words}").out, "", "another state than these words'")
        self.assertEqual(self.ran(f"ifdown {DEV}"), "")
        self.is_down()
        self.not_there()

    def test_all_of_them_twice_and_changed(self):
        self.stanza(OPTIONS)
        self.ran("ifup -a")
        once = self.client.state()
        self.is_up()
        self.ran("ifup -a")
        self.same(once, self.client, "ifup -a a second time")
        index = self.client.links()[DEV]["index"]
        self.stanza(OPTIONS + "\n    sitctl-mtu 1300")
        self.ran(self.again_by_force)
        self.assertEqual((self.client.links()[DEV]["mtu"], self.client.links()[DEV]["index"]), (1300, index))
        self.is_up()
        self.ran(f"ifdown {DEV}")
        self.is_down()

    def test_the_plain_form_reads_the_file(self):
        (self.files / f"{DEV}.conf").write_text(f"[client]\nremote = {SERVER4}\naddress = {PAIR[1]}\n", encoding="ascii")
        self.addCleanup((self.files / f"{DEV}.conf").unlink)
        self.stanza("\n    up sitctl client up $IFACE\n    down sitctl client down $IFACE")
        self.ran("ifup -a")
        self.is_up()
        self.there()
        self.ran(f"ifdown {DEV}")
        self.is_down()

    def test_a_wrong_option_is_told(self):
        self.stanza(OPTIONS + "\n    sitctl-mss-clam off")
        said = foreign.run(self.client, ["ifup", DEV])
        self.assertIn("did you mean 'mss-clamp'", said.stdout)
        self.is_down()


class Ifupdown2(Stanzas, netlab.Case):
    """Its `ifquery --check` marks addresses that the stanza does not name, as it does of any; its `ifup` runs the hooks each time."""

    package, again_by_force, remembers = "ifupdown2", "ifup -a", ()

    @classmethod
    def package_is_there(cls, found):
        (found / "usr/share/ifupdown2/ifupdown2").chmod(0o755)

    def there(self):
        said = self.ran(f"ifquery --check {DEV}", status=1)
        self.assertRegex(said, f"iface {DEV} inet6 manual")
        self.assertEqual(re.findall(r"^\s+(.*?)\s+\[fail\]$", said, re.M), [f"address {PAIR[1]}/127"], said)

    def not_there(self):
        said = self.ran(f"ifquery --check {DEV}", status=1)
        self.assertRegex(said, rf"iface {DEV} +\[fail\]")
        self.assertNotIn("address", said)

    def test_a_change_by_ifreload(self):
        self.stanza(OPTIONS)
        self.ran("ifup -a")
        self.stanza(OPTIONS.replace(SERVER4, SERVER4B))
        self.ran("ifreload -a")
        self.assertEqual(self.show(self.client, f"client show {DEV}")[0]["remote"], SERVER4B)
        self.ran(f"ifdown {DEV}")
        self.is_down()


class IfupdownNg(Stanzas, netlab.Case):
    """It has no `ifquery --check`."""

    package, again_by_force, remembers = "ifupdown-ng", "ifup -a --force", ("/run/ifstate",)

    def there(self):
        self.assertIn(f"{DEV}={DEV}", self.ran("ifquery --state"))
        self.assertIn(DEV, self.ran("ifquery --running").split())

    def not_there(self):
        self.assertNotIn(DEV, self.ran("ifquery --running").split())
