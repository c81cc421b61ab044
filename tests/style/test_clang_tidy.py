"""The runner of clang-tidy looks again whenever a result could differ, and the checks bite."""

import pathlib
import subprocess
import tempfile
import unittest

import clang_tidy

SOURCE = pathlib.Path("/srv/tree/core/a.cpp")
HEADER = pathlib.Path("/srv/tree/core/a.hpp")


class Memory(unittest.TestCase):
    def key(self, flags="-O2", common=b"checks", content="1", dependencies=(HEADER,)):
        unit = clang_tidy.Unit(SOURCE, flags, dependencies)
        return clang_tidy.unit_key(unit, common, lambda path: content)

    def test_the_same_input_is_remembered(self):
        self.assertEqual(self.key(), self.key())

    def test_every_change_is_looked_at(self):
        changed = [self.key(flags="-O3"), self.key(common=b"other"), self.key(content="2"),
                   self.key(dependencies=(HEADER, SOURCE))]
        self.assertEqual(len({self.key(), *changed}), 5)

    def test_a_source_without_known_includes_is_never_remembered(self):
        self.assertIsNone(self.key(dependencies=()))

    def test_a_vanished_include_is_never_remembered(self):
        unit = clang_tidy.Unit(SOURCE, "", (HEADER,))
        self.assertIsNone(clang_tidy.unit_key(unit, b"", clang_tidy.content_key))

    def test_the_listing_of_ninja_is_read(self):
        listing = ("core/a.o: #deps 2, deps mtime 17 (VALID)\n    ../core/a.cpp\n    /usr/x.h\n\n"
                   "core/b.o: #deps 1, deps mtime 18 (STALE)\n    ../core/b.cpp\n")
        self.assertEqual(clang_tidy.parse_dependencies(listing),
                         {"core/a.o": ["../core/a.cpp", "/usr/x.h"], "core/b.o": ["../core/b.cpp"]})


class Checks(unittest.TestCase):
    def expect_caught(self, code, check):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "bad.cpp")
            source.write_text(code, encoding="utf-8")
            run = subprocess.run(
                [clang_tidy.CLANG_TIDY, f"--config-file={clang_tidy.ROOT / '.clang-tidy'}",
                 "--quiet", source, "--", "-std=c++23"],
                capture_output=True, text=True, check=False)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn(check, run.stdout)

    def test_a_long_function_is_caught(self):
        self.expect_caught("int f(int x) {\n" + "  ++x;\n" * 71 + "  return x;\n}\n",
                           "readability-function-size")

    def test_a_use_after_move_is_caught(self):
        self.expect_caught("#include <string>\n#include <utility>\n"
                           "auto f(std::string a) { auto b = std::move(a); return b + a; }\n",
                           "bugprone-use-after-move")

    def test_a_dropped_result_is_caught(self):
        self.expect_caught("#include <expected>\nstd::expected<int, int> f() { return 1; }\n"
                           "void g() { f(); }\n", "bugprone-unused-return-value")


if __name__ == "__main__":
    unittest.main()
