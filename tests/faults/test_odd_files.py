"""Files that are whole but unusual, and faults of the libraries that read them: taken in or refused, and the next one goes on."""

from __future__ import annotations

import errno
import gzip
import io
import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import ResourceError
from schemas.settings import Settings
from tasks import take_in as steps
from tasks.core.validation import screen
from tests.deliveries import DAY, FIRST_ID, as_csv, deliver, file_bytes, query, rows, take_in
from warehouse.deliveries import parquet, reading
from warehouse.deliveries.chunks import Chunk, Header
from warehouse.deliveries.csv_lines import broken_lines, split_lines
from warehouse.deliveries.folders import TableFile

N = 40
NEXT = DAY + timedelta(days=1)


def lines_with(**cells: str) -> str:
    """A CSV file of applications whose first row holds these cells."""
    lines = as_csv(rows("application", N)).splitlines()
    header, first = lines[0].split(","), lines[1].split(",")
    for name, cell in cells.items():
        first[header.index(name)] = cell
    return "\n".join([lines[0], ",".join(first), *lines[2:]])


def written(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def parquet_with(name: str, cells: pa.Array) -> bytes:
    """A Parquet file of applications with another column of that name."""
    table = rows("application", len(cells)).to_arrow()
    return written(table.set_column(table.schema.get_field_index(name), name, cells))


def quarantine(settings: Settings) -> list[tuple[Any, ...]]:
    return query(settings, "SELECT application_id, row_number, rule, column_name FROM core.quarantine ORDER BY ALL")


def test_a_quoted_cell_of_200000_characters_goes_to_quarantine(settings: Settings) -> None:
    deliver(settings.landing, {"application.csv": lines_with(OCCUPATION_TYPE='"' + "x" * 200_000 + '"')})
    (result,) = take_in(settings)
    assert (result.n_received, result.n_accepted) == (N, N - 1)
    assert quarantine(settings) == [(FIRST_ID, 1, "too_long", "OCCUPATION_TYPE")]


def test_a_bare_carriage_return_beside_a_quoted_cell_is_a_character_like_others(settings: Settings) -> None:
    deliver(settings.landing, {"application.csv": lines_with(NAME_CONTRACT_TYPE='"Cash loans"', OCCUPATION_TYPE="Core\rstaff")})
    (result,) = take_in(settings)
    assert (result.n_received, result.n_accepted) == (N, N)
    assert query(settings, "SELECT OCCUPATION_TYPE FROM raw.application WHERE row_number = 1") == [("Core\rstaff",)]


def test_quoted_fields_are_counted_whatever_stands_in_them() -> None:
    lines = split_lines(
        b'"a,""b"",c",d\n"",""\n"","",""\n"a"\n' + b'"' + b'""' * 400_000 + b'",x\n' + b'"' + b'""' * 400_000 + b"x\n"
    )
    assert broken_lines(lines, 2) == {2: "ragged_row", 3: "ragged_row", 5: "bad_quoting"}


AMOUNTS = [Decimal(cents) / 100 for cents in range(51_353_107, 51_353_107 + N)]


@pytest.mark.parametrize(
    "kind", [pa.decimal32(9, 2), pa.decimal64(18, 2), pa.decimal128(18, 2), pa.decimal128(38, 2), pa.decimal256(50, 2)], ids=str
)
def test_decimal_amounts_are_the_nearest_doubles(settings: Settings, kind: pa.DataType) -> None:
    deliver(settings.landing, {"application.parquet": parquet_with("AMT_CREDIT", pa.array(AMOUNTS, kind))})
    take_in(settings)
    held = [amount for (amount,) in query(settings, "SELECT AMT_CREDIT FROM raw.application ORDER BY row_number")]
    assert held == [float(amount) for amount in AMOUNTS]


TEXTS = ["F"] * (N - 1) + ["M"]


@pytest.mark.parametrize(
    "cells",
    [
        pa.array(TEXTS).dictionary_encode(),
        pa.array(TEXTS, pa.large_string()),
        pa.array(TEXTS, pa.string_view()),
        pa.array([text.encode() for text in TEXTS], pa.binary(1)),
        pa.array([text.encode() for text in TEXTS], pa.binary_view()),
        pa.array([text.encode() for text in TEXTS]).dictionary_encode(),
    ],
    ids=lambda cells: str(cells.type),
)
def test_text_is_text_in_whatever_form(settings: Settings, cells: pa.Array) -> None:
    deliver(settings.landing, {"application.parquet": parquet_with("CODE_GENDER", cells)})
    take_in(settings)
    assert [text for (text,) in query(settings, "SELECT CODE_GENDER FROM raw.application ORDER BY row_number")] == TEXTS


@pytest.mark.parametrize("kind", [pa.string(), pa.string_view()], ids=str)
def test_text_of_other_forms_that_is_no_utf8_goes_to_quarantine(settings: Settings, kind: pa.DataType) -> None:
    cells = pa.array([b"Verk\xe4ufer" if i == 4 else b"Laborers" for i in range(N)], pa.large_binary())
    trusted = cells.view(pa.large_string())
    cells = trusted.dictionary_encode() if kind == pa.string() else trusted.cast(kind)
    deliver(settings.landing, {"application.parquet": parquet_with("OCCUPATION_TYPE", cells)})
    take_in(settings)
    assert quarantine(settings) == [(FIRST_ID + 4, 5, "invalid_utf8", "OCCUPATION_TYPE")]


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([1] * N).dictionary_encode(),
        pa.array([1.0] * N, pa.float16()),
        pa.array([1] * N, pa.uint64()),
        pa.array([True] * N),
        pa.array([b"1"] * N),
        pa.array(["1"] * N).dictionary_encode(),
    ],
    ids=lambda cells: str(cells.type),
)
def test_a_count_is_read_in_whatever_form(settings: Settings, cells: pa.Array) -> None:
    deliver(settings.landing, {"application.parquet": parquet_with("CNT_CHILDREN", cells)})
    take_in(settings)
    assert query(settings, "SELECT CNT_CHILDREN, count(*) FROM raw.application GROUP BY 1") == [(1, N)]


