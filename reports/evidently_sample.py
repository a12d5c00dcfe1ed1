"""What is handed to Evidently: a small, deterministic, harmless sample of the columns that it can draw."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from schemas.pages import MeasuredPsi

#: More levels than that make a picture unreadable and the page heavy.
MOST_LEVELS = 30
MISSING_LEVEL = "(missing)"
OTHER_LEVELS = "(other levels)"

_KEY = "application_id"
_GOLDEN = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: multiplicative hashing, the same on every machine and version


@dataclass(frozen=True)
class EvidentlySample:
    """Both sides under the names that Evidently sees, its numeric and categorical columns, and what was left out."""

    reference: pl.DataFrame
    current: pl.DataFrame
    names: Mapping[str, str]
    numeric: Sequence[str]
    left_out: Mapping[str, str]

    @property
    def columns(self) -> list[str]:
        """Subjects that are drawn, the most important first."""
        return list(self.names)


def take_sample(frame: pl.DataFrame, n_rows: int) -> pl.DataFrame:
    """At most `n_rows` rows, chosen by a hash of application_id, in the order of the hash: the same whatever the row order."""
    hashed = (frame[_KEY].cast(pl.UInt64) * pl.Series([_GOLDEN], dtype=pl.UInt64)).alias("hash")
    places = frame.select(_KEY).with_columns(hashed).with_row_index("place").sort("hash", _KEY).head(n_rows)["place"]
    return frame[places]


def why_left_out(name: str, reference: pl.DataFrame, current: pl.DataFrame, measured: Mapping[str, MeasuredPsi]) -> str | None:
    """Why a column cannot be drawn with our number, or None. Nothing is drawn whose number or whose rows are absent."""
    if name not in measured or measured[name].psi is None:
        return "no PSI was measured"
    if measured[name].status == "too_few":
        return "too few rows for a PSI"
    for side, frame in (("the reference", reference), ("the window", current)):
        if name not in frame.columns:
            return f"not among the columns of {side}"
        if _finite(frame[name]).null_count() == frame.height:
            return f"no value in {side}"
    return None


def prepare_sample(
    reference: pl.DataFrame, current: pl.DataFrame, measured: Mapping[str, MeasuredPsi], order: Sequence[str], n_rows: int
) -> EvidentlySample:
    """Samples both sides, leaves out what cannot be drawn, and makes every level plain text.

    Raises polars.exceptions.ColumnNotFoundError without the column application_id.
    """
    reference, current = take_sample(reference, n_rows), take_sample(current, n_rows)
    reasons = {name: why_left_out(name, reference, current, measured) for name in dict.fromkeys(order)}
    drawn = [name for name, reason in reasons.items() if reason is None]
    numeric = [name for name in drawn if reference[name].dtype.is_numeric() and current[name].dtype.is_numeric()]
    pairs = {
        name: _numbers(reference[name], current[name]) if name in numeric else _levels(reference[name], current[name])
        for name in drawn
    }
    names = {name: html.escape(name) for name in drawn}
    return EvidentlySample(
        reference=pl.DataFrame({names[name]: pair[0] for name, pair in pairs.items()}),
        current=pl.DataFrame({names[name]: pair[1] for name, pair in pairs.items()}),
        names=names,
        numeric=[names[name] for name in numeric],
        left_out={name: reason for name, reason in reasons.items() if reason is not None},
    )


def _finite(values: pl.Series) -> pl.Series:
    """Missing, NaN and infinite numbers as null: Evidently's averages overflow on them."""
    if not values.dtype.is_numeric():
        return values
    numbers = values.cast(pl.Float64)
    return numbers.to_frame("x").select(pl.when(pl.col("x").is_finite()).then(pl.col("x")))["x"]


def _numbers(reference: pl.Series, current: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Cut to the middle of both sides: one typing error would press the picture into one bar. Our PSI counts all values."""
    before, after = _finite(reference), _finite(current)
    lowest = min(_quantile(before, 0.005), _quantile(after, 0.01))
    highest = max(_quantile(before, 0.995), _quantile(after, 0.99))
    return before.clip(lowest, highest), after.clip(lowest, highest)


def _quantile(values: pl.Series, share: float) -> float:
    found = values.quantile(share, interpolation="nearest")
    return 0.0 if found is None else float(found)


def _levels(reference: pl.Series, current: pl.Series) -> tuple[pl.Series, pl.Series]:
    """As text in which no character means anything to a browser or to the plotting library, the rarest levels together."""
    sides = [values.cast(pl.String).fill_null(MISSING_LEVEL) for values in (reference, current)]
    counts = pl.concat(sides).rename("level").value_counts().sort("count", "level", descending=[True, False])
    kept = counts["level"].head(MOST_LEVELS).to_list()
    shown = {level: html.escape(level, quote=False) for level in kept}
    before, after = (side.replace_strict(shown, default=OTHER_LEVELS, return_dtype=pl.String) for side in sides)
    return before, after
