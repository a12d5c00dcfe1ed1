"""How good the model is on real rows: `python -m benchmarks.model_quality --source DIR`.

Four folds over all labelled applications. A fold is scored by trees, category codes, calibration and threshold of the other
three; the number of trees, too, comes from the others. Writes benchmarks/results/model_quality.json and, from it, the figures
in docs/model.md.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.model_page import update_page
from benchmarks.real_rows import load_real_rows, real_feature_set, training_frame
from schemas.features import history_flag
from schemas.policy import Policy, load_policy
from schemas.settings import Settings
from schemas.tables import HISTORY_TABLES, table
from tasks.core.calibration import calibrated_pd, calibration_line, fit_calibration
from tasks.core.fitting import Parameter, fit_out_of_fold, resolve_parameters
from tasks.core.folds import assign_folds
from tasks.core.matrices import TrainingRows
from tasks.core.metrics import (
    approval_rate,
    auc,
    auc_difference_interval,
    auc_interval,
    brier,
    cost_per_application,
    cost_rows,
    ks,
    mean_interval,
    reliability,
)
from tasks.core.scoring import engine_name
from tasks.core.threshold import optimal_threshold
from tasks.core.vectors import Mask, Vector
from warehouse.connection import open_warehouse

logger = logging.getLogger("model_quality")

FOLDS = 4
SEED = 0
#: Other ways to deal the folds: how far the figures hang on the one that is reported.
REPEAT_SEEDS = (1, 2)
DRAWS = 1000
#: `installments_payments` is a sample of rows of all applicants here: to have some of them is not to have a history.
COMPLETE_TABLES = [name for name in HISTORY_TABLES if name != "installments_payments"]
RESULTS = Path(__file__).parent / "results" / "model_quality.json"
PAGE = Path(__file__).parent.parent / "docs" / "model.md"

#: The model to compare with: application table, six ratios, statistics of the external scores, and settings that suit them.
PLAIN_PARAMETERS: dict[str, Parameter] = {
    "learning_rate": 0.03,
    "num_leaves": 15,
    "min_data_in_leaf": 80,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 30.0,
    "max_bin": 255,
}
PLAIN_FORMULAS = (
    "DAYS_EMPLOYED_TO_BIRTH", "INCOME_TO_CREDIT", "INCOME_PER_FAMILY_MEMBER", "ANNUITY_TO_INCOME", "PAYMENT_RATE",
    "CREDIT_TO_GOODS_PRICE", "EXT_SOURCE_MEAN", "EXT_SOURCE_MIN", "EXT_SOURCE_MAX", "EXT_SOURCE_STD", "EXT_SOURCE_COUNT",
)  # fmt: skip


@dataclass(frozen=True)
class Scored:
    """Every row's PD, and whether it is granted, from folds that it is not in."""

    target: Vector
    pd: Vector
    is_granted: Mask
    thresholds: list[float]
    n_trees: int
    n_features: int


def _cross_fitted(target: Vector, raw: Vector, fold: np.ndarray, policy: Policy) -> tuple[Vector, Mask, list[float]]:
    """PDs and grants of each fold, by the calibration and the threshold of the others."""
    pd, is_granted, thresholds = np.empty(len(raw)), np.empty(len(raw), dtype=np.bool_), []
    for number in range(FOLDS):
        here, others = fold == number, fold != number
        calibration = fit_calibration(target[others], raw[others])
        threshold = optimal_threshold(target[others], calibrated_pd(raw[others], calibration), policy.cost)
        pd[here] = calibrated_pd(raw[here], calibration)
        is_granted[here] = pd[here] < threshold
        thresholds.append(threshold)
    return pd, is_granted, thresholds


def score(frame: pl.DataFrame, overrides: Mapping[str, Parameter], policy: Policy, name: str, seed: int = SEED) -> Scored:
    """Rows of `frame` (application_id, batch_id, target, features), each scored out of fold; the seed deals the folds, too."""
    rows = TrainingRows(frame.drop("application_id", "batch_id", "target"), frame["target"])
    fold = assign_folds(frame["application_id"].to_numpy(), rows.y, FOLDS, seed)
    parameters = resolve_parameters(overrides, frame.height)
    folds = fit_out_of_fold(rows, fold, parameters, seed, lambda stage: logger.info("%s: %s", name, stage))
    pd, is_granted, thresholds = _cross_fitted(rows.y, folds.raw, fold, policy)
    return Scored(rows.y, pd, is_granted, thresholds, folds.n_trees, rows.features.width)


