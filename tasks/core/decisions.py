"""From PD to decision: hard rules first, then what lacks input, then the policy's bands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.errors import VerificationError
from schemas.policy import HardRule, Policy
from tasks.core.threshold import granted
from tasks.core.vectors import Mask, Vector

BY_SCORE = "score"
#: Too few inputs are filled; a usual history table is absent.
BY_INSUFFICIENT_INPUT = "Q01"
BY_MISSING_HISTORY = "Q02"

_Text = npt.NDArray[np.str_]


def fires(rule: HardRule, inputs: pl.DataFrame) -> Mask:
    """Where the rule holds. A missing value never fires it.

    Raises:
        VerificationError: the rule's feature is not among the inputs, or is not a number.
    """
    if rule.feature not in inputs.columns or not inputs.schema[rule.feature].is_numeric():
        raise VerificationError(
            f"hard rule {rule.code} reads {rule.feature!r}, which is no numeric feature of the model",
            expected="a numeric feature by its name in schemas/features.py",
            where="hard_rules of the policy",
            remedy="mend the rule and run `loanwatch policy apply`",
        )
    value = inputs[rule.feature].cast(pl.Float64).fill_null(np.nan).to_numpy()
    with np.errstate(invalid="ignore"):
        if rule.operator == "<":
            return np.asarray(value < rule.value)
        if rule.operator == "<=":
            return np.asarray(value <= rule.value)
        if rule.operator == ">":
            return np.asarray(value > rule.value)
        if rule.operator == ">=":
            return np.asarray(value >= rule.value)
        return np.asarray(value == rule.value)


def _overrule(decision: _Text, decided_by: _Text, settled: Mask, rules: Sequence[tuple[Mask, str, str]]) -> None:
    """Writes each rule's decision and code where nothing before it has settled the row."""
    for holds, outcome, code in rules:
        now = holds & ~settled
        decision[now], decided_by[now] = outcome, code
        settled |= now


def decide(
    pd: Vector, threshold: float, policy: Policy, inputs: pl.DataFrame, insufficient: Mask, missing_history: Mask
) -> pl.DataFrame:
    """Decision and what decided it, one row per application in the order given.

    The first of these that holds decides: a hard rule that declines, in the policy's order; a hard rule that reviews;
    too little input (Q01); a missing usual history (Q02); the bands: `approve` below review_from * threshold,
    `decline` from decline_from * threshold, `review` between. Q01 and Q02 give `review` whatever the PD says.

    Args:
        pd: calibrated PDs.
        threshold: the model's threshold on the PD.
        policy: the policy in force.
        inputs: one row per PD, with the features that hard rules read.
        insufficient: rows with less than the policy's share of filled inputs.
        missing_history: rows of a delivery that lacks a history table which usually arrives.

    Returns:
        Columns `decision` and `decided_by` (`score`, H.. or Q..).

    Raises:
        VerificationError: a hard rule reads what is no numeric feature.
    """
    fired = {
        outcome: [(fires(rule, inputs), outcome, rule.code) for rule in policy.hard_rules if rule.decision == outcome]
        for outcome in ("decline", "review")
    }
    quality = [(insufficient, "review", BY_INSUFFICIENT_INPUT), (missing_history, "review", BY_MISSING_HISTORY)]
    everyone = np.ones(len(pd), dtype=np.bool_)
    bands = [
        (pd >= policy.bands.decline_from * threshold, "decline", BY_SCORE),
        (~granted(pd, threshold, policy), "review", BY_SCORE),
        (everyone, "approve", BY_SCORE),
    ]
    decision, decided_by = np.empty(len(pd), dtype="<U7"), np.empty(len(pd), dtype="<U5")
    _overrule(decision, decided_by, ~everyone, [*fired["decline"], *fired["review"], *quality, *bands])
    return pl.DataFrame({"decision": decision, "decided_by": decided_by}, schema={"decision": pl.String, "decided_by": pl.String})
