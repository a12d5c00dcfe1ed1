"""Decisions, reasons, quality records and stored features: appended per application version, never overwritten."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from schemas.policy import QualityRules
from schemas.references import PendingBatch
from warehouse.audit import append_decisions
from warehouse.chunk_fingerprints import chunk_set
from warehouse.connection import Connection, transaction
from warehouse.fingerprints import set_just_written
from warehouse.frames import shown
from warehouse.shadow import ShadowGap, write_shadow
from warehouse.sql_files import quoted, sql
from warehouse.threads import at_most_threads

if TYPE_CHECKING:
    import polars as pl

    from schemas.audit import DecisionSet
    from schemas.features import FeatureSet


#: What all decisions of a chunk have in common.
_SET = ["batch_id", "decided_at", "model_version", "policy_sha256"]


@dataclass(frozen=True)
class ScoredChunk:
    """What one chunk of application versions gave; every frame has application_id and batch_id.

    `features`: empty where the warehouse holds them already. `shadow`: what the challenger would have decided, None where it did
    not score; `shadow_gap`: why it could not. `engine`: what summed the trees. `warnings`: what went another way than planned.
    `content`: what the audit keeps of decisions, reasons and quality, where that was worked out before they are written.
    """

    decisions: pl.DataFrame
    reasons: pl.DataFrame
    quality: pl.DataFrame
    features: pl.DataFrame
    shadow: pl.DataFrame | None = None
    shadow_gap: ShadowGap | None = None
    engine: str = ""
    warnings: tuple[str, ...] = ()
    content: DecisionSet | None = None


def pending_batches(connection: Connection, as_of: date) -> list[PendingBatch]:
    """Deliveries received up to the business date that are not decided whole, oldest first."""
    rows = connection.execute(sql("score/pending_batches"), {"as_of": as_of}).fetchall()
    return [PendingBatch(*row) for row in rows]


def pending_versions(connection: Connection, batch_id: int, at_most: int | None = None) -> pl.DataFrame:
    """Undecided application versions of a delivery: application_id, batch_id, in order; all, or the first so many."""
    return connection.execute(sql("score/pending_versions"), {"batch_id": batch_id, "at_most": at_most}).pl()


def absent_tables(connection: Connection, batch_id: int, rules: QualityRules) -> list[str]:
    """History tables that usually arrive and are absent from the delivery's day."""
    values = {"batch_id": batch_id, "usual_batches": rules.usual_batches, "usual_share": rules.usual_share}
    return [row[0] for row in connection.execute(sql("score/absent_tables"), values).fetchall()]


def features_table(feature_set_id: str) -> str:
    """Name of the table that stores the values of a feature set."""
    if not feature_set_id.isalnum():
        raise ValueError("a feature set id is made of hex digits")
    return f"score.features_{feature_set_id}_v1"


def ensure_features_table(connection: Connection, feature_set: FeatureSet) -> None:
    """Creates the table of a feature set, with a comment on every column, and registers the set; twice changes nothing.

    Whoever makes a model champion does it, too, so that its first night finds the table: each comment copies the description of
    the whole table, which takes a second or two for hundreds of columns.
    """
    known = connection.execute(
        "SELECT count(*) FROM registry.feature_sets_v1 WHERE feature_set_id = $id", {"id": feature_set.feature_set_id}
    ).fetchone()
    if known is not None and known[0] > 0:
        return
    table = features_table(feature_set.feature_set_id)
    types = {"number": "DOUBLE", "text": "VARCHAR"}
    columns = ",\n  ".join(f'"{feature.name}" {types[feature.kind]}' for feature in feature_set.features)
    with transaction(connection):
        connection.execute(
            f"CREATE TABLE {table} (\n  application_id BIGINT NOT NULL,\n  batch_id INTEGER NOT NULL,\n  {columns}\n)"
        )
        connection.execute(
            f"COMMENT ON TABLE {table} IS 'One row per scored application version: the values the model was given.'"
        )
        connection.execute(f"COMMENT ON COLUMN {table}.application_id IS 'Applicant key.'")
        connection.execute(f"COMMENT ON COLUMN {table}.batch_id IS 'Delivery of the application version, as yyyymmddvv.'")
        for feature in feature_set.features:
            connection.execute(f'COMMENT ON COLUMN {table}."{feature.name}" IS {quoted(feature.description)}')
        connection.execute(
            "INSERT INTO registry.feature_sets_v1 BY NAME SELECT $id AS feature_set_id, $n AS n_features, $content AS content",
            {
                "id": feature_set.feature_set_id,
                "n": len(feature_set.features),
                "content": json.dumps([[feature.name, feature.kind] for feature in feature_set.features]),
            },
        )


def stored_features(connection: Connection, feature_set: FeatureSet) -> int:
    """How many versions the table of a feature set holds."""
    row = connection.execute(f"SELECT count(*) FROM {features_table(feature_set.feature_set_id)}").fetchone()
    return 0 if row is None else int(row[0])


def with_content(chunk: ScoredChunk) -> ScoredChunk:
    """The same with what the audit keeps of it, which takes as long as writing it and does without the warehouse."""
    if chunk.content is not None:
        return chunk
    ((batch_id, decided_at, _, _),) = chunk.decisions.select(_SET).unique().rows()
    return replace(chunk, content=chunk_set(batch_id, decided_at, chunk.decisions, chunk.reasons, chunk.quality))


def write_chunk(connection: Connection, feature_set: FeatureSet, chunk: ScoredChunk) -> None:
    """Writes everything about a chunk of application versions, which have no decision yet. The caller holds the transaction."""
    table = features_table(feature_set.feature_set_id)
    registered = {
        "new_decisions": chunk.decisions,
        "new_reasons": chunk.reasons,
        "new_quality": chunk.quality,
        "new_features": chunk.features,
    }
    # One thread writes with less than half of the work of two, which build tables of their own of each chunk first.
    with shown(connection, registered), at_most_threads(connection, 1):
        with ThreadPoolExecutor(1) as beside:  # Polars hashes while DuckDB writes
            complete = beside.submit(with_content, chunk)
            for name in ("decisions", "reasons", "quality"):
                connection.execute(sql(f"score/insert_{name}"))
            if not chunk.features.is_empty():
                connection.execute(f"INSERT INTO {table} BY NAME FROM new_features")
            write_shadow(connection, chunk.shadow, chunk.shadow_gap)
        _record(connection, complete.result())


def _record(connection: Connection, chunk: ScoredChunk) -> None:
    """Puts a chunk into the audit: it is of one delivery, decided at one instant, by one model and one policy."""
    ((batch_id, decided_at, model_version, policy_sha256),) = chunk.decisions.select(_SET).unique().rows()
    found = set_just_written(connection, batch_id, decided_at) if chunk.content is None else chunk.content
    append_decisions(connection, found, model_version, policy_sha256, chunk.engine)
