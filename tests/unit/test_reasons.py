from __future__ import annotations

from fnmatch import fnmatchcase

import numpy as np
import polars as pl
import pytest

from schemas.features import feature_set
from schemas.policy import Policy
from tasks.core.encoding import to_matrix
from tasks.core.reasons import contributions, explain_rows, group_positions
from tasks.core.scoring import predict_raw
from tests.model_rows import model, policy, training_frame

NAMES = ["EXT_SOURCE_1", "EXT_SOURCE_2", "BURO_AMT_CREDIT_SUM_DEBT_SUM", "DAYS_BIRTH", "OCCUPATION_TYPE", "AMT_CREDIT"]
LEVELS = {"bureau.CREDIT_TYPE": ["Consumer credit", "Mortgage"], "POS_CASH_balance.NAME_CONTRACT_STATUS": ["Active", "Demand"]}


def _reasons(rows: list[list[float]], decided_by: str = "score", rules: Policy | None = None) -> list[list[str]]:
    frame = explain_rows(np.array(rows), NAMES, pl.Series([decided_by] * len(rows)), rules or policy())
    return [frame.filter(pl.col("row") == row)["reason_code"].to_list() for row in range(len(rows))]


def test_groups_are_ranked_by_what_they_added_together() -> None:
    # the two external scores together outweigh the debt, each alone does not
    assert _reasons([[0.2, 0.2, 0.3, 0.1, -0.5, 0.0]]) == [["R01", "R03", "R17"]]


def test_at_most_four_reasons_are_given() -> None:
    assert _reasons([[0.1, 0.1, 0.5, 0.4, 0.3, 0.25]]) == [["R03", "R17", "R14", "R16"]]


def test_a_group_that_helped_is_never_named_though_one_of_its_features_hurt() -> None:
    assert _reasons([[0.9, -1.0, 0.1, 0.0, 0.0, 0.0]]) == [["R03"]]


def test_equal_contributions_are_ordered_by_code_after_rounding() -> None:
    assert _reasons([[0.0, 0.0, 0.30001, 0.30003, 0.3, 0.0]]) == [["R03", "R14", "R17"]]


def test_where_nothing_raised_the_pd_the_row_is_told_so() -> None:
    assert _reasons([[0.0, 0.0, 0.00004, -0.2, 0.0, 0.0]]) == [["R00"]]
    frame = explain_rows(np.array([[-0.1] * 6]), NAMES, pl.Series(["score"]), policy())
    assert frame["reason_text"].to_list() == [policy().reasons.no_single_reason]


def test_sums_of_a_row_do_not_depend_on_the_rows_beside_it() -> None:
    values = np.random.default_rng(1).normal(size=(257, len(NAMES)))
    together = explain_rows(values, NAMES, pl.Series(["score"] * 257), policy())
    alone = [explain_rows(values[row : row + 1], NAMES, pl.Series(["score"]), policy()) for row in range(257)]
    assert together.drop("row").equals(pl.concat(alone).drop("row"))


def test_the_lead_feature_is_the_one_that_raised_it_most() -> None:
    frame = explain_rows(np.array([[-0.1, 0.4, 0.0, 0.0, 0.0, 0.0]]), NAMES, pl.Series(["score"]), policy())
    assert frame.select("reason_code", "contribution", "feature").rows() == [("R01", 0.3, "EXT_SOURCE_2")]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("H01", policy().hard_rules[0].text),
        ("Q01", policy().reasons.insufficient_input),
        ("Q02", policy().reasons.missing_history),
    ],
)
def test_the_rule_that_decided_comes_first_and_takes_one_place(code: str, text: str) -> None:
    frame = explain_rows(np.array([[0.1, 0.1, 0.5, 0.4, 0.3, 0.25]]), NAMES, pl.Series([code]), policy())
    assert frame["reason_code"].to_list() == [code, "R03", "R17", "R14"]
    assert frame.row(0, named=True) | {"engine": ""} == {
        "row": 0, "rank": 1, "reason_code": code, "reason_text": text, "contribution": None, "feature": None, "engine": ""
    }  # fmt: skip


def test_a_rule_is_named_even_where_nothing_raised_the_pd() -> None:
    assert _reasons([[-0.1] * 6], decided_by="H02") == [["H02"]]


