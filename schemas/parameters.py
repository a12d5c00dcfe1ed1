"""Parameters of the flows: Prefect renders them as a form and validates them when a run is made."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.scenarios import Scenario


class _Parameters(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NightParameters(_Parameters):
    """Parameters of one night."""

    as_of: Annotated[
        date | None,
        Field(
            title="Business date",
            description="Every delivery received up to this date is processed. Empty: the scheduled day of a scheduled run, "
            "else the newest ready delivery.",
        ),
    ] = None


class BackfillParameters(_Parameters):
    """Parameters of a backfill: the nights from one business date to another, both included, in order."""

    from_date: Annotated[date, Field(title="From", description="First business date.")]
    to_date: Annotated[date, Field(title="To", description="Last business date.")]

    @model_validator(mode="after")
    def _from_before_to(self) -> Self:
        if self.to_date < self.from_date:
            raise ValueError(f"to_date {self.to_date} lies before from_date {self.from_date}")
        return self


class SimulationParameters(_Parameters):
    """Parameters of one simulated day."""

    per_day: Annotated[int, Field(title="Applicants", description="New applicants of the day.", ge=0, le=100_000)] = 250
    seed: Annotated[int, Field(title="Seed", description="The same seed gives the same applicants.", ge=0, le=100_000)] = 1
    scenario: Annotated[Scenario, Field(title="Scenario", description="What is odd about the day; none is an ordinary one.")] = (
        Scenario.NONE
    )


class RetrainParameters(_Parameters):
    """Parameters of a retraining. `parameters` override LightGBM's defaults by name."""

    as_of: Annotated[
        date | None,
        Field(title="Business date", description="Only outcomes delivered by then are used. Empty: the newest ready delivery."),
    ] = None
    maturity_days: Annotated[
        int,
        Field(
            title="Maturity, days",
            description="A cohort is used once this many days have passed since it was received: its whole performance window.",
            ge=1,
            le=3650,
        ),
    ] = 90
    received_from: Annotated[date, Field(title="Received from", description="First cohort that may be used.")] = date(1, 1, 1)
    received_to: Annotated[date, Field(title="Received to", description="Last cohort that may be used.")] = date(9999, 12, 31)
    seed: Annotated[int, Field(title="Seed", description="The same seed and data give the same model.", ge=0, le=2**31 - 1)] = 0
    parameters: Annotated[
        dict[str, float | int | str | bool],
        Field(title="LightGBM", description="Parameters of LightGBM that differ from the defaults."),
    ] = {}


class MonitorParameters(_Parameters):
    """Parameters of a drift measurement."""

    as_of: Annotated[
        date | None,
        Field(
            title="Business date",
            description="The windows that end on this date are measured. Empty: the scheduled day of a scheduled run, "
            "else the newest decided business date.",
        ),
    ] = None
