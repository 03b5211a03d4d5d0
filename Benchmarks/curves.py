"""How quickly curves of any length are drawn, and what a long run costs to open."""

import json
import re
import time

import processes
from report import Result, Unmeasured, median, say, spread
from terminal import not_shown

BRAILLE = re.compile("[\u2801-\u28ff]")


def curves(bench):
    results = []
    for points in sorted({10_000, 100_000, 1_000_000, bench.options.points}):
        home = seeded(bench, points)
        limit = 1000 if points >= 1_000_000 else None
        frames = drawn(bench, home, [1])
        note = f"{frames['kept']} points kept, thinning {frames['thinning_us']:.0f} us"
        name = f"draw {amount(points)} points, 200x50"
        results.append(Result(name, frames["frame_us"], "us", limit, note))
    home = seeded(bench, 1_000_000, runs=10)
    frames = drawn(bench, home, range(1, 11))
    note = f"thinning {frames['thinning_us']:.0f} us"
    results.append(Result("draw 10 runs of 1M points", frames["frame_us"], "us", 4000, note))
    return results + opened(bench)


def seeded(bench, points, runs=1):
    """A home with runs of one metric; made once for each size."""
    name = f"curves-{points}-{runs}"
    home = bench.folder / name
    if not home.exists():
        home = bench.home(name)
        started = time.perf_counter()
        sizes = ("--runs", runs, "--steps", 1, "--metrics", 1, "--points", points)
        bench.lathe(home, "__seed", *map(str, sizes))
        size = sum(file.stat().st_size for file in home.rglob("*") if file.is_file())
        took = time.perf_counter() - started
        say(f"{runs} runs of {amount(points)} points: {took:.1f} s, {size / points / runs:.1f} bytes a point")
    return home


def drawn(bench, home, runs):
    """The median frame of some processes: first thinned, then drawn, with warm files."""
    attempts = [str(home / "runs" / f"r{run}" / "step0" / "1") for run in runs]
    arguments = ["__draw", "metric0", "--size", "200x50", "--rounds", "51", *attempts]
    rounds = [json.loads(bench.lathe(home, *arguments)) for _ in range(5)]
    if rounds[0]["dots"] < 100:
        raise Unmeasured("the picture was empty")
    return sorted(rounds, key=lambda frames: frames["frame_us"])[2]


def opened(bench):
    """What the longest run costs to open, by lathe plot and in the workbench."""
    points = amount(bench.options.points)
    home = seeded(bench, bench.options.points)
    plots = [bench.measured(["plot", "r1", "--size", "200x50"], home) for _ in range(bench.options.rounds)]
    took, cpu, memory = ([plot[index] for plot in plots] for index in range(3))
    results = [
        Result(f"plot a run of {points} points", median(took), "ms", 100, spread(took)),
        Result(f"plot a run of {points} points: CPU", median(cpu), "ms"),
        Result(f"plot a run of {points} points: memory", median(memory), "MB", 100, spread(memory)),
    ]
    times, sizes = zip(*(view(bench, home) for _ in range(bench.options.rounds)))
    results.append(Result(f"open a run of {points} points: first frame", median(times), "ms", 100, spread(times)))
    results.append(Result(f"open a run of {points} points: memory", median(sizes), "MB", 100, spread(sizes)))
    return results


def view(bench, home):
    """Milliseconds from Enter on the run's row to its curve on the screen, and the workbench's memory in MB."""
    program = bench.workbench(home)
    try:
        if program.shows(r"\br1\b", 20) is None:
            raise Unmeasured(not_shown("r1", program))
        program.settle(0.3)
        if any(BRAILLE.search(line) for line in program.screen.lines()):
            raise Unmeasured("there is a curve before the run is opened")
        pressed = time.perf_counter()
        program.press("\r")
        until = pressed + 20
        while moment := program.read(until):
            # A curve is many cells: borders and signs are none.
            if sum(len(BRAILLE.findall(line)) for line in program.screen.lines()) > 20:
                return (moment[0] - pressed) * 1000, processes.resident_mb(program.pid)
        raise Unmeasured(not_shown("a curve", program))
    finally:
        program.end()


def amount(count):
    for size, sign in ((1_000_000, "M"), (1000, "k")):
        if count >= size:
            return f"{count / size:g}{sign}"
    return str(count)
