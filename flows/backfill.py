"""Past nights in order. Every night may be repeated, so a backfill that broke off is simply run again."""

from __future__ import annotations

from datetime import date
from logging import getLogger

from prefect import flow

from schemas.parameters import BackfillParameters
from schemas.private import keep_private
from schemas.references import NightSummary
from schemas.settings import Settings, read_settings
from tasks.night_steps import run_night_steps
from warehouse.deliveries.folders import ready_folders

logger = getLogger(__name__)


def nights_between(first: date, last: date, delivered: list[date]) -> list[date]:
    """The business dates from first to last on which something was delivered, in order: other nights have nothing to do."""
    return sorted({day for day in delivered if first <= day <= last})


def _run_night(settings: Settings, night: date, last: date) -> NightSummary:
    """One night; where it fails, the log says with which command to go on."""
    done = False
    try:
        summary = run_night_steps(settings, night, "backfill")
        done = True
    finally:
        if not done:
            logger.error("stopped in the night of %s; to go on: loanwatch backfill --from %s --to %s", night, night, last)
    return summary


@flow(name="backfill_nights", flow_run_name="nights-{parameters.from_date}-to-{parameters.to_date}", persist_result=False)
def backfill_nights(parameters: BackfillParameters) -> list[NightSummary]:
    """Runs the nights between two dates, both included, and stops at the first that fails.

    A night whose deliveries are all decided costs next to nothing, so going on after a stop may start from the beginning.
    """
    keep_private()
    settings = read_settings()
    nights = nights_between(parameters.from_date, parameters.to_date, list(ready_folders(settings.landing)))
    summaries = []
    for number, night in enumerate(nights, start=1):
        logger.info("night of %s, %d of %d", night, number, len(nights))
        summaries.append(_run_night(settings, night, parameters.to_date))
    return summaries
