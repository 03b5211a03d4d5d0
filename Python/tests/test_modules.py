"""Which modules a process says it has loaded."""

import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Modules(unittest.TestCase):
    def told(self, folder, script, **more):
        sdk = os.path.join(folder, "sdk")
        os.makedirs(sdk, exist_ok=True)
        with open(os.path.join(folder, "extra.py"), "w") as file:
            file.write("x = 1\n")
        with open(os.path.join(folder, "main.py"), "w") as file:
            file.write(script)
        environment = {**os.environ, "LATHE_SDK": sdk, "PYTHONPATH": ROOT, **more}
        subprocess.run([sys.executable, os.path.join(folder, "main.py")], env=environment, check=True)
        lines = []
        for name in os.listdir(sdk):
            self.assertTrue(name.endswith(".modules"), name)
            with open(os.path.join(sdk, name)) as file:
                lines += file.read().splitlines()
        return sorted(os.path.basename(line) for line in lines)

    def test_what_was_imported_is_told_and_what_is_installed_is_not(self):
        with tempfile.TemporaryDirectory() as folder:
            told = self.told(folder, "import json, lathe\n__import__('ex' + 'tra')\n")
            self.assertEqual(told, ["extra.py", "main.py"])

    def test_a_script_that_leaves_early_tells_as_well(self):
        with tempfile.TemporaryDirectory() as folder:
            script = "import lathe, atexit, extra, sys\nsys.exit(0)\n"
            self.assertEqual(self.told(folder, script), ["extra.py", "main.py"])

    def test_outside_a_run_nothing_is_written(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.told(folder, "import lathe, extra\n", LATHE_SDK=""), [])


if __name__ == "__main__":
    unittest.main()
