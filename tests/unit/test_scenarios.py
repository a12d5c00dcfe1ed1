"""Scenarios: each does what its name says to the applications of a day, and nothing to the labels."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from schemas.tables import DAYS_SENTINEL
from tasks.core.simulation import Scenario
from tasks.core.simulation.scenarios import LEAK_COLUMNS, NEW_LEVELS, SURGE_COLUMNS
from tests.simulated import simulated


def application(scenario: Scenario) -> pl.DataFrame:
    return simulated(scenario=scenario).frames["application"]


def shares(frame: pl.DataFrame, expression: pl.Expr) -> float:
    return frame.select(expression.mean()).item()


@pytest.mark.parametrize("scenario", list(Scenario))
def test_no_scenario_touches_the_labels(scenario: Scenario) -> None:
    assert_frame_equal(simulated(scenario=scenario).outcomes, simulated().outcomes)


@pytest.mark.parametrize("scenario", [item for item in Scenario if item is not Scenario.BUREAU_OUTAGE])
def test_every_other_scenario_delivers_every_table(scenario: Scenario) -> None:
    assert list(simulated(scenario=scenario).frames) == list(simulated().frames)


def test_income_shift_takes_incomes_to_seventy_per_cent() -> None:
    shifted, base = application(Scenario.INCOME_SHIFT), application(Scenario.NONE)
    assert (shifted["AMT_INCOME_TOTAL"] / base["AMT_INCOME_TOTAL"]).to_list() == pytest.approx([0.7] * base.height)
    assert_frame_equal(shifted.drop("AMT_INCOME_TOTAL"), base.drop("AMT_INCOME_TOTAL"))


def test_heavy_tail_typo_is_income_shift_and_one_income_of_five_billion() -> None:
    typo, shifted = application(Scenario.HEAVY_TAIL_TYPO), application(Scenario.INCOME_SHIFT)
    changed = typo["AMT_INCOME_TOTAL"] != shifted["AMT_INCOME_TOTAL"]
    assert typo.filter(changed)["AMT_INCOME_TOTAL"].to_list() == [5e9]


def test_bureau_outage_delivers_no_bureau_tables() -> None:
    assert set(simulated().frames) - set(simulated(scenario=Scenario.BUREAU_OUTAGE).frames) == {"bureau", "bureau_balance"}


def test_missing_surge_empties_columns_that_are_usually_filled() -> None:
    for name in SURGE_COLUMNS:
        assert application(Scenario.NONE)[name].null_count() < 0.25 * 2000
        assert application(Scenario.MISSING_SURGE)[name].null_count() >= 0.8 * 2000


def test_unseen_category_gives_eight_per_cent_a_new_level() -> None:
    for name, level in NEW_LEVELS.items():
        assert shares(application(Scenario.NONE), pl.col(name) == level) == 0
        assert shares(application(Scenario.UNSEEN_CATEGORY), pl.col(name) == level) == pytest.approx(0.08, abs=0.001)


def test_sentinel_leak_stays_below_the_share_that_refuses_a_delivery() -> None:
    leaked = application(Scenario.SENTINEL_LEAK)
    is_bad = pl.any_horizontal(pl.col(name) == DAYS_SENTINEL for name in LEAK_COLUMNS)
    assert shares(leaked, is_bad) == pytest.approx(0.045)
    legal = pl.col("DAYS_EMPLOYED") == DAYS_SENTINEL
    assert shares(leaked, legal) > shares(application(Scenario.NONE), legal) + 0.1


def test_younger_applicants_are_younger_and_less_often_pensioners() -> None:
    younger, base = application(Scenario.YOUNGER_APPLICANTS), application(Scenario.NONE)
    assert younger["DAYS_BIRTH"].median() > base["DAYS_BIRTH"].median() + 5 * 365
    assert shares(younger, pl.col("DAYS_EMPLOYED") > 0) < shares(base, pl.col("DAYS_EMPLOYED") > 0) / 2
    assert younger["DAYS_BIRTH"].max() <= -18 * 365


def test_bad_rows_break_the_rules_in_about_two_per_cent() -> None:
    bad = application(Scenario.BAD_ROWS)
    conflicting = bad.filter(pl.col("SK_ID_CURR").is_duplicated() & pl.col("SK_ID_CURR").is_not_null())
    found = {
        "negative income": (bad["AMT_INCOME_TOTAL"] < 0).sum(),
        "born tomorrow": (bad["DAYS_BIRTH"] > 0).sum(),
        "infinite credit": bad["AMT_CREDIT"].is_infinite().sum(),
        "no key": bad["SK_ID_CURR"].null_count(),
        "score above 1": (bad["EXT_SOURCE_2"] > 1).sum(),
        "employed tomorrow": bad["DAYS_EMPLOYED"].is_between(1, DAYS_SENTINEL - 1).sum(),
        "one key, two rows": conflicting["SK_ID_CURR"].n_unique(),
    }
    assert all(found.values()), found
    assert sum(found.values()) == 40
    assert conflicting.unique().height == 2 * found["one key, two rows"]
