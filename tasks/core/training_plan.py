"""What a training is told besides its rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from schemas.parameters import Candidate, Imbalance, RetrainParameters
from schemas.policy import Cost, Policy
from tasks.core.fitting import Grower, Parameter, Recipe, resolve_parameters
from tasks.core.folds import HOLDOUT_SHARE
from tasks.core.scoring import engine_name
from tasks.core.selection import Correlate, Limits
from tasks.core.training_rows import Holdout

SearchMetric = Literal["auc", "cost"]


@dataclass(frozen=True)
class SearchPlan:
    """How LightGBM's parameters are searched; no trial, no search. `minutes` 0: as long as it takes.

    `storage` is an SQLite file that keeps the trials, so that a search that was stopped goes on; without it they are forgotten.
    """

    trials: int = 0
    minutes: float = 0.0
    metric: SearchMetric = "auc"
    storage: Path | None = None


@dataclass(frozen=True)
class TrainingPlan:
    """What a training is told besides its rows; `parameters` override the defaults of LightGBM and are not searched.

    `cost` is what the threshold minimises, by default the policy's. `correlate` is needed where correlation is limited.
    `descriptions` say in words what a feature is. `grower` fits the final trees in place of this process.
    """

    model_version: str
    trained_as_of: date
    feature_set_id: str
    levels: dict[str, list[str]]
    policy: Policy
    seed: int = 0
    n_folds: int = 4
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    holdout: Holdout = "id_hash"
    holdout_share: float = HOLDOUT_SHARE
    limits: Limits = field(default_factory=Limits)
    imbalance: Imbalance = Imbalance.NONE
    candidates: tuple[Candidate, ...] = (Candidate.LIGHTGBM,)
    search: SearchPlan = field(default_factory=SearchPlan)
    cost: Cost | None = None
    monotone: Mapping[str, int] = field(default_factory=dict)
    correlate: Correlate | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)
    grower: Grower | None = None

    @property
    def cost_in_force(self) -> Cost:
        """What the threshold minimises."""
        return self.cost or self.policy.cost

    @property
    def grown(self) -> Mapping[str, Parameter]:
        """What a manifest adds to LightGBM's parameters where a grower fits the final trees."""
        return {} if self.grower is None else self.grower.parameters

    def recipe(self, n_rows: int) -> Recipe:
        """LightGBM's defaults with the plan's overrides, for so many rows. Raises UsageError for an unknown parameter."""
        return Recipe(resolve_parameters(self.parameters, n_rows), self.seed, self.monotone)

    def search_sha256(self, data_sha256: str) -> str:
        """Names the search: everything that its outcome hangs on, so that a longer one has no say in a shorter one."""
        content = {
            "data": data_sha256,
            "engine": engine_name(),
            "parameters": dict(self.recipe(0).named()),
            "seed": self.seed,
            "n_folds": self.n_folds,
            "holdout": [self.holdout, self.holdout_share],
            "limits": [self.limits.missing_share, self.limits.correlation, self.limits.importance],
            "imbalance": self.imbalance,
            "metric": self.search.metric,
            "trials": self.search.trials,
            "minutes": self.search.minutes,
            "cost": self.cost_in_force.model_dump(),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def plan_of(
    parameters: RetrainParameters,
    *,
    model_version: str,
    trained_as_of: date,
    feature_set_id: str,
    levels: dict[str, list[str]],
    policy: Policy,
    correlate: Correlate | None = None,
    storage: Path | None = None,
    descriptions: Mapping[str, str] | None = None,
    grower: Grower | None = None,
) -> TrainingPlan:
    """The plan that the parameters of a retraining ask for."""
    cost = parameters.cost
    return TrainingPlan(
        model_version=model_version,
        trained_as_of=trained_as_of,
        feature_set_id=feature_set_id,
        levels=levels,
        policy=policy,
        seed=parameters.seed,
        n_folds=parameters.n_folds,
        parameters=parameters.parameters,
        holdout=parameters.holdout,
        holdout_share=parameters.holdout_share,
        limits=Limits(parameters.max_missing_share, parameters.max_correlation, parameters.min_importance),
        imbalance=parameters.imbalance,
        candidates=parameters.candidates,
        search=SearchPlan(parameters.search_trials, parameters.search_minutes, parameters.search_metric, storage),
        cost=None if cost is None else Cost(**cost.model_dump()),
        monotone=parameters.monotone,
        correlate=correlate,
        descriptions=descriptions or {},
        grower=grower,
    )
