from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any, cast

import lightgbm as lgb
import numpy as np
import polars as pl
import pytest

from reports.night import night_text
from schemas.features import feature_set
from schemas.references import BatchScore, NightSummary, PendingBatch
from tasks import compiled as quick
from tasks.core import compiled, kernel
from tasks.core.compiled import NotCompiledError, compile_model, engine_name, probe_rows
from tasks.core.encoding import to_matrix
from tasks.core.forest import UnsuitableTreesError, read_forest
from tasks.core.scoring import Model, predict_pd, predict_raw
from tasks.score import score_chunk
from tasks.scorer import Scorer
from tasks.shadow import Challenger, score_beside
from tests.model_rows import model, policy, training_frame
from warehouse.registry import ChampionRef

needs_llvm = pytest.mark.skipif(not kernel.is_installed(), reason="loanwatch[fast] is not installed")


def _fitted(n_leaves: int, **parameters: object) -> lgb.Booster:
    """A booster of random rows with missing values in some columns and none in others."""
    generator = np.random.default_rng(n_leaves)
    matrix = generator.normal(size=(3000, 9))
    matrix[:, :4][generator.random((3000, 4)) < 0.3] = np.nan
    matrix[:, 5] = np.round(matrix[:, 5])
    target = (np.nansum(matrix, axis=1) + generator.normal(size=3000) > 0).astype(float)
    settings = {"objective": "binary", "num_leaves": n_leaves, "min_data_in_leaf": 2, "verbosity": -1, "num_threads": 1}
    return lgb.train({**settings, **parameters}, lgb.Dataset(matrix, target), num_boost_round=30)


@needs_llvm
@pytest.mark.parametrize("n_leaves", [2, 15, 31, 64])
@pytest.mark.parametrize("threads", [1, 2])
def test_the_kernel_gives_the_boosters_sums_to_the_last_bit(n_leaves: int, threads: int) -> None:
    booster = _fitted(n_leaves)
    forest = read_forest(booster.model_to_string())
    for n_rows in (0, 1, 15, 16, 17, 5003):
        matrix = probe_rows(forest, n_rows, seed=n_rows)
        assert kernel.sum_trees(forest, matrix, threads).tolist() == predict_raw(booster, matrix).tolist()


@needs_llvm
def test_a_compiled_model_gives_the_same_pd() -> None:
    matrix = to_matrix(training_frame(2000, seed=5), model().encoding)
    quick = compile_model(model(), matrix[:100])
    assert quick.sums is not None
    assert predict_pd(quick, matrix).tolist() == predict_pd(model(), matrix).tolist()
    assert engine_name(quick) == compiled.KERNEL_NAME
    assert engine_name(model()).startswith("lightgbm-")


@needs_llvm
def test_a_matrix_of_another_shape_or_order_is_not_read() -> None:
    forest = read_forest(model().booster.model_to_string())
    for matrix in (
        np.zeros((20, forest.n_inputs + 1)),
        np.zeros((20, forest.n_inputs), order="F"),
        np.zeros((20, forest.n_inputs), "f4"),
    ):
        with pytest.raises(ValueError, match="C-contiguous"):
            kernel.sum_trees(forest, matrix, 1)


@needs_llvm
@pytest.mark.parametrize("real", [False, True])
def test_one_row_that_comes_out_otherwise_keeps_the_booster(real: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    original = compiled.sum_trees

    def altered(forest, matrix, threads):  # type: ignore[no-untyped-def]
        sums = original(forest, matrix, threads)
        if len(matrix) == (500 if real else compiled.PROOF_ROWS):
            sums[7] = np.nextafter(sums[7], 9.0)
        return sums

    monkeypatch.setattr(compiled, "sum_trees", altered)
    rows = to_matrix(training_frame(500), model().encoding)
    with pytest.raises(NotCompiledError, match=f"1 of .* {'real' if real else 'made-up'} rows came out otherwise"):
        compile_model(model(), rows)


@pytest.mark.parametrize(
    ("pattern", "replacement", "told"),
    [
        ("num_cat=0", "num_cat=1", "categories"),
        ("is_linear=0", "is_linear=1", "linear"),
        ("decision_type=[0-9 ]+", lambda found: re.sub(r"\d+", "6", found.group()), "zero counts as missing"),
        ("num_class=1", "num_class=3", "one sum of trees"),
        ("num_leaves=[0-9]+", "num_leaves=65", "more than 64 leaves"),
    ],
)
def test_trees_that_the_arrays_do_not_say_are_left_to_the_booster(pattern: str, replacement: str, told: str) -> None:
    with pytest.raises(UnsuitableTreesError, match=told):
        read_forest(re.sub(pattern, replacement, model().booster.model_to_string()))


def test_a_tree_with_many_leaves_is_scored_by_the_booster() -> None:
    with pytest.raises(NotCompiledError, match="more than 64 leaves"):
        compile_model(Model(model().manifest, _fitted(65)))


def _scorer() -> Scorer:
    manifest = model().manifest
    reference = ChampionRef(manifest.model_version, "f" * 64, manifest.threshold, manifest.feature_set_id)
    return Scorer(reference, model(), feature_set({}, []), policy(), [])


def _quicken(monkeypatch: pytest.MonkeyPatch, n_rows: int, features: pl.DataFrame | None = None) -> tuple[Scorer, str]:
    monkeypatch.setattr(quick, "COMPILE_FROM", 1000)
    return quick.quicken(_scorer(), n_rows, training_frame(50) if features is None else features)


@needs_llvm
def test_a_large_delivery_is_compiled_and_a_small_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "_PROVED", {})
    scorer, warning = _quicken(monkeypatch, 999)
    assert (scorer.model.sums, warning) == (None, "")
    scorer, warning = _quicken(monkeypatch, 1000)
    assert scorer.model.sums is not None
    assert (engine_name(scorer.model), warning) == (compiled.KERNEL_NAME, "")
    assert _quicken(monkeypatch, 1)[0].model.sums is not None  # made already


