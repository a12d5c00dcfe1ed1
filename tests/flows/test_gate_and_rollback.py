"""The gate on the rows of a home, and what a promotion and its rollback do to the decisions of the nights."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.errors import VerificationError
from schemas.gate import GateFinding, GateResult
from schemas.parameters import CostMatrix, RetrainParameters
from schemas.policy import Policy, load_policy
from schemas.settings import Settings
from tasks.gate import next_champion_and_policy, run_gate
from tasks.night import check_warehouse, find_pending, score_delivery
from tasks.policy import apply_policy
from tasks.promotion import promote, rollback
from tests.conftest import settings_of
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY
from tests.versions import APPROVER, add_challenger, add_gate, champions, lenient
from warehouse.connection import open_warehouse
from warehouse.drift_references import read_reference_scores


@pytest.fixture
def settings(small_home: Path) -> Settings:
    return settings_of(small_home)


def finding(result: GateResult, rule: str) -> GateFinding:
    return next(item for item in result.comparison.findings if item.rule == rule)


def holdout_of(settings: Settings, version: str) -> pl.DataFrame:
    with open_warehouse(settings) as connection:
        statement = "SELECT application_id, target, pd FROM registry.holdout_scores WHERE model_version = ? ORDER BY 1"
        return connection.execute(statement, [version]).pl()


def apply(settings: Settings, policy: Policy) -> None:
    apply_policy(settings, policy, applied_by="Q", reason="test")


def test_a_copy_of_the_champion_ties_with_it_to_the_bit_and_passes(settings: Settings) -> None:
    apply(settings, lenient(load_policy(None)))
    challenger = add_challenger(settings)
    result = run_gate(settings, challenger)
    found, rows = result.comparison, holdout_of(settings, challenger)
    assert (found.n_rows, found.n_bad) == (rows.height, rows["target"].sum())
    assert found.auc_challenger == found.auc_champion
    assert found.auc_difference.value == 0
    assert found.cost_challenger == found.cost_champion
    assert (result.verdict, finding(result, "policy").verdict) == ("pass", "pass")
    change = promote(settings, challenger, approved_by=APPROVER, reason="as good")
    assert change.gate_id == 1


def test_applicants_that_either_model_was_fitted_on_are_left_out(settings: Settings) -> None:
    challenger = add_challenger(settings)
    held_out = holdout_of(settings, challenger)["application_id"]
    with open_warehouse(settings) as connection:
        champion, _ = next_champion_and_policy(connection)
        fitted_on = read_reference_scores(connection, champion.model_version)
        assert not set(fitted_on["application_id"]) & set(held_out)
        key = fitted_on.row(0)[:2]
        connection.execute("INSERT INTO registry.holdout_scores_v1 VALUES (?, ?, ?, 1, 0.5)", [challenger, *key])
        in_another_version = [challenger, held_out[0], 2026010101, 0.5]
        connection.execute("INSERT INTO monitor.reference_scores_v1 VALUES (?, ?, ?, ?)", in_another_version)
    assert run_gate(settings, challenger).comparison.n_rows == held_out.len() - 1


def test_each_is_judged_by_its_own_threshold(settings: Settings) -> None:
    challenger = add_challenger(settings, times=1.5)
    found, rows = run_gate(settings, challenger).comparison, holdout_of(settings, challenger)
    with open_warehouse(settings) as connection:
        champion, policy = next_champion_and_policy(connection)
    for times, cost in ((1.5, found.cost_challenger), (1.0, found.cost_champion)):
        is_granted = (rows["pd"] < policy.bands.review_from * champion.threshold * times).to_numpy()
        bad = rows["target"].to_numpy() == 1
        by_hand = (10 * (is_granted & bad).sum() + (~is_granted & ~bad).sum()) / len(bad)
        assert cost == pytest.approx(by_hand, rel=1e-12)
    assert found.cost_challenger != found.cost_champion


def test_a_threshold_chosen_under_other_costs_does_not_pass(settings: Settings) -> None:
    parameters = RetrainParameters(cost=CostMatrix(granted_default=60.0))
    result = run_gate(settings, add_challenger(settings, parameters=parameters))
    assert (result.verdict, finding(result, "policy").verdict) == ("fail", "fail")


def test_a_policy_applied_since_the_training_counts(settings: Settings) -> None:
    challenger = add_challenger(settings)
    policy = load_policy(None)
    other = policy.model_copy(update={"cost": policy.cost.model_copy(update={"granted_default": 60.0})})
    apply(settings, other)
    result = run_gate(settings, challenger)
    assert result.policy_sha256 == other.sha256
    assert finding(result, "policy").verdict == "fail"


def test_a_fairness_profile_that_names_no_column_cannot_be_applied(settings: Settings) -> None:
    policy = load_policy(None)
    profile = policy.fairness.in_force.model_copy(update={"judged": ["EYE_COLOUR"]})
    fairness = policy.fairness.model_copy(update={"profiles": {"default": profile}})
    with pytest.raises(VerificationError, match="EYE_COLOUR"):
        apply(settings, policy.model_copy(update={"fairness": fairness}))


def test_by_the_shipped_policy_a_hundred_rows_are_no_pass_and_marts_says_so_without_an_applicant(settings: Settings) -> None:
    result = run_gate(settings, add_challenger(settings))
    assert 50 < result.comparison.n_rows < 1000
    assert (result.verdict, finding(result, "policy").verdict) == ("not_enough_data", "pass")
    with open_warehouse(settings) as connection:
        statement = "SELECT champion_version, verdict, n_rows, n_bad, auc_challenger, policy_sha256 FROM marts.gates"
        (shown,) = connection.execute(statement).fetchall()
        rules = connection.execute("SELECT rule, verdict, expected, found FROM marts.gate_findings ORDER BY position").fetchall()
    found = result.comparison
    policy_sha256 = load_policy(None).sha256
    assert shown == (result.champion_version, result.verdict, found.n_rows, found.n_bad, found.auc_challenger, policy_sha256)
    assert rules == [(item.rule, item.verdict, item.expected, item.found) for item in found.findings]


def decide(settings: Settings, day: date) -> None:
    """Scores what was received up to the day; every check passes."""
    for batch in find_pending(settings, day):
        score_delivery(settings, batch)
    assert check_warehouse(settings) == []


def decisions_of(settings: Settings, day: date) -> dict[str, list[tuple[Any, ...]]]:
    """Everything decided on a day but the instants, bit for bit."""
    queries = {
        "decisions": "SELECT * EXCLUDE (decided_at) FROM score.decisions WHERE as_of = $day ORDER BY ALL",
        "reasons": "SELECT r.* FROM score.reasons AS r SEMI JOIN score.decisions AS d "
        "ON d.application_id = r.application_id AND d.batch_id = r.batch_id AND d.as_of = $day ORDER BY ALL",
        "quality": "SELECT q.* FROM score.quality AS q SEMI JOIN score.decisions AS d "
        "ON d.application_id = q.application_id AND d.batch_id = q.batch_id AND d.as_of = $day ORDER BY ALL",
    }
    with open_warehouse(settings) as connection:
        return {name: connection.execute(query, {"day": day}).fetchall() for name, query in queries.items()}


def test_a_rollback_restores_decisions_bit_for_bit_on_the_same_rows(settings: Settings, champion_home: Path) -> None:
    decide(settings, LAST_NEW_DAY)
    before = {day: decisions_of(settings, day) for day in (FIRST_NEW_DAY, LAST_NEW_DAY)}
    assert all(rows for found in before.values() for rows in found.values())
    shutil.rmtree(settings.home)
    shutil.copytree(champion_home, settings.home)

    challenger = add_challenger(settings, times=0.7, slope=0.8)
    with open_warehouse(settings) as connection:
        add_gate(connection, challenger)
    promote(settings, challenger, approved_by=APPROVER, reason="better")
    decide(settings, FIRST_NEW_DAY)
    by_challenger = decisions_of(settings, FIRST_NEW_DAY)
    assert by_challenger["decisions"] != before[FIRST_NEW_DAY]["decisions"]
    undone = rollback(settings, by=APPROVER, reason="worse")
    assert undone.effective_on == LAST_NEW_DAY
    decide(settings, LAST_NEW_DAY)
    assert decisions_of(settings, LAST_NEW_DAY) == before[LAST_NEW_DAY]
    assert decisions_of(settings, FIRST_NEW_DAY) == by_challenger
    assert [kind for kind, _ in champions(settings)] == ["bootstrap", "promotion", "rollback"]
