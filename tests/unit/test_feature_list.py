"""The declared list: what it holds, what it may never hold, and when its id changes."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from schemas.errors import VerificationError
from schemas.feature_catalogue import HISTORIES
from schemas.features import FORBIDDEN_COLUMNS, Feature, feature_set, level_columns, level_names, refuse_forbidden
from schemas.tables import HISTORY_TABLES, table

PROTECTED = ["CODE_GENDER", "NAME_FAMILY_STATUS"]
LEVELS = {"bureau.CREDIT_ACTIVE": ["Active", "Closed"], "bureau_balance.STATUS": ["0", "C"]}


def test_every_application_column_is_a_feature_but_ids_label_and_protected_ones() -> None:
    inputs = {feature.column for feature in feature_set({}, PROTECTED).features if feature.function == "value"}
    expected = set(table("application").column_names) - {"SK_ID_CURR", "TARGET", *PROTECTED}
    assert inputs == expected


def test_names_are_plain_and_unique_and_described_with_a_sentence() -> None:
    features = feature_set(LEVELS, PROTECTED).features
    assert len({feature.name for feature in features}) == len(features) > 500
    for feature in features:
        assert re.fullmatch(r"[A-Z0-9_]+", feature.name)
        assert feature.description.endswith(".")
        assert len(feature.description) > 10


def test_no_feature_is_or_comes_from_an_id_the_label_or_a_protected_column() -> None:
    for feature in feature_set(LEVELS, PROTECTED).features:
        used = {column.removeprefix("application.") for column in feature.columns} | {feature.name}
        assert not used & (FORBIDDEN_COLUMNS | set(PROTECTED))


@pytest.mark.parametrize("column", sorted(FORBIDDEN_COLUMNS | {"CODE_GENDER", "application.TARGET"}))
def test_a_feature_of_a_forbidden_column_is_refused(column: str) -> None:
    feature = Feature("SOMETHING", "number", "application", "AMT_CREDIT", "ratio", "", None, "Something.", (column,))
    with pytest.raises(VerificationError, match="SOMETHING is computed from"):
        refuse_forbidden([feature], PROTECTED)


@pytest.mark.parametrize("name", ["lower", "A B", "", "TARGET"])
def test_a_feature_with_an_illegal_name_is_refused(name: str) -> None:
    with pytest.raises(VerificationError):
        refuse_forbidden([Feature(name, "number", "application", "AMT_CREDIT", "value", "", None, "Something.")], [])


def test_a_protected_column_takes_its_formulas_and_the_ratios_of_its_aggregates_with_it() -> None:
    names = feature_set(LEVELS, ["AMT_INCOME_TOTAL", "AMT_CREDIT_SUM_DEBT"]).names
    assert "INCOME_TO_CREDIT" not in names
    assert "INSTAL_PAYMENT_TO_INCOME" not in names
    assert "BURO_DEBT_TO_CREDIT" not in names
    assert "PAYMENT_RATE" in names


def test_the_id_depends_on_levels_and_protected_columns_and_on_nothing_else() -> None:
    first = feature_set(LEVELS, PROTECTED)
    same = feature_set({key: list(reversed(found)) for key, found in reversed(LEVELS.items())}, tuple(reversed(PROTECTED)))
    assert re.fullmatch(r"[0-9a-f]{12}", first.feature_set_id)
    assert (first.feature_set_id, first.names) == (same.feature_set_id, same.names)
    others = [feature_set({}, PROTECTED), feature_set(LEVELS, []), feature_set({"bureau.CREDIT_ACTIVE": ["Active"]}, PROTECTED)]
    assert len({first.feature_set_id, *(other.feature_set_id for other in others)}) == 4


def test_levels_that_come_to_the_same_name_are_numbered_in_sorted_order() -> None:
    assert level_names(["b c", "B-C", "Ж", "!", "B_C_2", "a"]) == {
        "!": "LEVEL",
        "B-C": "B_C",
        "B_C_2": "B_C_2",
        "a": "A",
        "b c": "B_C_3",
        "Ж": "LEVEL_2",
    }


def test_every_history_table_has_a_flag_and_a_row_count() -> None:
    names = feature_set({}, []).names
    assert [f"HAS_{name.upper()}" for name in HISTORY_TABLES if f"HAS_{name.upper()}" not in names] == []
    assert [history.prefix for history in HISTORIES if f"{history.prefix}_COUNT" not in names] == []


def test_every_column_of_the_declared_aggregates_exists() -> None:
    for history in HISTORIES:
        derived = {value.name for value in history.derived}
        sources = {source for value in history.derived for source in value.sources} - {"MONTHS_BALANCE"}
        used = {column for column, _ in history.values} | {column for group in history.groups for column, _ in group.values}
        named = (used - derived) | sources | set(history.levels) | {group.column for group in history.groups}
        assert named <= set(table(history.table).column_names)
    assert all(table(name).column(column).kind == "text" for name, column in level_columns())


def test_the_list_stays_light_to_import() -> None:
    code = "import sys, schemas.features; print({'duckdb', 'polars', 'pandas', 'numpy'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
