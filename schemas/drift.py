"""What is watched for drift: subjects and their frozen bins; what a measurement says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Role = Literal["below", "range", "zero", "one", "above", "level", "rare", "unseen", "missing"]
SubjectKind = Literal["feature", "score", "decision"]
#: Where a subject's values stand: model inputs, application columns that no feature covers, stored decisions.
Source = Literal["input", "column", "pd", "score_points", "decision"]
Status = Literal["ok", "watch", "alert", "too_few"]

#: What a drift row says at least: the columns of marts.drift that stay.
ROW_COLUMNS = (
    "as_of",
    "window_days",
    "subject",
    "segment",
    "kind",
    "psi",
    "psi_noise",
    "psi_limit",
    "value",
    "value_reference",
    "value_limit",
    "n_reference",
    "n_current",
    "days_expected",
    "days_seen",
    "missing_share_reference",
    "missing_share_current",
    "unseen_share",
    "status",
    "model_version",
)
#: The segment of all applicants.
EVERYONE = ""


@dataclass(frozen=True)
class Bin:
    """One bin. Of a number it holds lower < value <= upper: the upper edge belongs to it, the lower does not.

    `lower` and `upper` are null where there is no bound, and for bins of no number. `levels` are those of a text that it counts.
    """

    number: int
    role: Role
    label: str
    lower: float | None = None
    upper: float | None = None
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """What is watched: a feature, a column, a score or the decision, with its frozen bins and their reference rows."""

    name: str
    kind: SubjectKind
    source: Source
    value_type: Literal["number", "text"]
    bins: tuple[Bin, ...]
    n_reference: tuple[int, ...]
    importance: float | None = None

    @property
    def edges(self) -> list[float]:
        """Upper edges of a number's bins, rising, the last one infinite; the bin of missing values has none."""
        return [float("inf") if item.upper is None else item.upper for item in self.bins if item.role != "missing"]


@dataclass(frozen=True)
class Reference:
    """Subjects frozen together: with a model version, or with a model version under a policy."""

    reference_id: str
    model_version: str
    policy_sha256: str | None
    n_rows: int
    subjects: tuple[Subject, ...]

    def of_source(self, source: Source) -> tuple[Subject, ...]:
        """The subjects whose values stand there."""
        return tuple(subject for subject in self.subjects if subject.source == source)


def policy_reference_id(model_version: str, policy_sha256: str) -> str:
    """Key of the reference of score points and decision mix; that of the model itself is its version."""
    return f"{model_version}/{policy_sha256[:12]}"


@dataclass
class DriftSummary:
    """What a measurement found, in counts and names of subjects."""

    as_of: date
    model_version: str
    n_rows: dict[int, int] = field(default_factory=dict)
    n_subjects: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    days_counted: list[date] = field(default_factory=list)
    n_open_alerts_raised: int = 0
    report: str = ""

    def headline(self) -> str:
        """One line of counts."""
        counts = ", ".join(f"{self.statuses.get(name, 0)} {name}" for name in ("alert", "watch", "ok", "too_few"))
        return f"{self.n_subjects} subjects against model {self.model_version}: {counts}"
