"""Validation of applications against Pandera on pandas: clean rows, and rows of which one in a hundred breaks a rule.

Run: python -m benchmarks.validation [--sizes 10000 300000] [--runs 5]

Timed is, of ours, what `loanwatch ingest` does between reading and writing, in its chunks of 50,000 rows: cells are typed,
good rows are split from bad ones, and at the end of the file every rule that a bad row breaks is listed with its column. Of the
peer it is one lazy validation by a Pandera schema of pandas columns with the same rules (built-in checks, no function per
row), and the same split and list. The peer gets the rows typed already, and does not type them.

Both find the same rows, rules and columns (checked by a hash of the list, row by row); in clean rows, none.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from benchmarks.frame import Side, Stopwatch, Target, call, run
from schemas.rules import MAX_TEXT_LENGTH, Rule, table_rules
from schemas.tables import Column, table
from tasks.core.conversion import convert

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

TABLE = "application"
DAY = date(2026, 6, 30)
#: What Pandera calls its built-in checks in the list of failures.
BUILT_IN = {
    "not_nullable": "missing",
    "greater_than_or_equal_to": "below_minimum",
    "less_than_or_equal_to": "above_maximum",
    "isin": "not_in_list",
    "str_length": "too_long",
}
#: Applicants that are invented; more are the same under other keys.
INVENTED = 10_000
#: One row in so many is bad.
BAD_EVERY = 100
#: Rules across columns: the cells that break them, and what the peer looks at.
CROSS: dict[str, tuple[dict[str, float], tuple[str, str]]] = {
    "more_children_than_family": ({"CNT_CHILDREN": 3, "CNT_FAM_MEMBERS": 2}, ("CNT_CHILDREN", "CNT_FAM_MEMBERS")),
    "employed_before_birth": ({"DAYS_EMPLOYED": -9001, "DAYS_BIRTH": -9000}, ("DAYS_BIRTH", "DAYS_EMPLOYED")),
}


def _cross(rule: Rule) -> tuple[dict[str, float], tuple[str, str]] | None:
    """Cells that break a rule across columns, and the columns of which the first may not exceed the second."""
    if rule.name == "more_defaults_than_observed":
        observed = rule.column.replace("DEF_", "OBS_")
        return {rule.column: 2, observed: 1}, (rule.column, observed)
    return CROSS.get(rule.name)


def _outside(column: Column, rule: Rule) -> Any:
    limits = {"below_minimum": (column.minimum, -1), "above_maximum": (column.maximum, 1)}
    if rule.name in limits:
        limit, step = limits[rule.name]
        return None if limit is None else limit + step
    return {"missing": None, "not_in_list": "?", "too_long": "x" * (MAX_TEXT_LENGTH + 1)}[rule.name]


def _clean(n: int) -> pl.DataFrame:
    from tasks.core.simulation import simulate_applicants

    invented = simulate_applicants(DAY, min(n, INVENTED), seed=1).frames[TABLE]
    typed = convert(table(TABLE), invented).frame
    frames = [typed.with_columns(pl.col("SK_ID_CURR") + i * 10_000_000) for i in range(-(-n // typed.height))]
    return pl.concat(frames).head(n)


def spoiled(frame: pl.DataFrame, but: Collection[str] = ()) -> pl.DataFrame:
    """One row in a hundred, the first of them, breaks a rule, each by turns; without rules of absent columns and of `but`."""
    rules = [rule for rule in table_rules(TABLE, DAY) if rule.column in frame.columns and rule.column not in but]
    position, new = pl.int_range(pl.len()), dict[str, pl.Expr]()
    for i, rule in enumerate(rules):
        cross = _cross(rule)
        cells = cross[0] if cross else {rule.column: _outside(table(TABLE).column(rule.column), rule)}
        is_hit = (position % BAD_EVERY == 0) & (position // BAD_EVERY % len(rules) == i)
        for name, value in cells.items():
            new[name] = pl.when(is_hit).then(pl.lit(value, frame.schema[name])).otherwise(new.get(name, pl.col(name))).alias(name)
    return frame.with_columns(new.values())


def prepare(n: int, folder: Path) -> Path:
    """clean.parquet and bad.parquet of so many applications; kept, if they are there."""
    place = folder / f"validation-{n}"
    if not (place / "bad.parquet").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        clean = _clean(n)
        clean.write_parquet(place / "clean.parquet")
        spoiled(clean).write_parquet(place / "bad.parquet")
    return place


def _figures(stopwatch: Stopwatch, *, is_clean: bool, n_rows: int, n_good: int, failures: pl.DataFrame) -> dict[str, Any]:
    """Raises AssertionError where clean rows have faults, or bad ones none."""
    if is_clean != failures.is_empty() or is_clean != (n_good == n_rows):
        raise AssertionError(f"{n_rows - n_good} of {n_rows} rows are refused with {failures.height} faults")
    found = failures.select(
        pl.col("position").cast(pl.Int64), pl.col("rule").cast(pl.String), pl.col("column_name").cast(pl.String)
    ).sort("position", "column_name", "rule")
    digest = hashlib.sha256(found.write_csv().encode()).hexdigest()
    check = None if is_clean else {"good": n_good, "faults": found.height, "list": digest}
    return {"seconds": stopwatch.seconds, "check": check, "n_refused": n_rows - n_good}


def ours(file: str) -> dict[str, Any]:
    """The product's validation in the product's chunks."""
    import schemas.frames  # noqa: F401  a night has loaded Pandera by then
    from tasks.core.validation import ROW_NUMBER, joined, judge, screen
    from warehouse.deliveries.chunks import chunk_rows

    frame = pl.read_parquet(file).with_row_index(ROW_NUMBER, offset=1)
    size, stopwatch = chunk_rows(frame.width), Stopwatch()
    good, suspects = 0, []
    for start in range(0, frame.height, size):
        with stopwatch.running():
            found = screen(TABLE, frame.slice(start, size), DAY)
        good += found.good.height
        suspects.append(found.suspects)
    with stopwatch.running():
        bad = joined(suspects)
        failures = judge(TABLE, bad)
    failures = failures.with_columns(bad.rows[ROW_NUMBER][failures["position"]].cast(pl.Int64).alias("position") - 1)
    is_clean = Path(file).stem == "clean"
    return _figures(stopwatch, is_clean=is_clean, n_rows=frame.height, n_good=good, failures=failures)


def _check(rule: Rule, column: Column) -> pa.Check:
    import pandera.pandas as pa

    if rule.name == "below_minimum":
        return pa.Check.ge(column.minimum)
    if rule.name == "above_maximum" and column.sentinel is None:
        return pa.Check.le(column.maximum)
    if rule.name == "above_maximum":
        return pa.Check(lambda values: (values <= column.maximum) | (values == column.sentinel), name=rule.name)
    if rule.name == "not_in_list":
        return pa.Check.isin(list(column.levels))
    return pa.Check.str_length(max_value=MAX_TEXT_LENGTH)


def _frame_check(rule: Rule, pair: tuple[str, str]) -> pa.Check:
    import pandera.pandas as pa

    def holds(frame: pd.DataFrame) -> pd.Series:
        return ~(frame[pair[0]] > frame[pair[1]])

    return pa.Check(holds, name=f"{rule.name}:{rule.column}")


def peer_schema(frame: pd.DataFrame) -> pa.DataFrameSchema:
    """The same rules, as one writes them with Pandera."""
    import pandera.pandas as pa

    rules = table_rules(TABLE, DAY)
    columns = {
        column.name: pa.Column(
            frame[column.name].dtype,
            checks=[_check(r, column) for r in rules if r.column == column.name and r.name != "missing" and not _cross(r)],
            nullable=column.is_nullable,
        )
        for column in table(TABLE).columns
    }
    crossing = [(rule, cross[1]) for rule in rules if (cross := _cross(rule))]
    return pa.DataFrameSchema(columns, checks=[_frame_check(rule, pair) for rule, pair in crossing])


def _validated(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    import pandera.errors

    try:
        return schema.validate(frame, lazy=True), None
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return frame.drop(index=cases["index"].unique()), cases


def _listed(cases: pd.DataFrame | None) -> pl.DataFrame:
    """Position, rule and column of the peer's failure cases; one of a check over the frame lists each cell of the row."""
    schema = {"position": pl.Int64, "rule": pl.String, "column_name": pl.String}
    if cases is None:
        return pl.DataFrame(schema=schema)
    frame = pl.DataFrame({name: cases[name].astype(str).to_list() for name in ("index", "check", "column")})
    name = pl.col("check").str.split(":")
    return frame.select(
        pl.col("index").cast(pl.Int64).alias("position"),
        name.list.first().str.split("(").list.first().replace(BUILT_IN).alias("rule"),
        pl.when(pl.col("check").str.contains(":")).then(name.list.last()).otherwise(pl.col("column")).alias("column_name"),
    ).unique()


