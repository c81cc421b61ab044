"""The checkers of dependencies, sizes, texts and build files catch what they are for."""

import pathlib
import unittest

import test_tree
from build_checks import check_no_globs, check_sources_are_listed, check_strict_shell
from checks_support import CheckTest
from dependency_checks import check_includes, check_links
from size_checks import MAX_COLUMNS, MAX_LINES, check_file_length, check_line_length
from source_tree import Source, strip_cpp
from text_checks import check_machine_traces, check_markers, check_sleeps


class Dependencies(CheckTest):
    def test_an_include_upwards_is_caught(self):
        self.expect_caught(check_includes, "core/a.cpp", '#include "store/s.hpp"\n')
        self.expect_caught(check_includes, "eventlog/a.cpp", '#include "projections/p.hpp"\n')
        self.expect_caught(check_includes, "ingest/a.cpp", '#include "store/s.hpp"\n')
        self.expect_caught(check_includes, "daemon/a.cpp", '\n#include "eventlog/e.hpp"\n', 2)
        self.expect_caught(check_includes, "store/a.cpp", '#include "tests/support/seed.hpp"\n')

    def test_an_include_downwards_passes(self):
        self.expect_clean(check_includes, "store/a.cpp", '#include "eventlog/e.hpp"\n')
        self.expect_clean(check_includes, "tests/e2e/a.cpp", '#include "daemon/d.hpp"\n')

    def test_an_include_without_its_folder_is_caught(self):
        self.expect_caught(check_includes, "store/a.cpp", '#include "s.hpp"\n')

    def test_input_and_output_in_the_domain_are_caught(self):
        for header in ("fstream", "filesystem", "sys/stat.h", "unistd.h", "rocksdb/db.h",
                       "boost/asio.hpp"):
            text = f"#include <{header}>\n"
            self.assertTrue(check_includes(Source("core/a.cpp", text)), header)

    def test_the_libraries_of_the_domain_pass(self):
        text = "#include <string>\n#include <fmt/format.h>\n#include <openssl/rand.h>\n"
        self.expect_clean(check_includes, "core/a.cpp", text)

    def test_confined_libraries_are_caught_elsewhere(self):
        self.expect_caught(check_includes, "daemon/a.cpp", "#include <rocksdb/db.h>\n")
        self.expect_caught(check_includes, "store/a.cpp", '#include "schema/event_generated.h"\n')
        self.expect_clean(check_includes, "store/a.cpp", "#include <rocksdb/db.h>\n")
        self.expect_clean(check_includes, "eventlog/a.cpp", '#include "schema/x_generated.h"\n')

    def test_a_link_upwards_is_caught(self):
        cmake = "rounds_library(core\n  SOURCES a.cpp\n  PUBLIC rounds::store)\n"
        self.expect_caught(check_links, "core/CMakeLists.txt", cmake, 3)
        self.expect_caught(check_links, "api/CMakeLists.txt", "link(api rounds_store)\n")
        self.expect_clean(check_links, "store/CMakeLists.txt", cmake)
        self.expect_clean(check_links, "core/CMakeLists.txt", "# not rounds::store\n")


class Sizes(CheckTest):
    def test_a_long_file_is_caught(self):
        self.expect_caught(check_file_length, "core/a.cpp", "\n" * (MAX_LINES + 1), MAX_LINES + 1)
        self.expect_caught(check_file_length, "scripts/x", "#!/bin/bash\n" + "\n" * MAX_LINES,
                           MAX_LINES + 1)
        self.expect_clean(check_file_length, "core/a.cpp", "\n" * MAX_LINES)
        self.expect_clean(check_file_length, "tests/data/a.cpp", "\n" * (MAX_LINES + 1))

    def test_a_long_line_is_caught(self):
        self.expect_caught(check_line_length, "a/a.py", "\n" + "x" * (MAX_COLUMNS + 1) + "\n", 2)
        self.expect_clean(check_line_length, "a/a.py", "ä" * MAX_COLUMNS + "\n")
        self.expect_clean(check_line_length, "a/a.cpp", 'R"(' + "x" * MAX_COLUMNS + ')"')
        self.expect_clean(check_line_length, "docs/a.md", "x" * (MAX_COLUMNS + 1))


