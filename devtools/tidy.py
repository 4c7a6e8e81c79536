#!/usr/bin/env python3
"""Runs clang-tidy over the product's sources that have changed since they last passed.

usage: tidy.py BUILD [--deep] [--jobs N]

A file passes with everything it includes of ours and with .clang-tidy. Like the compiler's results
this is remembered by content, for every clone of a user, in a stamp under ~/.cache/headroom/tidy.
The path-sensitive analyzer takes four times as long as all the rest, so it runs
with --deep only.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

from tidy_batches import batches, source, write_unit

ROOT = pathlib.Path(__file__).resolve().parents[1]
PRODUCT = ("headroom", "command", "service")
OURS = rf"^{re.escape(str(ROOT))}/({'|'.join(PRODUCT)})/"
INCLUDE = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
FINDING = re.compile(rf"^{re.escape(str(ROOT))}/(.*: (?:error|warning): .*)$", re.MULTILINE)


def product_sources(build):
    """Sources with a compile command that run at an operator's: no tests, nothing of testing/."""
    for each in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(each["file"])
        if not path.is_relative_to(ROOT):
            continue
        parts = path.relative_to(ROOT).parts
        if parts[0] in PRODUCT and "testing" not in parts and not path.stem.endswith("_test"):
            yield source(each)


@functools.cache
def closure(path):
    """The file and all of ours it includes, directly or not."""
    seen, waiting = set(), [path]
    while waiting:
        each = waiting.pop()
        if each not in seen and each.is_file():
            seen.add(each)
            waiting.extend(ROOT / name.decode() for name in INCLUDE.findall(each.read_bytes()))
    return sorted(seen)


def stamps_home():
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "headroom" / "tidy"


def stamp(path, checks):
    content = hashlib.sha256((ROOT / ".clang-tidy").read_bytes() + checks.encode())
    for each in closure(path):
        content.update(str(each.relative_to(ROOT)).encode() + each.read_bytes())
    return stamps_home() / f"{path.stem}-{content.hexdigest()[:24]}"


def tidy(batch, home, checks):
    """Findings in our own files; those the analyzer has in the libraries' coroutines are theirs."""
    unit = write_unit(batch, home)
    run = subprocess.run(["clang-tidy-19", "--quiet", "-p", unit.parent, f"--checks={checks}",
                          f"--config-file={ROOT}/.clang-tidy", f"--header-filter={OURS}", unit],
                         capture_output=True, text=True, check=False)
    if len(batch) > 1 and "[clang-diagnostic-error]" in run.stdout:  # they clash all the same
        half = len(batch) // 2
        return tidy(batch[:half], home, checks) + tidy(batch[half:], home, checks)
    findings = sorted(set(FINDING.findall(run.stdout)))
    if run.returncode != 0 and not findings:
        names = ", ".join(str(each.path) for each in batch)
        findings.append(f"{names}: clang-tidy failed: {(run.stdout + run.stderr).strip()[-400:]}")
    return findings


def looked_at_together(together, home, checks, jobs):
    """Each batch with its findings, as soon as they are there: who stops the run keeps the rest."""
    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    try:
        runs = {pool.submit(tidy, batch, home, checks): batch for batch in together}
        for run in concurrent.futures.as_completed(runs):
            yield runs[run], run.result()
    finally:
        pool.shutdown(cancel_futures=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("build", type=pathlib.Path)
    arguments.add_argument("--deep", action="store_true")
    arguments.add_argument("--jobs", type=int, default=2)
    given = arguments.parse_args()
    checks = "" if given.deep else "-clang-analyzer-*"
    stamps_home().mkdir(parents=True, exist_ok=True)

    stamps = {each: stamp(each.path, checks) for each in product_sources(given.build)}
    waiting = [each for each in sorted(stamps, key=lambda one: one.path)
               if not stamps[each].exists()]
    findings = []
    looked_at = 0
    for batch, found in looked_at_together(batches(waiting), given.build / "tidy", checks,
                                           given.jobs):
        looked_at += len(batch)
        print(*found, f"clang-tidy: {looked_at} of {len(waiting)}", sep="\n", flush=True)
        findings += found
        for each in batch if not found else []:
            stamps[each].touch()
    print(f"clang-tidy: {len(waiting)} of {len(stamps)} files looked at, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
