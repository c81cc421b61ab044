"""Clients that send a whole request do not notice thousands of others that never do.

ctest runs this with a few hundred connections for a few seconds. The figures of docs/security.md:

    ROUNDS_TEST_CONNECTIONS=10000 ROUNDS_TEST_SECONDS=90 ROUNDS_BIN_DIR=build/release/bin \\
      python3 tests/e2e/slow_connections_test.py
"""

import os
import pathlib
import statistics
import threading
import time
import unittest

import telemetry
from rounds_process import RoundsTest
from slow_connections import SlowConnections

CONNECTIONS = int(os.environ.get("ROUNDS_TEST_CONNECTIONS", "500"))
SECONDS = float(os.environ.get("ROUNDS_TEST_SECONDS", "5"))
# One byte a minute: an attacker's minimum. Each connection sends its first byte at once.
INTERVAL_SECONDS = 60
TIME = 1_780_000_000 * 10**9
# Between two requests of the normal client.
PAUSE_SECONDS = 0.02


def resident_kibibytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


class SlowConnectionsTest(RoundsTest):
    def latencies(self, daemon, seconds):
        """Milliseconds of requests one after the other: half of them on connections of their own.
        Fails if one is not answered with success."""
        taken = []
        kept = daemon.connect()
        pause = threading.Event()
        end = time.monotonic() + seconds
        number = 0
        while time.monotonic() < end:
            number += 1
            body = telemetry.json_traces(f"service {number % 7}", [("E", "it broke", TIME)])
            begin = time.perf_counter()
            answer = telemetry.post(daemon, body, connection=kept if number % 2 else None)
            taken.append((time.perf_counter() - begin) * 1000)
            self.assertEqual(answer.status, 200, answer)
            pause.wait(PAUSE_SECONDS)
        kept.close()
        return taken

    def describe(self, what, taken):
        cuts = statistics.quantiles(taken, n=100)
        print(f"{what}: {len(taken)} requests, median {statistics.median(taken):.2f} ms, "
              f"p99 {cuts[98]:.2f} ms, most {max(taken):.2f} ms")

    def test_normal_clients_do_not_notice(self):
        daemon = self.start_daemon()
        alone = self.latencies(daemon, SECONDS / 3)
        before = resident_kibibytes(daemon.pid)
        with SlowConnections(daemon.address, CONNECTIONS, INTERVAL_SECONDS) as slow:
            opening = self.latencies(daemon, 1)
            self.assertTrue(slow.wait_until_open(60), f"only {slow.open_count()} came to be open")
            held = resident_kibibytes(daemon.pid) - before
            beside = self.latencies(daemon, SECONDS)
            after = resident_kibibytes(daemon.pid)
        print()
        self.describe("alone", alone)
        self.describe("while they come", opening)
        self.describe(f"beside {CONNECTIONS} slow connections", beside)
        print(f"{slow.opened} slow connections opened, {slow.closed_by_daemon} closed by the "
              f"daemon, {slow.bytes_sent} bytes sent; memory {before} KiB before, "
              f"{held / CONNECTIONS:.1f} KiB more for each, {after} KiB after")
        # Far above what a busy machine does to one of them, far below what a client would notice.
        self.assertLess(statistics.median(beside), 50 + 10 * statistics.median(alone))
        self.assertEqual(daemon.get("/healthz"), {"status": "alive"})


if __name__ == "__main__":
    unittest.main()