class Texts(CheckTest):
    def test_a_marker_is_caught(self):
        for marker in ("TO" + "DO", "FIX" + "ME", "XX" + "X"):
            self.expect_caught(check_markers, "core/a.cpp", f"\n// {marker}: later\n", 2)
        self.expect_clean(check_markers, "core/a.cpp", 'auto name = "rounds-XXXXXX";\n')

    def test_a_path_of_one_machine_is_caught(self):
        for folder in ("work", "farm", "home", "root"):
            text = f"see /{folder}/shared\n"
            self.expect_caught(check_machine_traces, "docs/a.md", text)
        self.expect_clean(check_machine_traces, "tests/a.cpp", '"at f (/' + 'home/alice/a.js)"')
        self.expect_clean(check_machine_traces, "docs/a.md", "how it works: frame/work/item\n")
        self.expect_clean(check_machine_traces, "tests/data/x/a.json", '"/' + 'home/app/a.py"')

    def test_a_registry_is_caught(self):
        host = "py" + "pi.org"
        self.expect_caught(check_machine_traces, "a/a.py", f"# https://{host}/simple\n")

    def test_a_sleep_in_a_test_is_caught(self):
        for call in ("std::this_thread::sleep" + "_for(1s);", "usl" + "eep(10);",
                     "time.sl" + "eep(1)"):
            self.expect_caught(check_sleeps, "tests/a.cpp", call)
        self.expect_caught(check_sleeps, "tests/a.sh", "sl" + "eep 1\n")
        self.expect_clean(check_sleeps, "bench/a.cpp", "usl" + "eep(10);")


class BuildFiles(CheckTest):
    def test_a_glob_is_caught(self):
        self.expect_caught(check_no_globs, "core/CMakeLists.txt", "file(GLOB files *.cpp)\n")
        self.expect_caught(check_no_globs, "cmake/Targets.cmake", "file(GLOB files *.cpp)\n")
        self.expect_clean(check_no_globs, "core/CMakeLists.txt", "file(READ a.txt text)\n")
        self.expect_clean(check_no_globs, "tests/script.cmake", "file(GLOB files *.hpp)\n")

    def test_a_source_that_is_not_built_is_caught(self):
        source = Source("core/b.cpp", "")
        for cmake, caught in (("SOURCES a.cpp b.cpp", False), ("SOURCES ab.cpp", True),
                              ("# b.cpp", True)):
            found = check_sources_are_listed([source, Source("core/CMakeLists.txt", cmake)])
            self.assertEqual(bool(found), caught, cmake)

    def test_a_source_in_a_subfolder_is_listed_with_its_path(self):
        source = Source("bench/compare/a.cpp", "")
        for cmake, caught in (("SOURCES compare/a.cpp", False), ("SOURCES a.cpp", True)):
            found = check_sources_are_listed([source, Source("bench/CMakeLists.txt", cmake)])
            self.assertEqual(bool(found), caught, cmake)

    def test_a_lenient_script_is_caught(self):
        self.expect_caught(check_strict_shell, "scripts/a", "#!/usr/bin/env bash\necho\n")
        self.expect_clean(check_strict_shell, "scripts/a", "#!/bin/bash\nset -euo pipefail\n")


class Registration(unittest.TestCase):
    def test_ctest_runs_every_claim_about_the_tree(self):
        listed = pathlib.Path(__file__).with_name("CMakeLists.txt").read_text(encoding="utf-8")
        for name in dir(test_tree.Tree):
            if name.startswith("test_"):
                self.assertRegex(listed, rf"\b{name.removeprefix('test_')}\b")


class Stripping(unittest.TestCase):
    def test_offsets_and_lines_stay(self):
        text = 'a("x{"); // c {\n/* {\n} */ b(\'{\', 1\'000, R"q({)")q");\n'
        stripped = strip_cpp(text)
        self.assertEqual(len(stripped), len(text))
        self.assertEqual(stripped.count("\n"), text.count("\n"))
        self.assertNotIn("{", stripped)
        self.assertIn("1'000", stripped)


if __name__ == "__main__":
    unittest.main()
