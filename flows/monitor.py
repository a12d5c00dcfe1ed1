"""After the night: how far applicants, score and decisions have moved, who has to know, and what there is to see."""

from __future__ import annotations

from prefect import flow
from prefect.runtime import flow_run

from flows.business_date import current_scheduled_day
from schemas.drift import DriftSummary
from schemas.errors import UsageError
from schemas.parameters import MonitorParameters
from schemas.private import keep_private
from schemas.settings import read_settings
from tasks.business_dates import newest_decided_date
from tasks.monitor_steps import run_monitor_steps, run_watch_steps


def monitor_name() -> str:
    """The run's name carries its business date."""
    given = MonitorParameters.model_validate(flow_run.parameters.get("parameters", MonitorParameters()))
    try:
        return f"drift-of-{given.as_of or current_scheduled_day() or newest_decided_date(read_settings())}"
    except UsageError:
        return "drift-without-a-date"  # the flow itself says why, and fails


@flow(name="monitor_drift", flow_run_name=monitor_name, persist_result=False, timeout_seconds=2 * 3600)
def monitor_drift(parameters: MonitorParameters = MonitorParameters()) -> DriftSummary:  # noqa: B008  an immutable default
    """Measures drift, raises and sends alerts, writes the reports and publishes. Run again, it changes nothing."""
    keep_private()
    settings = read_settings()
    as_of = parameters.as_of or current_scheduled_day() or newest_decided_date(settings)
    return run_monitor_steps(settings, as_of)


@flow(name="watch_nights", flow_run_name=monitor_name, persist_result=False, timeout_seconds=1800)
def watch_nights(parameters: MonitorParameters = MonitorParameters()) -> int:  # noqa: B008  an immutable default
    """The dead man's switch, on a clock of its own: alerts when the night of the scheduled day has not ended well."""
    keep_private()
    settings = read_settings()
    as_of = parameters.as_of or current_scheduled_day() or newest_decided_date(settings)
    return run_watch_steps(as_of)
