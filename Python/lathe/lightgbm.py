"""Logs boosting rounds: ``lightgbm.train(..., callbacks=[lathe.lightgbm.callback()])``."""

from __future__ import annotations

from typing import Any, Callable, Dict, Tuple

import lathe


def callback() -> Callable[[Any], None]:
    """Logs each evaluation as ``DATA/METRIC``, such as ``valid_0/l2``, by round counted from 1.

    Works in ``train``, ``cv`` (which adds ``..._std``) and the scikit-learn estimators.
    """

    def log(env: Any) -> None:
        if env.iteration == env.begin_iteration:
            params = {name: value for name, value in (env.params or {}).items() if not callable(value)}
            if params:
                lathe.param(params)
        values: Dict[str, Any] = {}
        for item in env.evaluation_result_list or ():
            name, value, deviation = _read(tuple(item))
            values[name] = value
            if deviation is not None:
                values[name + "_std"] = deviation
        if values:
            lathe.log(values, step=env.iteration + 1)

    log.order = 20  # type: ignore[attr-defined]  # After those that change parameters.
    return log


def _read(item: Tuple[Any, ...]) -> Tuple[str, Any, Any]:
    """Name, value and deviation; before 4.7 cross-validation has 'valid l2' of 'cv_agg'."""
    data, metric, value = item[:3]
    if data == "cv_agg":
        data, _, metric = metric.partition(" ")
    return f"{data}/{metric}", value, item[4] if len(item) > 4 else None
