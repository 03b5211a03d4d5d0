"""Trains small models with the real libraries, those that are installed.

    python3 -m tests.real
"""

import importlib.util
import os
import unittest

from tests.site import InRun, OutsideRun

os.environ.setdefault("KERAS_BACKEND", "torch")


def needs(name):
    return unittest.skipUnless(importlib.util.find_spec(name), f"{name} is not installed")


def numbers(count=200):
    import numpy

    generator = numpy.random.default_rng(1)
    x = generator.normal(size=(count, 4))
    return x, (x[:, 0] + 0.1 * x[:, 1] > 0).astype(int)


class Training(InRun):
    @needs("numpy")
    def test_numpy(self):
        import numpy

        import lathe

        for _ in range(2):
            lathe.log(
                {"a": numpy.float32(0.5), "b": numpy.float64(2), "c": numpy.int64(3), "d": numpy.array(4.0)},
                step=numpy.int32(7),
            )
        lathe.param({"a": numpy.float32(0.5), "b": numpy.int64(1 << 60), "c": numpy.bool_(True)})
        self.assertEqual([p.value for p in self.decoded.points], [0.5, 2, 3, 4] * 2)
        self.assertEqual(self.steps("a"), [7, 7])
        self.assertEqual(self.facts("param"), {"a": 0.5, "b": str(1 << 60), "c": True})

    @needs("torch")
    def test_torch(self):
        import torch

        import lathe

        for _ in range(2):
            lathe.log({"a": torch.tensor(0.5), "b": torch.tensor([2.0], dtype=torch.bfloat16)})
            lathe.log({"many": torch.zeros(3)})
        self.assertEqual([p.value for p in self.decoded.points], [0.5, 2] * 2)
        self.assertEqual(len(self.warnings), 1)

    @needs("keras")
    def test_keras(self):
        import keras

        import lathe

        x, y = numbers()
        model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss="binary_crossentropy")
        model.fit(
            x, y, epochs=3, batch_size=50, validation_split=0.2, verbose=0,
            callbacks=[lathe.keras.Callback(every=2)],
        )  # fmt: skip
        self.assertEqual(self.steps("loss"), [1, 2, 3])
        self.assertEqual(self.steps("val_loss"), [1, 2, 3])
        self.assertEqual(self.steps("batch/loss"), [2, 4, 6, 8, 10, 12])
        self.assertAlmostEqual(self.values("learning_rate")[0], 0.1, places=6)
        self.assertEqual(self.facts("param")["optimizer"], "SGD")
        self.assertEqual(self.warnings, [])

    @needs("lightning")
    def test_lightning(self):
        import lightning
        import torch

        import lathe

        class Model(lightning.LightningModule):
            def __init__(self, rate=0.1):
                super().__init__()
                self.save_hyperparameters()
                self.layer = torch.nn.Linear(4, 1)

            def training_step(self, batch, index):
                x, y = batch
                loss = torch.nn.functional.mse_loss(self.layer(x)[:, 0], y)
                self.log("loss", loss)
                return loss

            def configure_optimizers(self):
                return torch.optim.SGD(self.parameters(), self.hparams.rate)

        x, y = (torch.tensor(part, dtype=torch.float32) for part in numbers())
        data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=20)
        trainer = lightning.Trainer(
            max_epochs=2, logger=lathe.lightning.Logger(), log_every_n_steps=5, accelerator="cpu",
            enable_progress_bar=False, enable_model_summary=False, default_root_dir=self.folder,
        )  # fmt: skip
        trainer.fit(Model(), data)
        self.assertEqual(self.steps("loss"), [4, 9, 14, 19])
        self.assertEqual(self.facts("param"), {"rate": 0.1})

    @needs("transformers")
    def test_transformers(self):
        import torch
        import transformers

        import lathe

        class Model(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = torch.nn.Linear(4, 1)

            def forward(self, x, labels):
                loss = torch.nn.functional.mse_loss(self.layer(x)[:, 0], labels)
                return {"loss": loss}

        x, y = (torch.tensor(part, dtype=torch.float32) for part in numbers())
        data = [{"x": a, "labels": b} for a, b in zip(x, y)]
        args = transformers.TrainingArguments(
            output_dir=self.folder + "/out", max_steps=10, logging_steps=2, eval_strategy="steps",
            eval_steps=5, report_to=[], use_cpu=True, disable_tqdm=True, save_strategy="no",
        )  # fmt: skip
        trainer = transformers.Trainer(
            Model(), args, train_dataset=data, eval_dataset=data, callbacks=[lathe.transformers.Callback()]
        )
        trainer.train()
        self.assertEqual(self.steps("train/loss"), [2, 4, 6, 8, 10])
        self.assertEqual(self.steps("eval/loss"), [5, 10])
        self.assertIn("train_runtime", self.facts("summary"))
        chosen = self.facts("param")
        self.assertEqual(chosen["max_steps"], 10)
        self.assertEqual(chosen["learning_rate"], 5e-5)
        self.assertLess(len(chosen), 25, chosen)

    @needs("xgboost")
    def test_xgboost(self):
        import xgboost

        import lathe

        x, y = numbers()
        data = xgboost.DMatrix(x, y)
        params = {"objective": "binary:logistic", "eta": 0.2, "eval_metric": ["logloss", "error"]}
        xgboost.train(
            params, data, 5, evals=[(data, "train"), (data, "val")], verbose_eval=False,
            callbacks=[lathe.xgboost.Callback()], early_stopping_rounds=3,
        )  # fmt: skip
        self.assertEqual(self.steps("val/logloss"), [1, 2, 3, 4, 5])
        self.assertEqual(len(self.values("train/error")), 5)
        self.assertEqual(self.facts("param")["objective"], "binary:logistic")
        self.assertAlmostEqual(self.facts("param")["eta"], 0.2, places=5)
        self.assertIn("best_iteration", self.facts("summary"))
        xgboost.cv(params, data, 3, callbacks=[lathe.xgboost.Callback()])
        self.assertEqual(self.steps("test/logloss_std"), [1, 2, 3])
        xgboost.XGBClassifier(n_estimators=2, callbacks=[lathe.xgboost.Callback()]).fit(
            x, y, eval_set=[(x, y)], verbose=False
        )
        self.assertEqual(self.steps("validation_0/logloss"), [1, 2])
        self.assertEqual(self.warnings, [])

    @needs("lightgbm")
    def test_lightgbm(self):
        import lightgbm

        import lathe

        x, y = numbers()
        params = {"objective": "binary", "metric": ["binary_logloss", "auc"], "verbose": -1}
        data = lightgbm.Dataset(x, y)
        callbacks = [lathe.lightgbm.callback()]
        lightgbm.train(params, data, 4, valid_sets=[data], valid_names=["val"], callbacks=callbacks)
        self.assertEqual(self.steps("val/auc"), [1, 2, 3, 4])
        self.assertEqual(self.facts("param")["objective"], "binary")
        lightgbm.cv(params, lightgbm.Dataset(x, y), 3, callbacks=[lathe.lightgbm.callback()])
        self.assertEqual(self.steps("valid/auc_std"), [1, 2, 3])
        lightgbm.LGBMClassifier(n_estimators=2, verbose=-1).fit(
            x, y, eval_set=[(x, y)], callbacks=[lathe.lightgbm.callback()]
        )
        self.assertEqual(len(self.warnings), 0)

    @needs("sklearn")
    def test_sklearn_scores_of_a_loop(self):
        from sklearn.neural_network import MLPClassifier

        import lathe

        x, y = numbers()
        model = MLPClassifier([4])
        for epoch in range(3):
            model.partial_fit(x, y, classes=[0, 1])
            lathe.sklearn.log_scores(model, step=epoch, train=(x, y), val=(x[:50], y[:50]))
            lathe.sklearn.log_scores(model, step=epoch, scoring="neg_log_loss", train=(x, y))
        for name in ("train/score", "val/score", "train/neg_log_loss"):
            self.assertEqual(self.steps(name), [0, 1, 2])
        self.assertEqual(self.values("loss")[::2], model.loss_curve_)

    @needs("sklearn")
    def test_sklearn_curves_of_a_fit(self):
        from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor
        from sklearn.metrics import zero_one_loss
        from sklearn.neural_network import MLPClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        import lathe

        x, y = numbers()
        model = make_pipeline(StandardScaler(), MLPClassifier([4], max_iter=5, early_stopping=True))
        lathe.sklearn.log_fit(model.fit(x, y))
        self.assertEqual(self.values("loss"), model[-1].loss_curve_)
        self.assertEqual(len(self.values("validation_score")), 5)
        self.assertEqual(self.facts("param")["max_iter"], 5)
        boosted = GradientBoostingClassifier(n_estimators=7).fit(x, y)
        lathe.sklearn.log_fit(boosted, val=(x, y))
        lathe.sklearn.log_fit(boosted, metric=zero_one_loss, val=(x, y))
        self.assertEqual(self.steps("val/score"), [1, 2, 3, 4, 5, 6, 7])
        self.assertEqual(self.values("val/score")[-1], boosted.score(x, y))
        self.assertAlmostEqual(self.values("val/zero_one_loss")[-1], 1 - boosted.score(x, y))
        lathe.sklearn.log_fit(HistGradientBoostingRegressor(max_iter=3, early_stopping=True).fit(x, y))

    @needs("sklearn")
    def test_sklearn_searches(self):
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import GridSearchCV

        import lathe

        x, y = numbers()
        search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1, 10]}, cv=3).fit(x, y)
        lathe.sklearn.log_search(search)
        self.assertEqual(self.values("mean_test_score"), list(search.cv_results_["mean_test_score"]))
        self.assertEqual(self.facts("param"), {"best/C": search.best_params_["C"]})
        self.assertEqual(self.facts("summary")["best_score"], search.best_score_)
        self.assertEqual(self.facts("summary")["candidates"], 3)
        several = GridSearchCV(LogisticRegression(), {"C": [1, 2]}, scoring=["accuracy", "f1"], refit="f1")
        lathe.sklearn.log_search(several.fit(x, y))
        self.assertEqual(len(self.values("mean_test_f1")), 2)

    @needs("sklearn")
    def test_sklearn_while_it_fits(self):
        import sklearn
        from sklearn.ensemble import GradientBoostingClassifier
        from sklearn.linear_model import LogisticRegression

        import lathe

        x, y = numbers()
        model = GradientBoostingClassifier(n_estimators=6, subsample=0.5)
        model.fit(x, y, monitor=lathe.sklearn.Callback(every=3, val=(x, y)))
        self.assertEqual(self.values("train_score"), list(model.train_score_))
        self.assertEqual(self.steps("val/score"), [3, 6])
        self.assertEqual(self.values("val/score")[-1], model.score(x, y))
        self.assertEqual(self.warnings, [])
        if tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 9):
            model = LogisticRegression()
            model.set_callbacks(lathe.sklearn.Callback(val=(x[:50], y[:50])))
            model.fit(x, y)
            self.assertGreater(len(self.values("train/score")), 2)
            self.assertEqual(self.steps("train/score")[0], 1)
            self.assertEqual(self.values("train/score")[-1], model.score(x, y))
            self.assertEqual(self.facts("param")["C"], 1.0)
            self.assertEqual(self.warnings, [])


class TrainingOutside(OutsideRun):
    @needs("xgboost")
    def test_callbacks_do_nothing(self):
        import xgboost

        import lathe

        x, y = numbers()
        data = xgboost.DMatrix(x, y)
        callbacks = [lathe.xgboost.Callback()]
        xgboost.train({}, data, 2, evals=[(data, "train")], verbose_eval=False, callbacks=callbacks)
        self.assertNothingLogged()


if __name__ == "__main__":
    unittest.main()
