"""The vocabulary of alerts: findings, alerts, the events in their life, and what is sent about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Severity = Literal["warning", "critical"]
AlertStatus = Literal["open", "acknowledged", "resolved"]
AlertEventName = Literal["opened", "updated", "escalated", "quiet", "acknowledged", "resolved"]

#: Findings that are judged together: each has business dates and quiet spells of its own.
Scope = Literal["drift", "delivery", "dead_man"]

REFUSED, DEAD_MAN = "refused", "dead_man"
_SCOPES: dict[str, Scope] = {REFUSED: "delivery", DEAD_MAN: "dead_man"}

#: subject and kind: of each pair at most one alert is open
AlertKey = tuple[str, str]

#: Name under which alerts go to Prefect as events; no channel of a user may have it.
PREFECT_EVENTS = "prefect-events"


def scope_of(kind: str) -> Scope:
    """The scope that findings of the kind are judged in: every kind of marts.drift is `drift`."""
    return _SCOPES.get(kind, "drift")


def severity_rank(severity: Severity) -> int:
    """Higher is worse."""
    return ("warning", "critical").index(severity)


@dataclass(frozen=True)
class AlertFinding:
    """Something that needs a person. Its texts hold counts, shares, limits and names, never an applicant's values."""

    subject: str
    kind: str
    severity: Severity
    detail: str
    runbook: str

    @property
    def key(self) -> AlertKey:
        return self.subject, self.kind


@dataclass(frozen=True)
class JudgedNight:
    """What one scope found on one business date.

    `measured`: subjects and kinds that were measured, whatever was found; None where all of the scope were. What was
    not measured is not quiet.
    """

    as_of: date
    scope: Scope
    findings: tuple[AlertFinding, ...]
    measured: frozenset[AlertKey] | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether an alert was found on a business date on which it was measured."""

    as_of: date
    is_found: bool


@dataclass(frozen=True)
class Alert:
    """An alert that is open or acknowledged; `verdicts` in the order of their dates, one per date."""

    alert_id: int
    opened_on: date
    subject: str
    kind: str
    severity: Severity
    status: AlertStatus
    detail: str
    runbook: str
    verdicts: tuple[Verdict, ...]

    @property
    def key(self) -> AlertKey:
        return self.subject, self.kind


@dataclass(frozen=True)
class AlertEvent:
    """One event in the life of an alert; `alert_id` is None for one that opens. `detail` is None where nothing was found."""

    event: AlertEventName
    alert_id: int | None
    subject: str
    kind: str
    severity: Severity
    detail: str | None = None
    runbook: str | None = None


@dataclass(frozen=True)
class DriftReading:
    """The columns of a row of marts.drift that an alert is told with; counts are applications, shares lie in [0, 1]."""

    subject: str
    segment: str
    kind: str
    window_days: int
    status: str
    psi: float | None
    psi_noise: float | None
    psi_limit: float | None
    value: float | None
    value_reference: float | None
    value_limit: float | None
    n_reference: int | None
    n_current: int | None
    days_expected: int | None
    days_seen: int | None
    missing_share_reference: float | None
    missing_share_current: float | None
    unseen_share: float | None
    proposes_retraining: bool | None = None


@dataclass(frozen=True)
class RefusedDay:
    """A business date whose newest delivery was refused; `refused_because` starts with the code of the refusal."""

    received_on: date
    batch_id: int
    n_received: int
    refused_because: str


@dataclass(frozen=True)
class PendingDelivery:
    """One alert that one channel has not taken yet, as it stands now, with the severity it is delivered for."""

    alert_id: int
    severity: Severity
    reason: Literal["opened", "escalated"]
    opened_on: date
    subject: str
    kind: str
    status: AlertStatus
    detail: str
    runbook: str
    last_found_on: date | None
    attempts: int


@dataclass(frozen=True)
class AlertChange:
    """What one judgement changed, in alert ids; all empty where the business date is past."""

    as_of: date
    scope: Scope
    is_past: bool = False
    opened: tuple[int, ...] = ()
    updated: tuple[int, ...] = ()
    escalated: tuple[int, ...] = ()
    resolved: tuple[int, ...] = ()


@dataclass(frozen=True)
class ChannelReport:
    """What became of the deliveries of one channel: counts, and the class of the last failure."""

    channel: str
    n_sent: int
    n_pending: int
    last_error: str | None = None
