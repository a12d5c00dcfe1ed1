"""From matured outcomes to a model with its yardstick: guards, folds, search, candidates, and one look at the hold-out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.errors import UsageError
from schemas.manifest import ModelManifest
from schemas.parameters import Candidate
from schemas.training_record import CandidateRecord, DroppedFeature, FeatureRecord, SearchRecord, ShapBar
from tasks.core.calibration import calibrated_pd, fit_calibration
from tasks.core.candidates import require_available
from tasks.core.encoding import Matrix, to_matrix
from tasks.core.fitting import OutOfFold, Parameter, Progress, Recipe, TreeFold, fit_trees, score_folds, tree_folds
from tasks.core.folds import assign_folds
from tasks.core.leakage import require_no_leakage
from tasks.core.manifests import Fit, build_manifest
from tasks.core.matrices import Folds, Prepared, TrainingRows
from tasks.core.records import RawScores, Rows, calibrated, candidate_record, feature_records, shap_bars, warnings_of
from tasks.core.scoring import load_booster, predict_raw, verified_model
from tasks.core.scoring_shift import score_psi
from tasks.core.search import search_parameters
from tasks.core.selection import Limits, Selection, select_features
from tasks.core.threshold import optimal_threshold
from tasks.core.training_plan import TrainingPlan as TrainingPlan
from tasks.core.training_rows import KEY, TARGET, Split, content_sha256, feature_names, forbid_features, split_holdout
from tasks.core.vectors import Vector
from tasks.core.yardstick import fit_yardstick

FoldNumbers = npt.NDArray[np.int64]


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
class TrainingOutcome:
    """A model, the candidates that it was measured against (in the order asked), and what is worth keeping of the training.

    `score_psi` compares the hold-out's PDs with the out-of-fold PDs. `warnings` are sentences for the card.
    """

    fitted: FittedModel
    candidates: list[CandidateRecord]
    search: SearchRecord | None
    dropped: list[DroppedFeature]
    features: list[FeatureRecord]
    shap: list[ShapBar]
    score_psi: float
    warnings: list[str]


@dataclass(frozen=True)
class _Trees:
    """LightGBM, fitted: what it was fitted with, its scores out of fold, and the trees of all rows."""

    recipe: Recipe
    search: SearchRecord | None
    out_of_fold: OutOfFold
    prepared: Prepared
    booster: lgb.Booster
    seconds: float
    grown: Mapping[str, Parameter]

    @property
    def parameters(self) -> dict[str, Parameter]:
        """As the manifest keeps them: those asked for, and how much a default weighed."""
        weight = self.prepared.sample.bad_weight
        return {**self.recipe.named(), **({"scale_pos_weight": weight} if weight != 1.0 else {}), **self.grown}


def _rows_of(frame: pl.DataFrame) -> TrainingRows:
    return TrainingRows(frame.select(feature_names(frame)), frame[TARGET])


def _target(frame: pl.DataFrame) -> Vector:
    return frame[TARGET].cast(pl.Float64).to_numpy()


def _require_numbers(frame: pl.DataFrame, plan: TrainingPlan) -> None:
    """Raises UsageError where a monotone constraint names no numeric feature."""
    numbers = set(frame.select(pl.selectors.numeric()).columns) & set(feature_names(frame))
    wrong = sorted(set(plan.monotone) - numbers)
    if wrong:
        raise UsageError(
            f"monotone constraints name what is no numeric feature: {', '.join(wrong)}",
            expected="names of numeric features of the model",
            where="monotone",
            remedy="name numeric features (docs/features.md lists them), or leave the constraint out",
        )


def guarded_split(frame: pl.DataFrame, plan: TrainingPlan) -> tuple[Split, dict[str, float]]:
    """Rows to fit on and hold-out, after every check that can be made before something is fitted; AUC of each feature by itself.

    Raises:
        UsageError: a candidate is not installed; a feature that may be none; a constraint on what is no number; too few
            defaults; a feature that gives the outcome away.
    """
    require_available(plan.candidates)
    forbid_features(feature_names(frame), plan.policy)
    _require_numbers(frame, plan)
    plan.recipe(frame.height)
    split = split_holdout(frame, plan.holdout, plan.holdout_share)
    return split, require_no_leakage(split.fitted, feature_names(frame), split.fitted[TARGET])


def _selected(rows: TrainingRows, fold: FoldNumbers, plan: TrainingPlan, progress: Progress) -> tuple[list[Selection], Selection]:
    """The features within the limits, without each fold and from all rows."""
    everything = Selection(tuple(rows.features.columns), [])
    if plan.limits == Limits():
        return [everything] * plan.n_folds, everything
    found = []
    for number in range(plan.n_folds):
        progress(f"features without fold {number + 1} of {plan.n_folds}")
        found.append(select_features(rows.take(fold != number), plan.limits, plan.correlate, plan.seed))
    progress("features of all rows")
    return found, select_features(rows, plan.limits, plan.correlate, plan.seed)


def deal_folds(fitted: pl.DataFrame, plan: TrainingPlan, progress: Progress) -> tuple[Folds, list[DroppedFeature]]:
    """The folds that every candidate is measured on, and the features that the limits leave out of the final fit."""
    rows = _rows_of(fitted)
    ids = fitted["application_id"].to_numpy()
    fold = assign_folds(ids, rows.y, plan.n_folds, plan.seed)
    each, everything = _selected(rows, fold, plan, progress)
    names = tuple(selection.names for selection in each)
    return Folds(rows, ids, fold, names, everything.names, plan.imbalance, plan.seed), everything.dropped


def _best_recipe(
    folds: Sequence[TreeFold], split: Split, plan: TrainingPlan, recipe: Recipe, progress: Progress
) -> tuple[Recipe, SearchRecord | None]:
    if not plan.search.trials:
        return recipe, None
    name = plan.search_sha256(content_sha256(split.fitted))
    return search_parameters(folds, recipe, plan.parameters, plan.search, name, plan.cost_in_force, progress)


def _fit_lightgbm(folds: Folds, split: Split, plan: TrainingPlan, progress: Progress) -> _Trees:
    """Search, out-of-fold scores, then the final trees on all rows."""
    started = time.perf_counter()
    recipe = plan.recipe(split.fitted.height)
    each = tree_folds(folds, recipe)
    recipe, search = _best_recipe(each, split, plan, recipe, progress)
    scored = score_folds(each, recipe, progress)
    progress(f"all rows: {scored.n_trees} trees")
    prepared = folds.everything()
    booster = fit_trees(prepared.encoding, prepared.sample, recipe, scored.n_trees, progress, plan.grower)
    return _Trees(recipe, search, scored, prepared, booster, time.perf_counter() - started, plan.grown)


def _fitted_model(split: Split, plan: TrainingPlan, trees: _Trees, fold: FoldNumbers) -> FittedModel:
    """Calibration and threshold from out-of-fold scores, then the hold-out."""
    target = _target(split.fitted)
    calibration = fit_calibration(target, trees.out_of_fold.raw)
    pd = calibrated_pd(trees.out_of_fold.raw, calibration)
    encoding = trees.prepared.encoding
    fit = Fit(
        parameters=trees.parameters,
        names=encoding.names,
        codes=encoding.codes,
        calibration=calibration,
        threshold=optimal_threshold(target, pd, plan.cost_in_force),
        n_trees=trees.booster.num_trees(),  # fewer than the folds chose where no split is left
        pd=pd,
        text=trees.booster.model_to_string(),
    )
    held_raw = predict_raw(load_booster(fit.text), _matrix(trees.prepared, split.holdout))
    holdout_pd = calibrated_pd(held_raw, calibration)
    return FittedModel(
        text=fit.text,
        manifest=build_manifest(split, plan, fit, holdout_pd),
        out_of_fold=_with_pd(split.fitted, pd).with_columns(pl.Series("fold", fold).cast(pl.Int32)),
        holdout=_with_pd(split.holdout, holdout_pd),
    )


def _matrix(prepared: Prepared, frame: pl.DataFrame) -> Matrix:
    return to_matrix(frame, prepared.encoding)


def _with_pd(frame: pl.DataFrame, pd: Vector) -> pl.DataFrame:
    return frame.select(*KEY, TARGET, pl.Series("pd", pd))


@dataclass(frozen=True)
class _Training:
    """Everything fitted; the hold-out has been scored by LightGBM."""

    split: Split
    alone: dict[str, float]
    folds: Folds
    dropped: list[DroppedFeature]
    trees: _Trees
    fitted: FittedModel


def _train(frame: pl.DataFrame, plan: TrainingPlan, progress: Progress) -> _Training:
    split, alone = guarded_split(frame, plan)
    folds, dropped = deal_folds(split.fitted, plan, progress)
    trees = _fit_lightgbm(folds, split, plan, progress)
    return _Training(split, alone, folds, dropped, trees, _fitted_model(split, plan, trees, folds.fold))


def fit_model(frame: pl.DataFrame, plan: TrainingPlan, progress: Progress = lambda _: None) -> FittedModel:
    """LightGBM alone, as in `fit_candidates`, without the records."""
    return _train(frame, plan, progress).fitted


def _lightgbm_scores(training: _Training) -> RawScores:
    trees = training.trees
    booster = load_booster(training.fitted.text)
    return RawScores(
        candidate=Candidate.LIGHTGBM,
        parameters=trees.parameters,
        train=predict_raw(booster, _matrix(trees.prepared, training.split.fitted)),
        out_of_fold=trees.out_of_fold.raw,
        holdout=predict_raw(booster, _matrix(trees.prepared, training.split.holdout)),
        seconds=trees.seconds,
    )


def _candidates(training: _Training, plan: TrainingPlan, progress: Progress) -> list[CandidateRecord]:
    """The entries of all candidates, in the order asked; the hold-out comes in when all of them are fitted."""
    trees, folds = training.trees, training.folds
    others = [candidate for candidate in plan.candidates if candidate is not Candidate.LIGHTGBM]
    items = fit_yardstick(folds, others, trees.prepared, plan.seed, progress)
    progress("figures")
    holdout = _matrix(trees.prepared, training.split.holdout)
    scores = {item.candidate: item.scored(holdout, len(folds.fold)) for item in items}
    scores[Candidate.LIGHTGBM] = _lightgbm_scores(training)
    rows = Rows(folds.rows.y, folds.fold, _target(training.split.holdout), plan.cost_in_force, plan.seed)
    calibrations = {candidate: calibrated(raw, rows) for candidate, raw in scores.items()}
    return [candidate_record(calibrations[each], calibrations[Candidate.LIGHTGBM], rows) for each in plan.candidates]


def fit_candidates(frame: pl.DataFrame, plan: TrainingPlan, progress: Progress = lambda _: None) -> TrainingOutcome:
    """A model of matured outcomes beside the other candidates. The same rows, in any order, give the same model text.

    A share of the applicants, by the hash of their id, or the newest cohorts are held out: no choice looks at them, only figures
    do. On the other rows the folds choose features, parameters and the number of trees, and their out-of-fold predictions the
    calibration and the threshold. Every candidate is fitted on the same folds and measured on the same hold-out.

    Args:
        frame: application_id, batch_id, target (0 or 1), then the features: text, or numbers with null for missing.
        plan: names, policy, seed, folds, limits, candidates, search, parameters.
        progress: is told in words what is being done.

    Raises:
        UsageError: a candidate is not installed; too few defaults; a feature that may be none or that gives the outcome away; an
            unknown parameter; limits that leave nothing; scores that order nothing.
    """
    training = _train(frame, plan, progress)
    candidates = _candidates(training, plan, progress)
    fitted, rows = training.fitted, training.folds.rows
    model = verified_model(fitted.manifest, fitted.text)
    psi = score_psi(fitted.out_of_fold["pd"].to_numpy(), fitted.holdout["pd"].to_numpy())
    return TrainingOutcome(
        fitted=fitted,
        candidates=candidates,
        search=training.trees.search,
        dropped=training.dropped,
        features=feature_records(model, rows, training.alone, plan.descriptions),
        shap=shap_bars(model, training.split.fitted),
        score_psi=psi,
        warnings=warnings_of(candidates, psi, sorted(set(plan.monotone) - set(fitted.manifest.input_names))),
    )
