"""The rows of a training: which application versions, with which features, as they lie in the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from schemas.errors import UsageError
from schemas.features import FeatureSet, feature_set
from schemas.parameters import RetrainParameters
from schemas.policy import Policy
from schemas.settings import Settings
from tasks.progress import OnProgress
from tasks.training_parts import Parts, divide, write_parts
from warehouse.connection import Connection
from warehouse.features import iter_features, observe_levels
from warehouse.registry import training_versions

_KEYS = ["application_id", "batch_id"]


@dataclass(frozen=True)
class TrainingData:
    """Features and outcomes of mature cohorts: application_id, batch_id, target, then the features; sorted by key.

    `parts` holds the rows that only the final trees see, None where all rows are in the frame.
    """

    features: FeatureSet
    levels: dict[str, list[str]]
    frame: pl.DataFrame
    parts: Parts | None = None


def _require_rows(versions: pl.DataFrame, as_of: date, parameters: RetrainParameters) -> None:
    if versions.is_empty():
        raise UsageError(
            f"no application has a mature outcome as of {as_of}",
            expected=f"cohorts received at least {parameters.maturity_days} days earlier, with outcomes delivered by then",
            where="raw.application, raw.outcomes",
            remedy="deliver outcomes, name a later --as-of, or shorten the window with --set maturity_days=N",
        )


def training_frame(
    connection: Connection, features: FeatureSet, versions: pl.DataFrame, chunk_rows: int, on_progress: OnProgress | None
) -> pl.DataFrame:
    """Features and target of the versions: application_id, batch_id, target, then the features; sorted by key."""
    frames, done = [], 0
    target = versions.select(*_KEYS, "target")
    for frame in iter_features(connection, features, versions, chunk_rows):
        # chunk by chunk: a join of the whole would hold the features twice
        joined = frame.join(target, on=_KEYS, how="inner", maintain_order="left")
        frames.append(joined.select(*_KEYS, "target", *features.names))
        done += frame.height
        if on_progress is not None:
            on_progress(done, versions.height, "features")
    return pl.concat(frames)


def read_training_data(
    connection: Connection,
    settings: Settings,
    as_of: date,
    parameters: RetrainParameters,
    policy: Policy,
    on_progress: OnProgress | None,
    folder: Path,
) -> TrainingData:
    """The cohorts that are wholly mature on the business date, in the window asked for.

    Rows beyond `parameters.rows_in_memory` are written to `folder`, and never held here together.

    Raises:
        UsageError: there is none.
    """
    versions = training_versions(
        connection,
        as_of,
        maturity_days=parameters.maturity_days,
        received_from=parameters.received_from or date.min,
        received_to=parameters.received_to or date.max,
    )
    _require_rows(versions, as_of, parameters)
    levels = observe_levels(connection, int(as_of.strftime("%Y%m%d")) * 100 + 99)
    features = feature_set(levels, policy.protected.columns)
    here, beyond = divide(versions, parameters.rows_in_memory, parameters.holdout_share)
    frame = training_frame(connection, features, here, settings.chunk_rows, on_progress)
    parts = None if beyond.is_empty() else write_parts(connection, settings, features, beyond, folder, on_progress)
    return TrainingData(features, levels, frame, parts)
