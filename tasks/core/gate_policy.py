"""The gate's rule about the policy: a challenger was trained under the costs and the protected attributes in force."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.gate import GateComparison, GateFinding
from schemas.policy import Cost, Policy
from tasks.core.gate import verdict_of


def policy_finding(cost: Cost | None, protected: Sequence[str], policy: Policy) -> GateFinding:
    """Compares the costs that chose a threshold, and what was kept out of the features, with the policy in force.

    Args:
        cost: the costs of the training; None where the policy that named them is not on record.
        protected: attributes that were kept out of the features.
        policy: the policy in force.
    """
    differences = [
        text
        for is_other, text in (
            (cost is None, "the costs of the training are not on record"),
            (cost is not None and cost != policy.cost, "the threshold was chosen under other costs"),
            ({*protected} != {*policy.protected.columns}, "other attributes were kept out of the features"),
        )
        if is_other
    ]
    return GateFinding(
        rule="policy",
        verdict="fail" if differences else "pass",
        expected=f"costs and protected attributes of the policy in force ({policy.sha256[:12]})",
        found="; ".join(differences) + ": train again under this policy" if differences else "the same",
    )


def with_finding(comparison: GateComparison, finding: GateFinding) -> GateComparison:
    """The comparison with one finding more, and the verdict over all of them."""
    findings = [*comparison.findings, finding]
    return comparison.model_copy(update={"findings": findings, "verdict": verdict_of(findings)})
