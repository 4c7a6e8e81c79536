"""The figures a test recorded, one line: chaos_figures.py NAME REPORT (googletest's JSON)."""

import json
import sys

OF_GOOGLETEST = {"name", "file", "line", "status", "result", "timestamp", "time", "classname",
                 "failures"}


def figures(report):
    for suite in report["testsuites"]:
        for test in suite["testsuite"]:
            if test["result"] == "COMPLETED":
                yield from ((k, v) for k, v in test.items() if k not in OF_GOOGLETEST)


def main(name, path):
    with open(path, encoding="utf-8") as file:
        found = list(figures(json.load(file)))
    if not found:
        sys.exit(f"{name}: no test ran, or it recorded nothing")
    print(f"{name:8}", *(f"{key}={value}" for key, value in found))


main(*sys.argv[1:])
