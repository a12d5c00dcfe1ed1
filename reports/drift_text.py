"""A drift measurement as lines of a terminal."""

from __future__ import annotations

from schemas.drift import DriftSummary

_SHOWN = 10


def drift_text(summary: DriftSummary) -> str:
    """What was measured, what alerts, and where to look."""
    rows = ", ".join(f"{n:,} in {window} d" for window, n in summary.n_rows.items())
    parts = [f"Drift of {summary.as_of}: {summary.headline()}.", f"Applications: {rows or 'none'}."]
    parts += [f"Alert: {alert}" for alert in summary.alerts[:_SHOWN]]
    if len(summary.alerts) > _SHOWN:
        parts.append(f"... and {len(summary.alerts) - _SHOWN} more")
    parts.append(f"New alerts: {summary.n_open_alerts_raised}; see loanwatch alerts")
    parts.append(f"Page: {summary.report}")
    return "\n".join(parts) + "\n"
