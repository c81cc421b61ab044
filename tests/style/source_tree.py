"""The files of the project and what a checker says about them.

A checker is a function from a Source to findings; test_tree.py runs each over the tree, the
test_*_checks.py files run each over bad snippets.
"""

import dataclasses
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

CPP_SUFFIXES = (".cpp", ".hpp")
# Copied material (vectors, samples, golden bytes): not written in the style of the tree.
DATA_FOLDER = "tests/data/"
# What a tree without git's records (an unpacked archive) may hold besides sources.
NOT_SOURCES = ("build", "data", "__pycache__")


@dataclasses.dataclass(frozen=True)
class Finding:
    """One broken rule: where, what, and what to do about it."""

    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


@dataclasses.dataclass(frozen=True)
class Source:
    """A text file of the tree; path is relative to its root, with slashes."""

    path: str
    text: str

    @property
    def folder(self):
        """The top-level folder, or "" for files in the root."""
        return self.path.split("/")[0] if "/" in self.path else ""

    @property
    def is_cpp(self):
        return self.path.endswith(CPP_SUFFIXES)

    @property
    def is_header(self):
        return self.path.endswith(".hpp")

    @property
    def is_python(self):
        return self.path.endswith(".py") or self.first_line.endswith("python3")

    @property
    def is_shell(self):
        return self.path.endswith(".sh") or self.first_line.endswith(("bash", "/sh"))

    @property
    def is_cmake(self):
        name = self.path.rsplit("/", 1)[-1]
        return name == "CMakeLists.txt" or name.endswith((".cmake", ".cmake.in"))

    @property
    def is_data(self):
        return self.path.startswith(DATA_FOLDER)

    @property
    def first_line(self):
        line = self.text.split("\n", 1)[0]
        return line if line.startswith("#!") else ""

    def finding(self, offset, message):
        """A finding at the character `offset` of the text."""
        return Finding(self.path, self.text.count("\n", 0, offset) + 1, message)


def tracked_paths():
    """Paths of tracked files, and of new ones that git does not ignore."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"]
        + ["--cached", "--others", "--exclude-standard", "--deduplicate"],
        cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode == 0:
        return sorted(path for path in listing.stdout.split("\0") if path)
    relative = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
    return sorted(path.as_posix() for path in relative if not set(path.parts) & set(NOT_SOURCES))


def load_tree():
    """All text files of the tree."""
    sources = []
    for path in tracked_paths():
        file = ROOT / path
        if not file.is_file():
            continue
        try:
            sources.append(Source(path, file.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            pass  # golden bytes and the like
    return sources


_CPP_TOKENS = re.compile(
    r"""//[^\n]*|/\*.*?\*/"""
    r"""|R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)\""""
    r"""|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])*'""",
    re.DOTALL)


def strip_cpp(text):
    """Blanks comments and the insides of literals, so that offsets and lines stay the same."""

    def blank(match):
        token = match.group(0)
        if token.startswith("/"):
            return re.sub(r"[^\n]", " ", token)
        return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1]

    return _CPP_TOKENS.sub(blank, text)
