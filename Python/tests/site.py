"""A step's folder for one test, and what the module told."""

import contextlib
import io
import os
import tempfile
import unittest

import lathe
from tests.decoder import decode


class InRun(unittest.TestCase):
    """Each test is a step of its own run."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.enter(self.folder)
        self.told = io.StringIO()
        redirected = contextlib.redirect_stderr(self.told)
        redirected.__enter__()
        self.addCleanup(redirected.__exit__, None, None, None)

    def enter(self, folder):
        before = os.environ.get("LATHE_SDK")
        self.addCleanup(self._restore, before)
        if folder is None:
            os.environ.pop("LATHE_SDK", None)
        else:
            os.environ["LATHE_SDK"] = folder
        lathe._writer.forked()
        lathe._writer._told.clear()

    def _restore(self, before):
        lathe._writer.forked()
        os.environ.pop("LATHE_SDK", None)
        if before is not None:
            os.environ["LATHE_SDK"] = before

    @property
    def decoded(self):
        """The one file that was written."""
        files = decode(self.folder)
        self.assertEqual(len(files), 1)
        return files[0]

    def values(self, name):
        return [point.value for point in self.decoded.points if point.name == name]

    def steps(self, name):
        return [point.step for point in self.decoded.points if point.name == name]

    def facts(self, kind):
        """All parameters, or all of the summary, or every artifact's path by its name."""
        found = {}
        for fact in self.decoded.facts:
            if kind in fact:
                if kind == "artifact":
                    found[fact[kind]["name"]] = fact[kind]["path"]
                else:
                    found.update(fact[kind])
        return found

    @property
    def warnings(self):
        return self.told.getvalue().splitlines()


class OutsideRun(InRun):
    """Each test runs as a script does that no run started."""

    def setUp(self):
        super().setUp()
        self.enter(None)

    def assertNothingLogged(self):
        self.assertEqual(os.listdir(self.folder), [])
        self.assertEqual(len(self.warnings), 1)
        self.assertIn("LATHE_SDK is not set", self.warnings[0])
