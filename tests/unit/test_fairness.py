from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from schemas.model_rules import FairnessProfile
from schemas.training_record import FairnessRow
from tasks.core.fairness import AGE_BANDS, age_band, fairness_rows, has_judged, not_judged, passes

PROFILE = FairnessProfile(floor=0.8, min_group=10, judged=["CODE_GENDER"], reported=["AGE"])


def _rows(
    groups: dict[str | None, tuple[int, int]], profile: FairnessProfile = PROFILE, name: str = "CODE_GENDER"
) -> list[FairnessRow]:
    """Rows of groups with (rows, granted) each; every third row defaults."""
    labels = [group for group, (n, _) in groups.items() for _ in range(n)]
    granted = np.array([i < n_granted for n, n_granted in groups.values() for i in range(n)], dtype=bool)
    target = (np.arange(len(labels)) % 3 == 0).astype(float)
    frame = pl.DataFrame({name: pl.Series(labels, dtype=pl.String)})
    return fairness_rows(frame, target, np.full(len(labels), 0.25), granted, profile)


def test_the_ratio_is_taken_to_the_highest_approval_rate() -> None:
    female, male = _rows({"F": (100, 80), "M": (50, 30)})
    assert (female.ratio, male.ratio) == pytest.approx((1.0, 0.75))
    assert (female.status, male.status) == ("ok", "below_floor")
    assert (male.n_rows, male.approval_rate, male.mean_pd, male.is_judged) == (50, 0.6, 0.25, True)
    assert (female.n_bad, male.default_rate) == (34, pytest.approx(16 / 50))
    assert not passes([female, male])


def test_a_ratio_on_the_floor_passes_whatever_its_last_digit() -> None:
    rows = _rows({"F": (1000, 300), "M": (1000, 240)})  # 0.24 / 0.3 is less than 0.8 in doubles
    assert passes(rows)
    assert has_judged(rows)


def test_a_small_group_is_no_yardstick_and_shows_its_counts_alone() -> None:
    small, female, male = _rows({"A": (9, 9), "F": (100, 50), "M": (100, 45)})
    assert (small.status, small.ratio, small.approval_rate, small.mean_pd, small.default_rate) == (
        "too_few",
        None,
        None,
        None,
        None,
    )
    assert (small.n_rows, small.n_bad) == (9, 3)
    assert (female.ratio, male.ratio) == pytest.approx((1.0, 0.9))
    assert passes([small, female, male])


def test_an_attribute_with_one_large_group_is_not_judged() -> None:
    rows = _rows({"F": (100, 10), "M": (5, 5)})
    assert [(row.status, row.ratio, row.is_judged) for row in rows] == [("reported", None, False), ("too_few", None, False)]
    assert passes(rows)
    assert not has_judged(rows)
    assert not_judged(rows, PROFILE) == ["CODE_GENDER"]


def test_an_attribute_that_is_not_delivered_is_named_and_blocks_nobody() -> None:
    rows = _rows({"25 to 34": (20, 10), "under 25": (20, 1)}, name="AGE")
    assert {row.attribute for row in rows} == {"AGE"}
    assert passes(rows)
    assert not_judged(rows, PROFILE) == ["CODE_GENDER"]


def test_a_reported_attribute_shows_its_ratio_and_is_never_below_the_floor() -> None:
    young, older = _rows({"25 to 34": (20, 10), "under 25": (20, 1)}, name="AGE")
    assert (young.group, older.group) == ("under 25", "25 to 34")
    assert (young.ratio, young.status, young.is_judged) == (pytest.approx(0.1), "reported", False)


def test_a_missing_value_is_a_group_of_its_own_and_stands_last() -> None:
    rows = _rows({None: (20, 5), "Z": (20, 10), "F": (20, 10)})
    assert [row.group for row in rows] == ["F", "Z", "missing"]
    assert rows[-1].status == "below_floor"


def test_nobody_granted_divides_by_nothing() -> None:
    rows = _rows({"F": (20, 0), "M": (20, 0)})
    assert [(row.ratio, row.status, row.approval_rate) for row in rows] == [(None, "ok", 0.0)] * 2
    assert passes(rows)


def test_no_rows_give_no_groups() -> None:
    assert _rows({}) == []


def test_rows_may_come_in_any_order() -> None:
    generator = np.random.default_rng(1)
    frame = pl.DataFrame({"CODE_GENDER": generator.choice(["F", "M", "X"], 300), "AGE": generator.choice(AGE_BANDS, 300)})
    target, granted = (generator.random(300) < 0.2).astype(float), generator.random(300) < 0.7
    order = generator.permutation(300)
    pd = np.full(300, 0.125)
    assert fairness_rows(frame, target, pd, granted, PROFILE) == fairness_rows(
        frame[order], target[order], pd[order], granted[order], PROFILE
    )


def test_age_bands_begin_on_birthdays_and_read_days_as_they_are_delivered() -> None:
    days = pl.Series("DAYS_BIRTH", [-7000, -9131, -9132, -12784, -23741, -23742, -30000, None])
    assert age_band(days).to_list() == [
        "under 25", "under 25", "25 to 34", "35 to 44", "55 to 64", "65 and over", "65 and over", None,
    ]  # fmt: skip
    assert age_band(pl.Series([12000.0, float("nan"), 0.0])).to_list() == [None, None, None]
    assert age_band(pl.Series([], dtype=pl.Int32)).dtype == pl.String
