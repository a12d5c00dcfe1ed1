"""Words about people's data: what is held of one, and what an erasure has removed. Counts only, but for the export itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

#: On request of a person, or because it was kept as long as the setting says.
ErasureKind = Literal["request", "retention"]


@dataclass(frozen=True)
class ErasureRequest:
    """Whose data go, on whose word and why. `through_on`: deliveries up to this business date do not bring them back."""

    application_ids: tuple[int, ...]
    kind: ErasureKind
    requested_by: str
    reason: str
    through_on: date | None = None


@dataclass(frozen=True)
class PersonRecord:
    """Everything held of an applicant: rows by table (column name to value), files with rows of theirs, names of backups."""

    application_id: int
    tables: dict[str, list[dict[str, Any]]]
    files: dict[str, int]
    backups: list[str]
    is_erased: bool


@dataclass
class Erasure:
    """What an erasure did, in counts: rows by table, rows by landing file, names of the backups that were written anew.

    `notes`: what could not be looked into and is left to a person.
    """

    erasure_id: int | None = None
    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    backups: list[str] = field(default_factory=list)
    is_published: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def has_changed(self) -> bool:
        return self.erasure_id is not None or bool(self.files)
