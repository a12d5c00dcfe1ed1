"""What is aggregated over which history table: data alone, in the order in which features are numbered.

The aggregates are those of the public Home Credit feature set, and a few more that help on this data (marked "also").
A value is rounded to a fixed number of decimals before it is summed, so that every sum is exact; see `value_decimals`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from schemas.tables import table

#: Ratios are capped at plus and minus this value, so that a denominator next to zero can neither overflow nor rule a mean.
RATIO_CAP = 1_000_000
#: Decimals that an aggregated value keeps, by the kind of its column. Home Credit amounts have at most three.
DECIMALS = {"amount": 4, "number": 8, "days": 0, "count": 0, "flag": 0}

Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Derived:
    """A value computed within one history row (or, from `bureau_balance`, within one credit) before it is aggregated."""

    name: str
    sources: tuple[str, ...]
    decimals: int
    description: str


@dataclass(frozen=True)
class Group:
    """Some rows of a history table: those where `column operator value` holds. Groups of a table never overlap."""

    name: str
    column: str
    operator: str
    value: str | int
    rows: str
    values: Values


@dataclass(frozen=True)
class History:
    """The aggregates of one history table: `values` and `levels` over all its rows, `groups` over some of them."""

    table: str
    prefix: str
    rows: str
    values: Values
    levels: tuple[str, ...]
    groups: tuple[Group, ...] = ()
    derived: tuple[Derived, ...] = ()
    level_functions: tuple[str, ...] = ("share",)


_BALANCE = (
    Derived(
        "MONTHS_BALANCE_MIN", ("MONTHS_BALANCE",), 0, "Oldest month reported for the credit, in months before the application."
    ),
    Derived(
        "MONTHS_BALANCE_MAX", ("MONTHS_BALANCE",), 0, "Newest month reported for the credit, in months before the application."
    ),
    Derived("MONTHS_BALANCE_SIZE", ("MONTHS_BALANCE",), 0, "Number of months reported for the credit."),
)
_BUREAU_VALUES: Values = (
    ("DAYS_CREDIT", "min max mean var"),
    ("DAYS_CREDIT_ENDDATE", "min max mean"),
    ("DAYS_CREDIT_UPDATE", "mean"),
    ("CREDIT_DAY_OVERDUE", "max mean"),
    ("AMT_CREDIT_MAX_OVERDUE", "mean"),
    ("AMT_CREDIT_SUM", "max mean sum"),
    ("AMT_CREDIT_SUM_DEBT", "max mean sum"),
    ("AMT_CREDIT_SUM_OVERDUE", "mean"),
    ("AMT_CREDIT_SUM_LIMIT", "mean sum"),
    ("AMT_ANNUITY", "max mean"),
    ("CNT_CREDIT_PROLONG", "sum"),
    ("MONTHS_BALANCE_MIN", "min"),
    ("MONTHS_BALANCE_MAX", "max"),
    ("MONTHS_BALANCE_SIZE", "mean sum"),
)
_PREVIOUS_VALUES: Values = (
    ("AMT_APPLICATION_TO_CREDIT", "min max mean var"),
    ("AMT_ANNUITY", "min max mean"),
    ("AMT_APPLICATION", "min max mean"),
    ("AMT_CREDIT", "min max mean"),
    ("AMT_DOWN_PAYMENT", "min max mean"),
    ("AMT_GOODS_PRICE", "min max mean"),
    ("HOUR_APPR_PROCESS_START", "min max mean"),
    ("RATE_DOWN_PAYMENT", "min max mean"),
    ("DAYS_DECISION", "min max mean"),
    ("CNT_PAYMENT", "mean sum"),
)
#: also: the dates of previous credits, sentinels taken out
_PREVIOUS_DATES: Values = (
    ("DAYS_FIRST_DRAWING", "max mean"),
    ("DAYS_FIRST_DUE", "min max mean"),
    ("DAYS_LAST_DUE_1ST_VERSION", "min max mean"),
    ("DAYS_LAST_DUE", "max mean"),
    ("DAYS_TERMINATION", "max mean"),
)
_CARD_VALUES: Values = tuple(
    (column.name, "min max mean sum var") for column in table("credit_card_balance").columns if column.kind not in {"key", "text"}
)

HISTORIES: tuple[History, ...] = (
    History(
        "bureau",
        "BURO",
        "credits that the bureau reports",
        values=(*_BUREAU_VALUES, ("DAYS_ENDDATE_FACT", "max mean")),
        levels=("CREDIT_ACTIVE", "CREDIT_CURRENCY", "CREDIT_TYPE"),
        groups=(
            Group("ACTIVE", "CREDIT_ACTIVE", "=", "Active", "active credits that the bureau reports", _BUREAU_VALUES),
            Group("CLOSED", "CREDIT_ACTIVE", "=", "Closed", "closed credits that the bureau reports", _BUREAU_VALUES),
        ),
        derived=_BALANCE,
    ),
    History(
        "previous_application",
        "PREV",
        "previous applications",
        values=(*_PREVIOUS_VALUES, *_PREVIOUS_DATES),
        levels=tuple(column.name for column in table("previous_application").columns if column.kind == "text"),
        groups=(
            Group("APPROVED", "NAME_CONTRACT_STATUS", "=", "Approved", "approved previous applications", _PREVIOUS_VALUES),
            Group("REFUSED", "NAME_CONTRACT_STATUS", "=", "Refused", "refused previous applications", _PREVIOUS_VALUES),
        ),
        derived=(
            Derived(
                "AMT_APPLICATION_TO_CREDIT",
                ("AMT_APPLICATION", "AMT_CREDIT"),
                8,
                "Amount asked for divided by amount granted, a ratio.",
            ),
        ),
    ),
    History(
        "POS_CASH_balance",
        "POS",
        "months of point-of-sale and cash loans",
        values=(
            ("MONTHS_BALANCE", "max mean"),
            ("SK_DPD", "max mean"),
            ("SK_DPD_DEF", "max mean"),
            ("CNT_INSTALMENT", "max mean"),
            ("CNT_INSTALMENT_FUTURE", "max mean"),
        ),
        levels=("NAME_CONTRACT_STATUS",),
        groups=(
            Group(
                "LAST_YEAR",
                "MONTHS_BALANCE",
                ">=",
                -12,
                "months of point-of-sale and cash loans in the last twelve months",
                (("SK_DPD", "max mean"), ("SK_DPD_DEF", "max mean"), ("CNT_INSTALMENT_FUTURE", "mean")),
            ),
        ),
    ),
    History(
        "installments_payments",
        "INSTAL",
        "instalment payments",
        values=(
            ("PAID_TO_DUE", "max mean sum var"),
            ("DUE_MINUS_PAID", "max mean sum var"),
            ("DAYS_PAST_DUE", "max mean sum"),
            ("DAYS_BEFORE_DUE", "max mean sum"),
            ("NUM_INSTALMENT_VERSION", "nunique"),
            ("AMT_INSTALMENT", "max mean sum"),
            ("AMT_PAYMENT", "min max mean sum"),
            ("DAYS_ENTRY_PAYMENT", "max mean sum"),
            ("IS_LATE", "mean"),
            ("IS_UNPAID", "mean"),
        ),
        levels=(),
        groups=(
            Group(
                "LAST_YEAR",
                "DAYS_INSTALMENT",
                ">=",
                -365,
                "instalments that fell due in the last 365 days",
                (
                    ("DAYS_PAST_DUE", "max mean"),
                    ("DAYS_BEFORE_DUE", "mean"),
                    ("DUE_MINUS_PAID", "max mean"),
                    ("AMT_PAYMENT", "sum"),
                    ("IS_LATE", "mean"),
                ),
            ),
        ),
        derived=(
            Derived(
                "PAID_TO_DUE",
                ("AMT_PAYMENT", "AMT_INSTALMENT"),
                8,
                "Amount paid (0 if never paid) divided by amount due, a ratio.",
            ),
            Derived(
                "DUE_MINUS_PAID",
                ("AMT_INSTALMENT", "AMT_PAYMENT"),
                4,
                "Amount due less amount paid (0 if never paid), in currency units.",
            ),
            Derived(
                "DAYS_PAST_DUE",
                ("DAYS_ENTRY_PAYMENT", "DAYS_INSTALMENT"),
                0,
                "Days that the payment was late, 0 if punctual; an instalment never paid is late up to the application.",
            ),
            Derived(
                "DAYS_BEFORE_DUE",
                ("DAYS_ENTRY_PAYMENT", "DAYS_INSTALMENT"),
                0,
                "Days that the payment came before it was due, 0 if not early or never paid.",
            ),
            Derived("IS_LATE", ("DAYS_ENTRY_PAYMENT", "DAYS_INSTALMENT"), 0, "1 if the payment was late or never came, else 0."),
            Derived("IS_UNPAID", ("AMT_PAYMENT",), 0, "1 if the instalment was never paid, else 0."),
        ),
    ),
    History(
        "credit_card_balance",
        "CC",
        "months of credit cards",
        values=(*_CARD_VALUES, ("BALANCE_TO_LIMIT", "max mean")),
        levels=("NAME_CONTRACT_STATUS",),
        groups=(
            Group(
                "LAST_YEAR",
                "MONTHS_BALANCE",
                ">=",
                -12,
                "months of credit cards in the last twelve months",
                (
                    ("AMT_BALANCE", "max mean"),
                    ("BALANCE_TO_LIMIT", "max mean"),
                    ("CNT_DRAWINGS_ATM_CURRENT", "mean"),
                    ("SK_DPD", "max"),
                ),
            ),
        ),
        derived=(
            Derived(
                "BALANCE_TO_LIMIT",
                ("AMT_BALANCE", "AMT_CREDIT_LIMIT_ACTUAL"),
                8,
                "Balance divided by the limit of the card, a ratio.",
            ),
        ),
        level_functions=("share", "min", "max", "sum", "var"),
    ),
)


@dataclass(frozen=True)
class Formula:
    """A feature computed from others of its row: application columns, or features of its table and `application.X` columns."""

    table: str
    name: str
    function: str
    columns: tuple[str, ...]
    description: str


def _formula(row: dict[str, str]) -> Formula:
    return Formula(row["table_name"], row["feature_name"], row["function"], tuple(row["columns"].split("|")), row["description"])


@cache
def formulas(table_name: str) -> tuple[Formula, ...]:
    """The formulas of one table in the order of formulas.csv."""
    with resources.files("schemas").joinpath("formulas.csv").open("r", encoding="utf-8") as file:
        return tuple(formula for formula in map(_formula, csv.DictReader(file)) if formula.table == table_name)
