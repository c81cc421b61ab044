"""The Debian package: it builds, holds what it should, and installs on a copy of this system.

ROUNDS_BUILD_DIR names the build, whose programs are built. Installing needs root and an overlay
file system; without them that part is skipped.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["ROUNDS_BUILD_DIR"])
MAN = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "man"
PROGRAMS = ("rounds-ingestd", "rounds", "rounds-replay")
CONTENT = {
    "./usr/bin/rounds-ingestd", "./usr/bin/rounds", "./usr/bin/rounds-replay",
    "./usr/share/man/man8/rounds-ingestd.8", "./usr/share/man/man1/rounds.1",
    "./usr/share/man/man1/rounds-replay.1", "./etc/rounds/rounds-ingestd.toml",
    "./usr/lib/systemd/system/rounds-ingestd.service", "./usr/lib/sysusers.d/rounds.conf",
    "./usr/share/doc/rounds/monitoring/rounds-alerts.yml",
    "./usr/share/doc/rounds/monitoring/rounds-dashboard.json"}

# Runs as root in mount and process namespaces of its own: the whole system, writable in memory.
INSTALL = """
set -euo pipefail
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount --bind /dev "$1/root/dev"
mount -t proc proc "$1/root/proc"
cp "$2" "$1/root/rounds.deb"
echo mounted
chroot "$1/root" /bin/bash -euo pipefail -c '
  export DEBIAN_FRONTEND=noninteractive
  dpkg --install /rounds.deb
  getent passwd rounds
  /usr/bin/rounds-ingestd --version
  dpkg --verify rounds
  dpkg --remove rounds
  test -e /etc/rounds/rounds-ingestd.toml && echo "settings kept"
  dpkg --purge rounds
  test ! -e /etc/rounds/rounds-ingestd.toml && echo "settings gone"
'
"""


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="rounds-package-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        built = subprocess.run(
            ["cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", cls.directory],
            capture_output=True, text=True, check=False)
        assert built.returncode == 0, built.stdout + built.stderr
        (cls.package,) = cls.directory.glob("*.deb")

    def test_it_holds_what_it_should_and_nothing_else(self):
        listed = run("dpkg-deb", "--contents", self.package).splitlines()
        files = {line.split()[-1] for line in listed if not line.startswith("d")}
        self.assertEqual(files, CONTENT)
        for line in listed:
            self.assertIn(" root/root ", line)
            self.assertNotRegex(line, r"^.{8}w", "others may not write")

    def test_it_names_what_it_needs(self):
        fields = run("dpkg-deb", "--field", self.package)
        self.assertRegex(fields, r"(?m)^Package: rounds$")
        self.assertRegex(fields, r"(?m)^Version: \d+\.\d+\.\d+")
        depends = re.search(r"(?m)^Depends: (.*)$", fields).group(1)
        for library in ("librocksdb", "libssl", "libsystemd0", "libjemalloc2", "libc6", "systemd"):
            self.assertIn(library, depends)

    def test_the_settings_are_the_administrators(self):
        run("dpkg-deb", "--control", self.package, self.directory / "control")
        conffiles = (self.directory / "control" / "conffiles").read_text(encoding="utf-8")
        self.assertEqual(conffiles, "/etc/rounds/rounds-ingestd.toml\n")
        for script in ("postinst", "prerm", "postrm"):
            run("bash", "-n", self.directory / "control" / script)
            self.assertTrue(os.access(self.directory / "control" / script, os.X_OK))

    def test_its_programs_run(self):
        run("dpkg-deb", "--extract", self.package, self.directory / "root")
        for name in PROGRAMS:
            said = run(self.directory / "root" / "usr" / "bin" / name, "--version")
            self.assertRegex(said, rf"\A{name} \d+\.\d+\.\d+\n\Z")

    @unittest.skipUnless(shutil.which("systemd-sysusers"), "the package needs systemd")
    def test_it_is_installed_and_removed(self):
        scratch = self.directory / "system"
        scratch.mkdir()
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "bash", "-c", INSTALL, "install", scratch,
             self.package], capture_output=True, text=True, check=False)
        if "mounted" not in done.stdout:
            print(f"SKIPPED: no copy of the system can be made: {done.stderr.strip()}", flush=True)
            self.skipTest("needs root and an overlay file system")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^rounds:x:\d+:\d+:.*:/var/lib/rounds:")
        self.assertIn("rounds-ingestd 0.", done.stdout)
        self.assertIn("settings kept", done.stdout)
        self.assertIn("settings gone", done.stdout)


def help_texts(name):
    """The help of a program and of all of its subcommands, as (words, text)."""
    program = BUILD / "bin" / name
    waiting = [()]
    while waiting:
        words = waiting.pop()
        text = run(program, *words, "--help")
        yield words, text
        commands = re.search(r"(?ms)^Subcommands:\n(.*?)\n\n", text)
        if commands:
            waiting += [(*words, word) for word in re.findall(r"(?m)^  (\w\S*)", commands.group(1))]


class ManualPages(unittest.TestCase):
    def test_they_are_well_formed(self):
        if not shutil.which("mandoc"):
            self.skipTest("mandoc is not installed")
        for page in sorted(MAN.iterdir()):
            checked = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page],
                                     capture_output=True, text=True, check=False)
            self.assertEqual((checked.returncode, checked.stdout), (0, ""), page.name)

    def test_they_describe_every_command_and_option(self):
        for name in PROGRAMS:
            (page,) = MAN.glob(f"{name}.*")
            manual = page.read_text(encoding="utf-8")
            for words, text in help_texts(name):
                if words:
                    self.assertRegex(manual, rf"(?m)^\.It Cm {' '.join(words)}\b", page.name)
                for option in re.findall(r"(?m)^  (?:-\w,)?--(\S+)", text):
                    self.assertRegex(manual, rf"Fl -{option}\b|Fl h , -{option}\b",
                                     f"{page.name} does not describe --{option}")


if __name__ == "__main__":
    unittest.main()
