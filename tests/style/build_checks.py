"""CMake files name every source, and scripts explain themselves."""

import re

_GLOB = re.compile(r"\bfile\s*\(\s*GLOB|\baux_source_directory\s*\(", re.IGNORECASE)


def check_no_globs(source):
    """Sources are listed: a glob misses new files until somebody runs cmake again."""
    if not source.is_cmake:
        return []
    return [source.finding(match.start(), "a glob of sources: list them by name")
            for match in _GLOB.finditer(source.text)]


def check_sources_are_listed(sources):
    """Every .cpp is named in the CMakeLists.txt of its folder, so that none is dead."""
    lists = {source.path: source.text for source in sources if source.is_cmake}
    findings = []
    for source in sources:
        if not source.path.endswith(".cpp") or source.is_data:
            continue
        folder, name = source.path.rsplit("/", 1)
        listed = re.sub(r"#[^\n]*", "", lists.get(f"{folder}/CMakeLists.txt", ""))
        if not re.search(rf"(?<![\w./]){re.escape(name)}(?!\w)", listed):
            findings.append(source.finding(
                0, f"{folder}/CMakeLists.txt does not name {name}: add it, or delete the file"))
    return findings


def check_strict_shell(source):
    """Shell scripts stop at the first error."""
    if not source.is_shell or source.is_data or "\nset -euo pipefail\n" in source.text:
        return []
    return [source.finding(0, 'a shell script without "set -euo pipefail": add it as line 2')]
