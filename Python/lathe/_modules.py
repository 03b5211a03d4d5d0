"""Says at a process's end which Python files it has loaded, wherever they came from.

What a step's code was found to be, by reading its imports, is compared with that.
"""

from __future__ import annotations

import atexit
import os
import sys
from typing import Optional, Set

from lathe._folder import folder

MOST_FILES = 10_000
INSTALLED = ("/site-packages/", "/dist-packages/")


def begin() -> None:
    """Has this process write ``$LATHE_SDK/PID-RANDOM.modules`` when it ends, in a step of a run."""
    if os.environ.get("LATHE_SDK"):
        # Python takes the script's name off when it has run.
        atexit.register(_tell, getattr(sys.modules.get("__main__"), "__file__", None))


def _tell(script: Optional[str]) -> None:
    try:
        library = os.path.dirname(os.__file__) + "/"
        own = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + "/"
        files: Set[str] = set()
        for file in [script] + [getattr(module, "__file__", None) for module in list(sys.modules.values())]:
            if not isinstance(file, str) or any(part in file for part in INSTALLED):
                continue
            path = os.path.realpath(file)
            if path.startswith((library, own)) or "\n" in path or any(part in path for part in INSTALLED):
                continue
            files.add(path)
        if not files or len(files) > MOST_FILES:
            return
        name = f"{os.getpid()}-{os.urandom(8).hex()}.modules"
        with open(os.path.join(folder(), name), "x", encoding="utf-8", errors="replace") as out:
            out.write("".join(path + "\n" for path in sorted(files)))
    except Exception:  # A program that is ending is not disturbed.
        pass
