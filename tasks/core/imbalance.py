"""What is done about the few defaults among the rows to fit on; calibration on natural rows takes it out of the PD again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from schemas.parameters import Imbalance
from tasks.core.encoding import Matrix
from tasks.core.folds import Ids, id_hash
from tasks.core.vectors import Mask, Vector

#: Repaid loans per default after undersampling, and after defaults were added by SMOTE.
GOODS_PER_BAD = 3
_NEIGHBOURS = 5
_SALT = 0x5A3
#: A column's share that is missing counts little beside its value when neighbours are looked for.
_FLAG_WEIGHT = 0.5


class Sample(NamedTuple):
    """What a candidate is fitted on: one row per application version or invented default. A default counts `bad_weight` times."""

    matrix: Matrix
    target: Vector
    bad_weight: float = 1.0

    @property
    def weight(self) -> Vector:
        """Per row."""
        return np.where(self.target == 1, self.bad_weight, 1.0)

    @property
    def odds(self) -> float:
        """Defaults per good row, as they count here."""
        n_bad = float(self.target.sum())
        return self.bad_weight * n_bad / (len(self.target) - n_bad)


def undersampled(ids: Ids, target: Vector, rows: Mask) -> Mask:
    """Those of `rows` that stay: every default, and the goods with the lowest hashes of their ids, three per default."""
    n_goods = GOODS_PER_BAD * int(target[rows].sum())
    goods = np.flatnonzero(rows & (target == 0))
    kept = goods[np.argsort(id_hash(ids[goods], _SALT), kind="stable")[:n_goods]]
    mask: Mask = rows & (target == 1)
    mask[kept] = True
    return mask


def bad_weight(target: Vector) -> float:
    """Goods per default: with it both outcomes weigh the same."""
    n_bad = float(target.sum())
    return (len(target) - n_bad) / n_bad


def _medians(matrix: Matrix) -> Vector:
    """Per column, 0 where nothing is known."""
    known = ~np.isnan(matrix).all(axis=0)
    medians = np.zeros(matrix.shape[1])
    medians[known] = np.nanmedian(matrix[:, known], axis=0)
    return medians


def _synthetic(known: Matrix, n_rows: int, seed: int) -> Matrix:
    """`n_rows` points between neighbours among `known` rows (Chawla et al., "SMOTE", 2002), by imbalanced-learn."""
    from imblearn.over_sampling import SMOTE

    # it wants a second outcome: one row of it, which is neither neighbour nor result
    rows = np.vstack([known, np.zeros((1, known.shape[1]))])
    outcome = np.append(np.ones(len(known)), 0.0)
    neighbours = min(_NEIGHBOURS, len(known) - 1)
    smote = SMOTE(sampling_strategy={1: len(known) + n_rows}, k_neighbors=neighbours, random_state=seed)
    made, _ = smote.fit_resample(rows, outcome)
    return np.asarray(made[len(rows) :], dtype=np.float64)


def _whole(matrix: Matrix) -> Mask:
    """Columns whose known values are whole numbers: counts, flags, days, codes of texts."""
    return np.asarray(np.all(np.isnan(matrix) | (matrix == np.round(matrix)), axis=0))


def smote_rows(bads: Matrix, n_rows: int, seed: int) -> Matrix:
    """Invented defaults between real ones.

    Columns are scaled, and missing values take the median of the defaults, so that there are distances. What is missing in an
    invented row is what is missing in the nearer of its two parents, and what is a whole number in every default is one in an
    invented row: otherwise trees would learn to tell invented rows from real ones.
    """
    missing = np.isnan(bads)
    medians = _medians(bads)
    filled = np.where(missing, medians, bads)
    spread = filled.std(axis=0)
    spread[spread == 0] = 1.0
    gaps = missing.any(axis=0)
    made = _synthetic(np.hstack([(filled - medians) / spread, _FLAG_WEIGHT * missing[:, gaps]]), n_rows, seed)
    values = made[:, : bads.shape[1]] * spread + medians
    whole = _whole(bads)
    values[:, whole] = np.round(values[:, whole])
    is_gap = np.zeros(values.shape, dtype=np.bool_)
    is_gap[:, gaps] = made[:, bads.shape[1] :] > _FLAG_WEIGHT / 2
    values[is_gap] = np.nan
    return np.asarray(values)


def balanced(matrix: Matrix, target: Vector, imbalance: Imbalance, seed: int) -> Sample:
    """What is fitted on, from natural rows (undersampled ones come undersampled: see `undersampled`)."""
    if imbalance is Imbalance.CLASS_WEIGHTS:
        return Sample(matrix, target, bad_weight(target))
    if imbalance is not Imbalance.SMOTE:
        return Sample(matrix, target)
    bads = matrix[target == 1]
    wanted = (len(target) - len(bads)) // GOODS_PER_BAD - len(bads)
    if wanted <= 0:
        return Sample(matrix, target)
    made = smote_rows(bads, wanted, seed)
    return Sample(np.vstack([matrix, made]), np.concatenate([target, np.ones(wanted)]))
