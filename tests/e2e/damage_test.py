"""Damaged data is refused or makes no difference; it is never served wrong."""

import json
import os
import random
import shutil
import unittest

import load
import store_view
import telemetry
from rounds_process import RoundsTest, run_program

# Damaged copies in one test, as many as keep it under a minute.
ROUNDS = int(os.environ.get("ROUNDS_TEST_ROUNDS") or 12)
# What RocksDB writes for people; nothing is read from them.
INERT = ("LOG", "LOCK", "OPTIONS", "IDENTITY")


def flip_a_bit(file, generator):
    content = bytearray(file.read_bytes())
    content[generator.randrange(len(content))] ^= 1 << generator.randrange(8)
    file.write_bytes(content)


def cut_the_end_off(file, generator):
    content = file.read_bytes()
    file.write_bytes(content[:generator.randrange(len(content))])


def remove(file, _):
    file.unlink()


class Damage(RoundsTest):
    def setUp(self):
        super().setUp()
        self.generator = random.Random(load.random_seed())
        daemon = self.start_daemon()
        # Two runs, so that there are table files as well as write-ahead logs.
        for samples in (telemetry.load_samples()[:12], telemetry.load_samples()[12:]):
            for sample in samples:
                self.assertTrue(telemetry.is_full_success(telemetry.post(daemon, sample)))
            self.assertEqual(daemon.terminate(), 0)
            daemon.restart()
        self.some_id = store_view.signatures(daemon)[0]["id"]
        self.assertEqual(daemon.terminate(), 0)
        self.data_dir = daemon.data_dir
        self.expected = self.contents(self.data_dir)
        self.assertIsNotNone(self.expected)

    def contents(self, data_dir):
        """What `rounds` tells of the data; None if it refuses, with exit code 3 and a sentence."""
        told = []
        for arguments in (("stats",), ("list", "--limit", "1000"), ("history", self.some_id)):
            run = run_program("rounds", *arguments, "--json", "--data-dir", data_dir)
            if run.code == 3:
                self.assertRegex(run.stderr, r"\Arounds: .*\w+ \w+ \w+.*\n\Z")
                return None
            self.assertEqual(run.code, 0, run)
            told.append(json.loads(run.stdout))
        del told[0]["oldest_age_seconds"]
        return told

    def damaged_copy(self, part, damages):
        """A copy of the data of which one file of `part` is damaged, and what was done to it."""
        copy = self.directory / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.data_dir, copy)
        files = [file for file in sorted((copy / part).iterdir())
                 if file.is_file() and file.stat().st_size > 0
                 and not file.name.startswith(INERT)]
        file = self.generator.choice(files)
        damage = self.generator.choice(damages)
        damage(file, self.generator)
        return copy, f"{damage.__name__} of {part}/{file.name}"

    def test_a_damaged_log_is_refused_or_makes_no_difference(self):
        refused = 0
        for _ in range(ROUNDS):
            copy, what = self.damaged_copy("log", (flip_a_bit, cut_the_end_off, remove))
            with self.subTest(damage=what):
                verify = run_program("rounds", "verify", "--data-dir", copy)
                self.assertIn(verify.code, (0, 3), verify)
                if verify.code == 3:
                    refused += 1
                    self.assertRegex(verify.stderr, r"\w+ \w+ \w+")
                found = self.contents(copy)
                if found is not None:
                    self.assertEqual(found, self.expected)
        self.assertGreater(refused, 0, "no damage was noticed")

    def test_damaged_projections_are_refused_or_made_again(self):
        for _ in range(ROUNDS):
            copy, what = self.damaged_copy("projections", (flip_a_bit, cut_the_end_off, remove))
            with self.subTest(damage=what):
                found = self.contents(copy)
                if found is not None:
                    self.assertEqual(found, self.expected)
                # The log is whole: everything comes back.
                shutil.rmtree(copy / "projections")
                self.run_ok("rounds-replay", "--data-dir", copy)
                self.assertEqual(self.contents(copy), self.expected)


if __name__ == "__main__":
    unittest.main()