@needs_llvm
def test_trees_are_proved_on_the_first_rows_that_they_are_to_score(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "_PROVED", {})
    proved = []
    monkeypatch.setattr(quick, "compile_model", lambda model, rows: proved.append(rows) or compile_model(model, rows))
    features = training_frame(compiled.PROOF_ROWS + 5, seed=8)
    for _ in range(2):
        assert _quicken(monkeypatch, 10**6, features)[0].model.sums is not None
    (rows,) = proved
    np.testing.assert_array_equal(rows, to_matrix(features, model().encoding)[: compiled.PROOF_ROWS])


def test_without_the_extra_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "is_installed", lambda: False)
    scorer, warning = _quicken(monkeypatch, 10**6)
    assert (scorer.model.sums, warning) == (None, "")


def test_a_kernel_that_fails_leaves_lightgbm_and_a_warning_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "_PROVED", {})
    monkeypatch.setattr(quick, "is_installed", lambda: True)
    monkeypatch.setattr(kernel, "is_installed", lambda: True)
    monkeypatch.setattr(kernel, "_may_make_code", lambda: False)
    scorer, warning = _quicken(monkeypatch, 10**6)
    assert scorer.model.sums is None
    score = BatchScore(2026063001, date(2026, 6, 30), "m", warnings=[warning])
    assert "not by compiled trees: this process may not make memory executable" in night_text(
        NightSummary(date(2026, 6, 30), "r", scores=[score])
    )


def test_trees_that_cannot_be_compiled_are_told_of_champion_and_challenger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "_PROVED", {})
    for module in (quick, kernel):
        monkeypatch.setattr(module, "is_installed", lambda: True)
    monkeypatch.setattr(kernel, "_may_make_code", lambda: False)
    scorer, batch = _scorer(), PendingBatch(2026063001, date(2026, 6, 30), 10**6)
    keys = [pl.int_range(pl.len()).alias("application_id"), pl.lit(batch.batch_id, pl.Int32).alias("batch_id")]
    features = training_frame(20).with_columns(keys)
    decided = score_chunk(scorer, batch, features)
    beside = score_beside(cast(Any, None), Challenger("m2", scorer), batch, features, scorer.feature_set.feature_set_id)
    assert beside.scores is not None
    assert beside.scores["pd"].to_list() == decided.decisions["pd"].to_list()
    for warnings in (decided.warnings, beside.warnings):
        (told,) = warnings
        assert told.startswith(f"model {scorer.ref.model_version} is scored by lightgbm-")
        assert told.endswith("not by compiled trees: this process may not make memory executable")


@needs_llvm
def test_a_proved_model_goes_on_where_no_more_code_may_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    quick, matrix = compile_model(model()), to_matrix(training_frame(50), model().encoding)
    monkeypatch.setattr(kernel, "_may_make_code", lambda: False)
    assert quick.raw(matrix).tolist() == predict_raw(model().booster, matrix).tolist()


def test_a_process_that_may_make_no_code_is_told_before_llvm_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "_may_make_code", lambda: False)
    monkeypatch.setattr(kernel, "is_installed", lambda: True)
    with pytest.raises(NotCompiledError, match="executable"):
        compile_model(replace(model()))
