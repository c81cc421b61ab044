"""The checker of coroutines catches each shape that g++ 12 was seen to miscompile."""

import unittest

from checks_support import CheckTest
from coroutine_checks import check_coroutines

PATH = "daemon/session.cpp"


def body(statement):
    return f"awaitable<void> run() {{\n  {statement}\n}}\n"


class CoroutineChecks(CheckTest):
    def expect_bad(self, statement):
        self.expect_caught(check_coroutines, PATH, body(statement), 2)

    def expect_good(self, statement):
        self.expect_clean(check_coroutines, PATH, body(statement))

    def test_conditions_are_caught(self):
        self.expect_bad("if (co_await ready()) go();")
        self.expect_bad("if (auto got = co_await read(); got) go();")
        self.expect_bad("if constexpr (co_await ready()) go();")
        self.expect_bad("if (!check(co_await read(name))) { go(); }")
        self.expect_bad("switch (co_await read()) { case 1: break; }")
        self.expect_bad("while (co_await next()) {}")
        self.expect_bad("do { go(); } while (co_await next());")

    def test_conditional_expressions_are_caught(self):
        self.expect_bad("auto x = c ? co_await f() : 1;")
        self.expect_bad("auto x = co_await f() ? 1 : 2;")
        self.expect_bad("auto x = g(c ? (co_await f()) : 1);")
        self.expect_bad("co_return c ? 1 : co_await f();")

    def test_braced_lists_around_an_await_are_caught(self):
        self.expect_bad("auto x = T{co_await f(), U()};")
        self.expect_bad("co_return Answer{co_await f()};")
        self.expect_bad("take({co_await f()});")

    def test_unnamed_objects_in_the_operand_are_caught(self):
        self.expect_bad("co_await f(Aggregate{1, 2});")
        self.expect_bad("co_await f({});")
        self.expect_bad("co_await S{}.member(1);")
        self.expect_bad("co_await run([name] { go(name); });")
        self.expect_bad("auto x = co_await [] { return f(); }();")
        self.expect_bad('co_await write(std::string("a"));')
        self.expect_bad("co_await write(fmt::format(text, 1));")

    def test_awaits_inside_lambdas_are_seen(self):
        self.expect_bad("spawn([&](int x) -> awaitable<void> { if (co_await f()) go(); });")

    def test_named_operands_pass(self):
        self.expect_good("co_await f(name, std::move(other));")
        self.expect_good("auto [error, size] = co_await socket.async_read_some(buffer, token);")
        self.expect_good("const auto answer = co_await f(); if (answer) { go(); }")
        self.expect_good("for (;;) { co_await f(sizes[1]); }")
        self.expect_good("spawn([&](int x) -> awaitable<Result<int>> { co_await f(); });")
        self.expect_good("auto l = [] { co_return co_await f(); };")
        self.expect_good("auto x = c ? 1 : 2; co_await f(); auto y = c ? 1 : 2;")
        self.expect_good("if (c) { co_await f(); } else { co_await g(); }")
        self.expect_good("if (c) co_await f();")
        self.expect_good("switch (c) { case 1: { co_await f(); } }")
        self.expect_good("struct Local { int x; }; co_await f();")
        self.expect_good("try { co_await f(); } catch (const E& error) { log(T{error}); }")

    def test_comments_and_literals_do_not_count(self):
        self.expect_good("// if (co_await f())\n  co_await f();")
        self.expect_good('co_await f("{ ? [x] {", \'{\');')


if __name__ == "__main__":
    unittest.main()
