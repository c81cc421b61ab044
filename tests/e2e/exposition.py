"""A strict reader of the Prometheus text format: it refuses what a scraper merely might forgive."""

import dataclasses
import math
import re

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)\Z")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|\Z)')
_TYPES = ("counter", "gauge", "histogram")
# Base units; a metric in another one is named wrongly.
_WRONG_UNITS = ("_ms", "_milliseconds", "_microseconds", "_nanoseconds", "_us", "_ns", "_kb",
                "_kilobytes", "_megabytes", "_mb", "_percent", "_minutes", "_hours")


class Malformed(Exception):
    """What is wrong, and in which line."""


def _require(condition, line, what):
    if not condition:
        raise Malformed(f"{what}: {line!r}")


@dataclasses.dataclass
class Family:
    """One metric: its samples by (name, labels)."""

    name: str
    kind: str
    help: str
    samples: dict

    def value(self, **labels):
        """Of the sample with exactly these labels."""
        return self.samples[(self.name, frozenset(labels.items()))]


def _labels(text, line):
    labels = {}
    position = 0
    while position < len(text):
        match = _LABEL.match(text, position)
        _require(match, line, "malformed labels")
        _require(match.group(1) not in labels, line, "a label twice")
        labels[match.group(1)] = match.group(2)
        position = match.end()
        _require(match.group(3) == "," or position == len(text), line, "malformed labels")
    _require(not text.endswith(","), line, "a comma without a label")
    return labels


def _begin(line, following, families):
    match = re.fullmatch(r"# HELP (\S+) (\S.*)", line)
    _require(match, line, "a family begins with its help")
    name = match.group(1)
    _require(_NAME.match(name), line, "malformed name")
    _require(name not in families, line, "a family twice")
    match_type = re.fullmatch(rf"# TYPE {re.escape(name)} (\S+)", following or "")
    _require(match_type, following, "the type follows the help")
    kind = match_type.group(1)
    _require(kind in _TYPES, following, "an unknown type")
    _require((kind == "counter") == name.endswith("_total"), following,
             "counters end in _total, and nothing else does")
    _require(not name.removesuffix("_total").endswith(_WRONG_UNITS), line, "not a base unit")
    return Family(name, kind, match.group(2), {})


def _check_histogram(family):
    series = {}
    for (name, labels), value in family.samples.items():
        rest = frozenset(label for label in labels if label[0] != "le")
        bounds = [each for each_name, each in labels if each_name == "le"]
        series.setdefault(rest, {"buckets": []})
        if name == family.name + "_bucket":
            _require(len(bounds) == 1, name, "a bucket without le")
            series[rest]["buckets"].append((float(bounds[0]), value))
        else:
            series[rest][name.removeprefix(family.name)] = value
    for rest, parts in series.items():
        bounds = [bound for bound, _ in parts["buckets"]]
        counts = [count for _, count in parts["buckets"]]
        _require(bounds == sorted(set(bounds)) and bounds[-1] == math.inf, rest,
                 "buckets ascend to +Inf")
        _require(counts == sorted(counts), rest, "buckets are cumulative")
        _require(parts.get("_count") == counts[-1], rest, "the count is that of +Inf")
        _require("_sum" in parts, rest, "a histogram has a sum")


def parse(text):
    """All families by name. Raises Malformed."""
    _require(text.endswith("\n"), text[-50:], "the text ends with a line")
    _require(text.isascii(), "", "not ASCII")
    lines = text[:-1].split("\n")
    families = {}
    family = None
    position = 0
    while position < len(lines):
        line = lines[position]
        if line.startswith("#"):
            following = lines[position + 1] if position + 1 < len(lines) else None
            family = _begin(line, following, families)
            families[family.name] = family
            position += 2
            continue
        _require(family, line, "a sample before its family")
        match = _SAMPLE.match(line)
        _require(match, line, "malformed sample")
        suffixes = ("_bucket", "_sum", "_count") if family.kind == "histogram" else ("",)
        _require(match.group(1) in [family.name + suffix for suffix in suffixes], line,
                 f"a sample of another family than {family.name}")
        value = float(match.group(3))
        _require(not math.isnan(value), line, "not a number")
        _require(family.kind == "gauge" or value >= 0, line, "a count below 0")
        key = (match.group(1), frozenset(_labels(match.group(2) or "", line).items()))
        _require(key not in family.samples, line, "a series twice")
        family.samples[key] = value
        position += 1
    for each in families.values():
        if each.kind == "histogram":
            _check_histogram(each)
    return families


def series(families):
    """All series, as a set."""
    return {key for family in families.values() for key in family.samples}
