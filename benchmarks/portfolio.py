"""A portfolio of any size with histories as deep as Home Credit's: `python -m benchmarks.portfolio FOLDER APPLICANTS [--seed 1]`.

A few thousand applicants are simulated once and copied under new ids, for simulating 300,000 would take longer than most
benchmarks. Depth: 172 history rows per applicant; Home Credit's own tables have 163 (58 million for its 356,000 applicants).
The copies of an applicant lie across the whole range of ids, and the simulated rows are shuffled before they are copied, so that
the rows of one applicant are scattered over a table as in the real files, and no side gains from an order that nobody delivers.
Copies differ in their keys, and in their amounts by up to 1 %: else the files would shrink as no real delivery does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from schemas.tables import DELIVERED_TABLES, table
from tasks.core.simulation import simulate_applicants
from tasks.core.simulation.identifiers import MAX_CREDITS, applicant_ids

#: Applicants simulated at most; more are copies of them.
BASE_APPLICANTS = 4_000
#: The same without histories: cheap enough for more variety.
BASE_APPLICATIONS = 20_000
DAY = date(2026, 6, 30)
APPLICATION_ONLY = ("application", "outcomes")
MEMORY_LIMIT = "2GB"
ROOT = Path(__file__).parent.parent
Form = Literal["parquet", "csv"]


def full_size(
    folder: Path | None,
    applicants: int,
    seed: int = 1,
    *,
    day: date = DAY,
    tables: Sequence[str] = DELIVERED_TABLES,
    form: Form = "parquet",
    threads: int = 2,
) -> Path:
    """The folder that holds `<table>.parquet` (or .csv) of so many applicants; made unless it is there.

    The same arguments give the same rows in the same order. With at most BASE_APPLICANTS applicants nothing is a copy. Beyond
    1,048,576 applicants the ids run into those of the following seeds: leave the next `applicants / 2**20` seeds of a day alone.

    Args:
        folder: where portfolios are kept, each under a name made of its arguments and of the simulator's sources; None: a
            folder of the system's scratch space.
        applicants: rows of `application` and `outcomes`.
        seed: of the simulation, 0 to MAX_SEED.
        day: the business date of the applications; outcomes are observed 45 to 75 days later.
        tables: which tables; with APPLICATION_ONLY more applicants are simulated before copies begin.
        form: of the files.
        threads: of DuckDB, while it copies.
    """
    kept = folder or Path(tempfile.gettempdir()) / "loanwatch-portfolios"
    final = kept / _name(applicants, seed, day, tables, form)
    if final.is_dir():
        return final
    kept.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=kept))
    _fill(new, applicants, seed, day, tables, form, threads)
    try:
        new.rename(final)
    except OSError:  # another process has made the same meanwhile
        shutil.rmtree(new)
    return final


def _name(applicants: int, seed: int, day: date, tables: Sequence[str], form: Form) -> str:
    sources = [*sorted((ROOT / "tasks/core/simulation").iterdir()), ROOT / "schemas/columns.csv", Path(__file__)]
    digest = hashlib.sha256(json.dumps([day.isoformat(), sorted(tables)]).encode())
    for source in sources:
        digest.update(source.read_bytes() if source.is_file() else b"")
    return f"{applicants}-{seed}-{form}-{digest.hexdigest()[:12]}"


def _fill(folder: Path, applicants: int, seed: int, day: date, tables: Sequence[str], form: Form, threads: int) -> None:
    most = BASE_APPLICANTS if set(tables) - set(APPLICATION_ONLY) else BASE_APPLICATIONS
    copies = -(-applicants // min(applicants, most))
    made = simulate_applicants(day, -(-applicants // copies), seed)
    first = int(applicant_ids(day, seed, 0, 1)[0])
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "threads": threads}) as connection:
        connection.execute("SET temp_directory = ?", [str(folder / ".spill")])
        # the join as written: one copy after the other, without a sort
        connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        for name in tables:
            base = made.outcomes if name == "outcomes" else made.frames[name]
            connection.register("base", base.sample(fraction=1.0, shuffle=True, seed=seed).to_arrow())
            connection.execute(_statement(name, folder / f"{name}.{form}", copies, first, first + applicants))
            connection.unregister("base")
    shutil.rmtree(folder / ".spill", ignore_errors=True)


def _statement(name: str, path: Path, copies: int, first: int, end: int) -> str:
    """All copies of the base, ids below `end`, written to a file: one copy after the other."""
    applicant = "SK_ID_CURR" if name != "bureau_balance" else f"SK_ID_BUREAU // {MAX_CREDITS}"
    moved = f"{first} + ({applicant} - {first}) * {copies} + copy"
    keys = {
        column.name: moved if column.name == "SK_ID_CURR" else f"({moved}) * {MAX_CREDITS} + {column.name} % {MAX_CREDITS}"
        for column in table(name).columns
        if column.kind == "key"
    }
    # copy 0 is as simulated
    factor = "(1 + (copy * 37 % 101 - 100 * (copy * 37 % 101 > 50)::INTEGER) / 5000)"
    amounts = {
        column.name: f"CASE WHEN copy = 0 THEN {column.name} ELSE round({column.name} * {factor}, 2) END"
        for column in table(name).columns
        if column.kind == "amount"
    }
    replaced = ", ".join(f"{sql} AS {column}" for column, sql in {**keys, **amounts}.items())
    options = "FORMAT csv, HEADER" if path.suffix == ".csv" else "FORMAT parquet, COMPRESSION zstd"
    rows = f"SELECT base.* REPLACE ({replaced}) FROM range({copies}) AS copies(copy) CROSS JOIN base WHERE {moved} < {end}"
    return f"COPY ({rows}) TO '{path}' ({options})"


def main() -> None:
    """Makes a portfolio and names its folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("applicants", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--form", choices=["parquet", "csv"], default="parquet")
    parser.add_argument("--application-only", action="store_true")
    given = parser.parse_args()
    started = time.perf_counter()
    tables = APPLICATION_ONLY if given.application_only else DELIVERED_TABLES
    print(full_size(given.folder, given.applicants, given.seed, tables=tables, form=given.form))
    print(f"{time.perf_counter() - started:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