def figures(scored: Scored, rows: Mask) -> dict[str, Any]:
    """The figures of one model on some rows."""
    target, pd, is_granted = scored.target[rows], scored.pd[rows], scored.is_granted[rows]
    intercept, slope = calibration_line(target, pd)
    return {
        "n_rows": len(target),
        "n_bad": int(target.sum()),
        "auc": auc(target, pd),
        "auc_interval": auc_interval(target, pd, n_draws=DRAWS),
        "ks": ks(target, pd),
        "brier": brier(target, pd),
        "cost": cost_per_application(target, is_granted),
        "cost_interval": mean_interval(cost_rows(target, is_granted), n_draws=DRAWS),
        "cost_approve_all": cost_per_application(target, np.ones(len(target), dtype=np.bool_)),
        "approval_rate": approval_rate(is_granted),
        "calibration_intercept": intercept,
        "calibration_slope": slope,
    }


def difference(one: Scored, other: Scored, rows: Mask) -> dict[str, Any]:
    """What `one` is better or worse by, on the same rows and the same resamples: AUC up is better, cost down is better."""
    target = one.target[rows]
    costs = cost_rows(target, one.is_granted[rows]) - cost_rows(target, other.is_granted[rows])
    return {
        "auc": auc(target, one.pd[rows]) - auc(target, other.pd[rows]),
        "auc_interval": auc_difference_interval(target, one.pd[rows], other.pd[rows], n_draws=DRAWS),
        "cost": float(np.mean(costs)),
        "cost_interval": mean_interval(costs, n_draws=DRAWS),
    }


def _plain(frame: pl.DataFrame, protected: list[str]) -> pl.DataFrame:
    """The columns of the application table but the protected ones, and the plain formulas."""
    columns = [name for name in table("application").column_names if name in frame.columns and name not in protected]
    return frame.select("application_id", "batch_id", "target", *columns, *PLAIN_FORMULAS)


def _frames(source: Path, protected: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The product's training frame without and with the protected attributes."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), None, memory_limit="4GB", threads=2, lock_wait_seconds=1.0, chunk_rows=20_000)
        with open_warehouse(settings) as connection:
            load_real_rows(connection, source)
            logger.info("real rows loaded")
            return (
                training_frame(connection, real_feature_set(connection, protected)),
                training_frame(connection, real_feature_set(connection, [])),
            )


def measure(source: Path) -> dict[str, Any]:
    """All figures, ready for JSON."""
    policy = load_policy(None)
    protected = policy.protected.columns
    frame, frame_with_protected = _frames(source, protected)
    models = {
        "loanwatch": score(frame, {}, policy, "loanwatch"),
        "loanwatch_with_protected": score(frame_with_protected, {}, policy, "with protected attributes"),
        "plain": score(_plain(frame_with_protected, []), PLAIN_PARAMETERS, policy, "plain"),
        "plain_without_protected": score(_plain(frame_with_protected, protected), PLAIN_PARAMETERS, policy, "plain, unprotected"),
    }
    has_history = frame.select(pl.max_horizontal(history_flag(name) for name in COMPLETE_TABLES)).to_series().to_numpy() == 1
    subsets = {"all": np.ones(frame.height, dtype=np.bool_), "with_histories": has_history}
    mine = models["loanwatch"]
    repeats = [score(frame, {}, policy, f"loanwatch, folds dealt with seed {seed}", seed) for seed in REPEAT_SEEDS]
    return {
        "engine": engine_name(),
        "folds": FOLDS,
        "seed": SEED,
        "bootstrap_draws": DRAWS,
        "protected": protected,
        "parameters": resolve_parameters({}, frame.height),
        "plain_parameters": PLAIN_PARAMETERS,
        "models": {
            name: {
                "n_features": scored.n_features,
                "n_trees": scored.n_trees,
                "thresholds": scored.thresholds,
                **{subset: figures(scored, rows) for subset, rows in subsets.items()},
            }
            for name, scored in models.items()
        },
        "differences": {
            name: {subset: difference(mine, models[name], rows) for subset, rows in subsets.items()}
            for name in models
            if name != "loanwatch"
        },
        "repeats": [
            {
                "seed": seed,
                "auc": auc(scored.target, scored.pd),
                "cost": cost_per_application(scored.target, scored.is_granted),
            }
            for seed, scored in zip(REPEAT_SEEDS, repeats, strict=True)
        ],
        "reliability": [item.model_dump() for item in reliability(mine.target, mine.pd)],
    }


def main() -> None:
    """Measures, writes the JSON, renders the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, help="folder with the competition's Parquet files")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    results = measure(arguments.source)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    update_page(PAGE, results)
    logger.info("wrote %s and %s", RESULTS.name, PAGE.name)


if __name__ == "__main__":
    main()
