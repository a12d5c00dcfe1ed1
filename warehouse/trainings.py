"""Trainings on record: who asked for a version and why, what was tried, and its hold-out. Callers hold the transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from schemas.parameters import RetrainParameters
from schemas.training_record import CandidateRecord, Figure
from warehouse.audit import append_row
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.drift_references import insert_frame
from warehouse.sql_files import sql

_NOTHING = Figure(value=None)


@dataclass(frozen=True)
class Training:
    """Who asked for a version, why, and with which parameters it was fitted."""

    request_id: str
    model_version: str
    requested_by: str
    reason: str
    parameters: RetrainParameters
    record_sha256: str


def record_training(
    connection: Connection,
    *,
    request_id: str,
    model_version: str,
    requested_by: str,
    reason: str,
    parameters: RetrainParameters,
    record_sha256: str,
) -> None:
    """Records the training of a version, in the transaction that registers it."""
    values = {
        "request_id": request_id,
        "model_version": model_version,
        "requested_by": requested_by,
        "reason": reason,
        "parameters": json.dumps(parameters.model_dump(mode="json"), sort_keys=True),
        "record_sha256": record_sha256,
        "trained_at": now(),
    }
    connection.execute(sql("registry/insert_training"), values)
    append_row(connection, "training", requested_by, model_version, "registry.trainings_v1", model_version)


def training_by_request(connection: Connection, request_id: str) -> str | None:
    """The version that a request gave, if it was registered."""
    row = connection.execute(sql("registry/training_by_request"), {"request_id": request_id}).fetchone()
    return None if row is None else str(row[0])


def training_of(connection: Connection, model_version: str) -> Training | None:
    """The training of a version; None for one registered before trainings were recorded."""
    row = connection.execute(sql("registry/training_of"), {"model_version": model_version}).fetchone()
    if row is None:
        return None
    request_id, version, requested_by, reason, parameters, record_sha256 = row
    return Training(request_id, version, requested_by, reason, RetrainParameters.model_validate_json(parameters), record_sha256)


def record_candidates(connection: Connection, model_version: str, candidates: Sequence[CandidateRecord]) -> None:
    """Records the candidates of a training with their figures on the hold-out."""
    frame = pl.DataFrame([_candidate_row(model_version, item) for item in candidates], infer_schema_length=None)
    insert_frame(connection, "registry/insert_candidates", "new_candidates", frame)


def _candidate_row(model_version: str, item: CandidateRecord) -> dict[str, str | bool | float | None]:
    return {
        "model_version": model_version,
        "candidate": item.name,
        "may_become_champion": item.may_become_champion,
        **_bounded("auc", item.holdout.figures["auc"]),
        **_bounded("cost", item.holdout.figures["cost"]),
        **_bounded("auc_difference", item.auc_difference or _NOTHING),
        **_bounded("cost_difference", item.cost_difference or _NOTHING),
        "threshold": item.threshold,
        "seconds": item.seconds,
    }


def _bounded(name: str, figure: Figure) -> dict[str, float | None]:
    return {name: figure.value, f"{name}_lower": figure.lower, f"{name}_upper": figure.upper}


def write_holdout_scores(connection: Connection, model_version: str, scores: pl.DataFrame) -> None:
    """Writes the hold-out of a version: application_id, batch_id, target, pd."""
    frame = scores.select(pl.lit(model_version).alias("model_version"), "application_id", "batch_id", "target", "pd")
    insert_frame(connection, "registry/insert_holdout_scores", "new_scores", frame)


def unseen_rows(connection: Connection, model_version: str, champion_version: str) -> pl.DataFrame:
    """Hold-out of a version without applicants that it or the champion was fitted on: keys, target, pd; by key."""
    values = {"model_version": model_version, "champion_version": champion_version}
    return connection.execute(sql("registry/unseen_rows"), values).pl()
