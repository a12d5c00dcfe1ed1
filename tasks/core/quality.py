"""What the inputs of an application lacked: missing, unseen, out of the range of the training data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from schemas.manifest import ModelManifest


@dataclass(frozen=True)
class Quality:
    """One record per row, and the rows whose inputs are too few to decide on (shape: rows)."""

    records: pl.DataFrame
    is_insufficient: NDArray[np.bool_]


def _missing(matrix: NDArray[np.float64], manifest: ModelManifest) -> NDArray[np.bool_]:
    is_text = np.array([item.kind == "text" for item in manifest.inputs])
    missing: NDArray[np.bool_] = np.isnan(matrix)
    missing[:, is_text] |= matrix[:, is_text] == manifest.missing_code
    return missing


def _unseen(matrix: NDArray[np.float64], manifest: ModelManifest) -> NDArray[np.bool_]:
    codes = np.array([manifest.unseen_codes.get(item.name, np.nan) for item in manifest.inputs])
    unseen: NDArray[np.bool_] = matrix == codes
    return unseen


def _out_of_range(matrix: NDArray[np.float64], manifest: ModelManifest) -> NDArray[np.bool_]:
    is_number = np.array([item.kind == "number" for item in manifest.inputs])
    minimum = np.array([-np.inf if item.minimum is None else item.minimum for item in manifest.inputs])
    maximum = np.array([np.inf if item.maximum is None else item.maximum for item in manifest.inputs])
    # A comparison with NaN is false: a missing value is missing, not out of range.
    outside: NDArray[np.bool_] = ((matrix < minimum) | (matrix > maximum)) & is_number[None, :]
    return outside


def is_insufficient(matrix: NDArray[np.float64], manifest: ModelManifest, min_filled_share: float) -> NDArray[np.bool_]:
    """Rows (shape: rows) with less than that share of filled inputs; the matrix is rows x inputs of the manifest."""
    n_filled = (~_missing(matrix, manifest)).sum(axis=1)
    insufficient: NDArray[np.bool_] = n_filled < min_filled_share * len(manifest.inputs)
    return insufficient


def names_per_row(mask: NDArray[np.bool_], names: Sequence[str]) -> pl.Series:
    """For each row of the mask (rows x names) the names that are set, in order, as a list of strings."""
    rows, columns = np.nonzero(mask)
    pairs = pl.DataFrame({"row": rows, "name": pl.Series(names, dtype=pl.String).gather(columns)})
    lists = pairs.group_by("row", maintain_order=True).agg("name")
    every = pl.DataFrame({"row": np.arange(mask.shape[0])}).join(lists, on="row", how="left", maintain_order="left")
    return every["name"].fill_null(pl.Series([[]], dtype=pl.List(pl.String)))


def assess_quality(
    keys: pl.DataFrame,
    matrix: NDArray[np.float64],
    manifest: ModelManifest,
    *,
    application_columns: frozenset[str],
    absent_tables: Sequence[str],
    min_filled_share: float,
) -> Quality:
    """The quality record of each row.

    Args:
        keys: application_id and batch_id, one row per row of the matrix.
        matrix: model inputs, rows x inputs, NaN for a missing number, the manifest's codes for text.
        manifest: names, ranges and codes of the inputs.
        application_columns: names of delivered application columns; only these are listed when missing.
        absent_tables: history tables that usually arrive and are absent tonight.
        min_filled_share: least share of filled inputs, in [0, 1].
    """
    names = manifest.input_names
    missing = _missing(matrix, manifest)
    is_column = np.array([name in application_columns for name in names])
    n_filled = (~missing).sum(axis=1)
    records = keys.select("application_id", "batch_id").with_columns(
        pl.lit(len(names), dtype=pl.Int32).alias("n_inputs"),
        pl.Series("n_filled", n_filled, dtype=pl.Int32),
        pl.Series("missing_tables", [list(absent_tables)] * len(keys), dtype=pl.List(pl.String)),
        names_per_row(missing & is_column[None, :], names).alias("missing_columns"),
        names_per_row(_unseen(matrix, manifest), names).alias("unseen_columns"),
        names_per_row(_out_of_range(matrix, manifest), names).alias("out_of_range_columns"),
    )
    return Quality(records, is_insufficient(matrix, manifest, min_filled_share))
