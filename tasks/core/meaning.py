"""What drift means: which inputs moved the score, how much of its PSI each brought, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import polars as pl

from schemas.policy import Cost, Policy
from tasks.core.encoding import Matrix
from tasks.core.psi import SMOOTHING
from tasks.core.threshold import granted
from tasks.core.vectors import Mask, Vector

#: The part of a PSI whose movers the sample does not tell apart.
UNATTRIBUTED = "(not attributed)"
#: Opposite movements that sum to more than this many times what is left of them are not divided up.
_MOST_CANCELLING = 10.0


def gain_importance(booster: lgb.Booster) -> dict[str, float]:
    """Share of each input in the gain of all splits, by the booster's own names; sums to 1 (all 0 where it never splits)."""
    gain = np.asarray(booster.feature_importance(importance_type="gain"), dtype=np.float64)
    total = float(gain.sum())
    return dict(zip(booster.feature_name(), (gain / total if total > 0 else gain).tolist(), strict=True))


def shap_importance(contributions: Matrix, names: Sequence[str]) -> dict[str, float]:
    """Share of each input in the mean absolute contribution to the log-odds; sums to 1. `contributions`: rows x inputs."""
    size = np.abs(contributions).mean(axis=0)
    total = float(size.sum())
    return dict(zip(names, (size / total if total > 0 else size).tolist(), strict=True))


def weighted_drift(rows: pl.DataFrame, importance: Mapping[str, float]) -> pl.DataFrame:
    """Drift rows with `importance` (0: the champion does not read it) and `weighted_psi` = psi x importance, largest first."""
    weight = pl.col("subject").replace_strict(dict(importance), default=0.0, return_dtype=pl.Float64).alias("importance")
    weighted = (pl.col("psi").fill_null(0.0) * pl.col("importance")).alias("weighted_psi")
    return rows.with_columns(weight).with_columns(weighted).sort("weighted_psi", "subject", descending=[True, False])


def log_odds_shift(reference: Matrix, current: Matrix, names: Sequence[str]) -> pl.DataFrame:
    """By how much each input moved the mean log-odds of default: mean contribution now less that of the reference.

    SHAP values of a row add up to its log-odds less a constant of the model (Lundberg et al., 2020), so the shifts add up to the
    shift of the mean log-odds, exactly. They say what moved the score, not why the input moved; inputs that say the same share
    what they say at the trees' will.

    Args:
        reference, current: contributions to the log-odds (tasks.core.reasons), rows x inputs; samples will do.
        names: the inputs in order.

    Returns:
        feature, shift (log-odds), by falling absolute shift, ties by name.
    """
    shift = current.mean(axis=0) - reference.mean(axis=0)
    frame = pl.DataFrame({"feature": list(names), "shift": shift}, schema={"feature": pl.String, "shift": pl.Float64})
    return frame.sort(pl.col("shift").abs(), "feature", descending=[True, False])


def _integral(values: Matrix, start: float, end: float) -> Vector:
    """The integral over ranks [start, end] within [0, 1] of rows sorted by score, each holding 1/n of the ranks."""
    n = len(values)
    ends = np.arange(1, n + 1) / n
    weights = np.clip(np.minimum(ends, end) - np.maximum(ends - 1.0 / n, start), 0.0, None)
    held = np.flatnonzero(weights > 0)
    return np.asarray(weights[held] @ values[held], dtype=np.float64)


def _sorted_by_sum(contributions: Matrix) -> Matrix:
    return contributions[np.argsort(contributions.sum(axis=1), kind="stable")]


def _edge_terms(reference_counts: Vector, current_counts: Vector) -> tuple[Vector, Vector, Vector]:
    """At each inner edge: reference rows below it, current rows below it (smoothed shares), and the edge's term of the PSI."""
    held = (reference_counts + current_counts) > 0
    p, q = (counts[held] + SMOOTHING for counts in (reference_counts, current_counts))
    p, q = p / p.sum(), q / q.sum()
    below_p, below_q = np.cumsum(p)[:-1], np.cumsum(q)[:-1]
    return below_p, below_q, (below_p - below_q) * np.diff(np.log(q / p))


def psi_by_feature(
    reference_counts: Vector, current_counts: Vector, reference: Matrix, current: Matrix, names: Sequence[str]
) -> pl.DataFrame:
    """The score's PSI divided among the inputs; the parts add up to the PSI of the counts, exactly.

    The PSI is a sum over the inner edges of its bins: sum over e of (P(e) - Q(e)) (g above e - g below e), where P and Q are the
    shares of reference and current rows below the edge and g is ln(q / p) of a bin (summation by parts). A term stands for the
    rows that crossed its edge: those with ranks between P(e) and Q(e), when reference and current rows are paired by the rank of
    their log-odds. It is divided among the inputs as the movement of exactly these rows is: the difference of their mean
    contributions, current less reference, over the difference of their mean log-odds. (It is the Aumann-Shapley value of g along
    the straight lines between paired rows, averaged over the rows that cross an edge.)

    Limits: a part may be negative: that input alone would have moved the score the other way. The pairing is by rank, not by
    person. The samples divide each term; its size comes from the counts. Where the movements of a term's rows cancel (they sum
    to more than 10 times what is left) or the sample has none, the term goes to `(not attributed)`, which without drift is most
    of a PSI that is small anyway.

    Args:
        reference_counts, current_counts: rows per bin of the score, bins in order of rising PD, missing bins left out.
        reference, current: contributions of a sample of each side, rows x inputs.
        names: the inputs in order.

    Returns:
        feature, psi (its part), by falling absolute part, ties by name; `(not attributed)` is the last row.
    """
    ordered = _sorted_by_sum(reference), _sorted_by_sum(current)
    parts, left = np.zeros(len(names)), 0.0
    for below_p, below_q, term in zip(*_edge_terms(reference_counts, current_counts), strict=True):
        start, end = min(below_p, below_q), max(below_p, below_q)
        moved = _integral(ordered[1], start, end) - _integral(ordered[0], start, end)
        total = float(moved.sum())
        if np.abs(moved).sum() <= _MOST_CANCELLING * abs(total) and total != 0.0:
            parts += term * moved / total
        else:
            left += float(term)
    frame = pl.DataFrame({"feature": list(names), "psi": parts}, schema={"feature": pl.String, "psi": pl.Float64})
    rest = pl.DataFrame({"feature": [UNATTRIBUTED], "psi": [left]})
    return pl.concat([frame.sort(pl.col("psi").abs(), "feature", descending=[True, False]), rest])