def test_rows_keep_their_numbers_and_ranks_start_at_one() -> None:
    frame = explain_rows(np.array([[-0.1] * 6, [0.2] * 6]), NAMES, pl.Series(["score", "score"]), policy())
    assert frame["row"].to_list() == [0, 1, 1, 1, 1]
    assert frame["rank"].to_list() == [1, 1, 2, 3, 4]


def test_no_row_is_no_reason() -> None:
    frame = explain_rows(np.zeros((0, 6)), NAMES, pl.Series([], dtype=pl.String), policy())
    assert frame.is_empty()
    assert frame.columns == ["row", "rank", "reason_code", "reason_text", "contribution", "feature", "engine"]


def test_contributions_and_their_mean_add_up_to_the_log_odds_of_the_pd() -> None:
    matrix = to_matrix(training_frame(300), model().encoding)
    values = contributions(model(), matrix)
    slope = model().manifest.calibration.slope
    rest = slope * predict_raw(model().booster, matrix) - values.sum(axis=1)
    assert rest == pytest.approx(np.full(300, rest[0]), abs=1e-9)


def test_a_reason_never_names_something_that_helped() -> None:
    """Every reason of a real model against sums taken afresh, one row and one group at a time."""
    ready, rules = model(), policy()
    matrix = to_matrix(training_frame(400), ready.encoding)
    raw = ready.booster.predict(matrix, pred_contrib=True)
    reasons = explain_rows(contributions(ready, matrix), ready.manifest.input_names, pl.Series(["score"] * 400), rules)
    assert reasons.height > 400
    patterns = {group.code: group.features for group in rules.reasons.groups}
    owner = {
        name: next(code for code, shapes in patterns.items() if any(fnmatchcase(name, shape) for shape in shapes))
        for name in ready.manifest.input_names
    }
    for reason in reasons.iter_rows(named=True):
        row = dict(zip(ready.manifest.input_names, raw[reason["row"]] * ready.manifest.calibration.slope, strict=False))
        if reason["reason_code"] == "R00":
            sums = {code: sum(value for name, value in row.items() if owner[name] == code) for code in patterns}
            assert max(sums.values()) <= 6e-5
            continue
        group = {name: value for name, value in row.items() if owner[name] == reason["reason_code"]}
        assert sum(group.values()) > 0
        assert reason["contribution"] == pytest.approx(sum(group.values()), abs=6e-5)
        assert group[reason["feature"]] == max(group.values()) > 0


def test_taking_a_reason_away_lowers_the_pd() -> None:
    """Setting the lead group's inputs to their most harmless values brings the PD of nearly every refused row down."""
    ready = model()
    frame = training_frame(600)
    matrix = to_matrix(frame, ready.encoding)
    raw = predict_raw(ready.booster, matrix)
    worst = np.argsort(-raw)[:60]
    values = contributions(ready, matrix[worst])
    reasons = explain_rows(values, ready.manifest.input_names, pl.Series(["score"] * 60), policy()).filter(pl.col("rank") == 1)
    positions = group_positions(ready.manifest.input_names, policy().reasons)
    codes = [group.code for group in policy().reasons.groups]
    best = matrix[np.argmin(raw)]
    changed = matrix[worst].copy()
    for row, code in reasons.select("row", "reason_code").iter_rows():
        columns = positions == codes.index(code)
        changed[row, columns] = best[columns]
    assert np.mean(predict_raw(ready.booster, changed) < raw[worst]) > 0.95


def test_every_feature_has_a_group_and_few_fall_into_the_rest() -> None:
    names = feature_set(LEVELS, policy().protected.columns).names
    positions = group_positions(names, policy().reasons)
    rest = [name for name, position in zip(names, positions, strict=True) if position == len(policy().reasons.groups) - 1]
    assert len(rest) <= len(names) // 100, rest


def test_every_group_but_the_rest_has_features() -> None:
    names = feature_set(LEVELS, policy().protected.columns).names
    used = set(group_positions(names, policy().reasons).tolist())
    empty = [group.code for index, group in enumerate(policy().reasons.groups[:-1]) if index not in used]
    assert empty == []
