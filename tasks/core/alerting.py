"""The life of an alert: what tonight's findings open, update, escalate and resolve. Pure: dates come from outside.

One alert is open per subject and kind. A repeated finding updates it; a more severe one escalates it, and the severity never
falls while it is open; a quiet spell of measured nights resolves it; a return after that opens a new one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from schemas.alerting import (
    DEAD_MAN,
    REFUSED,
    Alert,
    AlertChange,
    AlertEvent,
    AlertFinding,
    AlertKey,
    JudgedNight,
    Severity,
    scope_of,
    severity_rank,
)

#: Measured nights without a finding after which an alert is resolved.
QUIET_NIGHTS = 3

DATA_KINDS = frozenset({"feature", "missing", "unseen"})
SCORE_KINDS = frozenset({"score", "decision"})


def severity_of(kind: str, kinds_of_the_night: Collection[str]) -> Severity:
    """How severe a finding is, beside the other kinds found on the same night.

    Data drift that reaches the score is critical, on both sides; so are a refused delivery and a night that did not run.
    Everything else is a warning.
    """
    if kind in {REFUSED, DEAD_MAN}:
        return "critical"
    found = {kind, *kinds_of_the_night}
    both = bool(found & DATA_KINDS) and bool(found & SCORE_KINDS)
    return "critical" if both and kind in DATA_KINDS | SCORE_KINDS else "warning"


def is_past(as_of: date, newest_judged_on: date | None) -> bool:
    """Whether a newer business date was judged already: then the run neither opens, resolves nor delivers."""
    return newest_judged_on is not None and as_of < newest_judged_on


def may_deliver(changes: Iterable[AlertChange]) -> bool:
    """Whether a run that judged these may send what is pending: not where all that it judged is past."""
    return any(not change.is_past for change in changes)


def one_per_key(findings: Iterable[AlertFinding]) -> dict[AlertKey, AlertFinding]:
    """Findings by subject and kind, the most severe first; of several the most severe speaks, with the details of all."""
    ordered = sorted(findings, key=lambda found: (-severity_rank(found.severity), found.kind, found.subject, found.detail))
    by_key: dict[AlertKey, list[AlertFinding]] = {}
    for finding in ordered:
        by_key.setdefault(finding.key, []).append(finding)
    return {key: _merged(same) for key, same in by_key.items()}


def _merged(same: list[AlertFinding]) -> AlertFinding:
    first = same[0]
    details = "; ".join(dict.fromkeys(finding.detail for finding in same))
    return AlertFinding(first.subject, first.kind, first.severity, details, first.runbook)


def judge_night(night: JudgedNight, alerts: Sequence[Alert], *, quiet_nights: int = QUIET_NIGHTS) -> list[AlertEvent]:
    """What a night's findings do, given the alerts that are open or acknowledged: the same night again does nothing.

    Args:
        night: not a past one (`is_past`).
        alerts: those of other scopes are left alone.
        quiet_nights: measured nights without a finding that resolve an alert.

    Raises:
        ValueError: a finding belongs to another scope.
    """
    strangers = sorted({finding.kind for finding in night.findings if scope_of(finding.kind) != night.scope})
    if strangers:
        raise ValueError(f"findings of kind {', '.join(strangers)} do not belong to scope {night.scope}")
    found = one_per_key(night.findings)
    events: list[AlertEvent] = []
    known: set[AlertKey] = set()
    for alert in sorted(alerts, key=lambda alert: alert.alert_id):
        if scope_of(alert.kind) != night.scope:
            continue
        known.add(alert.key)
        if alert.key in found:
            events += _found_again(alert, found[alert.key], night.as_of)
        elif night.measured is None or alert.key in night.measured:
            events += _quiet(alert, night.as_of, quiet_nights)
    return events + [_opened(finding) for key, finding in found.items() if key not in known]


def _opened(finding: AlertFinding) -> AlertEvent:
    return AlertEvent("opened", None, finding.subject, finding.kind, finding.severity, finding.detail, finding.runbook)


def _verdict(alert: Alert, as_of: date) -> bool | None:
    return next((verdict.is_found for verdict in alert.verdicts if verdict.as_of == as_of), None)


def _found_again(alert: Alert, finding: AlertFinding, as_of: date) -> list[AlertEvent]:
    is_worse = severity_rank(finding.severity) > severity_rank(alert.severity)
    is_news = (finding.detail, finding.runbook) != (alert.detail, alert.runbook) or _verdict(alert, as_of) is not True
    if not is_worse and not is_news:
        return []
    event = AlertEvent(
        "escalated" if is_worse else "updated",
        alert.alert_id,
        alert.subject,
        alert.kind,
        finding.severity,
        finding.detail,
        finding.runbook,
    )
    return [event]


def _quiet(alert: Alert, as_of: date, quiet_nights: int) -> list[AlertEvent]:
    events = []
    if _verdict(alert, as_of) is not False:
        events.append(AlertEvent("quiet", alert.alert_id, alert.subject, alert.kind, alert.severity))
    if _quiet_nights_before(alert, as_of) + 1 >= quiet_nights:
        events.append(AlertEvent("resolved", alert.alert_id, alert.subject, alert.kind, alert.severity))
    return events


def _quiet_nights_before(alert: Alert, as_of: date) -> int:
    """Measured nights before this one since the alert was last found."""
    n_quiet = 0
    for verdict in reversed(alert.verdicts):
        if verdict.as_of >= as_of:
            continue
        if verdict.is_found:
            break
        n_quiet += 1
    return n_quiet
