"""The direction of includes: a package looks only up the list, siblings never at each other."""

import re
import unittest

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+["<](headroom/(\w+)/|(?:command|service)/)')


def included_packages(path):
    for number, line in enumerate(tree.lines(path), 1):
        if found := INCLUDE.match(line):
            yield number, found.group(2) or found.group(1).split("/")[0]


def is_test(path):
    return path.stem.endswith(("_test", "_fixture")) or path.parts[0] in ("tests", "bench")


def allowed(path):
    own = tree.package(path)
    packages = set(tree.ABOVE) - {"testing"}
    if own in tree.ABOVE:
        may = tree.reachable(own) | {own}
    elif own == "command":
        may = tree.reachable("fleet") | {"fleet", "command"}
    elif own == "service":
        may = packages | {"service"}
    elif own == "examples":
        may = packages
    else:
        may = packages | {"command", "service"}
    return may | {"testing"} if is_test(path) else may


class Layers(unittest.TestCase):
    def test_every_include_looks_up(self):
        wrong = [f"{path}:{number} includes {package}"
                 for path in tree.sources() for number, package in included_packages(path)
                 if package not in allowed(path)]
        self.assertEqual(wrong, [])

    def test_every_package_has_its_place_in_the_order(self):
        folders = {path.parts[1] for path in tree.files(".hpp", ".cpp", under="headroom")}
        self.assertEqual(folders - set(tree.ABOVE), set())

    def test_siblings_do_not_reach_each_other(self):
        for one, other in [("http", "persistence"), ("fleet", "eventsourcing"), ("fleet", "tasks"),
                           ("eventsourcing", "tasks")]:
            self.assertNotIn(one, tree.reachable(other))
            self.assertNotIn(other, tree.reachable(one))


if __name__ == "__main__":
    unittest.main()
