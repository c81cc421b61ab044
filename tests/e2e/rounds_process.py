"""The programs under test as processes: a daemon to start, ask and kill, and tools to run.

ROUNDS_BIN_DIR names the directory of the built programs; ctest sets it. Nothing here pauses for a
fixed time: whoever waits, waits for a condition, with a deadline.
"""

import dataclasses
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

# Generous: a loaded machine that runs the programs under a sanitizer is slow, a hang is for ever.
DEADLINE_SECONDS = 60.0
# Between two looks at a condition that cannot wake us itself.
POLL_SECONDS = 0.01


def program(name):
    """The path of a built program."""
    directory = os.environ.get("ROUNDS_BIN_DIR")
    if not directory:
        raise RuntimeError("ROUNDS_BIN_DIR is not set: run these tests with ctest, or set it to "
                           "the directory of the built programs")
    return str(pathlib.Path(directory).resolve() / name)


def clean_environment():
    """This environment without settings of the programs, which would change what is tested."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ROUNDS_")}


def wait_until(condition, what, seconds=DEADLINE_SECONDS):
    """Returns the first true value of condition(); fails if there is none in time."""
    deadline = time.monotonic() + seconds
    never = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        never.wait(POLL_SECONDS)


@dataclasses.dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names are in lower case."""

    status: int
    headers: dict
    body: bytes

    @property
    def content_type(self):
        return self.headers.get("content-type", "")

    def json(self):
        return json.loads(self.body)


# Arguments for daemons that many new failures are sent to.
NO_BUDGET = ("--new-signatures-per-minute", "0")


