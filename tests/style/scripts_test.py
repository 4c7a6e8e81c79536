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

    def test_an_unknown_word_is_wrong_usage(self):
        answer = run("./dev", "tset")
        self.assertEqual(answer.returncode, 64)
        self.assertIn("unknown word 'tset'", answer.stderr)


if __name__ == "__main__":
    unittest.main()
