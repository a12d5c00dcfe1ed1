"""Which rows are held out and which fold a row is in: by hashes of the applicant's id, never by the order of rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]

HOLDOUT_SHARE = 0.2
#: Fixed for ever: an applicant once held out is held out of every training to come.
_HOLDOUT_SALT = 0x10A2
_TWO_64 = 2.0**64


def id_hash(ids: Ids, salt: int) -> npt.NDArray[np.uint64]:
    """64 well-mixed bits per id: the finaliser of SplitMix64 (Steele, Lea, Flood, 2014), the same on every machine."""
    mixed = ids.astype(np.uint64) + np.uint64((salt + 1) * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def is_held_out(ids: Ids, share: float = HOLDOUT_SHARE) -> npt.NDArray[np.bool_]:
    """Rows of the applicants whose hash lies in the lowest `share`: all versions of an applicant, or none."""
    return np.asarray(id_hash(ids, _HOLDOUT_SALT) / _TWO_64 < share)


def assign_folds(ids: Ids, target: npt.NDArray[np.float64], n_folds: int, seed: int) -> npt.NDArray[np.int64]:
    """Fold 0..n_folds-1 of each row: applicants in order of their hash are dealt out, those with a default apart.

    So folds have equal default rates, all versions of an applicant share a fold, and neither the order of rows nor the
    data beside ids and targets has a say.
    """
    applicants, first = np.unique(ids, return_inverse=True)
    has_default = np.zeros(len(applicants), dtype=np.bool_)
    np.logical_or.at(has_default, first, target == 1)
    order = np.lexsort((applicants, id_hash(applicants, seed), has_default))
    fold = np.empty(len(applicants), dtype=np.int64)
    fold[order] = np.arange(len(applicants)) % n_folds
    return fold[first]
