"""The tables of the competition "Home Credit Default Risk" as deliveries: labelled applications as history, the others as new.

The tables are larger than memory is meant to be, so they are read in batches and set down by day in a scratch folder
(`landing/.import`); then each day is put together and delivered.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from schemas.errors import SourceUnreachableError, UsageError
from schemas.settings import Settings
from schemas.tables import HISTORY_TABLES, Table, table
from tasks.core.importing import Calendar, assign_days, outcomes_of, read_type, with_delivered_types
from tasks.deliver import HOME_CREDIT, check_source, write_delivery
from tasks.import_plan import note_plan, require_same_plan

#: The last new day where none is named; fixed, since no result depends on today's date.
DEFAULT_UNTIL = date(2026, 6, 30)
BATCH_ROWS = 500_000
_EXTENSIONS = (".parquet", ".csv", ".csv.gz")
_LABELLED, _NEW = "application_train", "application_test"
_OUTCOME_TYPES: dict[str, type[pl.DataType]] = {
    "SK_ID_CURR": pl.Int64,
    "TARGET": pl.Int8,
    "observed_on": pl.Date,
    "received_on": pl.Date,
}
OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class ImportReport:
    """What an import delivered, counts alone. `left_out` counts rows whose applicant or bureau credit is in no other table."""

    first_day: date
    last_day: date
    n_folders: int
    n_labelled: int
    n_new: int
    n_outcomes: int
    n_rows: dict[str, int]
    left_out: dict[str, int]
    missing_tables: tuple[str, ...]

    def __str__(self) -> str:
        lines = [
            f"{self.n_folders} deliveries from {self.first_day} to {self.last_day}: {self.n_labelled:,} labelled applications, "
            f"{self.n_outcomes:,} outcomes, {self.n_new:,} new applications, "
            f"{sum(self.n_rows.values()) - self.n_labelled - self.n_new:,} history rows"
        ]
        if self.missing_tables:
            lines.append(f"not in the folder, so not delivered: {', '.join(self.missing_tables)}")
        lines += [f"left out, applicant unknown: {n:,} rows of {name}" for name, n in self.left_out.items() if n]
        return "\n".join(lines)


@dataclass
class _Import:
    """One import under way: where rows are set down, which day each applicant has, and the counts so far."""

    scratch: Path
    calendar: Calendar
    steps: int
    on_progress: OnProgress | None
    step: int = 0
    applicants: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"SK_ID_CURR": pl.Int64, "received_on": pl.Date})
    )
    credits: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"SK_ID_BUREAU": pl.Int64, "received_on": pl.Date}))
    outcomes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_OUTCOME_TYPES))
    n_rows: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def say(self, what: str) -> None:
        if self.on_progress:
            self.on_progress(self.step, self.steps, what)


def import_home_credit(
    settings: Settings, directory: Path, *, until: date | None = None, days: int = 7, on_progress: OnProgress | None = None
) -> ImportReport:
    """Delivers the tables found in a folder: labelled applications on 26 weekly history days, the others on the last `days`.

    Days come from the key alone, so the same tables always give the same deliveries. The newest labelled application is more
    than 90 days older than the first new day, and every outcome is delivered before it. The same import again changes nothing,
    and completes one that was interrupted.

    Raises:
        SourceUnreachableError: the folder or a table in it may not be read.
        UsageError: application tables or required columns missing, a damaged table, no days, a home of simulated applicants,
            or one that holds an import of other days.
    """
    if days < 1:
        raise UsageError(f"{days} new days mean nothing", expected="at least one day", remedy="name a higher --days")
    check_source(settings.landing, HOME_CREDIT)
    calendar = Calendar(until or DEFAULT_UNTIL, days)
    require_same_plan(settings.landing, calendar)
    files = find_tables(directory)
    scratch = settings.landing / ".import"
    with _emptied(scratch):
        work = _Import(scratch, calendar, len(files) + len(calendar.all_days), on_progress)
        n_labelled = _set_down_applications(work, files[_LABELLED], calendar.history_days)
        n_new = _set_down_applications(work, files[_NEW], calendar.new_days)
        for name in (found for found in HISTORY_TABLES if found in files):
            _set_down_history(work, name, files[name])
        note_plan(settings.landing, calendar)
        _deliver(work, settings.landing, [name for name in HISTORY_TABLES if name in files])
    return ImportReport(
        first_day=calendar.all_days[0],
        last_day=calendar.all_days[-1],
        n_folders=len(calendar.all_days),
        n_labelled=n_labelled,
        n_new=n_new,
        n_outcomes=work.outcomes.height,
        n_rows=work.n_rows,
        left_out=work.left_out,
        missing_tables=tuple(name for name in HISTORY_TABLES if name not in files),
    )


def find_tables(directory: Path) -> dict[str, Path]:
    """The tables of a folder by name, as Parquet, CSV or gzip CSV (the first of these that is there).

    Raises:
        SourceUnreachableError: the folder cannot be read.
        UsageError: an application table is missing.
    """
    try:
        names = {entry.name for entry in directory.iterdir()}
    except OSError as error:
        raise _unreachable("the folder", directory, error) from None
    found = {}
    for name in (_LABELLED, _NEW, *HISTORY_TABLES):
        existing = [f"{name}{extension}" for extension in _EXTENSIONS if f"{name}{extension}" in names]
        if existing:
            found[name] = directory / existing[0]
    missing = [name for name in (_LABELLED, _NEW) if name not in found]
    if missing:
        raise UsageError(
            f"{', '.join(missing)} not found",
            expected=f"{_LABELLED} and {_NEW}, each as {', '.join(_EXTENSIONS)}",
            where=str(directory),
            remedy='name the folder that holds the tables of the competition "Home Credit Default Risk"',
        )
    return found


def _unreachable(what: str, where: Path, error: OSError) -> SourceUnreachableError:
    return SourceUnreachableError(
        f"{what} cannot be read: {error.strerror or type(error).__name__}",
        expected="a folder with the competition's tables that Loanwatch may read",
        where=str(where),
        remedy="name another folder, or give Loanwatch the right to read this one",
    )


@contextmanager
def _emptied(folder: Path) -> Iterator[None]:
    """An empty scratch folder that is gone afterwards; what an interrupted import left is removed first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _scan(file: Path, wanted: Table) -> pl.LazyFrame:
    """The known columns of a table, numbers as floats.

    Raises:
        UsageError: a required column is missing.
    """
    types = {column.name: read_type(column) for column in wanted.columns}
    frame = pl.scan_parquet(file) if file.suffix == ".parquet" else pl.scan_csv(file, schema_overrides=types)
    present = frame.collect_schema().names()
    missing = [name for name in wanted.required_names if name not in present]
    if missing:
        raise UsageError(
            f"{len(missing)} required column(s) missing: {', '.join(missing)}",
            expected="the columns of the competition's tables",
            where=str(file),
            remedy="take the file as the competition has it",
        )
    return frame.select(pl.col(name).cast(types[name]) for name in wanted.column_names if name in present)


