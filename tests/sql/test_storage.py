"""How rows lie in the warehouse's file: in the order of applicants, in row groups that a night can hold in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.errors import VerificationError
from schemas.features import feature_set
from schemas.settings import ROW_GROUP_ROWS, Settings
from schemas.tables import DELIVERED_TABLES, table
from tests.deliveries import FIRST_ID, all_tables, deliver, query, take_in
from tests.feature_support import REAL_BATCH, versions_of, warehouse_of
from warehouse import ingest_store
from warehouse.compaction import compact_warehouse
from warehouse.connection import Connection, beside, open_warehouse, transaction
from warehouse.features import compute_features
from warehouse.opening import connect_in_memory
from warehouse.threads import threads_of

_ROWS = "CREATE TABLE score.wide AS SELECT range AS number, range * 2.5 AS amount FROM range($n)"


def _row_groups(connection: Connection) -> list[int]:
    """Rows of each row group of a table of 2.5 groups."""
    rows = connection.sql(
        "SELECT row_group_id, max(start + count) FROM pragma_storage_info('score.wide') WHERE column_name = 'number' "
        "AND segment_type <> 'VALIDITY' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [int(n) for _, n in rows]


def test_rows_are_stored_in_the_order_of_applicants_whatever_the_order_of_the_file(settings: Settings) -> None:
    tables = {name: frame.reverse() for name, frame in all_tables(7).items()}
    deliver(settings.landing, tables)
    assert not take_in(settings)[0].is_refused
    for name in set(DELIVERED_TABLES) & set(tables):
        stored = [row[0] for row in query(settings, f"SELECT SK_ID_CURR FROM raw.{name}_v1 ORDER BY rowid")]
        assert stored == sorted(stored)
        assert len(stored) == tables[name].height
    numbers = query(settings, "SELECT row_number FROM raw.application_v1 ORDER BY rowid")
    assert numbers == [(number,) for number in range(7, 0, -1)], "the number is still the row's place in the file"


def test_a_chunk_that_several_threads_write_is_whole_and_in_order(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Months of two applicants by turns, in one chunk of several row groups."""
    n = 2 * ROW_GROUP_ROWS + 1000
    monkeypatch.setattr(ingest_store, "_TOGETHER_FROM", n)
    delivered = np.resize([FIRST_ID * 10 + 10, FIRST_ID * 10], n)
    frame = pl.DataFrame({"SK_ID_BUREAU": delivered, "MONTHS_BALANCE": -np.arange(n) % 97 - 96, "STATUS": ["C"] * n})
    deliver(settings.landing, all_tables(2) | {"bureau_balance": frame})
    assert not take_in(replace(settings, threads=3))[0].is_refused
    stored = query(settings, "SELECT SK_ID_CURR, row_number, MONTHS_BALANCE FROM raw.bureau_balance_v1 ORDER BY rowid")
    numbered = zip(np.resize([FIRST_ID + 1, FIRST_ID], n).tolist(), range(1, n + 1), frame["MONTHS_BALANCE"], strict=True)
    assert stored == sorted(numbered, key=lambda row: row[:2])


def test_texts_of_a_closed_list_are_numbers_of_just_that_list_in_the_order_of_the_alphabet(settings: Settings) -> None:
    """Another list of levels in columns.csv needs a migration, which this test asks for."""
    with open_warehouse(settings) as connection:
        lists = connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() JOIN duckdb_tables() "
            "USING (database_name, schema_name, table_name) WHERE data_type LIKE 'ENUM%'"
        ).fetchall()
    declared = {(f"{name}_v1", "origin"): ["history", "nightly"] for name in DELIVERED_TABLES}
    declared["bureau_balance_v1", "STATUS"] = sorted(table("bureau_balance").column("STATUS").levels)
    assert {(name, column): found for name, column, found in lists} == {
        place: _enum(levels) for place, levels in declared.items()
    }


def _enum(levels: list[str]) -> str:
    return f"ENUM({', '.join(map(repr, levels))})"


@pytest.mark.parametrize("key", [None, "k" * 32])
def test_row_groups_are_as_long_as_transactions_count_on_also_in_a_file_that_was_written_anew(
    settings: Settings, key: str | None
) -> None:
    settings = replace(settings, key=key)
    expected = [ROW_GROUP_ROWS, ROW_GROUP_ROWS, ROW_GROUP_ROWS // 2]
    with open_warehouse(settings) as connection:
        connection.execute(_ROWS, {"n": sum(expected)})
        connection.execute("CHECKPOINT")
        assert _row_groups(connection) == expected
    compact_warehouse(settings)
    with open_warehouse(settings) as connection:
        assert _row_groups(connection) == expected


def test_a_file_that_is_written_anew_takes_its_spilled_rows_with_it_and_no_running_query_s(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    connection = connect_in_memory(settings)
    ((running,),) = connection.execute("SELECT current_setting('temp_directory')").fetchall()
    spilled = [settings.scratch / "duckdb_temp_storage_DEFAULT-0.tmp", settings.scratch / "memory-7-stopped" / "part.tmp"]
    for file in (*spilled, Path(running) / "part.tmp"):
        file.parent.mkdir(exist_ok=True)
        file.touch()
    compact_warehouse(settings)
    assert [file.exists() for file in (*spilled, Path(running) / "part.tmp")] == [False, False, True]
    connection.close()


def test_a_connection_beside_sees_what_is_committed_and_no_more(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        connection.execute("CREATE TABLE score.one AS SELECT 1 AS n")
        with transaction(connection), beside(connection) as other:
            connection.execute("INSERT INTO score.one VALUES (2)")
            assert other.execute("SELECT count(*) FROM score.one").fetchone() == (1,)
            assert other.execute("SELECT current_database()").fetchone() == ("warehouse",)


def test_threads_come_back_after_features_also_where_they_fail() -> None:
    with warehouse_of({"application": [{}]}, threads=3) as connection:
        asked = versions_of(connection)
        compute_features(connection, feature_set({}, []), asked)
        assert threads_of(connection) == 3
        with pytest.raises(VerificationError):
            compute_features(connection, feature_set({}, []), asked.with_columns(batch_id=REAL_BATCH + 1))
        assert threads_of(connection) == 3
