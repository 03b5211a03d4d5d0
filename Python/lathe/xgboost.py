"""Logs boosting rounds: ``xgboost.train(..., callbacks=[lathe.xgboost.Callback()])``."""

from __future__ import annotations

import json
from typing import Any, Dict

import xgboost as _xgboost

import lathe


class Callback(_xgboost.callback.TrainingCallback):
    """Logs each evaluation as ``DATA/METRIC``, such as ``val/rmse``, by round counted from 1.

    Works in ``train``, ``cv`` (which adds ``..._std``) and the scikit-learn estimators. Evaluations
    are those of ``evals`` or ``eval_set``; without any there is nothing to log.
    """

    def before_training(self, model: Any) -> Any:
        if _rank() == 0:
            params = _params(model)
            if params:
                lathe.param(params)
        return model

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        if _rank() == 0:
            values: Dict[str, Any] = {}
            for data, metrics in evals_log.items():
                for metric, history in metrics.items():
                    last = history[-1]
                    if isinstance(last, tuple):  # Mean and standard deviation over the folds.
                        values[f"{data}/{metric}"], values[f"{data}/{metric}_std"] = last
                    else:
                        values[f"{data}/{metric}"] = last
            if values:
                lathe.log(values, step=epoch + 1)
        return False

    def after_training(self, model: Any) -> Any:
        if _rank() == 0:
            found = {}
            for name in ("best_iteration", "best_score"):
                try:
                    found[name] = getattr(model, name)
                except Exception:  # Without early stopping there is none.
                    pass
            if found:
                lathe.summary(found)
        return model


def _rank() -> int:
    try:
        return _xgboost.collective.get_rank()
    except Exception:
        return 0


def _params(model: Any) -> Dict[str, Any]:
    """What the booster will train with, as far as it tells: objective, learning rate, depth."""
    try:
        learner = json.loads(model.save_config())["learner"]
        trees = learner.get("gradient_booster", {}).get("tree_train_param", {})
        names = ("eta", "max_depth", "min_child_weight", "subsample", "colsample_bytree", "lambda", "alpha")
        found = {name: float(trees[name]) for name in names if name in trees}
        return {"objective": learner["objective"]["name"], **found}
    except Exception:  # Cross-validation has no booster of its own.
        return {}
