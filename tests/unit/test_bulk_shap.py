from __future__ import annotations

import gc
from itertools import combinations
from math import factorial, prod

import lightgbm as lgb
import numpy as np
import pytest

from tasks.core import bulk_shap as bulk
from tasks.core import shap_tables as tables_module
from tasks.core.bulk_shap import bulk_shap, in_parts, tables_of
from tasks.core.encoding import Matrix
from tasks.core.shap_tables import leaf_effects, shap_tables
from tasks.core.tree_paths import read_trees

QUIET = {"verbosity": -1, "num_threads": 1, "deterministic": True, "force_row_wise": True, "min_data_in_leaf": 3}


def _rows(n: int, seed: int = 1) -> Matrix:
    """Two inputs with gaps, one that holds few values, one without gaps around 0, and two of no use."""
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(n, 6))
    rows[:, 2] = np.round(rows[:, 2])
    rows[generator.random(n) < 0.3, 0] = np.nan
    rows[generator.random(n) < 0.1, 1] = np.nan
    return rows


def _booster(objective: str = "binary", n: int = 900, rounds: int = 12, **parameters: object) -> lgb.Booster:
    rows = _rows(n)
    risk = np.nan_to_num(rows[:, 0], nan=1.0) + rows[:, 2] * rows[:, 3] - np.isnan(rows[:, 1])
    target = (risk > np.quantile(risk, 0.7)).astype(float) + (objective == "multiclass") * (risk > np.quantile(risk, 0.9))
    given = {**QUIET, "objective": objective, **parameters}
    return lgb.train(given, lgb.Dataset(rows, target, params=given), rounds)


def _difference(booster: lgb.Booster, rows: Matrix) -> float:
    tables = tables_of(booster)
    assert tables is not None
    exact = np.asarray(booster.predict(rows, pred_contrib=True, num_threads=1))[:, :-1]
    assert np.abs(exact).max() > 0.01
    return float(np.abs(bulk_shap(tables, rows) - exact).max())


@pytest.mark.parametrize("parameters", [{}, {"num_leaves": 63}, {"max_depth": 1}, {"use_missing": False}, {"lambda_l1": 5.0}])
def test_contributions_looked_up_are_those_that_lightgbm_computes(parameters: dict[str, object]) -> None:
    assert _difference(_booster(**parameters), _rows(500, seed=2)) < 1e-13


def test_values_at_a_threshold_infinite_ones_and_gaps_that_training_never_saw_go_the_same_way() -> None:
    booster = _booster()
    cuts = {column: values for tree in read_trees(booster.model_to_string()) or [] for column, values in tree.cuts.items()}
    odd = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-36, *(cut for values in cuts.values() for cut in values)]
    odd += [np.nextafter(cut, np.inf) for values in cuts.values() for cut in values]
    rows = np.random.default_rng(3).choice(odd, size=(800, 6))
    assert _difference(booster, rows) < 1e-13


def test_neither_threads_nor_chunks_nor_the_rows_beside_it_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = tables_of(_booster())
    assert tables is not None
    rows = _rows(700, seed=4)
    whole = bulk_shap(tables, rows)
    monkeypatch.setattr(bulk, "CHUNK_ROWS", 64)
    monkeypatch.setattr(bulk, "LEAST_ROWS", 8)
    parts = in_parts(lambda part: bulk_shap(tables, rows[part]), len(rows), 3)
    assert np.array_equal(np.concatenate(parts), whole)
    assert np.array_equal(bulk_shap(tables, rows[5:6]), whole[5:6])
    assert bulk_shap(tables, rows[:0]).shape == (0, 6)


