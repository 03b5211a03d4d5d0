"""W&B LEET, a viewer of runs in the terminal, beside the workbench: the same curve opened, and drawn again."""

import os
import time
from pathlib import Path

import processes
from curves import BRAILLE, amount, seeded
from report import Result, Unmeasured, median, say, spread
from terminal import COLUMNS, ROWS, Program, not_shown

WRITER = """\
import math, sys, wandb
count = int(sys.argv[1])
with wandb.init(mode="offline", project="bench", dir=".") as run:
    for step in range(count):
        run.log({"metric0": math.exp(-step / count) + 0.01 * math.sin(step)})
"""

SIZES = [(200, 50), (COLUMNS, ROWS)]


def leet(bench):
    program = Path(bench.options.peers).parent / "wandb"
    if not os.access(program, os.X_OK):
        say("leet: W&B is not installed; --peers names a Python that has it")
        return [Result("W&B LEET", 0, "", None, "not installed: nothing to be compared with")]
    os.environ.update(WANDB_SILENT="true", WANDB_ERROR_REPORTING="false")
    (bench.folder / "writer.py").write_text(WRITER)
    results = []
    # A curve of few points tells what of a frame is not the curve.
    for points in (100, int(200_000 * bench.options.scale)):
        folder = bench.folder / f"leet-{points}"
        folder.mkdir()
        bench.peer(bench.folder / "writer.py", points, folder=folder, timeout=3600)
        file = next(folder.rglob("*.wandb"))
        results += measure(f"LEET, {amount(points)} points", viewer(bench, program, file), keys="")
        home = seeded(bench, points)
        results += measure(f"workbench, {amount(points)} points", bench.workbench(home), keys="\r")
    return results


def viewer(bench, program, file):
    environment = {**os.environ, **bench.environment(bench.folder), "COLORTERM": "truecolor"}
    return Program([str(program), "leet", "run", str(file)], environment)


def measure(name, program, keys):
    """Until the curve is there, then each size of the terminal, from the change to the last byte."""
    try:
        if keys:
            if program.shows(r"\br1\b", 20) is None:
                raise Unmeasured(not_shown("r1", program))
            program.press(keys)
        until, shown = time.perf_counter() + 120, None
        while shown is None and (moment := program.read(until)):
            if sum(len(BRAILLE.findall(line)) for line in program.screen.lines()) > 20:
                shown = (moment[0] - program.started) * 1000
        if shown is None:
            raise Unmeasured(not_shown("a curve", program))
        program.settle(1)
        times = [redrawn(program, size) for size in SIZES * 6][:-1:2]
        memory = sum(processes.resident_mb(pid) for pid in processes.tree(program.pid))
    finally:
        program.end()
    return [
        Result(f"{name}: start to curve", shown, "ms"),
        Result(f"{name}: drawn again at 200x50", median(times), "ms", None, spread(times)),
        Result(f"{name}: memory", memory, "MB"),
    ]


def redrawn(program, size):
    program.resize(*size)
    last = started = time.perf_counter()
    while moment := program.read(time.perf_counter() + 0.5):
        last = moment[0]
    return (last - started) * 1000
