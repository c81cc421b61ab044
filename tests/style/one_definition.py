"""Finds functions and variables of ours that two object files of a build folder define.

Linking both into one program takes either of them without a word when they come from libraries:
two helpers of tests with one name and other return types passed every test but AddressSanitizer's.
"""

import collections
import json
import pathlib
import shlex
import subprocess
import sys

OURS = "rounds::"
# The kinds of nm that may have only one definition: code, initialized, zeroed and constant data.
# Inline functions and templates are weak: the compiler emits them wherever they are used.
STRONG_KINDS = frozenset("TDBR")


def list_symbols(objects):
    """What nm says of the object files: lines of path, address, kind and demangled name."""
    command = ["nm", "--print-file-name", "--defined-only", "--extern-only", "--demangle"]
    return subprocess.run([*command, *objects], capture_output=True, text=True, check=True).stdout


def find_repeated(listing):
    """Name to the object files that define it, for each of our names that several do."""
    files = collections.defaultdict(set)
    for line in listing.splitlines():
        location, kind, name = line.split(" ", 2)
        path = location.rsplit(":", 1)[0]
        if kind in STRONG_KINDS and name.startswith(OURS):
            files[name].add(path)
    return {name: sorted(paths) for name, paths in files.items() if len(paths) > 1}


def built_objects(build):
    """The object files of today's sources: a build folder keeps those of sources long gone."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    commands = [(entry["directory"], shlex.split(entry["command"])) for entry in entries]
    paths = {pathlib.Path(directory, command[command.index("-o") + 1])
             for directory, command in commands}
    return sorted(str(path) for path in paths if path.exists())


def main(build):
    objects = built_objects(pathlib.Path(build))
    if not objects:
        sys.exit(f"one_definition: no object files in {build}: build first")
    repeated = find_repeated(list_symbols(objects))
    for name, paths in sorted(repeated.items()):
        print(f"{name} is defined in {' and '.join(paths)}: rename one, or share it")
    sys.exit(1 if repeated else 0)


if __name__ == "__main__":
    main(sys.argv[1])
