"""What a model is worth: one definition per figure, each from probabilities. Targets are 1 for a default, else 0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.metrics import log_loss as sklearn_log_loss
from sklearn.metrics import roc_auc_score, roc_curve

from schemas.manifest import Metrics, ReliabilityBin
from schemas.policy import Cost

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: What a granted default counts in `cost_per_application`, against 1 for a refused good.
FALSE_NEGATIVE_COST = 10.0
BOOTSTRAP_DRAWS = 400


def auc(target: Vector, score: Vector) -> float:
    """Area under the ROC curve: the chance that a default scores above a good one, ties as half."""
    return float(roc_auc_score(target, score))


def gini(target: Vector, score: Vector) -> float:
    """2 AUC - 1."""
    return 2.0 * auc(target, score) - 1.0


def ks(target: Vector, score: Vector) -> float:
    """Kolmogorov-Smirnov: the largest distance between the distribution functions of defaults and goods, 0 to 1."""
    false_positive, true_positive, _ = roc_curve(target, score)
    return float(np.max(np.abs(true_positive - false_positive)))


def brier(target: Vector, pd: Vector) -> float:
    """Mean squared error of the PD."""
    return float(np.mean((pd - target) ** 2))


def log_loss(target: Vector, pd: Vector) -> float:
    """Mean negative log-likelihood, in nats."""
    return float(sklearn_log_loss(target, pd, labels=[0, 1]))


def cost_rows(target: Vector, is_granted: Mask) -> Vector:
    """Per row: 10 for a granted default (FN), 1 for a refused good (FP), else 0."""
    return np.where(is_granted, FALSE_NEGATIVE_COST * target, 1.0 - target)


def cost_per_application(target: Vector, is_granted: Mask) -> float:
    """(10 FN + FP) / n, the figure by which models are compared; review counts as refusal."""
    return float(np.mean(cost_rows(target, is_granted)))


def policy_cost(target: Vector, is_granted: Mask, cost: Cost) -> float:
    """Mean cost per applicant in the policy's currency: what the threshold minimises."""
    granted = np.where(target == 1, cost.granted_default, cost.granted_repaid)
    return float(np.mean(np.where(is_granted, granted, cost.refused))) + cost.constant


def approval_rate(is_granted: Mask) -> float:
    """Share of granted applications."""
    return float(np.mean(is_granted))


def reliability(target: Vector, pd: Vector, n_bins: int = 10) -> list[ReliabilityBin]:
    """Mean PD against default rate in bins of equal count, by rising PD; bounds are the extremes inside each bin."""
    order = np.argsort(pd, kind="stable")
    return [
        ReliabilityBin(
            lower=float(pd[rows[0]]),
            upper=float(pd[rows[-1]]),
            n_rows=len(rows),
            mean_pd=float(np.mean(pd[rows])),
            default_rate=float(np.mean(target[rows])),
        )
        for rows in np.array_split(order, n_bins)
        if len(rows)
    ]


class _Ranking(NamedTuple):
    """Rows in rising order of a score, and where each group of equal scores starts."""

    order: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]


def _ranking(score: Vector) -> _Ranking:
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return _Ranking(order, starts)


def _weighted_auc(target: Vector, ranking: _Ranking, weight: Vector) -> float:
    """AUC of rows that count `weight` times, from a sort done once: Mann-Whitney over groups of equal score.

    NaN where the weights leave no default or no good row.
    """
    bad = np.add.reduceat((target * weight)[ranking.order], ranking.starts)
    good = np.add.reduceat(((1.0 - target) * weight)[ranking.order], ranking.starts)
    below = np.cumsum(good) - good
    n_pairs = float(np.sum(bad) * np.sum(good))
    return float(np.sum(bad * (below + 0.5 * good)) / n_pairs) if n_pairs else float("nan")


def bootstrap_weights(n_rows: int, n_draws: int, seed: int) -> Iterator[Vector]:
    """How often each row stands in each resample. Only resamples of the same seed may be paired."""
    generator = np.random.default_rng(seed)
    for _ in range(n_draws):
        drawn = generator.integers(0, n_rows, n_rows)
        yield np.bincount(drawn, minlength=n_rows).astype(np.float64)


def _interval(statistic: Callable[[Vector], float], n_rows: int, n_draws: int, seed: int) -> tuple[float, float]:
    draws = [statistic(weight) for weight in bootstrap_weights(n_rows, n_draws, seed)]
    # only a handful of rows can give a resample without both outcomes: it has no AUC and does not count
    lower, upper = np.nanquantile(draws, [0.025, 0.975])
    return float(lower), float(upper)


def auc_interval(target: Vector, score: Vector, *, n_draws: int = BOOTSTRAP_DRAWS, seed: int = 0) -> tuple[float, float]:
    """95 % percentile bootstrap bounds of the AUC."""
    ranking = _ranking(score)
    return _interval(lambda weight: _weighted_auc(target, ranking, weight), len(target), n_draws, seed)


def auc_difference_interval(
    target: Vector, score: Vector, other: Vector, *, n_draws: int = BOOTSTRAP_DRAWS, seed: int = 0
) -> tuple[float, float]:
    """95 % bounds of AUC(score) - AUC(other), both on the same resamples."""
    mine, others = _ranking(score), _ranking(other)
    return _interval(
        lambda weight: _weighted_auc(target, mine, weight) - _weighted_auc(target, others, weight), len(target), n_draws, seed
    )


def mean_interval(values: Vector, *, n_draws: int = BOOTSTRAP_DRAWS, seed: int = 0) -> tuple[float, float]:
    """95 % bounds of a mean over rows: of a cost, or of the difference of two costs of the same rows."""
    return _interval(lambda weight: float(values @ weight) / len(values), len(values), n_draws, seed)


def metrics_of(target: Vector, pd: Vector, threshold: float, *, seed: int = 0) -> Metrics:
    """Every figure of one set of rows at a threshold: granted where PD < threshold."""
    is_granted = pd < threshold
    losses = cost_rows(target, is_granted)
    return Metrics(
        n_rows=len(target),
        n_bad=int(target.sum()),
        auc=auc(target, pd),
        auc_interval=auc_interval(target, pd, seed=seed),
        gini=gini(target, pd),
        ks=ks(target, pd),
        brier=brier(target, pd),
        log_loss=log_loss(target, pd),
        cost=cost_per_application(target, is_granted),
        cost_interval=mean_interval(losses, seed=seed),
        cost_approve_all=cost_per_application(target, np.ones(len(target), dtype=np.bool_)),
        approval_rate=approval_rate(is_granted),
    )
