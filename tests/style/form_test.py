"""The form of a header, and words that do not belong into the tree."""

import re
import unittest

import tree

PATH_OF_A_WORKPLACE = r"(?<![\w.])/(?:work|farm|home|Users)/\w"
HOST_OF_A_REGISTRY = r"artifactory|\bjfrog\b|-docker\.pkg\.|\bgcr\.io\b|\.corp\b|\bnexus\d*\."
# Names the language keeps for its implementation, without those that it gives us to use.
GIVEN = r"_exit|_Exit|_SC_\w+|__VA_ARGS__|__has_feature|__builtin_\w+|__rlimit_resource"
RESERVED = rf"(?<![\w\"])(?!(?:{GIVEN})\b)(?:_[A-Za-z]\w*|\w+__\w*|__\w+)\b"
LITERAL = r"\"(?:[^\"\\]|\\.)*\"|//.*"
LEFT_FOR_LATER = r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b"
TEXT = (".cpp", ".hpp", ".py", ".sh", ".md", ".txt", ".cmake", ".json", ".yaml", ".yml", ".sql",
        ".svg", ".in", ".service", ".conf", "")


def matches(pattern, paths):
    found = re.compile(pattern)
    return [f"{path}:{number}: {line.strip()[:80]}"
            for path in paths for number, line in enumerate(tree.lines(path), 1)
            if found.search(line)]


def everything():
    return [path for path in tree.files(*TEXT)
            if path.name != "form_test.py" and not path.is_relative_to("fuzz/corpus")]


class Headers(unittest.TestCase):
    def test_a_header_begins_with_its_path_and_what_it_is(self):
        wrong = []
        for path in tree.files(".hpp"):
            names = (f"// {path}: ", f"// {path.relative_to(path.parts[0])}: ")
            if not tree.lines(path)[0].startswith(names):
                wrong.append(str(path))
        self.assertEqual(wrong, [])

    def test_a_header_is_guarded_by_pragma_once(self):
        wrong = [str(path) for path in tree.files(".hpp") if "#pragma once" not in tree.lines(path)]
        self.assertEqual(wrong, [])

    def test_a_source_begins_with_its_own_header(self):
        wrong = []
        for path in tree.files(".cpp"):
            header = path.with_suffix(".hpp")
            if (tree.ROOT / header).exists():
                first = next(line for line in tree.lines(path) if line.startswith("#include"))
                wrong += [str(path)] if first != f'#include "{header}"' else []
        self.assertEqual(wrong, [])

    def test_a_header_opens_no_foreign_namespace_to_its_readers(self):
        product = [path for path in tree.product() if path.suffix == ".hpp"
                   and not path.stem.endswith("_fixture")]
        self.assertEqual(matches(r"^using namespace", product), [])


class Names(unittest.TestCase):
    def test_no_name_is_one_the_language_keeps_for_itself(self):
        wrong = [f"{path}:{number}: {line.strip()[:80]}" for path in tree.sources()
                 for number, line in enumerate(tree.lines(path), 1)
                 if re.search(RESERVED, re.sub(LITERAL, "", line))]
        self.assertEqual(wrong, [])


class Words(unittest.TestCase):
    def test_nothing_is_left_for_later(self):
        self.assertEqual(matches(LEFT_FOR_LATER, everything()), [])

    def test_no_path_of_a_workplace(self):
        self.assertEqual(matches(PATH_OF_A_WORKPLACE, everything()), [])

    def test_no_host_of_a_package_registry(self):
        self.assertEqual(matches(HOST_OF_A_REGISTRY, everything()), [])

    def test_nothing_sleeps_for_a_fixed_time(self):
        the_one_bounded_poll = "headroom/testing/eventually.cpp"
        paths = [path for path in tree.sources() if str(path) != the_one_bounded_poll]
        self.assertEqual(matches(r"\bsleep_for\b|\busleep\(|\bnanosleep\(", paths), [])


if __name__ == "__main__":
    unittest.main()
