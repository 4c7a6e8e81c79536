"""Sources that clang-tidy can look at together.

Most of its time goes into the libraries' headers, once for every translation unit. So sources with
the same compile command are included one after the other in a unit of their own, as long as what
they keep in unnamed namespaces does not clash. Kernel headers clash with the C library's, so
whoever includes one stands alone.
"""

import hashlib
import json
import pathlib
import re
import shlex

FILES_MAX = 30

KERNEL = re.compile(r"^#include <linux/", re.MULTILINE)
NAMESPACE = re.compile(r"^namespace (headroom[\w:]*)", re.MULTILINE)
UNNAMED = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.MULTILINE | re.DOTALL)
# At the margin of a line: what a type, an alias or a constant is called. Functions may share a
# name.
NAME = re.compile(r"^(?:struct|class|union|enum class|enum) (\w+)|^using (\w+)(?= =)"
                  r"|^(?!using|namespace|struct|class|enum|template)\w[\w:<>,&* ]*[ &*>](\w+)"
                  r"(?:[{;\[]| =)", re.MULTILINE)


class source:
    """A file, how it is compiled, and the names that must be its own within a unit."""

    def __init__(self, entry):
        self.path = pathlib.Path(entry["file"])
        self.directory = entry["directory"]
        words = shlex.split(entry["command"])
        drop = {"-o", "-c"}
        self.command = tuple(word for before, word in zip([""] + words, words)
                             if word not in drop and before not in drop)
        text = self.path.read_text(encoding="utf-8")
        self.alone = bool(KERNEL.search(text))
        regions = UNNAMED.findall(text)
        within = NAMESPACE.search(text)
        self.names = {(within and within[1], name) for region in regions
                      for several in NAME.findall(region) for name in several if name}


def batches(sources):
    """Lists of sources, each with one command and without a name twice; nothing is left out."""
    made = []
    for one in sources:
        for batch in made:
            first = batch[0]
            if (len(batch) < FILES_MAX and first.command == one.command
                    and not one.alone and not first.alone
                    and not any(each.names & one.names for each in batch)):
                batch.append(one)
                break
        else:
            made.append([one])
    return made


def write_unit(batch, home):
    """The unit that includes a batch, beside a compile command for it, in a folder of its own."""
    text = "".join(f'#include "{each.path}"  // NOLINT\n' for each in batch)
    folder = home.resolve() / hashlib.sha256(text.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    unit = folder / "unit.cpp"
    unit.write_text(text)
    command = shlex.join([*batch[0].command, "-c", str(unit)])
    (folder / "compile_commands.json").write_text(json.dumps(
        [{"directory": batch[0].directory, "command": command, "file": str(unit)}]))
    return unit
