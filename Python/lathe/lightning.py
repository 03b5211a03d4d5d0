"""Logs what a LightningModule logs: ``Trainer(logger=lathe.lightning.Logger())``."""

from __future__ import annotations

import os
from typing import Any, Mapping, Optional

import lathe

try:
    from lightning.pytorch.loggers import Logger as _Logger
    from lightning.pytorch.utilities import rank_zero_only
except ImportError:
    from pytorch_lightning.loggers import Logger as _Logger
    from pytorch_lightning.utilities import rank_zero_only


class Logger(_Logger):
    """Takes metrics and hyperparameters of the first process; ``experiment`` is the module itself.

    ``self.logger.experiment.log({"mine": 1})`` in a LightningModule is ``lathe.log``.
    """

    @property
    def name(self) -> str:
        return "lathe"

    @property
    def version(self) -> str:
        """The run, such as ``r7``: what Lightning names folders of checkpoints after."""
        return os.environ.get("LATHE_RUN", "")

    @property
    def experiment(self) -> Any:
        return lathe

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, Any], step: Optional[int] = None) -> None:
        lathe.log(metrics, step=step)

    @rank_zero_only
    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        lathe.param(params if isinstance(params, Mapping) else getattr(params, "__dict__", {}))
