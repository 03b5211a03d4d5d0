"""Where a step's processes write what they tell Lathe."""

from __future__ import annotations

import os


def folder() -> str:
    """``$LATHE_SDK``, a folder that is made by whoever comes first: the step's runner or a process of the step.

    It is not made once the attempt has ended, when nobody reads it any more.
    """
    path = os.environ["LATHE_SDK"]
    if not os.path.isdir(path) and not os.path.exists(os.path.join(os.path.dirname(path), "exit.json")):
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            pass
    return path
