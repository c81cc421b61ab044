"""Runs the built programs as a user would. ROUNDS_BIN_DIR is where they are, ROUNDS_TEST_DATA_DIR
the samples; ctest sets both."""

import json
import os
import re
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

BIN = Path(os.environ["ROUNDS_BIN_DIR"])
SAMPLES = Path(os.environ["ROUNDS_TEST_DATA_DIR"])

# Generous: the machine may be busy with other tests.
TIMEOUT_SECONDS = 60

FINE, REFUSED, WRONG_USAGE, DATA_UNUSABLE = range(4)

ABSENT_ID = "0190163d-8694-739b-aea5-966c26f8ad91"

DIAGNOSIS = {"root_cause": "pool exhausted", "evidence": ["14 of 15 traces wait"],
             "suggested_fix": "raise the pool size", "confidence": "high", "model": "alice",
             "cost_usd": 0.25, "diagnosed_at": "2026-01-01T00:00:00.000000Z"}


def occurrence(message, service="shop", error_type="TimeoutError", second=0):
    """One line of JSON Lines; the message decides the fingerprint."""
    return json.dumps({
        "service": service, "error_type": error_type, "error_message": message,
        "timestamp": f"2026-01-01T00:00:{second:02}Z",
        "stack_frames": [{"module": "app.db", "function": "dial", "lineno": 7}]})


def environment():
    """The environment without settings of rounds."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ROUNDS_")}


class Daemon:
    """A rounds-ingestd on a port of its own; stops at the end of a `with`. What it logged is then
    in `log`."""

    def __init__(self, data):
        self.log_file = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            [BIN / "rounds-ingestd", "--data-dir", data, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=self.log_file, text=True, env=environment())
        ready = re.fullmatch(r"listening on (http://\S+)\n", self.process.stdout.readline())
        self.url = ready.group(1) if ready else None

    def __enter__(self):
        if self.url is None:
            self.stop()
            raise AssertionError("rounds-ingestd did not start")
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.log_file.closed:
            return
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=TIMEOUT_SECONDS)
        self.process.stdout.close()
        self.log_file.seek(0)
        self.log = self.log_file.read()
        self.log_file.close()


class ProgramTest(unittest.TestCase):
    """Each test has a directory of its own, and a data directory in it that is not there yet."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="rounds-test-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.data = self.directory / "data"

    def run_program(self, program, *arguments, code=FINE, stdin=None, env=None):
        """Runs a program, checks its exit code, returns what it wrote."""
        answer = subprocess.run(
            [BIN / program, *map(str, arguments)], input=stdin, capture_output=True, text=True,
            check=False, timeout=TIMEOUT_SECONDS, env={**environment(), **(env or {})},
            cwd=self.directory)
        self.assertEqual(answer.returncode, code,
                         f"{program} {arguments}\n{answer.stdout}\n{answer.stderr}")
        if code in (WRONG_USAGE, DATA_UNUSABLE):
            self.assertRegex(answer.stderr, rf"(?m)\A{program}: .+\n\Z", "one clear sentence")
        return answer

    def rounds(self, *arguments, **options):
        """Runs rounds on the data directory."""
        return self.run_program("rounds", "--data-dir", self.data, *arguments, **options)

    def rounds_json(self, *arguments, **options):
        """The JSON that rounds prints: exactly one document on one line."""
        text = self.rounds("--json", *arguments, **options).stdout
        self.assertEqual(text.count("\n"), 1, text)
        return json.loads(text)

    def replay(self, *arguments, **options):
        return self.run_program("rounds-replay", "--data-dir", self.data, *arguments, **options)

    def ingest(self, *lines):
        """Ingests lines of JSON and returns the ids, the last seen first."""
        self.rounds("ingest", "-", stdin="\n".join(lines))
        return [each["id"] for each in self.rounds_json("list", "--limit", "1000")["signatures"]]
