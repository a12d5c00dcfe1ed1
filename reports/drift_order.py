"""Drift rows in the order of what matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.pages import DriftLine

PSI_KINDS = ("score", "decision", "feature")
_STATUS_RANK = {"alert": 0, "watch": 1, "ok": 2, "too_few": 3}


@dataclass(frozen=True)
class DriftSubject:
    """One subject and segment over all windows of a night."""

    kind: str
    subject: str
    segment: str
    windows: dict[int, DriftLine]

    @property
    def status(self) -> str:
        """The worst over the windows."""
        return min((line.status for line in self.windows.values()), key=rank)

    @property
    def importance(self) -> float | None:
        return next((line.importance for line in self.windows.values() if line.importance is not None), None)

    @property
    def psi(self) -> float | None:
        """The largest over the windows that hold enough rows; None where there is none."""
        return max(
            (line.psi for line in self.windows.values() if line.psi is not None and line.status != "too_few"), default=None
        )

    @property
    def weighted_psi(self) -> float:
        """PSI x importance; score and decisions weigh whole: they are what the inputs add up to."""
        weight = 1.0 if self.kind in ("score", "decision") else self.importance or 0.0
        return (self.psi or 0.0) * weight


def rank(status: str) -> int:
    """0 for the worst."""
    return _STATUS_RANK.get(status, len(_STATUS_RANK))


def subjects_of(lines: Iterable[DriftLine], kinds: Iterable[str]) -> list[DriftSubject]:
    """Grouped over windows; the worst status first, then the largest weighted PSI, then PSI, then the name."""
    wanted = set(kinds)
    found: dict[tuple[str, str, str], dict[int, DriftLine]] = {}
    for line in lines:
        if line.kind in wanted:
            found.setdefault((line.kind, line.subject, line.segment), {})[line.window_days] = line
    subjects = [DriftSubject(*key, windows) for key, windows in found.items()]
    return sorted(
        subjects, key=lambda item: (rank(item.status), -item.weighted_psi, -(item.psi or 0.0), item.subject, item.segment)
    )
