#!/usr/bin/env python3
"""Runs the commands of every ```console block of README.md and docs/, and compares the output.

usage: console_test.py BIN [--write]

A line `$ command` is run by bash at the root with BIN first in the path; the lines up to the next
command are what it prints. A line `...` stands for any lines. --write puts the real output into
the pages instead of comparing (blocks with `...` stay as they are).
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SECONDS_MAX = 20


def pages():
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(block):
    """Pairs of a command and the lines it is said to print."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line.rstrip())
    return found


def printed(command, folder):
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/")}
    run = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS_MAX,
                         stdin=subprocess.DEVNULL, check=False)
    return [line.rstrip() for line in run.stdout.splitlines()]


def agrees(shown, real):
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n"
                      for line in shown)
    return re.fullmatch(pattern, "".join(line + "\n" for line in real)) is not None


def check(page, folder):
    wrong = 0
    for block in BLOCK.findall(page.read_text()):
        for command, shown in commands(block):
            real = printed(command, folder)
            if not agrees(shown, real):
                wrong += 1
                print(f"{page.relative_to(ROOT)}: $ {command}")
                print(*difflib.unified_diff(shown, real, "the page", "the command", lineterm=""),
                      sep="\n")
    return wrong


def rewrite(page, folder):
    def renewed(match):
        parts = []
        for command, shown in commands(match.group(1)):
            lines = shown if "..." in shown else printed(command, folder)
            parts += [f"$ {command}", *lines]
        return "```console\n" + "".join(line + "\n" for line in parts) + "```"
    page.write_text(BLOCK.sub(renewed, page.read_text()))


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    if not (folder / "headroom").exists():
        sys.exit(f"console_test.py: there is no headroom in {folder}: give the folder of programs")
    if "--write" in sys.argv:
        for page in pages():
            rewrite(page, folder)
        return 0
    ran = sum(len(commands(block)) for page in pages() for block in BLOCK.findall(page.read_text()))
    wrong = sum(check(page, folder) for page in pages())
    print(f"{ran} commands of the documentation ran, {wrong} print something else than shown")
    return 1 if wrong or ran == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
