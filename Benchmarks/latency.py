"""From a step's print, and from lathe.log's return, to the changed cell on the screen."""

import json
import re
import time

import processes
from report import Result, Unmeasured, median, percentile
from terminal import Program, not_shown

# Prints unflushed lines, each with its time and a checksum: a line that is half redrawn fails it. Between them it
# logs a number that no axis is labelled with, and notes when lathe.log returned. What it logs beside that is load.
TICKER = """\
import random, sys, time
import lathe

count, load = int(sys.argv[1]), int(sys.argv[2])
noted = open("noted.txt", "w")
dice = random.Random(count)

def rest(seconds):
    until = time.perf_counter() + seconds
    due = time.perf_counter()
    while (now := time.perf_counter()) < until:
        if not load:
            time.sleep(until - now)
            return
        due = max(due + 1 / load, now)
        lathe.log({f"load/metric{index}": dice.random() for index in range(8)})
        time.sleep(max(0, due - time.perf_counter()))

for tick in range(1, count + 1):
    rest(random.uniform(0.08, 0.12))
    now = f"{time.time():.6f}"
    print(f"tick={tick:05} at={now} sum={(tick + sum(map(int, now.replace('.', '')))) % 997:03}")
    rest(random.uniform(0.08, 0.12))
    lathe.log({"beat": 100003 + 10 * tick}, step=tick)
    noted.write(f"{tick} {time.time():.6f}\\n")
    noted.flush()
rest(1)
"""

PIPELINE = """\
name: ticks
parameters:
  count: { type: Integer, default: 100 }
  load: { type: Integer, default: 0 }
  number: { type: Integer, default: 0 }
steps:
  tick:
    type: Training
    # Little of a CPU is set aside, so that as many run at once as are to, on whatever machine.
    cpu: 0.25
    run: [python3, ticker.py, "${parameters.count}", "${parameters.load}", "${parameters.number}"]
    metrics:
      - { name: beat, goal: max, main: true }
"""

LINE = re.compile(r"tick=(\d{5}) at=(\d+\.\d{6}) sum=(\d{3})")
BEAT = re.compile(r"(?<![\d.])(1\d{4}3)(?![\d.])")


def latency(bench):
    quiet = measure(bench, "quiet", runs=1, load=0)
    busy = measure(bench, "busy", runs=4, load=1000)
    return quiet + busy


def measure(bench, name, runs, load):
    """Of one run that is watched, of as many as are going."""
    home, project = bench.instance(name, {"ticker.py": TICKER, "pipeline.yaml": PIPELINE})
    # The first seconds are for the run's view to be opened.
    count = bench.options.samples + 30
    for number in range(runs):
        # The one that is watched is the last to begin and the first to end.
        longer = count + (20 if number < runs - 1 else 0)
        # A number of its own, because the same step is not run twice.
        parameters = ("-p", f"count={longer}", "-p", f"load={load}", "-p", f"number={number}")
        bench.lathe(home, "run", "--detach", *parameters, folder=project)
    await_all(bench, home, runs)
    program = bench.workbench(home)
    try:
        watched = f"r{runs}"
        if program.shows(rf"\b{watched}\b", 20) is None:
            raise Unmeasured(not_shown(watched, program))
        program.press("\r")
        prints, beats, shares = follow(bench, program, home, count)
        together = len(executing(bench, home, runs - 1))
        if together < runs - 1:
            raise Unmeasured(f"{name}: only {together} of {runs - 1} other runs executed to the end")
    finally:
        program.end()
    noted = home / "runs" / watched / "tick" / "1" / "work" / "noted.txt"
    if not noted.exists():
        raise Unmeasured(f"{watched} did not run: {bench.lathe(home, 'show', watched)}")
    times = dict(map(float, line.split()) for line in noted.read_text().splitlines())
    logs = [(seen - times[beat]) * 1000 for beat, seen in beats.items() if beat > 20 and beat in times]
    results = told(f"print to cell, {name}", prints, bench.options.samples)
    results += told(f"lathe.log to cell, {name}", logs, bench.options.samples)
    for process, share in shares.items():
        limit = 10 if process == "workbench" else None
        results.append(Result(f"{process}, {name}", share, "% of a core", limit, rate(runs, load)))
    return results


def await_all(bench, home, runs):
    """Returns when the steps of all runs execute at once: what waits for its turn is no load."""
    until = time.perf_counter() + 10
    while len(found := executing(bench, home, runs)) < runs:
        if time.perf_counter() > until:
            raise Unmeasured(f"of {runs} runs, only {', '.join(found) or 'none'} execute at once")
        time.sleep(0.1)


def executing(bench, home, runs):
    """Those of the first runs whose steps execute."""
    shown = [json.loads(bench.lathe(home, "show", f"r{number + 1}", "--json")) for number in range(runs)]
    return [each["run"] for each in shown if {step["status"] for step in each["steps"]} == {"Executing"}]


def rate(runs, load):
    return f"{runs} runs at once, {8 * load * runs} points/s" if load else "a print and a point each 0.2 s"


def told(name, times, samples):
    if len(times) < samples:
        raise Unmeasured(f"{name}: only {len(times)} of {samples} were seen on the screen")
    times = times[-samples:]
    note = f"of {len(times)}, greatest {max(times):.1f}"
    return [
        Result(f"{name}, median", median(times), "ms", 40, note),
        Result(f"{name}, 99th percentile", percentile(times, 0.99), "ms", 100),
    ]


def follow(bench, program, home, count):
    """When each print and each logged number was on the screen, and what share of a core each program took."""
    prints, beats = {}, {}
    until = time.perf_counter() + 0.35 * count + 30
    before = started = None
    while max(prints, default=0) < count and (moment := program.read(until)):
        screen = "\n".join(program.screen.lines())
        for match in LINE.finditer(screen):
            tick, at, check = int(match[1]), match[2], int(match[3])
            if tick not in prints and (tick + sum(map(int, at.replace(".", "")))) % 997 == check:
                prints[tick] = (moment[1] - float(at)) * 1000
        for match in BEAT.finditer(screen):
            beats.setdefault((int(match[1]) - 100003) / 10, moment[1])
        if before is None and max(prints, default=0) >= 20:
            before, started = spent(program, home), time.perf_counter()
    after, seconds = spent(program, home), time.perf_counter() - (started or 0)
    if before is None:
        raise Unmeasured(not_shown("a tick", program))
    shares = {name: (after[name] - before.get(name, 0)) / seconds / 10 for name in after}
    # The lines that the first frame of the run's view already held were not waited for.
    return [took for tick, took in sorted(prints.items()) if tick > 20], beats, shares


def spent(program, home):
    """Milliseconds of processor time by kind of process; steps' own programs are left out."""
    times = {"workbench": 0, "runners": 0, "agent": 0}
    for pid, command in processes.of_home(home).items():
        kind = "workbench" if pid == program.pid else None
        kind = "runners" if " __runner " in f"{command} " else "agent" if " __agent " in f"{command} " else kind
        if kind:
            try:
                times[kind] += processes.cpu_ms(pid)
            except OSError:
                continue
    return times
