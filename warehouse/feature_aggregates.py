"""Aggregates from exact states: counts, integer sums, integer sums of squares, extremes.

A feature is one division of integers: the same whatever the order of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.features import Feature

#: Up to this many rows of one applicant the exact formula of the variance cannot overflow; beyond, the same sums as doubles.
_EXACT_ROWS = 100_000

#: The values that `bits` has a place for.
NEAR_ZERO = "BETWEEN 0 AND 62"

#: What a function needs of a value: state -> aggregate over the rows.
STATES: Mapping[str, str] = {
    "n": "count({0})",
    "s": "sum({0})",
    "q": "sum({0}::HUGEINT * {0})",
    "lo": "min({0})",
    "hi": "max({0})",
    # which of the values 0 to 62 there are, a bit each; others, which are rare, are listed
    "bits": f"bit_or(CASE WHEN {{0}} {NEAR_ZERO} THEN 1::BIGINT << {{0}} END)",
    "others": f"list({{0}}) FILTER (WHERE {{0}} NOT {NEAR_ZERO})",
}
#: The sum of squares of values that are stored as 32-bit integers: their squares fit 64 bits, which are quicker than 128.
SQUARES_OF_INTEGERS = "sum({0}::BIGINT * {0})"
NEEDS: Mapping[str, tuple[str, ...]] = {
    "min": ("lo",),
    "max": ("hi",),
    "mean": ("n", "s"),
    "sum": ("s",),
    "var": ("n", "s", "q"),
    "nunique": ("bits", "others"),
}


def _variance(at: str, name: str, decimals: int) -> str:
    n, s, q = (f"{at}{state}_{name}" for state in ("n", "s", "q"))
    exact = f"({n} * {q} - {s} * {s})::DOUBLE"
    rough = f"greatest({n}::DOUBLE * {q}::DOUBLE - {s}::DOUBLE * {s}::DOUBLE, 0)"
    spread = f"CASE WHEN {n} <= {_EXACT_ROWS} THEN {exact} ELSE {rough} END"
    return f"CASE WHEN {n} > 1 THEN ({spread}) / ({n}::DOUBLE * ({n} - 1)::DOUBLE * 1e{2 * decimals}) END"


def aggregate(at: str, feature: Feature, decimals: int) -> str:
    """A feature from the states of its value; `at` is what stands before the names of its group's states."""
    name = feature.column
    match feature.function:
        case "min":
            return f"{at}lo_{name} / 1e{decimals}"
        case "max":
            return f"{at}hi_{name} / 1e{decimals}"
        case "mean":
            return f"{at}s_{name}::DOUBLE / ({at}n_{name} * 1e{decimals})"
        case "sum":
            return f"CASE WHEN {at}n_rows > 0 THEN coalesce({at}s_{name}, 0)::DOUBLE / 1e{decimals} END"
        case "nunique":
            return f"coalesce(bit_count({at}bits_{name}), 0) + coalesce(len(list_distinct({at}others_{name})), 0)"
        case _:
            return _variance(at, name, decimals)


def level_aggregate(function: str, k: str, n: str) -> str:
    """A feature from the number k of rows with a level among n rows."""
    match function:
        case "level_share":
            return f"{k}::DOUBLE / {n}"
        case "level_min":
            return f"({k} = {n})::INTEGER"
        case "level_max":
            return f"({k} > 0)::INTEGER"
        case "level_sum":
            return k
        case _:
            return f"CASE WHEN {n} > 1 THEN ({n} * {k} - {k} * {k})::DOUBLE / ({n}::DOUBLE * ({n} - 1)::DOUBLE) END"
