"""The gate's rule about the policy under which a challenger was trained."""

from __future__ import annotations

import pytest

from schemas.gate import GateComparison, Verdict
from schemas.policy import Cost
from schemas.training_record import Figure
from tasks.core.gate_policy import policy_finding, with_finding
from tests.model_rows import policy

OTHER_COST = Cost(granted_default=50.0, granted_repaid=-10.0, refused=0.0, constant=1.0)
NOTHING = Figure(value=None)


def comparison(verdict: Verdict) -> GateComparison:
    return GateComparison(
        n_rows=0,
        n_bad=0,
        auc_challenger=None,
        auc_champion=None,
        auc_difference=NOTHING,
        cost_challenger=None,
        cost_champion=None,
        cost_difference=NOTHING,
        calibration_slope=NOTHING,
        calibration_ratio=NOTHING,
        fairness=[],
        findings=[],
        verdict=verdict,
    )


def test_the_costs_and_attributes_in_force_pass_in_any_order() -> None:
    rules = policy()
    assert policy_finding(rules.cost, rules.protected.columns[::-1], rules).verdict == "pass"


@pytest.mark.parametrize(
    ("cost", "protected", "said"),
    [
        (OTHER_COST, policy().protected.columns, "other costs"),
        (None, policy().protected.columns, "not on record"),
        (policy().cost, [], "other attributes"),
        (policy().cost, [*policy().protected.columns, "OCCUPATION_TYPE"], "other attributes"),
    ],
)
def test_other_costs_or_attributes_fail_and_ask_for_a_training(cost: Cost | None, protected: list[str], said: str) -> None:
    finding = policy_finding(cost, protected, policy())
    assert finding.verdict == "fail"
    assert said in finding.found
    assert "train again" in finding.found


@pytest.mark.parametrize("verdict", ["pass", "fail", "not_enough_data"])
def test_a_failed_finding_fails_the_gate_and_a_passed_one_leaves_its_verdict(verdict: Verdict) -> None:
    rules = policy()
    passed = policy_finding(rules.cost, rules.protected.columns, rules)
    failed = policy_finding(None, rules.protected.columns, rules)
    assert with_finding(comparison(verdict), passed).verdict == verdict
    assert with_finding(comparison(verdict), failed).verdict == "fail"
    assert with_finding(comparison(verdict), failed).findings == [failed]
