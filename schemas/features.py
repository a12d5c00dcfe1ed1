"""The declared list of features: what each is computed from, in the order in which a model takes them.

A feature set is a function of the frozen levels and the protected columns alone, never of tonight's data. The SQL that computes
it is written from this list by one generator (warehouse/feature_sql.py), for training and for scoring alike.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from schemas.errors import VerificationError
from schemas.feature_catalogue import DECIMALS, HISTORIES, RATIO_CAP, Derived, Formula, History, formulas
from schemas.tables import HISTORY_TABLES, Column, table

#: Raise it when the meaning of a feature changes without its declaration changing (rounding, cleaning, the choice of history).
DEFINITION_VERSION = 2

#: What may never be a feature, nor anything computed from it.
FORBIDDEN_COLUMNS = frozenset({"SK_ID_CURR", "SK_ID_PREV", "SK_ID_BUREAU", "TARGET", "batch_id", "row_number", "origin"})


Levels = Mapping[str, Sequence[str]]

_WORDS = {
    "min": "Smallest",
    "max": "Largest",
    "mean": "Mean",
    "sum": "Sum",
    "var": "Sample variance (unit squared)",
    "nunique": "Number of different values",
}
_LEVEL_WORDS = {
    "share": "Share",
    "min": "1 if every one, else 0",
    "max": "1 if any, else 0",
    "sum": "Number",
    "var": "Sample variance of the 0/1 flag",
}


@dataclass(frozen=True)
class Feature:
    """One feature. `column` is what it is computed from first, `others` the rest; `group` is a group of history rows or empty."""

    name: str
    kind: Literal["number", "text"]
    table: str
    column: str
    function: str
    group: str
    level: str | None
    description: str
    others: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, *self.others) if self.column else self.others


@dataclass(frozen=True)
class FeatureSet:
    """Features in the order of the model's inputs."""

    features: tuple[Feature, ...]

    @cached_property
    def names(self) -> list[str]:
        return [feature.name for feature in self.features]

    @cached_property
    def feature_set_id(self) -> str:
        """First 12 hex digits of the SHA-256 over names, definitions and levels."""
        content = {
            "version": DEFINITION_VERSION,
            "features": [_definition(feature) for feature in self.features],
            "groups": [[h.table, g.name, g.column, g.operator, g.value] for h in HISTORIES for g in h.groups],
            "rounding": [RATIO_CAP, DECIMALS, [[h.table, d.name, d.decimals] for h in HISTORIES for d in h.derived]],
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def of_table(self, name: str) -> tuple[Feature, ...]:
        """The features computed by the statement of that table; those of bureau_balance belong to bureau's."""
        tables = {name, "bureau_balance"} if name == "bureau" else {name}
        return tuple(feature for feature in self.features if feature.table in tables)


def _definition(feature: Feature) -> list[object]:
    return [
        feature.name,
        feature.kind,
        feature.table,
        list(feature.columns),
        feature.function,
        feature.group,
        feature.level,
    ]


def history_of(name: str) -> History:
    """The aggregates declared for a history table. Raises KeyError."""
    return {history.table: history for history in HISTORIES}[name]


def _derived(history: History, name: str) -> Derived | None:
    return next((value for value in history.derived if value.name == name), None)


def value_decimals(history: History, name: str) -> int:
    """Decimals that a value of that history table is rounded to before it is aggregated."""
    derived = _derived(history, name)
    return derived.decimals if derived else DECIMALS[table(history.table).column(name).kind]


def level_columns() -> tuple[tuple[str, str], ...]:
    """Every (table, text column) whose levels' shares are features, in order."""
    own = [(history.table, column) for history in HISTORIES for column in history.levels]
    return (*own, ("bureau_balance", "STATUS"))


def _sanitised(level: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", level.upper()).strip("_") or "LEVEL"


def level_names(levels: Iterable[str]) -> dict[str, str]:
    """A name in [A-Z0-9_] per level; levels that come to the same name are numbered in the order of the sorted levels."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for level in sorted(set(levels)):
        base = _sanitised(level)
        name, number = base, 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        names[level] = name
    return names


def _application_columns(protected: frozenset[str]) -> Iterator[Column]:
    for column in table("application").columns:
        if column.name not in FORBIDDEN_COLUMNS | protected:
            yield column


def _application_features(protected: frozenset[str]) -> Iterator[Feature]:
    for column in _application_columns(protected):
        kind: Literal["number", "text"] = "text" if column.kind == "text" else "number"
        yield Feature(column.name, kind, "application", column.name, "value", "", None, column.description)
        if column.sentinel is not None:
            text = f"1 if {column.name} came as the sentinel {column.sentinel}, which means not employed, else 0."
            yield Feature(f"{column.name}_IS_SENTINEL", "number", "application", column.name, "is_sentinel", "", None, text)
    yield from map(_formula_feature, formulas("application"))


def _formula_feature(formula: Formula) -> Feature:
    first, *others = formula.columns
    return Feature(formula.name, "number", formula.table, first, formula.function, "", None, formula.description, tuple(others))


def _presence_features(name: str, rows: str) -> Iterator[Feature]:
    text = f"1 if any {rows} were known at the business date, else 0."
    yield Feature(f"HAS_{name.upper()}", "number", name, "", "has", "", None, text)


def _value_features(history: History) -> Iterator[Feature]:
    wanted = [("", history.rows, history.values)] + [(group.name, group.rows, group.values) for group in history.groups]
    for group, rows, values in wanted:
        prefix = "_".join(part for part in (history.prefix, group) if part)
        yield Feature(f"{prefix}_COUNT", "number", history.table, "", "count", group, None, f"Number of {rows}.")
        for column, functions in values:
            derived = _derived(history, column)
            description = derived.description if derived else table(history.table).column(column).description
            others = derived.sources if derived else ()
            for function in functions.split():
                name = f"{prefix}_{column}_{function.upper()}"
                text = f"{_WORDS[function]} over the {rows}: {description}"
                yield Feature(name, "number", history.table, column, function, group, None, text, others)


def _level_features(history: History, levels: Levels) -> Iterator[Feature]:
    for column in history.levels:
        for level, short in level_names(levels.get(f"{history.table}.{column}", ())).items():
            for function in history.level_functions:
                name = f"{history.prefix}_{column}_IS_{short}_{function.upper()}"
                text = f"{_LEVEL_WORDS[function]} of the {history.rows}: {column} is {level!r}."
                yield Feature(name, "number", history.table, column, f"level_{function}", "", level, text)


def _balance_features(levels: Levels) -> Iterator[Feature]:
    yield from _presence_features("bureau_balance", "monthly reports of bureau credits")
    for level, short in level_names(levels.get("bureau_balance.STATUS", ())).items():
        text = f"Mean over the credits that the bureau reports of the share of their months with STATUS {level!r}, 0 to 1."
        yield Feature(
            f"BURO_STATUS_IS_{short}_SHARE_MEAN", "number", "bureau_balance", "STATUS", "mean_of_share", "", level, text
        )


def _history_features(history: History, levels: Levels) -> Iterator[Feature]:
    yield from _presence_features(history.table, history.rows)
    yield from _value_features(history)
    yield from _level_features(history, levels)
    if history.table == "bureau":
        yield from _balance_features(levels)
    yield from map(_formula_feature, formulas(history.table))


def refuse_forbidden(features: Iterable[Feature], protected: Iterable[str]) -> None:
    """Holds the closed list of what may never be a feature.

    Raises:
        VerificationError: a feature is named after, or computed from, an id, the label, bookkeeping or a protected column, or a
            name stands twice or is not of [A-Z0-9_].
    """
    never = FORBIDDEN_COLUMNS | frozenset(protected)
    faults: list[str] = []
    seen: set[str] = set()
    for feature in features:
        used = {column.rpartition(".")[2] for column in feature.columns} | {feature.name}
        faults += [f"{feature.name} is computed from {column}" for column in sorted(used & never)]
        if feature.name in seen or not re.fullmatch(r"[A-Z0-9_]+", feature.name):
            faults.append(f"{feature.name} is no name of its own in [A-Z0-9_]")
        seen.add(feature.name)
    if faults:
        raise VerificationError(
            f"{len(faults)} feature(s) may not exist: " + "; ".join(faults[:10]),
            expected="no feature computed from an id, TARGET, bookkeeping or a protected column; names unique",
            where="schemas/feature_catalogue.py",
            remedy="take them out of the declared list",
        )


def feature_set(levels: Levels, protected: Iterable[str]) -> FeatureSet:
    """The features of a model with these frozen levels (`table.column` -> levels), protected application columns left out.

    Raises:
        VerificationError: the declared list holds what may never be a feature.
    """
    excluded = frozenset(protected)
    features = list(_application_features(excluded))
    for history in HISTORIES:
        features += _history_features(history, levels)
    usable = _without_protected(features, excluded)
    refuse_forbidden(usable, excluded)
    return FeatureSet(tuple(usable))


def _without_protected(features: Iterable[Feature], protected: frozenset[str]) -> list[Feature]:
    """What is left without the protected columns, in whatever table they stand, and without ratios of what went."""
    kept = [f for f in features if not protected & {column.rpartition(".")[2] for column in f.columns}]
    names = {feature.name for feature in kept}
    return [f for f in kept if f.function != "ratio" or f.table == "application" or _operands(f) <= names]


def _operands(feature: Feature) -> set[str]:
    return {column for column in feature.columns if not column.startswith("application.")}


def history_flag(name: str) -> str:
    """The name of the flag that says whether rows of that history table were known. Raises KeyError."""
    return {history_table: f"HAS_{history_table.upper()}" for history_table in HISTORY_TABLES}[name]
