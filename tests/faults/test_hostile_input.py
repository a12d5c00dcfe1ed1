"""Input made to do harm: each piece gets its own refusal or stays where it is, and nothing of it runs or is believed."""

from __future__ import annotations

import gzip
import os
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.features import level_names
from schemas.settings import Settings
from schemas.tables import DELIVERED_TABLES, table
from tasks import take_in as steps
from tests.deliveries import DAY, as_csv, deliver, query, rows, take_in
from warehouse.connection import open_warehouse
from warehouse.deliveries import bounds, csv_lines
from warehouse.deliveries.csv_lines import blocks
from warehouse.deliveries.folders import business_date, ready_folders
from warehouse.deliveries.lookalikes import lookalikes, skeleton
from warehouse.features import observe_levels

N = 4
NAMES = [
    "'; DROP TABLE raw.application_v1; --",
    '"; DROP TABLE raw.application_v1; --',
    "..",
    "../../../etc/passwd",
    "line\nloanwatch: all is well",
    "\x1b[2J\x1b[31mred",
    "\N{RIGHT-TO-LEFT OVERRIDE}vsc.noitacilppa",
    "a\N{ZERO WIDTH SPACE}b",
    "\x00",
    "\x85\u2028",
    "$(touch owned) `touch owned` %s {0}",
    "x" * 200,
]
HOSTILE = [*NAMES, "<script>alert(1)</script>", "=cmd|' /C calc'!A0"]


def is_harmless(text: str) -> bool:
    """Whether a text stays on its line and shows all that it holds."""
    return not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for sign in text)


def refused_because(settings: Settings) -> str:
    """The reason of the only delivery, of which nothing was kept."""
    (result,) = take_in(settings)
    assert query(settings, "SELECT count(*) FROM raw.application_v1") == [(0,)]
    assert is_harmless(str(result.refused_because))
    return str(result.refused_because)


def with_columns(names: list[str], ending: str) -> dict[str, Any]:
    """A delivery whose applications have more columns than theirs."""
    frame = rows("application", N).with_columns(pl.lit("1").alias(name) for name in names)
    return {f"application.{ending}": as_csv(frame)} if ending == "csv" else {"application": frame}


