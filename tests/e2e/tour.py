"""Runs the tour of a README: its commands, one after the other, and what it says they print.

The tour stands between two markers. Its fenced sh blocks are one session in the root of the
project. A comment `# => text`, behind a command or on a line below it, says that the output of that
command holds the text; for a command in the background it is waited for.
"""

import dataclasses
import os
import re
import signal
import subprocess
import threading

from rounds_process import DEADLINE_SECONDS, clean_environment

BEGIN = "<!-- tour begin -->"
END = "<!-- tour end -->"
# What does not end by itself in this time is killed.
GRACE_SECONDS = 2.0
# The address that the tour is written for; it is replaced by one that is free.
ADDRESS = "127.0.0.1:4318"

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXPECTED = re.compile(r"(?:^|\s)# => (.*)$")
# Reads commands that end in NUL from a descriptor of its own, so that no command can eat the next,
# and prints NUL behind the output of each that succeeded.
_SESSION = r"""
set -euo pipefail
while IFS= read -r -d '' -u {commands} command; do
  eval "$command" </dev/null {commands}<&-
  printf '\0'
done
"""


class TourError(Exception):
    """The tour is not written as it must be, or does not do what it says."""


@dataclasses.dataclass
class Step:
    """One command, perhaps of several lines, and texts that its output must hold."""

    command: str
    expected: list = dataclasses.field(default_factory=list)

    @property
    def in_background(self):
        return self.command.rstrip().endswith("&")


def blocks(text):
    """The sh blocks between the markers."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise TourError(f"the text does not hold one {BEGIN} and behind it one {END}")
    found = _BLOCK.findall(text[text.index(BEGIN):text.index(END)])
    if not found:
        raise TourError("there is no ```sh block between the markers")
    return found


def _is_complete(command):
    """Whether bash would run this, rather than wait for more lines."""
    if command.endswith("\\\n"):
        return False
    check = subprocess.run(["bash", "-n"], input=command, capture_output=True, text=True,
                           check=False)
    return check.returncode == 0 and not check.stderr  # it only warns of an open here-document


def steps(block):
    """The commands of a block with what is expected of each."""
    found = []
    pending = ""
    for line in block.splitlines():
        expected = _EXPECTED.search(line)
        if expected:
            line = line[:expected.start()]
        if pending or line.strip():
            pending += line + "\n"
            if _is_complete(pending):
                if not _is_comment(pending):
                    found.append(Step(pending))
                pending = ""
        if expected:
            if pending or not found:
                raise TourError(f"there is no whole command in front of # => {expected.group(1)}")
            found[-1].expected.append(expected.group(1))
    if pending:
        raise TourError(f"this command has no end: {pending}")
    return found


def _is_comment(command):
    return all(not line.strip() or line.lstrip().startswith("#") for line in command.splitlines())


class Session:
    """A bash in a directory, with the programs on its PATH, that stops at the first failure."""

    def __init__(self, directory, programs):
        commands, self._commands = os.pipe()
        environment = clean_environment()
        environment["PATH"] = f"{programs}:{environment['PATH']}"
        self._bash = subprocess.Popen(
            ["bash", "-c", _SESSION.format(commands=commands)], cwd=directory, env=environment,
            pass_fds=(commands,), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True)
        os.close(commands)
        self._changed = threading.Condition()
        self._output = b""
        self._reader = threading.Thread(target=self._read_output)
        self._waiter = threading.Thread(target=self._wait_for_end)
        self._ended = False
        self._reader.start()
        self._waiter.start()

    def run(self, step):
        """Runs a step and returns its output. Raises TourError if it fails or says otherwise."""
        with self._changed:
            self._output = b""
        try:
            os.write(self._commands, step.command.encode() + b"\0")
        except BrokenPipeError:
            raise TourError(f"bash ended before: {step.command}") from None

        def absent():
            return [text for text in step.expected if text.encode() not in self._output]

        with self._changed:
            self._changed.wait_for(lambda: b"\0" in self._output or self._ended, DEADLINE_SECONDS)
            if b"\0" not in self._output:
                raise TourError(f"this command failed: {step.command}{self._text()}")
            if step.in_background:
                self._changed.wait_for(lambda: not absent(), DEADLINE_SECONDS)
            if absent():
                raise TourError(f"the output of this command does not hold {absent()}: "
                                f"{step.command}{self._text()}")
            return self._text()

    def close(self):
        """Ends bash and everything that it started."""
        os.close(self._commands)
        # Bash notes SIGTERM to end later, and forgets it if it becomes another program before that.
        for ending, seconds in ((signal.SIGTERM, GRACE_SECONDS),
                                (signal.SIGKILL, DEADLINE_SECONDS)):
            try:
                os.killpg(self._bash.pid, ending)
            except ProcessLookupError:
                pass
            self._reader.join(seconds)
            if not self._reader.is_alive():
                break
        self._waiter.join(DEADLINE_SECONDS)
        self._bash.stdout.close()

    def _text(self):
        return self._output.replace(b"\0", b"").decode(errors="replace")

    def _read_output(self):
        while chunk := os.read(self._bash.stdout.fileno(), 65536):
            with self._changed:
                self._output += chunk
                self._changed.notify_all()

    def _wait_for_end(self):
        # Its output may stay open for long: what it started in the background shares it.
        self._bash.wait()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


def run(text, directory, programs, address):
    """Runs the tour in `text` inside `directory`, with `address` for ADDRESS. Returns the steps and
    what each printed. Raises TourError for the first that fails."""
    session = Session(directory, programs)
    try:
        return [(step, session.run(step))
                for block in blocks(text.replace(ADDRESS, address)) for step in steps(block)]
    finally:
        session.close()
