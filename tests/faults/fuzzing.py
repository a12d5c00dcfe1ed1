"""Deliveries and policies that Hypothesis makes up, and what has to hold for each: read or refused, and nothing else.

`make fuzz` runs many and prints how many; test_fuzz.py runs a fixed few with the suite.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import polars as pl
from hypothesis import strategies as st

from schemas.errors import DeliveryRefusedError, RefusalCode, VerificationError
from schemas.policy import Policy, load_policy, parse_policy
from schemas.tables import DELIVERED_TABLES, table
from schemas.toml_file import UnreadableTomlError, parse_toml
from tasks.core.validation import validate
from tests.deliveries import DAY, file_bytes, rows
from warehouse.deliveries.chunks import Chunk
from warehouse.deliveries.folders import TableFile
from warehouse.deliveries.reading import count_rows, read_chunks, read_header

#: Stands in cells and may be in no message.
CANARY = "Kanarienvogel"
CODES = frozenset(get_args(RefusalCode))
N_ROWS = 3

#: Narrow tables more often: the rules are the same, and reading them is quicker.
TABLES = [*DELIVERED_TABLES, *["bureau_balance"] * 9, *["outcomes"] * 9, *["POS_CASH_balance"] * 3]
_CELLS = [
    "", " ", "0", "-0", "1", "-1", "+5", "1.5", "1e5", "1e400", "-1e400", "nan", "NaN", "inf", "-Infinity", "1,5", "1_000",
    "0x10", "365243", "9" * 19, "9" * 400, "9007199254740993", "true", "null", "None", "2026-06-01", "2026-13-01",
    "0000-00-00", "9999-12-31", "=1+1", "@x", '"', '""', '"open', 'a "b" c', "'; DROP TABLE x; --", "<script>", "a\0b",
    "a\rb", "\t", "\N{RIGHT-TO-LEFT OVERRIDE}x", "\N{ARABIC-INDIC DIGIT ONE}", "\N{FULLWIDTH DIGIT ONE}",
    "\N{NO-BREAK SPACE}1", "\N{ZERO WIDTH NO-BREAK SPACE}", CANARY, CANARY * 60,
]  # fmt: skip
cells = st.one_of(
    st.sampled_from(_CELLS), st.sampled_from(_CELLS), st.text(max_size=8), st.floats().map(str), st.integers().map(str)
)
places = st.integers(0, 10_000)


@dataclass(frozen=True)
class Made:
    """A delivered file. `rows`: its cells by column name where it is plain CSV text, else None."""

    table: str
    ending: str
    content: bytes
    rows: list[dict[str, str]] | None = None


def _changed_header(names: list[str], change: int, place: int, text: str) -> list[str]:
    at = place % len(names)
    match change:
        case 0:
            return names[:at] + names[at + 1 :]
        case 1:
            return [*names[:at], names[place % 7 % len(names)], *names[at + 1 :]]
        case 2:
            return [*names[:at], text, *names[at + 1 :]]
        case 3:
            return [*names, text]
        case _:
            return names


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ',"') else cell


@st.composite
def csv_files(draw: st.DrawFn, names: Sequence[str] = TABLES) -> Made:
    """A CSV file of good rows in which some cells, and perhaps the header, are others."""
    name = draw(st.sampled_from(names))
    grid = list(csv.reader(io.StringIO(rows(name, N_ROWS).write_csv())))
    for row, place, cell in draw(st.lists(st.tuples(st.integers(1, N_ROWS), places, cells), max_size=4)):
        grid[row][place % len(grid[row])] = cell
    header = _changed_header(grid[0], draw(st.integers(0, 15)), draw(places), draw(cells))
    quote = draw(st.sampled_from([_quoted, _quoted, _quoted, str]))
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\n\n"]))
    text = end.join(",".join(map(quote, line)) for line in [header, *grid[1:]]) + draw(st.sampled_from([end, ""]))
    content = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])) + text.encode("utf-8", errors="surrogatepass")
    is_plain = quote is _quoted and header == grid[0] and not any("\n" in cell for line in grid for cell in line)
    held = [dict(zip(header, line, strict=True)) for line in grid[1:]] if is_plain else None
    ending = draw(st.sampled_from(["csv", "csv", "csv.gz"]))
    return Made(name, ending, gzip.compress(content, 1, mtime=0) if ending == "csv.gz" else content, held)


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.sampled_from(_CELLS),
    st.dates(),
    st.binary(max_size=4),
)
columns = st.one_of(
    st.lists(values, min_size=N_ROWS, max_size=N_ROWS),
    st.lists(st.lists(st.integers(0, 9), max_size=2), min_size=N_ROWS, max_size=N_ROWS),
    st.lists(st.fixed_dictionaries({CANARY: st.integers(0, 9)}), min_size=N_ROWS, max_size=N_ROWS),
)


@st.composite
def parquet_files(draw: st.DrawFn) -> Made:
    """A Parquet file of good rows in which some columns hold values of any type."""
    name = draw(st.sampled_from(TABLES))
    frame = rows(name, N_ROWS)
    for place, column in draw(st.lists(st.tuples(places, columns), max_size=3)):
        at = frame.columns[place % frame.width]
        kinds = {type(value) for value in column if value is not None}
        series = pl.Series(at, column if len(kinds) < 2 else [str(value) for value in column], strict=False)
        if series.dtype != pl.Object:
            frame = frame.with_columns(series)
    return Made(name, "parquet", file_bytes(frame, "parquet"))


@st.composite
def damaged_files(draw: st.DrawFn) -> Made:
    """Any of these with bytes changed, lost or put in; or bytes of any kind."""
    made = draw(st.one_of(csv_files(), parquet_files()))
    data = bytearray(made.content)
    for place, loss, gain in draw(st.lists(st.tuples(places, st.integers(0, 40), st.binary(max_size=6)), min_size=1, max_size=3)):
        at = place % (len(data) + 1)
        data[at : at + loss] = gain
    return Made(made.table, made.ending, bytes(data))


raw_files = st.builds(Made, st.sampled_from(TABLES), st.sampled_from(["csv", "csv.gz", "parquet"]), st.binary(max_size=200))
files = st.one_of(csv_files(), csv_files(), csv_files(), parquet_files(), damaged_files(), raw_files)


def _check_chunk(made: Made, chunk: Chunk, first_row: int) -> tuple[pl.DataFrame, int]:
    """The good rows of a chunk and how many are bad; every row is one or the other."""
    found = validate(made.table, chunk.frame, DAY)
    bad = sorted(set(found.failures["position"].to_list()))
    assert found.good.height + len(bad) == chunk.frame.height
    assert len(chunk.original_text(bad)) == len(bad)
    numbers = sorted(chunk.frame["row_number"].to_list() + chunk.broken["row_number"].to_list())
    assert numbers == list(range(first_row, first_row + chunk.n_rows))
    again = validate(made.table, found.good, DAY)
    assert again.failures.is_empty()
    assert again.good.equals(found.good)
    return found.good, len(bad) + chunk.broken.height


def _check_values(made: Made, good: pl.DataFrame) -> None:
    """Of every row that is taken in, each value is the one that stands in the file, by Python's own reading of it."""
    if made.rows is None:
        return
    kinds = {column.name: column for column in table(made.table).columns}
    for row in good.iter_rows(named=True):
        for name, cell in made.rows[row["row_number"] - 1].items():
            if name in kinds:
                assert _is_same(row[name], cell), (name, row[name], cell)


