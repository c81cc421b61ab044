"""The checkers of headers catch a missing paragraph and a Result that can be dropped."""

import unittest

from checks_support import CheckTest
from header_checks import check_nodiscard, check_preamble

PATH = "core/thing.hpp"


class Preamble(CheckTest):
    def test_a_header_without_a_paragraph_is_caught(self):
        self.expect_caught(check_preamble, PATH, "#pragma once\n// Too late.\n")
        self.expect_caught(check_preamble, PATH, "// Guards.\n#ifndef A\n#define A\n#endif\n")

    def test_a_paragraph_and_pragma_once_pass(self):
        self.expect_clean(check_preamble, PATH, "// What it is for.\n//\n// More.\n#pragma once\n")

    def test_sources_need_none(self):
        self.expect_clean(check_preamble, "core/thing.cpp", '#include "core/thing.hpp"\n')


class Nodiscard(CheckTest):
    def expect_bad(self, declaration):
        self.expect_caught(check_nodiscard, PATH, "int a;\n" + declaration, 2)

    def expect_good(self, declaration):
        self.expect_clean(check_nodiscard, PATH, declaration)

    def test_functions_without_it_are_caught(self):
        self.expect_bad("Result<int> parse(std::string_view text);")
        self.expect_bad("rounds::Result<void> close();")
        self.expect_bad("virtual Result<std::optional<Signature>> get(const Id& id) = 0;")
        self.expect_bad("boost::asio::awaitable<Result<int>> read();")
        self.expect_bad("static Result<T> make();")
        self.expect_bad("inline auto parse(int x) -> Result<int>;")
        self.expect_bad("struct S { Result<int> operator()(int x); };")
        self.expect_bad("class C { public: Result<int> run() override; };")
        self.expect_bad("template <typename T> Result<std::vector<std::pair<T, int>>> all(T t);")

    def test_each_declaration_needs_its_own(self):
        self.expect_bad("[[nodiscard]] int b(); Result<int> c();")

    def test_functions_with_it_pass(self):
        self.expect_good("[[nodiscard]] Result<int> parse(std::string_view text);")
        self.expect_good("[[nodiscard]] static Result<std::map<A, B>> make();")
        self.expect_good("[[nodiscard]] boost::asio::awaitable<Result<int>> read();")
        self.expect_good("[[nodiscard]] auto parse(int x) -> Result<int>;")

    def test_other_uses_pass(self):
        self.expect_good("using Completion = std::move_only_function<void(Result<Commit>)>;")
        self.expect_good("void finish(Result<int> outcome, Completion completion);")
        self.expect_good("struct S { Result<int> outcome; Result<int> other{}; };")
        self.expect_good("using Answer = Result<int>; template <typename T> using R = E<T>;")
        self.expect_good("// Result<int> parse();\n")


if __name__ == "__main__":
    unittest.main()
