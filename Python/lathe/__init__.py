"""Logs metrics, parameters and artifacts of a training step to Lathe.

    import lathe

    lathe.param("lr", 0.1)
    for step in range(1000):
        lathe.log({"loss": loss, "acc": acc}, step=step)
    lathe.summary({"test_acc": 0.98})

Outside a run all of this does nothing, after one line on standard error. Nothing here raises.
Callbacks for training libraries: ``lathe.keras``, ``lathe.lightning``, ``lathe.transformers``,
``lathe.sklearn``, ``lathe.xgboost``, ``lathe.lightgbm``; each is imported when it is first named.
"""

import importlib as _importlib
import os as _os
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from lathe import _modules
from lathe._writer import Writer as _Writer

if _TYPE_CHECKING:
    from lathe import keras, lightgbm, lightning, sklearn, transformers, xgboost

__version__ = "0.1.0"
__all__ = ["log", "param", "artifact", "summary"]

_modules.begin()
_writer = _Writer()
if hasattr(_os, "register_at_fork"):
    _os.register_at_fork(after_in_child=_writer.forked)

log = _writer.log
param = _writer.param
artifact = _writer.artifact
summary = _writer.summary

_callbacks = ("keras", "lightgbm", "lightning", "sklearn", "transformers", "xgboost")


def __getattr__(name: str) -> _Any:
    if name in _callbacks:
        return _importlib.import_module("lathe." + name)
    raise AttributeError(f"module 'lathe' has no attribute {name!r}")
