"""Frozen bins: what the reference's values are cut at, and how rows are counted over them.

One rule for edges: a bin holds lower < value <= upper. Edges are values that the reference held (quantiles without
interpolation), so that a strictly increasing transformation of a column moves edges and values alike. Values below the smallest
and above the largest reference value, missing values (null and NaN), and levels that the reference did not hold have bins of
their own.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

import numpy as np
import polars as pl

from schemas.drift import Bin, Role, Source, Subject, SubjectKind
from schemas.policy import BinRules
from tasks.core.vectors import Vector

#: A label shows no more of a level than this many characters.
_LABEL_LENGTH = 100


def _filled(values: pl.Series) -> Vector:
    """The values that are there, as doubles: neither null nor NaN."""
    return values.cast(pl.Float64).fill_nan(None).drop_nulls().to_numpy()


def _own_values(finite: Vector, n_rows: int, rules: BinRules) -> list[float]:
    """Zero, and both values of a flag, where they hold more than `own_share` of the rows. No other value: a repeated one may
    come and go with prices and habits, and a shift past it would read as drift of everyone."""
    is_flag = len(finite) > 0 and bool(np.isin(finite, (0.0, 1.0)).all())
    candidates = (0.0, 1.0) if is_flag else (0.0,)
    return [value for value in candidates if np.count_nonzero(finite == value) > rules.own_share * n_rows]


def _upper_edges(finite: Vector, own: Sequence[float], rules: BinRules) -> list[float]:
    """Rising upper edges of all bins of values: below, the ranges and own values, above."""
    if len(finite) == 0:
        return [math.inf]
    rest = finite[~np.isin(finite, own)]
    quantiles = np.arange(1, rules.numbers + 1) / rules.numbers
    cuts = np.quantile(rest, quantiles, method="inverted_cdf").tolist() if len(rest) else []
    around = [edge for value in own for edge in (math.nextafter(value, -math.inf), value)]
    ends = [math.nextafter(float(finite.min()), -math.inf), float(finite.max())]
    return [*sorted({float(edge) for edge in (*cuts, *around, *ends)}), math.inf]


def _shown(edge: float) -> str:
    """An edge in words: the number next to zero, which keeps zero out of a bin, is shown as zero."""
    return f"{0.0 if abs(edge) < sys.float_info.min else edge:.6g}"


def _number_bin(number: int, lower: float, upper: float, finite: Vector, own: Sequence[float]) -> Bin:
    if upper == math.inf:
        label = f"above {lower:.6g}" if len(finite) else "any value"
        return Bin(number, "above", label, lower=lower if len(finite) else None)
    if upper < finite.min():
        return Bin(number, "below", f"below {finite.min():.6g}", upper=upper)
    if upper in own:
        role: Role = "zero" if upper == 0.0 else "one"
        return Bin(number, role, f"{upper:g}", lower=lower, upper=upper)
    return Bin(number, "range", f"{_shown(lower)} to {_shown(upper)}", lower=lower, upper=upper)


def number_bins(values: pl.Series, rules: BinRules) -> tuple[Bin, ...]:
    """Bins of a numeric column: below, ranges of equal share (fewer where values repeat), own values, above, missing.

    Edges come from finite values alone; an infinite value lies below or above them. An empty column has one bin for any value.
    """
    filled = _filled(values)
    finite = filled[np.isfinite(filled)]
    own = _own_values(finite, len(values), rules)
    uppers = _upper_edges(finite, own, rules)
    lowers = [-math.inf, *uppers[:-1]]
    bins = [_number_bin(i, low, up, finite, own) for i, (low, up) in enumerate(zip(lowers, uppers, strict=True), start=1)]
    return (*bins, Bin(len(bins) + 1, "missing", "missing"))


def text_bins(values: pl.Series, rules: BinRules, fixed: Sequence[str] | None = None) -> tuple[Bin, ...]:
    """Bins of a text column: its levels by falling frequency (ties by name), rare levels together, unseen levels, missing.

    Args:
        values: the reference's texts.
        rules: levels below `rare_share` of the rows are rare.
        fixed: these levels, in this order, each with a bin of its own however rare; the column holds no others.
    """
    counts = values.drop_nulls().alias("level").value_counts(name="n").sort(["n", "level"], descending=[True, False])
    is_common = pl.col("n") >= rules.rare_share * len(values)
    common = list(fixed) if fixed is not None else counts.filter(is_common)["level"].to_list()
    rare = counts.filter(~pl.col("level").is_in(common))["level"].sort().to_list()
    found: list[tuple[Role, str, tuple[str, ...]]] = [("level", level[:_LABEL_LENGTH], (level,)) for level in common]
    found += [("rare", f"{len(rare)} rare levels", tuple(rare))] if rare else []
    found += [("unseen", "levels not in the reference", ()), ("missing", "missing", ())]
    return tuple(Bin(i, role, label, levels=levels) for i, (role, label, levels) in enumerate(found, start=1))


def count_numbers(values: pl.Series, edges: Sequence[float]) -> list[int]:
    """Rows per bin of a numeric column, the bin of missing values last. `edges` are upper edges, the last one infinite."""
    filled = _filled(values)
    counted = np.bincount(np.searchsorted(np.asarray(edges), filled, side="left"), minlength=len(edges))
    return [*map(int, counted), len(values) - len(filled)]


def count_texts(values: pl.Series, bins: Sequence[Bin]) -> list[int]:
    """Rows per bin of a text column."""
    of_level = {level: item.number for item in bins for level in item.levels}
    of_role = {item.role: item.number for item in bins}
    numbers = values.replace_strict(of_level, default=of_role["unseen"], return_dtype=pl.Int64)
    numbers = pl.select(pl.when(values.is_null()).then(of_role["missing"]).otherwise(numbers)).to_series()
    return [*map(int, np.bincount(numbers.to_numpy(), minlength=len(bins) + 1)[1:])]


def count_rows(values: pl.Series, subject: Subject) -> list[int]:
    """Rows of a column in each bin of a subject, in the order of its bins."""
    return count_texts(values, subject.bins) if subject.value_type == "text" else count_numbers(values, subject.edges)


def freeze_subject(
    values: pl.Series,
    rules: BinRules,
    *,
    kind: SubjectKind,
    source: Source,
    importance: float | None = None,
    fixed: Sequence[str] | None = None,
) -> Subject:
    """The subject named like the column, its bins cut at the values given and those values counted in them.

    Args:
        values: one value per reference row: text, or numbers; null, NaN and infinite values may be among them.
        rules: the policy's bins.
        kind: feature, score or decision.
        source: where tonight's values will stand.
        importance: share in the gain of the model, of an input.
        fixed: the levels of a text, where they are a closed list.
    """
    if values.dtype == pl.String:
        bins = text_bins(values, rules, fixed)
        return Subject(values.name, kind, source, "text", bins, tuple(count_texts(values, bins)), importance)
    bins = number_bins(values, rules)
    edges = Subject(values.name, kind, source, "number", bins, ()).edges
    return Subject(values.name, kind, source, "number", bins, tuple(count_numbers(values, edges)), importance)
