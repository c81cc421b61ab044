"""CMake files name every source, and scripts explain themselves."""

import pathlib
import re

_GLOB = re.compile(r"\bfile\s*\(\s*GLOB|\baux_source_directory\s*\(", re.IGNORECASE)


def check_no_globs(source):
    """Sources are listed: a glob misses new files until somebody runs cmake again.

    Scripts for `cmake -P`, which are those .cmake files that are not in cmake/, run anew each time.
    """
    is_script = source.path.endswith(".cmake") and not source.path.startswith("cmake/")
    if not source.is_cmake or is_script:
        return []
    return [source.finding(match.start(), "a glob of sources: list them by name")
            for match in _GLOB.finditer(source.text)]


def check_sources_are_listed(sources):
    """Every .cpp is named in the nearest CMakeLists.txt above it, so that none is dead."""
    lists = {pathlib.PurePosixPath(source.path).parent: re.sub(r"#[^\n]*", "", source.text)
             for source in sources if source.path.endswith("CMakeLists.txt")}
    findings = []
    for source in sources:
        if not source.path.endswith(".cpp") or source.is_data:
            continue
        path = pathlib.PurePosixPath(source.path)
        folder = next((each for each in path.parents if each in lists), path.parent)
        name = path.relative_to(folder).as_posix()
        if not re.search(rf"(?<![\w./]){re.escape(name)}(?!\w)", lists.get(folder, "")):
            findings.append(source.finding(
                0, f"{folder}/CMakeLists.txt does not name {name}: add it, or delete the file"))
    return findings


def check_strict_shell(source):
    """Shell scripts stop at the first error."""
    if not source.is_shell or source.is_data or "\nset -euo pipefail\n" in source.text:
        return []
    return [source.finding(0, 'a shell script without "set -euo pipefail": add it as line 2')]
