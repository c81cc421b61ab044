"""The figures as tables in Markdown."""

import statistics

from figures import SYSTEMS
from floors import Metric, judge

# Metrics that say how a run came about rather than how good it is; they are in the JSON.
_DETAILS = {"second_half_per_second", "log_bytes_per_occurrence", "ack_max", "ack_max_large",
            "ack_max_small"}

_SIZE_NOTES = {"full": "",
               "quick": "Small sizes: a look, not a measurement. ",
               "tiny": "Tiny sizes, which show only that the totals are right. "}


def show(value):
    """Three significant digits, which is what such figures are good for; thousands separated."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def spread(values, unit=""):
    """The median and, of several rounds, the smallest and the largest."""
    text = f"{show(statistics.median(values))}{unit}"
    if len(set(map(show, values))) > 1:
        text += f" ({show(min(values))} to {show(max(values))})"
    return text


def _verdict(verdict):
    if verdict.reached:
        return "yes"
    return f"**no**, by a factor of {show(1 / verdict.margin())}"


def floors_table(runs):
    lines = ["| workload | floor | measured (smallest to largest) | reached? |",
             "| --- | --- | --- | --- |"]
    for verdict in judge(runs):
        floor = verdict.floor
        measured = spread(verdict.measured, floor.unit)
        lines.append(f"| `{floor.workload}` | {floor.text} | {measured} | {_verdict(verdict)} |")
    return "\n".join(lines)


def _cell(values, unit):
    if values is None:
        return ""
    if unit == "bytes" and statistics.median(values) >= 1024 * 1024:
        return spread([value / 1024 / 1024 for value in values], " MiB")
    return spread(values)


def figures_table(run):
    """One row for each metric, one column for each system that was measured."""
    systems = [system for system in SYSTEMS
               if any(figure["system"] == system for figure in run.document["figures"])]
    lines = ["| metric | " + " | ".join(systems) + " |", "| --- " * (len(systems) + 1) + "|"]
    for metric, unit in run.metrics():
        if metric in _DETAILS:
            continue
        cells = [_cell(run.values(Metric(metric, system)), unit) for system in systems]
        name = metric if unit in ("1/s", "occurrences", "events") else f"{metric}, {unit}"
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def heading(runs):
    """Where the figures come from."""
    machines = dict.fromkeys((run.document["machine"]["processor"],
                              run.document["machine"]["processors"]) for run in runs.values())
    loads = [run.document["machine"]["load_average"] for run in runs.values()]
    size = next(iter(runs.values())).size
    names = " and ".join(f"{count} × {name}" for name, count in machines)
    return (f"{_SIZE_NOTES[size]}Size `{size}`, {names}; load average before a workload "
            f"{min(loads):.1f} to {max(loads):.1f}.")


def document(runs):
    parts = [heading(runs), floors_table(runs)]
    for name, run in runs.items():
        rounds = "1 round" if run.rounds == 1 else f"{run.rounds} rounds"
        parts.append(f"`{name}`, {rounds}:")
        parts.append(figures_table(run))
    return "\n\n".join(parts) + "\n"