def _batches(work: _Import, file: Path, wanted: Table) -> Iterator[pl.DataFrame]:
    """The rows of a table in their order, some at a time.

    Raises:
        SourceUnreachableError: the file may not be read.
        UsageError: a required column is missing, or the file is damaged; the cause is named, its values are not.
    """
    seen = 0
    work.say(f"reading {file.name}")
    try:
        for batch in _scan(file, wanted).collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
            seen += batch.height
            work.say(f"reading {file.name}: {seen:,} rows")
            yield batch
    except OSError as error:
        raise _unreachable("the table", file, error) from None
    except pl.exceptions.PolarsError as error:
        raise UsageError(
            f"the table cannot be read after {seen:,} rows ({type(error).__name__})",
            expected="a readable Parquet or CSV file with the types of the competition's tables",
            where=str(file),
            remedy="take the file again from where it came from",
        ) from None
    work.step += 1


def _set_down(work: _Import, name: str, rows: pl.DataFrame) -> None:
    """Writes rows that have `received_on` into the scratch folder, by day."""
    for (day,), part in rows.partition_by("received_on", as_dict=True, maintain_order=True, include_key=False).items():
        folder = work.scratch / str(day) / name
        folder.mkdir(parents=True, exist_ok=True)
        part.write_parquet(folder / f"{len(list(folder.iterdir())):06d}.parquet", compression="lz4")
    work.n_rows[name] = work.n_rows.get(name, 0) + rows.height