class Daemon:
    """A rounds-ingestd on one data directory, which it may be started on again and again."""

    def __init__(self, data_dir, arguments=()):
        self.data_dir = pathlib.Path(data_dir)
        self.arguments = list(arguments)
        self.stdout_lines = []
        self.address = None
        self._process = None
        self._reader = None
        self._ended = False  # the program closed its stdout
        self._changed = threading.Condition()
        self._log = pathlib.Path(f"{data_dir}.log")

    @property
    def pid(self):
        return self._process.pid

    @property
    def url(self):
        return "http://{}:{}".format(*self.address)

    def log(self):
        """What all runs so far wrote to stderr."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def is_running(self):
        return self._process is not None and self._process.poll() is None

    def start(self):
        """Starts the program and returns once it says where it listens."""
        assert not self.is_running(), "the daemon runs already"
        self.spawn(["--data-dir", self.data_dir, "--listen", "127.0.0.1:0", *self.arguments])
        return self.wait_until_listening()

    def wait_until_listening(self):
        """Waits for the line that says where the program listens; fails if it ends before."""
        with self._changed:
            self._changed.wait_for(lambda: self.stdout_lines or self._ended,
                                   DEADLINE_SECONDS)
        line = self.stdout_lines[0] if self.stdout_lines else ""
        prefix = "listening on http://"
        if not line.startswith(prefix):
            raise AssertionError(f"the daemon did not come up: stdout {self.stdout_lines}, "
                                 f"stderr:\n{self.log()}")
        host, port = line.removeprefix(prefix).strip().rsplit(":", 1)
        self.address = (host, int(port))
        return self

    def spawn(self, arguments, environment=None, stdout=subprocess.PIPE):
        """Starts the program with exactly these arguments and does not wait for anything.
        `environment` adds to a clean one; `stdout` takes its output away from stdout_lines."""
        self.stdout_lines = []
        self._ended = False
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                [program("rounds-ingestd"), *arguments], stdin=subprocess.DEVNULL, stdout=stdout,
                stderr=log, text=True, env={**clean_environment(), **(environment or {})})
        self._reader = threading.Thread(target=self._read_stdout, args=(self._process.stdout,))
        self._reader.start()

    def _read_stdout(self, stdout):
        for line in stdout or ():
            with self._changed:
                self.stdout_lines.append(line)
                self._changed.notify_all()
        if stdout:
            stdout.close()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def connect(self):
        """A connection for several requests; the caller closes it."""
        return http.client.HTTPConnection(*self.address, timeout=DEADLINE_SECONDS)

    def request(self, method, path, body=None, headers=None, connection=None):
        """Sends one request, by default on a connection of its own, and returns the Answer."""
        own = connection is None
        connection = connection or self.connect()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, fields, answer.read())
        finally:
            if own:
                connection.close()

    def get(self, path):
        """The JSON of a GET that must succeed."""
        answer = self.request("GET", path)
        if answer.status != 200:
            raise AssertionError(f"GET {path}: {answer.status} {answer.body!r}")
        return answer.json()

    def command(self, signature_id, name, **body):
        """POSTs a command and returns the Answer, whatever its status."""
        return self.request("POST", f"/api/v1/signatures/{signature_id}/{name}",
                            json.dumps(body), {"Content-Type": "application/json"})

    def kill9(self):
        """Kills it like a power cut of the process: nothing is flushed."""
        self._process.kill()
        self._finish()

    def send(self, number):
        self._process.send_signal(number)

    def wait(self):
        """Waits for the end of the program and returns its exit code."""
        return self._finish()

    def terminate(self, number=signal.SIGTERM):
        """Asks it to stop and returns its exit code."""
        self.send(number)
        return self._finish()

    def restart(self):
        """Starts it again after kill9() or terminate()."""
        return self.start()

    def _finish(self):
        code = self._process.wait(DEADLINE_SECONDS)
        self._reader.join(DEADLINE_SECONDS)
        return code

    def close(self):
        if self.is_running():
            self.kill9()


@dataclasses.dataclass(frozen=True)
class Run:
    """What a finished program said and how it ended."""

    arguments: tuple
    code: int
    stdout: str
    stderr: str

    def json(self):
        return json.loads(self.stdout)

    def __str__(self):
        command = " ".join(map(str, self.arguments))
        return f"{command}: exit {self.code}\nstdout: {self.stdout}\nstderr: {self.stderr}"


def run_program(name, *arguments, stdin="", environment=None, directory=None):
    """Runs a program to its end. `environment` adds to a clean one."""
    done = subprocess.run([program(name), *map(str, arguments)], input=stdin, capture_output=True,
                          text=True, timeout=DEADLINE_SECONDS * 2, cwd=directory, check=False,
                          env={**clean_environment(), **(environment or {})})
    return Run((name, *arguments), done.returncode, done.stdout, done.stderr)


class RoundsTest(unittest.TestCase):
    """A test with a directory of its own, whose daemons end with it."""

    maxDiff = None

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="rounds-e2e-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self._daemons = []

    def run(self, result=None):
        result = result or self.defaultTestResult()
        failed_before = len(result.failures) + len(result.errors)
        returned = super().run(result)
        if len(result.failures) + len(result.errors) > failed_before:
            for log in self._logs:
                print(f"stderr of a daemon of {self.id()}:\n{log}", flush=True)
        return returned

    _logs = ()

    def doCleanups(self):
        # Before the directory goes, which holds them.
        self._logs = [daemon.log() for daemon in getattr(self, "_daemons", ())]
        return super().doCleanups()

    def make_daemon(self, data_dir=None, arguments=()):
        """A daemon that is not started yet, on DIRECTORY/data unless told otherwise."""
        daemon = Daemon(data_dir or self.directory / "data", arguments)
        self.addCleanup(daemon.close)
        self._daemons.append(daemon)
        return daemon

    def start_daemon(self, data_dir=None, arguments=()):
        return self.make_daemon(data_dir, arguments).start()

    def run_ok(self, name, *arguments, **options):
        """Runs a program that must end with exit code 0."""
        run = run_program(name, *arguments, **options)
        self.assertEqual(run.code, 0, run)
        return run

    def check_data(self, data_dir):
        """The log is whole, and the projections are what a fresh replay makes of it."""
        self.run_ok("rounds", "verify", "--data-dir", data_dir)
        self.run_ok("rounds-replay", "--data-dir", data_dir, "--verify")
