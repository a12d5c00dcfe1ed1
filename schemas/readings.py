"""What is read from the snapshot to be shown: plain records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: one row by column name
Record = dict[str, Any]


@dataclass(frozen=True)
class Status:
    """What `loanwatch status` shows; `freshness` is None before the first publication."""

    freshness: Record | None
    champion: Record | None
    batches: list[Record]
    mix: list[Record]


@dataclass(frozen=True)
class Explanation:
    """A decision in force, its reasons, its quality record and every decision on the application."""

    decision: Record
    reasons: list[Record]
    quality: Record
    versions: list[Record]


@dataclass(frozen=True)
class ModelReading:
    """A model version as marts shows it; gates the newest first, `findings` are those of the newest."""

    model: Record
    candidates: list[Record]
    gates: list[Record]
    findings: list[Record]
    reviews: list[Record]
    promotions: list[Record]


@dataclass(frozen=True)
class DictionaryColumn:
    """A column of the data dictionary."""

    name: str
    sql_type: str
    comment: str | None


@dataclass(frozen=True)
class DictionaryRelation:
    """A table or a view of the data dictionary."""

    schema: str
    name: str
    comment: str | None
    columns: list[DictionaryColumn]
