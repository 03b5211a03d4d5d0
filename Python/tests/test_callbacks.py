"""The callbacks against stand-ins that call as the libraries do; `tests.real` takes the libraries."""

import argparse
import dataclasses
import importlib
import os
import sys
import types
import unittest
from unittest import mock

import lathe
from tests.site import InRun, OutsideRun


def module(name, **members):
    made = types.ModuleType(name)
    vars(made).update(members)
    return made


class WithLibrary:
    """Imports a callback's module over a library that is not there."""

    def load(self, name, **modules):
        library = {path.replace("_", "."): made for path, made in modules.items()}
        patch = mock.patch.dict(sys.modules, library)
        patch.start()
        self.addCleanup(patch.stop)
        sys.modules.pop("lathe." + name, None)
        self.addCleanup(lambda: vars(lathe).pop(name, None))
        return importlib.import_module("lathe." + name)

    def keras(self):
        class Callback:
            def __init__(self):
                self.params, self.model = None, None

        return self.load("keras", keras=module("keras"), keras_callbacks=module("c", Callback=Callback))

    def lightning(self, rank=0):
        def rank_zero_only(function):
            return function if rank == 0 else lambda *_, **__: None

        return self.load(
            "lightning",
            lightning=module("lightning"),
            lightning_pytorch=module("pytorch"),
            lightning_pytorch_loggers=module("loggers", Logger=type("Logger", (), {})),
            lightning_pytorch_utilities=module("utilities", rank_zero_only=rank_zero_only),
        )

    def transformers(self):
        return self.load("transformers", transformers=module("t", TrainerCallback=type("T", (), {})))

    def xgboost(self, rank=0):
        callback = module("callback", TrainingCallback=type("TrainingCallback", (), {}))
        collective = module("collective", get_rank=lambda: rank)
        return self.load("xgboost", xgboost=module("x", callback=callback, collective=collective))

    def sklearn(self):
        def check_scoring(estimator, scoring):
            return lambda estimator, x, y: estimator.score(x, y)

        metrics = module("metrics", check_scoring=check_scoring, accuracy_score=lambda y, p: p, r2_score=None)
        base = module("base", is_classifier=lambda _: True)
        return self.load("sklearn", sklearn=module("s"), sklearn_metrics=metrics, sklearn_base=base)


class Optimizer:
    learning_rate = 0.5


