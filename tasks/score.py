"""Scoring one delivery: features, PD, decision, reasons, quality; chunk by chunk, as many as fill a row group committed whole."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from schemas.references import BatchScore, PendingBatch
from schemas.settings import ROW_GROUP_ROWS, Settings
from tasks.ahead import one_ahead
from tasks.compiled import quicken
from tasks.core.assessing import assess_rows
from tasks.core.commits import commits
from tasks.core.compiled import engine_name
from tasks.core.encoding import to_matrix
from tasks.core.explaining import explain
from tasks.core.vectors import Mask, Vector
from tasks.features_ahead import features_ahead
from tasks.progress import OnProgress
from tasks.scorer import Scorer, read_scorer, score_rows
from tasks.shadow import Challenger, count_swaps, load_challenger, score_beside
from warehouse.clock import now
from warehouse.connection import Connection, transaction
from warehouse.features import compute_features
from warehouse.memory import give_back, give_back_tables
from warehouse.registry import champion_on, policy_on
from warehouse.scores import (
    ScoredChunk,
    absent_tables,
    ensure_features_table,
    pending_versions,
    stored_features,
    with_content,
    write_chunk,
)

#: Versions looked for and decided in one pass, in whole row groups: more pending ones are not held, whatever the delivery.
PASS_ROWS = 48 * ROW_GROUP_ROWS


@dataclass(frozen=True)
class Scoring:
    """Who scores a delivery: the champion that decides, and the challenger beside it, if there is one."""

    champion: Scorer
    challenger: Challenger | None


def load_champion(connection: Connection, settings: Settings, batch: PendingBatch) -> Scorer:
    """Champion and policy of the delivery's business date, verified.

    Raises:
        NoChampionError: no model is in force on that date.
        VerificationError: the model's files, its feature set or the policy are not what the registry says.
    """
    champion = champion_on(connection, batch.received_on)
    policy = policy_on(connection, batch.received_on)
    return read_scorer(settings, champion, policy, absent_tables(connection, batch.batch_id, policy.quality))


def load_scoring(connection: Connection, settings: Settings, batch: PendingBatch) -> Scoring:
    """Champion and challenger of the delivery's business date; a place for its features. Raises as `load_champion` does."""
    champion = load_champion(connection, settings, batch)
    ensure_features_table(connection, champion.feature_set)
    return Scoring(champion, load_challenger(connection, settings, batch, champion))


def new_score(scoring: Scoring, batch: PendingBatch) -> BatchScore:
    """The counts of a delivery before anything of it is scored."""
    champion = scoring.champion
    return BatchScore(batch.batch_id, batch.received_on, champion.ref.model_version, absent_tables=list(champion.absent_tables))


def score_batch(
    connection: Connection,
    settings: Settings,
    batch: PendingBatch,
    on_progress: OnProgress | None = None,
    so_far: BatchScore | None = None,
) -> BatchScore:
    """Decides undecided application versions of the delivery, PASS_ROWS at most, the challenger scoring beside the champion.

    Interrupted, it goes on with what is left. `so_far`: what was decided of the delivery before, which is added to.
    """
    scoring = load_scoring(connection, settings, batch)
    versions = pending_versions(connection, batch.batch_id, PASS_ROWS)
    give_back(connection, settings)  # finding them read the whole delivery
    result = new_score(scoring, batch) if so_far is None else so_far

    def report() -> None:
        if on_progress is not None:
            on_progress(result.n_scored, batch.n_pending, str(batch.received_on))

    features_of = scoring.champion.feature_set
    cuts = commits(len(versions), settings.chunk_rows, stored_features(connection, features_of))
    groups = [versions.slice(start, n_rows) for start, n_rows in cuts]
    with (
        features_ahead(connection, features_of, groups, settings.chunk_rows) as features,
        closing(_chunks(connection, batch, scoring, features)) as chunks,
    ):
        for group in groups:
            with transaction(connection):
                n_left = group.height
                for chunk in chunks:
                    write_chunk(connection, features_of, chunk)
                    count_chunk(result, chunk)
                    n_left -= chunk.decisions.height
                    if not n_left:
                        break  # it counts once it is committed
                    report()
            give_back_tables(connection, settings)
            report()
    give_back(connection, settings)
    return result


