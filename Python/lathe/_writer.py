"""The file that one process of a run appends to, and that Lathe follows while it grows.

Magic ``LATHEPT1``, then records, little-endian:

====  ==========================================================================
kind  follows
====  ==========================================================================
1     u32 id, u16 length, name: a metric's name in UTF-8
2     u16 layout, f64 step, f64 time, a layout's f64 values: one point of each
3     u16 layout, u16 count, u32 ids: which metrics the points of a layout are of
4     u32 length, JSON: ``{"param": {}}``, ``{"summary": {}}`` or ``{"artifact": {}}``
====  ==========================================================================

A step that is not a number means: the count of points so far. Time is in seconds since 1970.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from collections.abc import Mapping
from contextlib import contextmanager
from functools import partial
from math import inf, isfinite, nan
from struct import Struct
from time import time as now
from typing import Any, Callable, Dict, Iterator, List, Set, Tuple

from lathe._folder import folder

MAGIC = b"LATHEPT1"
NAME = Struct("<BIH")
LAYOUT = Struct("<BHH")
FACT = Struct("<BI")

LONGEST_NAME = 256
"""In bytes of UTF-8; Lathe keeps no longer ones."""

LONGEST_FACT = 1_000_000
MOST_NAMES = 1 << 15
WIDEST_LAYOUT = 4096

MOST_LAYOUTS = 1 << 15
"""Of several names. Loops that never log the same names twice get a layout a name from then on."""

MOST_IN_LAYOUTS = 1 << 19
"""Names in all layouts together, likewise."""

Pack = Callable[..., bytes]


class Writer:
    """Appends to ``$LATHE_SDK/PID-RANDOM.lathe``, which the first call makes, one write a call.

    No method raises: what goes wrong is told once on standard error, and training goes on.
    """

    def __init__(self) -> None:
        self._told: Set[str] = set()
        # Reentrant: a signal's handler may log while its thread is logging.
        self._lock = threading.RLock()
        self._is_busy = False
        self._later: List[Callable[[], None]] = []
        self._start()

    def _start(self) -> None:
        self._off = False
        self._file = -1
        self._rest = b""  # What a full disk left of the last write; goes first.
        self._names: Dict[bytes, int] = {}
        self._layouts: Dict[Tuple[bytes, ...], Pack] = {}
        self._in_layouts = 0
        # The layouts of keys that are names as they are.
        self._known: Dict[Tuple[Any, ...], Pack] = {}

    def forked(self) -> None:
        """Forgets the parent's file in a child: it opens its own when it logs."""
        if self._file >= 0:
            try:
                os.close(self._file)
            except OSError:
                pass
        # The parent's may have been held by a thread that the child has not.
        self._lock = threading.RLock()
        self._is_busy = False
        self._later = []
        self._start()

    # MARK: Points

    def log(self, values: Mapping[str, Any], step: Any = None, time: Any = None) -> None:
        """Logs one point of each metric, such as ``log({"loss": 0.2, "acc": 0.9}, step=3)``.

        Values are whatever ``float()`` takes, text excepted; NaN and infinities are kept. Nested
        dicts are joined: ``{"val": {"loss": 1}}`` is ``val/loss``. Without a step it is the number
        of points so far; without a time, in seconds since 1970, it is now.
        """
        with self._lock:
            try:
                record = self._known[tuple(values)](
                    nan if step is None else step, now() if time is None else time, *values.values()
                )
            except Exception:
                self._log_any(values, step, time)
                return
            try:
                written = os.write(self._file, record)
                if written != len(record):
                    self._keep(record[written:])
            except OSError as error:
                self._lose(error)
                if self._file < 0:
                    self._log_any(values, step, time)

    def _log_any(self, values: Any, step: Any, time: Any) -> None:
        """Logs what is logged for the first time, or needs a closer look."""
        if self._is_off():
            return
        if self._is_busy:
            copy = dict(values) if isinstance(values, Mapping) else values
            at = now() if time is None else time
            self._later.append(lambda: self._log_any(copy, step, at))
            return
        with self._turn():
            self._define(values, step, time)

    def _define(self, values: Any, step: Any, time: Any) -> None:
        try:
            found: List[Tuple[bytes, float]] = []
            is_plain = self._flatten(values, "", found)
            if not found:
                return
            at = nan if step is None else self._number("step", step, nan)
            if hasattr(time, "timestamp"):
                time = time.timestamp()
            when = now() if time is None else self._number("time", time, now())
            pack = self._record(found, at, when)
            if is_plain and pack and not self._rest and len(found) == len(values):
                self._known[tuple(values)] = pack
        except Exception as error:  # A mapping of the user's own may do anything.
            self._tell("log", "A call of lathe.log is left out: " + _reason(error))

    def _flatten(self, values: Any, prefix: str, found: List[Tuple[bytes, float]]) -> bool:
        """Collects names and numbers; whether every key stood for one number."""
        if not isinstance(values, Mapping):
            self._tell("dict", f"lathe.log takes a dict of numbers, not {_kind(values)}.")
            return False
        is_plain = not prefix
        for key, value in values.items():
            text = f"{prefix}{key}"
            if isinstance(value, Mapping):
                self._flatten(value, text + "/", found)
                is_plain = False
                continue
            name = text.encode("utf-8", "replace")
            if not 0 < len(name) <= LONGEST_NAME:
                limits = f"1 to {LONGEST_NAME} bytes, not {len(name)}"
                self._tell("name", f"A metric's name has {limits}: {text[:40]!r}.")
                is_plain = False
                continue
            try:
                found.append((name, _float(value)))
            except Exception:
                self._tell("value", f"Metrics are numbers; {text!r} is {_kind(value)} and is left out.")
                is_plain = False
        return is_plain

    def _number(self, what: str, value: Any, instead: float) -> float:
        try:
            return _float(value)
        except Exception:
            self._tell(what, f"A {what} is a number, not {_kind(value)}.")
            return instead

    def _record(self, found: List[Tuple[bytes, float]], step: float, time: float) -> Any:
        """Appends points, after what has to be defined for them; the layout if one took them all."""
        data = bytearray()
        names: Dict[bytes, int] = {}
        layouts: Dict[Tuple[bytes, ...], Pack] = {}
        whole = tuple(name for name, _ in found)
        is_crowded = whole not in self._layouts and (
            len(self._layouts) >= MOST_LAYOUTS
            or self._in_layouts + len(whole) > MOST_IN_LAYOUTS
            or len(self._names) + len(whole) > MOST_NAMES
        )
        width = 1 if is_crowded else WIDEST_LAYOUT
        pack = None
        for start in range(0, len(found), width):
            part = found[start : start + width]
            shape = tuple(name for name, _ in part)
            pack = self._layouts.get(shape) or layouts.get(shape)
            if pack is None:
                number = len(self._layouts) + len(layouts)
                new = [name for name in shape if name not in self._names and name not in names]
                if number > 0xFFFF or len(self._names) + len(names) + len(new) > MOST_NAMES:
                    self._tell("names", f"More than {MOST_NAMES} names are logged; the rest is left out.")
                    continue
                for name in new:
                    if name not in names:
                        names[name] = len(self._names) + len(names)
                        data += NAME.pack(1, names[name], len(name)) + name
                ids = [self._names.get(name, names.get(name)) for name in shape]
                data += LAYOUT.pack(3, number, len(ids)) + Struct(f"<{len(ids)}I").pack(*ids)
                pack = partial(Struct(f"<BHdd{len(ids)}d").pack, 2, number)
                layouts[shape] = pack
            data += pack(step, time, *(value for _, value in part))
        if not data or not self._append(bytes(data)):
            return None
        self._names.update(names)
        self._layouts.update(layouts)
        self._in_layouts += sum(map(len, layouts))
        return pack if len(found) <= width else None

    # MARK: Facts

    def param(self, name: Any, value: Any = None) -> None:
        """Records what the run was given: ``param("lr", 0.1)``, or several: ``param({"lr": 0.1})``."""
        values = name if isinstance(name, Mapping) else {name: value}
        self._fact(lambda: {"param": _scalars(values, "", {})})

    def summary(self, values: Mapping[str, Any]) -> None:
        """Records what came of the run, once: ``summary({"test_accuracy": 0.98})``."""
        if not isinstance(values, Mapping):
            self._tell("summary", f"lathe.summary takes a dict, not {_kind(values)}.")
            return
        self._fact(lambda: {"summary": _scalars(values, "", {})})

    def artifact(self, path: Any, name: Any = None) -> None:
        """Names a file or folder that the run made; its own name is taken unless one is given."""

        def fact() -> Dict[str, Any]:
            whole = os.path.abspath(os.fsdecode(path))
            if not os.path.exists(whole):
                self._tell("artifact", f"The artifact {whole!r} is not there yet.")
            own = os.path.basename(whole) if name is None else str(name)
            return {"artifact": {"name": own, "path": whole}}

        self._fact(fact)

    def _fact(self, fact: Callable[[], Dict[str, Any]]) -> None:
        with self._lock:
            if self._is_off():
                return
            if self._is_busy:
                self._later.append(lambda: self._fact(fact))
                return
            with self._turn():
                self._record_fact(fact)

    def _record_fact(self, fact: Callable[[], Dict[str, Any]]) -> None:
        try:
            text = json.dumps(fact(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            data = text.encode("utf-8")
            if len(data) > LONGEST_FACT:
                raise ValueError(f"it has {len(data)} bytes, more than {LONGEST_FACT}")
            self._append(FACT.pack(4, len(data)) + data)
        except Exception as error:
            self._tell("fact", "A parameter, summary or artifact is left out: " + _reason(error))

    # MARK: The file

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Defines one thing at a time: what a signal's handler logs meanwhile comes right after."""
        self._is_busy = True
        try:
            yield
        finally:
            self._is_busy = False
            while self._later:
                self._later.pop(0)()

    def _is_off(self) -> bool:
        """Whether this is no step of a run: said once, and nothing is written."""
        if self._off:
            return True
        if self._file >= 0 or os.environ.get("LATHE_SDK"):
            return False
        self._off = True
        self._tell("off", "Not in a step of a Lathe run (LATHE_SDK is not set): nothing is logged.")
        return True

    def _append(self, data: bytes) -> bool:
        """Writes whole records; false when nothing of them was taken."""
        try:
            if self._file < 0:
                self._open()
            whole = self._rest + data
            written = os.write(self._file, whole)
            self._keep(whole[written:])
            return True
        except OSError as error:
            self._lose(error)
            return False
        except BaseException:
            # Interrupted where nobody can say what was written: what follows goes to a new file.
            self._start()
            raise

    def _open(self) -> None:
        path = os.path.join(folder(), f"{os.getpid()}-{os.urandom(8).hex()}.lathe")
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
        self._file = os.open(path, flags, 0o600)
        self._rest = MAGIC

    def _keep(self, rest: bytes) -> None:
        """Holds back what did not fit, so that the file never has a record begun and not ended."""
        self._rest = rest
        if not rest:
            return
        self._known.clear()
        try:
            self._rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            self._lose(error)

    def _lose(self, error: OSError) -> None:
        if error.errno == errno.EBADF and self._file >= 0:
            self._start()  # The program closed every descriptor: what follows goes to a new file.
        else:
            self._tell("write", f"Metrics are lost: {error.strerror or error}.")

    def _tell(self, what: str, text: str) -> None:
        """Says something once a process, whatever standard error is."""
        if what in self._told:
            return
        self._told.add(what)
        try:
            sys.stderr.write(f"lathe: {text}\n")
        except Exception:
            pass


def _float(value: Any) -> float:
    if isinstance(value, (str, bytes, bytearray)):
        raise TypeError
    try:
        return float(value)
    except OverflowError:  # An int beyond what a double holds.
        return inf if value > 0 else -inf


def _scalars(values: Mapping[str, Any], prefix: str, found: Dict[str, Any]) -> Dict[str, Any]:
    """Nested values by their joined names, each as JSON that every reader takes."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            _scalars(value, name + "/", found)
        else:
            found[name] = _scalar(value)
    return found


def _scalar(value: Any) -> Any:
    """A number, a truth value or text; tensors of one element are their number."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        # Beyond that a double would change it.
        return int(value) if abs(value) <= 1 << 53 else str(value)
    if isinstance(value, float):
        return float(value) if isfinite(value) else str(float(value))
    plain = (str, bool, int, float)
    if isinstance(value, (list, tuple)) and all(isinstance(one, plain) for one in value):
        return json.dumps([_scalar(one) for one in value], ensure_ascii=False)
    try:
        one = value.item()  # numpy, torch, jax
        if one is not value and isinstance(one, plain):
            return _scalar(one)
    except Exception:
        pass
    return _scalar(str(value)[:4096])


def _kind(value: Any) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