SEEN = date(2026, 5, 1)


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([SEEN] * N),
        pa.array([SEEN] * N, pa.date64()),
        pa.array([SEEN] * N).dictionary_encode(),
        pa.array(["2026-05-01"] * N).dictionary_encode(),
        pa.array(["2026-05-01"] * N, pa.string_view()),
        pa.array([SEEN] * N).cast(pa.timestamp("ns")),
    ],
    ids=lambda cells: str(cells.type),
)
def test_a_date_is_read_in_whatever_form(settings: Settings, cells: pa.Array) -> None:
    table = rows("outcomes", N).to_arrow()
    deliver(settings.landing, {"outcomes.parquet": written(table.set_column(2, "observed_on", cells))})
    take_in(settings)
    assert query(settings, "SELECT observed_on, count(*) FROM raw.outcomes GROUP BY 1") == [(SEEN, N)]


def test_dictionaries_of_a_type_that_does_not_fit_refuse_the_delivery(settings: Settings) -> None:
    deliver(settings.landing, {"application.parquet": parquet_with("AMT_CREDIT", pa.array([SEEN] * N).dictionary_encode())})
    (result,) = take_in(settings)
    assert str(result.refused_because).startswith("wrong_type")


def raising(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*_arguments: object) -> NoReturn:
        raise error

    return fail


FAULTS = [
    pa.ArrowNotImplementedError("secret"),
    pa.ArrowInvalid("secret"),
    pl.exceptions.ComputeError("secret"),
    pl.exceptions.PanicException("secret"),
]


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("where", ["reading", "converting"])
def test_a_fault_of_a_library_refuses_the_delivery_by_its_class_and_the_next_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: BaseException, where: str
) -> None:
    deliver(settings.landing, {"application": rows("application", 3)})
    deliver(settings.landing, {"application.csv": as_csv(rows("application", 3, first_id=1))}, day=NEXT)
    if where == "reading":
        monkeypatch.setattr(parquet, "_frame", raising(error))
    else:
        monkeypatch.setattr(
            steps, "screen", lambda name, frame, day: raising(error)() if day == DAY else screen(name, frame, day)
        )
    refused, taken = take_in(settings)
    assert refused.refused_because == (
        "unreadable_file: application.parquet cannot be read: "
        f"it is damaged, or of a form that is not known ({type(error).__name__})"
    )
    assert (refused.n_received, taken.n_accepted) == (0, 3)
    assert "secret" not in caplog.text
    assert take_in(settings) == []


