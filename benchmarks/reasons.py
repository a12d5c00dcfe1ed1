"""Reasons of many applicants against LightGBM's `pred_contrib`: `python -m benchmarks.reasons [--sizes 35000] [--runs 5]`.

Timed, ours: from the model's inputs to the finished reasons, in a fresh process: the tables of the model are made, the rows are
looked up, the sample compared, rows in doubt given to LightGBM, groups summed, ranked and named. Timed, the peer: `pred_contrib`
alone, on all cores; its reasons are made outside the timing, and both sides' have to be equal to the last digit.
The model is fitted once with the product's defaults on simulated applicants, all features of all seven tables; only its trees
learn more slowly, so that they become about as many as those of the real tables, 364. Rows are drawn from these applicants: a row
seen before takes as long as a new one.
woodelf takes part where it is installed; it computes in single precision, on one core, and checks nothing.
"""

from __future__ import annotations

import hashlib
import io
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.features import _settings, prepare
from benchmarks.frame import Side, Stopwatch, Target, call, run
from benchmarks.portfolio import BASE_APPLICANTS, DAY
from schemas.features import feature_set
from schemas.manifest import ModelManifest
from schemas.policy import load_policy
from schemas.settings import CHUNK_ROWS
from tasks.core.encoding import Matrix, to_matrix
from tasks.core.explaining import explain
from tasks.core.reasons import contributions, explain_rows
from tasks.core.scoring import Model, verified_model
from tasks.core.training import TrainingPlan, fit_model
from warehouse.connection import open_warehouse
from warehouse.features import iter_features, observe_levels

#: Instead of the default 0.03, with which early stopping leaves 272 trees of so few simulated applicants; with this, 326.
LEARNING_RATE = 0.0225
SIZES = (1_000, 2_000, 5_000, 35_000)
TOLD = 35_000


def make_model(folder: Path) -> Path:
    """The folder with the model and its applicants' inputs, made unless it is there."""
    portfolio, home = prepare(folder, BASE_APPLICANTS)
    final = folder / f"model-{LEARNING_RATE}-of-{portfolio.name}"
    if (final / "inputs.npy").is_file():
        return final
    final.mkdir(exist_ok=True)
    outcomes = pl.read_parquet(portfolio / "outcomes.parquet").select(
        pl.col("SK_ID_CURR").alias("application_id"), pl.col("TARGET").alias("target")
    )
    policy = load_policy(None)
    with open_warehouse(_settings(home), read_only=True) as connection:
        versions = connection.sql("SELECT SK_ID_CURR AS application_id, batch_id FROM raw.application_v1").pl()
        levels = observe_levels(connection, int(versions["batch_id"][0]))
        features = feature_set(levels, policy.protected.columns)
        frame = pl.concat(iter_features(connection, features, versions, CHUNK_ROWS))
    plan = TrainingPlan(
        "benchmark", DAY, features.feature_set_id, levels, policy,
        n_folds=2, parameters={"learning_rate": LEARNING_RATE},
    )  # fmt: skip
    fitted = fit_model(frame.join(outcomes, on="application_id"), plan)
    model = verified_model(fitted.manifest, fitted.text)
    (final / "model.txt").write_text(fitted.text, encoding="utf-8")
    (final / "manifest.json").write_text(fitted.manifest.model_dump_json(), encoding="utf-8")
    np.save(final / "inputs.npy", to_matrix(frame.sort("application_id"), model.encoding))
    return final


def _given(folder: str, n_rows: int) -> tuple[Model, Matrix, pl.Series]:
    """The model, rows drawn from its applicants, and what decided them."""
    manifest = ModelManifest.model_validate_json((Path(folder) / "manifest.json").read_text(encoding="utf-8"))
    model = verified_model(manifest, (Path(folder) / "model.txt").read_text(encoding="utf-8"))
    inputs = np.load(Path(folder) / "inputs.npy")
    drawn = np.random.default_rng(1).integers(0, len(inputs), n_rows)
    return model, inputs[drawn], pl.Series(["score"] * n_rows)


def _check(reasons: pl.DataFrame) -> str:
    return hashlib.sha256(reasons.write_csv().encode()).hexdigest()


def ours(folder: str, n_rows: int) -> dict[str, Any]:
    """The figures of one run."""
    model, matrix, decided_by = _given(folder, n_rows)
    stopwatch = Stopwatch()
    with stopwatch.running():
        found = explain(model, matrix, decided_by, load_policy(None))
    return {**stopwatch.figures(), "check": [_check(found.reasons), found.warning]}


def lightgbm(folder: str, n_rows: int) -> dict[str, Any]:
    """The figures of one run."""
    model, matrix, decided_by = _given(folder, n_rows)
    stopwatch = Stopwatch()
    with stopwatch.running():
        values = contributions(model, matrix)
    reasons = explain_rows(values, model.manifest.input_names, decided_by, load_policy(None))
    return {**stopwatch.figures(), "check": [_check(reasons), ""]}


def woodelf(folder: str, n_rows: int) -> dict[str, Any]:
    """The figures of one run."""
    import pandas as pd
    from woodelf import WoodelfExplainer  # type: ignore[import-not-found]

    model, matrix, _ = _given(folder, n_rows)
    frame = pd.DataFrame(matrix, columns=model.booster.feature_name())
    stopwatch = Stopwatch()
    with stopwatch.running(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        WoodelfExplainer(model.booster).shap_values(frame, verbose=False)
    return stopwatch.figures()


def _sides(size: int, folder: Path) -> list[Side]:
    made = str(make_model(folder))
    others = [call("woodelf, one core", "benchmarks.reasons:woodelf", folder=made, n_rows=size)] if find_spec("woodelf") else []
    return [
        call("ours", "benchmarks.reasons:ours", folder=made, n_rows=size),
        call("pred_contrib", "benchmarks.reasons:lightgbm", folder=made, n_rows=size),
        *others,
    ]


TARGETS = (Target("at_least", 8, of=("pred_contrib", "ours"), sizes=(TOLD,)),)

if __name__ == "__main__":
    run("reasons", "Reasons of refused applicants", _sides, TARGETS, description=__doc__, sizes=SIZES)
