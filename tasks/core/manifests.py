"""The manifest of a fitted model: everything that scoring needs besides the trees, and the figures of its training."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from schemas.manifest import Calibration, FeatureInput, ModelManifest
from tasks.core.encoding import MISSING_CODE, TextCodes
from tasks.core.fitting import Parameter
from tasks.core.metrics import metrics_of, reliability
from tasks.core.scoring import engine_name
from tasks.core.training_plan import TrainingPlan
from tasks.core.training_rows import TARGET, Split, content_sha256, received_range
from tasks.core.vectors import Vector


@dataclass(frozen=True)
class Fit:
    """What the rows to fit on have decided; nothing of it has seen the hold-out. `pd` is out of fold."""

    parameters: Mapping[str, Parameter]
    names: tuple[str, ...]
    codes: TextCodes
    calibration: Calibration
    threshold: float
    n_trees: int
    pd: Vector
    text: str


def _inputs(features: pl.DataFrame) -> list[FeatureInput]:
    """Name, kind and training range of each input, in order."""
    numbers = features.select(pl.selectors.numeric().cast(pl.Float64))
    bounds = {column.name: (column.min(), column.max()) for column in numbers.iter_columns()}
    return [
        FeatureInput.model_validate({"name": name, "kind": "number", "minimum": bounds[name][0], "maximum": bounds[name][1]})
        if name in bounds
        else FeatureInput(name=name, kind="text")
        for name in features.columns
    ]


def _target(frame: pl.DataFrame) -> Vector:
    return frame[TARGET].cast(pl.Float64).to_numpy()


def build_manifest(split: Split, plan: TrainingPlan, fit: Fit, holdout_pd: Vector) -> ModelManifest:
    """Everything that scoring needs besides the trees, with the figures out of fold and on the hold-out."""
    fitted, held = _target(split.fitted), _target(split.holdout)
    everything = pl.concat([split.fitted, split.holdout])
    received_from, received_to = received_range(everything)
    return ModelManifest(
        model_version=plan.model_version,
        trained_as_of=plan.trained_as_of,
        engine=engine_name(),
        feature_set_id=plan.feature_set_id,
        inputs=_inputs(split.fitted.select(fit.names)),
        codes=fit.codes.levels,
        levels=plan.levels,
        missing_code=MISSING_CODE,
        unseen_codes=fit.codes.unseen,
        calibration=fit.calibration,
        threshold=fit.threshold,
        policy_sha256=plan.policy.sha256,
        protected=list(plan.policy.protected.columns),
        received_from=received_from,
        received_to=received_to,
        n_rows=split.fitted.height,
        n_holdout=split.holdout.height,
        seed=plan.seed,
        parameters=dict(fit.parameters),
        n_trees=fit.n_trees,
        out_of_fold=metrics_of(fitted, fit.pd, fit.threshold),
        holdout=metrics_of(held, holdout_pd, fit.threshold),
        reliability=reliability(fitted, fit.pd),
        data_sha256=content_sha256(everything),
        model_text_sha256=hashlib.sha256(fit.text.encode()).hexdigest(),
    )
