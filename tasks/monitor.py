"""The steps after scoring as plain functions: measure, raise alerts, draw, publish. By reference in, counts out."""

from __future__ import annotations

from datetime import date

from schemas.alerting import AlertChange
from schemas.channels import load_alert_settings
from schemas.drift import DriftSummary
from schemas.settings import Settings
from tasks.alerts import raise_drift_alerts, raise_missed_night_alerts, raise_refusal_alerts
from tasks.drift import measure_drift
from warehouse.connection import open_warehouse
from warehouse.drift_reading import night_state


def measure(settings: Settings, as_of: date) -> DriftSummary:
    """Measures the windows that end on the business date and writes them in place of a former measurement."""
    with open_warehouse(settings) as connection:
        return measure_drift(connection, settings, as_of)


def raise_all(settings: Settings, as_of: date) -> list[AlertChange]:
    """Judges drift, refusals and a night that did not run; a past date changes nothing."""
    alert_settings = load_alert_settings(settings)
    with open_warehouse(settings) as connection:
        return [
            raise_drift_alerts(connection, alert_settings, as_of),
            raise_refusal_alerts(connection, alert_settings, as_of),
            _raise_missed(settings, as_of),
        ]


def _raise_missed(settings: Settings, as_of: date) -> AlertChange:
    """The dead man's switch: a night that has not ended well by now is itself an alert."""
    alert_settings = load_alert_settings(settings)
    with open_warehouse(settings) as connection:
        has_run, newest_decided_on = night_state(connection, as_of)
        missed = [] if has_run else [as_of]
        return raise_missed_night_alerts(connection, alert_settings, as_of, missed, newest_decided_on)


def watch_night(settings: Settings, as_of: date) -> list[AlertChange]:
    """Judges only whether the night of the business date ran; for a clock of its own, later than the night's."""
    return [_raise_missed(settings, as_of)]
