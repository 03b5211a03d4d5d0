"""What a pipeline costs beside its steps' own work: many steps that do nothing, and what steps read and print.

CPU time is that of every process that takes part: this one becomes the reaper of what it starts, so that no agent,
runner or script gets lost. Peers are make, ninja, DVC and Snakemake, where they are installed.
"""

import ctypes
import json
import os
import resource
import shutil
import subprocess
import threading
import time
from pathlib import Path

import processes
from report import Result, Unmeasured, median, say, spread

TICK = 1 / os.sysconf("SC_CLK_TCK")
PR_SET_CHILD_SUBREAPER = 36
SHAPES = ("wide", "chain")


def pipelines(bench):
    """Many steps that do nothing, the way to the first one, and many runs at once."""
    adopt()
    results = []
    counts = sorted(int(count) for count in bench.options.steps.split(","))
    for shape in SHAPES:
        per_step = {}
        for count in counts:
            found, per_step[count] = steps(bench, shape, count)
            results += found
        if len(counts) > 1:
            growth = per_step[counts[-1]] / per_step[counts[0]]
            note = f"CPU a step, {counts[-1]:,} steps against {counts[0]:,}"
            results.append(Result(f"{shape}: growth", growth, "x", 1.3, note))
    return results + first_step(bench) + many_runs(bench)


# Counting


def adopt():
    """Makes this process the one that waits for whatever it started, at any depth."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise Unmeasured("this system does not let a process be a reaper")


class Spent:
    """Wall-clock and processor seconds of a piece of work with all of its processes."""

    def __init__(self):
        # The clock last: counting takes some milliseconds.
        self.cpu, self.wall = processor_seconds(), time.perf_counter()

    def end(self):
        self.wall = time.perf_counter() - self.wall
        self.cpu = processor_seconds() - self.cpu
        return self


def processor_seconds():
    """What everything that was ever started from here has taken until now.

    What has ended is counted by who has waited for it; what lives counts in ticks, of 10 ms mostly.
    """
    reap()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = usage.ru_utime + usage.ru_stime
    return ended + sum(sum(fields) for fields in descendants().values()) * TICK


def reap():
    """Waits for what has ended and was left to this process."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        pass


def descendants(root=None):
    """Ticks in user and system mode, the process's own and those of children that it waited for, by process."""
    found = {}
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            words = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(entry.name)] = (int(words[1]), [int(word) for word in words[11:15]])
    root = root or os.getpid()
    below = {}
    for pid, (parent, ticks) in found.items():
        line = pid
        while line in found and line != root:
            line = found[line][0]
        if line == root and pid != root:
            below[pid] = ticks
    return below


