"""What a training leaves in its record: one entry per candidate and per feature, figures of many rows each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.errors import UsageError
from schemas.manifest import Calibration
from schemas.parameters import Candidate
from schemas.policy import Cost
from schemas.training_record import CandidateRecord, FeatureRecord, ShapBar
from tasks.core.calibration import calibrated_pd, fit_calibration
from tasks.core.candidates import TITLES
from tasks.core.curves import curves_of
from tasks.core.encoding import Encoding, to_matrix
from tasks.core.fitting import Parameter
from tasks.core.folds import id_hash
from tasks.core.matrices import TrainingRows
from tasks.core.meaning import gain_importance
from tasks.core.metrics import figure_set, fold_figures, paired_difference
from tasks.core.reasons import contributions
from tasks.core.scoring import Model
from tasks.core.selection import missing_shares
from tasks.core.threshold import optimal_threshold
from tasks.core.vectors import Vector

#: Resamples behind the bounds: many where models are compared, fewer where the rows are many and the bounds tight anyway.
DRAWS_HOLDOUT, DRAWS_OUT_OF_FOLD, DRAWS_TRAIN = 400, 200, 50
#: Rows whose contributions are averaged, and how many features are shown.
SHAP_ROWS, SHAP_BARS = 2000, 30
_SHAP_SALT = 0x54A9
UNORDERED = "its scores do not order applicants: the PD of everyone is the default rate"


@dataclass(frozen=True)
class RawScores:
    """Raw scores of one candidate: of the rows fitted on by the final fit, of the same rows out of fold, and of the hold-out."""

    candidate: Candidate
    parameters: Mapping[str, Parameter]
    train: Vector
    out_of_fold: Vector
    holdout: Vector
    seconds: float


@dataclass(frozen=True)
class Rows:
    """The targets that every candidate is measured on, the folds of the rows fitted on, and what the threshold minimises."""

    fitted: Vector
    fold: npt.NDArray[np.int64]
    holdout: Vector
    cost: Cost
    seed: int = 0


@dataclass(frozen=True)
class Calibrated:
    """A candidate's PDs and its threshold; `calibration` is None where its scores order nothing."""

    raw: RawScores
    calibration: Calibration | None
    train: Vector
    out_of_fold: Vector
    holdout: Vector
    threshold: float


def _calibration(target: Vector, raw: Vector) -> Calibration | None:
    try:
        return fit_calibration(target, raw)
    except UsageError:
        return None


def calibrated(raw: RawScores, rows: Rows) -> Calibrated:
    """PDs and threshold from out-of-fold scores; the default rate for everyone where those order nothing."""
    calibration = None if raw.candidate is Candidate.DUMMY else _calibration(rows.fitted, raw.out_of_fold)
    rate = float(rows.fitted.mean())
    parts = [
        np.full(len(part), rate) if calibration is None else calibrated_pd(part, calibration)
        for part in (raw.train, raw.out_of_fold, raw.holdout)
    ]
    return Calibrated(raw, calibration, parts[0], parts[1], parts[2], optimal_threshold(rows.fitted, parts[1], rows.cost))


