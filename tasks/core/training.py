"""From matured outcomes to a model and its manifest: folds, trees, calibration, threshold, and one look at the hold-out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from schemas.manifest import Calibration, FeatureInput, ModelManifest
from schemas.policy import Policy
from tasks.core.calibration import calibrated_pd, fit_calibration
from tasks.core.encoding import MISSING_CODE, TextCodes
from tasks.core.fitting import Parameter, Progress, TrainingRows, fit_out_of_fold, fit_trees, resolve_parameters
from tasks.core.folds import assign_folds
from tasks.core.metrics import Vector, metrics_of, reliability
from tasks.core.scoring import engine_name, load_booster, predict_raw
from tasks.core.threshold import optimal_threshold
from tasks.core.training_rows import KEY, TARGET, Split, content_sha256, forbid_features, received_range, split_holdout


@dataclass(frozen=True)
class TrainingPlan:
    """What a training is told besides its rows; `parameters` override the defaults."""

    model_version: str
    trained_as_of: date
    feature_set_id: str
    levels: dict[str, list[str]]
    policy: Policy
    seed: int = 0
    n_folds: int = 4
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True)
class FittedModel:
    """A model text, its manifest, and the PDs that its figures come from.

    `out_of_fold` has application_id, batch_id, target, pd and fold of the rows fitted on; `holdout` the same without fold.
    """

    text: str
    manifest: ModelManifest
    out_of_fold: pl.DataFrame
    holdout: pl.DataFrame


@dataclass(frozen=True)
class _Fit:
    """What the rows to fit on have decided; nothing of it has seen the hold-out."""

    parameters: dict[str, Parameter]
    codes: TextCodes
    calibration: Calibration
    threshold: float
    n_trees: int
    fold: Vector
    pd: Vector
    text: str


def _training_rows(frame: pl.DataFrame) -> TrainingRows:
    return TrainingRows(frame.drop(*KEY, TARGET), frame[TARGET])


def _fit(frame: pl.DataFrame, plan: TrainingPlan, progress: Progress) -> _Fit:
    """Folds, then the final trees on all rows of `frame`."""
    rows = _training_rows(frame)
    parameters = resolve_parameters(plan.parameters, frame.height)
    fold = assign_folds(frame["application_id"].to_numpy(), rows.y, plan.n_folds, plan.seed)
    folds = fit_out_of_fold(rows, fold, parameters, plan.seed, progress)
    calibration = fit_calibration(rows.y, folds.raw)
    pd = calibrated_pd(folds.raw, calibration)
    progress(f"all rows: {folds.n_trees} trees")
    codes = rows.codes()
    return _Fit(
        parameters=parameters,
        codes=codes,
        calibration=calibration,
        threshold=optimal_threshold(rows.y, pd, plan.policy.cost),
        n_trees=folds.n_trees,
        fold=fold.astype(np.float64),
        pd=pd,
        text=fit_trees(rows, codes, parameters, plan.seed, folds.n_trees, progress).model_to_string(),
    )


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


def build_manifest(split: Split, plan: TrainingPlan, fit: _Fit, holdout_pd: Vector) -> ModelManifest:
    """Everything that scoring needs besides the trees, with the figures out of fold and on the hold-out."""
    rows, held = _training_rows(split.fitted), _training_rows(split.holdout)
    everything = pl.concat([split.fitted, split.holdout])
    received_from, received_to = received_range(everything)
    return ModelManifest(
        model_version=plan.model_version,
        trained_as_of=plan.trained_as_of,
        engine=engine_name(),
        feature_set_id=plan.feature_set_id,
        inputs=_inputs(rows.features),
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
        parameters=fit.parameters,
        n_trees=fit.n_trees,
        out_of_fold=metrics_of(rows.y, fit.pd, fit.threshold),
        holdout=metrics_of(held.y, holdout_pd, fit.threshold),
        reliability=reliability(rows.y, fit.pd),
        data_sha256=content_sha256(everything),
        model_text_sha256=hashlib.sha256(fit.text.encode()).hexdigest(),
    )


def _with_pd(frame: pl.DataFrame, pd: Vector) -> pl.DataFrame:
    return frame.select(*KEY, TARGET, pl.Series("pd", pd))


def fit_model(frame: pl.DataFrame, plan: TrainingPlan, progress: Progress = lambda _: None) -> FittedModel:
    """A model of matured outcomes. The same rows, in any order, give the same bytes.

    A fifth of the applicants, by the hash of their id, is held out: no choice looks at it, only the manifest's `holdout`
    figures do. On the others the folds choose the number of trees, and their out-of-fold predictions the calibration
    and the threshold.

    Args:
        frame: application_id, batch_id, target (0 or 1), then the features: text, or numbers with null for missing.
        plan: names, policy, seed, folds, parameters.
        progress: is told in words what is being done.

    Raises:
        UsageError: too few defaults; a feature that may be none; an unknown parameter; scores that order nothing.
    """
    split = split_holdout(frame)
    forbid_features(frame.columns, plan.policy)
    fit = _fit(split.fitted, plan, progress)
    progress("figures")
    held_raw = predict_raw(load_booster(fit.text), _training_rows(split.holdout).matrix(fit.codes))
    holdout_pd = calibrated_pd(held_raw, fit.calibration)
    return FittedModel(
        text=fit.text,
        manifest=build_manifest(split, plan, fit, holdout_pd),
        out_of_fold=_with_pd(split.fitted, fit.pd).with_columns(pl.Series("fold", fit.fold).cast(pl.Int32)),
        holdout=_with_pd(split.holdout, holdout_pd),
    )
