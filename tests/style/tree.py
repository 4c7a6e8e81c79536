"""The files of the repository, as the rules of this folder look at them."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = {"build", ".git", ".run", ".cache", ".vscode", "node_modules", "__pycache__"}

# A package may include those it lists and what those may include. Siblings list neither.
ABOVE = {
    "budget": [],
    "runtime": ["budget"],
    "observability": ["runtime"],
    "http": ["observability"],
    "persistence": ["observability"],
    "fleet": ["persistence"],
    "eventsourcing": ["persistence"],
    "tasks": ["persistence"],
    "auth": ["http", "persistence"],
    "testing": ["http", "fleet"],
}


def files(*suffixes, under="."):
    """Paths relative to the root, sorted; all files, or those with one of the suffixes."""
    found = []
    for path in (ROOT / under).rglob("*"):
        relative = path.relative_to(ROOT)
        if SKIPPED & set(relative.parts) or not path.is_file():
            continue
        if not suffixes or path.suffix in suffixes:
            found.append(relative)
    return sorted(found)


def sources():
    """Every C++ file of ours."""
    return files(".cpp", ".hpp")


def product():
    """C++ that runs at an operator's: no tests, no measurements, nothing of headroom/testing."""
    return [path for path in sources()
            if path.parts[0] in ("headroom", "command", "service")
            and path.parts[:2] != ("headroom", "testing")
            and not path.stem.endswith("_test")]


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def lines(path):
    return text(path).splitlines()


def package(path):
    """"budget" for headroom/budget/ledger.hpp, "command" for command/main.cpp."""
    return path.parts[1] if path.parts[0] == "headroom" else path.parts[0]


def reachable(name):
    """The packages `name` may include besides itself."""
    above = set(ABOVE[name])
    for each in ABOVE[name]:
        above |= reachable(each)
    return above
