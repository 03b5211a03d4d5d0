"""What the kernel counted for a process, and which processes belong to a home."""

import os
import time
from pathlib import Path


def counters(pid):
    """Context switches and CPU time in ms of all threads of a process that lives."""
    switches = 0
    nanoseconds = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for line in (thread / "status").read_text().splitlines():
            if "ctxt_switches" in line:
                switches += int(line.split()[1])
        nanoseconds += int((thread / "schedstat").read_text().split()[0])
    return {"switches": switches, "cpu_ms": nanoseconds / 1e6}


def cpu_ms(pid):
    """CPU time in ms of a process that lives, of its threads that have ended too; exact to the nanosecond."""
    # The kernel's own number of a process' CPU clock, see clock_getcpuclockid(3).
    return time.clock_gettime_ns(~pid << 3 | 2) / 1e6


def of_home(home):
    """The processes that belong to a home, by id: their command lines.

    They were started with this LATHE_HOME, or have a file in the home open.
    """
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if belongs(entry, str(home)):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                found[int(entry.name)] = b" ".join(words).decode(errors="replace").strip()
        except OSError:
            continue
    return found


def belongs(entry, home):
    if f"LATHE_HOME={home}".encode() in (entry / "environ").read_bytes().split(b"\0"):
        return True
    return any(os.readlink(link).startswith(home + "/") for link in (entry / "fd").iterdir())


def resident_mb(pid):
    """The memory in MB that a process has in use, files that it has mapped included."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


def tree(pid):
    """A process and what it started, as far as that lives."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found += tree(int(entry.name))
        except OSError:
            continue
    return found
