"""Trees summed by the kernel in the booster's place, after it has proved on rows that nothing changes, not even a last bit."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from tasks.core.encoding import Matrix
from tasks.core.forest import Forest, UnsuitableTreesError, read_forest
from tasks.core.kernel import KernelError, kernel, sum_trees
from tasks.core.scoring import Model, predict_raw

#: Rows that a model is proved on: made up around its thresholds, and as many of those to be scored.
PROOF_ROWS = 1024
_SEED = 17
#: Changes with the kernel.
KERNEL_NAME = "compiled-1"


class NotCompiledError(Exception):
    """The booster has to go on: the words are for a report."""


def engine_name(model: Model) -> str:
    """What sums a model's trees, as the audit keeps it."""
    import lightgbm as lgb

    return f"lightgbm-{lgb.__version__}" if model.sums is None else KERNEL_NAME


def probe_rows(forest: Forest, n_rows: int = PROOF_ROWS, seed: int = _SEED) -> Matrix:
    """Rows on which every comparison of the trees goes both ways: thresholds, their neighbours, missing, zeros, infinities."""
    generator = np.random.default_rng(seed)
    matrix = np.full((n_rows, forest.n_inputs), np.nan)
    for place, column in enumerate(forest.used):
        at = np.unique(forest.threshold[forest.feature == place])
        near = [at, np.nextafter(at, np.inf), np.nextafter(at, -np.inf), at + generator.normal(size=len(at))]
        pool = np.concatenate([*near, np.full(len(at) + 1, np.nan), [0.0, -0.0, 1e-36, -1e-36, np.inf, -np.inf]])
        matrix[:, column] = generator.choice(pool, n_rows)
    return matrix


def _require_same(model: Model, forest: Forest, matrix: Matrix, what: str) -> None:
    found, expected = sum_trees(forest, matrix, threads=1), predict_raw(model.booster, matrix)
    if not np.array_equal(found, expected):
        n_differing, most = int(np.sum(found != expected)), float(np.max(np.abs(found - expected)))
        raise NotCompiledError(f"{n_differing} of {len(matrix)} {what} rows came out otherwise, by up to {most:.1e}")


def compile_model(model: Model, rows: Matrix | None = None) -> Model:
    """The model with the kernel in the booster's place.

    Args:
        model: as it was verified.
        rows: inputs of applications to prove it on, beside the made-up ones.

    Raises:
        NotCompiledError: its trees are not of the kind, the kernel cannot be made here, or a row comes out otherwise.
    """
    try:
        forest = read_forest(model.booster.model_to_string())
        _require_same(model, forest, probe_rows(forest), "made-up")
        if rows is not None and len(rows):
            _require_same(model, forest, rows, "real")
        call = kernel(forest.width)  # once: in the midst of a night nothing can fail any more
    except (UnsuitableTreesError, KernelError) as error:
        raise NotCompiledError(str(error)) from None
    return replace(model, sums=partial(sum_trees, forest, call=call))
