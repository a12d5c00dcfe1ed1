"""The drift section of the policy: what it may say, and the limits of single subjects."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.errors import VerificationError
from schemas.policy import Policy, load_policy, parse_policy


def _with_drift(**changes: Any) -> Policy:
    content = load_policy(None).model_dump(mode="json")
    return parse_policy(content | {"drift": content["drift"] | changes}, "test")


def test_the_shipped_limits_are_those_that_the_field_uses() -> None:
    drift = load_policy(None).drift
    assert (drift.limits.watch, drift.limits.alert, drift.limits.retrain) == (0.10, 0.20, 0.30)
    assert (drift.windows, drift.min_rows, drift.significance, drift.limits.missing_share) == ([1, 7, 30], 200, 1e-5, 0.05)


def test_a_subject_may_have_limits_of_its_own_and_keeps_the_common_ones_beside_them() -> None:
    drift = _with_drift(subjects=[{"name": "EXT_SOURCE_2", "alert": 0.15}]).drift
    assert (drift.limits_of("EXT_SOURCE_2").alert, drift.limits_of("EXT_SOURCE_2").retrain) == (0.15, 0.30)
    assert drift.limits_of("AMT_CREDIT") == drift.limits


@pytest.mark.parametrize(
    "changes",
    [
        {"limits": {"watch": 0.3, "alert": 0.2, "retrain": 0.4, "missing_share": 0.05, "unseen_share": 0.01}},
        {"subjects": [{"name": "EXT_SOURCE_2", "alert": 0.5}]},
        {"subjects": [{"name": "A"}, {"name": "A"}]},
        {"windows": [7, 7]},
        {"windows": []},
        {"windows": [0]},
        {"significance": 0.0},
        {"unknown": 1},
    ],
)
def test_a_drift_section_that_cannot_mean_anything_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(VerificationError, match="policy has"):
        _with_drift(**changes)
