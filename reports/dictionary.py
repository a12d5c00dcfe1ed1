"""The data dictionary as markdown, from the comments of the warehouse and the declared features."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from schemas.features import Feature
from schemas.readings import DictionaryRelation

_INTRODUCTION = """# Data dictionary

Generated from the comments of the warehouse by `make docs`; a test holds the two together. Analysts read `marts` in the
published snapshot (`loanwatch sql`); the other schemas are in `warehouse.duckdb`, which one process at a time may open.
Tables end in `_v1`; the view without the suffix is what queries should name. `batch_id` is the business date and the version
of that day's delivery as yyyymmddvv. `_at` is a UTC timestamp, `_on` a date, `_share` a number in [0, 1], `n_` a count.
"""

_FEATURES = """## Features

Every feature a model may read, without the shares of levels: for each text column of a history table and each level frozen with
the model there is one share, named `..._IS_<LEVEL>_SHARE`. The values each decision was taken on are in `score.features_<id>_v1`.

| feature | meaning |
|---|---|
"""

_FIRST = ("marts", "score", "registry", "core", "raw", "ops", "monitor")


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def _relation(relation: DictionaryRelation) -> str:
    rows = [f"| `{column.name}` | {column.sql_type} | {_cell(column.comment)} |" for column in relation.columns]
    head = f"### {relation.schema}.{relation.name}\n\n{relation.comment}\n\n| column | type | meaning |\n|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def render_dictionary(relations: Sequence[DictionaryRelation], features: Sequence[Feature]) -> str:
    """The whole dictionary, what analysts read first."""
    ordered = sorted(relations, key=lambda relation: (_FIRST.index(relation.schema), relation.name))
    parts = [_INTRODUCTION]
    for schema, group in groupby(ordered, key=lambda relation: relation.schema):
        parts.append(f"## Schema {schema}\n")
        parts += [_relation(relation) for relation in group]
    rows = "\n".join(f"| `{feature.name}` | {_cell(feature.description)} |" for feature in features)
    return "\n".join(parts) + "\n" + _FEATURES + rows + "\n"
