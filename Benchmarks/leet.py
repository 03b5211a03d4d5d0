"""W&B LEET, a viewer of runs in the terminal, beside the workbench: the same curve opened, and drawn again.

Both show one chart on the whole screen and are resized to and fro, by turns. What counts is the CPU time of their
processes from the change of size until nothing came for a while, of which nothing is taken off. A curve of a hundred
points tells what of it is not the curve: layout, the terminal's bytes, whatever a resize costs. What is left is the
curve's own share.
"""

import json
import os
import re
import time
from pathlib import Path

import processes
import wandb_file
from curves import BRAILLE, amount, drawn, seeded
from report import Result, Unmeasured, median, say, spread
from terminal import COLUMNS, ROWS, Program, not_shown

FEW, MANY = 100, 1_000_000
SIZES = [(COLUMNS, ROWS), (200, 50)]
REDRAWS = 25
PROMISED = 50

# Without these LEET draws the curve on a twelfth of the screen.
CONFIGURATION = {
    "metrics_grid": {"rows": 1, "cols": 1},
    "left_sidebar_visible": False,
    "right_sidebar_visible": False,
}


def leet(bench):
    program = Path(bench.options.peers).parent / "wandb"
    if not os.access(program, os.X_OK):
        say("leet: W&B is not installed; --peers names a Python that has it")
        return [Result("W&B LEET", 0, "", None, "not installed: nothing to be compared with")]
    viewers = []
    try:
        for points in (FEW, MANY):
            viewers += [Leet(bench, program, points), Workbench(bench, points)]
        for viewer in viewers:
            viewer.load()
        for _ in range(REDRAWS):
            for viewer in viewers:
                viewer.redraw()
    finally:
        for viewer in viewers:
            viewer.program.end()
    return [result for viewer in viewers for result in viewer.results()] + compared(bench, *viewers)


def compared(bench, their_few, our_few, their_many, our_many):
    frames = {points: drawn(bench, seeded(bench, points), [1])["frame_us"] / 1000 for points in (FEW, MANY)}
    theirs, ours = their_many.cpu - their_few.cpu, our_many.cpu - our_few.cpu
    own = frames[MANY] - frames[FEW]
    rest = f"the rest, {our_few.cpu:.2f} ms, is no curve: layout, curses, the terminal"
    few = f"{frames[FEW]:.3f} ms with {FEW} points: the curve's share is {theirs / own:.1f} times less than LEET's"
    return [
        Result("LEET: the curve's share of a redraw", theirs, "ms", None, f"the rest is {their_few.cpu:.2f} ms"),
        Result("workbench: the curve's share of a redraw", ours, "ms", None, rest),
        Result("__draw: the whole chart", frames[MANY], "ms", 1, few),
        Result("redraws, LEET / workbench", their_many.cpu / our_many.cpu, "times", PROMISED, "CPU", True),
        Result("LEET's curve / __draw's chart", theirs / frames[MANY], "times", PROMISED, "", True),
        Result("LEET's curve / __draw's curve", theirs / own, "times", PROMISED, "each without the rest", True),
        # Not like with like: LEET's redraw is its whole screen.
        Result("LEET's redraw / __draw's chart", their_many.cpu / frames[MANY], "times", PROMISED, "CPU", True),
    ]


class Viewer:
    """A program that shows a curve on the whole screen, and what each redraw of it took at 200x50."""

    def __init__(self, name, program):
        self.name, self.program = name, program
        self.redraws = []

    def curve(self):
        """Waits for a curve and notes when it was there."""
        until = time.perf_counter() + 120
        while moment := self.program.read(until):
            if sum(len(BRAILLE.findall(line)) for line in self.program.screen.lines()) > 20:
                self.shown = (moment[0] - self.program.started) * 1000
                return
        raise Unmeasured(not_shown("a curve", self.program))

    def load(self):
        """Reads until a second has cost nothing worth naming: until then points come in."""
        until = time.perf_counter() + 300
        while time.perf_counter() < until:
            before, end = self.spent(), time.perf_counter() + 1
            while self.program.read(end):
                pass
            if self.spent() - before < 20:
                return
        raise Unmeasured(f"{self.name}: the points were still coming in after five minutes")

    def redraw(self):
        for size in SIZES:
            before, received = self.spent(), self.program.received
            self.program.resize(*size)
            last = started = time.perf_counter()
            while moment := self.program.read(time.perf_counter() + 0.4):
                last = moment[0]
        took = (last - started) * 1000
        self.redraws.append((self.spent() - before, took, self.program.received - received))

    def spent(self):
        return sum(processes.cpu_ms(pid) for pid in processes.tree(self.program.pid))

    @property
    def cpu(self):
        return median([redraw[0] for redraw in self.redraws])

    def results(self):
        cpu, times, received = zip(*self.redraws)
        written = f"{spread(cpu)}, {median(received) / 1000:.1f} kB written"
        return [
            Result(f"{self.name}: start to curve", self.shown, "ms"),
            Result(f"{self.name}: redraw, CPU", self.cpu, "ms", None, written),
            Result(f"{self.name}: redraw, to the last byte", median(times), "ms", None, spread(times)),
        ]


class Leet(Viewer):
    def __init__(self, bench, program, points):
        file = bench.folder / f"run-{points}.wandb"
        wandb_file.write_run(file, wandb_file.decay(points))
        settings = bench.folder / "leet"
        settings.mkdir(exist_ok=True)
        (settings / "wandb-leet.json").write_text(json.dumps(CONFIGURATION))
        quiet = {"WANDB_ERROR_REPORTING": "false", "WANDB_CONFIG_DIR": str(settings)}
        environment = {**os.environ, **bench.environment(bench.folder), "COLORTERM": "truecolor", **quiet}
        arguments = [str(program), "leet", "run", str(file)]
        super().__init__(f"LEET, {amount(points)} points", Program(arguments, environment))
        self.points = points
        self.curve()

    def load(self):
        """It shows a long run in parts: the axis tells how far it has come."""
        super().load()
        started = time.perf_counter()
        while self.reached() < 0.9 * self.points:
            if time.perf_counter() - started > 300:
                raise Unmeasured(not_shown("all points", self.program))
            super().load()

    def reached(self):
        words = re.findall(r"(?<![\d.])(\d+(?:\.\d+)?)([kM]?)\b", "".join(self.program.screen.lines()))
        return max(float(number) * {"": 1, "k": 1e3, "M": 1e6}[sign] for number, sign in words)


class Workbench(Viewer):
    def __init__(self, bench, points):
        super().__init__(f"workbench, {amount(points)} points", bench.workbench(seeded(bench, points)))
        if self.program.shows(r"\br1\b", 20) is None:
            raise Unmeasured(not_shown("r1", self.program))
        self.program.press("\r")
        self.curve()
        # From the run's screen to its charts, and to the one that fills the screen.
        for key in "C\r":
            self.program.settle(0.3)
            self.program.press(key)
        if self.program.shows(r"\b1/1\b", 20) is None:
            raise Unmeasured(not_shown("the chart on the full screen", self.program))