class CallbackTests(WithLibrary, InRun):
    def test_a_module_is_imported_when_it_is_named(self):
        self.keras()
        vars(lathe).pop("keras", None)
        self.assertEqual(lathe.keras.Callback.__module__, "lathe.keras")

    def test_keras(self):
        callback = self.keras().Callback(every=2)
        callback.params = {"epochs": 2, "steps": 3}
        callback.model = types.SimpleNamespace(optimizer=Optimizer())
        callback.on_train_begin()
        for epoch in range(2):
            for batch in range(3):
                callback.on_train_batch_end(batch, {"loss": batch})
            callback.on_epoch_end(epoch, {"loss": 1 - epoch, "val_loss": 2})
        self.assertEqual(self.steps("loss"), [1, 2])
        self.assertEqual(self.values("loss"), [1, 0])
        self.assertEqual(self.values("learning_rate"), [0.5, 0.5])
        self.assertEqual(self.steps("batch/loss"), [2, 4, 6])
        self.assertEqual(
            self.facts("param"), {"epochs": 2, "optimizer": "Optimizer", "learning_rate": 0.5}
        )

    def test_keras_without_an_optimizer_and_with_a_rate_of_its_own(self):
        callback = self.keras().Callback()
        callback.on_train_begin()
        callback.model = types.SimpleNamespace(optimizer=types.SimpleNamespace(learning_rate="cosine"))
        callback.on_epoch_end(0, {"loss": 1, "lr": 0.1})
        callback.on_epoch_end(1, None)
        self.assertEqual([p.name for p in self.decoded.points], ["loss", "lr"])

    def test_lightning(self):
        logger = self.lightning().Logger()
        logger.log_hyperparams({"rate": 0.1, "net": {"width": 3}})
        logger.log_hyperparams(argparse.Namespace(seed=1))
        logger.log_metrics({"loss": 0.5, "epoch": 0}, step=49)
        logger.log_metrics({"loss": 0.25, "epoch": 0})
        logger.experiment.log({"mine": 3})
        self.assertEqual(self.facts("param"), {"rate": 0.1, "net/width": 3, "seed": 1})
        self.assertEqual(self.values("loss"), [0.5, 0.25])
        self.assertEqual(self.steps("loss")[0], 49)
        self.assertEqual(self.values("mine"), [3])
        with mock.patch.dict(os.environ, LATHE_RUN="r7"):
            self.assertEqual((logger.name, logger.version), ("lathe", "r7"))

    def test_lightning_logs_the_first_process_only(self):
        logger = self.lightning(rank=1).Logger()
        logger.log_metrics({"loss": 1}, step=1)
        logger.log_hyperparams({"rate": 1})
        self.assertEqual(os.listdir(self.folder), [])

    def test_transformers(self):
        @dataclasses.dataclass
        class Arguments:
            learning_rate: float = 5e-5
            max_steps: int = -1
            warmup_steps: int = 0
            tags: list = dataclasses.field(default_factory=list)

            def to_sanitized_dict(self):
                return {**dataclasses.asdict(self), "tags": str(self.tags)}

        state = types.SimpleNamespace(
            is_world_process_zero=True, global_step=4,
            best_metric=0.5, best_model_checkpoint="out/checkpoint-30",
        )  # fmt: skip
        callback, args = self.transformers().Callback(), Arguments(max_steps=10)
        callback.on_train_begin(args, state, None, model=None)
        callback.on_log(args, state, None, logs={"loss": 1.5, "grad_norm": 2, "note": "x"})
        callback.on_log(args, state, None, logs={"eval_loss": 1.25})
        callback.on_log(args, state, None, logs={"train_runtime": 3.5, "train_loss": 1, "epoch": 2})
        callback.on_log(args, state, None)
        callback.on_train_end(args, state, None)
        self.assertEqual(self.facts("param"), {"learning_rate": 5e-5, "max_steps": 10})
        points = [(p.name, p.value, p.step) for p in self.decoded.points]
        self.assertEqual(points, [("train/loss", 1.5, 4), ("train/grad_norm", 2, 4), ("eval/loss", 1.25, 4)])
        self.assertEqual(
            self.facts("summary"),
            {"train_runtime": 3.5, "train_loss": 1, "best_metric": 0.5, "best_step": "30"},
        )

    def test_transformers_logs_the_first_process_only(self):
        state = types.SimpleNamespace(is_world_process_zero=False, global_step=1, best_metric=1)
        callback = self.transformers().Callback()
        callback.on_train_begin(None, state, None)
        callback.on_log(None, state, None, logs={"loss": 1})
        callback.on_train_end(None, state, None)
        self.assertEqual(os.listdir(self.folder), [])

    def test_xgboost(self):
        class Booster:
            best_iteration = 1

            @property
            def best_score(self):
                raise AttributeError

            def save_config(self):
                trees = '{"eta": "0.3", "max_depth": "6"}'
                booster = f'"gradient_booster": {{"tree_train_param": {trees}}}'
                return f'{{"learner": {{"objective": {{"name": "reg:x"}}, {booster}}}}}'

        callback, model = self.xgboost().Callback(), Booster()
        self.assertIs(callback.before_training(model), model)
        log = {"train": {"rmse": []}, "val": {"rmse": []}}
        for epoch in range(2):
            log["train"]["rmse"].append(2 - epoch)
            log["val"]["rmse"].append((3 - epoch, 0.5))
            self.assertIs(callback.after_iteration(model, epoch, log), False)
        self.assertFalse(callback.after_iteration(model, 2, {}))
        self.assertIs(callback.after_training(model), model)
        self.assertEqual(self.values("train/rmse"), [2, 1])
        self.assertEqual(self.values("val/rmse"), [3, 2])
        self.assertEqual(self.values("val/rmse_std"), [0.5, 0.5])
        self.assertEqual(self.steps("val/rmse"), [1, 2])
        self.assertEqual(self.facts("param"), {"objective": "reg:x", "eta": 0.3, "max_depth": 6})
        self.assertEqual(self.facts("summary"), {"best_iteration": 1})

    def test_xgboost_logs_the_first_process_only(self):
        callback = self.xgboost(rank=1).Callback()
        callback.after_iteration(callback.before_training(None), 0, {"train": {"rmse": [1]}})
        callback.after_training(None)
        self.assertEqual(os.listdir(self.folder), [])

    def test_lightgbm_of_every_version(self):
        callback = self.load("lightgbm").callback()
        self.assertFalse(getattr(callback, "before_iteration", False))
        results = [
            [("valid_0", "l2", 0.5, False)],
            [("cv_agg", "valid l2", 0.4, False, 0.1)],
            [("valid", "l2", 0.3, False, None)],
            [],
            None,
        ]
        for iteration, result in enumerate(results):
            callback(
                types.SimpleNamespace(
                    params={"eta": 0.1, "objective": len}, iteration=iteration, begin_iteration=0,
                    end_iteration=5, evaluation_result_list=result, model=None,
                )
            )  # fmt: skip
        points = [(p.name, p.value, p.step) for p in self.decoded.points]
        self.assertEqual(
            points,
            [
                ("valid_0/l2", 0.5, 1), ("valid/l2", 0.4, 2),
                ("valid/l2_std", 0.1, 2), ("valid/l2", 0.3, 3),
            ],  # fmt: skip
        )
        self.assertEqual(self.facts("param"), {"eta": 0.1})

    def test_sklearn_scores(self):
        estimator = types.SimpleNamespace(score=lambda x, y: x + y, loss_=0.25)
        logged = self.sklearn().log_scores(estimator, step=3, train=(1, 2), val=(3, 4))
        self.assertEqual(logged, {"train/score": 3, "val/score": 7, "loss": 0.25})
        self.assertEqual({p.name: p.value for p in self.decoded.points}, logged)
        self.assertEqual(self.steps("loss"), [3])

    def test_sklearn_curves(self):
        estimator = types.SimpleNamespace(
            loss_curve_=[3, 2, 1], train_score_=[], staged_predict=lambda x: iter([x, x + 1]),
            get_params=lambda: {"C": 1, "clf__alpha": 0.1, "clf": object()},
        )  # fmt: skip
        self.sklearn().log_fit(estimator, val=(5, None))
        self.assertEqual((self.values("loss"), self.steps("loss")), ([3, 2, 1], [1, 2, 3]))
        self.assertEqual(self.values("val/score"), [5, 6])
        self.assertEqual(self.facts("param"), {"C": 1, "clf/alpha": 0.1})

    def test_sklearn_search(self):
        search = types.SimpleNamespace(
            cv_results_={
                "params": [{"C": 1}, {"C": 2}], "param_C": [1, 2], "mean_test_score": [0.5, 0.75],
                "rank_test_score": [2, 1], "split0_test_score": [0, 0],
            },
            best_params_={"clf__C": 2}, best_score_=0.75, best_index_=1,
        )  # fmt: skip
        self.sklearn().log_search(search)
        points = [(p.name, p.value, p.step) for p in self.decoded.points]
        self.assertEqual(
            points,
            [
                ("mean_test_score", 0.5, 0), ("rank_test_score", 2, 0),
                ("mean_test_score", 0.75, 1), ("rank_test_score", 1, 1),
            ],  # fmt: skip
        )
        self.assertEqual(self.facts("param"), {"best/clf/C": 2})
        self.assertEqual(self.facts("summary"), {"best_score": 0.75, "best_index": 1, "candidates": 2})

    def test_sklearn_monitor(self):
        callback = self.sklearn().Callback(every=2, val=(5, None))
        estimator = types.SimpleNamespace(
            train_score_=[4, 3, 0], staged_predict=lambda x: iter([x, x + 1, None])
        )
        self.assertEqual([callback(i, estimator, {}) for i in range(2)], [False, False])
        self.assertEqual(self.values("train_score"), [4, 3])
        self.assertEqual((self.values("val/score"), self.steps("val/score")), ([6], [2]))

    def test_sklearn_fit_callback_and_a_score_that_fails(self):
        callback = self.sklearn().Callback(val=(1, 2), bad=(None, 1))
        estimator = types.SimpleNamespace(score=lambda x, y: x + y, get_params=lambda: {"C": 1})
        root = types.SimpleNamespace(parent=None, sequential_subtasks=True, task_id=0)
        callback.setup(estimator, root)
        for task in range(2):
            context = types.SimpleNamespace(parent=root, sequential_subtasks=False, task_id=task)
            callback.on_fit_task_begin(estimator, context)
            stop = callback.on_fit_task_end(estimator, context, X=3, y=4, fitted_estimator=estimator)
            self.assertFalse(stop)
        callback.on_fit_task_end(estimator, root, fitted_estimator=estimator)
        callback.teardown(estimator, root)
        self.assertEqual((self.values("train/score"), self.steps("train/score")), ([7, 7], [1, 2]))
        self.assertEqual(self.values("val/score"), [3, 3])
        self.assertEqual(len(self.warnings), 1)
        self.assertIn("bad cannot be scored: TypeError", self.warnings[0])


class OutsideRunTests(WithLibrary, OutsideRun):
    def test_callbacks_do_nothing_but_one_warning(self):
        keras = self.keras().Callback(every=1)
        keras.on_train_begin()
        keras.on_train_batch_end(0, {"loss": 1})
        keras.on_epoch_end(0, {"loss": 1})
        logger = self.lightning().Logger()
        logger.log_hyperparams({"a": 1})
        logger.log_metrics({"loss": 1}, step=0)
        self.assertEqual(logger.version, os.environ.get("LATHE_RUN", ""))
        self.xgboost().Callback().after_iteration(None, 0, {"train": {"rmse": [1]}})
        self.sklearn().log_search(types.SimpleNamespace(cv_results_={"params": []}))
        self.load("lightgbm").callback()(
            types.SimpleNamespace(
                params={}, iteration=0, begin_iteration=0, evaluation_result_list=[("v", "l2", 1, False)]
            )
        )
        self.assertNothingLogged()


if __name__ == "__main__":
    unittest.main()
