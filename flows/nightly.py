"""The night: everything that was delivered up to the business date is taken in, decided, checked and published."""

from __future__ import annotations

from prefect import flow
from prefect.runtime import flow_run

from flows.business_date import business_date
from schemas.errors import UsageError
from schemas.parameters import NightParameters
from schemas.private import keep_private
from schemas.references import NightSummary
from schemas.settings import read_settings
from schemas.time_limits import NIGHT_SECONDS
from tasks.night_steps import run_night_steps


def night_name() -> str:
    """The run's name carries its business date, also where that follows from the schedule."""
    given = flow_run.parameters.get("parameters", NightParameters())
    try:
        return f"night-of-{business_date(NightParameters.model_validate(given).as_of, read_settings())}"
    except UsageError:
        return "night-without-a-date"  # the flow itself says why, and fails


@flow(name="score_nightly", flow_run_name=night_name, persist_result=False, timeout_seconds=NIGHT_SECONDS)
def score_nightly(parameters: NightParameters = NightParameters()) -> NightSummary:  # noqa: B008  an immutable default
    """Takes in, validates, scores, decides, explains, checks and publishes. Run again, it goes on where it stopped."""
    keep_private()
    settings = read_settings()
    return run_night_steps(settings, business_date(parameters.as_of, settings), "nightly")