def test_a_time_zone_that_nobody_knows_refuses_the_delivery(settings: Settings) -> None:
    table = rows("outcomes", N).to_arrow()
    odd = pa.array([SEEN] * N).cast(pa.timestamp("us")).view(pa.timestamp("us", "Mars/Phobos"))
    deliver(settings.landing, {"outcomes.parquet": written(table.set_column(2, "observed_on", odd))})
    (result,) = take_in(settings)
    assert str(result.refused_because).startswith("unreadable_file: outcomes.parquet")


def test_a_signal_is_no_fault_of_a_file(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(settings.landing, {"application": rows("application", 3)})
    monkeypatch.setattr(parquet, "_frame", raising(pa.lib.ArrowCancelled("stop")))
    with pytest.raises(pa.lib.ArrowCancelled):
        take_in(settings)
    assert query(settings, "SELECT count(*) FROM ops.batches") == [(0,)]


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz"])
@pytest.mark.parametrize("when", ["header", "rows"])
def test_a_file_that_vanishes_while_it_is_read_is_an_error_of_the_surroundings(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, ending: str, when: str
) -> None:
    folder = deliver(settings.landing, {"application": rows("application", 3)}, ending=ending)
    name = "read_header" if when == "header" else "read_chunks"
    real: Callable[..., Any] = getattr(reading, name)

    def vanish(file: TableFile, *others: Any) -> Any:
        file.path.unlink(missing_ok=True)
        return real(file, *others)

    monkeypatch.setattr(steps, name, vanish)
    with pytest.raises(ResourceError, match="No such file") as caught:
        take_in(settings)
    assert caught.value.exit_code == 15
    monkeypatch.undo()
    deliver(settings.landing, {"application": rows("application", 3)}, ending=ending)
    assert [result.n_accepted for result in take_in(settings)] == [3]
    assert folder.is_dir()


@pytest.mark.parametrize(
    "number", [errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENOTCONN, errno.ENOMEM, errno.EREMOTEIO, errno.ENOSPC]
)
def test_a_fault_of_the_storage_is_none_of_the_file_and_is_not_remembered(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    deliver(settings.landing, {"application": rows("application", 3)}, ending="csv")
    monkeypatch.setattr(reading, "read_csv_chunks", raising(OSError(number, os.strerror(number), "x")))
    with pytest.raises(ResourceError, match=os.strerror(number)):
        take_in(settings)
    monkeypatch.undo()
    assert [result.n_accepted for result in take_in(settings)] == [3]


def test_what_readers_find_damaged_has_no_number_of_the_system(tmp_path: Path) -> None:
    file, whole = tmp_path / "file", file_bytes(rows("application", 3), "parquet")
    faults = []
    readers: list[tuple[Callable[[Path], object], bytes]] = [
        (pq.read_table, whole[:-40]),
        (pq.read_table, b"PAR1" + b"x" * 60 + b"PAR1"),
        (pq.read_table, whole[:200] + b"\0" * 50 + whole[250:]),
        (lambda path: gzip.decompress(path.read_bytes()), b"no gzip"),
    ]
    for read, content in readers:
        file.write_bytes(content)
        with pytest.raises((OSError, pa.ArrowException)) as caught:
            read(file)
        faults.append(getattr(caught.value, "errno", None))
    assert faults == [None] * len(readers)


def test_a_file_that_may_not_be_read_is_an_error_of_the_surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(settings.landing, {"application": rows("application", 3)}, ending="csv")
    monkeypatch.setattr(reading, "read_csv_chunks", raising(PermissionError(13, "Permission denied", "x")))
    with pytest.raises(ResourceError, match="Permission denied"):
        take_in(settings)


def test_a_file_that_shrinks_while_it_is_read_again_refuses_the_delivery(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = rows(
        "application", 80, SK_ID_CURR=[FIRST_ID, *range(FIRST_ID, FIRST_ID + 79)], AMT_CREDIT=[1.0 * i for i in range(80)]
    )
    deliver(settings.landing, {"application": frame})

    def no_chunks(_file: TableFile, _header: Header) -> Iterator[Chunk]:
        return iter(())

    monkeypatch.setattr(reading, "read_chunks", no_chunks)
    (result,) = take_in(settings)
    assert str(result.refused_because).endswith("it was changed while it was read")
    assert Path(settings.landing).is_dir()
