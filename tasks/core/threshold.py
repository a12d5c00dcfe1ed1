"""The PD from which a loan is no longer granted."""

from __future__ import annotations

import numpy as np

from schemas.policy import Cost, Policy
from tasks.core.vectors import Mask, Vector


def granted(pd: Vector, threshold: float, policy: Policy) -> Mask:
    """Who is granted a loan by the PD alone: below the policy's multiple of the threshold; review counts as refusal."""
    return np.asarray(pd < policy.bands.review_from * threshold)


def optimal_threshold(target: Vector, pd: Vector, cost: Cost) -> float:
    """The threshold with the lowest policy cost on these rows, where a loan is granted iff PD < threshold.

    Exact: every way to cut the rows between two different PDs is tried, in one sort and two sums. A cut below a PD is
    that PD itself; granting everyone is the middle between the largest PD and 1. Of equal costs the lowest threshold
    counts, which grants least. `pd` lies strictly between 0 and 1.
    """
    order = np.argsort(pd, kind="stable")
    ordered, bad = pd[order], target[order]
    n_bad = np.concatenate(([0.0], np.cumsum(bad)))
    n_good = np.arange(len(bad) + 1) - n_bad
    # cost of granting the first k rows, against refusing all: the rest is the same for every k
    costs = n_bad * (cost.granted_default - cost.refused) + n_good * (cost.granted_repaid - cost.refused)
    cuts = np.append(ordered, (ordered[-1] + 1.0) / 2.0)
    is_cut = np.concatenate(([True], ordered[1:] != ordered[:-1], [True]))
    return float(cuts[is_cut][np.argmin(costs[is_cut])])
