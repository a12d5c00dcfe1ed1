"""Fitting the candidates that LightGBM is measured against, on the same folds; nothing here sees the hold-out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from schemas.parameters import Candidate
from tasks.core.candidates import TITLES, fit_candidate, raw_scores, settings_of
from tasks.core.encoding import Matrix
from tasks.core.fitting import Progress
from tasks.core.matrices import Folds, Prepared
from tasks.core.records import RawScores
from tasks.core.vectors import Vector


@dataclass
class FittedCandidate:
    """A candidate's scores of the rows fitted on, and the pipeline fitted on all of them."""

    candidate: Candidate
    out_of_fold: Vector
    train: Vector
    pipeline: Any = None
    seconds: float = 0.0

    def scored(self, holdout: Matrix, n_rows: int) -> RawScores:
        """With the raw scores of the hold-out's matrix."""
        started = time.perf_counter()
        raw = raw_scores(self.pipeline, holdout)
        self.seconds += time.perf_counter() - started
        settings = settings_of(self.candidate, n_rows)
        return RawScores(self.candidate, settings, self.train, self.out_of_fold, raw, self.seconds)


def _fit(item: FittedCandidate, prepared: Prepared, seed: int) -> None:
    started = time.perf_counter()
    item.pipeline = fit_candidate(item.candidate, prepared, seed)
    item.seconds += time.perf_counter() - started


def fit_yardstick(
    folds: Folds, candidates: Sequence[Candidate], everything: Prepared, seed: int, progress: Progress
) -> list[FittedCandidate]:
    """Each candidate on each fold's other rows, then on all; the folds one after the other, so that one matrix lives at a time.

    Args:
        folds: the folds that LightGBM was fitted on.
        candidates: all but LightGBM.
        everything: what the final fit of LightGBM was fitted on.
        seed: of the candidates that draw.
        progress: is told each fit.
    """
    if not candidates:
        return []
    n_rows = len(folds.fold)
    items = [FittedCandidate(candidate, np.empty(n_rows), np.empty(n_rows)) for candidate in candidates]
    for number in range(folds.n_folds):
        part = folds.without(number)
        for item in items:
            progress(f"{TITLES[item.candidate]}: fold {number + 1} of {folds.n_folds}")
            _fit(item, part, seed)
            item.out_of_fold[part.held] = raw_scores(item.pipeline, part.matrix)
    natural = folds.rows.keep(everything.encoding.names).matrix(everything.encoding.codes)
    for item in items:
        progress(f"{TITLES[item.candidate]}: all rows")
        _fit(item, everything, seed)
        item.train = raw_scores(item.pipeline, natural)
    return items
