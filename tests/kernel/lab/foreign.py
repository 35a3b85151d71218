# SPDX-License-Identifier: GPL-2.0-or-later
"""Private copies of system folders, and running other programs than sitctl in a host."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import netlab


def folder(case, path, make=True):
    """For the rest of a test class, an empty folder in the place of a system's one, for this process and its children."""
    if make:
        os.makedirs(path, exist_ok=True)
    copy = pathlib.Path(tempfile.mkdtemp(dir=case.lab.files))
    copy.chmod(0o755)
    case.addClassCleanup(shutil.rmtree, copy)
    netlab.mount(str(copy), path, None, netlab.MS_BIND)
    case.addClassCleanup(subprocess.run, ["umount", path], check=True)
    return pathlib.Path(path)


def lay(case, package):
    """For the rest of a test class, a package that is not installed (tests/vm/packages) over the system's /usr; its folder."""
    found = netlab.TOP / ".cache" / "vm" / "packages" / package
    if not found.is_dir():
        raise RuntimeError(f"no {found}: give `tests/vm/run` the option --packages {package}")
    netlab.mount("usr", "/usr", "overlay", netlab.MS_RDONLY, f"lowerdir={found}/usr:/usr".encode())
    case.addClassCleanup(subprocess.run, ["umount", "-l", "/usr"], check=True)
    return found


def hook(source, target):
    """Puts a hook of dist/ where it belongs, as `make install` does with PREFIX=/usr/local."""
    text = (netlab.TOP / "dist" / source).read_text(encoding="ascii")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(re.sub("/usr/sbin/sitctl", "/usr/local/sbin/sitctl", text, count=1), encoding="ascii")
    target.chmod(0o755)
    return target


def install(case):
    """The program where ifupdown and hooks find it, and a folder for files."""
    sbin = folder(case, "/usr/local/sbin", make=False)
    (sbin / "sitctl").symlink_to(netlab.SITCTL)
    return folder(case, "/etc/sitctl")


def ifupdown(case):
    """The program, and our hooks for ifupdown; (the folder for files, /etc/network)."""
    files, network = install(case), folder(case, "/etc/network")
    folder(case, "/run/network")
    for phase in ("if-up.d", "if-post-down.d"):
        (network / phase).mkdir()
    for phase in ("if-pre-up.d", "if-down.d"):
        hook(f"network/{phase}/sitctl", network / phase / "sitctl")
    return files, network


def run(host, argv, **env):
    """Another program in a host, with a /sys of that host; its output is one text."""
    inside = 'mount -n -t sysfs sys /sys && exec "$@"'
    with host:
        return subprocess.run(["unshare", "--mount", "sh", "-c", inside, "sh", *argv], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False, cwd="/",
                              env={"PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", **env})
