"""Logs scikit-learn: searches, scores of a loop, curves of a fit, and fits while they run."""

from __future__ import annotations

from itertools import islice
from typing import Any, Callable, Dict, Iterable, Iterator, Mapping, Optional, Tuple, Union

import lathe

Data = Tuple[Any, Any]
Scoring = Union[None, str, Callable[..., float]]
Metric = Callable[[Any, Any], float]


def log_scores(
    estimator: Any, step: Any = None, scoring: Scoring = None, **data: Data
) -> Dict[str, float]:
    """Scores an estimator on named data and logs that, in a loop of ``partial_fit`` for example.

    ``log_scores(model, step=epoch, train=(x, y), val=(x2, y2))`` logs ``train/score`` and
    ``val/score``, and ``loss`` where the estimator has it. Returns what was logged.
    """
    score = _scorer(estimator, scoring)
    values = {f"{name}/{_named(scoring)}": float(score(estimator, x, y)) for name, (x, y) in data.items()}
    loss = getattr(estimator, "loss_", None)
    if loss is not None and hasattr(loss, "__float__"):
        values["loss"] = float(loss)
    lathe.log(values, step=step)
    return values


def log_fit(estimator: Any, metric: Optional[Metric] = None, **data: Data) -> None:
    """Logs the curves that a fitted estimator kept, by iteration counted from 1, and its parameters.

    These are ``loss_curve_`` (as ``loss``), ``train_score_``, ``validation_scores_`` and their like,
    by scikit-learn's names. Given data, ``log_fit(model, val=(x, y))``, an ensemble that has
    ``staged_predict`` is scored after each stage, by ``metric(y, prediction)``: accuracy or R²
    unless it is given.
    """
    estimator = estimator[-1] if hasattr(estimator, "named_steps") else estimator
    log_params(estimator)
    curves: Dict[str, Iterable[Any]] = {}
    for attribute, name in _CURVES:
        curve = getattr(estimator, attribute, None)
        if curve is not None and getattr(curve, "ndim", 1) == 1 and len(curve) > 0:
            curves[name] = curve
    for name, (x, y) in data.items():
        if hasattr(estimator, "staged_predict"):
            curves[f"{name}/{_named(metric)}"] = _staged(estimator, x, y, metric)
    for name, curve in curves.items():
        for step, value in enumerate(curve, start=1):
            lathe.log({name: value}, step=step)


def log_params(estimator: Any, prefix: str = "") -> None:
    """Records an estimator's parameters; those of its parts, such as ``clf__C``, as ``clf/C``."""
    values = estimator.get_params() if hasattr(estimator, "get_params") else dict(estimator)
    plain = {
        prefix + name.replace("__", "/"): value
        for name, value in values.items()
        if value is None or isinstance(value, (str, bool, int, float)) or _is_scalar(value)
    }
    lathe.param(plain)


def log_search(search: Any) -> None:
    """Logs a fitted GridSearchCV, RandomizedSearchCV or halving search.

    Each candidate is one step of ``mean_test_score`` and the other columns of ``cv_results_`` that
    are one number each; the best one's parameters are ``best/...``, its score is in the summary.
    """
    results = search.cv_results_
    columns = {
        name: column
        for name, column in results.items()
        if name.startswith(("mean_", "std_", "rank_", "n_resources", "iter"))
    }
    for candidate in range(len(results["params"])):
        lathe.log({name: column[candidate] for name, column in columns.items()}, step=candidate)
    best = getattr(search, "best_params_", None)
    if best is not None:
        log_params(best, "best/")
    summary = {
        name.rstrip("_"): getattr(search, name)
        for name in ("best_score_", "best_index_", "refit_time_")
        if hasattr(search, name)
    }
    summary["candidates"] = len(results["params"])
    lathe.summary(summary)


class Callback:
    """Logs a fit while it runs.

    Gradient boosting: ``model.fit(x, y, monitor=lathe.sklearn.Callback())`` logs ``train_score``
    and ``oob_improvement``. From scikit-learn 1.9 on, ``model.set_callbacks(lathe.sklearn.Callback())``
    logs ``train/score`` after each iteration of those estimators that take callbacks. Data by name,
    ``Callback(val=(x, y))``, are scored as well, and with ``every`` only each so many iterations:
    an ensemble predicts with all of its stages each time.
    """

    def __init__(self, scoring: Scoring = None, every: int = 1, **data: Data) -> None:
        self.scoring = scoring
        self.every = max(every, 1)
        self.data = data

    # Gradient boosting's monitor.

    def __call__(self, iteration: int, estimator: Any, variables: Any = None) -> bool:
        values = {}
        for attribute, name in _CURVES:
            curve = getattr(estimator, attribute, None)
            if attribute in ("train_score_", "oob_improvement_") and curve is not None:
                values[name] = curve[iteration]
        if self.data and (iteration + 1) % self.every == 0:
            values.update(self._scores(estimator, self.data, iteration + 1))
        lathe.log(values, step=iteration + 1)
        return False

    # scikit-learn's callbacks.

    def setup(self, estimator: Any, context: Any) -> None:
        log_params(estimator)

    def teardown(self, estimator: Any, context: Any) -> None:
        pass

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        pass

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, X: Any = None, y: Any = None, fitted_estimator: Any = None
    ) -> None:
        is_iteration = context.parent is not None and context.parent.sequential_subtasks
        if fitted_estimator is None or not is_iteration or (context.task_id + 1) % self.every:
            return
        data = dict(self.data)
        if X is not None and y is not None:
            data.setdefault("train", (X, y))
        lathe.log(self._scores(fitted_estimator, data, None), step=context.task_id + 1)

    def _scores(self, estimator: Any, data: Mapping[str, Data], stages: Optional[int]) -> Dict[str, float]:
        """Scores; an ensemble in the making, of so many stages, by its latest stage."""
        values = {}
        for name, (x, y) in data.items():
            try:
                if stages is None:
                    value = _scorer(estimator, self.scoring)(estimator, x, y)
                else:
                    value = next(islice(_staged(estimator, x, y, None), stages - 1, None))
                values[f"{name}/{_named(self.scoring)}"] = float(value)
            except Exception as error:
                lathe._writer._tell("score", f"{name} cannot be scored: {type(error).__name__}: {error}")
        return values


_CURVES = (
    ("loss_curve_", "loss"),
    ("validation_scores_", "validation_score"),
    ("train_score_", "train_score"),
    ("validation_score_", "validation_score"),
    ("oob_improvement_", "oob_improvement"),
    ("oob_scores_", "oob_score"),
)


def _scorer(estimator: Any, scoring: Scoring) -> Callable[..., float]:
    from sklearn.metrics import check_scoring

    return check_scoring(estimator, scoring)


def _named(scoring: Union[Scoring, Metric]) -> str:
    """What a score is called: as it was asked for."""
    if scoring is None:
        return "score"
    return scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score")


def _staged(estimator: Any, x: Any, y: Any, metric: Optional[Metric]) -> Iterator[float]:
    if metric is None:
        from sklearn.base import is_classifier
        from sklearn.metrics import accuracy_score, r2_score

        metric = accuracy_score if is_classifier(estimator) else r2_score
    return (metric(y, prediction) for prediction in estimator.staged_predict(x))


def _is_scalar(value: Any) -> bool:
    return hasattr(value, "item") and getattr(value, "size", 0) == 1
