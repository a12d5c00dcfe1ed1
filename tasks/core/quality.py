"""What the inputs of an application lacked: missing, unseen, out of the range of the training data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from schemas.manifest import ModelManifest

#: Rows that are looked at together: few enough to stay in the processor's cache.
_BLOCK_ROWS = 256


@dataclass(frozen=True)
class Quality:
    """One record per row, and the rows whose inputs are too few to decide on (shape: rows)."""

    records: pl.DataFrame
    is_insufficient: NDArray[np.bool_]


@dataclass(frozen=True)
class _Inputs:
    """What a matrix is looked at with: positions of texts and of delivered columns, codes, ranges (infinite for texts)."""

    names: tuple[str, ...]
    text: NDArray[np.intp]
    delivered: NDArray[np.intp]
    unseen_codes: NDArray[np.float64]
    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]


def _inputs(manifest: ModelManifest, application_columns: frozenset[str]) -> _Inputs:
    is_number = [item.kind == "number" for item in manifest.inputs]
    bounds = [(item.minimum, item.maximum) for item in manifest.inputs]
    text = np.flatnonzero(~np.array(is_number, dtype=np.bool_))
    return _Inputs(
        tuple(manifest.input_names),
        text,
        np.flatnonzero([name in application_columns for name in manifest.input_names]),
        np.array([manifest.unseen_codes.get(manifest.inputs[position].name, np.nan) for position in text]),
        np.array([-np.inf if low is None or not own else low for own, (low, _) in zip(is_number, bounds, strict=True)]),
        np.array([np.inf if high is None or not own else high for own, (_, high) in zip(is_number, bounds, strict=True)]),
    )


def _missing(matrix: NDArray[np.float64], manifest: ModelManifest) -> NDArray[np.bool_]:
    text = [position for position, item in enumerate(manifest.inputs) if item.kind == "text"]
    missing: NDArray[np.bool_] = np.isnan(matrix)
    missing[:, text] |= matrix[:, text] == manifest.missing_code
    return missing


@dataclass(frozen=True)
class _Found:
    """Of a block of rows: filled inputs per row, and rows x inputs where something was found."""

    n_filled: NDArray[np.int64]
    missing: NDArray[np.bool_]
    unseen: NDArray[np.bool_]
    outside: NDArray[np.bool_]


def _look(matrix: NDArray[np.float64], manifest: ModelManifest, inputs: _Inputs) -> _Found:
    missing = _missing(matrix, manifest)
    # A comparison with NaN is false: a missing value is missing, not out of range.
    outside = (matrix < inputs.minimum) | (matrix > inputs.maximum)
    n_filled = matrix.shape[1] - np.count_nonzero(missing, axis=1)
    return _Found(n_filled, missing[:, inputs.delivered], matrix[:, inputs.text] == inputs.unseen_codes, outside)


def is_insufficient(matrix: NDArray[np.float64], manifest: ModelManifest, min_filled_share: float) -> NDArray[np.bool_]:
    """Rows (shape: rows) with less than that share of filled inputs; the matrix is rows x inputs of the manifest."""
    n_filled = (~_missing(matrix, manifest)).sum(axis=1)
    insufficient: NDArray[np.bool_] = n_filled < min_filled_share * len(manifest.inputs)
    return insufficient


def names_per_row(mask: NDArray[np.bool_], names: Sequence[str]) -> pl.Series:
    """For each row of the mask (rows x names) the names that are set, in order, as a list of strings."""
    ends = np.cumsum(np.count_nonzero(mask, axis=1), dtype=np.int64)
    # Of one dimension NumPy finds what is set several times as fast as of two.
    set_ = np.flatnonzero(mask) % max(1, len(names))
    # Views: the names lie in memory once, however often they are listed.
    found = pl.Series(names, dtype=pl.String).gather(set_).to_arrow(compat_level=pl.CompatLevel.newest())
    lists = pa.LargeListArray.from_arrays(np.concatenate([[0], ends]), found)
    return pl.Series(pl.from_arrow(lists), dtype=pl.List(pl.String))


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
    inputs = _inputs(manifest, application_columns)
    blocks = [_look(matrix[start : start + _BLOCK_ROWS], manifest, inputs) for start in range(0, len(matrix), _BLOCK_ROWS)]
    whole = blocks or [_look(matrix, manifest, inputs)]
    n_filled = np.concatenate([block.n_filled for block in whole])
    records = keys.select("application_id", "batch_id").with_columns(
        pl.lit(len(inputs.names), dtype=pl.Int32).alias("n_inputs"),
        pl.Series("n_filled", n_filled, dtype=pl.Int32),
        pl.Series([list(absent_tables)], dtype=pl.List(pl.String)).new_from_index(0, len(keys)).alias("missing_tables"),
        _lists([block.missing for block in whole], inputs, inputs.delivered).alias("missing_columns"),
        _lists([block.unseen for block in whole], inputs, inputs.text).alias("unseen_columns"),
        _lists([block.outside for block in whole], inputs, np.arange(len(inputs.names))).alias("out_of_range_columns"),
    )
    return Quality(records, n_filled < min_filled_share * len(inputs.names))


def _lists(masks: Sequence[NDArray[np.bool_]], inputs: _Inputs, positions: NDArray[np.intp]) -> pl.Series:
    return names_per_row(np.concatenate(masks), [inputs.names[position] for position in positions])
