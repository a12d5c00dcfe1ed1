"""One more day of invented applicants, so that a simulated home stays alive. In any other home it does nothing."""

from __future__ import annotations

from datetime import date, timedelta
from logging import getLogger

from prefect import flow

from flows.business_date import current_scheduled_day
from schemas.errors import UsageError
from schemas.parameters import SimulationParameters
from schemas.private import keep_private
from schemas.settings import Settings, read_settings
from tasks.faults import values_withheld
from tasks.simulate import simulate_one_day
from warehouse.deliveries.folders import ready_folders

logger = getLogger(__name__)


def day_meant(settings: Settings, scheduled: date | None) -> date | None:
    """The scheduled day, or by hand the one after the newest delivery; None where nothing ever came."""
    delivered = ready_folders(settings.landing)
    return (scheduled or max(delivered) + timedelta(days=1)) if delivered else None


def day_to_deliver(settings: Settings, scheduled: date | None) -> date | None:
    """The day that is meant, unless it is there already."""
    day = day_meant(settings, scheduled)
    return None if day in ready_folders(settings.landing) else day


def day_name() -> str:
    """The run's name carries its business date, also where that follows from the schedule."""
    day = day_meant(read_settings(), current_scheduled_day())
    return f"simulated-day-of-{day}" if day else "simulated-day-without-a-date"


@flow(name="simulate_day", flow_run_name=day_name, persist_result=False, timeout_seconds=1800)
def simulate_day(parameters: SimulationParameters = SimulationParameters()) -> str:  # noqa: B008  an immutable default
    """Delivers the new applicants of the scheduled day, and says what it did: nothing, in an empty home or one with real rows."""
    keep_private()
    settings = read_settings()
    day = day_to_deliver(settings, current_scheduled_day())
    if day is None:
        message = "nothing to simulate: the home has no deliveries yet, or that day's is there already"
    else:
        with values_withheld():
            message = _deliver(settings, day, parameters)
    logger.info(message)
    return message


def _deliver(settings: Settings, day: date, parameters: SimulationParameters) -> str:
    try:
        report = simulate_one_day(settings, day, per_day=parameters.per_day, seed=parameters.seed, scenario=parameters.scenario)
    except UsageError as error:
        return f"nothing was simulated: {error.found}"
    return f"{report.n_applicants} applicants and {report.n_outcomes} outcomes were delivered for {day}"
