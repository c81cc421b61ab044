"""The rules of CONTRIBUTING.md, checked on the tree itself. CMakeLists.txt makes each a test."""

import os
import subprocess
import unittest

from build_checks import check_no_globs, check_sources_are_listed, check_strict_shell
from coroutine_checks import check_coroutines
from dependency_checks import check_includes, check_links
from header_checks import check_nodiscard, check_preamble
from size_checks import check_file_length, check_line_length
from source_tree import ROOT, Finding, load_tree
from text_checks import check_machine_traces, check_markers, check_sleeps

# Generous: --help only prints.
HELP_TIMEOUT_SECONDS = 30


class Tree(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sources = load_tree()

    def expect_none(self, findings):
        if findings:
            self.fail("\n" + "\n".join(str(finding) for finding in findings))

    def expect_clean(self, *checks):
        self.assertTrue(self.sources, "no files found: the test would pass on anything")
        self.expect_none([finding for source in self.sources for check in checks
                          for finding in check(source)])

    def test_dependencies_run_one_way(self):
        self.expect_clean(check_includes, check_links)

    def test_files_are_small(self):
        self.expect_clean(check_file_length)

    def test_lines_are_short(self):
        self.expect_clean(check_line_length)

    def test_headers_begin_with_their_purpose(self):
        self.expect_clean(check_preamble)

    def test_results_cannot_be_dropped(self):
        self.expect_clean(check_nodiscard)

    def test_coroutines_name_what_they_await(self):
        self.expect_clean(check_coroutines)

    def test_nothing_is_left_over(self):
        self.expect_clean(check_markers)

    def test_nothing_belongs_to_one_machine(self):
        self.expect_clean(check_machine_traces)

    def test_tests_never_sleep(self):
        self.expect_clean(check_sleeps)

    def test_sources_are_listed_by_name(self):
        self.expect_clean(check_no_globs)
        self.expect_none(check_sources_are_listed(self.sources))

    def test_scripts_stop_at_errors(self):
        self.expect_clean(check_strict_shell)

    def test_scripts_explain_themselves(self):
        scripts = [source for source in self.sources if source.folder == "scripts"]
        self.assertTrue(scripts, "no scripts found")
        findings = []
        for script in scripts:
            file = ROOT / script.path
            if not os.access(file, os.X_OK):
                findings.append(Finding(script.path, 1, "not executable: chmod +x"))
                continue
            answer = subprocess.run([file, "--help"], capture_output=True, text=True, check=False,
                                    timeout=HELP_TIMEOUT_SECONDS)
            if answer.returncode != 0 or "usage:" not in answer.stdout.lower():
                findings.append(Finding(script.path, 1, "--help must print its usage and exit 0"))
        self.expect_none(findings)

    def test_sources_are_formatted(self):
        check = subprocess.run([ROOT / "scripts/format", "--check"], capture_output=True, text=True,
                               check=False)
        self.assertEqual(check.returncode, 0, "run scripts/format\n" + check.stderr)


if __name__ == "__main__":
    unittest.main()
