#!/usr/bin/env python3
"""Measures what Lathe promises: a quick start, an idle that costs nothing, and live screens.

Each measurement has a home of its own in a temporary folder. Exits 1 when a promise is not kept, or could not be measured.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import processes
from terminal import Program

# Prints unflushed lines, each with its time and a checksum: a line that is half redrawn fails it.
TICKER = """\
import random, sys, time
for tick in range(1, int(sys.argv[1]) + 1):
    time.sleep(random.uniform(0.15, 0.25))
    now = f"{time.time():.6f}"
    print(f"tick={tick:05} at={now} sum={(tick + sum(map(int, now.replace('.', '')))) % 997:03}")
time.sleep(1)
"""

PIPELINE = """\
name: ticks
parameters:
  count: { type: Integer, default: 100 }
steps:
  tick:
    type: Training
    run: [python3, ticker.py, "${parameters.count}"]
    metrics:
      - { name: at, regex: 'tick=(?P<step>\\d+) at=(\\S+)', main: true }
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lathe", type=Path, default=Path(".build/release/lathe"))
    parser.add_argument("--only", help="comma-separated: commands, start, idle, latency")
    parser.add_argument("--rounds", type=int, default=15, help="of each start")
    parser.add_argument("--seconds", type=float, default=30, help="of idling")
    parser.add_argument("--samples", type=int, default=100, help="of latency")
    parser.add_argument("--runs", type=int, default=10_000, help="in the store")
    parser.add_argument("--out", type=Path, help="JSON file to be written")
    options = parser.parse_args()
    if not os.access(options.lathe, os.X_OK):
        parser.error(f"there is no program at {options.lathe}; 'make build' makes it")
    options.lathe = options.lathe.resolve()

    parts = {"commands": commands, "start": start, "idle": idle, "latency": latency}
    chosen = options.only.split(",") if options.only else list(parts)
    for name in chosen:
        if name not in parts:
            parser.error(f"there is no measurement '{name}'; there are: {', '.join(parts)}")

    results = []
    with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
        bench = Bench(options, Path(folder))
        try:
            for name in chosen:
                try:
                    results += parts[name](bench)
                except Unmeasured as reason:
                    results.append(Result(name, None, "", None, str(reason)))
        finally:
            bench.end()

    show(results)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        facts = {"machine": platform.platform(), "cpus": os.cpu_count(), "runs": options.runs}
        report = {**facts, "results": [result.__dict__ for result in results]}
        options.out.write_text(json.dumps(report, indent=2) + "\n")
    sys.exit(0 if all(result.kept for result in results) else 1)


class Unmeasured(Exception):
    """Something that was to be measured did not happen."""


class Result:
    """A measured value; with a limit it is a promise."""

    def __init__(self, name, value, unit, limit=None, note=""):
        self.name, self.value, self.unit, self.limit, self.note = name, value, unit, limit, note
        self.kept = value is not None and (limit is None or value <= limit)


class Bench:
    """The program and the homes that it is measured with."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.homes = []
        self.seeded = None

    def home(self, name):
        home = self.folder / name
        home.mkdir()
        self.homes.append(home)
        return home

    def environment(self, home):
        names = ("PATH", "HOME", "USER", "LANG")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        return {"LANG": "C.UTF-8", **kept, "TERM": "xterm-256color", "LATHE_HOME": str(home)}

    def lathe(self, home, *arguments, folder=None):
        """Runs a command to its end and returns what it printed."""
        done = subprocess.run(
            [self.options.lathe, *arguments],
            env=self.environment(home),
            cwd=folder or self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )
        if done.returncode != 0:
            words = " ".join(arguments)
            raise Unmeasured(f"'lathe {words}' ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def workbench(self, home):
        return Program([str(self.options.lathe)], self.environment(home))

    def store(self):
        """The home with many runs, made once."""
        if self.seeded is None:
            home = self.home("seeded")
            started = time.perf_counter()
            counts = ("--runs", str(self.options.runs), "--steps", "5", "--metrics", "20")
            self.lathe(home, "__seed", *counts)
            took = time.perf_counter() - started
            size = sum(file.stat().st_size for file in home.rglob("*") if file.is_file())
            say(f"a store of {self.options.runs} runs: {took:.1f} s, {size / 1e6:.0f} MB")
            self.seeded = home
        return self.seeded

    def instance(self, name):
        """A home with one instance in it, adopted in place."""
        home = self.home(name)
        project = self.folder / f"{name}-project"
        project.mkdir()
        (project / "ticker.py").write_text(TICKER)
        (project / "pipeline.yaml").write_text(PIPELINE)
        self.lathe(home, "init", folder=project)
        return home, project

    def end(self):
        """Ends the agents that were started; nothing else has these homes."""
        for home in self.homes:
            for pid in processes.of_home(home):
                try:
                    os.kill(pid, 15)
                except ProcessLookupError:
                    pass
            until = time.perf_counter() + 3
            while processes.of_home(home) and time.perf_counter() < until:
                time.sleep(0.05)


def commands(bench):
    """How long a command takes from its start to its end."""
    home, store = bench.home("empty"), bench.store()
    cases = [
        ("lathe --help", home, ["--help"]),
        ("lathe templates", home, ["templates"]),
        (f"lathe runs, of {bench.options.runs}", store, ["runs"]),
        (f"lathe show @, of {bench.options.runs}", store, ["show", "@"]),
    ]
    results = [Result("/bin/true, for comparison", median_ms(bench, ["/bin/true"], home), "ms")]
    for name, where, arguments in cases:
        bench.lathe(where, *arguments)
        took = median_ms(bench, [str(bench.options.lathe), *arguments], where)
        results.append(Result(name, took, "ms"))
    return results


def median_ms(bench, arguments, home):
    environment = bench.environment(home)
    times = []
    for _ in range(bench.options.rounds):
        started = time.perf_counter()
        subprocess.run(
            arguments, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True
        )
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def start(bench):
    """From the start of the workbench to the first run's row on its screen."""
    home = bench.store()
    times = []
    for _ in range(bench.options.rounds):
        program = bench.workbench(home)
        try:
            took = program.shows(rf"\br{bench.options.runs}\b", 20)
            if took is None:
                raise Unmeasured(not_shown(f"r{bench.options.runs}", program))
            times.append(took * 1000)
        finally:
            program.end()
    note = f"of {len(times)}: {min(times):.0f} to {max(times):.0f}"
    name = f"first row of {bench.options.runs} runs"
    return [Result(name, statistics.median(times), "ms", 50, note)]


