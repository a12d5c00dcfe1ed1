"""Scoring one delivery: features, PD, decision, reasons, quality; chunk by chunk, each chunk committed whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.errors import VerificationError
from schemas.features import FeatureSet, feature_set
from schemas.policy import Policy
from schemas.references import BatchScore, PendingBatch
from schemas.settings import Settings
from schemas.tables import table
from tasks.core.decisions import decide
from tasks.core.encoding import Matrix, row_sha256, to_matrix
from tasks.core.quality import assess_quality
from tasks.core.reasons import contributions, explain_rows
from tasks.core.scoring import Model, predict_pd, score_points
from tasks.model_files import read_model
from tasks.progress import OnProgress
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.features import compute_features
from warehouse.registry import ChampionRef, champion_on, policy_on
from warehouse.scores import (
    ScoredChunk,
    absent_tables,
    ensure_features_table,
    pending_versions,
    write_chunk,
)

_APPLICATION_COLUMNS = frozenset(table("application").column_names)


@dataclass(frozen=True)
class Scorer:
    """What decides a delivery: champion, its feature set, the policy of the day and the history tables that are absent."""

    champion: ChampionRef
    model: Model
    feature_set: FeatureSet
    policy: Policy
    absent_tables: list[str]


def load_scorer(connection: Connection, settings: Settings, batch: PendingBatch) -> Scorer:
    """Champion and policy of the delivery's business date, verified.

    Raises:
        NoChampionError: no model is in force on that date.
        VerificationError: the model's files, its feature set or the policy are not what the registry says.
    """
    champion = champion_on(connection, batch.received_on)
    policy = policy_on(connection, batch.received_on)
    model = read_model(settings.models / champion.model_version, champion.sha256)
    features = feature_set(model.manifest.levels, model.manifest.protected)
    if not features.feature_set_id == model.manifest.feature_set_id == champion.feature_set_id:
        raise VerificationError(
            f"model {champion.model_version} reads feature set {champion.feature_set_id}",
            expected=f"feature set {features.feature_set_id}, which this version of Loanwatch computes",
            where="schemas/features.py",
            remedy="run the version of Loanwatch that trained the model, or train a new one with `loanwatch retrain`",
        )
    if model.manifest.threshold != champion.threshold:
        raise VerificationError(
            "the threshold in the manifest differs from the registry's",
            where=f"model {champion.model_version}",
            remedy="restore the model's folder from a backup",
        )
    return Scorer(champion, model, features, policy, absent_tables(connection, batch.batch_id, policy.quality))


def score_batch(
    connection: Connection, settings: Settings, batch: PendingBatch, on_progress: OnProgress | None = None
) -> BatchScore:
    """Decides every undecided application version of the delivery. Interrupted, it goes on with what is left."""
    scorer = load_scorer(connection, settings, batch)
    ensure_features_table(connection, scorer.feature_set)
    versions = pending_versions(connection, batch.batch_id)
    result = BatchScore(batch.batch_id, batch.received_on, scorer.champion.model_version, absent_tables=scorer.absent_tables)
    for start in range(0, len(versions), settings.chunk_rows):
        chunk = _score_chunk(connection, scorer, batch, versions.slice(start, settings.chunk_rows))
        write_chunk(connection, scorer.feature_set, chunk)
        _count(result, chunk)
        if on_progress is not None:
            on_progress(result.n_scored, len(versions), str(batch.received_on))
    return result


def _count(result: BatchScore, chunk: ScoredChunk) -> None:
    result.n_scored += len(chunk.decisions)
    for decision, n in chunk.decisions["decision"].value_counts().iter_rows():
        result.decisions[decision] += n


def _score_chunk(connection: Connection, scorer: Scorer, batch: PendingBatch, versions: pl.DataFrame) -> ScoredChunk:
    features = compute_features(connection, scorer.feature_set, versions)
    keys = features.select("application_id", "batch_id")
    matrix = to_matrix(features, scorer.model.encoding)
    quality = assess_quality(
        keys,
        matrix,
        scorer.model.manifest,
        application_columns=_APPLICATION_COLUMNS,
        absent_tables=scorer.absent_tables,
        min_filled_share=scorer.policy.quality.min_filled_share,
    )
    pd = predict_pd(scorer.model, matrix)
    missing_history = np.full(len(pd), bool(scorer.absent_tables))
    decided = decide(pd, scorer.champion.threshold, scorer.policy, features, quality.is_insufficient, missing_history)
    decisions = keys.with_columns(
        pl.lit(batch.received_on).alias("received_on"),
        pl.lit(batch.received_on).alias("as_of"),
        pl.lit("nightly").alias("origin"),
        row_sha256(matrix).alias("features_sha256"),
        pl.lit(scorer.champion.model_version).alias("model_version"),
        pl.lit(scorer.policy.sha256).alias("policy_sha256"),
        pl.Series("pd", pd),
        pl.Series("score_points", score_points(pd, scorer.policy.score)),
        pl.lit(scorer.champion.threshold).alias("threshold"),
        decided["decision"],
        decided["decided_by"],
        pl.lit(now()).alias("decided_at"),
    )
    return ScoredChunk(decisions, _explain(scorer, matrix, decisions), quality.records, features)


def _explain(scorer: Scorer, matrix: Matrix, decisions: pl.DataFrame) -> pl.DataFrame:
    refused = decisions.with_row_index("position").filter(pl.col("decision") != "approve")
    values = contributions(scorer.model, matrix[refused["position"].to_numpy()])
    reasons = explain_rows(values, scorer.model.manifest.input_names, refused["decided_by"], scorer.policy)
    keys = refused.select(pl.int_range(pl.len()).cast(reasons.schema["row"]).alias("row"), "application_id", "batch_id")
    return keys.join(reasons, on="row", how="inner", maintain_order="right").drop("row")
