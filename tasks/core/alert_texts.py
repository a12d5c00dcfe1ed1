"""What an alert says: from rows of marts.drift, refused days and missed nights to findings with detail and runbook.

Counts, shares, PSI, limits, windows and names; never an applicant's values. What to check first stands in tasks/core/runbooks.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from schemas.alerting import DEAD_MAN, REFUSED, AlertFinding, AlertKey, DriftReading, RefusedDay
from tasks.core.alerting import severity_of
from tasks.core.runbooks import runbook_of


def alert_subject(reading: DriftReading) -> str:
    """The subject of the alert: that of the row, with its segment if it is one of a segment."""
    return f"{reading.subject} in {reading.segment}" if reading.segment else reading.subject


def drift_findings(readings: Iterable[DriftReading]) -> list[AlertFinding]:
    """One finding for each subject, segment and kind that alerts in any window, over all windows in which it does."""
    alerting = [reading for reading in readings if reading.status == "alert"]
    kinds: dict[str, set[str]] = {}
    groups: dict[AlertKey, list[DriftReading]] = {}
    for reading in alerting:
        kinds.setdefault(reading.segment, set()).add(reading.kind)
        groups.setdefault((alert_subject(reading), reading.kind), []).append(reading)
    return [
        AlertFinding(subject, kind, severity_of(kind, kinds[group[0].segment]), drift_detail(group), runbook_of(kind))
        for (subject, kind), group in sorted(groups.items())
    ]


def measured_keys(readings: Iterable[DriftReading]) -> frozenset[AlertKey]:
    """Subjects and kinds that were measured tonight: enough rows in some window, and the night itself not absent.

    A window of seven days without tonight's delivery still has rows, but says nothing new; so where a window of one day
    stands beside it, that one has to have seen its day.
    """
    groups: dict[AlertKey, list[DriftReading]] = {}
    for reading in readings:
        groups.setdefault((alert_subject(reading), reading.kind), []).append(reading)
    return frozenset(key for key, group in groups.items() if _is_measured(group))


def _is_measured(group: list[DriftReading]) -> bool:
    is_absent = any(reading.window_days == 1 and reading.days_seen == 0 for reading in group)
    return not is_absent and any(reading.status != "too_few" for reading in group)


def drift_detail(readings: Sequence[DriftReading]) -> str:
    """What the windows of one subject show, in one line, the shortest window first."""
    ordered = sorted(readings, key=lambda reading: reading.window_days)
    text = "; ".join(_window_text(reading) for reading in ordered)
    is_strong = any(reading.proposes_retraining for reading in ordered)
    return f"{text}. So strong that the policy proposes retraining." if is_strong else f"{text}."


def _window_text(reading: DriftReading) -> str:
    days = f"{reading.window_days} day{'' if reading.window_days == 1 else 's'}"
    parts = [_psi_text(reading), _value_text(reading), _shares_text(reading), _counts_text(reading)]
    return f"{days}: " + ", ".join(part for part in parts if part)


def _psi_text(reading: DriftReading) -> str:
    if reading.psi is None:
        return ""
    asides = [] if reading.psi_limit is None else [f"limit {reading.psi_limit:.2f}"]
    asides += [] if reading.psi_noise is None else [f"{reading.psi_noise:.3f} expected without drift"]
    return f"PSI {reading.psi:.3f}" + (f" ({', '.join(asides)})" if asides else "")


def _value_text(reading: DriftReading) -> str:
    if reading.value is None:
        return ""
    was = "" if reading.value_reference is None else f" against {reading.value_reference:.4g}"
    limit = "" if reading.value_limit is None else f" (limit {reading.value_limit:.4g})"
    return f"value {reading.value:.4g}{was}{limit}"


def _shares_text(reading: DriftReading) -> str:
    parts = []
    now, was = reading.missing_share_current, reading.missing_share_reference
    if now is not None and was is not None and round(now, 4) != round(was, 4):
        parts.append(f"missing share {now:.1%} against {was:.1%}")
    if reading.unseen_share:
        parts.append(f"share of unseen levels {reading.unseen_share:.1%}")
    return ", ".join(parts)


def _counts_text(reading: DriftReading) -> str:
    parts = []
    if reading.n_current is not None:
        against = "" if reading.n_reference is None else f" against {reading.n_reference:,}"
        parts.append(f"n {reading.n_current:,}{against}")
    if reading.days_expected is not None and reading.days_seen is not None:
        parts.append(f"{reading.days_seen} of {reading.days_expected} days seen")
    return ", ".join(parts)


def refused_findings(days: Iterable[RefusedDay]) -> list[AlertFinding]:
    """One finding per business date whose newest delivery is refused; of the reason only its code is told."""
    return [_refused(day) for day in days]


def _refused(day: RefusedDay) -> AlertFinding:
    code = day.refused_because.partition(":")[0].strip()
    detail = f"batch {day.batch_id} refused as a whole ({code}), {day.n_received:,} application rows received."
    return AlertFinding(f"delivery of {day.received_on}", REFUSED, severity_of(REFUSED, ()), detail, runbook_of(REFUSED))


def missed_night_findings(missed_on: Iterable[date], newest_decided_on: date | None) -> list[AlertFinding]:
    """One finding per business date whose scoring night should have run by now and did not."""
    last = (
        "no night has decided anything yet" if newest_decided_on is None else f"the newest decided night is {newest_decided_on}"
    )
    return [
        AlertFinding(
            f"night of {day}",
            DEAD_MAN,
            severity_of(DEAD_MAN, ()),
            f"the scoring night of {day} did not run; {last}.",
            runbook_of(DEAD_MAN),
        )
        for day in sorted(set(missed_on))
    ]
