"""Logs a Keras model's training: ``model.fit(x, y, callbacks=[lathe.keras.Callback()])``."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

import lathe

try:
    from keras.callbacks import Callback as _Callback
except ImportError:
    from tensorflow.keras.callbacks import Callback as _Callback


class Callback(_Callback):
    """Logs what Keras reports at the end of each epoch, by its names, with the epoch counted from 1.

    ``every`` logs the training batches too, as ``batch/loss`` and so on, each so many of them.
    """

    def __init__(self, every: Optional[int] = None) -> None:
        super().__init__()
        self._every = every
        self._batches = 0

    def on_train_begin(self, logs: Optional[Mapping[str, Any]] = None) -> None:
        params: Dict[str, Any] = {"epochs": (self.params or {}).get("epochs")}
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is not None:
            params["optimizer"] = type(optimizer).__name__
            rate = _rate(optimizer)
            if rate is not None:
                params["learning_rate"] = rate
        lathe.param({name: value for name, value in params.items() if value is not None})

    def on_train_batch_end(self, batch: int, logs: Optional[Mapping[str, Any]] = None) -> None:
        self._batches += 1
        if self._every and self._batches % self._every == 0:
            lathe.log({"batch": dict(logs or {})}, step=self._batches)

    def on_epoch_end(self, epoch: int, logs: Optional[Mapping[str, Any]] = None) -> None:
        values = dict(logs or {})
        rate = _rate(getattr(self.model, "optimizer", None))
        if rate is not None and "lr" not in values:
            values.setdefault("learning_rate", rate)
        lathe.log(values, step=epoch + 1)


def _rate(optimizer: Any) -> Optional[float]:
    """The learning rate now; nothing where it is no number, as an optimizer of the user's own may."""
    try:
        return float(optimizer.learning_rate)
    except Exception:
        return None
