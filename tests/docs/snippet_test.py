#!/usr/bin/env python3
"""Compares the samples of README.md and docs/ with the programs they were taken from.

A block that opens with ```cpp PATH shows lines of that file, indentation aside: each run of lines
must stand there together, and a line `...` stands for any lines between two runs.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```cpp (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def stripped(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def runs(lines):
    found = [[]]
    for line in lines:
        if line == "...":
            found.append([])
        else:
            found[-1].append(line)
    return found


def shows(block, source):
    """Whether the runs of the block stand in the source, one after the other."""
    at = 0
    for run in runs(block):
        while source[at:at + len(run)] != run:
            at += 1
            if at > len(source):
                return False
        at += len(run)
    return True


def main():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    samples = [(page, path, block) for page in pages
               for path, block in BLOCK.findall(page.read_text())]
    wrong = [(page, path, block) for page, path, block in samples
             if not shows(stripped(block), stripped((ROOT / path).read_text()))]
    for page, path, block in wrong:
        print(f"{page.relative_to(ROOT)}: {path} has no such lines:\n{block}")
    print(f"{len(samples)} samples of the documentation, {len(wrong)} not in their program")
    return 1 if wrong or not samples else 0


if __name__ == "__main__":
    sys.exit(main())
