"""rounds-replay: rebuilding and verifying projections from outside."""

import json
import os
import random
import shutil
import signal
import subprocess
import unittest

from programs import (ABSENT_ID, BIN, DATA_UNUSABLE, REFUSED, SAMPLES, WRONG_USAGE, Daemon,
                      ProgramTest, environment, occurrence)

WORDS = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india"]

# About what a run of the interruption test has written at its end.
MOST_WRITTEN_BYTES = 200_000

PROJECTIONS = ["signatures", "fingerprints", "by_status", "by_service", "by_tag", "history",
               "stats"]


def letters_of(number):
    """A word for each number: digits would be taken for a variable part of a message."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number)) + "xx"


class Replay(ProgramTest):
    def setUp(self):
        super().setUp()
        keys = self.ingest(*(occurrence(f"message {letter}", second=second)
                             for second, letter in enumerate("abcdef")))
        self.rounds("mute", keys[0])
        self.rounds("tag", keys[1], "--add", "a")
        self.keys = keys

    def everything(self):
        """All that queries answer, but for the age of the oldest."""
        stats = self.rounds_json("stats")
        del stats["oldest_age_seconds"]
        return [self.rounds_json("list"), stats,
                [self.rounds_json("history", key) for key in self.keys]]

    def test_deleted_projections_come_back_from_the_log(self):
        before = self.everything()
        shutil.rmtree(self.data / "projections")
        report = json.loads(self.replay("--json").stdout)
        self.assertEqual(report, {"sequence": 8, "rebuilt": PROJECTIONS})
        verification = json.loads(self.replay("--verify", "--json").stdout)
        self.assertTrue(verification["equal"])
        self.assertEqual([each["projection"] for each in verification["projections"]], PROJECTIONS)
        self.assertEqual(self.everything(), before)

    def test_projections_that_cannot_be_opened_are_replaced(self):
        before = self.everything()
        (self.data / "projections/CURRENT").write_text("nonsense\n")
        self.replay("--verify", code=DATA_UNUSABLE)
        self.replay()
        self.assertEqual(self.everything(), before)

    def test_whatever_opens_the_store_builds_damaged_projections_anew_and_says_so(self):
        before = self.everything()
        (self.data / "projections/CURRENT").write_text("nonsense\n")
        answer = self.rounds("list", "--json")
        self.assertRegex(answer.stderr,
                         r"\Arounds: building the projections anew from 8 events: .+\n\Z")
        self.assertEqual(json.loads(answer.stdout), before[0])
        self.assertEqual(self.rounds("list").stderr, "")
        (self.data / "projections/CURRENT").write_text("nonsense\n")
        with Daemon(self.data) as daemon:
            daemon.stop()
        self.assertIn("building the projections anew from 8 events: ", daemon.log)
        self.assertIn("the projections were built anew, because of: ", daemon.log)
        self.assertEqual(self.everything(), before)

    def test_projections_of_another_log_are_replaced(self):
        before = self.everything()
        mine, self.data = self.data, self.directory / "other"
        self.ingest(occurrence("elsewhere"))
        shutil.rmtree(mine / "projections")
        shutil.copytree(self.data / "projections", mine / "projections")
        self.data = mine
        self.replay("--verify", code=DATA_UNUSABLE)
        self.replay()
        self.assertEqual(self.everything(), before)

    def test_one_signature_is_verified_and_repaired_alone(self):
        key = self.rounds_json("list")["signatures"][0]["id"]
        verification = json.loads(self.replay("--verify", "--signature", key, "--json").stdout)
        self.assertTrue(verification["equal"])
        self.assertEqual([each["projection"] for each in verification["projections"]],
                         PROJECTIONS[:-1])
        report = json.loads(self.replay("--signature", key, "--json").stdout)
        self.assertEqual(report["repaired"], key)
        self.assertEqual(report["difference_count"], 0)
        self.replay("--signature", ABSENT_ID, code=REFUSED)
        self.replay("--signature", "nonsense", code=WRONG_USAGE)
        self.replay("--signature", key, "--resume", code=WRONG_USAGE)
        self.assertTrue(json.loads(self.replay("--verify", "--json").stdout)["equal"])

    def test_killed_at_any_moment_it_leaves_projections_that_serve(self):
        self.ingest(*(occurrence(f"message {letters}", second=letters.count("x"))
                      for letters in map(letters_of, range(5000))))
        expected = self.digests()
        left = self.data / "projections.rebuild"
        kills = 0
        seed = int(os.environ.get("ROUNDS_TEST_SEED", random.randrange(2**32)))
        print(f"ROUNDS_TEST_SEED={seed}", flush=True)
        chance = random.Random(seed)
        moments = [left, left / "tables/history-000000.sst", left / "tables/signatures-000000.sst",
                   left / "tables/by_service-000000.sst", left / "tables/fingerprints-000000.sst"]
        for _ in range(int(os.environ.get("ROUNDS_TEST_ROUNDS", 10))):
            moment = chance.choice(moments)
            process = subprocess.Popen([BIN / "rounds-replay", "--data-dir", self.data],
                                       stdout=subprocess.DEVNULL, env=environment())
            while process.poll() is None and not moment.exists():
                pass
            for _ in range(chance.randrange(2000)):  # a little later
                process.poll()
            process.kill()
            kills += process.wait() == -signal.SIGKILL
            self.assertEqual(self.digests(), expected)
            if chance.random() < 0.5:
                self.replay("--resume")
            else:
                self.rounds("stats")
            self.assertFalse(left.exists())
            self.assertEqual(self.digests(), expected)
        self.assertGreater(kills, 0, "no rebuild was interrupted")

    def digests(self):
        """The digests of all projections, which are those of the log."""
        verification = json.loads(self.replay("--verify", "--json").stdout)
        self.assertTrue(verification["equal"])
        return [each["live_digest"] for each in verification["projections"]]

    def test_a_running_daemon_rebuilds_its_projections(self):
        before = self.everything()
        with Daemon(self.data) as daemon:
            # The location comes from --server alone.
            answer = self.run_program("rounds-replay", "--server", daemon.url, "--json")
            self.assertEqual(json.loads(answer.stdout), {"sequence": 8, "rebuilt": PROJECTIONS})
            answer = self.run_program("rounds-replay", "--server", daemon.url,
                                      "--projection", "by_status")
            self.assertEqual(answer.stdout, "rebuilt from 8 events: by_status\n")
            self.assertTrue(json.loads(self.replay("--verify", "--json").stdout)["equal"])
        self.assertTrue(json.loads(self.replay("--verify", "--json").stdout)["equal"])
        self.assertEqual(self.everything(), before)

    def test_the_text_names_each_projection(self):
        text = self.replay("--verify").stdout
        for projection in PROJECTIONS:
            self.assertRegex(text, rf"(?m)^{projection} +\d+ +0 ")

    def test_errors_have_their_codes(self):
        self.replay("--projection", "nonsense", code=WRONG_USAGE)
        self.replay("--data-dir", self.directory / "absent", code=WRONG_USAGE)
        with Daemon(self.data):
            self.assertIn(str(self.data), self.replay(code=DATA_UNUSABLE).stderr)
        self.data = self.directory / "absent"
        self.assertIn(str(self.data), self.replay(code=DATA_UNUSABLE).stderr)
        self.assertFalse(self.data.exists())


class DataOfRelease1(ProgramTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(SAMPLES / "release_1/store", self.data)

    def tagged(self):
        listed = self.rounds_json("list", "--tag", "database")["signatures"]
        return [signature["message_template"] for signature in listed]

    def test_is_brought_up_to_date_by_whatever_opens_it_and_says_so(self):
        answer = self.rounds("list", "--tag", "database")
        self.assertRegex(answer.stderr, r"\Arounds: building by_tag, .+\n\Z")
        self.assertEqual(self.tagged(), ["cart is undefined", "the payment took too long"])
        self.replay("--verify")

    def test_is_left_to_a_command_if_the_daemon_is_told_so(self):
        refuse = {"ROUNDS_REBUILD": "refuse"}
        start = ["rounds-ingestd", "--data-dir", self.data, "--listen", "127.0.0.1:0"]
        answer = self.run_program(*start, env=refuse, code=DATA_UNUSABLE)
        command = f"rounds-replay --data-dir {self.data}"
        self.assertIn(command, answer.stderr)
        self.replay()
        self.assertEqual(self.tagged(), ["cart is undefined", "the payment took too long"])


class Until(ProgramTest):
    """--until: a store of the past in another directory."""

    def setUp(self):
        super().setUp()
        self.then = self.directory / "then"
        self.unfinished = self.directory / "then.incomplete"

    def files(self):
        return {path: path.read_bytes() for path in self.data.rglob("*") if path.is_file()}

    def of_then(self, *arguments, **options):
        """Runs rounds on the new store."""
        return json.loads(self.run_program("rounds", "--data-dir", self.then, "--json", *arguments,
                                           **options).stdout)

    def test_the_new_store_says_what_the_old_one_says_of_then(self):
        keys = self.ingest(*(occurrence(f"message {letter}") for letter in "abc"))
        self.rounds("mute", keys[0])
        before = self.files()
        report = json.loads(self.replay("--until", 3, "--into", self.then, "--json").stdout)
        self.assertEqual(self.files(), before)
        self.assertEqual((report["sequence"], report["last_sequence"]), (3, 4))
        self.assertEqual(self.of_then("show", keys[0])["status"], "new")
        for key in keys:
            self.assertEqual(self.of_then("show", key), self.rounds_json("show", key, "--as-of", 3))
        stats = self.of_then("stats")
        stats["oldest_age_seconds"] = None
        self.assertEqual(stats, self.rounds_json("stats", "--as-of", report["time"]))

    def test_a_daemon_may_be_running(self):
        keys = self.ingest(occurrence("message a"))
        with Daemon(self.data) as daemon:
            server = ("--server", daemon.url, "--json")
            self.run_program("rounds", *server, "mute", keys[0])
            self.replay("--until", "2999-01-01T00:00:00Z", "--into", self.then)
            self.run_program("rounds", *server, "retriage", keys[0])
            then = self.run_program("rounds", *server, "show", keys[0], "--as-of", "2").stdout
            stats = self.run_program("rounds", *server, "stats", "--as-of", "1").stdout
        self.assertEqual(self.of_then("show", keys[0]), json.loads(then))
        self.assertEqual(json.loads(then)["status"], "muted")
        self.assertEqual(json.loads(stats)["by_status"]["new"], 1)
        self.assertEqual(self.rounds_json("show", keys[0])["status"], "new")

    def test_killed_at_any_moment_it_leaves_a_whole_store_or_none(self):
        seed = int(os.environ.get("ROUNDS_TEST_SEED", random.randrange(1 << 32)))
        print(f"ROUNDS_TEST_SEED={seed}")
        chance = random.Random(seed)
        self.ingest(*(occurrence(f"message {letter} {word}")
                      for letter in "abcdefgh" for word in WORDS for _ in range(3)))
        sequence = self.rounds_json("stats")["sequence"] - 1
        arguments = ("--until", str(sequence), "--into", str(self.then))
        before = self.files()
        killed = 0
        for _ in range(int(os.environ.get("ROUNDS_TEST_ROUNDS", 12))):
            moment = chance.randrange(MOST_WRITTEN_BYTES)
            process = subprocess.Popen(
                [BIN / "rounds-replay", "--data-dir", self.data, *arguments],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
            while process.poll() is None and self.written() < moment:
                pass
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            self.assertEqual(self.files(), before)
            if self.then.exists():
                self.check(sequence)
                shutil.rmtree(self.then)
        self.assertGreater(killed, 0, "no run was killed before its end")
        self.replay(*arguments)
        self.assertFalse(self.unfinished.exists())
        self.check(sequence)

    def written(self):
        """How many bytes there are in the unfinished store."""
        size = 0
        for folder, _, names in os.walk(self.unfinished):
            for name in names:
                try:
                    size += os.stat(os.path.join(folder, name)).st_size
                except FileNotFoundError:
                    pass
        return size

    def check(self, sequence):
        self.assertEqual(self.of_then("verify", "--projections")["last_sequence"], sequence)
        self.assertEqual(self.of_then("stats")["sequence"], sequence)


if __name__ == "__main__":
    unittest.main()
