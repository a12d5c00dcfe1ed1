"""The record of a training: what was tried, what came out, and on which rows; figures of sets of rows, never of one applicant.

Kept as JSON beside the model's files; the model card, MLflow and `loanwatch models` are made from it.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.manifest import Calibration, ReliabilityBin
from schemas.policy import Cost

RECORD_FILE = "training.json"

#: Every figure of a set of rows, in the order in which a reader expects them.
FIGURE_NAMES = (
    "auc",
    "gini",
    "ks",
    "pr_auc",
    "log_loss",
    "brier",
    "calibration_intercept",
    "calibration_slope",
    "accuracy",
    "precision",
    "recall",
    "f1",
    "balanced_accuracy",
    "cost",
    "approval_rate",
    "default_rate",
)


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Figure(_Frozen):
    """A figure with the 95 % bounds of a percentile bootstrap; null where the rows cannot give it."""

    value: float | None
    lower: float | None = None
    upper: float | None = None


class FigureSet(_Frozen):
    """The figures of one set of rows at a threshold; a loan is granted where PD < threshold. Keys: FIGURE_NAMES."""

    n_rows: int
    n_bad: int
    threshold: float
    figures: dict[str, Figure]


class Point(_Frozen):
    """One point of a curve."""

    x: float
    y: float


class ScoreBin(_Frozen):
    """Rows with a PD in [lower, upper), by outcome."""

    lower: float
    upper: float
    n_good: int
    n_bad: int


class Curves(_Frozen):
    """Curves of one set of rows, at most 200 points each.

    roc: false positive rate, true positive rate. precision_recall: recall, precision. cost: threshold, (10 FN + FP)/n.
    lift: share of applications from the riskiest on, default rate among them over that of all.
    """

    roc: list[Point]
    precision_recall: list[Point]
    cost: list[Point]
    lift: list[Point]
    reliability: list[ReliabilityBin]
    scores: list[ScoreBin]


class CandidateRecord(_Frozen):
    """One candidate, fitted and measured on the same folds and the same hold-out as the others.

    `folds` holds each fold's plain figures. `auc_difference` and `cost_difference` are the candidate's minus LightGBM's on the
    hold-out, on the same resamples; null for LightGBM itself.
    """

    name: str
    title: str
    may_become_champion: bool
    parameters: dict[str, float | int | str | bool | None]
    calibration: Calibration | None
    threshold: Annotated[float, Field(gt=0, lt=1)]
    seconds: float
    train: FigureSet
    out_of_fold: FigureSet
    folds: list[dict[str, float | None]]
    holdout: FigureSet
    curves: Curves
    auc_difference: Figure | None = None
    cost_difference: Figure | None = None
    note: str = ""


class Trial(_Frozen):
    """One trial of the search; `value` is the mean over the folds that it finished, null where it failed."""

    number: int
    state: Literal["complete", "pruned", "failed"]
    value: float | None
    parameters: dict[str, float | int | str | bool]


class SearchRecord(_Frozen):
    """A search for parameters. A time-bounded one need not repeat exactly."""

    metric: Literal["auc", "cost"]
    is_time_bounded: bool
    best_trial: int
    trials: list[Trial]


class FeatureRecord(_Frozen):
    """One input of the model: share of the gain (names from the booster), share missing in training, AUC by itself (0.5 to 1)."""

    name: str
    description: str
    gain_share: float
    missing_share: float
    single_auc: float | None


class DroppedFeature(_Frozen):
    """A feature that a limit left out."""

    name: str
    because: Literal["missing_share", "correlation", "importance"]
    detail: str


class ShapBar(_Frozen):
    """Mean absolute contribution to the log-odds, and the rank correlation of value and contribution (null for text)."""

    feature: str
    mean_absolute: float
    direction: float | None


class FairnessRow(_Frozen):
    """Approval of one group on the hold-out.

    `ratio` is the group's approval rate over the highest one among the groups of the attribute that are large enough; null for
    groups that are too small. `is_judged`: the policy's floor holds for the attribute; otherwise it is only reported.
    """

    attribute: str
    group: str
    n_rows: int
    n_bad: int
    approval_rate: float | None
    mean_pd: float | None
    default_rate: float | None
    ratio: float | None
    is_judged: bool
    status: Literal["ok", "below_floor", "too_few", "reported"]


class TrainingRecord(_Frozen):
    """Everything about one training that a validator asks."""

    format: Literal[1] = 1
    model_version: str
    trained_as_of: date
    requested_by: str
    reason: str
    request: dict[str, object]
    reproduce: str
    git_revision: str | None
    versions: dict[str, str]
    threads: int
    seed: int
    policy_sha256: str
    cost: Cost
    data_sha256: str
    received_from: date
    received_to: date
    holdout_received_from: date
    holdout_received_to: date
    n_rows: int
    n_holdout: int
    imbalance: str
    candidates: list[CandidateRecord]
    search: SearchRecord | None
    features: list[FeatureRecord]
    dropped: list[DroppedFeature]
    shap: list[ShapBar]
    score_psi: float
    fairness: list[FairnessRow]
    warnings: list[str]

    def candidate(self, name: str) -> CandidateRecord:
        """The candidate of that name. Raises KeyError."""
        return next(item for item in self.candidates if item.name == name)

    def canonical(self) -> str:
        """As JSON, the same text for the same content."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, indent=1, ensure_ascii=True) + "\n"
