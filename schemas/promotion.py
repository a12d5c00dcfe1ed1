"""A change of champion, as the registry keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

PromotionKind = Literal["bootstrap", "promotion", "rollback"]


@dataclass(frozen=True)
class Promotion:
    """One change of champion: who, why, from which version to which, deciding from which business date on."""

    promotion_id: int
    kind: PromotionKind
    model_version: str
    former_model_version: str | None
    effective_on: date
    approved_by: str
    reason: str
    requested_by: str | None = None
    gate_id: int | None = None
    policy_sha256: str | None = None
