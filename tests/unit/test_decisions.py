from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from schemas.errors import VerificationError
from schemas.policy import HardRule
from tasks.core.decisions import decide, fires
from tests.model_rows import policy

THRESHOLD = 0.08
ADULT, CHILD = -12_000.0, -6000.0


def _decide(
    pd: float, *, born: float | None = ADULT, ratio: float | None = 0.2, insufficient: bool = False, missing: bool = False
) -> tuple[str, str]:
    inputs = pl.DataFrame(
        {"DAYS_BIRTH": [born], "ANNUITY_TO_INCOME": [ratio]}, schema={"DAYS_BIRTH": pl.Float64, "ANNUITY_TO_INCOME": pl.Float64}
    )
    reviewing = HardRule(code="H03", feature="ANNUITY_TO_INCOME", operator=">=", value=0.5, decision="review", text="High.")
    rules = policy().model_copy(update={"hard_rules": [*policy().hard_rules, reviewing]})
    frame = decide(np.array([pd]), THRESHOLD, rules, inputs, np.array([insufficient]), np.array([missing]))
    return frame.row(0)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("pd", "expected"),
    [(0.01, "approve"), (0.0799, "approve"), (0.08, "review"), (0.0999, "review"), (0.1, "decline"), (0.9, "decline")],
)
def test_bands_are_multiples_of_the_threshold(pd: float, expected: str) -> None:
    assert _decide(pd) == (expected, "score")


def test_a_declining_rule_stands_above_everything() -> None:
    assert _decide(0.01, born=CHILD, insufficient=True, missing=True) == ("decline", "H01")
    assert _decide(0.01, ratio=2.0) == ("decline", "H02")


def test_of_two_declining_rules_the_first_of_the_policy_is_named() -> None:
    assert _decide(0.01, born=CHILD, ratio=2.0) == ("decline", "H01")


def test_a_reviewing_rule_stands_above_quality_and_bands() -> None:
    assert _decide(0.9, ratio=0.6) == ("review", "H03")
    assert _decide(0.01, ratio=0.6, insufficient=True) == ("review", "H03")


@pytest.mark.parametrize("pd", [0.01, 0.09, 0.9])
def test_missing_input_gives_review_in_place_of_approve_and_of_decline(pd: float) -> None:
    assert _decide(pd, insufficient=True) == ("review", "Q01")
    assert _decide(pd, missing=True) == ("review", "Q02")
    assert _decide(pd, insufficient=True, missing=True) == ("review", "Q01")


def test_a_missing_value_never_fires_a_rule() -> None:
    assert _decide(0.01, born=None, ratio=None) == ("approve", "score")


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("<", [True, False, False]),
        ("<=", [True, True, False]),
        (">", [False, False, True]),
        (">=", [False, True, True]),
        ("==", [False, True, False]),
    ],
)
def test_every_operator_means_what_it_says(operator: str, expected: list[bool]) -> None:
    rule = HardRule(code="H09", feature="X", operator=operator, value=2.0, decision="decline", text="x")  # type: ignore[arg-type]
    assert fires(rule, pl.DataFrame({"X": [1.0, 2.0, 3.0, None]})).tolist() == [*expected, False]


@pytest.mark.parametrize("inputs", [{"DAYS_BIRTH": [1.0]}, {"DAYS_BIRTH": ["a"], "ANNUITY_TO_INCOME": [1.0]}])
def test_a_rule_that_reads_no_numeric_feature_is_refused(inputs: dict[str, list[object]]) -> None:
    no = np.array([False])
    with pytest.raises(VerificationError, match="hard rule H0"):
        decide(np.array([0.1]), THRESHOLD, policy(), pl.DataFrame(inputs), no, no)


def test_no_row_is_no_decision() -> None:
    inputs = pl.DataFrame(schema={"DAYS_BIRTH": pl.Float64, "ANNUITY_TO_INCOME": pl.Float64})
    none = np.zeros(0, dtype=bool)
    assert decide(np.zeros(0), THRESHOLD, policy(), inputs, none, none).shape == (0, 2)
