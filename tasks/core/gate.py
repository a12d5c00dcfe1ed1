"""The gate: challenger against champion on rows that neither was fitted on, each rule of the policy with what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from schemas.gate import GateComparison, GateFinding, Verdict
from schemas.model_rules import FairnessProfile, GateRules
from schemas.policy import Policy
from schemas.training_record import FairnessRow, Figure
from tasks.core.fairness import fairness_rows, not_judged, passes
from tasks.core.metrics import bounded_figures, observed_over_expected, paired_difference
from tasks.core.resampling import ONE_SIDED
from tasks.core.vectors import Mask, Vector

DRAWS = 1000
#: A figure that is past its limit by no more than this is so by rounding.
_ROUNDING = 1e-12


class _Side(NamedTuple):
    """One model on the common rows."""

    pd: Vector
    is_granted: Mask


def _side(rows: pl.DataFrame, name: str) -> _Side:
    return _Side(
        rows[f"pd_{name}"].cast(pl.Float64).to_numpy(),
        rows[f"granted_{name}"].cast(pl.Boolean).to_numpy().astype(np.bool_),
    )


def _figures(target: Vector, challenger: _Side, champion: _Side, seed: int) -> dict[str, float | Figure | None]:
    """The comparison's figures by field, all on the same resamples."""
    mine = bounded_figures(target, *challenger, n_draws=DRAWS, seed=seed)
    other = bounded_figures(target, *champion, n_draws=0)
    difference = paired_difference(target, *challenger, *champion, n_draws=DRAWS, seed=seed, cost_levels=ONE_SIDED)
    return {
        "auc_challenger": mine["auc"].value,
        "auc_champion": other["auc"].value,
        "auc_difference": difference.auc,
        "cost_challenger": mine["cost"].value,
        "cost_champion": other["cost"].value,
        "cost_difference": difference.cost,
        "calibration_slope": mine["calibration_slope"],
        "calibration_ratio": observed_over_expected(target, challenger.pd, n_draws=DRAWS, seed=seed),
    }


def _is_enough(n_rows: int, n_bad: int, rules: GateRules) -> bool:
    # an AUC and a threshold need repaid loans as much as defaults
    return n_rows >= rules.min_rows and min(n_bad, n_rows - n_bad) >= rules.min_bad


def _verdict(*, is_enough: bool, holds: bool | None) -> Verdict:
    """Unknown is not enough data; neither does a figure of too few rows say anything, for the challenger or against it."""
    return "not_enough_data" if not is_enough or holds is None else "pass" if holds else "fail"


def _shown(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4f}"


def _with_bounds(figure: Figure) -> str:
    return f"{_shown(figure.value)} (95 % interval {_shown(figure.lower)} to {_shown(figure.upper)})"


def _rows_finding(n_rows: int, n_bad: int, rules: GateRules) -> GateFinding:
    return GateFinding(
        rule="rows",
        verdict=_verdict(is_enough=_is_enough(n_rows, n_bad, rules), holds=True),
        expected=f"at least {rules.min_rows} rows that neither model was fitted on, {rules.min_bad} of them defaults "
        f"and {rules.min_bad} repaid",
        found=f"{n_rows} rows, {n_bad} of them defaults",
    )


def _auc_finding(comparison: GateComparison, rules: GateRules, *, is_enough: bool) -> GateFinding:
    difference = comparison.auc_difference.value
    return GateFinding(
        rule="auc",
        verdict=_verdict(is_enough=is_enough, holds=None if difference is None else difference >= -rules.auc_loss - _ROUNDING),
        expected=f"an AUC at most {rules.auc_loss:g} below that of the champion",
        found=f"{_shown(comparison.auc_challenger)} against {_shown(comparison.auc_champion)}, "
        f"a difference of {_with_bounds(comparison.auc_difference)}",
    )


def _cost_finding(comparison: GateComparison, rules: GateRules, *, is_enough: bool) -> GateFinding:
    difference = comparison.cost_difference
    return GateFinding(
        rule="cost",
        verdict=_verdict(
            is_enough=is_enough, holds=None if difference.upper is None else difference.upper <= rules.extra_cost + _ROUNDING
        ),
        expected=f"an extra cost, (10 FN + FP)/n, whose upper 95 % bound is at most {rules.extra_cost:g}",
        found=f"{_shown(comparison.cost_challenger)} against {_shown(comparison.cost_champion)}, "
        f"a difference of {_shown(difference.value)} (upper 95 % bound {_shown(difference.upper)})",
    )


def _slope_finding(slope: Figure, rules: GateRules, *, is_enough: bool) -> GateFinding:
    return GateFinding(
        rule="calibration_slope",
        verdict=_verdict(
            is_enough=is_enough, holds=None if slope.value is None else rules.slope_from <= slope.value <= rules.slope_to
        ),
        expected=f"a calibration slope from {rules.slope_from:g} to {rules.slope_to:g}",
        found=_with_bounds(slope),
    )


