"""Backups from outside: of a live daemon under load, killed in the middle, damaged, restored."""

import concurrent.futures
import json
import random
import shutil
import subprocess
import threading
import time
import unittest

import store_view
import telemetry
from rounds_process import NO_BUDGET, RoundsTest, clean_environment, program, run_program

TIME = 1_780_000_000 * 10**9
KILLS = 12


class Backups(RoundsTest):
    def setUp(self):
        super().setUp()
        self.backups = self.directory / "backups"
        self.restored = self.directory / "restored"

    def start_with_backups(self):
        return self.start_daemon(arguments=["--backup-dir", self.backups, *NO_BUDGET])

    def post(self, daemon, number, count=50):
        """Sends `count` errors of a kind of their own; returns how many were acknowledged."""
        errors = [(f"Type{number}", f"it broke {i} " + "x" * 400, TIME) for i in range(count)]
        answer = telemetry.post(daemon, telemetry.json_traces("shop", errors))
        return count if telemetry.is_full_success(answer) else 0

    def create(self, daemon):
        run = self.run_ok("rounds", "backup", "create", "--server", daemon.url, "--json")
        return json.loads(run.stdout)

    def verify(self, *arguments):
        return self.run_ok("rounds", "backup", "verify", self.backups, "--json", *arguments).json()

    def restore(self, number):
        shutil.rmtree(self.restored, ignore_errors=True)
        self.run_ok("rounds", "backup", "restore", self.backups, "--backup", number,
                    "--data-dir", self.restored)
        return self.open_restored()

    def open_restored(self):
        """Opening it builds the projections, which no backup has."""
        stats = self.run_ok("rounds", "stats", "--data-dir", self.restored, "--json").json()
        self.check_data(self.restored)
        return stats

    def test_a_live_daemon_is_backed_up_while_it_takes_writes(self):
        daemon = self.start_with_backups()
        acknowledged = 0
        lock = threading.Lock()
        stop = threading.Event()

        def write(worker):
            nonlocal acknowledged
            for number in range(10_000):
                if stop.is_set():
                    return
                got = self.post(daemon, f"{worker}x{number}")
                with lock:
                    acknowledged += got

        made = []
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            workers = [pool.submit(write, worker) for worker in range(3)]
            try:
                for _ in range(4):
                    with lock:
                        before = acknowledged
                    made.append((self.create(daemon), before))
            finally:
                stop.set()
            for worker in workers:
                worker.result()
        self.assertEqual([backup["number"] for backup, _ in made], [1, 2, 3, 4])
        self.assertGreater(made[-1][1], made[0][1], "writes went on")
        total = store_view.stats(daemon)["occurrence_count"]
        self.assertEqual(total, acknowledged)
        for backup, before in made:
            verified = self.verify("--backup", backup["number"])
            self.assertEqual(verified["backup"], backup)
            self.assertEqual(verified["log"]["event_count"], backup["sequence"])
            stats = self.restore(backup["number"])
            self.assertEqual(stats["sequence"], backup["sequence"])
            self.assertGreaterEqual(stats["occurrence_count"], before)
            self.assertLessEqual(stats["occurrence_count"], total)
        self.assertEqual(daemon.terminate(), 0)

    def test_without_a_directory_the_daemon_says_what_to_do(self):
        daemon = self.start_daemon()
        run = run_program("rounds", "backup", "create", "--server", daemon.url)
        self.assertEqual(run.code, 1, run)
        self.assertIn("--backup-dir", run.stderr)

    def test_a_restored_daemon_serves_what_the_old_one_did(self):
        daemon = self.start_with_backups()
        for number in range(5):
            self.post(daemon, number)
        backup = self.create(daemon)
        before = store_view.signatures(daemon)
        self.post(daemon, "later")
        self.assertEqual(daemon.terminate(), 0)
        shutil.rmtree(daemon.data_dir)
        self.run_ok("rounds", "backup", "restore", self.backups, "--data-dir", daemon.data_dir)
        daemon.restart()
        self.assertEqual(store_view.signatures(daemon), before)
        self.post(daemon, "new")
        self.assertEqual(self.create(daemon)["number"], backup["number"] + 1)
        self.assertTrue(self.verify()["sound"])

    def test_killed_in_the_middle_it_leaves_nothing_that_counts(self):
        seed = random.randrange(2**32)
        print(f"seed {seed}", flush=True)
        dice = random.Random(seed)
        daemon = self.start_daemon()
        for number in range(100):
            self.post(daemon, number, count=200)
        self.assertEqual(daemon.terminate(), 0)
        create = [program("rounds"), "backup", "create", "--data-dir", str(daemon.data_dir)]
        started = time.monotonic()
        subprocess.run([*create, str(self.directory / "timed")], check=True, capture_output=True,
                       env=clean_environment())
        duration = time.monotonic() - started
        finished = 0
        killed = 0
        for _ in range(KILLS):
            process = subprocess.Popen([*create, str(self.backups)], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, env=clean_environment())
            try:
                process.wait(dice.uniform(0, duration))
                self.assertEqual(process.returncode, 0)
                finished += 1
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                killed += 1
            listing = run_program("rounds", "backup", "list", self.backups, "--json")
            there = listing.json()["backups"] if listing.code == 0 else []
            self.assertIn(listing.code, (0, 3), listing)
            # One more than those that said so may have been finished just before the kill.
            self.assertGreaterEqual(len(there), finished)
            self.assertLessEqual(len(there), finished + killed)
            for backup in there:
                self.assertTrue(self.verify("--backup", backup["number"])["sound"])
            self.run_ok("rounds", "verify", "--data-dir", daemon.data_dir)
        self.assertGreater(killed, 0)
        self.run_ok(*["rounds", *create[1:], self.backups])
        stats = self.restore(self.verify()["number"])
        self.assertEqual(stats["occurrence_count"], 100 * 200)

    def test_a_restore_that_is_killed_leaves_no_data_directory(self):
        seed = random.randrange(2**32)
        print(f"seed {seed}", flush=True)
        dice = random.Random(seed)
        daemon = self.start_with_backups()
        for number in range(50):
            self.post(daemon, number, count=200)
        self.create(daemon)
        self.assertEqual(daemon.terminate(), 0)
        restore = [program("rounds"), "backup", "restore", str(self.backups), "--data-dir",
                   str(self.restored)]
        killed = 0
        duration = 0.1
        for _ in range(KILLS):
            shutil.rmtree(self.restored, ignore_errors=True)
            shutil.rmtree(f"{self.restored}.restoring", ignore_errors=True)
            started = time.monotonic()
            process = subprocess.Popen(restore, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, env=clean_environment())
            try:
                process.wait(dice.uniform(0, duration))
                self.assertEqual(process.returncode, 0)
                duration = time.monotonic() - started
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                killed += 1
                duration *= 1.2
            if self.restored.exists():
                self.open_restored()
                continue
            self.assertEqual(run_program("rounds", "stats", "--data-dir", self.restored).code, 3)
        self.assertGreater(killed, 0)


if __name__ == "__main__":
    unittest.main()
