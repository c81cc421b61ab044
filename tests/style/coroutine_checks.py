"""Coroutines avoid what g++ 12 miscompiles without a warning.

Before a co_await everything non-trivial has a name, and no co_await stands inside a condition. The
wrong code that results otherwise is a wrong branch or a double free, seen only at run time.
"""

import dataclasses
import re

from source_tree import strip_cpp

_TOKENS = re.compile(r"[(){}\[\];]|\bco_await\b")
_CONDITION = re.compile(r"\b(if|switch|while)\s*(?:constexpr\s*)?$")
# What stands before the brace of a block. Before that of a list stands a type or an operator.
_BEFORE_BLOCK = re.compile(
    r"(?:^|[;{})\]:]|\b(?:else|do|try|const|noexcept|override|final|mutable)"
    r"|[)\]]\s*(?:mutable\s*|noexcept\s*)*->\s*[\w:<>,\s&*]+"
    r"|\b(?:namespace|struct|class|union|enum|extern)\b[^;{}()]*)\s*$")
_LAMBDA = re.compile(r"(?:^|[(,=&|{]|\breturn)\s*\[(?!\[)")
# Calls that return objects with destructors. Not complete: the rule is larger than a checker.
_TEMPORARY = re.compile(r"\b(?:std::string|std::vector<[^<>;]*>|std::to_string|fmt::format)\s*\(")
# How far back to look at what stands before a bracket.
_CONTEXT = 400


@dataclasses.dataclass
class _Bracket:
    """An open bracket, or the whole file; a block also knows where its statements end."""

    opening: int
    kind: str  # "(", "[", "block" or "list"
    parent: "_Bracket | None"
    boundaries: list = dataclasses.field(default_factory=list)


def _kind(text, position):
    if text[position] != "{":
        return text[position]
    before = text[max(0, position - _CONTEXT):position]
    return "block" if _BEFORE_BLOCK.search(before) else "list"


def _awaits(text):
    """Every co_await with its innermost bracket, once all boundaries are known."""
    innermost = _Bracket(-1, "block", None, [-1])
    awaits = []
    for token in _TOKENS.finditer(text):
        position, what = token.start(), token.group(0)
        if what == "co_await":
            awaits.append((token, innermost))
        elif what in "([{":
            bracket = _Bracket(position, _kind(text, position), innermost, [position])
            if bracket.kind == "block" and innermost.kind == "block":
                innermost.boundaries.append(position)
            innermost = bracket
        elif what == ";":
            innermost.boundaries.append(position)
        elif innermost.parent:
            closed, innermost = innermost, innermost.parent
            closed.boundaries.append(position)
            if closed.kind == "block" and innermost.kind == "block":
                innermost.boundaries.append(position)
    return awaits


def _operand_end(text, position):
    """Where the operand of a co_await ends: at a separator, or where its bracket closes."""
    depth = 0
    while position < len(text):
        character = text[position]
        if text.startswith("::", position):
            position += 2
            continue
        if depth == 0 and character in ";,?:)]}":
            break
        depth += (character in "([{") - (character in ")]}")
        position += 1
    return position


def _place_problem(text, bracket):
    """What is wrong with the brackets around a co_await, and the block that holds its statement."""
    problem = None
    while bracket.kind != "block":
        if bracket.kind == "list":
            problem = "co_await inside a braced list"
        keyword = _CONDITION.search(text[max(0, bracket.opening - _CONTEXT):bracket.opening])
        if bracket.kind == "(" and keyword:
            problem = f"co_await inside the condition of {keyword.group(1)}"
        bracket = bracket.parent
    return problem, bracket


def _operand_problem(operand):
    if _LAMBDA.search(operand):
        return "a lambda inside the operand of co_await"
    if "{" in operand:
        return "a braced temporary inside the operand of co_await"
    if _TEMPORARY.search(operand):
        return "a temporary with a destructor inside the operand of co_await"
    return None


def check_coroutines(source):
    """No co_await in a condition, ?: or braced list; no unnamed objects in its operand."""
    if not source.is_cpp or source.is_data:
        return []
    text = strip_cpp(source.text)
    findings = []
    for await_token, bracket in _awaits(text):
        start, end = await_token.start(), _operand_end(text, await_token.end())
        place, block = _place_problem(text, bracket)
        statement_start = max(each for each in block.boundaries if each < start)
        statement_end = min((each for each in block.boundaries if each >= end), default=len(text))
        around = text[statement_start:start] + text[end:statement_end]
        if not place and "?" in around:
            place = "co_await inside a conditional expression"
        for problem in (place, _operand_problem(text[await_token.end():end])):
            if problem:
                findings.append(source.finding(
                    start, f"{problem}; give it a name in a statement before (g++ 12 miscompiles "
                           "this)"))
    return findings
