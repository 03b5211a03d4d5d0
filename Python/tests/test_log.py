import datetime
import math
import os
import time
import unittest
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from unittest import mock

import lathe
from tests.site import InRun, OutsideRun


class Tensor:
    """One element, as numpy, torch and tensorflow have it."""

    def __init__(self, value):
        self.value = value

    def __float__(self):
        return float(self.value)

    def item(self):
        return self.value


class Broken:
    def __float__(self):
        raise RuntimeError("device lost")


class LogTests(InRun):
    def test_points_have_the_names_values_step_and_time_of_the_call(self):
        before = time.time()
        lathe.log({"loss": 0.25, "acc": 0.5}, step=7)
        after = time.time()
        first, second = self.decoded.points
        self.assertEqual((first.name, first.value, first.step), ("loss", 0.25, 7))
        self.assertEqual((second.name, second.value, second.step), ("acc", 0.5, 7))
        self.assertEqual(first.time, second.time)
        self.assertTrue(before <= first.time <= after)

    def test_each_call_is_there_when_it_returns(self):
        for count in range(1, 6):
            lathe.log({"loss": count})
            self.assertEqual(len(self.decoded.points), count)

    def test_each_call_is_one_write(self):
        with mock.patch("os.write", side_effect=os.write) as write:
            lathe.log({"loss": 1, "acc": 2})
            lathe.log({"loss": 1, "acc": 2})
            lathe.log({"other": {"nested": 1}})
            lathe.param("lr", 0.1)
        self.assertEqual(write.call_count, 4)

    def test_steps_are_integers_fractions_tensors_or_left_to_the_count(self):
        for step in (3, 3.5, -1, Tensor(9), True, 1 << 60):
            lathe.log({"loss": 1}, step=step)
        lathe.log({"loss": 1})
        self.assertEqual(self.steps("loss")[:-1], [3, 3.5, -1, 9, 1, float(1 << 60)])
        self.assertTrue(math.isnan(self.steps("loss")[-1]))
        self.assertEqual(self.warnings, [])

    def test_a_step_that_is_no_number_is_left_to_the_count(self):
        lathe.log({"loss": 1}, step="third")
        lathe.log({"loss": 2}, step="fourth")
        self.assertEqual(self.values("loss"), [1, 2])
        self.assertTrue(all(map(math.isnan, self.steps("loss"))))
        self.assertEqual(self.warnings, ["lathe: A step is a number, not of type str."])

    def test_a_time_may_be_given_in_seconds_or_as_a_date(self):
        date = datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone.utc)
        for _ in range(2):
            lathe.log({"loss": 1}, time=12.5)
            lathe.log({"loss": 1}, time=date)
        self.assertEqual([p.time for p in self.decoded.points], [12.5, date.timestamp()] * 2)

    def test_numbers_of_every_kind_become_doubles(self):
        cases = [
            (True, 1), (-3, -3), (1 << 53, 2.0**53), (10**400, math.inf), (-(10**400), -math.inf),
            (Decimal("0.1"), 0.1), (Fraction(1, 4), 0.25), (Tensor(0.1), 0.1), (5e-324, 5e-324),
            (-0.0, -0.0), (math.inf, math.inf), (-math.inf, -math.inf),
        ]  # fmt: skip
        for _ in range(2):  # By either way: first as a new layout, then as a known one.
            for value, _expected in cases:
                lathe.log({"x": value})
        self.assertEqual(self.values("x"), [expected for _, expected in cases] * 2)
        lathe.log({"x": math.nan})
        self.assertTrue(math.isnan(self.values("x")[-1]))
        self.assertEqual(self.warnings, [])

    def test_text_and_other_things_are_left_out_with_one_warning(self):
        lathe.log({"loss": 1, "note": "3"})
        for value in (b"3", None, [1], object(), 1j, Broken()):
            lathe.log({"loss": 1, "other": value})
        self.assertEqual(self.values("loss"), [1] * 7)
        self.assertEqual(set(p.name for p in self.decoded.points), {"loss"})
        self.assertEqual(len(self.warnings), 1)
        self.assertIn("'note' is of type str", self.warnings[0])

    def test_a_known_metric_may_fail_and_come_back(self):
        for value in (1, "no", 2):
            lathe.log({"loss": value, "acc": 5})
        self.assertEqual(self.values("loss"), [1, 2])
        self.assertEqual(self.values("acc"), [5, 5, 5])

    def test_nested_dicts_are_joined_each_time(self):
        for value in ({"loss": 1, "deep": {"x": 2}}, 3, {"loss": 4}):
            lathe.log({"val": value})
        points = [(p.name, p.value) for p in self.decoded.points]
        self.assertEqual(points, [("val/loss", 1), ("val/deep/x", 2), ("val", 3), ("val/loss", 4)])

    def test_any_mapping_and_any_key_will_do(self):
        for _ in range(2):
            lathe.log(MappingProxyType({"loss": 1, 7: 2}))
        self.assertEqual([p.name for p in self.decoded.points], ["loss", "7"] * 2)

    def test_what_is_no_dict_is_refused_once(self):
        for values in (0.5, "loss", [("loss", 1)], None):
            lathe.log(values)
        lathe.log({})
        lathe.log({"loss": 1})
        self.assertEqual(len(self.decoded.points), 1)
        self.assertEqual(self.warnings, ["lathe: lathe.log takes a dict of numbers, not of type float."])

    def test_a_dict_within_itself_is_refused(self):
        loop = {}
        loop["again"] = loop
        lathe.log(loop)
        self.assertEqual(len(self.warnings), 1)

    def test_names_in_any_script_are_kept_and_lone_surrogates_replaced(self):
        for name in ("verlust/größe", "损失", "🙂", "a b=c\n", "x\ud800"):
            lathe.log({name: 1})
        names = [point.name for point in self.decoded.points]
        self.assertEqual(names, ["verlust/größe", "损失", "🙂", "a b=c\n", "x?"])

    def test_names_without_bytes_or_with_too_many_are_refused(self):
        for _ in range(2):
            lathe.log({"": 1, "n" * 257: 2, "n" * 256: 3, "ü" * 129: 4})
        self.assertEqual([p.value for p in self.decoded.points], [3, 3])
        self.assertEqual(len(self.warnings), 1)

    def test_names_are_defined_once_and_shared_by_layouts(self):
        for values in ({"a": 1, "b": 2}, {"b": 3, "a": 4}, {"a": 5}):
            lathe.log(values)
            lathe.log(values)
        self.assertEqual(self.decoded.names, {0: "a", 1: "b"})
        self.assertEqual(len(self.decoded.layouts), 3)
        self.assertEqual(self.values("a"), [1, 1, 4, 4, 5, 5])

    def test_one_call_may_log_ten_thousand_metrics(self):
        for _ in range(2):
            lathe.log({f"layer/{i}": i for i in range(10_000)}, step=1)
        self.assertEqual([p.value for p in self.decoded.points], list(range(10_000)) * 2)

    def test_layouts_do_not_run_out_when_no_two_calls_are_alike(self):
        names = [f"n{i}" for i in range(300)]
        with mock.patch.dict(type(lathe._writer).log.__globals__, MOST_LAYOUTS=100):
            pairs = [(a, b) for a in names[:20] for b in names]
            for a, b in pairs:
                lathe.log({a: 1, b: 2})
        logged = sum(2 if a != b else 1 for a, b in pairs)
        self.assertEqual(len(self.decoded.points), logged)
        self.assertLessEqual(len(self.decoded.layouts), 400)

    def test_wide_layouts_stay_within_what_a_reader_takes(self):
        names = [f"n{i}" for i in range(100)]
        with mock.patch.dict(type(lathe._writer).log.__globals__, MOST_IN_LAYOUTS=1000):
            for count in range(50):
                lathe.log({name: count for name in names[count:] + names[:count]})
        self.assertEqual(len(self.decoded.points), 5000)
        self.assertLessEqual(sum(map(len, self.decoded.layouts.values())), 1100)

    def test_names_beyond_the_limit_are_left_out_and_the_others_kept(self):
        with mock.patch.dict(type(lathe._writer).log.__globals__, MOST_NAMES=10):
            for count in range(20):
                lathe.log({"a": count, f"n{count}": 1})
        self.assertEqual(self.values("a"), list(range(20)))
        self.assertEqual(len(self.decoded.names), 10)
        self.assertEqual(len(self.warnings), 1)