def pandera_on_pandas(file: str) -> dict[str, Any]:
    """One lazy validation of the whole frame."""
    frame = pl.read_parquet(file).to_pandas()
    schema, stopwatch = peer_schema(frame), Stopwatch()
    with stopwatch.running():
        good, cases = _validated(frame, schema)
    is_clean = Path(file).stem == "clean"
    return _figures(stopwatch, is_clean=is_clean, n_rows=len(frame), n_good=len(good), failures=_listed(cases))


def sides_of(size: int, folder: Path) -> list[Side]:
    """Both on clean rows, both on rows of which one in a hundred is bad."""
    place = prepare(size, folder)
    return [
        call(f"{name}, {label}", f"benchmarks.validation:{function}", file=str(place / f"{file}.parquet"))
        for file, label in (("bad", "1 % bad"), ("clean", "clean"))
        for name, function in (("ours", "ours"), ("Pandera on pandas", "pandera_on_pandas"))
    ]


if __name__ == "__main__":
    run(
        "validation",
        "Validation of applications, every rule of every column, with the reasons of every refused row",
        sides_of,
        [
            Target("at_least", 3, of=(f"Pandera on pandas, {label}", f"ours, {label}"), sizes=(300_000,))
            for label in ("clean", "1 % bad")
        ],
        description=__doc__,
        unit="applications",
        notes=[
            "Ours types the cells as well. Checked: the same rows are refused by the same rules in the same columns; none of the "
            "clean ones.",
        ],
    )
