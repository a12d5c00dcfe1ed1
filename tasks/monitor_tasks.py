"""The steps of a drift measurement as Prefect tasks: by reference in, counts out."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from prefect import task
from prefect.artifacts import create_link_artifact, create_table_artifact
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from schemas.alerting import AlertChange
from schemas.drift import DriftSummary
from schemas.settings import read_settings
from tasks import monitor
from tasks.drift_report import worst_rows, write_reports
from tasks.faults import values_withheld
from tasks.night import publish


@task(name="measure_windows", timeout_seconds=3600, persist_result=False)
@values_withheld()
def measure_windows(as_of: date) -> DriftSummary:
    """Counts what is not counted yet and measures every window that ends on the date."""
    return monitor.measure(read_settings(), as_of)


@task(name="raise_alerts", timeout_seconds=600, persist_result=False)
@values_withheld()
def raise_all_alerts(as_of: date) -> list[AlertChange]:
    """What drifted, was refused or did not run becomes an alert, once."""
    return monitor.raise_all(read_settings(), as_of)


@task(name="watch_night", timeout_seconds=600, persist_result=False)
@values_withheld()
def watch_for_night(as_of: date) -> list[AlertChange]:
    """A night that has not ended well by now becomes an alert."""
    return monitor.watch_night(read_settings(), as_of)


@task(name="write_reports", timeout_seconds=1800, persist_result=False)
@values_withheld()
def draw_reports(as_of: date) -> str:
    """The nightly page, Evidently's report and the index; a link and the ten worst subjects in the Prefect UI."""
    settings = read_settings()
    path = write_reports(settings, as_of)
    create_link_artifact(link=f"file://{path}", link_text=f"Night of {as_of}", key=f"report-{as_of}")
    rows = worst_rows(settings, as_of)
    create_table_artifact(rows, key=f"drift-{as_of}", description=f"The ten worst subjects of {as_of}")
    return path


@task(name="tag_run", timeout_seconds=60, persist_result=False)
@values_withheld()
def tag_run(summary: DriftSummary) -> str:
    """Tags the run with its worst status, so that the list of runs shows it; returns the tag."""
    found = [status for status in ("alert", "watch", "ok", "too_few") if summary.statuses.get(status)]
    tag = f"drift-{found[0]}" if found else "drift-unmeasured"
    run_id = flow_run.id
    if run_id is not None:
        with get_client(sync_client=True) as client:
            client.update_flow_run(UUID(str(run_id)), tags=sorted({*flow_run.tags, tag}))
    return tag


@task(name="publish_measured", timeout_seconds=1800, persist_result=False)
@values_withheld()
def publish_measured(run_id: str, as_of: date) -> str:
    """Replaces the analysts' snapshot, drift and alerts included."""
    return str(publish(read_settings(), run_id, as_of))
