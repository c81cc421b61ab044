"""Dependencies run one way: includes and link lines follow one table."""

import re

# What a folder may include and link, besides itself. Everything flows down; the log never knows who
# reads it, the domain knows nobody.
ALLOWED = {
    "core": set(),
    "schema": {"core"},
    "eventlog": {"core", "schema"},
    "projections": {"core", "schema", "eventlog"},
    "store": {"core", "schema", "eventlog", "projections"},
    "ingest": {"core"},
    "api": {"core"},
    "daemon": {"core", "store", "ingest", "api"},
    "tools": {"core", "store", "ingest", "api", "eventlog", "projections"},
}
# May use all of the above, and tests/support.
UNRESTRICTED = {"tests", "bench", "examples"}

# Libraries that stay behind a boundary: header prefix to the folders that may see it.
CONFINED_HEADERS = {
    "rocksdb/": {"eventlog", "projections", "store"},
    "flatbuffers/": {"schema", "eventlog", "projections"},
}
GENERATED_FLATBUFFERS = re.compile(r"_generated\.h$")
FLATBUFFERS_FOLDERS = {"schema", "eventlog", "projections"}

# The domain does no I/O: of the standard library not these, of other libraries only the two.
CORE_FORBIDDEN_STANDARD = {"fstream", "filesystem", "iostream", "thread", "syncstream"}
CORE_LIBRARIES = ("fmt/", "openssl/")

_INCLUDE = re.compile(r"""^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]""", re.MULTILINE)
_LINKED = re.compile(r"\brounds(?:::|_)(\w+)")


def _folder_finding(source, offset, target, kind):
    allowed = ALLOWED[source.folder]
    if target == source.folder or target in allowed:
        return []
    names = ", ".join(sorted(allowed)) or "no other folder"
    return [source.finding(offset, f"{source.folder}/ {kind} {target}/; it may use {names}: move "
                                   "the code, or pass the thing in from above")]


def _core_findings(source, offset, quoted, header):
    own = quoted and header.startswith("core/")
    standard = not quoted and "/" not in header and not header.endswith(".h")
    if own or (standard and header not in CORE_FORBIDDEN_STANDARD):
        return []
    if not quoted and header.startswith(CORE_LIBRARIES):
        return []
    return [source.finding(offset, f"core/ includes {header}; the domain does no I/O and uses "
                                   "only the standard library, fmt and libcrypto")]


def check_includes(source):
    """Includes of project folders follow ALLOWED; confined libraries stay where they belong."""
    if not source.is_cpp or source.folder not in ALLOWED:
        return []
    findings = []
    for match in _INCLUDE.finditer(source.text):
        quoted, header = match.group(1) == '"', match.group(2)
        first = header.split("/")[0]
        if quoted and (first in ALLOWED or first in UNRESTRICTED):
            findings += _folder_finding(source, match.start(), first, "includes")
        elif quoted and not header.endswith(".h"):
            findings.append(source.finding(
                match.start(), f'"{header}" names no folder; write it from the root of the tree, '
                               f'as "{source.folder}/{header}"'))
        if source.folder == "core" and not (quoted and first in ALLOWED):
            findings += _core_findings(source, match.start(), quoted, header)
        for prefix, folders in CONFINED_HEADERS.items():
            if header.startswith(prefix) and source.folder not in folders:
                findings.append(source.finding(
                    match.start(), f"{header} is for {', '.join(sorted(folders))} only: hide it "
                                   "behind a type of those folders"))
        if GENERATED_FLATBUFFERS.search(header) and source.folder not in FLATBUFFERS_FOLDERS:
            findings.append(source.finding(
                match.start(), f"{header} is generated; only eventlog and projections know the "
                               "bytes: use their codecs"))
    return findings


def check_links(source):
    """Link lines in the CMake files of a folder follow ALLOWED as well."""
    if not source.is_cmake or source.folder not in ALLOWED:
        return []
    findings = []
    for match in _LINKED.finditer(re.sub(r"#[^\n]*", "", source.text)):
        if match.group(1) in ALLOWED:
            findings += _folder_finding(source, match.start(), match.group(1), "links")
    return findings
