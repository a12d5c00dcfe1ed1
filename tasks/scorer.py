"""A registered model with the rules it scores under: one way for the champion that decides and the challenger beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.errors import VerificationError
from schemas.features import FeatureSet, feature_set
from schemas.policy import Policy
from schemas.settings import Settings
from tasks.core.decisions import decide
from tasks.core.scoring import Model, score_points
from tasks.core.vectors import Mask, Vector
from tasks.model_files import read_model
from warehouse.registry import ChampionRef


@dataclass(frozen=True)
class Scorer:
    """What scores a delivery: the model, its feature set, the policy of the day and the history tables that are absent."""

    ref: ChampionRef
    model: Model
    feature_set: FeatureSet
    policy: Policy
    absent_tables: Sequence[str]


def read_scorer(settings: Settings, ref: ChampionRef, policy: Policy, absent_tables: Sequence[str]) -> Scorer:
    """The model of a reference, verified.

    Raises:
        VerificationError: the model's files, its feature set or its threshold are not what the registry says.
    """
    model = read_model(settings.models / ref.model_version, ref.sha256)
    features = feature_set(model.manifest.levels, model.manifest.protected)
    if not features.feature_set_id == model.manifest.feature_set_id == ref.feature_set_id:
        raise VerificationError(
            f"model {ref.model_version} reads feature set {ref.feature_set_id}",
            expected=f"feature set {features.feature_set_id}, which this version of Loanwatch computes",
            where="schemas/features.py",
            remedy="run the version of Loanwatch that trained the model, or train a new one with `loanwatch retrain`",
        )
    unknown = sorted(set(model.manifest.input_names) - set(features.names))
    if unknown:
        raise VerificationError(
            f"model {ref.model_version} reads {len(unknown)} input(s) that are no features of its set, among them {unknown[0]}",
            expected=f"inputs among the features of set {features.feature_set_id}",
            where=f"model {ref.model_version}",
            remedy="restore the model's folder from a backup, or roll back to another version",
        )
    if model.manifest.threshold != ref.threshold:
        raise VerificationError(
            "the threshold in the manifest differs from the registry's",
            where=f"model {ref.model_version}",
            remedy="restore the model's folder from a backup",
        )
    return Scorer(ref, model, features, policy, absent_tables)


def score_rows(scorer: Scorer, features: pl.DataFrame, pd: Vector, insufficient: Mask) -> pl.DataFrame:
    """What the policy makes of rows, in the order given.

    Args:
        scorer: model, threshold and policy.
        features: the rows' features, which hard rules read.
        pd: the model's calibrated PDs of the rows.
        insufficient: rows with less than the policy's share of filled inputs.

    Returns:
        model_version, policy_sha256, pd, score_points, threshold, decision, decided_by.

    Raises:
        VerificationError: a hard rule reads what is no numeric feature of the model.
    """
    threshold = scorer.ref.threshold
    missing_history = np.full(len(pd), bool(scorer.absent_tables))
    decided = decide(pd, threshold, scorer.policy, features, insufficient, missing_history)
    return decided.select(
        pl.lit(scorer.ref.model_version).alias("model_version"),
        pl.lit(scorer.policy.sha256).alias("policy_sha256"),
        pl.Series("pd", pd),
        pl.Series("score_points", score_points(pd, scorer.policy.score)),
        pl.lit(threshold).alias("threshold"),
        "decision",
        "decided_by",
    )
