"""Logs a transformers Trainer: ``Trainer(..., callbacks=[lathe.transformers.Callback()])``."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Mapping, Optional

from transformers import TrainerCallback

import lathe

_ALWAYS = ("learning_rate", "num_train_epochs", "per_device_train_batch_size", "seed")
_PREFIXES = (("eval_", "eval/"), ("test_", "test/"))
_TOTALS = ("train_runtime", "train_samples_per_second", "train_steps_per_second", "train_loss", "total_flos")


class Callback(TrainerCallback):
    """Logs what the Trainer logs, by global step, with the names that TensorBoard would show.

    ``loss`` is ``train/loss``, ``eval_loss`` is ``eval/loss``; the totals at the end go to the
    summary. Parameters are those arguments that are not the default, and the usual ones.
    """

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.is_world_process_zero:
            lathe.param(_chosen(args))

    def on_log(
        self,
        args: Any,
        state: Any,
        control: Any,
        logs: Optional[Mapping[str, Any]] = None,
        **kwargs: Any,
    ) -> None:
        if not state.is_world_process_zero or not logs:
            return
        totals = {name: value for name, value in logs.items() if name in _TOTALS}
        if totals:
            lathe.summary(totals)
            return
        numbers = {_renamed(name): value for name, value in logs.items() if not isinstance(value, str)}
        if numbers:
            lathe.log(numbers, step=state.global_step)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.is_world_process_zero and state.best_metric is not None:
            lathe.summary({"best_metric": state.best_metric, "best_step": _best_step(state)})


def _chosen(args: Any) -> Dict[str, Any]:
    """The arguments that somebody chose, and those that everybody asks for."""
    values = args.to_sanitized_dict()
    chosen = {name: values[name] for name in _ALWAYS if name in values}
    for field in dataclasses.fields(args):
        if field.default is dataclasses.MISSING or field.name not in values:
            continue
        if field.default != getattr(args, field.name):
            chosen[field.name] = values[field.name]
    return chosen


def _renamed(name: str) -> str:
    for prefix, folder in _PREFIXES:
        if name.startswith(prefix):
            return folder + name[len(prefix) :]
    return "train/" + name


def _best_step(state: Any) -> Any:
    """The step of the best checkpoint, which its folder is named after in older versions."""
    step = getattr(state, "best_global_step", None)
    if step is None:
        step = str(state.best_model_checkpoint or "").rpartition("-")[2]
    return step
