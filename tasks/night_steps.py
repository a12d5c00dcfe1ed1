"""The steps of one night in their order, for every flow that runs nights."""

from __future__ import annotations

from datetime import date

from schemas.references import NightSummary
from schemas.settings import Settings
from tasks.faults import values_withheld
from tasks.night import hold_warehouse, recorded_run
from tasks.night_tasks import (
    back_up_warehouse,
    check_decisions,
    confirm_readiness,
    list_undecided,
    publish_results,
    report_night,
    take_in_deliveries,
)
from tasks.task_runners import scoring


def run_night_steps(settings: Settings, as_of: date, command: str) -> NightSummary:
    """Takes in, validates, scores, decides, explains, checks and publishes what was received up to the business date.

    To be called inside a flow. `command` is what the run is recorded as. Run again, it goes on where it stopped.
    """
    with values_withheld(), hold_warehouse(settings):
        with recorded_run(settings, command, as_of) as night:
            confirm_readiness(as_of)
            night.deliveries = take_in_deliveries(as_of)
            with scoring(settings) as score:
                night.scores = [score(batch) for batch in list_undecided(as_of)]
            night.warnings = check_decisions()
            night.snapshot = publish_results(night.run_id, as_of)
        backed_up = back_up_warehouse()
        night.backup, night.backup_error = backed_up.name, backed_up.error
        report_night(night)
    return night
