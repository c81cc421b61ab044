"""Metrics of a real daemon: well-formed, complete, true, and bounded whatever clients send."""

import random
import shutil
import subprocess
import unittest

import exposition
import load
import telemetry
from rounds_process import RoundsTest

TIME = 1_780_000_000 * 10**9
ROCKSDB = ("memtable_bytes", "immutable_memtables", "block_cache_bytes",
           "block_cache_capacity_bytes", "level0_files", "pending_compaction_bytes",
           "running_compactions", "running_flushes", "writes_stopped",
           "delayed_write_bytes_per_second", "live_data_bytes", "table_bytes", "wal_bytes",
           "background_errors")


class Metrics(RoundsTest):
    def scrape(self):
        answer = self.daemon.request("GET", "/metrics")
        self.assertEqual(answer.status, 200)
        self.text = answer.body.decode("ascii")
        return exposition.parse(self.text)

    def setUp(self):
        super().setUp()
        self.daemon = self.start_daemon()

    def send(self, service, errors):
        self.assertTrue(telemetry.is_full_success(
            telemetry.post(self.daemon, telemetry.json_traces(service, errors))))

    def test_they_are_well_formed(self):
        self.send("shop", [("E", "m", TIME)])
        families = self.scrape()
        for name in families:
            self.assertRegex(name, r"\A(rounds|process)_")
        promtool = shutil.which("promtool")
        if promtool:
            checked = subprocess.run([promtool, "check", "metrics"], input=self.text, text=True,
                                     capture_output=True, check=False)
            self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))

    def test_they_count_what_happened(self):
        before = self.scrape()
        self.send("shop", [("E", "m", TIME)] * 500)
        self.send("shop", [("F", "m", TIME)] * 10)
        after = self.scrape()

        def grown(name, **labels):
            return after[name].value(**labels) - before[name].value(**labels)

        self.assertEqual(grown("rounds_occurrences_accepted_total"), 510)
        self.assertEqual(grown("rounds_recorded_occurrences_total"), 510)
        self.assertEqual(grown("rounds_appended_events_total"), 2, "coalesced")
        self.assertEqual(after["rounds_signatures"].value(status="new"), 2)
        self.assertEqual(after["rounds_log_sequence"].value(), 2)
        self.assertEqual(after["rounds_projector_lag_events"].value(), 2)
        self.assertGreater(after["rounds_projector_lag_seconds"].value(), 0)
        self.assertLess(after["rounds_projector_lag_seconds"].value(), 600)
        self.assertGreater(after["rounds_projector_layer_fill_ratio"].value(), 0)
        # The duration of a group is known after its callers were told.
        for name, least in (("rounds_commit_duration_seconds", 1),
                            ("rounds_log_sync_duration_seconds", 2)):
            count = (name + "_count", frozenset())
            self.assertGreaterEqual(after[name].samples[count] - before[name].samples[count],
                                    least)
            self.assertGreater(after[name].samples[(name + "_sum", frozenset())], 0)
        sizes = after["rounds_commit_group_occurrences"].samples
        self.assertEqual(sizes[("rounds_commit_group_occurrences_sum", frozenset())], 510)
        for name in ("submissions", "occurrences", "bytes"):
            self.assertEqual(after[f"rounds_queue_{name}"].value(), 0)
        traces = frozenset({("route", "/v1/traces")})
        name = "rounds_http_request_duration_seconds"
        self.assertEqual(after[name].samples[(name + "_count", traces)], 2)
        self.assertEqual(
            after["rounds_http_requests_total"].value(route="/v1/traces", status="2xx"), 2)

    def grown(self, before, after, *names):
        return [after[name].value() - before[name].value() for name in names]

    def test_what_comes_again_is_accepted_and_not_recorded(self):
        names = ("rounds_occurrences_accepted_total", "rounds_recorded_occurrences_total",
                 "rounds_overflowed_occurrences_total", "rounds_repetition_keys_forgotten_total")
        sizes = ("rounds_commit_group_occurrences_sum", frozenset())
        self.send("shop", [("E", "m", TIME)] * 5)
        before = self.scrape()
        self.send("shop", [("E", "m", TIME)] * 5)
        after = self.scrape()
        self.assertEqual(self.grown(before, after, *names), [5, 0, 0, 0])
        self.assertEqual(after["rounds_commit_group_occurrences"].samples[sizes], 5)

    def test_what_is_over_the_budget_of_new_signatures_is_counted(self):
        self.daemon.terminate()
        self.daemon.arguments += ["--new-signatures-per-minute", "2"]
        self.daemon.restart()
        # One request is one group, which has one time.
        self.send("shop", [(f"E{i % 5}", "m", TIME + i) for i in range(20)])
        families = self.scrape()
        self.assertEqual(families["rounds_overflowed_occurrences_total"].value(), 12)
        self.assertEqual(families["rounds_recorded_occurrences_total"].value(), 20)

    def test_both_databases_and_the_process_tell_how_they_stand(self):
        self.send("shop", [("E", "m", TIME)])
        families = self.scrape()
        for name in ROCKSDB:
            family = families[f"rounds_rocksdb_{name}"]
            self.assertEqual({labels for _, labels in family.samples},
                             {frozenset({("database", each)}) for each in ("log", "projections")})
        for database in ("log", "projections"):
            for name in ("memtable_bytes", "block_cache_capacity_bytes"):
                self.assertGreater(families[f"rounds_rocksdb_{name}"].value(database=database), 0)
        self.assertGreater(families["rounds_rocksdb_wal_bytes"].value(database="log"), 0)
        resident = families["process_resident_memory_bytes"].value()
        self.assertGreater(resident, 1 << 20)
        self.assertLess(resident, 1 << 30)
        self.assertGreater(families["process_open_fds"].value(), 3)
        self.assertGreaterEqual(families["process_cpu_seconds_total"].value(), 0)
        started = families["process_start_time_seconds"].value()
        self.assertGreater(started, 1_700_000_000)
        self.assertEqual(len(families["rounds_build_info"].samples), 1)

    def hostile_round(self, generator):
        """Requests of every kind with names that were never seen before."""
        for _ in range(20):
            word = f"w{generator.getrandbits(64):x}"
            self.send(word, [(word, word, TIME)])
            for path in (f"/{word}", f"/api/v1/{word}", f"/api/v1/signatures/{word}",
                         f"/api/v1/signatures?service={word}&tag={word}",
                         f"/api/v1/fingerprints/{word}", f"/api/v1/stats?{word}={word}",
                         "/healthz", "/metrics", "/api/v1/signatures"):
                self.daemon.request("GET", path, headers={"X-" + word: word,
                                                          "User-Agent": word})
            self.daemon.request(word.upper(), "/healthz")
            self.daemon.request("POST", "/v1/logs", b"x" + word.encode(),
                                {"Content-Type": "application/json"})
            self.daemon.request("POST", "/v1/logs", b"x", {"Content-Type": word})

    def test_no_series_grows_with_what_clients_send(self):
        seed = load.random_seed()
        generator = random.Random(seed)
        self.hostile_round(generator)
        before = exposition.series(self.scrape())
        self.hostile_round(generator)
        after = exposition.series(self.scrape())
        self.assertEqual(before, after)
        self.assertLess(len(after), 1000)

    def test_refused_occurrences_are_counted_by_reason(self):
        families = self.scrape()
        reasons = {dict(labels)["reason"] for _, labels in
                   families["rounds_occurrences_refused_total"].samples}
        self.assertLessEqual({"overloaded", "unavailable", "io_error"}, reasons)

    def test_an_idle_daemon_has_no_lag(self):
        families = self.scrape()
        self.assertEqual(families["rounds_projector_lag_events"].value(), 0)
        self.assertEqual(families["rounds_projector_lag_seconds"].value(), 0)


