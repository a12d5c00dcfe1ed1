"""What refuses a delivery as a whole, and what looks as if it should but does not. The next delivery goes on."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.settings import Settings
from tests.deliveries import DAY, all_tables, as_csv, deliver, file_bytes, query, rows, take_in

ENDINGS = ("parquet", "csv", "csv.gz")


def quarantine(settings: Settings) -> list[tuple[Any, ...]]:
    return query(settings, "SELECT application_id, row_number, rule, column_name FROM core.quarantine ORDER BY ALL")


def accepted(settings: Settings) -> list[int]:
    return [key for (key,) in query(settings, "SELECT SK_ID_CURR FROM raw.application ORDER BY batch_id, row_number")]


def refusal(settings: Settings) -> str:
    """The reason of the only delivery, of which nothing was kept."""
    (result,) = take_in(settings)
    assert result.is_refused
    assert accepted(settings) == []
    assert query(settings, "SELECT is_refused, refused_because FROM ops.batches") == [(True, result.refused_because)]
    assert query(settings, "SELECT count(*) FROM ops.home") == [(0,)]
    assert result.refused_because is not None
    return result.refused_because


@pytest.mark.parametrize("name", ["application.parquet", "application.csv"])
def test_an_empty_file_refuses_the_delivery(settings: Settings, name: str) -> None:
    deliver(settings.landing, {name: b""})
    assert refusal(settings) == f"empty_file: {name} is empty"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_header_alone_is_a_delivery_of_no_rows(settings: Settings, ending: str) -> None:
    deliver(settings.landing, {"application": rows("application", 1).clear()}, ending=ending)
    (result,) = take_in(settings)
    assert (result.n_received, result.is_refused) == (0, False)


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_wrong_delimiter_refuses_the_delivery(settings: Settings, sign: str) -> None:
    deliver(settings.landing, {"application.csv": as_csv(rows("application", 2)).replace(",", sign)})
    assert refusal(settings).startswith("wrong_delimiter: the header of application.csv is divided by ")


@pytest.mark.parametrize("ending", ENDINGS)
def test_missing_required_columns_refuse_the_delivery_and_all_are_named(settings: Settings, ending: str) -> None:
    deliver(settings.landing, {"application": rows("application", 4).drop("AMT_CREDIT", "DAYS_BIRTH")}, ending=ending)
    assert refusal(settings) == f"missing_column: application.{ending} lacks 2 required column(s): AMT_CREDIT, DAYS_BIRTH"
    assert query(settings, "SELECT n_received FROM ops.batches") == [(4,)]


def test_a_column_named_twice_refuses_the_delivery(settings: Settings) -> None:
    header, _, rest = as_csv(rows("application", 2)).partition("\n")
    deliver(settings.landing, {"application.csv": header.replace("AMT_GOODS_PRICE", "AMT_CREDIT") + "\n" + rest})
    assert refusal(settings).startswith("duplicate_column: application.csv names 1 column(s) more than once: AMT_CREDIT")


def test_a_file_without_a_header_does_not_spill_its_values_into_the_message(settings: Settings) -> None:
    deliver(settings.landing, {"application.csv": as_csv(rows("application", 2)).partition("\n")[2]})
    message = refusal(settings)
    assert message.startswith("missing_column")
    assert "513531" not in message


def test_utf16_refuses_the_delivery(settings: Settings) -> None:
    deliver(settings.landing, {"application.csv": as_csv(rows("application", 2)).encode("utf-16")})
    assert refusal(settings) == "unreadable_file: application.csv cannot be read: its header is not UTF-8"


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_parquet_file_refuses_the_delivery(settings: Settings, share: float) -> None:
    content = file_bytes(rows("application", 50), "parquet")
    deliver(settings.landing, {"application.parquet": content[: max(1, int(len(content) * share))]})
    assert refusal(settings).startswith("unreadable_file: application.parquet cannot be read")
    assert query(settings, "SELECT n_received FROM ops.batches") == [(0,)]


def test_a_parquet_file_damaged_inside_leaves_nothing_of_itself(settings: Settings) -> None:
    content = bytearray(file_bytes(rows("application", 50), "parquet"))
    content[40:4000] = b"\x00" * 3960
    deliver(settings.landing, {"application.parquet": bytes(content)})
    assert refusal(settings).startswith("unreadable_file")
    assert query(settings, "SELECT n_received FROM ops.batches") == [(0,)]
    assert quarantine(settings) == []


def test_a_truncated_gzip_file_refuses_the_delivery(settings: Settings) -> None:
    content = file_bytes(rows("application", 500, AMT_CREDIT=[1000.0 + i for i in range(500)]), "csv.gz")
    deliver(settings.landing, {"application.csv.gz": content[: len(content) // 2]})
    assert refusal(settings).startswith("unreadable_file")


def test_an_unreadable_history_refuses_the_applications_with_it(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 5), "bureau.parquet": b"PAR1"})
    assert refusal(settings).startswith("unreadable_file: bureau.parquet")
    assert query(settings, "SELECT n_received FROM ops.batches") == [(5,)]
    assert query(settings, "SELECT table_name, n_received FROM ops.batch_files ORDER BY 1") == [("application", 5), ("bureau", 0)]


def test_a_nested_column_refuses_the_delivery(settings: Settings) -> None:
    frame = rows("application", 2).with_columns(pl.Series("AMT_CREDIT", [[1.0], [2.0]]))
    deliver(settings.landing, {"application": frame})
    assert refusal(settings).startswith("nested_column: application.parquet holds 1 column(s)")


def test_dates_in_a_column_of_amounts_refuse_the_delivery(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 2, AMT_CREDIT=DAY)})
    assert refusal(settings).startswith("wrong_type: application.parquet holds 1 column(s)")


def test_two_files_for_one_table_refuse_the_delivery(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 2), "application.csv": as_csv(rows("application", 2))})
    assert refusal(settings).startswith("two_files_for_table: more than one file holds application")


def test_links_are_not_followed(settings: Settings, tmp_path: Path) -> None:
    outside = tmp_path / "outside.parquet"
    outside.write_bytes(file_bytes(rows("application", 2), "parquet"))
    folder = deliver(settings.landing, {"bureau": rows("bureau", 2)})
    (folder / "application.parquet").symlink_to(outside)
    assert refusal(settings) == "not_a_regular_file: application.parquet is no regular file"


def test_more_bad_rows_than_the_policy_allows_refuse_the_delivery_and_stay_in_quarantine(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 20, AMT_CREDIT=[-1.0, -1.0] + [1.0] * 18)})
    assert refusal(settings) == "too_many_bad_rows: 2 of 20 rows of application.parquet are bad"
    assert [row for _, row, _, _ in quarantine(settings)] == [1, 2]
    assert query(settings, "SELECT n_received, n_accepted, n_bad FROM ops.batch_files") == [(20, 0, 2)]


def test_too_many_bad_rows_in_a_history_refuse_the_applications_with_it(settings: Settings) -> None:
    tables = all_tables(10)
    tables["POS_CASH_balance"] = rows("POS_CASH_balance", 10, MONTHS_BALANCE=5)
    deliver(settings.landing, tables)
    assert refusal(settings) == "too_many_bad_rows: 10 of 10 rows of POS_CASH_balance.parquet are bad"
    assert query(settings, "SELECT count(*) FROM raw.bureau") == [(0,)]


def test_one_bad_row_never_stops_a_small_delivery(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 4, AMT_CREDIT=[1.0, 2.0, -3.0, 4.0])})
    (result,) = take_in(settings)
    assert (result.n_accepted, result.n_quarantined, result.is_refused) == (3, 1, False)


def test_a_delivery_of_which_no_row_passes_adds_up(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 1, AMT_CREDIT=-1.0)})
    (result,) = take_in(settings)
    assert (result.n_received, result.n_accepted, result.n_quarantined) == (1, 0, 1)


def test_a_refused_delivery_does_not_stop_the_next_one_and_is_not_tried_again(settings: Settings) -> None:
    deliver(settings.landing, {"application.csv": b""})
    deliver(settings.landing, {"application": rows("application", 2)}, day=DAY + timedelta(days=1))
    assert [result.is_refused for result in take_in(settings)] == [True, False]
    assert take_in(settings) == []


def test_histories_alone_are_a_legal_delivery(settings: Settings) -> None:
    tables = all_tables(3)
    del tables["application"]
    deliver(settings.landing, tables)
    (result,) = take_in(settings)
    assert (result.n_received, result.is_refused) == (0, False)
    assert query(settings, "SELECT count(*) FROM raw.bureau") == [(3,)]


def test_a_folder_later_than_the_business_date_waits(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 2)}, day=date(2026, 6, 2))
    assert take_in(settings, as_of=date(2026, 6, 1)) == []
    assert len(take_in(settings, as_of=date(2026, 6, 2))) == 1
