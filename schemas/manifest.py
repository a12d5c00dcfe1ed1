"""The manifest of a model version: everything besides the trees that scoring needs, as JSON beside the LightGBM text."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MANIFEST_FILE = "manifest.json"
MODEL_FILE = "model.txt"


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FeatureInput(_Frozen):
    """One model input. Text is encoded by `codes`; `minimum` and `maximum` are the range in training (null: no value)."""

    name: str
    kind: Literal["number", "text"]
    minimum: float | None = None
    maximum: float | None = None


class Calibration(_Frozen):
    """PD = sigmoid(intercept + slope * raw log-odds of the booster), fitted on out-of-fold predictions."""

    intercept: float
    slope: Annotated[float, Field(gt=0)]


class Metrics(_Frozen):
    """Figures of one set of rows. Cost is (10 FN + FP)/n with review counted as refusal; intervals are 95 % bootstrap bounds."""

    n_rows: int
    n_bad: int
    auc: float
    auc_interval: tuple[float, float]
    gini: float
    ks: float
    brier: float
    log_loss: float
    cost: float
    cost_interval: tuple[float, float]
    cost_approve_all: float
    approval_rate: float


class ReliabilityBin(_Frozen):
    """One bin of the calibration table: mean predicted PD against observed default rate."""

    lower: float
    upper: float
    n_rows: int
    mean_pd: float
    default_rate: float


class ModelManifest(_Frozen):
    """What scoring needs besides the trees, and what a validator asks first."""

    format: Literal[1] = 1
    model_version: str
    trained_as_of: date
    engine: str
    feature_set_id: str
    inputs: list[FeatureInput]
    #: per text input: level -> code; codes start at 0 in rising order of the level's smoothed default rate
    codes: dict[str, dict[str, int]]
    #: per "table.column": the levels whose shares are features
    levels: dict[str, list[str]]
    #: code of a missing text, for every text input
    missing_code: int
    #: per text input: the code of a level that was not in training, amid the others: a level without rows has the mean rate
    unseen_codes: dict[str, float]
    calibration: Calibration
    threshold: Annotated[float, Field(gt=0, lt=1)]
    policy_sha256: str
    #: attributes kept out of the features, by the policy of the training
    protected: list[str]
    received_from: date
    received_to: date
    n_rows: int
    n_holdout: int
    seed: int
    parameters: dict[str, float | int | str | bool]
    n_trees: int
    out_of_fold: Metrics
    holdout: Metrics
    reliability: list[ReliabilityBin]
    data_sha256: str
    model_text_sha256: str

    @property
    def input_names(self) -> list[str]:
        return [item.name for item in self.inputs]

    def canonical(self) -> str:
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, indent=1, ensure_ascii=True) + "\n"


def version_sha256(manifest: ModelManifest) -> str:
    """The hash that the registry keeps: over the manifest, which itself carries the hash of the model text."""
    return hashlib.sha256(manifest.canonical().encode()).hexdigest()
