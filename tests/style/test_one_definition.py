"""What one_definition.py finds in listings of nm, and what it leaves alone."""

import unittest

from one_definition import find_repeated

LISTING = """\
a.o:0000000000000010 T rounds::content_of(std::string const&)
b.o:0000000000000020 T rounds::content_of(std::string const&)
a.o:0000000000000030 W rounds::inlined()
b.o:0000000000000030 W rounds::inlined()
a.o:0000000000000000 T rounds::overloaded(int)
b.o:0000000000000000 T rounds::overloaded(long)
a.o:0000000000000000 T main
b.o:0000000000000000 T main
a.o:0000000000000000 T rounds::constructor()
a.o:0000000000000000 T rounds::constructor()
"""


class OneDefinition(unittest.TestCase):
    def test_two_files_that_define_a_function_are_found(self):
        self.assertEqual(find_repeated(LISTING),
                         {"rounds::content_of(std::string const&)": ["a.o", "b.o"]})

    def test_variables_count_as_well(self):
        for kind in "TDBR":
            listing = f"a.o:00 {kind} rounds::x\nb.o:00 {kind} rounds::x\n"
            self.assertEqual(list(find_repeated(listing)), ["rounds::x"])


if __name__ == "__main__":
    unittest.main()
