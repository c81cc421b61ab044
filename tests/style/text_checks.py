"""What no file of the tree holds: left-overs, traces of one machine, tests that wait."""

import re

# The patterns are written so that they do not match themselves.
_MARKER = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b")
_MACHINE_PATH = re.compile(r"(?<![\w.~*)}\]-])/(?:work|farm)/[\w.]")
# Tests quote stack traces, and in those homes are what they are about.
_HOME_PATH = re.compile(r"(?<![\w.~*)}\]-])/(?:home|root|Users)/[\w.]")
_REGISTRY = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|crates\.io|proxy\.golang\.org"
    r"|(?:docker|ghcr|quay|gcr|jfrog|conan)\.io|deb\.debian\.org|repo1?\.maven\.org)\b")
_SLEEP = re.compile(r"\b(?:sleep_(?:for|until)|u?sleep|nanosleep)\s*\(|^\s*sleep\s+[\d.\"$]",
                    re.MULTILINE)


def _matches(source, pattern, message):
    return [source.finding(match.start(), message.format(match.group(0).strip()))
            for match in pattern.finditer(source.text)]


def check_markers(source):
    """No marker of unfinished work: it is either done, or known and described in the docs."""
    if source.is_data:
        return []
    return _matches(source, _MARKER, "the marker {} is left over: do it, or describe the limit")


def check_machine_traces(source):
    """No absolute path of somebody's machine, no host of a package registry."""
    if source.is_data:
        return []
    advice = "{}... is a path of one machine: use a relative one, or /srv/... in samples"
    findings = _matches(source, _MACHINE_PATH, advice)
    if source.folder != "tests":
        findings += _matches(source, _HOME_PATH, advice)
    return findings + _matches(source, _REGISTRY, "{} is a registry's host: name the package, its "
                                                  "client knows where to find it")


def check_sleeps(source):
    """Tests wait for a condition or set a clock; they never sleep and hope."""
    code = source.is_cpp or source.is_python or source.is_shell
    if source.folder != "tests" or source.is_data or not code:
        return []
    return _matches(source, _SLEEP, "{} in a test: wait for the condition itself (a latch, a line "
                                    "of output), or use test::ManualClock")