def test_file_names_are_left_aside_and_told_without_what_cannot_be_seen(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    folder = deliver(settings.landing, {"application": rows("application", N)})
    names = [name for name in HOSTILE if "/" not in name and "\0" not in name and name != ".."]
    for name in names:
        (folder / f"{name}.csv").write_bytes(b"harm")
    assert [result.n_accepted for result in take_in(settings)] == [N]
    told = [record.getMessage() for record in caplog.records if "left aside" in record.getMessage()]
    assert len(told) == 1
    assert told[0].count(".csv") == len(names) - 1  # the longest is cut
    assert is_harmless(told[0])


def test_a_file_name_that_is_no_text_is_left_aside(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    folder = deliver(settings.landing, {"application": rows("application", N)})
    (Path(os.fsdecode(os.fsencode(folder) + b"/odd\xff.csv"))).write_bytes(b"")
    assert [result.n_accepted for result in take_in(settings)] == [N]
    assert r"odd\udcff.csv" in caplog.text


@pytest.mark.parametrize(
    "name", ["2026-06-01 ", "2026-06-01\n", "\N{ARABIC-INDIC DIGIT TWO}026-06-01", "2026-6-1", "../2026-06-01", "2026-06-31"]
)
def test_a_folder_that_only_looks_like_a_day_is_none(name: str) -> None:
    assert business_date(name) is None


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_column_names_are_noted_and_left_aside(settings: Settings, ending: str) -> None:
    names = [name for name in HOSTILE if "\n" not in name]
    deliver(settings.landing, with_columns(names, ending))
    assert [result.n_accepted for result in take_in(settings)] == [N]
    assert query(settings, "SELECT extra_columns FROM ops.batch_files") == [(names,)]
    assert query(settings, "SELECT count(*) FROM raw.application_v1") == [(N,)]


LOOKALIKES = [
    "ext_source_2",
    " EXT_SOURCE_2",
    "EXT_SOURCE_2\N{ZERO WIDTH SPACE}",
    "EXT_S\N{CYRILLIC CAPITAL LETTER O}URCE_2",
    "\N{GREEK CAPITAL LETTER EPSILON}XT_SOURCE_2",
    "EXT_SOURCE_\N{FULLWIDTH DIGIT TWO}",
]


@pytest.mark.parametrize("name", LOOKALIKES, ids=ascii)
def test_a_name_that_looks_like_ours_is_known(name: str) -> None:
    assert lookalikes(["SK_ID_CURR", name], {"SK_ID_CURR", "EXT_SOURCE_2"}) == {name: "EXT_SOURCE_2"}


def test_every_name_of_ours_looks_like_itself_alone() -> None:
    names = {column.name for delivered in DELIVERED_TABLES for column in table(delivered).columns}
    assert len({skeleton(name) for name in names}) == len(names)


@pytest.mark.parametrize(("ending", "name"), [("csv", LOOKALIKES[2]), ("parquet", LOOKALIKES[3])], ids=ascii)
def test_a_column_that_only_looks_like_ours_refuses_the_delivery(settings: Settings, name: str, ending: str) -> None:
    frame = rows("application", N).rename({"EXT_SOURCE_2": name})
    deliver(settings.landing, {f"application.{ending}": as_csv(frame)} if ending == "csv" else {"application": frame})
    assert refused_because(settings).startswith(f"lookalike_column: application.{ending} misspells 1 column(s): ")


def test_a_lookalike_beside_the_real_column_is_one_more_column(settings: Settings) -> None:
    deliver(settings.landing, with_columns(["ext_source_2"], "csv"))
    assert [result.n_accepted for result in take_in(settings)] == [N]


def test_a_column_named_twice_is_told_on_one_line(settings: Settings) -> None:
    text = as_csv(rows("application", N)).replace("\n", ",\x1b[31m,\x1b[31m\n", 1)
    deliver(settings.landing, {"application.csv": text})
    assert refused_because(settings).endswith(r"more than once: \x1b[31m")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_header_of_very_many_columns_refuses_the_delivery_at_once(settings: Settings, ending: str) -> None:
    names = [f"c{number}" for number in range(bounds.MAX_COLUMNS)]
    if ending == "csv":
        deliver(
            settings.landing, {"application.csv": as_csv(rows("application", N)).replace("\n", "," + ",".join(names) + "\n", 1)}
        )
    else:
        more = pl.DataFrame({name: [0] * N for name in names})
        deliver(settings.landing, {"application": rows("application", N).hstack(more)})
    assert refused_because(settings).startswith("too_many_columns: ")


@pytest.mark.parametrize(("kind", "ending"), [("link", "csv"), ("pipe", "parquet"), ("folder", "csv.gz")])
def test_what_is_no_regular_file_is_neither_followed_nor_waited_for(settings: Settings, kind: str, ending: str) -> None:
    folder = deliver(settings.landing, {"bureau": rows("bureau", N)})
    _put(folder / f"application.{ending}", kind)
    assert refused_because(settings) == f"not_a_regular_file: application.{ending} is no regular file"


def _put(path: Path, kind: str) -> None:
    if kind == "link":
        path.symlink_to("/etc/passwd")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()


@pytest.mark.parametrize(("kind", "ending"), [("link", "csv"), ("pipe", "csv.gz"), ("link", "parquet")])
def test_a_file_that_becomes_a_link_after_it_was_hashed_is_not_followed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, kind: str, ending: str
) -> None:
    folder = deliver(settings.landing, {"application": rows("application", N)}, ending=ending)
    read = steps.read_header

    def swap(file: Any) -> Any:
        file.path.unlink(missing_ok=True)
        _put(file.path, kind)
        return read(file)

    monkeypatch.setattr(steps, "read_header", swap)
    assert take_in(settings) == []  # it is not what was hashed
    monkeypatch.undo()
    assert refused_because(settings) == f"not_a_regular_file: application.{ending} is no regular file"
    assert folder.is_dir()


def test_a_ready_marker_of_any_content_is_a_marker(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", N)}, ready="\0'; DROP TABLE raw.application_v1;--\n" * 1000)
    assert [result.n_accepted for result in take_in(settings)] == [N]
    (settings.landing / "2026-06-02").mkdir()
    os.mkfifo(settings.landing / "2026-06-02" / "_READY")
    assert list(ready_folders(settings.landing)) == [DAY]


@pytest.mark.parametrize("filling", [b"0" * 2**20, b"\n" * 2**20, b"a\n" * 2**19], ids=["one line", "blank lines", "short lines"])
def test_a_gzip_file_that_unpacks_without_end_is_refused_before_it_has(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, filling: bytes
) -> None:
    monkeypatch.setattr(bounds, "FREE_UNPACKED_BYTES", 2**20)
    monkeypatch.setattr(csv_lines, "BLOCK_BYTES", 2**18)
    bomb = gzip.compress(as_csv(rows("application", N)).encode() + filling * 4, mtime=0)
    deliver(settings.landing, {"application.csv.gz": bomb})
    assert refused_because(settings).startswith("unpacks_too_large: application.csv.gz ")
    assert query(settings, "SELECT count(*) FROM core.quarantine") == [(0,)]


def test_a_gzip_file_of_rows_that_repeat_is_no_bomb(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "FREE_UNPACKED_BYTES", 2**16)
    deliver(settings.landing, {"application": rows("application", 2000)}, ending="csv.gz")
    assert [result.n_accepted for result in take_in(settings)] == [2000]


def test_a_long_value_in_every_row_of_a_parquet_file_is_never_written_out(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MAX_COLUMN_BYTES", 2**20)
    arrow = rows("application", 100).to_arrow()
    cells = pa.DictionaryArray.from_arrays(pa.array(np.zeros(100, dtype="int32")), pa.array(["x" * 2**16]))
    folder = deliver(settings.landing, {}, ready=None)
    place = arrow.schema.get_field_index("OCCUPATION_TYPE")
    pq.write_table(arrow.set_column(place, "OCCUPATION_TYPE", cells), folder / "application.parquet")
    (folder / "_READY").touch()
    assert refused_because(settings).startswith("unpacks_too_large: application.parquet ")


@pytest.mark.parametrize("bound", ["cells", "bytes"])
def test_a_parquet_file_of_more_rows_than_it_can_hold_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(bounds, "FREE_CELLS" if bound == "cells" else "FREE_UNPACKED_BYTES", 1000)
    monkeypatch.setattr(bounds, "MAX_CELLS_PER_BYTE" if bound == "cells" else "MAX_UNPACK_RATIO", 1)
    folder = deliver(settings.landing, {"application": rows("application", N)}, ready=None)
    n = 100_000
    months = pa.array(np.arange(n) % 90 - 90) if bound == "bytes" else pa.repeat(-1, n)
    arrow = pa.table({"SK_ID_BUREAU": pa.repeat(1, n), "MONTHS_BALANCE": months, "STATUS": pa.repeat("C", n)})
    pq.write_table(arrow, folder / "bureau_balance.parquet", compression="zstd")
    (folder / "_READY").touch()
    assert "unpacks_too_large: " in refused_because(settings)


def test_a_line_of_48_megabytes_is_one_bad_row(settings: Settings) -> None:
    folder = deliver(settings.landing, {"application.csv": as_csv(rows("application", N))})
    with (folder / "application.csv").open("r+b") as file:
        file.truncate(48 * 2**20)  # a hole in the file: zeros without a line end
    (result,) = take_in(settings)
    assert (result.n_received, result.n_accepted, result.n_quarantined) == (N + 1, N, 1)
    assert query(settings, "SELECT rule, row_number FROM core.quarantine") == [("line_too_long", N + 1)]
    assert query(settings, "SELECT max(length(original_text)) < 1100000 FROM core.rejected_rows") == [(True,)]


def test_a_block_of_very_many_lines_comes_in_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(csv_lines, "MAX_BLOCK_LINES", 3)
    path = tmp_path / "lines"
    path.write_bytes(b"a\n" * 10)
    with path.open("rb") as stream:
        assert [part.count(b"\n") for part in blocks(stream)] == [3, 3, 3, 1]


NESTED = [
    pa.array([[1.0]] * N),
    pa.array([{"a'; DROP TABLE x; --\x1b[31m": 1.0}] * N),
    pa.array([[("k", 1.0)]] * N, pa.map_(pa.string(), pa.float64())),
    pa.array([[[1.0]]] * N),
]


@pytest.mark.parametrize("cells", NESTED, ids=lambda cells: ascii(str(cells.type))[:20])
def test_nested_columns_refuse_the_delivery_by_name(settings: Settings, cells: pa.Array) -> None:
    folder = deliver(settings.landing, {}, ready=None)
    arrow = rows("application", N).to_arrow()
    place = arrow.schema.get_field_index("AMT_CREDIT")
    pq.write_table(arrow.set_column(place, "AMT_CREDIT", cells), folder / "application.parquet")
    (folder / "_READY").touch()
    assert refused_because(settings).startswith("nested_column: application.parquet holds 1 column(s)")


def test_a_level_of_any_text_is_a_value_and_never_a_statement(settings: Settings) -> None:
    frame = rows("bureau", len(HOSTILE), CREDIT_TYPE=HOSTILE)
    deliver(settings.landing, {"application": rows("application", len(HOSTILE)), "bureau": frame})
    take_in(settings)
    with open_warehouse(settings) as connection:
        levels = observe_levels(connection, 2**31 - 1)["bureau.CREDIT_TYPE"]
    assert {*levels} <= {*HOSTILE}
    names = level_names(HOSTILE)
    assert len({*names.values()}) == len(HOSTILE)
    assert all(name.replace("_", "").isalnum() and name.isascii() for name in names.values())
    assert query(settings, "SELECT count(DISTINCT CREDIT_TYPE) FROM raw.bureau") == [(len(HOSTILE),)]
