"""The recorded requests of real SDKs are counted, found every way, and survive everything."""

import dataclasses
import gzip
import shutil
import unittest

import store_view
import telemetry
from rounds_process import RoundsTest

# Field 100 of an export request, empty: readers pass over it.
UNKNOWN_FIELD = telemetry.field(100, b"")
STATUSES = ("new", "investigating", "diagnosed", "resolved", "muted")


class Samples(RoundsTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start_daemon()
        for sample in telemetry.load_samples():
            answer = telemetry.post(self.daemon, sample)
            self.assertTrue(telemetry.is_full_success(answer), answer)
            self.assertEqual(answer.content_type, sample.content_type)
        self.all = store_view.signatures(self.daemon)
        self.assertGreater(len(self.all), 1)

    def test_all_occurrences_are_counted(self):
        stats = store_view.stats(self.daemon)
        self.assertEqual(stats["occurrence_count"], telemetry.SAMPLE_OCCURRENCES)
        self.assertEqual(sum(each["occurrence_count"] for each in self.all),
                         telemetry.SAMPLE_OCCURRENCES)
        self.assertEqual(stats["total"], len(self.all))
        self.assertEqual(stats["by_status"], {**dict.fromkeys(STATUSES, 0), "new": len(self.all)})
        self.assertEqual(set(stats["by_service"]), {"checkout", "gateway", "users"})
        self.assertEqual(sum(stats["by_service"].values()), len(self.all))
        self.assertAlmostEqual(stats["mean_occurrence_count"],
                               telemetry.SAMPLE_OCCURRENCES / len(self.all))
        self.assertEqual(stats["oldest_first_seen"], min(each["first_seen"] for each in self.all))

    def test_what_is_sent_again_is_not_counted_again(self):
        before = store_view.snapshot(self.daemon)
        for number, sample in enumerate(telemetry.load_samples()):
            if number % 8 == 0:
                self.daemon.kill9()
                self.daemon.restart()
            answer = telemetry.post(self.daemon, sample)
            self.assertTrue(telemetry.is_full_success(answer), answer)
            # Another body with the same records: as a sender that puts batches together anew.
            again = dataclasses.replace(sample, body=gzip.decompress(sample.body) if
                                        sample.headers.get("content-encoding") == "gzip"
                                        else sample.body)
            padding = b" " if sample.content_type == telemetry.JSON else UNKNOWN_FIELD
            headers = {"content-type": sample.content_type}
            again = dataclasses.replace(again, headers=headers, body=again.body + padding)
            self.assertTrue(telemetry.is_full_success(telemetry.post(self.daemon, again)))
        self.assertEqual(store_view.snapshot(self.daemon), before)

    def test_repeated_occurrences_are_counted_by_reason(self):
        metrics = self.daemon.request("GET", "/metrics").body.decode()
        repeated = "rounds_occurrences_repeated_total"
        self.assertIn(f'{repeated}{{reason="sent_again"}} 0\n', metrics)
        self.assertIn(f'{repeated}{{reason="on_span_and_log"}} {telemetry.SAMPLE_LOG_RECORDS}\n',
                      metrics)
        telemetry.post(self.daemon, telemetry.load_samples()[0])
        metrics = self.daemon.request("GET", "/metrics").body.decode()
        self.assertNotIn(f'{repeated}{{reason="sent_again"}} 0\n', metrics)

    def test_every_signature_is_found_every_way(self):
        def ids(**filters):
            return [each["id"] for each in store_view.signatures(self.daemon, **filters)]

        self.assertEqual(self.all, store_view.in_listing_order(self.all))
        self.assertEqual(len({each["id"] for each in self.all}), len(self.all))
        self.assertEqual(len({each["fingerprint"] for each in self.all}), len(self.all))
        self.assertEqual(ids(status="new"), [each["id"] for each in self.all])
        for status in STATUSES[1:]:
            self.assertEqual(ids(status=status), [])
        for wanted in self.all:
            service, error_type = wanted["service"], wanted["error_type"]
            of_service = [each for each in self.all if each["service"] == service]
            of_both = [each["id"] for each in of_service if each["error_type"] == error_type]
            of_type = [each["id"] for each in self.all if each["error_type"] == error_type]
            self.assertEqual(ids(service=service), [each["id"] for each in of_service])
            self.assertEqual(ids(service=service, error_type=error_type), of_both)
            self.assertEqual(ids(error_type=error_type), of_type)
            self.assertEqual(ids(status="new", service=service, error_type=error_type), of_both)
            for path in (("fingerprints", wanted["fingerprint"]), ("signatures", wanted["id"])):
                self.assertEqual(self.daemon.get(store_view.path(*path)), wanted)
            similar = self.daemon.get(store_view.path("signatures", wanted["id"], "similar",
                                                      limit="1000"))["signatures"]
            self.assertEqual([each["id"] for each in similar],
                             [each for each in of_both if each != wanted["id"]])

    def test_every_history_adds_up_to_its_signature(self):
        sequences = []
        for signature in self.all:
            events = store_view.history(self.daemon, signature["id"])
            self.assertEqual(store_view.counted(events), signature["occurrence_count"])
            self.assertEqual([event["version"] for event in events],
                             list(range(1, signature["version"] + 1)))
            self.assertEqual({event["signature_id"] for event in events}, {signature["id"]})
            self.assertEqual(events[0]["kind"], "signature_detected")
            self.assertEqual(events[0]["identity"]["fingerprint"], signature["fingerprint"])
            occurrences = [event["occurrences"] for event in events]
            self.assertEqual(min(each["first_seen"] for each in occurrences),
                             signature["first_seen"])
            self.assertEqual(max(each["last_seen"] for each in occurrences),
                             signature["last_seen"])
            sequences += [event["sequence"] for event in events]
        self.assertEqual(sorted(sequences), list(range(1, len(sequences) + 1)), "not dense")
        self.assertEqual(store_view.stats(self.daemon)["sequence"], len(sequences))

    def test_all_of_it_survives_kill_and_rebuild(self):
        before = store_view.snapshot(self.daemon)
        self.daemon.kill9()
        self.daemon.restart()
        self.assertEqual(store_view.snapshot(self.daemon), before)
        self.assertEqual(self.daemon.terminate(), 0)
        self.daemon.restart()
        self.assertEqual(store_view.snapshot(self.daemon), before)
        self.assertEqual(self.daemon.terminate(), 0)
        self.check_data(self.daemon.data_dir)

        shutil.rmtree(self.daemon.data_dir / "projections")
        self.run_ok("rounds-replay", "--data-dir", self.daemon.data_dir)
        self.check_data(self.daemon.data_dir)
        self.daemon.restart()
        self.assertEqual(store_view.snapshot(self.daemon), before)
        self.assertEqual(self.daemon.terminate(), 0)

        # Without rounds-replay, the store that opens makes them again itself.
        shutil.rmtree(self.daemon.data_dir / "projections")
        self.daemon.restart()
        self.assertEqual(store_view.snapshot(self.daemon), before)
        self.assertEqual(self.daemon.terminate(), 0)
        self.check_data(self.daemon.data_dir)

    def test_each_projection_can_be_rebuilt_alone(self):
        before = store_view.snapshot(self.daemon)
        self.assertEqual(self.daemon.terminate(), 0)
        verified = self.run_ok("rounds-replay", "--verify", "--json",
                               "--data-dir", self.daemon.data_dir).json()
        self.assertIs(verified["equal"], True)
        self.assertEqual(verified["sequence"], before["stats"]["sequence"])
        names = [each["projection"] for each in verified["projections"]]
        self.assertGreater(len(names), 1)
        for name in names:
            rebuilt = self.run_ok("rounds-replay", "--projection", name, "--json",
                                  "--data-dir", self.daemon.data_dir).json()
            self.assertIn(name, rebuilt["rebuilt"])
            self.run_ok("rounds-replay", "--verify", "--projection", name,
                        "--data-dir", self.daemon.data_dir)
        self.check_data(self.daemon.data_dir)
        self.daemon.restart()
        self.assertEqual(store_view.snapshot(self.daemon), before)

    def told_by(self, *location):
        """What `rounds --json` says, by command line; without what depends on the clock."""
        told = {}
        first = self.all[0]
        for arguments in (("list",), ("list", "--limit", "1"), ("list", "--status", "new"),
                          ("list", "--service", first["service"]),
                          ("list", "--error-type", first["error_type"], "--service", "users"),
                          ("list", "--status", "muted"), ("pending",), ("pending", "--limit", "2"),
                          ("show", first["id"]), ("show", first["fingerprint"]),
                          ("history", first["id"]), ("history", first["fingerprint"]),
                          ("similar", first["id"]), ("stats",)):
            run = self.run_ok("rounds", *arguments, "--json", *location)
            self.assertEqual(run.stderr, "", run)
            told[arguments] = run.json()
            told[arguments].pop("oldest_age_seconds", None)
        return told

    def test_the_command_line_says_the_same_as_http(self):
        first = self.all[0]
        through_daemon = self.told_by("--server", self.daemon.url)
        expected = {("list",): store_view.path("signatures"),
                    ("list", "--limit", "1"): store_view.path("signatures", limit="1"),
                    ("pending",): store_view.path("pending"),
                    ("pending", "--limit", "2"): store_view.path("pending", limit="2"),
                    ("show", first["id"]): store_view.path("signatures", first["id"]),
                    ("show", first["fingerprint"]): store_view.path("signatures", first["id"]),
                    ("history", first["id"]): store_view.path("signatures", first["id"],
                                                              "history"),
                    ("similar", first["id"]): store_view.path("signatures", first["id"],
                                                              "similar")}
        for arguments, path in expected.items():
            with self.subTest(arguments=arguments):
                self.assertEqual(through_daemon[arguments], self.daemon.get(path))
        self.assertEqual(through_daemon["stats",], store_view.stats(self.daemon))
        tables = {command: self.run_ok("rounds", command, "--server", self.daemon.url).stdout
                  for command in ("list", "pending")}
        for signature in self.all:
            self.assertIn(signature["id"], tables["list"])
            self.assertIn(signature["service"], tables["list"])

        self.assertEqual(self.daemon.terminate(), 0)
        self.assertEqual(self.told_by("--data-dir", self.daemon.data_dir), through_daemon)
        for command, table in tables.items():
            self.assertEqual(self.run_ok("rounds", command, "--data-dir",
                                         self.daemon.data_dir).stdout, table)

    def test_ingest_counts_the_same_from_files(self):
        def counts(signatures):
            return {each["fingerprint"]: each["occurrence_count"] for each in signatures}

        other = self.directory / "other"
        for number, sample in enumerate(telemetry.load_samples()):
            body = sample.body
            if sample.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            file = self.directory / f"{number}.body"
            file.write_bytes(body)
            encoding = "otlp-json" if sample.content_type == telemetry.JSON else "otlp-proto"
            arguments = ("ingest", "--format", encoding, "--signal",
                         sample.path.removeprefix("/v1/"), file)
            self.run_ok("rounds", *arguments, "--data-dir", other)
            self.run_ok("rounds", *arguments, "--server", self.daemon.url)
        listed = self.run_ok("rounds", "list", "--json", "--data-dir", other).json()
        self.assertEqual(counts(listed["signatures"]), counts(self.all))
        self.assertEqual(counts(store_view.signatures(self.daemon)), counts(self.all))
        self.check_data(other)


if __name__ == "__main__":
    unittest.main()
