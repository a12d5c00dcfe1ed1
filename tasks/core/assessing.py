"""Everything that the model makes of rows, in one pass over them as its inputs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import polars as pl

from schemas.tables import table
from tasks.core.encoding import Matrix, hex_digests, parts_of, row_digests, side_by_side
from tasks.core.quality import Found, Quality, inputs_of, is_insufficient, look_at, quality_of
from tasks.core.scoring import Model, calibrate
from tasks.core.vectors import Mask, Vector

Made = TypeVar("Made")

#: What of a model's inputs is delivered as it stands.
APPLICATION_COLUMNS = frozenset(table("application").column_names)


@dataclass(frozen=True)
class AssessedRows:
    """Of rows in the order given: calibrated PD, quality record, and the hash of their inputs."""

    pd: Vector
    quality: Quality
    sha256: pl.Series


def assess_rows(model: Model, features: pl.DataFrame, absent_tables: Sequence[str], min_filled_share: float) -> AssessedRows:
    """Sums the trees of each row, looks at what its inputs lack and hashes them, some rows after the others.

    Args:
        model: who scores.
        features: application_id and batch_id, and the features that the model reads.
        absent_tables: history tables that usually arrive and are absent that day.
        min_filled_share: least share of filled inputs, in [0, 1].

    Raises:
        VerificationError: an input is not among the features, or is text where numbers are expected or the reverse.
    """
    inputs = inputs_of(model.manifest, APPLICATION_COLUMNS)

    def assess(matrix: Matrix) -> tuple[Vector, list[bytes], Found]:
        return model.raw(matrix, threads=1), row_digests(matrix), look_at(matrix, inputs)

    parts = _of_parts(model, features, assess)
    quality = quality_of(features, inputs, [found for _, _, found in parts], absent_tables, min_filled_share)
    digests = [digest for _, digests, _ in parts for digest in digests]
    return AssessedRows(_pd(model, [raw for raw, _, _ in parts]), quality, hex_digests(digests))


def predict_rows(model: Model, features: pl.DataFrame, min_filled_share: float) -> tuple[Vector, Mask]:
    """Of rows in the order given: calibrated PD, and whether less than that share of the inputs is filled.

    Raises:
        VerificationError: as `assess_rows`.
    """
    inputs = inputs_of(model.manifest, APPLICATION_COLUMNS)

    def predict(matrix: Matrix) -> tuple[Vector, Mask]:
        return model.raw(matrix, threads=1), is_insufficient(matrix, inputs, min_filled_share)

    parts = _of_parts(model, features, predict)
    return _pd(model, [raw for raw, _ in parts]), np.concatenate([np.empty(0, dtype=np.bool_), *(lack for _, lack in parts)])


def _of_parts(model: Model, features: pl.DataFrame, work: Callable[[Matrix], Made]) -> list[Made]:
    """What `work` makes of the rows as the model's inputs, part by part in order, as many at once as there are cores."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        return list(threads.map(lambda part: work(side_by_side(part)), parts_of(features, model.encoding)))


def _pd(model: Model, raw: Sequence[Vector]) -> Vector:
    return calibrate(model, np.concatenate([np.empty(0), *raw]))
