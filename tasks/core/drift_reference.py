"""What a model is compared with: its inputs, the columns it does not read, its out-of-fold PDs, their points and decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from schemas.drift import Reference, policy_reference_id
from schemas.features import FORBIDDEN_COLUMNS, FeatureSet
from schemas.policy import Policy
from schemas.tables import table
from tasks.core.binning import freeze_subject
from tasks.core.decisions import decide
from tasks.core.scoring import score_points

#: In the order in which a reader expects them.
DECISIONS = ("approve", "review", "decline")


def uncovered_columns(features: FeatureSet) -> list[str]:
    """Application columns that no feature is computed from (protected ones among them), in the order of delivery."""
    covered = {column.rpartition(".")[2] for feature in features.features for column in feature.columns}
    return [name for name in table("application").column_names if name not in covered | FORBIDDEN_COLUMNS]


def freeze_model(
    model_version: str,
    inputs: pl.DataFrame,
    columns: pl.DataFrame,
    pd: pl.Series,
    importance: Mapping[str, float],
    policy: Policy,
) -> Reference:
    """The reference of a model: inputs, columns no feature covers, and PD.

    Args:
        model_version: its key.
        inputs: the model's inputs, one row per application that it was fitted on.
        columns: application columns that no feature covers, the same applications.
        pd: their out-of-fold PDs.
        importance: share of each input in the gain.
        policy: whose bins are used.
    """
    rules = policy.drift.bins
    subjects = [
        freeze_subject(values, rules, kind="feature", source="input", importance=importance[values.name]) for values in inputs
    ]
    subjects += [freeze_subject(values, rules, kind="feature", source="column") for values in columns]
    subjects.append(freeze_subject(pd.alias("pd"), rules, kind="score", source="pd"))
    return Reference(model_version, model_version, None, len(pd), tuple(subjects))


def reference_decisions(
    pd: pl.Series, features: pl.DataFrame, input_names: Sequence[str], threshold: float, policy: Policy
) -> pl.Series:
    """What the policy decides on the reference's PDs, had every usual history arrived.

    Hard rules read any feature; what is filled is counted over the model's inputs, which may be fewer.
    """
    is_filled = features.select(pl.sum_horizontal(pl.col(input_names).is_not_null())).to_series()
    insufficient = (is_filled < policy.quality.min_filled_share * len(input_names)).to_numpy()
    absent = np.zeros(len(pd), dtype=np.bool_)
    return decide(pd.to_numpy(), threshold, policy, features, insufficient, absent)["decision"]


def freeze_policy(model_version: str, pd: pl.Series, decisions: pl.Series, policy: Policy) -> Reference:
    """The reference of a model under a policy: score points on its scale, and the decision mix."""
    rules = policy.drift.bins
    points = pl.Series("score_points", score_points(pd.to_numpy(), policy.score))
    subjects = (
        freeze_subject(points, rules, kind="score", source="score_points"),
        freeze_subject(decisions.alias("decision"), rules, kind="decision", source="decision", fixed=DECISIONS),
    )
    return Reference(policy_reference_id(model_version, policy.sha256), model_version, policy.sha256, len(pd), subjects)
