"""Expressions within one row: ratios and other formulas of an application, and the values of a history row that are aggregated.

A value that is aggregated is first rounded to a fixed number of decimals and kept as an integer, so that its sums are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from schemas.feature_catalogue import RATIO_CAP, History
from schemas.features import value_decimals
from schemas.tables import Column, table

#: Values are declared up to 1e10; with four decimals, or a capped ratio with eight, that is 1e14 as an integer.
_LARGEST = 10_000_000_000


def ratio(numerator: str, denominator: str) -> str:
    """numerator / denominator, NULL where the denominator is 0, capped at +-1e6."""
    quotient = f"({numerator})::DOUBLE / nullif({denominator}, 0)"
    capped = f"WHEN {quotient} > {RATIO_CAP} THEN {RATIO_CAP} WHEN {quotient} < -{RATIO_CAP} THEN -{RATIO_CAP}"
    return f"CASE {capped} ELSE {quotient} END"


def _present(columns: Sequence[str]) -> str:
    return " + ".join(f"({column} IS NOT NULL)::INTEGER" for column in columns)


def _total(columns: Sequence[str], weights: Sequence[int] | None = None) -> str:
    factors = weights or [1] * len(columns)
    return " + ".join(f"coalesce({column}, 0) * {factor}" for column, factor in zip(columns, factors, strict=True))


def _mean_of(columns: Sequence[str]) -> str:
    return f"({_total(columns)})::DOUBLE / nullif({_present(columns)}, 0)"


def _weighted_mean_of(columns: Sequence[str]) -> str:
    weights = range(1, len(columns) + 1)
    present = " + ".join(f"({column} IS NOT NULL)::INTEGER * {weight}" for column, weight in zip(columns, weights, strict=True))
    return f"({_total(columns, list(weights))})::DOUBLE / nullif({present}, 0)"


def _std_of(columns: Sequence[str]) -> str:
    squares = " + ".join(f"coalesce(({column} - ({_mean_of(columns)})) ** 2, 0)" for column in columns)
    return f"CASE WHEN {_present(columns)} > 1 THEN sqrt(({squares}) / ({_present(columns)} - 1)) END"


FORMULAS: Mapping[str, Callable[[Sequence[str]], str]] = {
    "ratio": lambda columns: ratio(columns[0], columns[1]),
    "per": lambda columns: f"{columns[0]} / nullif({columns[1]}, 0)",
    "mean_of": _mean_of,
    "weighted_mean_of": _weighted_mean_of,
    "std_of": _std_of,
    "min_of": lambda columns: f"least({', '.join(columns)})",
    "max_of": lambda columns: f"greatest({', '.join(columns)})",
    "count_of": _present,
    "product_of": lambda columns: " * ".join(columns),
    "total_of": lambda columns: f"CASE WHEN {_present(columns)} > 0 THEN {_total(columns)} END",
    "missing_of": lambda columns: f"{len(columns)} - ({_present(columns)})",
    "value": lambda columns: columns[0],
    "is_sentinel": lambda columns: f"{columns[0]}_IS_SENTINEL",
}


def cleaned(column: Column) -> str:
    """A history column with its sentinel taken out, as in the core views."""
    return f"nullif(r.{column.name}, {column.sentinel})" if column.sentinel is not None else f"r.{column.name}"


def _scaled(value: str, decimals: int) -> str:
    """The value as an integer count of its last decimal; what lies outside every declared range (or is NaN) is missing."""
    return f"CASE WHEN abs({value}) <= {_LARGEST} THEN round(({value}) * 1e{decimals})::BIGINT END"


_DERIVED: Mapping[tuple[str, str], str] = {
    ("previous_application", "AMT_APPLICATION_TO_CREDIT"): ratio("r.AMT_APPLICATION", "r.AMT_CREDIT"),
    ("installments_payments", "PAID_TO_DUE"): ratio("coalesce(r.AMT_PAYMENT, 0)", "r.AMT_INSTALMENT"),
    ("installments_payments", "DUE_MINUS_PAID"): "r.AMT_INSTALMENT - coalesce(r.AMT_PAYMENT, 0)",
    # never paid: late up to the application, which is day 0
    ("installments_payments", "DAYS_PAST_DUE"): "greatest(coalesce(r.DAYS_ENTRY_PAYMENT, 0) - r.DAYS_INSTALMENT, 0)",
    ("installments_payments", "DAYS_BEFORE_DUE"): "greatest(r.DAYS_INSTALMENT - coalesce(r.DAYS_ENTRY_PAYMENT, 0), 0)",
    ("installments_payments", "IS_LATE"): "(coalesce(r.DAYS_ENTRY_PAYMENT, 0) > r.DAYS_INSTALMENT)::INTEGER",
    ("installments_payments", "IS_UNPAID"): "(r.AMT_PAYMENT IS NULL)::INTEGER",
    ("credit_card_balance", "BALANCE_TO_LIMIT"): ratio("r.AMT_BALANCE", "r.AMT_CREDIT_LIMIT_ACTUAL"),
    ("bureau", "MONTHS_BALANCE_MIN"): "b.oldest_month",
    ("bureau", "MONTHS_BALANCE_MAX"): "b.newest_month",
    ("bureau", "MONTHS_BALANCE_SIZE"): "b.n_months",
}


def is_stored_integer(history: History, name: str) -> bool:
    """Whether a value is a column as it is stored, of at most 32 bits: its square fits 64 bits."""
    known = {column.name: column for column in table(history.table).columns}
    return (history.table, name) not in _DERIVED and name in known and known[name].sql_type in {"INTEGER", "TINYINT"}


def value(history: History, name: str) -> str:
    """One value of a history row, as the integer that is aggregated."""
    decimals = value_decimals(history, name)
    derived = _DERIVED.get((history.table, name))
    expression = derived or cleaned(table(history.table).column(name))
    return _scaled(expression, decimals) if decimals else expression  # of no decimals are integers only
