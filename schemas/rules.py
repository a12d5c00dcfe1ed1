"""What a delivered row has to obey: rules for each table, built from columns.csv, and rules across columns.

Every rule is one Polars expression, true where a row is in order and null where a value that it needs is missing; the same
expression is the check of the Pandera schema and the screen that finds which columns need Pandera at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl

from schemas.tables import Column, table

#: Characters that a text may have; longer ones are no level of anything.
MAX_TEXT_LENGTH = 200


@dataclass(frozen=True)
class Rule:
    """`holds` is true for a row in order, false for one that breaks the rule `name`, null where it cannot be told."""

    column: str
    name: str
    holds: pl.Expr


def frame_dtype(column: Column) -> type[pl.DataType]:
    """The type of a column in a validated frame: 64 bits throughout, narrowed by the warehouse."""
    if column.is_integer:
        return pl.Int64
    if column.is_numeric:
        return pl.Float64
    return pl.Date if column.kind == "date" else pl.String


def _unless_sentinel(column: Column, holds: pl.Expr) -> pl.Expr:
    return holds if column.sentinel is None else holds | (pl.col(column.name) == column.sentinel)


def _column_rules(column: Column) -> list[Rule]:
    value = pl.col(column.name)
    rules = []
    if not column.is_nullable:
        rules.append(Rule(column.name, "missing", value.is_not_null()))
    if column.minimum is not None:
        rules.append(Rule(column.name, "below_minimum", value >= column.minimum))
    if column.maximum is not None:
        rules.append(Rule(column.name, "above_maximum", _unless_sentinel(column, value <= column.maximum)))
    if column.levels:
        rules.append(Rule(column.name, "not_in_list", value.is_in(list(column.levels))))
    if column.kind == "text":
        rules.append(Rule(column.name, "too_long", value.str.len_chars() <= MAX_TEXT_LENGTH))
    return rules


def _at_most(column: str, other: str, name: str) -> Rule:
    return Rule(column, name, pl.col(column) <= pl.col(other))


def _cross_rules() -> dict[str, list[Rule]]:
    """Rules across columns; each of them holds for every real row at hand."""
    circle = "_CNT_SOCIAL_CIRCLE"
    return {
        "application": [
            _at_most("CNT_CHILDREN", "CNT_FAM_MEMBERS", "more_children_than_family"),
            Rule("DAYS_EMPLOYED", "employed_before_birth", pl.col("DAYS_EMPLOYED") >= pl.col("DAYS_BIRTH")),
            _at_most(f"DEF_30{circle}", f"OBS_30{circle}", "more_defaults_than_observed"),
            _at_most(f"DEF_60{circle}", f"OBS_60{circle}", "more_defaults_than_observed"),
        ],
        "POS_CASH_balance": [_at_most("SK_DPD_DEF", "SK_DPD", "tolerant_days_exceed_days")],
        "credit_card_balance": [_at_most("SK_DPD_DEF", "SK_DPD", "tolerant_days_exceed_days")],
    }


@cache
def _fixed_rules(table_name: str) -> tuple[Rule, ...]:
    own = [rule for column in table(table_name).columns for rule in _column_rules(column)]
    return (*own, *_cross_rules().get(table_name, []))


def table_rules(table_name: str, received_on: date) -> tuple[Rule, ...]:
    """Every rule of a table, in the order of its columns, for a delivery of that business date."""
    if table_name != "outcomes":
        return _fixed_rules(table_name)
    return (*_fixed_rules(table_name), Rule("observed_on", "future_date", pl.col("observed_on") <= received_on))