def _set_down_applications(work: _Import, file: Path, days: list[date]) -> int:
    """Sets down one application table and keeps its applicants' days and outcomes; gives its number of rows."""
    n_before = work.n_rows.get("application", 0)
    for batch in _batches(work, file, table("application")):
        keyed = batch.drop_nulls("SK_ID_CURR")
        _leave_out(work, "application", batch.height - keyed.height)
        dated = keyed.with_columns(assign_days(keyed["SK_ID_CURR"].to_numpy(), days))
        _set_down(work, "application", dated.drop("TARGET", strict=False))
        # An applicant of both tables keeps the labelled day: the histories then are there from the start.
        known = pl.concat([work.applicants, dated.select("SK_ID_CURR", "received_on")])
        work.applicants = known.unique("SK_ID_CURR", keep="first", maintain_order=True)
        if "TARGET" in dated.columns:
            arrival = pl.col("received_on").replace_strict(
                {day: work.calendar.delivered_on(day) for day in days}, return_dtype=pl.Date
            )
            due = outcomes_of(dated).with_columns(dated.drop_nulls("TARGET").select(arrival))
            work.outcomes = pl.concat([work.outcomes, due])
    return work.n_rows.get("application", 0) - n_before


def _set_down_history(work: _Import, name: str, file: Path) -> None:
    """Sets down one history table with its applicants' days; rows of nobody are counted and left out."""
    key, days = ("SK_ID_BUREAU", work.credits) if name == "bureau_balance" else ("SK_ID_CURR", work.applicants)
    for batch in _batches(work, file, table(name)):
        dated = batch.join(days, on=key, how="inner", maintain_order="left")
        _leave_out(work, name, batch.height - dated.height)
        _set_down(work, name, dated)
        if name == "bureau":
            held = pl.concat([work.credits, dated.select("SK_ID_BUREAU", "received_on")])
            work.credits = held.unique("SK_ID_BUREAU", keep="first", maintain_order=True)


def _leave_out(work: _Import, name: str, n: int) -> None:
    work.left_out[name] = work.left_out.get(name, 0) + n


def _deliver(work: _Import, landing: Path, histories: list[str]) -> None:
    new_days, history_days = set(work.calendar.new_days), set(work.calendar.history_days)
    for day in work.calendar.all_days:
        with_applications = day in new_days or day in history_days
        names = ["application", *histories] if with_applications else []
        frames = {name: _gathered(work.scratch / day.isoformat() / name, table(name)) for name in names}
        due = work.outcomes.filter(pl.col("received_on") == day).drop("received_on")
        if due.height:
            frames["outcomes"] = due.sort("SK_ID_CURR", maintain_order=True)
        if frames:
            write_delivery(landing, day, frames, source=HOME_CREDIT, is_history=day not in new_days)
        work.step += 1
        work.say(f"delivered {day.isoformat()}")


def _gathered(folder: Path, wanted: Table) -> pl.DataFrame:
    """What was set down of one table for one day, in its delivered types; no rows where nothing was."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    if not files:
        types = {
            column.name: read_type(column) for column in wanted.columns if column.name != "TARGET" or wanted.name == "outcomes"
        }
        return with_delivered_types(pl.DataFrame(schema=types), wanted)
    return with_delivered_types(pl.concat([pl.read_parquet(file) for file in files], rechunk=True), wanted)
