from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.parameters import SEARCHED_PARAMETERS
from schemas.training_record import SearchRecord
from tasks.core.calibration import calibrated_pd, fit_calibration
from tasks.core.fitting import Recipe, TreeFold, resolve_parameters, tree_folds
from tasks.core.folds import assign_folds
from tasks.core.matrices import TrainingRows, plain_folds
from tasks.core.metrics import auc, policy_cost
from tasks.core.search import search_parameters, search_value
from tasks.core.threshold import optimal_threshold
from tasks.core.training import fit_model
from tasks.core.training_plan import SearchPlan
from tests.model_rows import plan, policy, training_frame

QUICK = {"learning_rate": 0.3, "max_trees": 12, "early_stopping_rounds": 4}


class _StoppedError(Exception):
    pass


@pytest.fixture(scope="module")
def folds() -> list[TreeFold]:
    frame = training_frame(500)
    rows = TrainingRows(frame.drop("application_id", "batch_id", "target"), frame["target"])
    return tree_folds(plain_folds(rows, assign_folds(frame["application_id"].to_numpy(), rows.y, 3, 0)), _recipe())


def _recipe(seed: int = 0) -> Recipe:
    return Recipe(resolve_parameters(QUICK, 500), seed)


def _search(
    folds: list[TreeFold], search: SearchPlan, stop_after: int = 0, clock: Iterator[float] | None = None, seed: int = 0
) -> tuple[Recipe, SearchRecord]:
    said: list[str] = []

    def progress(text: str) -> None:
        said.append(text)
        if len(said) == stop_after:
            raise _StoppedError

    ticks = clock or iter(count())
    found = search_parameters(
        folds, _recipe(seed), QUICK, search, "study", policy().cost, progress, clock=lambda: float(next(ticks))
    )
    assert all(text.startswith("search: trial") and "best" in text for text in said)
    return found


def test_the_same_search_finds_the_same_and_another_seed_tries_something_else(folds: list[TreeFold]) -> None:
    recipe, record = _search(folds, SearchPlan(7))
    assert _search(folds, SearchPlan(7)) == (recipe, record)
    assert _search(folds, SearchPlan(7), seed=1)[1].trials[1].parameters != record.trials[1].parameters
    assert [trial.number for trial in record.trials] == list(range(7))
    best = max((trial for trial in record.trials if trial.state == "complete"), key=lambda trial: trial.value or 0)
    assert record.best_trial == best.number
    assert {name: recipe.parameters[name] for name in best.parameters} == best.parameters


def test_the_first_trial_is_the_defaults_and_what_is_fixed_is_not_tried(folds: list[TreeFold]) -> None:
    recipe, record = _search(folds, SearchPlan(2))
    assert set(record.trials[0].parameters) == SEARCHED_PARAMETERS - set(QUICK)
    assert record.trials[0].parameters == {name: _recipe().parameters[name] for name in record.trials[0].parameters}
    fixed = {**QUICK, "num_leaves": 7}
    named = Recipe(resolve_parameters(fixed, 500), 0)
    found, record = search_parameters(folds, named, fixed, SearchPlan(2), "s", policy().cost, lambda _: None)
    assert all("num_leaves" not in trial.parameters for trial in record.trials)
    assert found.parameters["num_leaves"] == 7
    assert {name: recipe.parameters[name] for name in QUICK} == QUICK


def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been(folds: list[TreeFold], tmp_path: Path) -> None:
    file = tmp_path / "search" / "trials.db"
    with pytest.raises(_StoppedError):
        _search(folds, SearchPlan(6, storage=file), stop_after=2)
    with sqlite3.connect(file) as connection:  # killed within a trial
        connection.execute(
            "INSERT INTO trials (number, study_id, state, datetime_start) "
            "SELECT 2, study_id, 'RUNNING', datetime_start FROM trials WHERE number = 1"
        )
    connection.close()
    resumed, record = _search(folds, SearchPlan(6, storage=file))
    unbroken, other = _search(folds, SearchPlan(6))
    assert resumed == unbroken
    settled = [(trial.state, trial.value, trial.parameters) for trial in record.trials if trial.state != "failed"]
    assert settled == [(trial.state, trial.value, trial.parameters) for trial in other.trials]
    assert [trial.number for trial in record.trials if trial.state == "failed"] == [2]
    assert _search(folds, SearchPlan(6, storage=file)) == (resumed, record)


