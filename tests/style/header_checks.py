"""Headers are contracts: a paragraph first, and no error can be dropped in silence."""

import re

from source_tree import strip_cpp

_PREAMBLE = re.compile(r"(//[^\n]*\n)+#pragma once\n")
_RESULT = re.compile(r"\bResult<")
# What ends the text before a declaration: another declaration, a block, an access specifier.
_BOUNDARY = re.compile(r"[;{}]|\b(?:public|private|protected)\s*:")
_FUNCTION_NAME = re.compile(
    r"[>&\s]*(?:operator\s*(?:\(\s*\)|[^\s\w(]+)|[A-Za-z_][\w:]*)\s*\(")
_TRAILING = re.compile(r"\bauto\s+[\w:]+\s*\(.*->[\s\w:<]*$", re.DOTALL)
_NOT_A_NAME = re.compile(r"[>&\s]*(?:decltype|requires|noexcept|alignas|sizeof)\b")


def check_preamble(source):
    """Every header begins with its comment paragraph, then #pragma once."""
    if not source.is_header or source.is_data or _PREAMBLE.match(source.text):
        return []
    return [source.finding(0, "a header begins with a comment paragraph (what it is for, where it "
                              "stands, which threads may use it), then #pragma once")]


def _end_of_template(text, position):
    """The offset behind the > that closes the < before `position`."""
    depth = 1
    while position < len(text) and depth > 0:
        depth += {"<": 1, ">": -1}.get(text[position], 0)
        position += 1
    return position


def check_nodiscard(source):
    """Every function that returns Result<...>, also inside an awaitable, is [[nodiscard]]."""
    if not source.is_header or source.is_data:
        return []
    text = strip_cpp(source.text)
    findings = []
    for match in _RESULT.finditer(text):
        start = max((end.end() for end in _BOUNDARY.finditer(text, 0, match.start())), default=0)
        before = text[start:match.start()]
        after = text[_end_of_template(text, match.end()):]
        named = _FUNCTION_NAME.match(after) and not _NOT_A_NAME.match(after)
        # A parenthesis or "=" before it: a parameter or an initializer, not the type returned.
        returned = named and not re.search(r"[(=]", re.sub(r"\[\[.*?\]\]", "", before))
        if (returned or _TRAILING.search(before)) and "[[nodiscard" not in before:
            findings.append(source.finding(
                match.start(), "a function that returns Result can fail: declare it "
                               "[[nodiscard]], so that no caller drops the error"))
    return findings
