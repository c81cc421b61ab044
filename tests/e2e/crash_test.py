"""Recorded telemetry is counted exactly though the daemon is killed again and again."""

import random
import unittest

import load
import store_view
import telemetry
from rounds_process import RoundsTest

CLIENTS = 4


class Crash(RoundsTest):
    def count_samples(self):
        """The occurrences of each recorded request, told by a daemon that nobody disturbs."""
        daemon = self.start_daemon(self.directory / "undisturbed")
        counts, before = [], 0
        for sample in telemetry.load_samples():
            self.assertTrue(telemetry.is_full_success(telemetry.post(daemon, sample)))
            total = store_view.stats(daemon)["occurrence_count"]
            counts.append(total - before)
            before = total
        self.assertEqual(sum(counts), telemetry.SAMPLE_OCCURRENCES)
        fingerprints = {each["fingerprint"] for each in store_view.signatures(daemon)}
        self.assertEqual(daemon.terminate(), 0)
        return counts, fingerprints

    def test_every_acknowledged_request_is_counted(self):
        generator = random.Random(load.random_seed())
        counts, fingerprints = self.count_samples()
        samples = telemetry.load_samples()
        daemon = self.start_daemon()
        starts = [generator.randrange(len(samples)) for _ in range(CLIENTS)]
        clients = load.Clients(
            daemon, CLIENTS,
            lambda client, number: samples[(starts[client] + number) % len(samples)])
        try:
            load.kill_under_load(self, daemon, clients, generator)
        finally:
            sent = clients.stop()
        self.assertEqual(sent.unexpected, [])

        count_of = {sample.body: count for sample, count in zip(samples, counts, strict=True)}
        acknowledged = sum(count_of[request.body] for request in sent.acknowledged)
        lost = sum(count_of[request.body] for request in sent.lost)
        print(f"{len(sent.acknowledged)} requests acknowledged, {len(sent.lost)} answers lost")
        total = store_view.stats(daemon)["occurrence_count"]
        self.assertGreaterEqual(total, acknowledged, "acknowledged occurrences were lost")
        self.assertLessEqual(total, acknowledged + lost, "occurrences were counted twice")

        found = store_view.signatures(daemon)
        self.assertLessEqual({each["fingerprint"] for each in found}, fingerprints)
        self.assertEqual(sum(each["occurrence_count"] for each in found), total)
        for each in found:
            events = store_view.history(daemon, each["id"])
            self.assertEqual(store_view.counted(events), each["occurrence_count"])
            self.assertEqual([event["version"] for event in events],
                             list(range(1, each["version"] + 1)))
        self.assertEqual(daemon.terminate(), 0)
        self.check_data(daemon.data_dir)


if __name__ == "__main__":
    unittest.main()
