"""The gate's rule about the policy under which a challenger was trained."""

from __future__ import annotations

import pytest

from schemas.policy import Cost
from tasks.core.gate_policy import policy_finding
from tests.model_rows import policy

OTHER_COST = Cost(granted_default=50.0, granted_repaid=-10.0, refused=0.0, constant=1.0)


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
