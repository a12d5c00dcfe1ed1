"""Whether reasons computed by another engine are those that this one finds, but for the last unit of their rounding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from schemas.policy import Policy
from tasks.core.reasons import CONTRIBUTION_DECIMALS, NO_SINGLE_REASON, group_positions

#: What is compared of a reason; a list of such tuples by rank is what an applicant was told.
REASON_FIELDS = ("rank", "reason_code", "reason_text", "contribution", "feature")
StoredReasons = list[tuple[Any, ...]]

#: Two engines agree to about 3e-6, so that after rounding they are at most one unit apart; half a unit more for the sum of both.
TOLERANCE = 1.5 * 10.0**-CONTRIBUTION_DECIMALS


def _is_rule(reason: tuple[Any, ...]) -> bool:
    return reason[3] is None and reason[1] != NO_SINGLE_REASON


def agrees_with(
    told: StoredReasons, mine: StoredReasons, values: npt.NDArray[np.float64], names: Sequence[str], policy: Policy
) -> bool:
    """Whether the reasons told are a right ranking of these contributions, each within `TOLERANCE`. To tell none never is.

    Rules have to be equal. Of the groups: each weighs what was told, they fall in order, the feature named is one that raised the
    group most, texts are the policy's, and none that was left out weighs more than the last one told, or more than nothing where
    there was room.

    Args:
        told: the stored reasons by rank.
        mine: those that this engine gives.
        values: this engine's contribution of each input to the row.
        names: the inputs in order.
        policy: the policy that decided.
    """
    rules = [reason for reason in told if _is_rule(reason)]
    ranks = [reason[0] for reason in told]
    if not told or rules != [reason for reason in mine if _is_rule(reason)] or ranks != list(range(1, len(told) + 1)):
        return False
    groups = [reason for reason in told if reason[3] is not None]
    if len(groups) + len(rules) != len(told):  # R00: nothing weighs anything
        text = policy.reasons.no_single_reason
        return [(reason[1], reason[2]) for reason in told] == [(NO_SINGLE_REASON, text)] and _left_out(
            [], values, names, policy, 0.0
        )
    room = policy.reasons.maximum > len(told)
    floor = 0.0 if room or not groups else groups[-1][3]
    falling = all(first[3] >= second[3] for first, second in pairwise(groups))
    return (
        falling
        and all(_is_right(item, values, names, policy) for item in groups)
        and _left_out(groups, values, names, policy, floor)
    )


def _sum_of(code: str, values: npt.NDArray[np.float64], names: Sequence[str], policy: Policy) -> npt.NDArray[np.float64]:
    """The contributions of the inputs in the group of that code."""
    codes = [group.code for group in policy.reasons.groups]
    if code not in codes:
        return np.empty(0)
    return np.asarray(values[group_positions(names, policy.reasons) == codes.index(code)])


def _is_right(reason: tuple[Any, ...], values: npt.NDArray[np.float64], names: Sequence[str], policy: Policy) -> bool:
    _, code, text, contribution, feature = reason
    texts = {group.code: group.text for group in policy.reasons.groups}
    inside = _sum_of(code, values, names, policy)
    if texts.get(code) != text or feature not in names or inside.size == 0:
        return False
    position = list(names).index(feature)
    in_group = [group.code for group in policy.reasons.groups][group_positions(names, policy.reasons)[position]] == code
    return bool(in_group and abs(inside.sum() - contribution) <= TOLERANCE and values[position] >= inside.max() - TOLERANCE)


def _left_out(groups: StoredReasons, values: npt.NDArray[np.float64], names: Sequence[str], policy: Policy, floor: float) -> bool:
    """Whether no group that was not told weighs more than `floor`."""
    told = {reason[1] for reason in groups}
    others = [group.code for group in policy.reasons.groups if group.code not in told]
    return all(_sum_of(code, values, names, policy).sum() <= floor + TOLERANCE for code in others)
