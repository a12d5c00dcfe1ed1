"""The simulated default rate is explained by what a model can see, and about as well as the real one."""

from __future__ import annotations

import lightgbm
import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from tasks.core.simulation.scenarios import Frames
from tests.simulated import simulated

N_APPLICANTS = 25_000
PARAMETERS = {
    "objective": "binary",
    "learning_rate": 0.07,
    "num_leaves": 15,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.4,
    "lambda_l2": 20.0,
    "num_threads": 2,
    "seed": 1,
    "verbose": -1,
}


def history_features(frames: Frames) -> pl.DataFrame:
    """A few aggregates of the histories, one row per applicant that has any."""
    late = pl.col("DAYS_ENTRY_PAYMENT") > pl.col("DAYS_INSTALMENT")
    parts = [
        frames["bureau"]
        .group_by("SK_ID_CURR")
        .agg(
            active=(pl.col("CREDIT_ACTIVE") == "Active").mean(),
            opened=pl.col("DAYS_CREDIT").mean(),
            overdue=pl.col("AMT_CREDIT_MAX_OVERDUE").mean(),
        ),
        frames["previous_application"]
        .group_by("SK_ID_CURR")
        .agg(refused=(pl.col("NAME_CONTRACT_STATUS") == "Refused").mean(), decided=pl.col("DAYS_DECISION").mean()),
        frames["installments_payments"].group_by("SK_ID_CURR").agg(late=late.mean()),
        frames["POS_CASH_balance"].group_by("SK_ID_CURR").agg(past_due=(pl.col("SK_DPD") > 0).mean()),
    ]
    found = frames["application"].select("SK_ID_CURR")
    for part in parts:
        found = found.join(part, on="SK_ID_CURR", how="left", maintain_order="left")
    return found.drop("SK_ID_CURR")


def matrix(frame: pl.DataFrame) -> NDArray[np.float64]:
    """All columns as numbers; text as the rank of its level."""
    numbers = [pl.col(name).rank("dense") if kind == pl.String else pl.col(name) for name, kind in frame.schema.items()]
    return frame.select(number.cast(pl.Float64) for number in numbers).to_numpy()


def test_a_model_reaches_the_auc_of_real_applications() -> None:
    day = simulated(N_APPLICANTS)
    rows = matrix(pl.concat([day.frames["application"].drop("SK_ID_CURR"), history_features(day.frames)], how="horizontal"))
    target = day.outcomes["TARGET"].to_numpy()
    is_train = np.arange(N_APPLICANTS) % 4 > 0
    model = lightgbm.train(PARAMETERS, lightgbm.Dataset(rows[is_train], target[is_train]), num_boost_round=150)
    auc = roc_auc_score(target[~is_train], model.predict(rows[~is_train]))
    assert 0.74 <= auc <= 0.80


def test_each_source_of_risk_is_visible_alone() -> None:
    day = simulated(N_APPLICANTS)
    seen = pl.concat([day.frames["application"], history_features(day.frames)], how="horizontal")
    seen = seen.with_columns(day.outcomes["TARGET"], DAYS_EMPLOYED=pl.col("DAYS_EMPLOYED").replace(365243, None))
    signs = {"EXT_SOURCE_1": -1, "EXT_SOURCE_2": -1, "EXT_SOURCE_3": -1, "DAYS_BIRTH": 1, "DAYS_EMPLOYED": 1}
    signs |= dict.fromkeys(("active", "opened", "overdue", "refused", "decided", "late", "past_due"), 1)
    correlations = {name: seen.drop_nulls(name).select(pl.corr(name, "TARGET")).item() for name in signs}
    assert {name: value for name, value in correlations.items() if value * signs[name] < 0.03} == {}