def idle(bench):
    """What workbench and agent cost while nothing happens."""
    home = bench.store()
    project = bench.folder / "idle-project"
    project.mkdir()
    bench.lathe(home, "init", folder=project)
    # Something has to have run for an agent to be there.
    bench.lathe(home, "run", "--", "true", folder=project)
    program = bench.workbench(home)
    try:
        if program.shows(rf"\br{bench.options.runs + 1}\b", 20) is None:
            raise Unmeasured(not_shown(f"r{bench.options.runs + 1}", program))
        program.settle(3)
        # Threads of the runtime's pool end after five seconds without work: they are no part of idling.
        time.sleep(8)
        before = {pid: processes.counters(pid) for pid in processes.of_home(home)}
        time.sleep(bench.options.seconds)
        results = []
        for pid, command in processes.of_home(home).items():
            if pid not in before:
                raise Unmeasured(f"while nothing happened, '{command}' was started")
            name = "workbench" if pid == program.pid else "agent"
            after = processes.counters(pid)
            during = f"in {bench.options.seconds:g} s"
            switches = after["switches"] - before[pid]["switches"]
            spent = after["cpu_ms"] - before[pid]["cpu_ms"]
            results.append(Result(f"idle {name}: context switches", switches, "", 0, during))
            results.append(Result(f"idle {name}: CPU time", spent, "ms", 0, during))
        if len(results) == 2:
            results.append(Result("idle agent: processes", 0, "", 0, "it had ended"))
        return results
    finally:
        program.end()


def latency(bench):
    """From a print in a step to the cell on the screen."""
    home, project = bench.instance("latency")
    # The first second is for the run's view to be opened.
    count = bench.options.samples + 20
    bench.lathe(home, "run", "--detach", "-p", f"count={count}", folder=project)
    program = bench.workbench(home)
    try:
        if program.shows(r"\br1\b", 20) is None:
            raise Unmeasured(not_shown("r1", program))
        program.press("\r")
        times = ticks(program, count)
    finally:
        program.end()
    if len(times) < bench.options.samples:
        raise Unmeasured(f"only {len(times)} of {count} lines were seen on the screen")
    times = sorted(times[-bench.options.samples :])
    p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
    note = f"of {len(times)} prints"
    return [
        Result("print to cell, median", statistics.median(times), "ms", 100, note),
        Result("print to cell, 99th percentile", p99, "ms", None, note),
    ]


def ticks(program, count):
    """Milliseconds from each line's print to the read that completed it on the screen."""
    line = re.compile(r"tick=(\d{5}) at=(\d+\.\d{6}) sum=(\d{3})")
    seen = {}
    until = time.perf_counter() + 0.25 * count + 20
    while count not in seen and (moment := program.read(until)):
        for match in line.finditer("\n".join(program.screen.lines())):
            tick, at, check = int(match[1]), match[2], int(match[3])
            if tick in seen or (tick + sum(map(int, at.replace(".", "")))) % 997 != check:
                continue
            seen[tick] = (moment[1] - float(at)) * 1000
    # The lines that the first frame of the run's view already held were not waited for.
    return [took for tick, took in sorted(seen.items()) if tick > 10]


def not_shown(text, program):
    screen = "\n".join(line.rstrip() for line in program.screen.lines()).strip("\n")
    return f"the workbench did not show {text}:\n{screen}"


def show(results):
    width = max([len(result.name) for result in results] + [20])
    print(f"{'':{width}}  {'measured':>12}  {'promised':>10}")
    for result in results:
        value = "-" if result.value is None else f"{result.value:.4g} {result.unit}".strip()
        limit = "" if result.limit is None else f"{result.limit:g} {result.unit}".strip()
        verdict = "" if result.limit is None else ("kept" if result.kept else "MISSED")
        if result.value is None:
            verdict = "NOT MEASURED"
        end = "  ".join(part for part in (verdict, result.note) if part)
        print(f"{result.name:{width}}  {value:>12}  {limit:>10}  {end}".rstrip())


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