def _ratio_finding(ratio: Figure, rules: GateRules, *, is_enough: bool) -> GateFinding:
    return GateFinding(
        rule="calibration_ratio",
        verdict=_verdict(
            is_enough=is_enough, holds=None if ratio.value is None else rules.ratio_from <= ratio.value <= rules.ratio_to
        ),
        expected=f"observed over expected defaults from {rules.ratio_from:g} to {rules.ratio_to:g}",
        found=_with_bounds(ratio),
    )


def fairness_words(rows: Sequence[FairnessRow], profile: FairnessProfile) -> str:
    """What came of the floor: the lowest ratio of each judged attribute, the groups below it, what could not be judged."""
    judged = [row for row in rows if row.is_judged and row.ratio is not None]
    lowest = [
        min((row for row in judged if row.attribute == name), key=lambda row: row.ratio or 0.0)
        for name in dict.fromkeys(row.attribute for row in judged)
    ]
    parts = [f"lowest ratio {_shown(row.ratio)} ({row.attribute} {row.group})" for row in lowest]
    below = [f"{row.attribute} {row.group} {_shown(row.ratio)}" for row in judged if row.status == "below_floor"]
    parts += [f"below the floor: {', '.join(below)}"] if below else []
    left_out = not_judged(rows, profile)
    reason = f"not delivered, or fewer than two groups of {profile.min_group} rows"
    parts += [f"not judged: {', '.join(left_out)} ({reason})"] if left_out else []
    return "; ".join(parts) or "nothing to judge"


def _fairness_finding(rows: Sequence[FairnessRow], profile: FairnessProfile) -> GateFinding:
    return GateFinding(
        rule="fairness",
        verdict=_verdict(is_enough=True, holds=passes(rows)),
        expected=f"an approval rate of every group of at least {profile.min_group} rows that is at least {profile.floor:g} of "
        f"the best-off group's, by {', '.join(profile.judged) or 'no attribute'}",
        found=fairness_words(rows, profile),
    )


def verdict_of(findings: Sequence[GateFinding]) -> Verdict:
    """Fail if any rule fails, else not enough data if any rule lacks it, else pass."""
    verdicts = {finding.verdict for finding in findings}
    return "fail" if "fail" in verdicts else "not_enough_data" if "not_enough_data" in verdicts else "pass"


def with_findings(comparison: GateComparison, findings: Sequence[GateFinding]) -> GateComparison:
    """The comparison with more findings, and the verdict over all of them."""
    both = [*comparison.findings, *findings]
    return comparison.model_copy(update={"findings": both, "verdict": verdict_of(both)})


def compare(rows: pl.DataFrame, groups: pl.DataFrame, policy: Policy, seed: int) -> GateComparison:
    """Every rule of the policy's gate and its fairness floor, and the verdict.

    Few rows, one outcome alone or no row at all raise nothing: what they cannot give is null. Under the policy's least numbers
    every figure is told, and its rule neither holds nor fails: it lacks data, and lack of data is no pass. The floor has least
    numbers of its own, per group.

    The AUC is held by its point difference, the cost by the one-sided upper 95 % bound of its difference, both on the same
    resamples (paired percentile bootstrap); calibration and fairness are the challenger's.

    Args:
        rows: target, pd_challenger, granted_challenger, pd_champion, granted_champion; rows that neither model was fitted on. In
            an order of their own, such as that of the key: the resamples follow it.
        groups: one text column per attribute of the fairness profile that is delivered, the same rows in the same order.
        policy: the policy in force.
        seed: of the resamples.
    """
    target = rows["target"].cast(pl.Float64).to_numpy()
    challenger, champion = _side(rows, "challenger"), _side(rows, "champion")
    n_rows, n_bad, rules, profile = rows.height, int(target.sum()), policy.gate, policy.fairness.in_force
    figures = _figures(target, challenger, champion, seed)
    fairness = fairness_rows(groups, target, *challenger, profile)
    counts = {"n_rows": n_rows, "n_bad": n_bad, "fairness": fairness, "findings": [], "verdict": "not_enough_data"}
    comparison = GateComparison.model_validate(figures | counts)
    is_enough = _is_enough(n_rows, n_bad, rules)
    findings = [
        _rows_finding(n_rows, n_bad, rules),
        _auc_finding(comparison, rules, is_enough=is_enough),
        _cost_finding(comparison, rules, is_enough=is_enough),
        _slope_finding(comparison.calibration_slope, rules, is_enough=is_enough),
        _ratio_finding(comparison.calibration_ratio, rules, is_enough=is_enough),
        _fairness_finding(fairness, profile),
    ]
    return with_findings(comparison, findings)
