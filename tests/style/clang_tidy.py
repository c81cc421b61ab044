"""Runs clang-tidy over our sources of a build folder, in parallel, and remembers what was clean.

A source is skipped if everything that its result depends on is as it was when it last came out
clean: the checks, the compiler flags, clang-tidy itself, and each file it includes, as ninja
recorded them. A marker named after the hash of all that, under build/, is the memory.
"""

import argparse
import concurrent.futures
import dataclasses
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLANG_TIDY = "clang-tidy-19"
# Markers are a few bytes; those of code long gone are dropped after this time.
MARKER_LIFETIME_SECONDS = 30 * 24 * 3600


@dataclasses.dataclass(frozen=True)
class Unit:
    """One source as the build compiles it."""

    source: pathlib.Path
    flags: str
    dependencies: tuple


def parse_dependencies(listing):
    """The output of `ninja -t deps`: object to the files it was compiled from."""
    dependencies = {}
    current = None
    for line in listing.splitlines():
        header = re.match(r"(\S.*): #deps \d+, .*\((VALID|STALE)\)$", line)
        if header:
            current = dependencies.setdefault(header.group(1), [])
        elif line.startswith("    ") and current is not None:
            current.append(line.strip())
        else:
            current = None
    return dependencies


def load_units(build, root=ROOT):
    """Our sources in the compilation database of `build`; what it generates itself is left out."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    listing = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True,
                             text=True, check=True).stdout
    dependencies = parse_dependencies(listing)
    units = []
    for entry in entries:
        source = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if not source.is_relative_to(root) or source.is_relative_to(root / "build"):
            continue
        made = re.search(r" -o (\S+)", entry["command"])
        used = dependencies.get(made.group(1), []) if made else []
        paths = (pathlib.Path(entry["directory"], path).resolve() for path in used)
        units.append(Unit(source, entry["command"], tuple(sorted(set(paths)))))
    return units


def content_key(path):
    """Changes if the file does. System headers are known by size and time of change."""
    if path.is_relative_to(ROOT):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    stamp = path.stat()
    return f"{stamp.st_size}:{stamp.st_mtime_ns}"


def unit_key(unit, common, key_of):
    """The name of the marker of a clean run, or None if ninja does not know what was included."""
    if not unit.dependencies:
        return None
    digest = hashlib.sha256(common)
    for part in (str(unit.source), unit.flags):
        digest.update(part.encode() + b"\0")
    try:
        for path in (unit.source, *unit.dependencies):
            digest.update(f"{path}\0{key_of(path)}\0".encode())
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def configuration():
    """What all results depend on: clang-tidy and every .clang-tidy of the tree."""
    version = subprocess.run([CLANG_TIDY, "--version"], capture_output=True, check=True).stdout
    files = [ROOT / ".clang-tidy", *sorted(ROOT.glob("*/.clang-tidy"))]
    return version + b"".join(file.read_bytes() for file in files)


def lint(unit, build):
    """The findings in one source, empty if it is clean, and the seconds it took."""
    start = time.monotonic()
    run = subprocess.run([CLANG_TIDY, "-p", build, "--quiet", unit.source], capture_output=True,
                         text=True, check=False)
    report = run.stdout
    if run.returncode != 0 and not report.strip():
        report = run.stderr
    return (report if run.returncode != 0 else ""), time.monotonic() - start


def forget_old(markers):
    """Drops markers that nobody has used for long."""
    now = time.time()
    for marker in markers.iterdir():
        if now - marker.stat().st_mtime > MARKER_LIFETIME_SECONDS:
            marker.unlink(missing_ok=True)


def pending_units(units, markers):
    """The units without a marker, each with the marker to leave if it comes out clean."""
    common = configuration()
    key_of = functools.cache(content_key)
    pending = []
    for unit in units:
        key = unit_key(unit, common, key_of)
        marker = markers / key if key else None
        if marker and marker.exists():
            os.utime(marker)
        else:
            pending.append((unit, marker))
    return pending


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build", type=pathlib.Path, help="a build folder, already built")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--verbose", action="store_true", help="print the seconds of each source")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    if not (build / "compile_commands.json").is_file():
        sys.exit(f"{build} holds no compile_commands.json: build it first, with scripts/build")
    markers = ROOT / "build" / "clang-tidy-clean"
    markers.mkdir(parents=True, exist_ok=True)
    forget_old(markers)

    units = load_units(build)
    pending = pending_units(units, markers)
    dirty = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = {pool.submit(lint, unit, build): (unit, marker) for unit, marker in pending}
        for run in concurrent.futures.as_completed(runs):
            unit, marker = runs[run]
            report, seconds = run.result()
            if arguments.verbose:
                print(f"{seconds:6.1f} s  {unit.source.relative_to(ROOT)}", flush=True)
            if report:
                dirty += 1
                print(report, flush=True)
            elif marker:
                marker.touch()
    print(f"clang-tidy: {len(units)} sources, {len(pending)} looked at, {dirty} with findings")
    if not units:
        sys.exit("no source of the tree is in the compilation database")
    sys.exit(1 if dirty else 0)


if __name__ == "__main__":
    main()
