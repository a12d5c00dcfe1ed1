"""Past nights in order. Every night may be repeated, so a backfill that broke off is simply run again."""

from __future__ import annotations

from datetime import date
from logging import getLogger

from prefect import flow

from schemas.parameters import BackfillParameters
from schemas.settings import read_settings
from tasks.night_tasks import run_night_steps
from warehouse.deliveries.folders import ready_folders

logger = getLogger(__name__)


def nights_between(first: date, last: date, delivered: list[date]) -> list[date]:
    """The business dates from first to last on which something was delivered, in order: other nights have nothing to do."""
    return sorted(day for day in set(delivered) if first <= day <= last)


@flow(name="backfill_nights", flow_run_name="nights-{parameters.from_date}-to-{parameters.to_date}", persist_result=False)
def backfill_nights(parameters: BackfillParameters) -> int:
    """Runs the nights between two dates, both included; stops at the first that fails and says where to resume.

    Returns how many nights there were. A night whose deliveries are all decided costs next to nothing.
    """
    settings = read_settings()
    nights = nights_between(parameters.from_date, parameters.to_date, list(ready_folders(settings.landing)))
    for number, night in enumerate(nights, start=1):
        logger.info("night %s (%d of %d)", night, number, len(nights))
        try:
            run_night_steps(settings, night)
        except BaseException:
            logger.error(
                "stopped in the night of %s; resume with: loanwatch backfill --from %s --to %s", night, night, parameters.to_date
            )
            raise
    return len(nights)