def test_no_trial_starts_after_the_time_is_over_and_the_first_always_runs(folds: list[TreeFold]) -> None:
    assert len(_search(folds, SearchPlan(50, minutes=0.05))[1].trials) == 3  # a second passes at each look, three are allowed
    found = _search(folds, SearchPlan(50, minutes=0.001), clock=iter(range(0, 1000, 100)))[1]
    assert (len(found.trials), found.is_time_bounded) == (1, True)


def test_a_trial_that_does_worse_than_most_is_given_up(folds: list[TreeFold]) -> None:
    states = {trial.state for trial in _search(folds, SearchPlan(14))[1].trials}
    assert states == {"complete", "pruned"}


def test_the_value_of_a_search_is_auc_or_cost_at_the_threshold_of_the_other_folds() -> None:
    generator = np.random.default_rng(0)
    raw, fold = generator.normal(size=600) * 2 - 2, np.arange(600) % 3
    target = (generator.random(600) < 1 / (1 + np.exp(-raw))).astype(float)
    held = [fold == number for number in range(3)]
    cost = policy().cost
    assert search_value(target, raw, held, "auc", cost) == pytest.approx(np.mean([auc(target[m], raw[m]) for m in held]))
    costs = []
    for mask in held:
        calibration = fit_calibration(target[~mask], raw[~mask])
        threshold = optimal_threshold(target[~mask], calibrated_pd(raw[~mask], calibration), cost)
        costs.append(policy_cost(target[mask], calibrated_pd(raw[mask], calibration) < threshold, cost))
    assert search_value(target, raw, held, "cost", cost) == pytest.approx(np.mean(costs))


def test_a_search_for_cost_prefers_the_cheaper_one(folds: list[TreeFold]) -> None:
    record = _search(folds, SearchPlan(4, metric="cost"))[1]
    values = [trial.value for trial in record.trials if trial.state == "complete"]
    assert record.trials[record.best_trial].value == min(value for value in values if value is not None)


def test_a_training_with_a_search_repeats_byte_for_byte_in_any_order_of_rows(capfd: pytest.CaptureFixture[str]) -> None:
    frame = training_frame(600)
    asked = plan(n_folds=2, parameters=QUICK, search=SearchPlan(3))
    first = fit_model(frame, asked)
    again = fit_model(frame.sample(fraction=1.0, shuffle=True, seed=2), asked)
    assert first.text == again.text
    assert first.manifest == again.manifest
    assert "".join(capfd.readouterr()) == ""


def test_a_search_is_named_by_everything_that_its_outcome_hangs_on(tmp_path: Path) -> None:
    base = plan(search=SearchPlan(3))
    same = plan(search=SearchPlan(3, storage=tmp_path / "x.db"))
    assert base.search_sha256("d") == same.search_sha256("d")
    others = [
        base.search_sha256("e"),
        plan(seed=1).search_sha256("d"),
        plan(parameters={}).search_sha256("d"),
        plan(monotone={"DAYS_BIRTH": 1}).search_sha256("d"),
        plan(imbalance="smote").search_sha256("d"),
        plan(search=SearchPlan(3, metric="cost")).search_sha256("d"),
        plan(holdout_share=0.3).search_sha256("d"),
        plan(search=SearchPlan(9)).search_sha256("d"),  # or trials of a longer search would have a say in a shorter one
        plan(search=SearchPlan(3, minutes=3)).search_sha256("d"),
    ]
    assert len({base.search_sha256("d"), *others}) == 10


def test_nothing_of_the_hold_out_reaches_the_search() -> None:
    frame = training_frame(800)
    asked = plan(n_folds=2, parameters=QUICK, search=SearchPlan(2), holdout="time")
    newest = pl.col("batch_id") == frame["batch_id"].max()
    spoilt = frame.with_columns(
        pl.when(newest).then(pl.col("DAYS_BIRTH") * 9).otherwise(pl.col("DAYS_BIRTH")).alias("DAYS_BIRTH")
    )
    assert fit_model(spoilt, asked).text == fit_model(frame, asked).text