def candidate_record(item: Calibrated, champion: Calibrated, rows: Rows) -> CandidateRecord:
    """One candidate's entry; `champion` is LightGBM's, which the differences are taken from."""
    raw, threshold = item.raw, item.threshold
    folds = [rows.fold == number for number in np.unique(rows.fold)]
    is_champion = raw.candidate is Candidate.LIGHTGBM
    difference = paired_difference(
        rows.holdout,
        item.holdout,
        item.holdout < threshold,
        champion.holdout,
        champion.holdout < champion.threshold,
        n_draws=DRAWS_HOLDOUT,
        seed=rows.seed,
    )
    return CandidateRecord(
        name=raw.candidate.value,
        title=TITLES[raw.candidate],
        may_become_champion=is_champion,
        parameters=dict(raw.parameters),
        calibration=item.calibration,
        threshold=threshold,
        seconds=round(raw.seconds, 3),
        train=figure_set(rows.fitted, item.train, threshold, n_draws=DRAWS_TRAIN, seed=rows.seed),
        out_of_fold=figure_set(rows.fitted, item.out_of_fold, threshold, n_draws=DRAWS_OUT_OF_FOLD, seed=rows.seed),
        folds=[fold_figures(rows.fitted[here], item.out_of_fold[here], threshold) for here in folds],
        holdout=figure_set(rows.holdout, item.holdout, threshold, n_draws=DRAWS_HOLDOUT, seed=rows.seed),
        curves=curves_of(rows.holdout, item.holdout),
        auc_difference=None if is_champion else difference.auc,
        cost_difference=None if is_champion else difference.cost,
        note="" if item.calibration else UNORDERED,
    )


def feature_records(
    model: Model, rows: TrainingRows, alone: Mapping[str, float], descriptions: Mapping[str, str]
) -> list[FeatureRecord]:
    """Every input, by falling share of the gain, ties by name; missing shares and AUCs by itself are of the rows fitted on."""
    gain = gain_importance(model.booster)
    names = model.manifest.input_names
    missing = missing_shares(rows.features.select(names))
    return [
        FeatureRecord(
            name=name,
            description=descriptions.get(name, ""),
            gain_share=gain[name],
            missing_share=missing[name],
            single_auc=alone[name],
        )
        for name in sorted(names, key=lambda name: (-gain[name], name))
    ]


def _ranks(values: Vector) -> Vector:
    return pl.Series(values).rank("average").to_numpy()


def _direction(values: Vector, effect: Vector) -> float | None:
    """Spearman's rank correlation over the rows where the value is known; None where one of the two is constant."""
    known = ~np.isnan(values)
    if known.sum() < 2 or np.ptp(values[known]) == 0 or np.ptp(effect[known]) == 0:
        return None
    return float(np.corrcoef(_ranks(values[known]), _ranks(effect[known]))[0, 1])


def shap_bars(model: Model, fitted: pl.DataFrame) -> list[ShapBar]:
    """The strongest inputs by mean absolute contribution, over at most 2,000 rows fitted on, picked by hash of the id."""
    order = np.argsort(id_hash(fitted["application_id"].to_numpy(), _SHAP_SALT), kind="stable")[:SHAP_ROWS]
    encoding: Encoding = model.encoding
    matrix = to_matrix(fitted[np.sort(order)], encoding)
    effects = contributions(model, matrix)
    strength = np.abs(effects).mean(axis=0)
    best = sorted(range(len(strength)), key=lambda position: (-strength[position], encoding.names[position]))[:SHAP_BARS]
    return [
        ShapBar(
            feature=encoding.names[position],
            mean_absolute=float(strength[position]),
            direction=None
            if encoding.names[position] in encoding.codes.levels
            else _direction(matrix[:, position], effects[:, position]),
        )
        for position in best
        if strength[position] > 0
    ]


#: From here on the training says that the hold-out's scores are distributed otherwise: the usual first limit of PSI.
PSI_WORTH_A_WORD = 0.1


def warnings_of(candidates: list[CandidateRecord], psi: float, unused: list[str]) -> list[str]:
    """What a validator should not overlook, in sentences."""
    better = [
        f"{item.title} orders the hold-out better than LightGBM: AUC {item.auc_difference.value:+.4f}"
        for item in candidates
        if item.auc_difference is not None and item.auc_difference.value is not None and (item.auc_difference.lower or 0.0) > 0
    ]
    shifted = [f"PSI {psi:.3f} of the hold-out's scores against the out-of-fold scores"] if psi > PSI_WORTH_A_WORD else []
    lost = [f"the monotone constraint on {name} has no effect: a limit left the feature out" for name in unused]
    return better + shifted + lost
