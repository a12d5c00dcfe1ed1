"""Frozen bins: where they are cut, what has a bin of its own, and what becomes of values that no bin was cut for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from schemas.drift import Subject
from tasks.core.binning import count_rows, freeze_subject
from tasks.core.psi import psi
from tests.drift_support import RULES, incomes


def _number(values: Sequence[float | None]) -> Subject:
    series = pl.Series("x", values, dtype=pl.Float64, strict=False)
    return freeze_subject(series, RULES.bins, kind="feature", source="input")


def _text(values: Sequence[str | None]) -> Subject:
    return freeze_subject(pl.Series("t", values, dtype=pl.String), RULES.bins, kind="feature", source="input")


def _held(subject: Subject) -> dict[str, int]:
    """Reference rows by role, ranges summed."""
    found: dict[str, int] = {}
    for item, n in zip(subject.bins, subject.n_reference, strict=True):
        found[item.role] = found.get(item.role, 0) + n
    return found


def _role_of(subject: Subject, value: float | None) -> str:
    counts = count_rows(pl.Series("x", [value], dtype=pl.Float64), subject)
    return subject.bins[counts.index(1)].role


def test_ten_bins_hold_a_tenth_each_and_every_row_is_in_one_bin() -> None:
    subject = _number(incomes(50_000, 1).to_list())
    assert [item.role for item in subject.bins] == ["below", *["range"] * 10, "above", "missing"]
    assert subject.n_reference == (0, *[5_000] * 10, 0, 0)


def test_the_upper_edge_belongs_to_a_bin_and_the_lower_does_not() -> None:
    subject = _number([float(i) for i in range(1, 101)])
    edge = subject.bins[1].upper
    assert edge == 10.0
    at, above = (count_rows(pl.Series("x", [value]), subject) for value in (10.0, np.nextafter(10.0, 11.0)))
    assert (at.index(1), above.index(1)) == (1, 2)


def test_the_smallest_and_the_largest_reference_value_lie_inside() -> None:
    subject = _number([float(i) for i in range(1, 101)])
    roles = [_role_of(subject, value) for value in (1.0, np.nextafter(1.0, 0.0), 100.0, np.nextafter(100.0, 101.0))]
    assert roles == ["range", "below", "range", "above"]


def test_bins_are_fewer_where_values_repeat() -> None:
    subject = _number([1.0] * 60 + [2.0] * 30 + [3.0] * 10)
    assert [n for item, n in zip(subject.bins, subject.n_reference, strict=True) if item.role == "range"] == [60, 30, 10]


def test_zero_has_a_bin_of_its_own_above_a_share_and_no_other_repeated_value_has() -> None:
    rest = np.random.default_rng(1).uniform(1.0, 2.0, 900).tolist()
    assert _held(_number([0.0] * 100 + rest))["zero"] == 100
    assert "zero" not in _held(_number([0.0] * 40 + rest))
    assert set(_held(_number([1.5] * 100 + rest))) == {"below", "range", "above", "missing"}


def test_zero_amid_the_range_is_kept_apart_from_its_neighbours() -> None:
    subject = _number([0.0] * 50 + [float(i) for i in range(-50, 0)] + [float(i) for i in range(1, 51)])
    assert [_role_of(subject, value) for value in (-1e-300, 0.0, -0.0, 1e-300)] == ["range", "zero", "zero", "range"]
    assert _held(subject)["zero"] == 50


def test_both_values_of_a_flag_have_bins_where_they_are_not_rare() -> None:
    flag = _number([0.0] * 70 + [1.0] * 30)
    assert (_held(flag)["zero"], _held(flag)["one"]) == (70, 30)
    rare = _number([0.0] * 999 + [1.0])
    assert (_held(rare)["zero"], _held(rare)["range"]) == (999, 1)
    mostly = _number([0.0] + [1.0] * 999)
    assert (_held(mostly)["range"], _held(mostly)["one"]) == (1, 999)


def test_missing_values_are_null_and_nan_alike() -> None:
    subject = _number([1.0, 2.0, None, math.nan])
    assert _held(subject)["missing"] == 2
    assert [_role_of(subject, value) for value in (None, math.nan)] == ["missing", "missing"]


@pytest.mark.parametrize(
    "reference",
    [
        [7.0] * 300,
        [0.0] * 300,
        [None] * 300,
        [],
        [math.inf] * 300,
        [math.inf, -math.inf, math.nan, 1.0, 2.0] * 60,
        [-1.7976931348623157e308, 1.7976931348623157e308] * 150,
        [5e-324, -5e-324, 0.0] * 100,
    ],
)
@pytest.mark.parametrize(
    "current", [[7.0] * 250, [7.0, 8.0] * 125, [None] * 250, [math.inf, -math.inf] * 125, [math.nan, 0.0] * 125]
)
def test_a_column_of_any_kind_gives_a_finite_number(reference: list[float | None], current: list[float | None]) -> None:
    subject = _number(reference)
    counts = count_rows(pl.Series("x", current, dtype=pl.Float64, strict=False), subject)
    assert (sum(subject.n_reference), sum(counts)) == (len(reference), len(current))
    value = psi(subject.n_reference, counts)
    assert math.isfinite(value) if reference else math.isnan(value)


def test_a_constant_that_gets_a_second_value_drifts() -> None:
    subject = _number([7.0] * 5_000)
    assert psi(subject.n_reference, count_rows(pl.Series("x", [7.0, 8.0] * 250), subject)) > 1.0


def test_a_sentinel_handed_to_the_numbers_lies_above_the_range() -> None:
    days = -np.random.default_rng(1).integers(1, 15_000, 50_000).astype(float)
    tonight = pl.Series("x", [*[365_243.0] * 250, *days[:4_750]])
    subject = _number(days.tolist())
    counts = count_rows(tonight, subject)
    assert counts[[item.role for item in subject.bins].index("above")] == 250
    assert psi(subject.n_reference, counts) > 0.20


def test_common_levels_have_bins_and_rare_ones_share_one() -> None:
    subject = _text(["a"] * 900 + ["b"] * 95 + ["c"] * 3 + ["d"] + [None])
    assert [(item.role, item.levels, n) for item, n in zip(subject.bins, subject.n_reference, strict=True)] == [
        ("level", ("a",), 900),
        ("level", ("b",), 95),
        ("rare", ("c", "d"), 4),
        ("unseen", (), 0),
        ("missing", (), 1),
    ]


def test_a_level_that_the_reference_did_not_hold_is_unseen_and_drifts() -> None:
    levels = [f"level {i}" for i in range(12)]
    generator = np.random.default_rng(1)
    subject = _text(generator.choice(levels, 50_000).tolist())
    tonight = pl.Series("t", [*["new"] * 400, *generator.choice(levels, 4_600)])
    counts = count_rows(tonight, subject)
    assert counts[[item.role for item in subject.bins].index("unseen")] == 400
    assert psi(subject.n_reference, counts) > 0.20


def test_a_text_column_without_texts_has_bins_for_what_may_come() -> None:
    subject = _text([None] * 10)
    assert count_rows(pl.Series("t", ["x", None]), subject) == [1, 1]


def test_a_closed_list_of_levels_keeps_its_order_however_rare_they_are() -> None:
    values = pl.Series("decision", ["approve"] * 1_000)
    subject = freeze_subject(values, RULES.bins, kind="decision", source="decision", fixed=("approve", "review", "decline"))
    assert [item.label for item in subject.bins][:3] == ["approve", "review", "decline"]
    assert subject.n_reference == (1_000, 0, 0, 0, 0)