def _chunks(
    connection: Connection, batch: PendingBatch, scoring: Scoring, features: Iterator[pl.DataFrame]
) -> Generator[ScoredChunk, None, None]:
    """What is made of chunks of features. One is decided and another fingerprinted while a third is written."""
    scored = one_ahead(partial(score_chunk, scoring.champion, batch), features)
    for chunk in one_ahead(with_content, scored):
        yield _with_challenger(connection, scoring, batch, chunk)


def score_versions(connection: Connection, scoring: Scoring, batch: PendingBatch, versions: pl.DataFrame) -> ScoredChunk:
    """What champion and challenger make of versions of a delivery. The connection gives features; nothing is written to it."""
    features = compute_features(connection, scoring.champion.feature_set, versions)
    return _with_challenger(connection, scoring, batch, score_chunk(scoring.champion, batch, features))


def _with_challenger(connection: Connection, scoring: Scoring, batch: PendingBatch, chunk: ScoredChunk) -> ScoredChunk:
    if scoring.challenger is None:
        return chunk
    return _add_shadow(connection, scoring.champion, scoring.challenger, batch, chunk)


def count_chunk(result: BatchScore, chunk: ScoredChunk) -> None:
    """Adds a chunk to the counts of its delivery."""
    result.n_scored += len(chunk.decisions)
    for decision, n in chunk.decisions["decision"].value_counts().iter_rows():
        result.decisions[decision] += n
    _add_warnings(result, chunk.warnings)
    count_swaps(result, chunk.decisions, chunk.shadow, chunk.shadow_gap)


def _add_warnings(result: BatchScore, warnings: Sequence[str]) -> None:
    """Each once."""
    result.warnings += [warning for warning in warnings if warning not in result.warnings]


def _add_shadow(
    connection: Connection, champion: Scorer, challenger: Challenger, batch: PendingBatch, chunk: ScoredChunk
) -> ScoredChunk:
    feature_set_id = champion.feature_set.feature_set_id
    beside = score_beside(connection, challenger, batch, chunk.features, feature_set_id)
    return replace(chunk, shadow=beside.scores, shadow_gap=beside.gap, warnings=(*chunk.warnings, *beside.warnings))


def score_chunk(scorer: Scorer, batch: PendingBatch, features: pl.DataFrame) -> ScoredChunk:
    """Decisions, reasons and quality of rows whose features are given."""
    quick, warning = quicken(scorer, batch.n_pending, features)
    decisions, quality = decide_rows(quick, batch, features)
    reasons, warnings = _explain(scorer, features, decisions)
    told = (*([warning] if warning else []), *warnings)
    return ScoredChunk(decisions, reasons, quality, features, engine=engine_name(quick.model), warnings=told)


def decide_rows(scorer: Scorer, batch: PendingBatch, features: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Decisions and quality records of rows whose features are given."""
    rows = assess_rows(scorer.model, features, scorer.absent_tables, scorer.policy.quality.min_filled_share)
    return decisions_of(scorer, batch, features, rows.pd, rows.quality.is_insufficient, rows.sha256), rows.quality.records


def decisions_of(
    scorer: Scorer, batch: PendingBatch, features: pl.DataFrame, pd: Vector, insufficient: Mask, sha256: pl.Series
) -> pl.DataFrame:
    """Decisions, as the warehouse keeps them, of rows whose PD and hash are given; of this instant."""
    scores = score_rows(scorer, features, pd, insufficient)
    keys = features.select("application_id", "batch_id")
    return pl.concat([keys, scores], how="horizontal").with_columns(
        pl.lit(batch.received_on).alias("received_on"),
        pl.lit(batch.received_on).alias("as_of"),
        pl.lit("nightly").alias("origin"),
        sha256,
        pl.lit(now()).alias("decided_at"),
    )


def _explain(scorer: Scorer, features: pl.DataFrame, decisions: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The reasons of the refused rows with their keys, and what the night's report has to say about how they were found."""
    refused = decisions.with_row_index("position").filter(pl.col("decision") != "approve")
    matrix = to_matrix(features[refused["position"]], scorer.model.encoding)
    reasons, warning = explain(scorer.model, matrix, refused["decided_by"], scorer.policy)
    keys = refused.select(pl.int_range(pl.len()).cast(reasons.schema["row"]).alias("row"), "application_id", "batch_id")
    return keys.join(reasons, on="row", how="inner", maintain_order="right").drop("row"), (warning,) if warning else ()
