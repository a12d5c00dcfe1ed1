"""What a sender can get wrong in a row: it goes to quarantine with every rule that it broke, and nothing else suffers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from schemas.settings import Settings
from tests.deliveries import DAY, FIRST_ID, as_csv, deliver, file_bytes, query, rows, take_in

ENDINGS = ("parquet", "csv", "csv.gz")


def quarantine(settings: Settings) -> list[tuple[Any, ...]]:
    return query(settings, "SELECT application_id, row_number, rule, column_name FROM core.quarantine ORDER BY ALL")


def accepted(settings: Settings) -> list[int]:
    return [key for (key,) in query(settings, "SELECT SK_ID_CURR FROM raw.application ORDER BY batch_id, row_number")]


def one_bad_row(settings: Settings, ending: str, **columns: Any) -> list[tuple[Any, ...]]:
    """The broken rules of a delivery of 30 rows whose second row has the values given."""
    frame = rows("application", 30)
    for name, value in columns.items():
        values: list[Any] = frame[name].to_list()
        values[1] = value
        if isinstance(value, str):
            values = [None if cell is None else str(cell) for cell in values]
        frame = frame.with_columns(pl.Series(name, values, strict=False))
    deliver(settings.landing, {"application": frame}, ending=ending)
    (result,) = take_in(settings)
    assert (result.n_received, result.n_accepted, result.n_quarantined) == (30, 29, 1)
    assert FIRST_ID + 1 not in accepted(settings)
    return [(rule, column) for _, row, rule, column in quarantine(settings) if row == 2]


@pytest.mark.parametrize("ending", ENDINGS)
def test_text_in_a_number_puts_the_row_in_quarantine(settings: Settings, ending: str) -> None:
    assert one_bad_row(settings, ending, AMT_CREDIT="a lot") == [("not_a_number", "AMT_CREDIT")]
    assert quarantine(settings) == [(FIRST_ID + 1, 2, "not_a_number", "AMT_CREDIT")]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_an_infinite_number_puts_the_row_in_quarantine(settings: Settings, ending: str, value: float) -> None:
    assert one_bad_row(settings, ending, EXT_SOURCE_2=value) == [("not_finite", "EXT_SOURCE_2")]


@pytest.mark.parametrize("ending", ENDINGS)
def test_nan_is_a_missing_value(settings: Settings, ending: str) -> None:
    deliver(settings.landing, {"application": rows("application", 3, EXT_SOURCE_2=[0.5, float("nan"), 0.5])}, ending=ending)
    take_in(settings)
    assert query(settings, "SELECT EXT_SOURCE_2 FROM raw.application ORDER BY row_number") == [(0.5,), (None,), (0.5,)]


@pytest.mark.parametrize("ending", ENDINGS)
def test_nan_in_a_required_number_is_missing(settings: Settings, ending: str) -> None:
    assert one_bad_row(settings, ending, AMT_CREDIT=float("nan")) == [("missing", "AMT_CREDIT")]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_negative_income_puts_the_row_in_quarantine(settings: Settings, ending: str) -> None:
    assert one_bad_row(settings, ending, AMT_INCOME_TOTAL=-1.0) == [("below_minimum", "AMT_INCOME_TOTAL")]


@pytest.mark.parametrize("ending", ENDINGS)
def test_days_in_the_future_put_the_row_in_quarantine(settings: Settings, ending: str) -> None:
    assert one_bad_row(settings, ending, DAYS_BIRTH=14000) == [
        ("above_maximum", "DAYS_BIRTH"),
        ("employed_before_birth", "DAYS_EMPLOYED"),
    ]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_fraction_of_a_child_puts_the_row_in_quarantine(settings: Settings, ending: str) -> None:
    assert one_bad_row(settings, ending, CNT_CHILDREN=0.5) == [("not_integral", "CNT_CHILDREN")]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_text_of_10000_characters_puts_the_row_in_quarantine_with_its_text(settings: Settings, ending: str) -> None:
    assert one_bad_row(settings, ending, OCCUPATION_TYPE="x" * 10_000) == [("too_long", "OCCUPATION_TYPE")]
    ((text,),) = query(settings, "SELECT original_text FROM core.rejected_rows")
    assert "x" * 10_000 in text


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_row_is_listed_with_every_rule_that_it_broke(settings: Settings, ending: str) -> None:
    broken = one_bad_row(
        settings, ending, AMT_CREDIT="?", AMT_INCOME_TOTAL=-5.0, FLAG_OWN_CAR="maybe", CNT_CHILDREN=9, EXT_SOURCE_3=1.5
    )
    assert broken == [
        ("above_maximum", "EXT_SOURCE_3"),
        ("below_minimum", "AMT_INCOME_TOTAL"),
        ("more_children_than_family", "CNT_CHILDREN"),
        ("not_a_number", "AMT_CREDIT"),
        ("not_in_list", "FLAG_OWN_CAR"),
    ]
    assert query(settings, "SELECT count(*) FROM core.rejected_rows") == [(1,)]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_level_never_seen_before_passes(settings: Settings, ending: str) -> None:
    deliver(settings.landing, {"application": rows("application", 2, NAME_INCOME_TYPE="Astronaut")}, ending=ending)
    (result,) = take_in(settings)
    assert result.n_accepted == 2


@pytest.mark.parametrize("ending", ENDINGS)
def test_extra_columns_are_noted_and_left_aside(settings: Settings, ending: str) -> None:
    strange = 'shoe "size"; DROP TABLE raw.application_v1'
    frame = rows("application", 2).with_columns(pl.lit(43).alias(strange), pl.lit("x").alias("b"))
    deliver(settings.landing, {"application": frame}, ending=ending)
    (result,) = take_in(settings)
    assert result.n_accepted == 2
    assert query(settings, "SELECT extra_columns FROM ops.batch_files") == [([strange, "b"],)]


@pytest.mark.parametrize("ending", ENDINGS)
def test_missing_optional_columns_are_null(settings: Settings, ending: str) -> None:
    deliver(settings.landing, {"application": rows("application", 2).drop("EXT_SOURCE_2", "OCCUPATION_TYPE")}, ending=ending)
    take_in(settings)
    assert query(settings, "SELECT DISTINCT EXT_SOURCE_2, OCCUPATION_TYPE FROM raw.application") == [(None, None)]


def test_columns_come_in_any_order(settings: Settings) -> None:
    frame = rows("application", 2)
    deliver(settings.landing, {"application": frame.select(reversed(frame.columns))}, ending="csv")
    take_in(settings)
    assert query(settings, "SELECT AMT_CREDIT, DAYS_BIRTH FROM raw.application") == [(513531.0, -14000)] * 2


def test_lines_in_another_encoding_go_to_quarantine(settings: Settings) -> None:
    lines = as_csv(rows("application", 40, OCCUPATION_TYPE="Verk\u00e4ufer")).encode().splitlines()
    lines[3] = lines[3].decode().encode("latin-1")
    deliver(settings.landing, {"application.csv": b"\n".join(lines)})
    (result,) = take_in(settings)
    assert (result.n_received, result.n_quarantined) == (40, 1)
    assert quarantine(settings) == [(FIRST_ID + 2, 3, "invalid_utf8", None)]
    ((text,),) = query(settings, "SELECT original_text FROM core.rejected_rows")
    assert "Verk\\xe4ufer" in text


def test_parquet_text_in_another_encoding_goes_to_quarantine(settings: Settings) -> None:
    frame = rows("application", 40, OCCUPATION_TYPE="Verk\u00e4ufer")
    content = file_bytes(frame.with_columns(pl.col("OCCUPATION_TYPE").cast(pl.Binary)), "parquet")
    deliver(settings.landing, {"application.parquet": content})
    (result,) = take_in(settings)
    assert result.n_accepted == 40
    latin = [b"Verk\xe4ufer" if i == 4 else b"Verk\xc3\xa4ufer" for i in range(40)]
    deliver(
        settings.landing, {"application": frame.with_columns(pl.Series("OCCUPATION_TYPE", latin))}, day=DAY + timedelta(days=1)
    )
    take_in(settings)
    assert quarantine(settings) == [(FIRST_ID + 4, 5, "invalid_utf8", "OCCUPATION_TYPE")]


def test_outcomes_seen_after_their_delivery_go_to_quarantine(settings: Settings) -> None:
    days = [DAY, DAY - timedelta(days=1), DAY + timedelta(days=1)]
    deliver(settings.landing, {"outcomes": rows("outcomes", 3, TARGET=1, observed_on=days)}, ending="csv")
    (result,) = take_in(settings)
    assert result.n_received == 0
    assert quarantine(settings) == [(FIRST_ID + 2, 3, "future_date", "observed_on")]
    assert query(settings, "SELECT n_received, n_accepted, n_bad FROM ops.batch_files") == [(3, 2, 1)]


def test_an_open_quote_damages_its_own_line_only(settings: Settings) -> None:
    lines = as_csv(rows("application", 40, OCCUPATION_TYPE="Core staff")).splitlines()
    lines[2] = lines[2].replace("Core staff", '"Core staff')
    deliver(settings.landing, {"application.csv": "\n".join(lines) + "\n"})
    (result,) = take_in(settings)
    assert (result.n_received, result.n_accepted) == (40, 39)
    assert quarantine(settings) == [(FIRST_ID + 1, 2, "bad_quoting", None)]
    assert query(settings, "SELECT original_text FROM core.rejected_rows") == [(lines[2],)]


def test_a_ragged_line_goes_to_quarantine_and_the_others_keep_their_numbers(settings: Settings) -> None:
    lines = as_csv(rows("application", 40)).splitlines()
    lines[1] += ",1"
    lines[5] = "100005"
    lines[9] = lines[9].replace("Cash loans", "")
    deliver(settings.landing, {"application.csv": "\n".join(lines)})
    deliver(settings.landing, {"application.csv": "\r\n".join(lines)}, day=DAY + timedelta(days=1))
    policy_breaches = [(row, rule) for _, row, rule, _ in quarantine_after(settings)]
    assert policy_breaches == [(1, "ragged_row"), (5, "ragged_row"), (9, "missing")] * 2
    numbers = query(settings, "SELECT row_number, SK_ID_CURR FROM raw.application ORDER BY ALL LIMIT 2")
    assert numbers == [(2, FIRST_ID + 1)] * 2


def quarantine_after(settings: Settings) -> list[tuple[Any, ...]]:
    """The quarantine of every delivery, in order of delivery; rejected at any share."""
    from schemas.policy import load_policy

    policy = load_policy(None)
    lenient = policy.model_copy(update={"validation": policy.validation.model_copy(update={"max_bad_share": 1.0})})
    take_in(settings, policy=lenient)
    return query(
        settings, "SELECT application_id, row_number, rule, column_name FROM core.quarantine ORDER BY batch_id, row_number"
    )


def test_an_endless_line_goes_to_quarantine(settings: Settings) -> None:
    lines = as_csv(rows("application", 40)).splitlines()
    lines[7] = lines[7].replace("Cash loans", "x" * 3_000_000)
    deliver(settings.landing, {"application.csv": "\n".join(lines)})
    (result,) = take_in(settings)
    assert (result.n_received, result.n_quarantined) == (40, 1)
    assert quarantine(settings) == [(FIRST_ID + 6, 7, "line_too_long", None)]


def test_equal_rows_of_an_applicant_count_once(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 4, SK_ID_CURR=[1, 2, 1, 1])})
    (result,) = take_in(settings)
    assert (result.n_received, result.n_accepted, result.n_duplicates) == (4, 2, 2)
    duplicates = query(
        settings, "SELECT row_number, application_id, duplicate_of_batch_id, duplicate_of_row_number FROM core.duplicates"
    )
    assert duplicates == [(3, 1, result.batch_id, 1), (4, 1, result.batch_id, 1)]


@pytest.mark.parametrize("ending", ENDINGS)
def test_rows_of_an_applicant_that_contradict_each_other_all_go_to_quarantine(settings: Settings, ending: str) -> None:
    frame = rows("application", 80, AMT_CREDIT=[float(1000 + i) for i in range(80)])
    frame = frame.with_columns(
        pl.when(pl.col("SK_ID_CURR") == FIRST_ID + 70).then(FIRST_ID).otherwise("SK_ID_CURR").alias("SK_ID_CURR")
    )
    deliver(settings.landing, {"application": frame}, ending=ending)
    (result,) = take_in(settings)
    assert (result.n_received, result.n_accepted, result.n_quarantined) == (80, 78, 2)
    assert quarantine(settings) == [(FIRST_ID, row, "conflicting_duplicate", "SK_ID_CURR") for row in (1, 71)]
    texts = [text for (text,) in query(settings, "SELECT original_text FROM core.rejected_rows ORDER BY row_number")]
    assert ["1000.0" in texts[0], "1070.0" in texts[1]] == [True, True]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_good_row_beside_a_bad_one_of_the_same_applicant_goes_to_quarantine_too(settings: Settings, ending: str) -> None:
    keys = [FIRST_ID, *range(FIRST_ID, FIRST_ID + 79)]
    frame = rows("application", 80, SK_ID_CURR=keys, AMT_CREDIT=[-5.0] + [5.0] * 79)
    deliver(settings.landing, {"application": frame}, ending=ending)
    (result,) = take_in(settings)
    assert (result.n_received, result.n_accepted, result.n_quarantined) == (80, 78, 2)
    assert quarantine(settings) == [
        (FIRST_ID, 1, "below_minimum", "AMT_CREDIT"),
        (FIRST_ID, 2, "conflicting_duplicate", "SK_ID_CURR"),
    ]
    assert query(settings, "SELECT row_number FROM core.rejected_rows ORDER BY 1") == [(1,), (2,)]


def test_a_good_row_beside_a_ragged_line_of_the_same_applicant_goes_to_quarantine_too(settings: Settings) -> None:
    lines = as_csv(rows("application", 80)).splitlines()
    deliver(settings.landing, {"application.csv": "\n".join([*lines, lines[80] + ",1"])})
    take_in(settings)
    assert [rule for _, _, rule, _ in quarantine(settings)] == ["conflicting_duplicate", "ragged_row"]
    assert FIRST_ID + 79 not in accepted(settings)


def test_the_key_of_a_broken_line_is_believed_only_where_it_stands_first_and_whole(settings: Settings) -> None:
    """Else the cell of another column, or the half of a key, would be taken for an applicant."""
    frame = rows("application", 80, first_id=1)
    swapped = frame.select("CNT_CHILDREN", pl.exclude("CNT_CHILDREN"))
    lines = as_csv(swapped).splitlines()
    deliver(settings.landing, {"application.csv": "\n".join([*lines, lines[80].replace(",80,", ",,7,")])})
    lines = as_csv(frame).splitlines()
    deliver(settings.landing, {"application.csv": "\n".join([*lines, "7"])}, day=DAY + timedelta(days=1))
    assert [result.n_accepted for result in take_in(settings)] == [80, 80]
    assert [(key, rule) for key, _, rule, _ in quarantine(settings)] == [(None, "ragged_row")] * 2


@pytest.mark.parametrize("targets", [[0, 1, 0], [1, 0, 0]])
@pytest.mark.parametrize("ending", ENDINGS)
def test_outcomes_that_contradict_each_other_all_go_to_quarantine(settings: Settings, ending: str, targets: list[int]) -> None:
    keys = [1, 1, *range(2, 80)]
    deliver(settings.landing, {"outcomes": rows("outcomes", 80, SK_ID_CURR=keys, TARGET=targets + [0] * 77)}, ending=ending)
    take_in(settings)
    assert quarantine(settings) == [(1, row, "conflicting_duplicate", "SK_ID_CURR") for row in (1, 2)]
    assert query(settings, "SELECT min(SK_ID_CURR), count(*) FROM raw.outcomes") == [(2, 78)]
    assert query(settings, "SELECT n_received, n_accepted, n_bad FROM ops.batch_files") == [(80, 78, 2)]
    assert query(settings, "SELECT count(*) FROM core.rejected_rows") == [(2,)]


def test_an_outcome_delivered_twice_counts_once(settings: Settings) -> None:
    deliver(settings.landing, {"outcomes": rows("outcomes", 3, SK_ID_CURR=[1, 1, 2], TARGET=[1, 1, 0])})
    take_in(settings)
    assert quarantine(settings) == []
    assert query(settings, "SELECT application_id, target FROM marts.outcomes ORDER BY 1") == [(1, 1), (2, 0)]
