"""Bulk prediction by compiled trees against LightGBM: `python -m benchmarks.prediction [--sizes 100000] [--runs 5]`.

Timed: raw scores of a float64 row-major matrix that lies in memory. The model has the shape of the product's: 300 trees of 15
leaves on 700 inputs, values missing in most of them. `lightgbm` is the bare `Booster.predict` of the whole matrix at once, on as
many threads as ours. `ours, first` times the first use in a process as well: reading the trees, making the kernel with LLVM,
proving it on 1,024 rows. The sums have to be equal to the last bit.
"""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

from benchmarks.frame import Side, Stopwatch, Target, call, run
from tasks.compiled import COMPILE_FROM
from tasks.core.encoding import Matrix
from tasks.core.forest import read_forest
from tasks.core.kernel import kernel, sum_trees

N_INPUTS, N_TREES, N_LEAVES = 700, 300, 15
TRAINING_ROWS = 8_000


def made_up_rows(n_rows: int, seed: int) -> Matrix:
    """Rows of 700 inputs, 0 to 60 % of each missing, some of few values as counts and flags are."""
    generator = np.random.default_rng(seed)
    matrix = generator.normal(size=(n_rows, N_INPUTS))
    matrix[:, ::3] = np.round(matrix[:, ::3])
    share = np.linspace(0.0, 0.6, N_INPUTS)
    for start in range(0, n_rows, 10_000):
        block = matrix[start : start + 10_000]
        block[generator.random(block.shape) < share] = np.nan
    return matrix


def model_file(folder: Path) -> Path:
    """The model's text, fitted unless it is there."""
    file = folder / f"prediction-{N_INPUTS}-{N_TREES}-{N_LEAVES}.txt"
    if not file.is_file():
        matrix = made_up_rows(TRAINING_ROWS, seed=1)
        weights = np.random.default_rng(2).normal(size=N_INPUTS)
        log_odds = np.nansum(matrix * weights, axis=1) / 10 - 2.4
        target = np.random.default_rng(3).random(TRAINING_ROWS) < 1 / (1 + np.exp(-log_odds))
        parameters = {"objective": "binary", "num_leaves": N_LEAVES, "learning_rate": 0.03, "feature_fraction": 0.1}
        fixed = {"max_bin": 63, "min_data_in_leaf": 30, "lambda_l2": 30.0, "verbosity": -1, "seed": 1, "num_threads": 2}
        data = lgb.Dataset(matrix, target.astype(float))
        file.write_text(lgb.train({**parameters, **fixed}, data, num_boost_round=N_TREES).model_to_string(), encoding="utf-8")
    return file


def _check(sums: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    return {"n": len(sums), "sha256": hashlib.sha256(sums.tobytes()).hexdigest()}


def predict_by_booster(model: str, rows: int, threads: int) -> dict[str, Any]:
    """The peer."""
    booster, matrix, stopwatch = lgb.Booster(model_file=model), made_up_rows(rows, seed=4), Stopwatch()
    booster.predict(matrix[:100], raw_score=True, num_threads=threads)
    with stopwatch.running():
        sums = booster.predict(matrix, raw_score=True, num_threads=threads)
    return {**stopwatch.figures(), "check": _check(np.asarray(sums))}


def predict_by_kernel(model: str, rows: int, threads: int, *, first: bool) -> dict[str, Any]:
    """Ours; with `first` the time until the trees are ready counts."""
    text, matrix, stopwatch = Path(model).read_text(encoding="utf-8"), made_up_rows(rows, seed=4), Stopwatch()
    with stopwatch.running() if first else Stopwatch().running():
        forest = read_forest(text)
        kernel(forest.width)
        if first:
            _prove(text, matrix[:1024])
    predict = partial(sum_trees, forest, threads=threads)
    with stopwatch.running():
        sums = predict(matrix)
    return {**stopwatch.figures(), "check": _check(sums)}


def _prove(text: str, matrix: Matrix) -> None:
    forest = read_forest(text)
    if not np.array_equal(sum_trees(forest, matrix, 1), np.asarray(lgb.Booster(model_str=text).predict(matrix, raw_score=True))):
        raise SystemExit("the kernel and LightGBM do not agree")


def _sides(size: int, folder: Path) -> list[Side]:
    given = {"model": str(model_file(folder)), "rows": size, "threads": 2}
    return [
        call("ours", "benchmarks.prediction:predict_by_kernel", **given, first=False),
        call("ours, first", "benchmarks.prediction:predict_by_kernel", **given, first=True),
        call("lightgbm", "benchmarks.prediction:predict_by_booster", **given),
    ]


NOTES = (
    "lightgbm is the bare `Booster.predict` of the whole matrix at once, on as many threads as ours. ours, first: the first use"
    " in a process as well, that is reading the trees, making the kernel with LLVM and proving it on 1,024 rows.",
    f"The product scores deliveries of fewer than {COMPILE_FROM:,} rows by LightGBM: below, ours is not what a night would take.",
)
TARGETS = (Target("at_least", 3, of=("lightgbm", "ours")),)

if __name__ == "__main__":
    run("prediction", "Raw scores of a matrix by compiled trees", _sides, TARGETS, description=__doc__, unit="rows", notes=NOTES)
