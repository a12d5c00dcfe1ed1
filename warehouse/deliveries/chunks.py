"""What a reader yields: rows as received with their numbers, lines that are no rows, and the original text on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from schemas.errors import DeliveryRefusedError
from schemas.printable import name_list, short_name
from schemas.tables import Table
from warehouse.deliveries.bounds import check_columns
from warehouse.deliveries.folders import TableFile
from warehouse.deliveries.lookalikes import lookalikes

ROW_NUMBER = "row_number"
APPLICANT = "SK_ID_CURR"

#: Rows held at once of a table with more than so many columns: the widest first, about as many cells in each case.
ROWS_AT_ONCE = ((60, 50_000), (10, 250_000), (-1, 500_000))

BROKEN_SCHEMA = {"row_number": pl.Int64, "application_id": pl.Int64, "rule": pl.String, "original_text": pl.String}


@dataclass(frozen=True)
class Header:
    """The columns of a file that its table has, and those that it has not (left aside)."""

    columns: tuple[str, ...]
    extra_columns: tuple[str, ...]


@dataclass(frozen=True)
class Chunk:
    """`frame`: rows as received, with `row_number`. `broken`: lines that are no rows, as BROKEN_SCHEMA.

    `original_text(positions)` gives the text of rows of `frame` as they stood in the file.
    """

    frame: pl.DataFrame
    broken: pl.DataFrame
    original_text: Callable[[list[int]], list[str]]

    @property
    def n_rows(self) -> int:
        return self.frame.height + self.broken.height


def chunk_rows(n_columns: int) -> int:
    """How many rows of a file are held at once."""
    return next(n_rows for more_than, n_rows in ROWS_AT_ONCE if n_columns > more_than)


def empty(file: TableFile) -> DeliveryRefusedError:
    """The refusal of a file that has not even a header."""
    return DeliveryRefusedError(
        "empty_file",
        f"{file.name} is empty",
        expected="the column names at least; rows may be none",
        where=str(file.path),
        remedy="deliver the file again",
    )


def unreadable(file: TableFile, why: str) -> DeliveryRefusedError:
    """The refusal of a file that cannot be read at all. `why` names no value of the file."""
    return DeliveryRefusedError(
        "unreadable_file",
        f"{file.name} cannot be read: {why}",
        expected="a whole Parquet, CSV or gzip CSV file in UTF-8",
        where=str(file.path),
        remedy="deliver the file again; it may have been cut off on its way",
    )


def _check_lookalikes(file: TableFile, names: list[str], known: set[str]) -> None:
    found = lookalikes(names, known)
    if found:
        pairs = [f"{short_name(name)} for {ours}" for name, ours in found.items()]
        raise DeliveryRefusedError(
            "lookalike_column",
            f"{file.name} misspells {len(found)} column(s): {name_list(pairs)}",
            expected="the names letter by letter, in capitals of the Latin alphabet",
            where=str(file.path),
            remedy="correct the header and deliver the file again; left aside, these columns would count as empty",
        )


def compare_header(delivered: Table, file: TableFile, names: list[str]) -> Header:
    """Which columns the file has.

    Raises:
        DeliveryRefusedError: `too_many_columns`, `lookalike_column`, `missing_column` or `duplicate_column`.
    """
    check_columns(file, len(names))
    known = set(delivered.column_names)
    _check_lookalikes(file, names, known)
    missing = [name for name in delivered.required_names if name not in names]
    if missing:
        raise DeliveryRefusedError(
            "missing_column",
            f"{file.name} lacks {len(missing)} required column(s): {', '.join(missing)}",
            expected=f"the columns {', '.join(delivered.required_names)}, spelled so, in any order",
            where=str(file.path),
            remedy="deliver the file again with these columns in its header",
        )
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise DeliveryRefusedError(
            "duplicate_column",
            f"{file.name} names {len(twice)} column(s) more than once: {name_list(twice)}",
            expected="every column once",
            where=str(file.path),
            remedy="deliver the file again with one column of each name",
        )
    return Header(tuple(name for name in names if name in known), tuple(name for name in names if name not in known))