@pytest.mark.parametrize(("n_rows", "n_threads", "sizes"), [
    (0, 2, []), (1, 2, [1]), (15, 2, [15]), (16, 2, [8, 8]),
    (10, 1, [10]), (64, 2, [32, 32]), (129, 2, [33, 33, 33, 30]), (65, 1, [33, 32]),
])  # fmt: skip
def test_parts_are_of_equal_size_and_as_many_for_each_thread(
    monkeypatch: pytest.MonkeyPatch, n_rows: int, n_threads: int, sizes: list[int]
) -> None:
    monkeypatch.setattr(bulk, "CHUNK_ROWS", 64)
    monkeypatch.setattr(bulk, "LEAST_ROWS", 8)
    parts = in_parts(lambda part: list(range(n_rows)[part]), n_rows, n_threads)
    assert [len(part) for part in parts] == sizes
    assert [row for part in parts for row in part] == list(range(n_rows))


def test_the_size_of_the_tables_changes_nothing_but_the_last_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    trees = read_trees(_booster().model_to_string())
    assert trees is not None
    rows, found = _rows(300, seed=5), []
    for most in (1, 64, 10**6):
        monkeypatch.setattr(tables_module, "MOST_CELLS", most)
        tables = shap_tables(trees)
        assert tables is not None
        found.append((len(tables.tables), bulk_shap(tables, rows)))
    assert found[0][0] > found[1][0] > found[2][0] == len(trees)
    assert np.abs(found[0][1] - found[2][1]).max() < 1e-13


def test_the_effects_of_a_leaf_are_its_shapley_values_over_all_coalitions() -> None:
    value, shares = 1.7, [0.3, 0.9, 0.5, 0.02]
    effects = leaf_effects(np.array([value, 1.0]), np.array([shares, shares]))[0]
    for pattern in range(16):
        passes = [pattern >> place & 1 for place in range(4)]
        for place in range(4):
            others = [other for other in range(4) if other != place]
            expected = 0.0
            for size in range(4):
                for coalition in combinations(others, size):
                    left = [other for other in others if other not in coalition]
                    held = prod(passes[member] for member in coalition) * prod(shares[other] for other in left)
                    expected += factorial(size) * factorial(3 - size) / factorial(4) * held * (passes[place] - shares[place])
            assert effects[place, pattern] == pytest.approx(value * expected, abs=1e-15)


def test_a_model_without_a_split_contributes_nothing() -> None:
    booster = _booster(n=60, rounds=2, min_data_in_leaf=1000)
    tables = tables_of(booster)
    assert tables is not None
    assert not bulk_shap(tables, _rows(10)).any()


@pytest.mark.parametrize(
    "parameters",
    [
        {"zero_as_missing": True},
        {"linear_tree": True},
        {"objective": "multiclass", "num_class": 3},
        {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7},
    ],
)
def test_trees_of_another_kind_are_left_to_lightgbm(parameters: dict[str, object]) -> None:
    assert read_trees(_booster(rounds=3, **parameters).model_to_string()) is None


def test_categorical_splits_are_left_to_lightgbm() -> None:
    rows = np.column_stack([np.random.default_rng(1).permutation(np.arange(600) % 20), np.zeros(600)]).astype(float)
    target = (rows[:, 0] % 3 == 0).astype(float)  # no order of the codes tells them apart
    given = {**QUIET, "objective": "binary", "min_data_per_group": 1}
    booster = lgb.train(given, lgb.Dataset(rows, target, params=given, categorical_feature=[0]), 2)
    assert read_trees(booster.model_to_string()) is None


def test_a_model_whose_tables_would_be_too_large_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    trees = read_trees(_booster().model_to_string())
    assert trees is not None
    monkeypatch.setattr(tables_module, "MOST_BYTES", 1000)
    assert shap_tables(trees) is None
    monkeypatch.undo()
    monkeypatch.setattr(tables_module, "MOST_INPUTS", 1)
    assert shap_tables(trees) is None


def test_tables_are_made_once_and_go_with_their_model() -> None:
    booster = _booster()
    assert not bulk.are_made(booster)
    assert tables_of(booster) is tables_of(booster)
    assert bulk.are_made(booster)
    n_made = len(bulk._MADE)
    del booster
    gc.collect()
    assert len(bulk._MADE) < n_made
