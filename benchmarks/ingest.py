"""Ingest beside a bare read: `python -m benchmarks.ingest [--sizes 10000 100000 300000] [--runs 5]`.

Ours is all that happens between a ready folder and its rows in the warehouse: hashing the file, reading it in chunks, typing and
checking every cell, sorting out bad and repeated rows into quarantine with every rule that they broke, the ledger, one
transaction. The bare side is one CREATE TABLE from read_parquet or read_csv in a fresh database file, with the same threads and
memory limit; it keeps what is bad.

Once with clean rows, once with one row in a hundred that breaks a rule, each rule but those of the key by turns (the policy
admits five in a hundred). The accepted rows have to hold the same values in every column of the file, by sums of hashes of key
and value.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.frame import Side, Stopwatch, Target, call, run
from benchmarks.homes import NIGHT, deliver, settings_of
from benchmarks.portfolio import APPLICATION_ONLY, Form, full_size

if TYPE_CHECKING:
    from schemas.tables import Column
    from warehouse.connection import Connection

FORMS: tuple[Form, ...] = ("parquet", "csv")
CLEAN, BAD = "clean", "1 % bad"
KEY = "SK_ID_CURR"
#: Beside the file of a portfolio with bad rows: the keys of these rows.
BAD_KEYS = "bad_keys.parquet"


def with_bad_rows(portfolio: Path, form: Form) -> Path:
    """The same applications, one in a hundred of them bad, and their keys; made unless they are there."""
    import polars as pl

    from benchmarks.validation import BAD_EVERY, spoiled

    final = portfolio.with_name(f"{portfolio.name}-{form}-1-in-{BAD_EVERY}-bad")
    if not (final / BAD_KEYS).is_file():
        final.mkdir(exist_ok=True)
        frame = spoiled(pl.read_parquet(portfolio / "application.parquet"), but=[KEY])
        write = frame.write_parquet if form == "parquet" else frame.write_csv
        write(final / f"application.{form}")
        frame[::BAD_EVERY].select(KEY).write_parquet(final / BAD_KEYS)
    return final


def _check(connection: Connection, relation: str, file: Path) -> dict[str, Any]:
    """What the sides of the same rows must agree on.

    That is how many rows there are, and per column of the file the present values and the sum of the hashes of key and value.
    """
    from schemas.tables import table

    read = f"read_{file.suffix[1:]}('{file}')"
    delivered = {row[0] for row in connection.execute(f"DESCRIBE FROM {read}").fetchall()}
    types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE FROM {relation}").fetchall()}
    columns = [column for column in table("application").columns if column.name in delivered]
    parts = ", ".join(f"count({one.name}), sum({_hash(one, types[one.name])}) FILTER ({one.name} IS NOT NULL)" for one in columns)
    (found,) = connection.execute(f"SELECT count(*), {parts} FROM {relation}").fetchall()
    return {"check": [str(one) for one in found], "about": BAD if (file.parent / BAD_KEYS).is_file() else CLEAN}


def _hash(column: Column, sql_type: str) -> str:
    """Of key and value; read_csv takes a column of Yes and No for truth values."""
    is_guessed = column.kind == "text" and sql_type == "BOOLEAN"
    value = f"if({column.name}, 'Yes', 'No')" if is_guessed else f"{column.name}::{column.sql_type}"
    return f"hash({KEY}::BIGINT, {value})"


def _accepted(portfolio: Path) -> str:
    """The rows of the bare table that are not bad."""
    file = portfolio / BAD_KEYS
    return f"bare ANTI JOIN read_parquet('{file}') USING ({KEY})" if file.is_file() else "bare"


def _n_bad(connection: Connection, portfolio: Path) -> int:
    file = portfolio / BAD_KEYS
    return connection.read_parquet(str(file)).shape[0] if file.is_file() else 0


def ours(portfolio: str, form: str) -> dict[str, Any]:
    """Takes one delivery of applications into a fresh warehouse."""
    import schemas.frames  # noqa: F401  a night has loaded Pandera by then
    from schemas.policy import load_policy
    from tasks.ingest import ingest_all
    from warehouse.connection import open_warehouse

    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder))
        deliver(settings.home, Path(portfolio), NIGHT, ["application"])
        with open_warehouse(settings) as connection:
            with watch.running():
                (result,) = ingest_all(settings, connection, load_policy(None))
            n_bad = _n_bad(connection, Path(portfolio))
            if result.is_refused or (result.n_accepted, result.n_quarantined) != (result.n_received - n_bad, n_bad):
                raise SystemExit(f"not the {n_bad} bad rows alone were left out: {result.refused_because}")
            agreed = _check(connection, "raw.application_v1", Path(portfolio) / f"application.{form}")
    return {**watch.figures(), **agreed}


def bare(portfolio: str, form: str) -> dict[str, Any]:
    """Reads the same file into a table."""
    import duckdb

    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder))
        file = Path(portfolio) / f"application.{form}"
        config: dict[str, Any] = {"threads": settings.threads, "memory_limit": settings.memory_limit}
        with duckdb.connect(str(Path(folder) / "bare.duckdb"), config=config) as connection:
            with watch.running():
                connection.execute(f"CREATE TABLE bare AS FROM read_{form}('{file}')")
            agreed = _check(connection, _accepted(Path(portfolio)), file)
    return {**watch.figures(), **agreed}


def _names(form: str, kind: str) -> tuple[str, str]:
    return f"ours, {form}, {kind}", f"bare read_{form}, {kind}"


def sides_of(size: int, folder: Path) -> list[Side]:
    """Ours and the bare read, of Parquet and of CSV, of clean and of bad rows."""
    made = {form: full_size(folder, size, 2, day=NIGHT, tables=APPLICATION_ONLY, form=form) for form in FORMS}
    sides = []
    for form in FORMS:
        for kind, portfolio in ((CLEAN, made[form]), (BAD, with_bad_rows(made["parquet"], form))):
            mine, peer = _names(form, kind)
            sides.append(call(mine, "benchmarks.ingest:ours", portfolio=str(portfolio), form=form))
            sides.append(call(peer, "benchmarks.ingest:bare", portfolio=str(portfolio), form=form))
    return sides


if __name__ == "__main__":
    run(
        "ingest",
        "a delivery of applications taken in, validated and on the ledger, beside a bare read into a table",
        sides_of,
        [Target("at_most", 2.5, of=_names(form, kind)) for form in FORMS for kind in (CLEAN, BAD)],
        description=__doc__,
        notes=[
            "The application table, its file in the page cache. 1 % bad: one row in a hundred goes to quarantine with the rules "
            "that it broke; the bare read keeps it.",
            "Checked: every value of the accepted rows, by sums of hashes.",
        ],
    )
