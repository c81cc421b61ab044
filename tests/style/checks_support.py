"""What the tests of the checkers share."""

import unittest

from source_tree import Source


class CheckTest(unittest.TestCase):
    """Runs a checker on a snippet and compares the lines of its findings."""

    def expect_caught(self, check, path, text, *lines):
        found = [finding.line for finding in check(Source(path, text))]
        self.assertEqual(found, list(lines) or [1], text)

    def expect_clean(self, check, path, text):
        found = [str(finding) for finding in check(Source(path, text))]
        self.assertEqual(found, [], text)
