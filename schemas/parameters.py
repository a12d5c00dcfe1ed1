"""Parameters of the flows: Prefect renders them as a form and validates them when a run is made."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

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


class Candidate(StrEnum):
    """Models that are fitted side by side. Only LightGBM can become champion; the others are the yardstick."""

    DUMMY = "dummy"
    LOGISTIC = "logistic"
    NAIVE_BAYES = "naive_bayes"
    TREE = "tree"
    RANDOM_FOREST = "random_forest"
    HIST_GRADIENT_BOOSTING = "hist_gradient_boosting"
    LIGHTGBM = "lightgbm"
    XGBOOST = "xgboost"


class Imbalance(StrEnum):
    """What is done about the few defaults while fitting; the PD is calibrated to the natural share of defaults afterwards."""

    NONE = "none"
    CLASS_WEIGHTS = "class_weights"
    UNDERSAMPLING = "undersampling"
    SMOTE = "smote"


class CostMatrix(_Parameters):
    """Cost per applicant that the threshold minimises; negative is a gain."""

    granted_default: Annotated[float, Field(title="Granted, defaults", description="A granted loan that defaults.")] = 100.0
    granted_repaid: Annotated[float, Field(title="Granted, repaid", description="A granted loan that is repaid.")] = -10.0
    refused: Annotated[float, Field(title="Refused", description="A refused application.")] = 0.0
    constant: Annotated[float, Field(title="Constant", description="Handling, whatever is decided.")] = 1.0

    @model_validator(mode="after")
    def _default_must_cost_more(self) -> Self:
        if not self.granted_default > self.refused > self.granted_repaid:
            raise ValueError("a default has to cost more than a refusal, and a refusal more than a repaid loan")
        return self


#: Everything that needs no package beside those of Loanwatch.
STANDARD_CANDIDATES = tuple(candidate for candidate in Candidate if candidate is not Candidate.XGBOOST)


class RetrainParameters(_Parameters):
    """Parameters of a retraining. `parameters` override LightGBM's defaults by name."""

    reason: Annotated[
        str, Field(title="Reason", description="Why a new model is wanted; stands on the model card.", max_length=500)
    ] = ""
    requested_by: Annotated[
        str,
        Field(
            title="Requested by",
            description="Your name; another person has to approve. Needed in the form; empty in a terminal: the system user.",
            max_length=100,
        ),
    ] = ""
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
    received_from: Annotated[
        date | None, Field(title="Received from", description="First cohort that may be used. Empty: the first there is.")
    ] = None
    received_to: Annotated[
        date | None, Field(title="Received to", description="Last cohort that may be used. Empty: the last mature one.")
    ] = None
    holdout: Annotated[
        Literal["id_hash", "time"],
        Field(
            title="Hold-out",
            description="id_hash: a share of the applicants, the same in every training. time: the newest cohorts.",
        ),
    ] = "id_hash"
    holdout_share: Annotated[
        float,
        Field(title="Hold-out share", description="Share of the rows held out, looked at once, at the end.", ge=0.05, le=0.5),
    ] = 0.2
    n_folds: Annotated[
        int, Field(title="Folds", description="Folds of the other rows, by applicant, stratified.", ge=2, le=10)
    ] = 4
    max_missing_share: Annotated[
        float,
        Field(
            title="Missing share, at most",
            description="Features missing more often in the rows to fit on are left out. 1: none is; missing is information.",
            ge=0,
            le=1,
        ),
    ] = 1.0
    max_correlation: Annotated[
        float,
        Field(
            title="Correlation, at most",
            description="Of two features with a higher absolute Pearson correlation the weaker is left out. 1: none is.",
            ge=0.5,
            le=1,
        ),
    ] = 1.0
    min_importance: Annotated[
        float,
        Field(
            title="Importance, at least",
            description="Features with a smaller share of the gain of a first fit are left out. 0: none is.",
            ge=0,
            le=0.1,
        ),
    ] = 0.0
    imbalance: Annotated[
        Imbalance, Field(title="Imbalance", description="What is done about the few defaults while fitting; PDs stay calibrated.")
    ] = Imbalance.NONE
    candidates: Annotated[
        tuple[Candidate, ...],
        Field(title="Candidates", description="Models fitted side by side; LightGBM has to be among them.", min_length=1),
    ] = STANDARD_CANDIDATES
    search_trials: Annotated[
        int, Field(title="Trials", description="Sets of LightGBM parameters that are tried. 0: no search.", ge=0, le=1000)
    ] = 10
    search_minutes: Annotated[
        float,
        Field(
            title="Search minutes",
            description="No trial starts after this time. 0: no limit of time, and the search repeats exactly.",
            ge=0,
            le=1440,
        ),
    ] = 0.0
    search_metric: Annotated[
        Literal["auc", "cost"], Field(title="Search for", description="What the search improves out of fold.")
    ] = "auc"
    cost: Annotated[
        CostMatrix | None,
        Field(
            title="Cost matrix",
            description="What the threshold minimises. Empty: the costs of the policy; a challenger with others is only for "
            "comparison.",
        ),
    ] = None
    monotone: Annotated[
        dict[str, Literal[-1, 1]],
        Field(
            title="Monotone constraints",
            description="Feature to 1 where a higher value may only raise the PD, to -1 where it may only lower it.",
        ),
    ] = {}
    distributed: Annotated[
        bool,
        Field(
            title="On the cluster",
            description="The final trees grow on Dask's workers, each of which holds a part of the rows; the model text then "
            "depends on the number of workers and may differ in its last digits from one training to the next.",
        ),
    ] = False
    rows_in_memory: Annotated[
        int,
        Field(
            title="Rows in memory, at most",
            description="With distributed: folds, search, figures and hold-out look at a sample of the applicants, of so many "
            "rows, the final trees at all rows, which never come into one memory. 0: all rows are here.",
            ge=0,
        ),
    ] = 0
    seed: Annotated[int, Field(title="Seed", description="The same seed and data give the same model.", ge=0, le=2**31 - 1)] = 0
    parameters: Annotated[
        dict[str, float | int | str | bool],
        Field(title="LightGBM", description="Parameters of LightGBM that differ from the defaults."),
    ] = {}

    @model_validator(mode="after")
    def _possible(self) -> Self:
        problems = [text for is_wrong, text in self._conflicts() if is_wrong]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _conflicts(self) -> list[tuple[bool, str]]:
        return [
            (
                (self.received_to or date.max) < (self.received_from or date.min),
                f"received_to {self.received_to} lies before received_from {self.received_from}",
            ),
            (Candidate.LIGHTGBM not in self.candidates, "lightgbm is missing from candidates: only it can become champion"),
            (len(set(self.candidates)) < len(self.candidates), "a candidate stands twice"),
            (
                self.search_minutes > 0 and self.search_trials == 0,
                "search_minutes without search_trials: there is nothing to search",
            ),
            (
                self.search_trials > 0 and set(self.parameters) >= SEARCHED_PARAMETERS,
                "every parameter that the search tries is fixed: set search_trials=0",
            ),
            (
                self.rows_in_memory > 0 and not self.distributed,
                "rows_in_memory without distributed: who does not stay in memory would be lost",
            ),
            (
                self.rows_in_memory > 0 and self.holdout != "id_hash",
                "rows_in_memory with a hold-out by time: which cohorts are the newest cannot be told from a sample",
            ),
            (
                self.rows_in_memory > 0 and self.imbalance in {Imbalance.UNDERSAMPLING, Imbalance.SMOTE},
                f"rows_in_memory with {self.imbalance}: the other rows would be as they are",
            ),
        ]


#: What the search tries; one that `parameters` names stays as it is there.
SEARCHED_PARAMETERS = frozenset(
    {
        "num_leaves",
        "min_data_in_leaf",
        "feature_fraction",
        "bagging_fraction",
        "lambda_l1",
        "lambda_l2",
        "min_gain_to_split",
        "path_smooth",
    }
)


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
