"""The audit's vocabulary: entries of the chain, its head, and what a verification finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AuditKind = Literal[
    "migration",
    "night",
    "decisions",
    "training",
    "promotion",
    "rollback",
    "rejection",
    "policy",
    "restore",
    "erasure",
]

#: chain: an entry was edited, inserted or removed. head: the chain does not reach a head that was seen before. decisions: stored
#: decisions, reasons or quality differ from what was recorded. registry: models, promotions or policies differ from it.
AuditFault = Literal["chain", "head", "decisions", "registry"]


@dataclass(frozen=True)
class AuditHead:
    """The newest entry at some moment. Kept outside the warehouse, it shows that the chain was cut behind it."""

    audit_id: int
    sha256: str


@dataclass(frozen=True)
class AuditFinding:
    """What does not agree: the kind of fault, where (entry, delivery or key), and what was found, in counts and keys."""

    fault: AuditFault
    where: str
    found: str


@dataclass(frozen=True)
class DecisionSet:
    """Decisions of one delivery that were written in one transaction; `sha256` is over their fingerprints in sorted order."""

    batch_id: int
    decided_at: datetime
    n_decisions: int
    sha256: str


@dataclass(frozen=True)
class Fingerprint:
    """What one decision with its reasons and its quality record hashes to, and the set that it belongs to; it names nobody."""

    batch_id: int
    decided_at: datetime
    row_sha256: str
