"""A daemon on a disk that is really full: it says so, keeps answering queries, and comes back.

The disk is a small memory file system, which only root may mount; without it the test is skipped.
"""

import os
import subprocess
import unittest

import store_view
import telemetry
from rounds_process import NO_BUDGET, RoundsTest, wait_until

# Room for the store, its reserve and what it wants to be free before it goes on (96 MiB).
DISK_BYTES = 256 * 1024 * 1024
# What is left of it when the daemon starts: less than RocksDB would like to take in advance.
FREE_AT_START = 24 * 1024 * 1024
TIME = 1_780_000_000 * 10**9


class DiskFull(RoundsTest):
    def setUp(self):
        super().setUp()
        self.disk = self.directory / "disk"
        self.disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", self.disk],
            capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            print(f"SKIPPED: cannot mount a small disk: {mounted.stderr.strip()}", flush=True)
            self.skipTest("only root may mount")
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.disk], check=True)
        self.ballast = self.disk / "ballast"
        self.fill(keep=FREE_AT_START)
        self.daemon = self.start_daemon(self.disk / "data", NO_BUDGET)
        self.sent = 0
        for _ in range(5):
            self.assertTrue(telemetry.is_full_success(self.post()))

    def fill(self, keep=0):
        """Takes all of the disk but `keep` bytes."""
        with open(self.ballast, "ab", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12):
                try:
                    while self.free() > keep:
                        ballast.write(b"\0" * size)
                except OSError:
                    pass

    def free(self):
        found = os.statvfs(self.disk)
        return found.f_bavail * found.f_frsize

    def post(self):
        """Sends errors of a kind of their own and returns the answer."""
        self.sent += 1
        return telemetry.post(self.daemon, telemetry.json_traces(
            "shop", [(f"Type{self.sent}.{i}", "it broke " + "x" * 500, TIME) for i in range(50)]))

    def post_until_refused(self):
        """Sends until the disk is full; returns the occurrences that were acknowledged."""
        acknowledged = 5 * 50
        while True:
            answer = self.post()
            if not telemetry.is_full_success(answer):
                self.assertEqual(answer.status, 503, answer)
                self.assertGreater(int(answer.headers["retry-after"]), 0)
                return acknowledged
            acknowledged += 50

    def not_ready_because(self):
        answer = self.daemon.request("GET", "/readyz").json()
        return {reason["code"] for reason in answer.get("reasons", ())}

    def test_writes_are_refused_with_a_reason_until_there_is_space(self):
        self.fill()
        acknowledged = self.post_until_refused()
        ready = self.daemon.request("GET", "/readyz")
        self.assertEqual(ready.status, 503)
        self.assertIn("No space left on device", ready.json()["detail"])
        self.assertIn("retry-after", ready.headers)
        wait_until(lambda: self.not_ready_because() >= {"store_failed", "disk_full"},
                   "it says that the disk is full")
        self.assertEqual(self.daemon.get("/healthz")["status"], "alive")
        # Queries go on, and see what was acknowledged.
        some = store_view.signatures(self.daemon)
        self.assertEqual(sum(each["occurrence_count"] for each in some), acknowledged)
        refused = self.daemon.command(some[0]["id"], "mute")
        self.assertEqual(refused.status, 503)
        self.assertIn("retry-after", refused.headers)

        self.ballast.unlink()
        wait_until(lambda: self.daemon.request("GET", "/readyz").status == 200,
                   "the daemon takes writes again")
        self.assertTrue(telemetry.is_full_success(self.post()))
        total = store_view.stats(self.daemon)["occurrence_count"]
        # The refused request may have reached the disk; nothing else.
        self.assertIn(total, (acknowledged + 50, acknowledged + 100))
        self.assertEqual(self.daemon.terminate(), 0)
        self.assertIn("takes no writes", self.daemon.log())
        self.assertIn("takes writes again", self.daemon.log())
        self.check_data(self.daemon.data_dir)

    def test_it_stops_cleanly_while_the_disk_is_full(self):
        self.fill()
        acknowledged = self.post_until_refused()
        self.assertEqual(self.daemon.terminate(), 0)
        self.ballast.unlink()
        self.daemon.restart()
        # Said after the daemon says where it listens.
        wait_until(lambda: "as it was closed" in self.daemon.log(), "the store was closed cleanly")
        total = store_view.stats(self.daemon)["occurrence_count"]
        self.assertIn(total, (acknowledged, acknowledged + 50))
        self.assertEqual(self.daemon.terminate(), 0)
        self.check_data(self.daemon.data_dir)


if __name__ == "__main__":
    unittest.main()
