"""No dead file: sources belong to targets, headers are included, pages and pictures are linked."""

import json
import os
import pathlib
import re
import unittest

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
LINK = re.compile(r'\]\(([^)#\s]+)|(?:src|href)="([^"#]+)"')


def compiled():
    commands = json.loads((pathlib.Path(os.environ["HEADROOM_BUILD"])
                           / "compile_commands.json").read_text())
    files = {pathlib.Path(each["file"]).resolve() for each in commands}
    units = {path for path in files if path.parent.name == "units"}  # of several sources each
    return files | {(tree.ROOT / name).resolve()
                    for unit in units for name in INCLUDE.findall(unit.read_text())}


def built_by_another_preset(path):
    """Measurements, fuzzers and the outside projects of tests are no part of a plain build."""
    own_list = tree.ROOT / path.parent / "CMakeLists.txt"
    listed = own_list.exists() and re.search(rf"\b{path.stem}\b", own_list.read_text())
    return (path.parts[0] == "fuzz" and path.stem.endswith("_fuzz")
            or path.parts[0] == "bench"
            or path.parts[0] == "tests" and listed)


def linked_from(page):
    prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", tree.text(page), flags=re.DOTALL | re.MULTILINE)
    for groups in LINK.findall(prose):
        target = next(filter(None, groups))
        if "://" not in target:
            yield pathlib.Path(os.path.normpath(page.parent / target))


def reachable_pages():
    seen, waiting = set(), [pathlib.Path("README.md")]
    while waiting:
        page = waiting.pop()
        if page in seen or not (tree.ROOT / page).is_file():
            continue
        seen.add(page)
        if page.suffix == ".md":
            waiting.extend(linked_from(page))
    return seen


class DeadFiles(unittest.TestCase):
    def test_every_source_is_part_of_a_target(self):
        known = compiled()
        dead = [str(path) for path in tree.files(".cpp")
                if (tree.ROOT / path).resolve() not in known and not built_by_another_preset(path)]
        self.assertEqual(dead, [])

    def test_every_header_is_included_somewhere(self):
        included = {name for path in tree.sources() for name in INCLUDE.findall(tree.text(path))}
        dead = [str(path) for path in tree.files(".hpp")
                if str(path) not in included and path.name not in included]
        self.assertEqual(dead, [])

    def test_every_page_and_picture_is_reached_from_the_readme(self):
        pages = reachable_pages()
        dead = [str(path) for path in tree.files(".md", ".svg", ".png", under="docs")
                if path not in pages]
        self.assertEqual(dead, [])

    def test_every_link_between_pages_leads_to_a_file(self):
        broken = [f"{page} -> {target}" for page in tree.files(".md")
                  for target in linked_from(page) if not (tree.ROOT / target).exists()]
        self.assertEqual(broken, [])


if __name__ == "__main__":
    unittest.main()