@dataclass(frozen=True)
class Book:
    """Sums over a set of applications that money is computed from; a PD counts as 12 decimals.

    `n_granted` and `sum_pd_granted` are of the approved; `n_band` and `sum_pd_band` of those whose PD alone would be approved,
    whatever a hard rule or a want of input said.
    """

    n: int
    n_granted: int
    sum_pd_granted: float
    n_band: int
    sum_pd_band: float


@dataclass(frozen=True)
class Money:
    """What drift costs, per application in the policy's currency; positive is dearer. The three parts add up to `change`.

    `reference` and `current` are expected costs per application. `by_approvals`: more or fewer are approved, at the cost of an
    average approval; `by_risk`: those approved carry another risk; `by_rules`: hard rules and want of input took other applicants
    out than in the reference, whom their PD would have approved. `total` is the change times the `n` applications of
    the window. Approval rates are shares.
    """

    n: int
    reference: float
    current: float
    change: float
    by_approvals: float
    by_risk: float
    by_rules: float
    total: float
    approval_rate_reference: float
    approval_rate: float
    mean_pd_granted_reference: float | None
    mean_pd_granted: float | None


def book_of(pd: Vector, is_granted: Mask, threshold: float, policy: Policy) -> Book:
    """The sums of a set of PDs; the bands are the policy's multiples of the champion's threshold."""
    in_band = granted(pd, threshold, policy)
    sums = [float(pd[rows].sum()) for rows in (is_granted, in_band)]
    return Book(len(pd), int(is_granted.sum()), sums[0], int(in_band.sum()), sums[1])


def reference_book(pd: Vector, threshold: float, policy: Policy) -> Book:
    """The same of out-of-fold PDs under the policy in force, where the bands alone decide."""
    return book_of(pd, granted(pd, threshold, policy), threshold, policy)


def granted_cost(mean_pd: float, cost: Cost) -> float:
    """Expected cost of one granted loan of that PD; a gain is negative."""
    return mean_pd * cost.granted_default + (1.0 - mean_pd) * cost.granted_repaid


def expected_cost(n: int, n_granted: int, sum_pd_granted: float, cost: Cost) -> float:
    """Expected cost per application: granted ones by their PDs, others (review too) at `refused`, and `constant` for all."""
    granted = sum_pd_granted * cost.granted_default + (n_granted - sum_pd_granted) * cost.granted_repaid
    return (granted + (n - n_granted) * cost.refused) / n + cost.constant


def _mean(total: float, n: int) -> float | None:
    return total / n if n else None


def money_of_drift(current: Book, reference: Book, cost: Cost) -> Money | None:
    """The change in approvals and in expected cost that other applicants bring at a fixed policy; None where a side is empty.

    Between the bands of the reference and tonight's the change is divided evenly (each part at the mean of the other's two
    values: the Shapley value of two factors, Marshall and Edgeworth's in index numbers), so that neither order is preferred.
    A side that approves nobody lends the other's risk. What is expected follows the PDs: it holds while the champion is
    calibrated, which outcomes alone can tell.
    """
    if not (current.n and reference.n):
        return None
    before, now = (expected_cost(side.n, side.n_granted, side.sum_pd_granted, cost) for side in (reference, current))
    by_bands = [expected_cost(side.n, side.n_band, side.sum_pd_band, cost) for side in (reference, current)]
    risks = [_mean(side.sum_pd_band, side.n_band) for side in (reference, current)]
    old_risk, new_risk = (risks[0] if risks[0] is not None else risks[1]), (risks[1] if risks[1] is not None else risks[0])
    old_price, new_price = (granted_cost(risk or 0.0, cost) for risk in (old_risk, new_risk))
    old_rate, new_rate = reference.n_band / reference.n, current.n_band / current.n
    return Money(
        n=current.n,
        reference=before,
        current=now,
        change=now - before,
        by_approvals=(new_rate - old_rate) * ((old_price + new_price) / 2.0 - cost.refused),
        by_risk=(new_rate + old_rate) / 2.0 * (new_price - old_price),
        by_rules=(now - by_bands[1]) - (before - by_bands[0]),
        total=(now - before) * current.n,
        approval_rate_reference=reference.n_granted / reference.n,
        approval_rate=current.n_granted / current.n,
        mean_pd_granted_reference=_mean(reference.sum_pd_granted, reference.n_granted),
        mean_pd_granted=_mean(current.sum_pd_granted, current.n_granted),
    )
