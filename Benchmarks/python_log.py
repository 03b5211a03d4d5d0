#!/usr/bin/env python3
"""Measures what one call of lathe.log costs a training loop, beside MLflow and W&B where they are installed.

Every peer logs the same four metrics a step, each in its fastest documented way that is one call a step, in the
same process and folder; MLflow's log_metric is one call a metric, as its documentation has it. Exits 1 when
the median round of lathe.log with four values takes 5 microseconds a call or more.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Python"))

VALUES = {"loss": 0.25, "acc": 0.5, "val_loss": 0.375, "val_acc": 0.625}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000, help="of lathe.log a round; peers get fewer")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", help="on the disk to be measured; a temporary one otherwise")
    parser.add_argument("--out", type=Path, help="JSON file to be written")
    options = parser.parse_args()

    results = []
    with tempfile.TemporaryDirectory(prefix="lathe-log-", dir=options.folder) as folder:
        for measure in (bare_write, lathe_log, lathe_off, mlflow_files, mlflow_sqlite, wandb_offline):
            os.makedirs(os.path.join(folder, measure.__name__))
            os.chdir(os.path.join(folder, measure.__name__))
            try:
                results += measure(options)
            except ImportError as missing:
                print(f"{measure.__name__:24} not installed ({missing.name})")
            except Exception as failure:  # A peer that cannot do it here is no reason to measure nothing.
                if measure in (bare_write, lathe_log, lathe_off):
                    raise
                print(f"{measure.__name__:24} failed: {str(failure).strip().splitlines()[0][:80]}")
            os.chdir(folder)

    own = next(result for result in results if result["name"] == "lathe.log, 4 values")
    ours = own["us"]
    for result in results:
        times = f"{result['us'] / ours:9.1f} x" if result["us"] > 0 else ""
        figures = f"{result['us']:10.2f} us a call, best {result['best']:10.2f}, CPU {result['cpu']:10.2f}"
        print(f"{result['name']:34} {figures} {times}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.2f}")
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        facts = {"machine": platform.platform(), "python": platform.python_version(), "results": results}
        options.out.write_text(json.dumps(facts, indent=2) + "\n")
    sys.exit(0 if ours < 5 else 1)


def bare_write(options):
    """What the kernel asks for 51 bytes: the floor of every logger that loses nothing."""
    file = os.open("bare", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    record = b"x" * 51
    return [timed("os.write of 51 bytes", options, options.calls, lambda _: os.write(file, record))]


def lathe_log(options):
    os.environ["LATHE_SDK"] = os.getcwd()
    import lathe

    def log(step):
        lathe.log({"loss": 0.25, "acc": 0.5, "val_loss": 0.375, "val_acc": 0.625}, step=step)

    results = [timed("lathe.log, 4 values", options, options.calls, log)]

    def one(step):
        lathe.log({"loss": 0.25}, step=step)

    return results + [timed("lathe.log, 1 value", options, options.calls, one)]


def lathe_off(options):
    import lathe

    del os.environ["LATHE_SDK"]
    lathe._writer.forked()
    lathe._writer._told.add("off")

    def log(step):
        lathe.log(VALUES, step=step)

    return [timed("lathe.log outside a run", options, options.calls, log)]


def mlflow_files(options):
    return mlflow(options, "file:" + os.getcwd() + "/mlruns", "files")


def mlflow_sqlite(options):
    return mlflow(options, "sqlite:///" + os.getcwd() + "/mlflow.db", "sqlite")


def mlflow(options, uri, store):
    os.environ.update(MLFLOW_ALLOW_FILE_STORE="true", MLFLOW_DISABLE_TELEMETRY="true")
    import mlflow

    mlflow.set_tracking_uri(uri)
    calls = 50 if store == "sqlite" else 500
    with mlflow.start_run():

        def one(step):
            mlflow.log_metric("one", 0.25, step=step)

        def batch(step):
            mlflow.log_metrics(VALUES, step=step)

        return [
            timed(f"mlflow.log_metric, 1 value, {store}", options, calls, one),
            timed(f"mlflow.log_metrics, 4 values, {store}", options, calls, batch),
        ]


def wandb_offline(options):
    os.environ["WANDB_SILENT"] = "true"
    import wandb

    with wandb.init(mode="offline", project="bench", dir=os.getcwd()) as run:
        return [timed("wandb offline, 4 values", options, 2000, lambda step: run.log(VALUES))]


def timed(name, options, calls, call):
    """Microseconds a call: the median and the best of some rounds, and the thread's own processor time."""
    call(0)
    rounds, cpu = [], time.thread_time()
    for number in range(options.rounds):
        steps = range(number * calls + 1, (number + 1) * calls + 1)
        started = time.perf_counter()
        for step in steps:
            call(step)
        rounds.append((time.perf_counter() - started) / calls * 1e6)
    cpu = (time.thread_time() - cpu) / calls / options.rounds * 1e6
    return {"name": name, "us": statistics.median(rounds), "best": min(rounds), "cpu": cpu, "calls": calls}


if __name__ == "__main__":
    main()