class FactTests(InRun):
    def test_parameters_by_name_and_by_dict(self):
        lathe.param("lr", 0.1)
        lathe.param({"model": {"layers": 3, "name": "größe"}, "fast": True, "none": None})
        self.assertEqual(
            self.facts("param"),
            {"lr": 0.1, "model/layers": 3, "model/name": "größe", "fast": True, "none": None},
        )

    def test_values_become_what_json_holds(self):
        values = {
            "nan": math.nan, "inf": -math.inf, "large": 1 << 70, "tensor": Tensor(0.5),
            "list": [1, "a", 0.5], "nested": [[1], [2]], "surrogate": "\ud800", "type": Decimal("1.5"),
        }  # fmt: skip
        lathe.param(values)
        self.assertEqual(
            self.facts("param"),
            {
                "nan": "nan", "inf": "-inf", "large": str(1 << 70), "tensor": 0.5,
                "list": '[1, "a", 0.5]', "nested": "[[1], [2]]", "surrogate": "?", "type": "1.5",
            },  # fmt: skip
        )

    def test_a_summary_is_a_dict(self):
        lathe.summary({"acc": 0.98, "best": {"epoch": 3}})
        lathe.summary(3)
        self.assertEqual(self.facts("summary"), {"acc": 0.98, "best/epoch": 3})
        self.assertEqual(self.warnings, ["lathe: lathe.summary takes a dict, not of type int."])

    def test_an_artifact_has_an_absolute_path_and_a_name(self):
        file = os.path.join(self.folder, "model.bin")
        open(file, "w").close()
        lathe.artifact(file)
        lathe.artifact(os.path.relpath(file), name="weights")
        self.assertEqual(self.facts("artifact"), {"model.bin": file, "weights": os.path.abspath(file)})
        self.assertEqual(self.warnings, [])

    def test_an_artifact_that_is_not_there_yet_is_warned_of_and_recorded(self):
        lathe.artifact("not/there")
        self.assertEqual(list(self.facts("artifact")), ["there"])
        self.assertEqual(len(self.warnings), 1)

    def test_what_is_no_path_and_what_is_too_large_is_left_out(self):
        lathe.artifact(3)
        lathe.param("text", "x" * (1 << 21))
        lathe.param("lr", 1)
        self.assertEqual(self.decoded.facts, [{"param": {"lr": 1}}])
        self.assertEqual(len(self.warnings), 1)


class OutsideRunTests(OutsideRun):
    def test_everything_does_nothing_after_one_warning(self):
        lathe.log({"loss": 1}, step=1)
        lathe.log("wrong")
        lathe.param("lr", 0.1)
        lathe.summary({"acc": 1})
        lathe.artifact("model")
        self.assertNothingLogged()

    def test_an_unknown_attribute_is_an_error_as_in_every_module(self):
        with self.assertRaisesRegex(AttributeError, "module 'lathe' has no attribute 'logg'"):
            lathe.logg


if __name__ == "__main__":
    unittest.main()
