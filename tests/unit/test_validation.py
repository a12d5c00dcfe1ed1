"""The rules of the tables: what is in order passes, and every broken rule of a row is listed."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.rules import table_rules
from schemas.tables import DAYS_SENTINEL, DELIVERED_TABLES, HISTORY_TABLES, table
from tasks.core.conversion import convert
from tasks.core.validation import Validated, find_failures, joined, judge, screen, validate
from tests.deliveries import DAY, as_csv, rows

MIDNIGHT = datetime.fromisoformat("2026-06-01")


def validated(name: str, frame: pl.DataFrame) -> Validated:
    return validate(name, frame.with_row_index("row_number", offset=1), DAY)


def broken(name: str, frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return validated(name, frame).failures.rows()


@pytest.mark.parametrize("name", DELIVERED_TABLES)
def test_default_rows_pass_in_every_table(name: str) -> None:
    result = validated(name, rows(name, 3))
    assert result.failures.rows() == []
    assert result.good.columns == [*table(name).column_names, "row_number"]


@pytest.mark.parametrize("name", DELIVERED_TABLES)
def test_a_table_of_nulls_breaks_the_rule_of_every_column_that_must_be_there(name: str) -> None:
    frame = pl.DataFrame({column: [None, None] for column in table(name).column_names})
    expected = sorted(column.name for column in table(name).columns if not column.is_nullable)
    assert broken(name, frame) == [(row, "missing", column) for row in (0, 1) for column in expected]


def _outside() -> list[tuple[str, str, float, str]]:
    found = []
    for name in DELIVERED_TABLES:
        for column in table(name).columns:
            if column.minimum is not None:
                found.append((name, column.name, column.minimum - 1, "below_minimum"))
            if column.maximum is not None:
                found.append((name, column.name, column.maximum + 1, "above_maximum"))
    return found


def test_every_bound_of_every_column_is_inclusive_and_held() -> None:
    for name, column, value, rule in _outside():
        inside = value + 1 if rule == "below_minimum" else value - 1
        frame = pl.concat(
            [rows(name, 1, **{column: float(value)}), rows(name, 1, **{column: float(inside)})], how="vertical_relaxed"
        )
        own = [
            (row, found)
            for row, found, where in broken(name, frame)
            if where == column and found in {"below_minimum", "above_maximum"}
        ]
        assert own == [(0, rule)], (name, column)


def test_the_sentinel_passes_where_it_stands_for_a_missing_date_and_nowhere_else() -> None:
    assert broken("application", rows("application", 1, DAYS_EMPLOYED=DAYS_SENTINEL)) == []
    assert broken("application", rows("application", 1, DAYS_REGISTRATION=DAYS_SENTINEL)) == [
        (0, "above_maximum", "DAYS_REGISTRATION")
    ]
    assert broken("previous_application", rows("previous_application", 1, DAYS_TERMINATION=DAYS_SENTINEL)) == []


@pytest.mark.parametrize(
    ("name", "columns", "rule"),
    [
        ("application", {"CNT_CHILDREN": 3}, "more_children_than_family"),
        ("application", {"DAYS_EMPLOYED": -20000}, "employed_before_birth"),
        ("application", {"DEF_30_CNT_SOCIAL_CIRCLE": 2}, "more_defaults_than_observed"),
        ("application", {"DEF_60_CNT_SOCIAL_CIRCLE": 2}, "more_defaults_than_observed"),
        ("POS_CASH_balance", {"SK_DPD_DEF": 2}, "tolerant_days_exceed_days"),
        ("credit_card_balance", {"SK_DPD_DEF": 2}, "tolerant_days_exceed_days"),
        ("outcomes", {"observed_on": date(2026, 6, 2)}, "future_date"),
        ("bureau_balance", {"STATUS": "9"}, "not_in_list"),
    ],
)
def test_rules_across_columns_are_held(name: str, columns: dict[str, Any], rule: str) -> None:
    assert [found for _, found, _ in broken(name, rows(name, 1, **columns))] == [rule]


def test_a_rule_across_columns_says_nothing_where_one_of_them_is_missing() -> None:
    assert broken("application", rows("application", 1, CNT_CHILDREN=9, CNT_FAM_MEMBERS=None)) == []


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("5", 5.0, None), (" 5 ", 5.0, None), ("+5", 5.0, None), ("1e3", 1000.0, None), ("", None, None), ("NaN", None, None),
        ("nan", None, None), ("1,5", None, "not_a_number"), ("1_000", None, "not_a_number"), ("0x10", None, "not_a_number"),
        ("null", None, "not_a_number"), ("inf", None, "not_finite"), ("-Infinity", None, "not_finite"),
        ("1e400", None, "not_finite"),
    ],
)  # fmt: skip
def test_a_number_in_text_is_read_or_refused_never_guessed(text: str, value: float | None, rule: str | None) -> None:
    result = convert(table("application"), pl.DataFrame({"EXT_SOURCE_1": ["0.5", text]}))
    assert result.frame["EXT_SOURCE_1"].to_list() == [0.5, value]
    assert result.failures.rows() == ([] if rule is None else [(1, rule, "EXT_SOURCE_1")])


@pytest.mark.parametrize(
    ("cell", "value", "rule"),
    [
        ("9007199254740993", 9007199254740993, None), ("100001.0", 100001, None), ("1.5", None, "not_integral"),
        ("99999999999999999999", None, "above_maximum"), ("-99999999999999999999", None, "below_minimum"),
        (2.0**60, None, "above_maximum"), (7.0, 7, None), (True, 1, None),
    ],
)  # fmt: skip
def test_a_key_is_exact_or_refused(cell: Any, value: int | None, rule: str | None) -> None:
    result = convert(table("application"), pl.DataFrame({"SK_ID_CURR": [cell]}))
    assert result.frame["SK_ID_CURR"].to_list() == [value]
    assert [found for _, found, _ in result.failures.rows()] == ([] if rule is None else [rule])


@pytest.mark.parametrize(
    ("cell", "value", "rule"),
    [
        (DAY, DAY, None), ("2026-06-01", DAY, None), ("01.06.2026", None, "not_a_date"), ("2026-02-30", None, "not_a_date"),
        (MIDNIGHT, DAY, None), (MIDNIGHT + timedelta(hours=3), DAY, "not_a_date"), ("", None, None),
    ],
)  # fmt: skip
def test_a_date_is_a_day_or_refused(cell: Any, value: date | None, rule: str | None) -> None:
    result = convert(table("outcomes"), pl.DataFrame({"observed_on": [cell]}))
    assert result.frame["observed_on"].to_list() == [value]
    assert [found for _, found, _ in result.failures.rows()] == ([] if rule is None else [rule])


def test_the_screen_in_front_of_pandera_hides_nothing() -> None:
    frame = rows(
        "application", 4, AMT_CREDIT=[1.0, -1.0, None, 2.0], CNT_CHILDREN=[9, 1, 1, 60], FLAG_OWN_CAR=["?", "Y", "N", "x" * 201]
    )
    typed = convert(table("application"), frame).frame
    whole = find_failures(table("application"), typed, table_rules("application", DAY))
    assert whole.sort("position", "column_name", "rule").rows() == broken("application", frame)
    assert whole.height == 8


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_bad_rows_of_many_chunks_are_judged_as_those_of_one(size: int) -> None:
    cells: dict[str, list[Any]] = {
        "SK_ID_CURR": ["1", "x", "3", "", "5", "6", "7"],
        "AMT_CREDIT": ["1", "a lot", "-5", "2", "inf", "3", "4"],
        "CNT_CHILDREN": ["9", "1", "60", "1", "1.5", "1", "1"],
        "FLAG_OWN_CAR": ["N", "?", "N", "?", "x" * 201, "N", "?"],
    }
    frame = rows("application", 7).with_columns(pl.Series(name, column) for name, column in cells.items())
    frame = frame.with_row_index("row_number", offset=1)
    whole = validate("application", frame, DAY)
    chunks = [screen("application", frame.slice(start, size), DAY) for start in range(0, 7, size)]
    bad = joined([chunk.suspects for chunk in chunks])
    failures = judge("application", bad)
    numbers = bad.rows["row_number"][failures["position"]]
    found = list(zip((numbers - 1).to_list(), failures["rule"], failures["column_name"], strict=True))
    assert found == whole.failures.rows()
    assert pl.concat([chunk.good for chunk in chunks]).equals(whole.good)
    assert bad.rows["row_number"].to_list() == [1, 2, 3, 4, 5, 7]


def test_judging_loads_no_test_tools() -> None:
    code = (
        "import sys, polars as pl; from datetime import date; from tasks.core.validation import validate;"
        "frame = pl.DataFrame({'row_number': [1], 'SK_ID_CURR': [None]});"
        "print(validate('bureau', frame, date(2026, 6, 1)).failures['rule'].to_list(), 'hypothesis' in sys.modules);"
        "import hypothesis"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "'missing'" in found
    assert found.split()[-1] == "False"


def test_a_message_of_a_fault_holds_no_values() -> None:
    untyped = convert(table("application"), rows("application", 1)).frame.with_columns(pl.lit("secret").alias("AMT_CREDIT"))
    with pytest.raises((TypeError, pl.exceptions.PolarsError)) as caught:
        find_failures(table("application"), untyped, table_rules("application", DAY))
    assert "secret" not in str(caught.value)


def test_real_rows_all_pass(real_data: Path) -> None:
    for name in ("application_train", "application_test", *HISTORY_TABLES):
        frame = pl.read_parquet(real_data / f"{name}.parquet", n_rows=40_000)
        assert broken("application" if name.startswith("application") else name, frame) == [], name


def test_real_rows_as_text_are_the_same_rows(real_data: Path) -> None:
    frame = pl.read_parquet(real_data / "application_train.parquet", n_rows=500)
    text = pl.read_csv(as_csv(frame).encode(), infer_schema=False)
    assert validated("application", text).good.equals(validated("application", frame).good)


def test_a_large_table_is_validated_in_about_a_second() -> None:
    frame = rows("application", 100_000)
    frame = frame.with_columns(pl.when(pl.int_range(pl.len()) % 100 == 0).then(-1.0).otherwise("AMT_CREDIT").alias("AMT_CREDIT"))
    start = time.perf_counter()
    result = validated("application", frame)
    assert result.failures.height == 1000
    assert time.perf_counter() - start < 5  # 0.2 s on an idle machine
