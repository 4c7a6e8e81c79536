"""Lengths: columns, functions, files. Bounds are absolute; the ratchet only ever goes down.

`length_test.py --record` lowers the figures of ratchet.json to what the tree has now.
"""

import json
import math
import statistics
import sys
import unittest

import functions
import tree

COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 500
LONG_FUNCTION_LINES = 40
RATCHET = tree.ROOT / "tests/style/ratchet.json"


def all_functions():
    return [(length, f"{path}:{line}")
            for path in tree.sources() for line, length in functions.functions(tree.text(path))]


def figures():
    lengths = [length for length, _ in all_functions()]
    median = statistics.median(len(tree.lines(path)) for path in tree.sources())
    return {
        "file_lines_median": math.ceil(median / 10) * 10,  # in tens, or each new file would show
        "function_lines_max": max(lengths),
        "functions_above_40_lines": sum(length > LONG_FUNCTION_LINES for length in lengths),
    }


class Lengths(unittest.TestCase):
    def test_no_line_is_wider_than_100_columns(self):
        wide = [f"{path}:{number}"
                for path in tree.files(".cpp", ".hpp", ".py", ".sh", ".sql")
                for number, line in enumerate(tree.lines(path), 1) if len(line) > COLUMNS_MAX]
        self.assertEqual(wide, [])

    def test_no_function_is_longer_than_70_lines(self):
        self.assertEqual([each for each in all_functions() if each[0] > FUNCTION_LINES_MAX], [])

    def test_no_file_is_longer_than_500_lines(self):
        long = [str(path) for path in tree.files(".cpp", ".hpp", ".py", ".sh")
                if len(tree.lines(path)) > FILE_LINES_MAX]
        self.assertEqual(long, [])

    def test_no_figure_is_worse_than_the_recorded_one(self):
        recorded = json.loads(RATCHET.read_text())
        for name, figure in figures().items():
            self.assertLessEqual(figure, recorded[name],
                                 f"{name}; the longest: {sorted(all_functions())[-5:]}")


class Measuring(unittest.TestCase):
    def test_counts_the_lines_of_a_body_with_all_that_is_nested_in_it(self):
        code = "namespace a {\nint f(int x) {\n  if (x) {\n    g([] { return 1; });\n  }\n}\n}\n"
        self.assertEqual(functions.functions(code), [(2, 5)])

    def test_takes_neither_a_class_nor_braces_in_comments_and_literals_for_a_function(self):
        code = ("struct s : t<int()> {\n  int a{};\n  // f() {\n  char b = '{';\n};\n"
                'int f() { g("}"); }\n')
        self.assertEqual(functions.functions(code), [(6, 1)])


def record():
    recorded = json.loads(RATCHET.read_text())
    lowered = {name: min(figure, recorded.get(name, figure)) for name, figure in figures().items()}
    RATCHET.write_text(json.dumps(lowered, indent=4) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--record"]:
        record()
    else:
        unittest.main()
