"""Whether a model scores the hold-out as it scored the rows that it was fitted on: the PSI of its PDs."""

from __future__ import annotations

import polars as pl

from schemas.policy import BinRules
from tasks.core.binning import count_rows, freeze_subject
from tasks.core.psi import psi
from tasks.core.vectors import Vector

#: Deciles; a PD has no value of its own and no levels.
_DECILES = BinRules(numbers=10, own_share=1.0, rare_share=0.0)


def score_psi(train_pd: Vector, holdout_pd: Vector) -> float:
    """PSI of hold-out PDs over the deciles of training PDs: (q - p) ln(q / p), summed (`psi.contributions`).

    PDs of training have to be out of fold: trees know the rows that they were grown on, and score them more boldly than any
    other. NaN where a side is empty.
    """
    reference = freeze_subject(pl.Series("pd", train_pd), _DECILES, kind="score", source="pd")
    return psi(reference.n_reference, count_rows(pl.Series("pd", holdout_pd), reference))
