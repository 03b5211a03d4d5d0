#!/usr/bin/env python3
"""Measures what Lathe promises: a quick start, an idle that costs nothing, live screens, and curves of any length.

Each measurement has a home of its own in a temporary folder. Programs that do the same are measured in the same run
where they are installed: for Python ones, --peers names an interpreter that has them. Exits 1 when a promise is not
kept, or could not be measured.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import processes
from curves import curves
from ingest import events, ingest, python
from latency import latency
from leet import leet
from pipelines import inputs, output, pipelines
from report import Result, Unmeasured, median, say, show, spread
from terminal import Program, not_shown


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lathe", type=Path, default=Path(".build/release/lathe"))
    parser.add_argument("--only", help="comma-separated: " + ", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=15, help="of each start")
    parser.add_argument("--seconds", type=float, default=30, help="of idling")
    parser.add_argument("--samples", type=int, default=200, help="of latency")
    parser.add_argument("--runs", type=int, default=10_000, help="in the store")
    parser.add_argument("--points", type=int, default=100_000_000, help="of the longest curve")
    parser.add_argument("--steps", default="100,1000,10000", help="of the pipelines, comma-separated")
    parser.add_argument("--scale", type=float, default=1, help="of what is taken in, to try the benchmark itself")
    parser.add_argument("--peers", default=sys.executable, help="a Python with tensorboard, wandb, mlflow, dvc or snakemake")
    parser.add_argument("--out", type=Path, help="JSON file to be written")
    options = parser.parse_args()
    if not os.access(options.lathe, os.X_OK):
        parser.error(f"there is no program at {options.lathe}; 'make build' makes it")
    options.lathe = options.lathe.resolve()

    options.peers = shutil.which(options.peers) or parser.error(f"there is no Python at {options.peers}")
    chosen = options.only.split(",") if options.only else list(PARTS)
    for name in chosen:
        if name not in PARTS:
            parser.error(f"there is no measurement '{name}'; there are: {', '.join(PARTS)}")

    results = []
    with tempfile.TemporaryDirectory(prefix="lathe-bench-") as folder:
        bench = Bench(options, Path(folder))
        try:
            for name in chosen:
                try:
                    results += PARTS[name](bench)
                except Unmeasured as reason:
                    results.append(Result(name, None, "", None, str(reason)))
        finally:
            bench.end()

    show(results)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        facts = {"machine": platform.platform(), "cpus": os.cpu_count(), "runs": options.runs}
        facts["load"] = os.getloadavg()[0]
        report = {**facts, "results": [result.__dict__ for result in results]}
        options.out.write_text(json.dumps(report, indent=2) + "\n")
    sys.exit(0 if all(result.kept for result in results) else 1)


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

    def instance(self, name, files):
        """A home with one instance in it, adopted in place: the home and the instance's folder."""
        home = self.home(name)
        project = self.folder / f"{name}-project"
        project.mkdir()
        for path, text in files.items():
            (project / path).write_text(text)
        self.lathe(home, "init", folder=project)
        return home, project

    def measured(self, arguments, home):
        """Runs a command to its end: its wall-clock and processor time in ms and its peak memory in MB."""
        started = time.perf_counter()
        process = subprocess.Popen(
            [self.options.lathe, *arguments],
            env=self.environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        words = process.stderr.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        took = (time.perf_counter() - started) * 1000
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise Unmeasured(f"'lathe {' '.join(arguments)}' ended with {process.returncode}: {words.strip()}")
        return took, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024

    def peer(self, *arguments, folder=None, timeout=900, codes=(0,)):
        """Runs the peers' Python and returns what it printed; None where a module is missing."""
        done = subprocess.run(
            [self.options.peers, *map(str, arguments)],
            cwd=folder or self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        if done.returncode not in codes:
            if "ModuleNotFoundError" in done.stderr:
                return None
            raise Unmeasured(f"a peer ended with {done.returncode}: {done.stderr.strip()[-600:]}")
        return done.stdout

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
    return median(times)


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
    return [Result(f"first row of {bench.options.runs} runs", median(times), "ms", 50, spread(times))]


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


PARTS = {
    "commands": commands,
    "start": start,
    "idle": idle,
    "curves": curves,
    "ingest": ingest,
    "python": python,
    "events": events,
    "latency": latency,
    "leet": leet,
    "pipelines": pipelines,
    "inputs": inputs,
    "output": output,
}

if __name__ == "__main__":
    main()
