"""The simulator: repeatable, with keys of its own, in the delivered types, within the rules."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from schemas.errors import UsageError
from schemas.tables import DAYS_SENTINEL, DELIVERED_TABLES, Column, table
from tasks.core.simulation import MAX_PER_DAY, MAX_SEED, simulate_applicants, simulate_outcomes
from tasks.core.simulation.columns import TYPES
from tests.simulated import DAY, simulated

INPUT_TABLES = [name for name in DELIVERED_TABLES if name != "outcomes"]


def test_the_same_day_and_seed_give_the_same_rows() -> None:
    first, second = simulate_applicants(DAY, 300, 5), simulate_applicants(DAY, 300, 5)
    for name, frame in first.frames.items():
        assert_frame_equal(frame, second.frames[name])
    assert_frame_equal(first.outcomes, second.outcomes)


def test_another_seed_or_day_gives_other_people() -> None:
    base = simulate_applicants(DAY, 300, 5).frames["application"]
    for other in (simulate_applicants(DAY, 300, 6), simulate_applicants(DAY + timedelta(days=1), 300, 5)):
        assert not set(base["SK_ID_CURR"]) & set(other.frames["application"]["SK_ID_CURR"])
        assert base["EXT_SOURCE_2"].to_list() != other.frames["application"]["EXT_SOURCE_2"].to_list()


@pytest.mark.parametrize("name", INPUT_TABLES)
def test_columns_stand_in_the_delivered_order_and_types(name: str) -> None:
    expected = {column.name: TYPES[column.kind] for column in table(name).columns if column.name != "TARGET"}
    assert dict(simulated().frames[name].schema) == expected
    assert list(simulated().frames[name].columns) == list(expected)


def broken_values(column: Column, values: pl.Series) -> int:
    """How many values break the rules of columns.csv."""
    n_bad = 0 if column.is_nullable else values.null_count()
    filled = values.drop_nulls()
    if column.levels:
        n_bad += filled.is_in(list(column.levels)).not_().sum()
    if column.is_numeric:
        numbers = filled.cast(pl.Float64)
        ordinary = numbers.filter(numbers != column.sentinel) if column.sentinel is not None else numbers
        n_bad += ordinary.is_finite().not_().sum()
        n_bad += (ordinary < column.minimum).sum() if column.minimum is not None else 0
        n_bad += (ordinary > column.maximum).sum() if column.maximum is not None else 0
    return n_bad


@pytest.mark.parametrize("name", INPUT_TABLES)
def test_every_value_keeps_the_rules_of_its_column(name: str) -> None:
    frame = simulated().frames[name]
    broken = {column.name: broken_values(column, frame[column.name]) for column in table(name).columns if column.name != "TARGET"}
    assert {name: n for name, n in broken.items() if n} == {}


def test_the_sentinel_stands_only_where_it_is_legal() -> None:
    for name, frame in simulated().frames.items():
        for column in table(name).columns:
            if column.name in frame.columns and column.is_numeric and column.kind != "key":
                has_sentinel = (frame[column.name].cast(pl.Float64) == DAYS_SENTINEL).any()
                assert not has_sentinel or column.sentinel == DAYS_SENTINEL, f"{name}.{column.name}"


def test_histories_belong_to_applicants_and_credits_of_the_day() -> None:
    frames = simulated().frames
    applicants, credits_held = set(frames["application"]["SK_ID_CURR"]), set(frames["previous_application"]["SK_ID_PREV"])
    for name in INPUT_TABLES[1:]:
        if name != "bureau_balance":
            assert set(frames[name]["SK_ID_CURR"]) <= applicants
    for name in ("POS_CASH_balance", "installments_payments", "credit_card_balance"):
        assert set(frames[name]["SK_ID_PREV"]) <= credits_held
    assert set(frames["bureau_balance"]["SK_ID_BUREAU"]) <= set(frames["bureau"]["SK_ID_BUREAU"])


def test_rows_of_one_table_have_keys_of_their_own() -> None:
    frames = simulated().frames
    assert not frames["application"]["SK_ID_CURR"].is_duplicated().any()
    assert not frames["bureau"]["SK_ID_BUREAU"].is_duplicated().any()
    assert not frames["previous_application"]["SK_ID_PREV"].is_duplicated().any()
    for name, key in (
        ("bureau_balance", "SK_ID_BUREAU"),
        ("POS_CASH_balance", "SK_ID_PREV"),
        ("credit_card_balance", "SK_ID_PREV"),
    ):
        assert not frames[name].select(key, "MONTHS_BALANCE").is_duplicated().any(), name


def test_histories_are_as_deep_as_the_real_ones() -> None:
    depth = {name: frame.height / 2000 for name, frame in simulated().frames.items()}
    expected = {
        "bureau": 4.8,
        "bureau_balance": 77,
        "previous_application": 4.7,
        "POS_CASH_balance": 28,
        "installments_payments": 38,
        "credit_card_balance": 11,
    }
    for name, rows in expected.items():
        assert depth[name] == pytest.approx(rows, rel=0.2), name


def test_cards_and_bureau_files_are_concentrated_on_some_applicants() -> None:
    frames = simulated().frames
    shares = {name: frames[name]["SK_ID_CURR"].n_unique() / 2000 for name in ("bureau", "credit_card_balance")}
    assert shares["bureau"] == pytest.approx(0.87, abs=0.03)
    assert 0.2 < shares["credit_card_balance"] < 0.36


def test_columns_that_go_together_do() -> None:
    frame = simulated().frames["application"]
    pensioners = frame.filter(pl.col("DAYS_EMPLOYED") == DAYS_SENTINEL)
    assert pensioners.height / frame.height == pytest.approx(0.18, abs=0.03)
    assert set(pensioners["ORGANIZATION_TYPE"]) == {"XNA"}
    assert pensioners["OCCUPATION_TYPE"].null_count() == pensioners.height
    assert frame.filter(pl.col("FLAG_OWN_CAR") == "N")["OWN_CAR_AGE"].null_count() == (frame["FLAG_OWN_CAR"] == "N").sum()
    enquiries = [name for name in frame.columns if name.startswith("AMT_REQ_")]
    assert frame.select(pl.sum_horizontal(pl.col(name).is_null() for name in enquiries)).to_series().is_in([0, 6]).all()
    assert frame.select(pl.corr("AMT_CREDIT", "AMT_GOODS_PRICE")).item() > 0.95
    assert frame.select(pl.corr("AMT_CREDIT", "AMT_ANNUITY")).item() > 0.6
    assert (frame["DAYS_EMPLOYED"].filter(frame["DAYS_EMPLOYED"] <= 0) >= frame["DAYS_BIRTH"].min()).all()
    building = frame.select(pl.corr(pl.col("APARTMENTS_AVG").is_null().cast(int), pl.col("FLOORSMAX_AVG").is_null().cast(int)))
    assert building.item() > 0.9


def test_outcomes_come_about_sixty_days_later_at_eight_per_cent() -> None:
    outcomes = simulate_outcomes(DAY, 50_000, 3)
    lag = (outcomes["observed_on"] - DAY).dt.total_days()
    assert (lag.min(), lag.max()) == (45, 75)
    assert lag.mean() == pytest.approx(60, abs=0.5)
    assert outcomes["TARGET"].mean() == pytest.approx(0.08, abs=0.005)


def test_outcomes_are_those_of_the_applicants() -> None:
    day = simulated()
    assert_frame_equal(day.outcomes, simulate_outcomes(DAY, 2000, 7))
    assert day.outcomes["SK_ID_CURR"].to_list() == day.frames["application"]["SK_ID_CURR"].to_list()


def test_more_than_one_chunk_is_drawn_without_a_seam() -> None:
    outcomes = simulate_outcomes(DAY, 25_000, 3)
    assert outcomes["SK_ID_CURR"].diff().drop_nulls().unique().to_list() == [1]
    assert_frame_equal(outcomes.head(20_000), simulate_outcomes(DAY, 20_000, 3))


def test_a_day_without_applicants_has_all_tables_and_no_rows() -> None:
    day = simulate_applicants(DAY, 0, 1)
    assert {name: frame.height for name, frame in day.frames.items()} == dict.fromkeys(INPUT_TABLES, 0)
    assert day.outcomes.height == 0


@pytest.mark.parametrize(
    ("day", "n", "seed"),
    [
        (DAY, MAX_PER_DAY + 1, 1),
        (DAY, -1, 1),
        (DAY, 1, MAX_SEED + 1),
        (DAY, 1, -1),
        (date(1999, 1, 1), 1, 1),
        (date(2100, 1, 1), 1, 1),
    ],
)
def test_what_a_key_cannot_hold_is_refused(day: date, n: int, seed: int) -> None:
    with pytest.raises(UsageError):
        simulate_applicants(day, n, seed)