def _is_same(value: Any, cell: str) -> bool:
    if value is None:
        return not cell.strip() or cell.strip().lower() == "nan"
    if isinstance(value, str):
        return value == cell
    if isinstance(value, date):
        return value.isoformat() == cell.strip()
    return math.isclose(float(value), float(cell), rel_tol=1e-15, abs_tol=0.0)


def check_refusal(refusal: DeliveryRefusedError) -> None:
    """A refusal has a code of the closed list, tells what to do, stays on its line and quotes no cell."""
    assert refusal.code in CODES
    assert refusal.expected
    assert refusal.where
    assert refusal.remedy
    assert refusal.found.isprintable()
    assert CANARY * 2 not in str(refusal)


def check_file(made: Made, folder: Path, counts: Counter[str]) -> None:
    """Reads one file as the night does. Raises AssertionError where something else happens than reading or refusing."""
    path = folder / f"{made.table}.{made.ending}"
    path.write_bytes(made.content)
    file = TableFile(made.table, path, "hash", len(made.content))
    counts["deliveries"] += 1
    n_rows = n_bad = 0
    try:
        for chunk in read_chunks(file, read_header(file)):
            good, bad = _check_chunk(made, chunk, n_rows + 1)
            _check_values(made, good)
            n_rows, n_bad = n_rows + chunk.n_rows, n_bad + bad
        assert count_rows(file) == n_rows
    except DeliveryRefusedError as refusal:
        check_refusal(refusal)
        counts[f"refused: {refusal.code}"] += 1
    counts["rows"] += n_rows
    counts["rows in quarantine"] += n_bad


