"""From features to PD and score points, with a model that has proved to be the one it says it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import lightgbm as lgb
import numpy as np

from schemas.errors import VerificationError
from schemas.manifest import ModelManifest
from schemas.policy import ScoreScale
from tasks.core.calibration import calibrated_pd
from tasks.core.encoding import Encoding, Matrix, encoding_of
from tasks.core.turns import PREDICTIONS
from tasks.core.vectors import Vector

#: Rows that are predicted at a time: bounds memory, costs nothing.
CHUNK_ROWS = 8192
#: Decimals of score points.
POINTS_DECIMALS = 2
_SMALLEST_PD = 1e-12


def engine_name() -> str:
    """What fits, predicts and explains, as kept with models and reasons."""
    return f"lightgbm-{lgb.__version__}"


class Sums(Protocol):
    """Raw log-odds per row, worked out by so many threads (all there are)."""

    def __call__(self, matrix: Matrix, threads: int | None) -> Vector: ...


@dataclass(frozen=True)
class Model:
    """A verified model: its manifest and its trees.

    `sums`: what adds up the trees in the booster's place, once it has proved to give its raw scores to the last bit.
    """

    manifest: ModelManifest
    booster: lgb.Booster
    sums: Sums | None = None

    @property
    def encoding(self) -> Encoding:
        return encoding_of(self.manifest)

    def raw(self, matrix: Matrix, threads: int | None = None) -> Vector:
        """Raw log-odds per row, worked out by so many threads (all there are)."""
        return predict_raw(self.booster, matrix, threads) if self.sums is None else self.sums(matrix, threads)


def load_booster(text: str) -> lgb.Booster:
    """The trees of a LightGBM text.

    Raises:
        VerificationError: it is no LightGBM model.
    """
    try:
        return lgb.Booster(model_str=text)
    except lgb.basic.LightGBMError as error:
        raise VerificationError(
            f"the model text cannot be read: {str(error).splitlines()[0][:200]}",
            expected="a LightGBM model in text form",
            remedy="restore the model's folder from a backup, or roll back to another version",
        ) from None


def verified_model(manifest: ModelManifest, text: str) -> Model:
    """The model, if its trees read the manifest's inputs in the manifest's order and are as many.

    Raises:
        VerificationError: names, order or number of trees differ.
    """
    booster = load_booster(text)
    found, expected = booster.feature_name(), manifest.input_names
    if found != expected:
        places = [position for position, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]]
        first = places[0] if places else min(len(found), len(expected))
        raise VerificationError(
            f"the trees read {len(found)} features and the manifest lists {len(expected)}, different from input {first + 1} on",
            expected="the same names in the same order in model.txt and manifest.json",
            where=f"model {manifest.model_version}",
            remedy="restore the model's folder from a backup, or roll back to another version",
        )
    if booster.num_trees() != manifest.n_trees:
        raise VerificationError(
            f"the model has {booster.num_trees()} trees",
            expected=f"{manifest.n_trees} trees, as the manifest says",
            where=f"model {manifest.model_version}",
            remedy="restore the model's folder from a backup, or roll back to another version",
        )
    return Model(manifest, booster)


def predict_raw(booster: lgb.Booster, matrix: Matrix, threads: int | None = None) -> Vector:
    """Raw log-odds per row, 8,192 rows at a time, worked out by so many threads (as many as the booster was made for)."""
    own: dict[str, Any] = {} if threads is None else {"num_threads": threads}
    raw = np.empty(len(matrix), dtype=np.float64)
    for start in range(0, len(matrix), CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        with PREDICTIONS.together() if threads == 1 else PREDICTIONS.alone():
            raw[rows] = booster.predict(matrix[rows], raw_score=True, **own)
    return raw


def calibrate(model: Model, raw: Vector) -> Vector:
    """Calibrated PD of raw log-odds, rounded to 12 decimals, strictly between 0 and 1."""
    return calibrated_pd(raw, model.manifest.calibration)


def predict_pd(model: Model, matrix: Matrix) -> Vector:
    """Calibrated PD per row, rounded to 12 decimals, strictly between 0 and 1."""
    return calibrate(model, model.raw(matrix))


def score_points(pd: Vector, scale: ScoreScale) -> Vector:
    """Points of a PD: `points` + `double` / ln 2 * ln(odds of being good / `odds`), rounded to 2 decimals; higher is safer.

    The PD is drawn in to [1e-12, 1 - 1e-12] first, so that the points stay finite. Source: the points-to-double-the-odds
    scale of Siddiqi, "Credit Risk Scorecards" (2006).
    """
    inside = np.clip(pd, _SMALLEST_PD, 1.0 - _SMALLEST_PD)
    log_odds = np.log1p(-inside) - np.log(inside)
    return np.asarray(np.round(scale.points + scale.double / np.log(2.0) * (log_odds - np.log(scale.odds)), POINTS_DECIMALS))
