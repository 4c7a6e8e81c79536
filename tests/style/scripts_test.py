"""The scripts: they parse, are executable, and ./dev knows the words its help lists."""

import os
import re
import subprocess
import unittest

import tree


def run(*command):
    return subprocess.run(command, cwd=tree.ROOT, capture_output=True, text=True, check=False)


class Scripts(unittest.TestCase):
    def test_every_script_parses(self):
        for path in ["dev", ".ci/run", *tree.files(".sh")]:
            self.assertEqual(run("bash", "-n", str(path)).stderr, "", path)

    def test_what_is_called_by_hand_is_executable(self):
        for path in ["dev", ".ci/run"]:
            self.assertTrue(os.access(tree.ROOT / path, os.X_OK), path)

    def test_every_word_of_the_help_is_a_word_dev_knows(self):
        listed = re.findall(r"^  ([a-z]+(?:, [a-z]+)*) ", run("./dev", "--help").stdout, re.M)
        words = {word for line in listed for word in line.split(", ")}
        known = set(re.findall(r"^    ([a-z]+)\) dev_", tree.text("dev"), re.M))
        self.assertEqual(words, known)

    def test_chaos_names_its_proofs_and_does_nothing_else(self):
        answer = run("./dev", "chaos", "--help")
        listed = re.findall(r"^  ([a-z]+) ", answer.stdout, re.M)
        known = re.search(r"^chaos_names=\((.*)\)", tree.text("devtools/chaos.sh"), re.M)
        self.assertEqual(listed, known[1].split())
        self.assertNotIn("== ", answer.stdout)

    def test_bench_names_its_measurements_and_does_nothing_else(self):
        answer = run("./dev", "bench", "--help")
        listed = answer.stdout.split("names:")[1].split()
        programs = [path.stem for path in tree.files(".cpp", under="bench")
                    if re.search(r"^int main\(", tree.text(path), re.M)]
        self.assertEqual(listed, programs)
        self.assertNotIn("== ", answer.stdout)

    def test_an_unknown_word_is_wrong_usage(self):
        answer = run("./dev", "tset")
        self.assertEqual(answer.returncode, 64)
        self.assertIn("unknown word 'tset'", answer.stderr)


if __name__ == "__main__":
    unittest.main()
