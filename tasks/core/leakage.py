"""Features that know too much: what a single feature tells of the outcome, and from where on that is a leak."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from schemas.errors import UsageError
from tasks.core.encoding import Encoding, fit_codes, to_matrix
from tasks.core.resampling import Counts, counted_auc, rank_rows
from tasks.core.vectors import Vector

#: The best single feature of honest data, an external score, has about 0.65.
LEAK_FROM = 0.9
#: Ranges of a number for a relation that does not rise or fall, and the defaults that one holds on average at least.
_MOST_RANGES = 20
_BAD_PER_RANGE = 5
_SHOWN = 10


def _either_way(area: float) -> float:
    """The AUC of a score or of its negative; 0.5 where an outcome is absent."""
    return max(area, 1.0 - area) if np.isfinite(area) else 0.5


def _value_groups(values: Vector, bad: Vector) -> tuple[Counts, Counts]:
    """Defaults and good rows per value, rising, and of the missing values; an infinite value is one."""
    is_missing = np.isnan(values)
    here, bad_here = values[~is_missing], bad[~is_missing]
    n_bad_missing = float(bad.sum() - bad_here.sum())
    missing = Counts(np.array([n_bad_missing]), np.array([float(is_missing.sum()) - n_bad_missing]))
    return rank_rows(bad_here, here).counts(np.ones(len(here))), missing


def _joined(*parts: Counts) -> Counts:
    return Counts(np.concatenate([part.bad for part in parts]), np.concatenate([part.good for part in parts]))


def _ranked_auc(values: Counts, missing: Counts) -> float:
    """The best of four orders: rising or falling, missing values before or after all others."""
    return max(_either_way(counted_auc(_joined(*parts))) for parts in ((missing, values), (values, missing)))


def _range_auc(values: Counts, missing: Counts) -> float:
    """AUC of the default rate of ranges of equal count and of the missing values: sees a peak amid a feature's values."""
    n_ranges = int(np.clip(values.bad.sum() // _BAD_PER_RANGE, 1, _MOST_RANGES))
    rows = np.cumsum(values.bad + values.good)
    if not len(rows):
        return 0.5
    place = np.minimum((rows - 1.0) * n_ranges // rows[-1], n_ranges - 1.0).astype(np.int64)
    ranges = Counts(*(np.bincount(place, weights=side, minlength=n_ranges).astype(np.float64) for side in values))
    cells = _joined(ranges, missing)
    held = (cells.bad + cells.good) > 0
    bad, good = cells.bad[held], cells.good[held]
    order = np.argsort(bad / (bad + good), kind="stable")
    return _either_way(counted_auc(Counts(bad[order], good[order])))


def _text_auc(column: pl.Series, target: pl.Series) -> float:
    """AUC of the smoothed default rate of the levels, each half of the rows by the rates of the other.

    By rates of the same rows a text that differs in every row would foretell every default. Missing is a level.
    """
    name = column.name
    frame = column.fill_null("\x00").to_frame()
    is_even = pl.Series(np.arange(len(column)) % 2 == 0)
    areas = []
    for here in (is_even, ~is_even):
        codes = fit_codes(frame.filter(~here), target.filter(~here), [name])
        score = to_matrix(frame.filter(here), Encoding((name,), codes))[:, 0]
        rows = target.filter(here).to_numpy()
        areas.append(counted_auc(rank_rows(rows, score).counts(np.ones(len(rows)))))
    known = [area for area in areas if np.isfinite(area)]
    return max(0.5, float(np.mean(known))) if known else 0.5


def _number_values(column: pl.Series) -> Vector:
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _as_series(target: pl.Series | Vector) -> pl.Series:
    return pl.Series("target", target).cast(pl.Float64)


def _aucs(column: pl.Series, target: pl.Series, bad: Vector) -> tuple[float, float]:
    """AUC of a feature by its order, and the largest one by any relation that is looked for."""
    if column.dtype == pl.String:
        area = _text_auc(column, target)
        return area, area
    groups = _value_groups(_number_values(column), bad)
    area = _ranked_auc(*groups)
    return area, max(area, _range_auc(*groups))


def single_auc(frame: pl.DataFrame, names: Sequence[str], target: pl.Series | Vector) -> dict[str, float]:
    """What each feature by itself says of the outcome, from 0.5 (nothing) to 1.

    A number is an AUC by its value, rising or falling, with missing values before or after all others: the best of these. A text
    is that of its levels' default rates, which are smoothed (`encoding.fit_codes`) and come from the other half of the rows.

    Args:
        frame: one column per feature: text, or numbers, null and NaN for missing. Texts are halved by the order of rows.
        names: the features to look at.
        target: 1 for a default, else 0; in the order of the rows.
    """
    outcome = _as_series(target)
    bad = outcome.to_numpy()
    return {name: _aucs(frame[name], outcome, bad)[0] for name in names}


def require_no_leakage(
    frame: pl.DataFrame, names: Sequence[str], target: pl.Series | Vector, limit: float = LEAK_FROM
) -> dict[str, float]:
    """Raises where one feature by itself tells the outcome; else the same as `single_auc`, computed once.

    Numbers are also looked at in ranges, so that a leak which neither rises nor falls is found.

    Raises:
        UsageError: features with an AUC above the limit, by name, the most telling ones first.
    """
    outcome = _as_series(target)
    bad = outcome.to_numpy()
    found = {name: _aucs(frame[name], outcome, bad) for name in names}
    leaks = sorted(
        ((largest, name) for name, (_, largest) in found.items() if largest > limit), key=lambda leak: (-leak[0], leak[1])
    )
    if leaks:
        shown = [f"{name} (AUC {area:.3f})" for area, name in leaks[:_SHOWN]]
        rest = f" and {len(leaks) - _SHOWN} more" if len(leaks) > _SHOWN else ""
        raise UsageError(
            f"{len(leaks)} feature(s) tell the outcome by themselves: {', '.join(shown)}{rest}",
            expected=f"no single feature with an AUC above {limit:g}; honest ones stay far below",
            where="the rows to fit on",
            remedy="find out how the outcome came into the feature, or when it was recorded, and leave it out of the feature set",
        )
    return {name: area for name, (area, _) in found.items()}
