"""The tour in README.md works, word for word: its commands run and print what it says."""

import pathlib
import shutil
import socket
import unittest

import tour
from rounds_process import RoundsTest, program

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return "127.0.0.1:{}".format(free.getsockname()[1])


def tour_of(*commands):
    lines = "\n".join(commands)
    return f"before\n{tour.BEGIN}\ntext\n```sh\n{lines}\n```\nmore\n{tour.END}\n"


class Readme(RoundsTest):
    def copy_tree(self):
        """A copy of the project with the built programs where scripts/build leaves them: what the
        tour writes, ./data above all, stays in it. Its scripts/build has nothing left to do: the
        real one would build everything again, for minutes, inside a test of that build."""
        copy = self.directory / "rounds"
        shutil.copytree(ROOT, copy, symlinks=True,
                        ignore=lambda folder, names: {name for name in names if name in (
                            "build", "data", ".git") and pathlib.Path(folder) == ROOT})
        programs = copy / "build" / "release" / "bin"
        programs.mkdir(parents=True)
        for name in ("rounds", "rounds-ingestd", "rounds-replay"):
            shutil.copy2(program(name), programs)
        (copy / "scripts" / "build").write_text("#!/usr/bin/env bash\nset -euo pipefail\n")
        return copy, programs

    def test_the_tour_does_what_it_says(self):
        readme = ROOT / "README.md"
        self.assertTrue(readme.is_file(), "there is no README.md")
        copy, programs = self.copy_tree()
        ran = tour.run(readme.read_text(encoding="utf-8"), copy, programs, free_address())
        self.assertTrue(any(step.in_background for step, _ in ran), "no daemon was started")
        self.assertTrue(any(step.expected for step, _ in ran), "nothing is said of the output")


class Runner(RoundsTest):
    """The runner itself, on small tours."""

    def run_tour(self, *commands):
        return tour.run(tour_of(*commands), self.directory, self.directory, "127.0.0.1:1234")

    def assert_fails(self, pattern, *commands):
        with self.assertRaisesRegex(tour.TourError, pattern):
            self.run_tour(*commands)

    def test_commands_share_one_session_in_the_directory(self):
        (self.directory / "sub").mkdir()
        ran = self.run_tour("cd sub; x=5  # a comment", "pwd  # => /sub", "# a comment alone", "",
                            "echo $x \\", "  six", "# => 5 six", "cat <<END", "a $x", "", "END",
                            "# => a 5", "for i in 1 2; do", "  echo i$i", "done", "# => i1",
                            "# => i2")
        self.assertEqual([len(step.expected) for step, _ in ran], [0, 1, 1, 1, 2])

    def test_the_address_is_replaced_everywhere(self):
        self.run_tour("echo http://127.0.0.1:4318  # => http://127.0.0.1:1234")

    def test_output_in_the_background_is_waited_for(self):
        self.run_tour("(read -r -t 1 <> <(:) || true; echo ready; exec tail -f /dev/null) &",
                      "# => ready", "echo next  # => next")

    def test_what_does_not_end_is_killed(self):
        self.run_tour("(trap '' TERM; echo ready; exec tail -f /dev/null) &", "# => ready")

    def test_commands_do_not_eat_the_tour(self):
        self.run_tour("cat", "echo still here  # => still here")

    def test_failures_are_seen(self):
        self.assert_fails("failed: false", "true", "false", "true")
        self.assert_fails("failed: false", "false | true")
        self.assert_fails("failed: echo", "echo $unset_variable")
        self.assert_fails("failed: exit", "exit 3")
        self.assert_fails("failed: exit|bash ended", "exit 0", "true")

    def test_missing_output_is_seen(self):
        self.assert_fails("does not hold .'x2'", "echo x1  # => x2")
        self.assert_fails("does not hold .'a'", "echo a", "echo b  # => a")

    def test_what_is_no_tour_is_refused(self):
        for text in ("", tour.BEGIN, f"{tour.END}\n{tour.BEGIN}", f"{tour.BEGIN}\n{tour.END}",
                     tour_of("# => first"), tour_of("echo 'open")):
            with self.assertRaises(tour.TourError):
                tour.run(text, self.directory, self.directory, "")


if __name__ == "__main__":
    unittest.main()
