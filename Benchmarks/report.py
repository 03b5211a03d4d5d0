"""What was measured, beside what is promised."""

import statistics
import sys


class Unmeasured(Exception):
    """Something that was to be measured did not happen."""


class Result:
    """A measured value; with a limit it is a promise: not more, or with `least` not less."""

    def __init__(self, name, value, unit, limit=None, note="", least=False):
        self.name, self.value, self.unit, self.limit, self.note = name, value, unit, limit, note
        self.least = least
        within = limit is None or value is not None and (value >= limit if least else value <= limit)
        self.kept = value is not None and within


def show(results):
    width = max([len(result.name) for result in results] + [20])
    print(f"{'':{width}}  {'measured':>16}  {'promised':>16}")
    for result in results:
        value = "-" if result.value is None else f"{figure(result.value)} {result.unit}".strip()
        sign = ">=" if result.least else "<="
        limit = "" if result.limit is None else f"{sign} {figure(result.limit)} {result.unit}".strip()
        verdict = "" if result.limit is None else ("kept" if result.kept else "MISSED")
        if result.value is None:
            verdict = "NOT MEASURED"
        end = "  ".join(part for part in (verdict, result.note) if part)
        print(f"{result.name:{width}}  {value:>16}  {limit:>16}  {end}".rstrip())


def figure(value):
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def spread(values, unit=""):
    """How many there were, the least and the greatest."""
    return f"of {len(values)}: {figure(min(values))} to {figure(max(values))} {unit}".strip()


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values):
    return statistics.median(values)


def say(text):
    print(text, file=sys.stderr, flush=True)
