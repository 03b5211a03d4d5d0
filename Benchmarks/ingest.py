"""How quickly points come in: the module's files, JSON lines, the module itself, and TensorBoard's files."""

import json
import random
import re
import shutil
import struct
import time
from pathlib import Path

from report import Result, Unmeasured, median, say, spread

HERE = Path(__file__).resolve().parent
NAMES = ["train/loss", "train/accuracy", "val/loss", "val/accuracy"]


def ingest(bench):
    """Points and lines a second through a runner's inputs, and what they take on the disk."""
    results = []
    scale = bench.options.scale
    for records in (int(scale * size) for size in (50_000, 500_000, 2_000_000)):
        folder = bench.folder / f"sdk-{records}"
        (folder / "sdk").mkdir(parents=True)
        module_file(folder / "sdk" / "1-bench.lathe", records)
        rates, cpu, memory, size = taken(bench, folder)
        name = f"binary, {4 * records / 1e6:g}M points"
        limit = 1_000_000 if records > 50_000 * scale else None
        results.append(Result(name, median(rates), "points/s", limit, spread(rates), least=True))
    results.append(Result("binary: CPU a point", median(cpu) * 1e3 / 4 / records, "us"))
    results.append(Result("binary: memory", median(memory), "MB", None, f"of {4 * records / 1e6:g}M points"))
    results.append(Result("binary: on disk", size / 4 / records, "bytes a point", 20, "times and values at random"))
    for lines in (int(scale * size) for size in (50_000, 500_000)):
        folder = bench.folder / f"json-{lines}"
        folder.mkdir()
        json_lines(folder / "output.log", lines)
        rates, _, memory, size = taken(bench, folder)
        # A line has two values.
        name = f"JSON lines, {lines / 1000:g}k lines"
        limit = 200_000 if lines > 50_000 * scale else None
        rates = [rate / 2 for rate in rates]
        results.append(Result(name, median(rates), "lines/s", limit, spread(rates), least=True))
    results.append(Result("JSON lines: memory", median(memory), "MB"))
    results.append(Result("JSON lines: on disk", size / 2 / lines, "bytes a point", 20))
    return results


def module_file(path, records):
    """What the Python module writes for so many calls with four values, with times as a clock gives them."""
    dice = random.Random(records)
    with path.open("wb") as file:
        file.write(b"LATHEPT1")
        for number, name in enumerate(NAMES):
            file.write(struct.pack("<BIH", 1, number, len(name)) + name.encode())
        file.write(struct.pack("<BHH4I", 3, 0, 4, 0, 1, 2, 3))
        record = struct.Struct("<BHdd4d")
        now = 1_700_000_000.0
        values = [dice.random() for _ in range(1024)]
        for step in range(records):
            now += 1e-4 + 1e-4 * values[step & 1023]
            four = (values[(step + shift) & 1023] / (step + 1) for shift in (1, 2, 3, 4))
            file.write(record.pack(2, 0, step, now, *four))


def json_lines(path, lines):
    dice = random.Random(lines)
    with path.open("w") as file:
        for step in range(lines):
            file.write(f'{{"step": {step}, "loss": {dice.random():.6f}, "train": {{"acc": {dice.random():.4f}}}}}\n')


def taken(bench, folder, rounds=5):
    """Points a second, processor ms, memory in MB of some rounds; the size of the metrics in bytes."""
    home = bench.folder / "ingest"
    home.mkdir(exist_ok=True)
    rates, cpu, memory = [], [], []
    for _ in range(rounds):
        shutil.rmtree(folder / "metrics", ignore_errors=True)
        started = time.perf_counter()
        words = bench.lathe(home, "__ingest", str(folder))
        if (match := re.match(r"(\d+) points in (\S+) seconds", words)) is None:
            raise Unmeasured(f"'lathe __ingest' printed: {words}")
        rates.append(int(match[1]) / float(match[2]))
        # Once more for processor time and memory, which the program does not tell.
        shutil.rmtree(folder / "metrics")
        _, spent, used = bench.measured(["__ingest", str(folder)], home)
        cpu.append(spent)
        memory.append(used)
    size = sum(file.stat().st_size for file in (folder / "metrics").iterdir())
    return rates, cpu, memory, size


def python(bench):
    """What lathe.log costs a training loop, beside MLflow and W&B."""
    report = bench.folder / "python.json"
    # It ends with 1 where its own promise is not kept, which is told here.
    bench.peer(HERE / "python_log.py", "--folder", bench.folder, "--out", report, timeout=3000, codes=(0, 1))
    if not report.exists():
        raise Unmeasured("python_log.py wrote no report")
    found = {result["name"]: result for result in json.loads(report.read_text())["results"]}
    four, one = found["lathe.log, 4 values"], found["lathe.log, 1 value"]
    results = [
        Result("lathe.log of 4 values", four["us"], "us", 5, f"best round {four['best']:.2f}"),
        Result("lathe.log of 4 values: CPU", four["cpu"], "us"),
        Result("os.write of as many bytes", found["os.write of 51 bytes"]["us"], "us", None, "the floor"),
    ]
    for name, result in found.items():
        if name.startswith("mlflow.log_metric,"):
            results.append(Result(f"{name}: times lathe's", result["us"] / one["us"], "x", 100, "", least=True))
        if name.startswith("wandb"):
            results.append(Result(f"{name}: times lathe's", result["us"] / four["us"], "x", 10, "", least=True))
    return results


def events(bench):
    """TensorBoard's files: how many events a second, beside TensorBoard's own loader, and whether they are equal."""
    folder = bench.folder / "events"
    (folder / "work" / "train").mkdir(parents=True)
    count = int(200_000 * bench.options.scale)
    words = bench.peer(HERE / "tensorboard_peer.py", "write", folder / "work" / "train", count)
    if words is None:
        say("events: TensorBoard is not installed; --peers names a Python that has it")
        return [Result("TensorBoard", 0, "", None, "not installed: nothing to be compared with")]
    rates, cpu, memory, _ = taken(bench, folder)
    theirs, peer_memory = [], 0
    for _ in range(3):
        told = json.loads(bench.peer(HERE / "tensorboard_peer.py", "read", folder / "work" / "train"))
        theirs.append(told["events"] / told["seconds"])
        peer_memory = told["memory_mb"]
    ratio = median(rates) / median(theirs)
    results = [
        Result("events, lathe", median(rates), "events/s", None, spread(rates)),
        Result("events, TensorBoard's loader", median(theirs), "events/s", None, spread(theirs)),
        Result("events: times TensorBoard's rate", ratio, "x", 50, "", least=True),
        Result("events: memory", median(memory), "MB", None, f"TensorBoard's loader: {peer_memory:.0f} MB"),
    ]
    expected = json.loads(bench.peer(HERE / "tensorboard_peer.py", "values", folder / "work" / "train"))
    wrong = sum(1 for tag, points in expected.items() if read_back(bench, folder, f"train/{tag}") != points)
    note = f"of {len(expected)} tags, {sum(map(len, expected.values()))} points, as TensorBoard reads them"
    return results + [Result("events: tags that differ", wrong, "", 0, note)]


def read_back(bench, folder, name):
    """The points of a metric as [step, value], numbers as text."""
    lines = bench.lathe(bench.folder, "__points", name, str(folder)).splitlines()[1:]
    return [[repr(float(line.split(",")[0])), repr(float(line.split(",")[2]))] for line in lines]
