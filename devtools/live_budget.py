#!/usr/bin/env python3
"""Prints the budget in a service's /healthz (JSON on standard input) as a table."""

import json
import sys

ROW = "{:<10} {:<34} {:>5} {:>6} {:>6}"


def main():
    print(ROW.format("resource", "consumer", "held", "floor", "burst"))
    for name, (found, *_) in sorted(json.load(sys.stdin)["checks"].items()):
        kind, _, resource = name.partition(":")
        if kind != "budget":
            continue
        for each in sorted(found["consumers"], key=lambda each: each["consumer"]):
            print(ROW.format(resource, each["consumer"], each["held"], each["floor"],
                             each["burst"]))
        print(ROW.format(resource, f"in all, of {found['limit']}", found["observedValue"], "", ""))


if __name__ == "__main__":
    main()
