"""The night: everything that was delivered up to the business date is taken in, decided, checked and published."""

from __future__ import annotations

from prefect import flow

from flows.business_date import business_date
from schemas.parameters import NightParameters
from schemas.references import NightSummary
from schemas.settings import read_settings
from tasks.night import hold_warehouse, recorded_run
from tasks.night_tasks import (
    check_decisions,
    confirm_readiness,
    list_undecided,
    publish_results,
    report_night,
    score_applications,
    take_in_deliveries,
)


@flow(name="score_nightly", flow_run_name="night-of-{parameters.as_of}", persist_result=False, timeout_seconds=6 * 3600)
def score_nightly(parameters: NightParameters = NightParameters()) -> NightSummary:  # noqa: B008  an immutable default
    """Takes in, validates, scores, decides, explains, checks and publishes. Run again, it goes on where it stopped."""
    settings = read_settings()
    as_of = business_date(parameters.as_of, settings)
    with hold_warehouse(settings), recorded_run(settings, "nightly", as_of) as night:
        confirm_readiness(as_of)
        night.deliveries = take_in_deliveries(as_of)
        night.scores = [score_applications(batch) for batch in list_undecided(as_of)]
        night.warnings = check_decisions()
        night.snapshot = publish_results(night.run_id, as_of)
        report_night(night)
    return night
