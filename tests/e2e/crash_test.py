"""Recorded telemetry counts once, though it is sent on and on and the daemon is killed."""

import random
import unittest

import load
import store_view
import telemetry
from rounds_process import RoundsTest

CLIENTS = 4


class Crash(RoundsTest):
    def fingerprints_of_samples(self):
        """Those of the log records as well: who comes first has the signature."""
        fingerprints = set()
        samples = telemetry.load_samples()
        for name, order in (("forwards", samples), ("backwards", samples[::-1])):
            daemon = self.start_daemon(self.directory / name)
            for sample in order:
                self.assertTrue(telemetry.is_full_success(telemetry.post(daemon, sample)))
            self.assertEqual(store_view.stats(daemon)["occurrence_count"],
                             telemetry.SAMPLE_OCCURRENCES)
            fingerprints |= {each["fingerprint"] for each in store_view.signatures(daemon)}
            self.assertEqual(daemon.terminate(), 0)
        return fingerprints

    def test_recorded_requests_count_once_however_often_they_are_sent(self):
        generator = random.Random(load.random_seed())
        fingerprints = self.fingerprints_of_samples()
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

        print(f"{len(sent.acknowledged)} requests acknowledged, {len(sent.lost)} answers lost")
        expected = {sample.body for sample in samples}
        self.assertLessEqual({request.body for request in sent.acknowledged}, expected)
        # Who got no answer sends again; who did may do so as well.
        for request in sent.lost:
            self.assertTrue(telemetry.is_full_success(telemetry.post(daemon, request)))
        touched = {request.body for request in sent.acknowledged + sent.lost}
        total = store_view.stats(daemon)["occurrence_count"]
        if touched == expected:
            self.assertEqual(total, telemetry.SAMPLE_OCCURRENCES)
        for sample in samples:
            self.assertTrue(telemetry.is_full_success(telemetry.post(daemon, sample)))
        total = store_view.stats(daemon)["occurrence_count"]
        self.assertEqual(total, telemetry.SAMPLE_OCCURRENCES)

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
