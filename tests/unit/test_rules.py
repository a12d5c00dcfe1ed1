"""The screen in front of Pandera and Pandera itself hold the same rules: all that columns.csv and the list below ask for.

For clean rows Pandera is not called (docs/decisions/0005-validation.md); these tests are what allows that.
"""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.frames import frame_schema
from schemas.rules import MAX_TEXT_LENGTH, Rule, table_rules
from schemas.tables import DELIVERED_TABLES, Column, table
from tasks.core.conversion import convert
from tasks.core.validation import find_failures, validate
from tests.deliveries import DAY, rows

#: Rules that no line of columns.csv asks for: table, column and rule, and cells that break it.
CROSS_RULES: dict[tuple[str, str, str], dict[str, Any]] = {
    ("application", "CNT_CHILDREN", "more_children_than_family"): {"CNT_CHILDREN": 3, "CNT_FAM_MEMBERS": 2},
    ("application", "DAYS_EMPLOYED", "employed_before_birth"): {"DAYS_EMPLOYED": -9001, "DAYS_BIRTH": -9000},
    ("application", "DEF_30_CNT_SOCIAL_CIRCLE", "more_defaults_than_observed"): {"DEF_30_CNT_SOCIAL_CIRCLE": 2},
    ("application", "DEF_60_CNT_SOCIAL_CIRCLE", "more_defaults_than_observed"): {"DEF_60_CNT_SOCIAL_CIRCLE": 2},
    ("POS_CASH_balance", "SK_DPD_DEF", "tolerant_days_exceed_days"): {"SK_DPD_DEF": 2},
    ("credit_card_balance", "SK_DPD_DEF", "tolerant_days_exceed_days"): {"SK_DPD_DEF": 2},
    ("outcomes", "observed_on", "future_date"): {"observed_on": DAY + timedelta(days=1)},
}

Failures = set[tuple[int, str, str]]  # position, rule, column


def asked_for(project: Path, name: str) -> list[tuple[str, str]]:
    """Column and rule, read from columns.csv itself and not through `schemas`."""
    found = [(column, rule) for table_name, column, rule in CROSS_RULES if table_name == name]
    with (project / "schemas" / "columns.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            if line["table_name"] == name:
                rules = {
                    "missing": line["is_nullable"] == "0",
                    "below_minimum": line["minimum"] != "",
                    "above_maximum": line["maximum"] != "",
                    "not_in_list": line["levels"] != "",
                    "too_long": line["kind"] == "text",
                }
                found += [(line["column_name"], rule) for rule, is_asked in rules.items() if is_asked]
    return sorted(found)


@pytest.mark.parametrize("name", DELIVERED_TABLES)
def test_screen_and_pandera_hold_the_rules_that_are_asked_for_and_no_others(project: Path, name: str) -> None:
    rules = table_rules(name, DAY)
    schema = frame_schema(table(name), rules)
    in_pandera = [(column, check.name) for column, found in schema.columns.items() for check in found.checks]
    assert sorted((rule.column, rule.name) for rule in rules) == asked_for(project, name)
    assert sorted(in_pandera) == asked_for(project, name)


def _outside(column: Column, rule: str) -> Any:
    """A value that breaks a rule of one column."""
    limits = {"below_minimum": (column.minimum, -1), "above_maximum": (column.maximum, 1)}
    if rule in limits:
        limit, step = limits[rule]
        assert limit is not None
        return int(limit) + step if column.is_integer else limit + step
    return {"missing": None, "not_in_list": "?", "too_long": "x" * (MAX_TEXT_LENGTH + 1)}[rule]


def _breaking(name: str, rule: Rule) -> dict[str, Any]:
    """Cells that break a rule, whatever else they break. A rule that nobody knows here is a KeyError."""
    known = CROSS_RULES.get((name, rule.column, rule.name))
    return known or {rule.column: _outside(table(name).column(rule.column), rule.name)}


def _one_row_per_rule(name: str, rules: tuple[Rule, ...]) -> pl.DataFrame:
    """A row in order, and one for each rule, in their order, that breaks it."""
    good = convert(table(name), rows(name, 1)).frame
    cells = [good.row(0, named=True) | broken for broken in ({}, *(_breaking(name, rule) for rule in rules))]
    return pl.DataFrame(cells, schema=good.schema)


def _found_by_screen(frame: pl.DataFrame, rules: tuple[Rule, ...]) -> Failures:
    held = frame.select(rule.holds.fill_null(value=True).alias(str(i)) for i, rule in enumerate(rules))
    return {
        (position, rule.name, rule.column)
        for i, rule in enumerate(rules)
        for position, holds in enumerate(held[str(i)].to_list())
        if not holds
    }


@pytest.mark.parametrize("name", DELIVERED_TABLES)
def test_screen_pandera_and_validation_find_the_same_faults_where_every_rule_is_broken(name: str) -> None:
    rules = table_rules(name, DAY)
    frame = _one_row_per_rule(name, rules)
    by_screen = _found_by_screen(frame, rules)
    by_pandera: Failures = set(find_failures(table(name), frame, rules).iter_rows())
    by_validation: Failures = set(validate(name, frame.with_row_index("row_number", offset=1), DAY).failures.iter_rows())
    assert by_screen == by_pandera == by_validation
    assert {(i, rule.name, rule.column) for i, rule in enumerate(rules, start=1)} <= by_screen
    assert {position for position, _, _ in by_screen} == set(range(1, len(rules) + 1))


@pytest.mark.parametrize("name", DELIVERED_TABLES)
def test_a_rule_that_one_row_breaks_is_found_alone(name: str) -> None:
    """The screen hands Pandera one rule at a time as well as all of them."""
    rules = table_rules(name, DAY)
    frame = _one_row_per_rule(name, rules)
    for i, rule in enumerate(rules, start=1):
        pair = frame[[0, i]]
        expected = {(1, found, column) for position, found, column in _found_by_screen(frame, rules) if position == i}
        found = set(validate(name, pair.with_row_index("row_number", offset=1), DAY).failures.iter_rows())
        assert found == expected, rule
