"""The file under fire: threads, forks, full disks, closed descriptors."""

import errno
import os
import random
import re
import signal
import subprocess
import sys
import threading
import unittest
from pathlib import Path
from unittest import mock

import lathe
from tests.decoder import decode
from tests.site import InRun


class FileTests(InRun):
    def test_the_file_is_private_and_named_by_process(self):
        lathe.log({"loss": 1})
        (file,) = Path(self.folder).iterdir()
        self.assertRegex(file.name, re.compile(rf"^{os.getpid()}-[0-9a-f]{{16}}\.lathe$"))
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertFalse(os.get_inheritable(lathe._writer._file))

    def test_the_folder_is_made_by_whoever_comes_first_but_not_for_an_attempt_that_has_ended(self):
        attempt = os.path.join(self.folder, "attempt")
        os.mkdir(attempt)
        self.enter(os.path.join(attempt, "sdk"))
        lathe.log({"loss": 1})
        self.assertEqual(len(decode(os.path.join(attempt, "sdk"))), 1)
        self.assertEqual(self.warnings, [])
        Path(attempt, "exit.json").touch()
        Path(attempt, "sdk").rename(os.path.join(attempt, "gone"))
        self.enter(os.path.join(attempt, "sdk"))
        lathe.log({"loss": 2})
        self.assertFalse(os.path.exists(os.path.join(attempt, "sdk")))
        self.assertIn("Metrics are lost", self.warnings[0])

    def test_threads_lose_nothing(self):
        def work(number):
            for count in range(500):
                lathe.log({f"t{number}": count, "all": count}, step=count)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number in range(8):
            self.assertEqual(self.values(f"t{number}"), list(range(500)))
        self.assertEqual(len(self.values("all")), 4000)

    def test_a_signal_handler_may_log_amid_a_call(self):
        def handle(*_):
            lathe.log({"signal": 1})

        before = signal.signal(signal.SIGALRM, handle)
        signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
        try:
            for count in range(5000):
                lathe.log({"loss": count, f"new{count % 50}": 1})
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        self.assertEqual(self.values("loss"), list(range(5000)))

    def test_a_child_writes_a_file_of_its_own_even_when_a_thread_held_the_lock(self):
        lathe.log({"loss": 1})
        held, done = threading.Event(), threading.Event()

        def hold():
            with lathe._writer._lock:
                held.set()
                done.wait()

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait()
        child = os.fork()
        if child == 0:
            try:
                signal.alarm(20)
                lathe.log({"loss": 2})
                os._exit(0)
            finally:
                os._exit(1)
        done.set()
        thread.join()
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        lathe.log({"loss": 3})
        values = sorted([point.value for point in file.points] for file in decode(self.folder))
        self.assertEqual(values, [[1, 3], [2]])

    def test_a_write_that_stops_midway_is_ended_first_and_nothing_is_torn(self):
        # Past the limit a write takes what fits, then fails with EFBIG: as a full disk does.
        script = """
import os, resource, sys, lathe
lathe.log({"loss": 0, "acc": 0})
file, = os.listdir(os.environ["LATHE_SDK"])
size = os.stat(os.path.join(os.environ["LATHE_SDK"], file)).st_size
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))
for count in range(1, 10):
    lathe.log({"loss": count, "acc": count})
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
for count in range(10, 13):
    lathe.log({"loss": count, "acc": count})
"""
        told = run(script)
        # A record has 35 bytes: 1 and 2 fit, 3 was begun, 4 to 9 are lost.
        self.assertEqual(self.values("loss"), [0, 1, 2, 3, 10, 11, 12])
        self.assertEqual(self.values("acc"), self.values("loss"))
        self.assertEqual(told, ["lathe: Metrics are lost: File too large."])

    def test_a_write_that_stops_midway_at_the_end_is_told(self):
        lathe.log({"loss": 0})
        part = [lambda descriptor, data: write(descriptor, data[:5]), lambda *_: fail()]
        write = os.write

        def fail():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with mock.patch("os.write", side_effect=lambda *given: part.pop(0)(*given)):
            lathe.log({"loss": 1})
        self.assertEqual(self.warnings, ["lathe: Metrics are lost: No space left on device."])
        lathe.log({"loss": 2})
        self.assertEqual(self.values("loss"), [0, 1, 2])

    def test_a_disk_that_is_full_from_the_start_is_told_once(self):
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with mock.patch("os.write", side_effect=full):
            for count in range(3):
                lathe.log({"loss": count})
                lathe.param("lr", count)
        lathe.log({"loss": 3})
        self.assertEqual(self.values("loss"), [3])
        self.assertEqual(self.warnings, ["lathe: Metrics are lost: No space left on device."])

    def test_definitions_that_were_lost_are_written_again(self):
        lathe.log({"a": 1})
        with mock.patch("os.write", side_effect=OSError(errno.ENOSPC, "full")):
            lathe.log({"b": 1, "c": 1})
        lathe.log({"c": 2})
        lathe.log({"b": 3, "c": 3})
        self.assertEqual(self.decoded.names, {0: "a", 1: "c", 2: "b"})
        self.assertEqual(self.values("c"), [2, 3])

    def test_whatever_fails_the_file_is_whole_and_what_was_written_is_there(self):
        generator = random.Random(1)
        names = ["a", "b", "ü"]
        true_write = os.write
        for number in range(150):
            folder = os.path.join(self.folder, str(number))
            os.mkdir(folder)
            self.enter(folder)
            failed = []

            def write(descriptor, data):
                fate = generator.random()
                if fate < 0.2:
                    failed.append(data)
                    raise OSError(errno.ENOSPC, "full")
                if fate < 0.5:
                    failed.append(data)
                    data = data[: generator.randrange(len(data) + 1)]
                return true_write(descriptor, data)

            certain, possible = [], set()
            with mock.patch("os.write", side_effect=write):
                for count in range(30):
                    failed.clear()
                    chosen = generator.sample(names, generator.randrange(1, 4))
                    values = {name: count for name in chosen}
                    if generator.random() < 0.2:
                        values["deep"] = {"x": count}
                    lathe.log(values, step=count)
                    logged = [(name, count) for name in chosen]
                    possible.update(logged)
                    if not failed:
                        certain += logged
            lathe.log({"end": 1})
            (file,) = decode(folder)
            points = [(p.name, p.value) for p in file.points if p.name in names]
            self.assertEqual(len(points), len(set(points)))
            self.assertLessEqual(set(certain), set(points))
            self.assertLessEqual(set(points), possible)
            self.assertEqual(points, sorted(points, key=lambda point: point[1]))

    def test_a_missing_folder_is_told_once_and_raises_nothing(self):
        self.enter(self.folder + "/missing/sdk")
        for count in range(3):
            lathe.log({"loss": count})
            lathe.artifact(__file__)
        self.assertEqual(self.warnings, ["lathe: Metrics are lost: No such file or directory."])

    def test_a_descriptor_that_the_program_closed_gets_a_new_file(self):
        lathe.log({"loss": 1})
        os.close(lathe._writer._file)
        lathe.log({"loss": 2})
        lathe.log({"loss": 3})
        values = sorted([point.value for point in file.points] for file in decode(self.folder))
        self.assertEqual(values, [[1], [2, 3]])
        self.assertEqual(self.warnings, [])

    def test_an_interrupted_definition_leaves_what_was_written_whole(self):
        def interrupted(descriptor, data, write=os.write):
            write(descriptor, data)
            raise KeyboardInterrupt

        with mock.patch("os.write", side_effect=interrupted):
            with self.assertRaises(KeyboardInterrupt):
                lathe.log({"loss": 1})
        lathe.log({"other": 2})
        points = [(p.name, p.value) for file in decode(self.folder) for p in file.points]
        self.assertEqual(sorted(points), [("loss", 1), ("other", 2)])

    def test_a_closed_standard_error_is_survived(self):
        with mock.patch("sys.stderr", None):
            lathe.log({"note": "text"})
        self.assertEqual(os.listdir(self.folder), [])

    def test_importing_takes_no_training_library(self):
        script = """
import sys, lathe
heavy = {"keras", "tensorflow", "torch", "lightning", "sklearn", "xgboost", "lightgbm", "numpy"}
sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)
"""
        self.assertEqual(run(script), [])
        self.assertEqual(os.listdir(self.folder), [])


def run(script):
    """Runs a script as a step does; what it told on standard error."""
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.PIPE,
        universal_newlines=True,
        timeout=60,
        check=False,
    )
    return done.stderr.splitlines() + ([f"exit {done.returncode}"] if done.returncode else [])


if __name__ == "__main__":
    unittest.main()