def run(arguments, folder, environment=None, timeout=3600, codes=(0,)):
    """Runs a program to its end and returns what it and all that it started took."""
    spent = Spent()
    with open(folder / "said", "wb") as said:
        process = subprocess.Popen(
            [str(word) for word in arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
    late = threading.Event()
    timer = threading.Timer(timeout, lambda: (late.set(), process.kill()))
    timer.daemon = True
    timer.start()
    try:
        # Without a timeout of its own: Python looks for an end with one each 50 ms only, which would be measured.
        code = process.wait()
        spent.end()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise subprocess.TimeoutExpired(arguments, timeout)
    if code not in codes:
        words = (folder / "said").read_text(errors="replace").strip()[-500:]
        raise Unmeasured(f"'{' '.join(map(str, arguments))}' ended with {code}: {words}")
    return spent


def agent_of(home):
    for pid, command in processes.of_home(home).items():
        if "__agent" in command:
            return pid
    return None


def end_agent(home):
    while pid := agent_of(home):
        os.kill(pid, 15)
        until = time.perf_counter() + 10
        while agent_of(home) == pid and time.perf_counter() < until:
            reap()
            time.sleep(0.01)
        reap()


def high_water_mb(pid):
    """The most memory in MB that a process has had; 0 when it has gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0


# Steps that do nothing


def steps(bench, shape, count):
    """A pipeline of so many steps, first and all cached, beside what peers take; and its CPU in ms a step."""
    name = f"{shape}, {count:,} steps"
    home, project = bench.instance(f"{shape}-{count}", {"pipeline.yaml": pipeline(shape, count, "warm")})
    environment = bench.environment(home)
    # One step, so that the agent is there.
    bench.lathe(home, "run", "--", "true", folder=project)
    first, cached = [], []
    for number in range(rounds(bench)):
        (project / "pipeline.yaml").write_text(pipeline(shape, count, number))
        first.append(run([bench.options.lathe, "run"], project, environment))
        cached.append(run([bench.options.lathe, "run"], project, environment))
    check(bench, home, project, count)
    agent = agent_of(home)
    memory = high_water_mb(agent) if agent else 0
    end_agent(home)

    ours = middle(first)
    own = process_cost(bench.environment(home))
    per_step = ours.cpu / count * 1000
    costs = [spent.cpu / count * 1000 for spent in first]
    results = [
        Result(f"{name}: CPU a step", per_step, "ms", 3, spread(costs)),
        Result(f"{name}: CPU a step, beside its process", per_step - own, "ms", None, f"/bin/true takes {own:.2f} ms"),
        Result(f"{name}: wall", ours.wall, "s", None, spread([spent.wall for spent in first])),
        Result(f"{name}: agent's memory", memory, "MB"),
    ]
    decided = middle(cached)
    limit = 0.5 if count <= 10_000 else None
    walls = [spent.wall for spent in cached]
    results.append(Result(f"{name}, cached: wall", decided.wall, "s", limit, spread(walls)))
    results.append(Result(f"{name}, cached: CPU", decided.cpu, "s"))
    for peer, theirs, again in beside(bench, shape, count):
        ratio, note = theirs.cpu / ours.cpu, f"{theirs.cpu:.3g} s; wall {theirs.wall:.3g} s"
        least = {"dvc": 30, "snakemake": 10}.get(peer)
        results.append(Result(f"{name}: CPU of {peer}", ratio, "x", least, note, least=True))
        if peer == "make":
            results.append(Result(f"{name}: wall, times make's", ours.wall / theirs.wall, "x", 3))
        ratio = again.wall / decided.wall
        note, least = f"{again.wall:.3g} s; CPU {again.cpu:.3g} s", {"dvc": 100}.get(peer)
        results.append(Result(f"{name}, cached: wall of {peer}", ratio, "x", least, note, least=True))
    return results, per_step


def process_cost(environment, count=300):
    """CPU in ms of a process that does what a step does, started by the barest means: it is no overhead.

    In an environment like a step's: a third of what it takes is what LANG has it load.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for number in range(count):
        os.waitpid(os.posix_spawn("/bin/true", ["/bin/true", str(number)], environment), 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / count * 1000


def pipeline(shape, count, mark):
    """Steps that differ by an argument; `mark` makes all of them new."""
    lines = ["name: steps", "steps:"]
    for number in range(count):
        after = f"depends_on: s{number - 1}, " if shape == "chain" and number else ""
        lines.append(f'  s{number}: {{ type: Processing, {after}run: [/bin/true, "{mark}-{number}"] }}')
    return "\n".join(lines) + "\n"


def check(bench, home, project, count):
    """The last run came from the cache whole, the one before it ran whole."""
    cached, first = json.loads(bench.lathe(home, "runs", "--json", "--limit", "2", folder=project))
    told = [(each["status"], each["steps_done"], each["steps_cached"]) for each in (first, cached)]
    if told != [("Succeeded", count, 0), ("Succeeded", count, count)]:
        raise Unmeasured(f"the runs of {count} steps ended otherwise: {told}")


def rounds(bench):
    return max(1, min(5, bench.options.rounds))


def middle(spents):
    """Medians of each figure."""
    found = Spent.__new__(Spent)
    found.wall = median([spent.wall for spent in spents])
    found.cpu = median([spent.cpu for spent in spents])
    return found


# Peers


def beside(bench, shape, count):
    """What peers take for the same, first and again, in this run."""
    if count > 1000:
        return []
    found = []
    for peer, write in (("make", makefile), ("ninja", ninja), ("dvc", dvc), ("snakemake", snakemake)):
        program = shutil.which(peer) or beside_python(bench, peer)
        if program is None:
            say(f"{peer} is not installed; --peers names a Python that has it beside it")
            continue
        first, again = [], []
        # They take seconds to minutes: what they take is far from any limit.
        slow = peer in ("dvc", "snakemake")
        for number in range(1 if slow else rounds(bench)):
            folder = bench.folder / f"{peer}-{shape}-{count}-{number}"
            folder.mkdir()
            arguments = write(program, folder, shape, count)
            environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "HOME": str(folder)}
            try:
                first.append(run(arguments, folder, environment, timeout=900))
                again.append(run(arguments, folder, environment, timeout=900))
            except subprocess.TimeoutExpired:
                say(f"{peer}, {shape}, {count:,} steps: given up after 900 s")
                break
            # Their folders stay until the end: an ext4 without a journal looks for each new inode behind those that
            # were deleted in the last minutes, which whoever is measured next would pay.
        if again:
            found.append((peer, middle(first), middle(again)))
    return found


def beside_python(bench, name):
    path = Path(bench.options.peers).parent / name
    return str(path) if os.access(path, os.X_OK) else None


def makefile(program, folder, shape, count):
    lines = ["all: " + " ".join(f"o{number}" for number in range(count))]
    for number in range(count):
        lines.append(f"o{number}:" + (f" o{number - 1}" if shape == "chain" and number else ""))
        # Without a shell, as Lathe's steps are.
        lines.append("\t@touch $@")
    (folder / "Makefile").write_text("\n".join(lines) + "\n")
    return [program, f"-j{os.cpu_count()}"]


def ninja(program, folder, shape, count):
    lines = ["rule t", "  command = touch $out"]
    for number in range(count):
        lines.append(f"build o{number}: t" + (f" o{number - 1}" if shape == "chain" and number else ""))
    (folder / "build.ninja").write_text("\n".join(lines) + "\n")
    return [program, f"-j{os.cpu_count()}"]


def dvc(program, folder, shape, count):
    subprocess.run([program, "init", "--no-scm", "-q"], cwd=folder, check=True, capture_output=True)
    lines = ["stages:"]
    for number in range(count):
        lines += [f"  s{number}:", f"    cmd: touch o{number}", f"    outs: [o{number}]"]
        if shape == "chain" and number:
            lines.append(f"    deps: [o{number - 1}]")
    (folder / "dvc.yaml").write_text("\n".join(lines) + "\n")
    return [program, "repro", "-q"]


def snakemake(program, folder, shape, count):
    lines = ["rule all:", f'  input: ["o%d" % number for number in range({count})]']
    for number in range(count):
        lines.append(f"rule s{number}:")
        if shape == "chain" and number:
            lines.append(f'  input: "o{number - 1}"')
        lines += [f'  output: "o{number}"', '  shell: "touch {output}"']
    (folder / "Snakefile").write_text("\n".join(lines) + "\n")
    return [program, f"-j{os.cpu_count()}", "-q", "all"]


# From the launch to the first step


def first_step(bench):
    home, project = bench.instance(
        "first-step",
        {"pipeline.yaml": 'name: now\nsteps:\n  now: { type: Processing, cache: false, run: [date, "+%s.%N"] }\n'},
    )
    bench.lathe(home, "run", folder=project)
    results, number = [], 1
    for name, limit in (("with an agent", 50), ("without an agent", 150)):
        times = []
        for _ in range(bench.options.rounds):
            if limit == 150:
                end_agent(home)
            started = time.time()
            bench.lathe(home, "run", folder=project)
            number += 1
            log = home / "runs" / f"r{number}" / "now" / "1" / "output.log"
            times.append((float(log.read_text()) - started) * 1000)
        results.append(Result(f"launch to the first step, {name}", median(times), "ms", limit, spread(times)))
    end_agent(home)
    return results


# Many runs at once


def many_runs(bench, runs=20, count=50):
    lines = ["name: many", "parameters:", "  seconds: { type: String }", "  run: { type: Integer }", "steps:"]
    for number in range(count):
        words = f'[sleep, "${{parameters.seconds}}", "0.00{number}", "0.00${{parameters.run}}"]'
        lines.append(f"  s{number}: {{ type: Processing, run: {words} }}")
    home, project = bench.instance("many", {"pipeline.yaml": "\n".join(lines) + "\n"})
    bench.lathe(home, "run", "--", "true", folder=project)
    spent = Spent()
    followers = [
        subprocess.Popen(
            [bench.options.lathe, "run", "-p", "seconds=0", "-p", f"run={number}"],
            cwd=project,
            env=bench.environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for number in range(runs)
    ]
    codes = [follower.wait() for follower in followers]
    spent.end()
    told = json.loads(bench.lathe(home, "runs", "--json", "--limit", str(runs), folder=project))
    lost = sum(1 for each in told if (each["status"], each["steps_done"]) != ("Succeeded", count))
    lost += sum(1 for code in codes if code != 0)
    lost += len(told) * count - with_status(bench, home, told, "Succeeded")
    name = f"{runs} runs of {count} steps at once"
    note = f"a step takes a CPU: as many execute at once as there are, {os.cpu_count()}"
    results = [
        Result(f"{name}: wall", spent.wall, "s", None, note),
        Result(f"{name}: CPU a step", spent.cpu / runs / count * 1000, "ms"),
        Result(f"{name}: lost updates", lost, "", 0),
    ]
    # All but some of them wait meanwhile for those that sleep.
    for number in range(runs):
        bench.lathe(home, "run", "--detach", "-p", "seconds=600", "-p", f"run={number}", folder=project)
    agent = agent_of(home)
    time.sleep(3)
    told = json.loads(bench.lathe(home, "runs", "--json", "--limit", str(runs), folder=project))
    asleep = with_status(bench, home, told, "Executing")
    if asleep == 0:
        raise Unmeasured("no step sleeps")
    before, window = processes.counters(agent), min(10, bench.options.seconds)
    time.sleep(window)
    after = processes.counters(agent)
    busy = (after["cpu_ms"] - before["cpu_ms"]) / window / 10
    note = f"{asleep} of {runs * count} steps execute, the others wait for them"
    results.append(Result(f"{name}, asleep: agent's CPU", busy, "% of a core", 1, note))
    results.append(Result(f"{name}: agent's memory", high_water_mb(agent), "MB", 60, "the most"))
    for each in told:
        bench.lathe(home, "stop", each["run"], folder=project)
    end_agent(home)
    return results


def with_status(bench, home, runs, status):
    """How many steps of some runs have a status."""
    shown = [json.loads(bench.lathe(home, "show", run["run"], "--json")) for run in runs]
    return sum(1 for each in shown for step in each["steps"] if step["status"] == status)


# What steps read


def inputs(bench):
    """A large input and many small ones: taken in at the first launch, looked at again at the second."""
    adopt()
    size = int(1_000_000_000 * bench.options.scale)
    text = "name: read\nsteps:\n  read: { type: Processing, run: [/bin/true], inputs: { data: data } }\n"
    results = []
    home, project = bench.instance("large-input", {"pipeline.yaml": text})
    with (project / "data").open("wb") as file:
        block = os.urandom(1 << 20)
        for _ in range(max(1, size >> 20)):
            file.write(block)
    bytes_there = (project / "data").stat().st_size
    bench.lathe(home, "run", "--", "true", folder=project)
    settle(project / "data")
    openssl = shutil.which("openssl")
    if openssl is None:
        raise Unmeasured("openssl, which hashing is compared with, is not installed")
    theirs = middle([run([openssl, "dgst", "-sha256", "data"], project) for _ in range(3)])
    environment = bench.environment(home)
    first = run([bench.options.lathe, "run"], project, environment)
    second = middle([run([bench.options.lathe, "run"], project, environment) for _ in range(rounds(bench))])
    audit = middle([run([bench.options.lathe, "doctor", "--full"], project, environment) for _ in range(3)])
    name = f"an input of {bytes_there / 1e6:,.0f} MB"
    rate = bytes_there / 1e6
    results += [
        Result("openssl sha256", rate / theirs.wall, "MB/s", None, f"CPU {theirs.cpu:.2f} s"),
        Result(f"{name}: hashed and copied", rate / first.wall, "MB/s", None, f"CPU {first.cpu:.2f} s"),
        Result(f"{name}: CPU, times openssl's", first.cpu / theirs.cpu, "x", None, "with its copies"),
        # The one object, and whatever else is looked at.
        Result("hashing, its rate / openssl's", theirs.wall / audit.wall, "times", 1, "doctor --full", True),
        Result(f"{name}, again: wall", second.wall * 1000, "ms", None, f"CPU {second.cpu * 1000:.0f} ms"),
    ]
    end_agent(home)
    shutil.rmtree(home / "objects")
    (project / "data").unlink()

    times = {}
    for count in (1, 10_000):
        home, project = bench.instance(f"inputs-{count}", {"pipeline.yaml": text})
        for number in range(count):
            folder = project / "data" / f"{number % 100}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / str(number)).write_text(f"{number}\n")
        settle(project / "data")
        environment = bench.environment(home)
        first = run([bench.options.lathe, "run"], project, environment)
        # Twice: the first launch can hash what was written just now and remember it only from then on.
        run([bench.options.lathe, "run"], project, environment)
        again = [run([bench.options.lathe, "run"], project, environment) for _ in range(rounds(bench))]
        times[count] = middle(again)
        end_agent(home)
    more = (times[10_000].wall - times[1].wall) * 1000
    cpu = (times[10_000].cpu - times[1].cpu) * 1000
    note = f"a launch of 10,000 files less one of 1; CPU {cpu:.0f} ms; taken in first in {first.wall:.2f} s"
    results.append(Result("10,000 unchanged files looked at again", more, "ms", 60, note))
    return results


def settle(path):
    """Until files are old enough to be told from files that change while they are read."""
    time.sleep(max(0, 2.5 - (time.time() - path.stat().st_mtime)))


# What steps print


def output(bench):
    """Output at the speed of a pipe, without metric definitions and with five."""
    adopt()
    size = int(1_000_000_000 * bench.options.scale)
    source = bench.folder / "printed"
    with source.open("w") as file:
        number = 0
        while file.tell() < size:
            # As training scripts print: metrics now and then; each that is declared, or Lathe would say which never came.
            lines = [
                f"epoch {number + line} loss={1 / (number + line + 1):.6f} lr=0.001 val_loss=0.5 accuracy=0.9 f1=0.8\n"
                if line % 100 == 0
                else f"[{number + line:09d}] worker 3: loading shard {line:05d} of train/images into the cache\n"
                for line in range(5000)
            ]
            file.write("".join(lines))
            number += 5000
    size = source.stat().st_size
    plain = middle([run(["sh", "-c", f"cat '{source}' | cat > copied"], bench.folder) for _ in range(3)])
    (bench.folder / "copied").unlink()
    floor = size / 1e6 / plain.wall
    results = [Result("cat > file", floor, "MB/s", None, f"{size / 1e6:,.0f} MB; CPU {plain.cpu:.2f} s")]
    names = ["loss", "lr", "val_loss", "accuracy", "f1"]
    definitions = ", ".join(f"{{ name: {name}, regex: '{name}=(\\S+)' }}" for name in names)
    for title, metrics in (("without metrics", ""), ("with five metrics", f", metrics: [{definitions}]")):
        step = f"{{ type: Processing, cache: false, run: [cat, '{source}']{metrics} }}"
        home, project = bench.instance(
            f"printing-{'five' if metrics else 'none'}",
            {"pipeline.yaml": f"name: print\nsteps:\n  print: {step}\n"},
        )
        bench.lathe(home, "run", "--", "true", folder=project)
        rates, cpu, memory = [], [], 0
        for number in range(min(3, rounds(bench))):
            seconds, spent, most = printed(bench, home, project, number + 2, size)
            rates.append(size / 1e6 / seconds)
            cpu.append(spent)
            memory = max(memory, most)
        limit = 50 if metrics else floor / 2
        note = f"{spread(rates)}; CPU {median(cpu):.1f} s"
        results.append(Result(f"output {title}", median(rates), "MB/s", limit, note, least=True))
        results.append(Result(f"output {title}: runner's memory", memory, "MB", None, "the most"))
        end_agent(home)
    source.unlink()
    return results


def printed(bench, home, project, number, size):
    """Seconds of the step as its record tells, processor seconds of all, and the most memory of agent and runner."""
    spent, memory = Spent(), 0
    follower = subprocess.Popen(
        [bench.options.lathe, "run"],
        cwd=project,
        env=bench.environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    agent = agent_of(home)
    while follower.poll() is None:
        memory = max([memory, *(high_water_mb(pid) for pid in descendants(agent))])
        time.sleep(0.1)
    spent.end()
    if follower.returncode != 0:
        raise Unmeasured("the run that prints did not succeed")
    attempt = home / "runs" / f"r{number}" / "print" / "1"
    if (attempt / "output.log").stat().st_size != size:
        raise Unmeasured("the log is not what was printed")
    (step,) = json.loads(bench.lathe(home, "show", f"r{number}", "--json", folder=project))["steps"]
    (attempt / "output.log").unlink()
    return step["duration_seconds"], spent.cpu, memory
