"""What each workload must reach, and whether it did. Pure functions over figures."""

import statistics
from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Metric:
    """One figure, perhaps of another system or of another size than the one it is compared with."""

    name: str
    system: str = "rounds"


@dataclass(frozen=True)
class Floor:
    """`own`, divided by `peer` if there is one, must be at least (or at most) `limit`."""

    workload: str
    text: str  # what must be true, as the table says it
    own: Metric
    limit: float
    peer: Metric | None = None
    at_least: bool = True
    unit: str = "×"


RATE = Metric("occurrences_per_second")


def _rate(workload, system, limit, name):
    return Floor(workload, f"≥ {limit:g} × {name}", RATE, limit,
                 Metric("occurrences_per_second", system))


def _stall(workload, metric="longest_stall", where=""):
    return Floor(workload, f"no stall over 250 ms{where}", Metric(metric), 250, at_least=False,
                 unit=" ms")


def _page(metric, limit, text):
    return Floor("top50", text, Metric(metric), limit, at_least=False, unit=" µs")


RAW, SQLITE = "raw RocksDB", "tuned SQLite"
RAW_GET = Metric("by_id_p50", "rocksdb")

FLOORS = (
    _rate("zipf-coalesced", "rocksdb", 2, RAW),
    _rate("zipf-coalesced", "sqlite", 40, SQLITE),
    _stall("zipf-coalesced"),
    _rate("zipf-each", "rocksdb", 0.6, RAW),
    _stall("zipf-each"),
    _rate("uniform-1m", "sqlite", 20, SQLITE),
    _stall("uniform-1m"),
    Floor("sync-1", "p50 ≤ 1.25 × a raw synced put", Metric("ack_p50"), 1.25,
          Metric("ack_p50", "rocksdb"), at_least=False),
    Floor("point-read", "p50 by id ≤ 2 × a raw Get", Metric("by_id_p50"), 2, RAW_GET,
          at_least=False),
    Floor("point-read", "p50 by fingerprint ≤ 2 × a raw Get", Metric("by_fingerprint_p50"), 2,
          RAW_GET, at_least=False),
    _page("pending_p99", 1000, "pending: p99 ≤ 1 ms"),
    _page("status_p99", 1000, "by status: p99 ≤ 1 ms"),
    _page("service_p99", 1000, "by service: p99 ≤ 1 ms"),
    _page("pending_busy_p99", 5000, "pending, while ingesting: p99 ≤ 5 ms"),
    _page("status_busy_p99", 5000, "by status, while ingesting: p99 ≤ 5 ms"),
    _page("service_busy_p99", 5000, "by service, while ingesting: p99 ≤ 5 ms"),
    Floor("replay", "rebuild ≥ 0.35 × a bare scan of that log", Metric("rebuild_events_per_second"),
          0.35, Metric("log_scan_events_per_second")),
    Floor("replay", "rebuild: peak memory ≤ 1 GiB", Metric("rebuild_peak_memory"), 1024,
          at_least=False, unit=" MiB"),
    Floor("replay", "verify ≥ 1 × rebuild", Metric("verify_events_per_second"), 1,
          Metric("rebuild_events_per_second")),
    Floor("replay", "as_of of 10,000 events: p50 ≤ 20 ms", Metric("as_of_p50"), 20, at_least=False,
          unit=" ms"),
    Floor("replay", "ingest during a rebuild ≥ 0.5 × alone", Metric("ingest_rebuilding_per_second"),
          0.5, Metric("ingest_alone_per_second")),
    _stall("replay", "stall_rebuilding", " during a rebuild"),
    Floor("open", "≤ 2 s after kill -9, long log", Metric("seconds_large"), 2, at_least=False,
          unit=" s"),
    Floor("open", "≤ 1.5 × that of the short log", Metric("seconds_large"), 1.5,
          Metric("seconds_small"), at_least=False),
    Floor("growth", "≥ 0.5 of the rate of the small store", Metric("occurrences_per_second_large"),
          0.5, Metric("occurrences_per_second_small")),
    Floor("growth", "peak memory ≤ 1 GiB", Metric("peak_memory_large"), 1024, at_least=False,
          unit=" MiB"),
    _stall("growth", "longest_stall_large", ", large store"),
    Floor("otlp-http", "≥ 100,000 records/s in protobuf", Metric("records_per_second"), 100_000,
          unit="/s"),
    Floor("otlp-http", "≥ 50,000 records/s in JSON", Metric("json_records_per_second"), 50_000,
          unit="/s"),
    Floor("otlp-http", "p99 ≤ 50 ms at 50,000 records/s", Metric("paced_ack_p99"), 50,
          at_least=False, unit=" ms"),
    Floor("otlp-http", "peak memory ≤ 512 MiB", Metric("peak_memory"), 512, at_least=False,
          unit=" MiB"),
)

# What values are divided by before they are compared with a limit.
_DIVISOR = {" MiB": MIB}


@dataclass(frozen=True)
class Verdict:
    floor: Floor
    measured: tuple  # one value each round

    @property
    def median(self):
        return statistics.median(self.measured)

    @property
    def reached(self):
        return self.margin() >= 1

    def margin(self, measured=None):
        """How far the median (or `measured`) is beyond the limit: 2 is twice as good as it must be,
        0.5 half as good."""
        value = self.median if measured is None else measured
        if self.floor.at_least:
            return value / self.floor.limit
        return self.floor.limit / value if value > 0 else float("inf")


def judge(runs):
    """The verdicts of all floors whose figures are in `runs` (see figures.py), in their order. Each
    round is compared with the same round of the peer: both met the machine in the same state."""
    verdicts = []
    for floor in FLOORS:
        run = runs.get(floor.workload)
        own = run.values(floor.own) if run else None
        peer = run.values(floor.peer) if run and floor.peer else None
        if own is None or (floor.peer and peer is None):
            continue
        divisors = peer or [_DIVISOR.get(floor.unit, 1)] * len(own)
        verdicts.append(Verdict(floor, tuple(a / b for a, b in zip(own, divisors))))
    return verdicts
