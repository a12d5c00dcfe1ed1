"""Rows of a training that do not fit into memory: which stay here, and the others as files for the workers of a cluster.

What chooses (folds, search, calibration, threshold, hold-out) looks at a sample of the applicants; what only grows the final
trees never comes into one memory: its features go from the warehouse to files of `chunk_rows` rows each.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from schemas.features import FeatureSet
from schemas.settings import Settings
from tasks.core.folds import id_hash, is_held_out
from tasks.progress import OnProgress
from warehouse.connection import Connection
from warehouse.features import iter_features
from warehouse.partition_reading import write_part

_KEYS = ["application_id", "batch_id"]
TARGET = "target"
#: Which applicants stay in memory has nothing to do with the hold-out, a fold or a partition.
_SALT = 0x3E11


@dataclass(frozen=True)
class Parts:
    """Files of features and target with their numbers of rows, and the SHA-256 of the keys and targets that they hold."""

    files: tuple[tuple[Path, int], ...]
    keys_sha256: str

    @property
    def n_rows(self) -> int:
        return sum(n_rows for _, n_rows in self.files)


def divide(versions: pl.DataFrame, most: int, holdout_share: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The versions that stay in memory, at most `most`, and those that only the final trees see.

    Applicants are taken whole, in the order of a hash of their id, so that the same rows give the same sample whatever their
    order. Of the others those that `is_held_out` would hold out are in neither: no training may see them.

    Args:
        versions: application_id, batch_id and further columns.
        most: rows in memory; 0 for all.
        holdout_share: of the applicants.
    """
    if not most or versions.height <= most:
        return versions, versions.clear()
    ids = versions["application_id"].to_numpy()
    hashes = id_hash(ids, _SALT)
    order = np.lexsort((ids, hashes))
    # the last applicant may lie across the limit: up to its first row, then
    end = most
    while end and ids[order[end]] == ids[order[end - 1]]:
        end -= 1
    stays = np.zeros(versions.height, dtype=np.bool_)
    stays[order[:end]] = True
    grows = ~stays & ~is_held_out(ids, holdout_share)
    return versions.filter(pl.Series(stays)), versions.filter(pl.Series(grows))


def write_parts(
    connection: Connection,
    settings: Settings,
    features: FeatureSet,
    versions: pl.DataFrame,
    folder: Path,
    on_progress: OnProgress | None,
) -> Parts:
    """Features and target of the versions, chunk by chunk, each in a file of its own."""
    target, files, done = versions.select(*_KEYS, TARGET), [], 0
    digest = hashlib.sha256()
    for number, frame in enumerate(iter_features(connection, features, versions, settings.chunk_rows)):
        rows = frame.join(target, on=_KEYS, how="inner", maintain_order="left")
        digest.update(rows.select(*_KEYS, TARGET).cast(pl.Int64).to_numpy().astype("<i8").tobytes())
        file = folder / f"{number:06d}.parquet"
        write_part(settings, rows.select(*features.names, TARGET), file)
        files.append((file, rows.height))
        done += rows.height
        if on_progress is not None:
            on_progress(done, versions.height, "features for the cluster")
    return Parts(tuple(files), digest.hexdigest())
