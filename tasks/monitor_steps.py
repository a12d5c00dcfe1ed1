"""The steps of a drift measurement in their order, and of the watch over nights. To be called inside a flow."""

from __future__ import annotations

from datetime import date
from logging import getLogger

from schemas.drift import DriftSummary
from schemas.settings import Settings
from tasks.faults import values_withheld
from tasks.follow_prefect import follow_registry
from tasks.monitor_tasks import draw_reports, measure_windows, publish_measured, raise_all_alerts, tag_run, watch_for_night
from tasks.night import hold_warehouse, recorded_run
from tasks.notify_prefect import send_pending_alerts

logger = getLogger(__name__)


def run_monitor_steps(settings: Settings, as_of: date) -> DriftSummary:
    """Measures, judges, draws, publishes; alerts are sent last, when what they point to is there."""
    with values_withheld(), hold_warehouse(settings), recorded_run(settings, "drift", as_of) as run:
        summary = measure_windows(as_of)
        changes = raise_all_alerts(as_of)
        summary.report = draw_reports(as_of)
        tag_run(summary)
        publish_measured(run.run_id, as_of)
        summary.n_open_alerts_raised = sum(len(change.opened) + len(change.escalated) for change in changes)
        send_pending_alerts(changes)
    follow_registry()  # promotions made from a terminal have no server to tell their events to; this run has
    logger.info("drift of %s: %s", as_of, summary.headline())
    return summary


def run_watch_steps(as_of: date) -> int:
    """Judges the night and sends what follows; returns how many alerts were opened."""
    changes = watch_for_night(as_of)
    send_pending_alerts(changes)
    return sum(len(change.opened) for change in changes)