SHIPPED = load_policy(None)
_CONTENT = json.loads(SHIPPED.canonical())


def _paths(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for key, child in inside for found in _paths(child, (*path, key)))]


_PATHS = _paths(_CONTENT)[1:]
entries = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=2),
    st.just({}),
    st.floats(0, 2),
)


@st.composite
def policy_contents(draw: st.DrawFn) -> dict[str, Any]:
    """The shipped policy with some entries replaced, taken out or put in."""
    content = json.loads(json.dumps(_CONTENT))
    for path, change, entry in draw(
        st.lists(st.tuples(st.sampled_from(_PATHS), st.integers(0, 5), entries), min_size=1, max_size=3)
    ):
        _change(content, path, change, entry)
    return dict(content)


def _change(content: Any, path: tuple[str | int, ...], change: int, entry: Any) -> None:
    try:
        for key in path[:-1]:
            content = content[key]
        if change == 0:
            del content[path[-1]]
        elif change == 1 and isinstance(content, dict):
            content[str(entry)] = entry
        else:
            content[path[-1]] = entry
    except (KeyError, IndexError, TypeError):
        return  # an earlier change has taken that place away


def _check_policy(policy: Policy) -> None:
    """What an accepted policy guarantees, stated again."""
    assert 0 < policy.bands.review_from <= policy.bands.decline_from
    assert policy.cost.granted_default > policy.cost.refused > policy.cost.granted_repaid
    assert 0 <= policy.validation.max_bad_share <= 1
    assert policy.drift.limits.watch <= policy.drift.limits.alert <= policy.drift.limits.retrain
    assert policy.reasons.groups[-1].features == ["*"]
    stored = parse_policy(policy.canonical(), "stored")
    assert (stored, stored.sha256) == (policy, policy.sha256)


def _check_words(refusal: VerificationError | UnreadableTomlError) -> None:
    assert all(line.isprintable() for line in str(refusal).split("\n"))


def check_policy(read: Callable[[], Policy], counts: Counter[str]) -> None:
    """A policy is refused in words on one line, or means what it must."""
    counts["policies"] += 1
    try:
        policy = read()
    except (VerificationError, UnreadableTomlError) as refusal:
        _check_words(refusal)
        counts["policies refused"] += 1
    else:
        _check_policy(policy)


_TOML = (Path(__file__).parents[2] / "schemas" / "policy.toml").read_text(encoding="utf-8")


@st.composite
def policy_texts(draw: st.DrawFn) -> str:
    """The shipped file with some text changed."""
    text = _TOML
    for place, loss, gain in draw(
        st.lists(st.tuples(st.integers(0, len(_TOML)), st.integers(0, 30), st.text(max_size=6)), min_size=1, max_size=3)
    ):
        text = text[:place] + gain + text[place + loss :]
    return text


def read_text(text: str) -> Policy:
    """The policy of a TOML text, as a file is read."""
    return parse_policy(parse_toml(text), "fuzzed")
