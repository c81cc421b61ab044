"""Each request has a service of its own, so that what became of each is known exactly: what was
acknowledged is there once, and a request without an answer is there whole or not at all."""

import random
import unittest

import load
import store_view
import telemetry
from rounds_process import NO_BUDGET, RoundsTest

CLIENTS = 6
TIME = 1_780_000_000 * 10**9
# Errors in one request, of as many types as this has digits.
LARGEST_BATCH = 400
TYPES = 5


def service_of(request):
    """The service that only this request names."""
    return request.headers["x-service"]


def make_request(seed, client, number):
    """Always the same for the same arguments: JSON or protobuf, plain or gzip, small or large."""
    generator = random.Random(f"{seed} {client} {number}")
    service = f"service {client}-{number}"
    errors = [(f"Type{i % TYPES}", "it broke", TIME + generator.randrange(10**12))
              for i in range(generator.choice((1, 7, LARGEST_BATCH)))]
    make = generator.choice((telemetry.protobuf_logs, telemetry.json_traces))
    request = make(service, errors)
    request.headers["x-service"] = service
    return request.compressed() if generator.random() < 0.5 else request


class LoadKill(RoundsTest):
    def stored(self, daemon):
        """The occurrences and signatures of each service."""
        occurrences, signatures = {}, {}
        for each in store_view.signatures(daemon, limit=1000):
            service = each["service"]
            occurrences[service] = occurrences.get(service, 0) + each["occurrence_count"]
            signatures[service] = signatures.get(service, 0) + 1
        return occurrences, signatures

    def test_acknowledged_requests_are_there_once_and_others_whole_or_not(self):
        seed = load.random_seed()
        daemon = self.start_daemon(arguments=NO_BUDGET)
        clients = load.Clients(daemon, CLIENTS,
                               lambda client, number: make_request(seed, client, number))
        try:
            load.kill_under_load(self, daemon, clients, random.Random(seed))
        finally:
            sent = clients.stop()
        self.assertEqual(sent.unexpected, [])
        print(f"{len(sent.acknowledged)} requests acknowledged, {len(sent.lost)} answers lost")

        occurrences, signatures = self.stored(daemon)
        for request in sent.acknowledged:
            service = service_of(request)
            self.assertEqual(occurrences.pop(service, 0), request.occurrences, service)
            self.assertEqual(signatures[service], min(TYPES, request.occurrences), service)
        for request in sent.lost:
            service = service_of(request)
            self.assertIn(occurrences.pop(service, 0), (0, request.occurrences), service)
        self.assertEqual(occurrences, {}, "nobody sent these")
        for request in sent.acknowledged[::50]:
            found = store_view.signatures(daemon, service=service_of(request))
            self.assertEqual(sum(each["occurrence_count"] for each in found), request.occurrences)
        self.assertEqual(store_view.stats(daemon)["by_service"], signatures)
        self.assertEqual(daemon.terminate(), 0)
        self.check_data(daemon.data_dir)


if __name__ == "__main__":
    unittest.main()
