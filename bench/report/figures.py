"""The figures that rounds-compare has written, one file for each workload."""

import json
from dataclasses import dataclass
from pathlib import Path

# In the order of reports: what bench/compare/catalog.cpp runs.
WORKLOADS = ("zipf-coalesced", "zipf-each", "uniform-1m", "sync-1", "point-read", "top50", "replay",
             "open", "growth", "otlp-http")
SYSTEMS = ("rounds", "rounds-exemplars", "rocksdb", "rocksdb-rows", "sqlite", "sqlite-rowwise")


class UnusableFigures(Exception):
    """A message for people."""


@dataclass(frozen=True)
class Run:
    """All figures of one workload."""

    document: dict

    @property
    def size(self):
        return self.document["size"]

    @property
    def rounds(self):
        return max(len(figure["values"]) for figure in self.document["figures"])

    def values(self, metric):
        """One value each round; None if this was not measured."""
        for figure in self.document["figures"]:
            if (figure["metric"], figure["system"]) == (metric.name, metric.system):
                return figure["values"]
        return None

    def metrics(self):
        """Names and units of all metrics, in the order in which they were measured."""
        return dict.fromkeys((each["metric"], each["unit"]) for each in self.document["figures"])


def load(documents):
    """Runs by the name of their workload, in the order of reports."""
    by_name = {document["workload"]: Run(document) for document in documents}
    unknown = sorted(set(by_name) - set(WORKLOADS))
    if unknown:
        raise UnusableFigures(f"unknown workloads: {', '.join(unknown)}")
    sizes = {run.size for run in by_name.values()}
    if len(sizes) > 1:
        raise UnusableFigures(f"figures of different sizes cannot be compared: {sorted(sizes)}; "
                              "remove those that are not wanted")
    return {name: by_name[name] for name in WORKLOADS if name in by_name}


def load_directory(directory):
    """What rounds-compare --json DIRECTORY has written, perhaps in several runs."""
    files = sorted(Path(directory).glob("*.json"))
    if not files:
        raise UnusableFigures(f"there are no figures in {directory}; run scripts/bench first")
    return load(json.loads(file.read_text(encoding="utf-8")) for file in files)


def load_file(file):
    """What write_file() has written."""
    return load(json.loads(Path(file).read_text(encoding="utf-8")))


def write_file(runs, file):
    """All runs in one file, laid out so that a change of one figure changes one line."""
    documents = []
    for run in runs.values():
        figures = ",\n  ".join(json.dumps(figure) for figure in run.document["figures"])
        head = {key: value for key, value in run.document.items() if key != "figures"}
        documents.append(f'{json.dumps(head)[:-1]}, "figures": [\n  {figures}]}}')
    Path(file).write_text("[" + ",\n".join(documents) + "]\n", encoding="utf-8")
