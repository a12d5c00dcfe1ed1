"""Rows to fit on, dealt into folds: what depends on data (selection, codes, balance) comes from the other folds alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.parameters import Imbalance
from tasks.core.encoding import Encoding, Matrix, TextCodes, fit_codes, to_matrix
from tasks.core.folds import Ids
from tasks.core.imbalance import Sample, bad_weight, balanced, undersampled
from tasks.core.vectors import Mask, Vector


@dataclass(frozen=True)
class TrainingRows:
    """Rows to fit on, in a fixed order: features and target (1 for a default, else 0)."""

    features: pl.DataFrame
    target: pl.Series

    def take(self, rows: npt.NDArray[np.bool_]) -> TrainingRows:
        """The rows of the mask."""
        mask = pl.Series(rows)
        return TrainingRows(self.features.filter(mask), self.target.filter(mask))

    def keep(self, names: Sequence[str]) -> TrainingRows:
        """The same rows with these features alone."""
        return TrainingRows(self.features.select(names), self.target)

    @property
    def text_columns(self) -> list[str]:
        return [name for name, kind in self.features.schema.items() if kind == pl.String]

    def codes(self) -> TextCodes:
        """Codes of the text columns, by these rows' default rates."""
        return fit_codes(self.features, self.target, self.text_columns)

    def matrix(self, codes: TextCodes) -> Matrix:
        return to_matrix(self.features, Encoding(tuple(self.features.columns), codes))

    @property
    def y(self) -> Vector:
        return self.target.cast(pl.Float64).to_numpy()


@dataclass(frozen=True)
class Prepared:
    """What a candidate is fitted on, with the inputs and codes that belong to it."""

    encoding: Encoding
    sample: Sample

    @property
    def text_positions(self) -> list[int]:
        """Columns of the matrix that hold codes of texts."""
        names, texts = self.encoding.names, self.encoding.codes.levels
        return [position for position, name in enumerate(names) if name in texts]


@dataclass(frozen=True)
class PreparedFold(Prepared):
    """The same of all folds but one, with the natural rows of that one.

    `held_weight` is what a default of that one has to count for its log loss to mean the same as the sample's.
    """

    held: Mask
    matrix: Matrix
    target: Vector
    held_weight: float = 1.0


@dataclass(frozen=True)
class Folds:
    """Rows to fit on with their folds. `names` are the inputs selected without each fold, `all_names` those from all rows."""

    rows: TrainingRows
    ids: Ids
    fold: npt.NDArray[np.int64]
    names: tuple[tuple[str, ...], ...]
    all_names: tuple[str, ...]
    imbalance: Imbalance = Imbalance.NONE
    seed: int = 0

    @property
    def n_folds(self) -> int:
        return len(self.names)

    def _prepare(self, mask: Mask, names: Sequence[str]) -> Prepared:
        rows = self.rows.keep(names)
        natural = rows.take(mask)
        codes = natural.codes()  # from natural rows: their rates are those of the portfolio
        if self.imbalance is Imbalance.UNDERSAMPLING:
            natural = rows.take(undersampled(self.ids, self.rows.y, mask))
        encoding = Encoding(tuple(names), codes)
        return Prepared(encoding, balanced(natural.matrix(codes), natural.y, self.imbalance, self.seed))

    def without(self, number: int) -> PreparedFold:
        """Everything fitted without fold `number`, and that fold's rows."""
        held = self.fold == number
        prepared = self._prepare(~held, self.names[number])
        rows = self.rows.keep(self.names[number]).take(held)
        matrix, target = rows.matrix(prepared.encoding.codes), rows.y
        natural = self.imbalance is Imbalance.NONE
        weight = 1.0 if natural else prepared.sample.odds * bad_weight(target)
        return PreparedFold(prepared.encoding, prepared.sample, held, matrix, target, weight)

    def everything(self) -> Prepared:
        """All rows, for the final fit."""
        return self._prepare(np.ones(len(self.fold), dtype=np.bool_), self.all_names)


def plain_folds(rows: TrainingRows, fold: npt.NDArray[np.int64]) -> Folds:
    """Folds with every feature, and rows as they are."""
    names = tuple(rows.features.columns)
    ids = np.arange(len(fold), dtype=np.int64)
    return Folds(rows, ids, fold, (names,) * (int(fold.max()) + 1), names)
