"""The rounds command through a daemon: the same output as on the data directory."""

import json
import re
import unittest

from programs import (ABSENT_ID, DATA_UNUSABLE, DIAGNOSIS, REFUSED, SAMPLES, WRONG_USAGE, Daemon,
                      ProgramTest, occurrence)


HIDDEN_AGE = "age of the oldest          as it is by now"


def without_age(text):
    """The age of the oldest goes on between two calls: a minute may end between them."""
    return re.sub(r"^age of the oldest +\d+ d \d+ h \d+ min$", HIDDEN_AGE, text,
                  flags=re.MULTILINE)


class ThroughTheServer(ProgramTest):
    def through(self, daemon, *arguments, **options):
        return self.run_program("rounds", "--server", daemon.url, *arguments, **options)

    def test_reads_print_exactly_what_they_print_on_the_directory(self):
        keys = self.ingest(*(occurrence(f"wörse \x1b[31m {letter}", second=second)
                             for second, letter in enumerate("abcdef")))
        (self.directory / "diagnosis.json").write_text(json.dumps(DIAGNOSIS))
        self.rounds("diagnose", keys[0], "--file", "diagnosis.json", "--actor", "alice")
        self.rounds("resolve", keys[0], "--fix", "more", "--release", "2.4.1")
        self.rounds("tag", keys[1], "--add", "x")
        reads = [["list"], ["list", "--status", "new", "--limit", "2"], ["list", "--tag", "x"],
                 ["show", keys[0]], ["history", keys[0]], ["pending"], ["similar", keys[0]]]
        reads += [[*read, "--json"] for read in reads] + [["stats"]]
        directly = [without_age(self.rounds(*read).stdout) for read in reads]
        self.assertIn(HIDDEN_AGE, directly[-1])
        with Daemon(self.data) as daemon:
            for read, expected in zip(reads, directly, strict=True):
                self.assertEqual(without_age(self.through(daemon, *read).stdout), expected, read)

    def test_commands_work_and_last(self):
        [key] = self.ingest(occurrence("a"))
        (self.directory / "diagnosis.json").write_text(json.dumps(DIAGNOSIS))
        with Daemon(self.data) as daemon:
            for arguments, status in ((["investigate", key], "investigating"),
                                      (["revert", key], "new"),
                                      (["diagnose", key, "--file", "diagnosis.json"], "diagnosed"),
                                      (["tag", key, "--add", "a"], "diagnosed"),
                                      (["resolve", key, "--fix", "f"], "resolved"),
                                      (["retriage", key], "new"),
                                      (["mute", key, "--reason", "r"], "muted")):
                answer = self.through(daemon, "--json", *arguments)
                self.assertEqual(json.loads(answer.stdout)["status"], status)
        self.assertEqual(self.rounds_json("show", key)["version"], 8)

    def test_telemetry_is_ingested(self):
        with Daemon(self.data) as daemon:
            for body, signal in (("001_v1_traces", "traces"), ("002_v1_logs", "logs")):
                meta = json.loads((SAMPLES / f"otlp/{body}.meta.json").read_text())
                self.assertEqual(meta["headers"]["content-type"], "application/x-protobuf")
                self.through(daemon, "ingest", SAMPLES / f"otlp/{body}.body", "--format",
                             "otlp-proto", "--signal", signal)
            count = json.loads(self.through(daemon, "stats", "--json").stdout)["occurrence_count"]
        self.assertGreater(count, 0)
        self.assertEqual(self.rounds_json("stats")["occurrence_count"], count)

    def test_errors_have_the_same_codes(self):
        [key] = self.ingest(occurrence("a"))
        with Daemon(self.data) as daemon:
            refused = self.through(daemon, "revert", key, code=REFUSED)
            self.assertIn(f"signature {key} is new", refused.stderr)
            self.through(daemon, "mute", key, "--expected-version", "9", code=REFUSED)
            self.through(daemon, "show", ABSENT_ID, code=REFUSED)
            self.through(daemon, "tag", key, "--add", "x" * 1000, code=WRONG_USAGE)
            answer = self.through(daemon, "ingest", "-", stdin=occurrence("b"), code=WRONG_USAGE)
            self.assertIn("--format otlp-json", answer.stderr)
            self.through(daemon, "verify", code=WRONG_USAGE)
        self.through(daemon, "list", code=DATA_UNUSABLE)


if __name__ == "__main__":
    unittest.main()
