"""Invented rows, and a small model of them, for tests of training, scoring and reasons."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import polars as pl

from schemas.policy import Policy, load_policy
from tasks.core.scoring import Model, verified_model
from tasks.core.training import FittedModel, TrainingPlan, fit_model


def policy() -> Policy:
    """The shipped policy."""
    return load_policy(None)


def training_frame(n_rows: int = 3000, seed: int = 1) -> pl.DataFrame:
    """Rows whose default depends on two numbers and a text; numbers and texts are missing here and there."""
    generator = np.random.default_rng(seed)
    score, debt, noise = generator.normal(size=(3, n_rows))
    job = generator.integers(0, 4, n_rows)
    log_odds = -2.2 - 1.2 * score + 0.8 * debt + 0.5 * (job == 3)
    target = (generator.random(n_rows) < 1 / (1 + np.exp(-log_odds))).astype(np.int8)
    missing = generator.random(n_rows) < 0.2
    return pl.DataFrame(
        {
            "application_id": generator.permutation(n_rows) + 100_000,
            "batch_id": pl.Series(2026010101 + 100 * (np.arange(n_rows) % 20), dtype=pl.Int32),
            "target": target,
            "EXT_SOURCE_1": pl.Series(np.where(missing, np.nan, score)).fill_nan(None),
            "EXT_SOURCE_2": score + generator.normal(size=n_rows),
            "BURO_AMT_CREDIT_SUM_DEBT_SUM": debt,
            "DAYS_BIRTH": -generator.integers(7000, 25000, n_rows).astype(float),
            "ANNUITY_TO_INCOME": np.abs(noise) * 0.1,
            "OCCUPATION_TYPE": pl.Series(np.array(["Drivers", "Managers", "Core staff", "Laborers"])[job]).set(
                pl.Series(missing), None
            ),
        }
    )


def plan(**changes: object) -> TrainingPlan:
    """A plan with few, quick trees."""
    parameters = {"learning_rate": 0.1, "max_trees": 60, "early_stopping_rounds": 10}
    standard: dict[str, object] = {
        "model_version": "m-2026-02-01-01",
        "trained_as_of": date(2026, 2, 1),
        "feature_set_id": "0123456789ab",
        "levels": {},
        "policy": policy(),
        "parameters": parameters,
    }
    return TrainingPlan(**{**standard, **changes})  # type: ignore[arg-type]


@cache
def fitted() -> FittedModel:
    """One model for all tests of a session."""
    return fit_model(training_frame(), plan())


def model() -> Model:
    """The same, ready to score."""
    return verified_model(fitted().manifest, fitted().text)