class Reader(unittest.TestCase):
    """The reader itself refuses what is malformed."""

    GOOD = "# HELP a_total What.\n# TYPE a_total counter\na_total{x=\"1\"} 2\n"

    def test_it_takes_what_is_sound(self):
        self.assertEqual(exposition.parse(self.GOOD)["a_total"].value(x="1"), 2)

    def test_it_refuses_what_is_not(self):
        histogram = ("# HELP h What.\n# TYPE h histogram\nh_bucket{le=\"1\"} 3\n"
                     "h_bucket{le=\"+Inf\"} %s\nh_sum 1\nh_count %s\n")
        exposition.parse(histogram % (4, 4))
        for bad in (self.GOOD[:-1], self.GOOD + "a_total{x=\"1\"} 2\n", "a_total 1\n",
                    self.GOOD.replace("counter", "gauge"), self.GOOD.replace(" 2", " x"),
                    self.GOOD.replace("{x=\"1\"}", "{x=\"1\",}"), self.GOOD.replace(" 2", " -2"),
                    self.GOOD.replace("\"1\"", "1"), self.GOOD + "b_total 1\n", self.GOOD * 2,
                    self.GOOD.replace("a_total", "a_ms_total"), histogram % (2, 2),
                    histogram % (4, 3)):
            with self.subTest(text=bad), self.assertRaises((exposition.Malformed, ValueError)):
                exposition.parse(bad)


if __name__ == "__main__":
    unittest.main()
