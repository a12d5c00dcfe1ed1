"""What the inputs of an application lacked: missing, unseen, out of the range of the training data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from schemas.manifest import ModelManifest


@dataclass(frozen=True)
class Quality:
    """One record per row, and the rows whose inputs are too few to decide on (shape: rows)."""

    records: pl.DataFrame
    is_insufficient: NDArray[np.bool_]


@dataclass(frozen=True)
class Inputs:
    """What a matrix is looked at with: positions of texts and of delivered columns, codes, ranges (infinite for texts)."""

    names: tuple[str, ...]
    text: NDArray[np.intp]
    delivered: NDArray[np.intp]
    missing_code: float
    unseen_codes: NDArray[np.float64]
    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]


def inputs_of(manifest: ModelManifest, application_columns: frozenset[str]) -> Inputs:
    """What to look at rows with.

    Args:
        manifest: names, ranges and codes of the inputs.
        application_columns: names of delivered application columns; only these are listed when missing.
    """
    is_number = [item.kind == "number" for item in manifest.inputs]
    bounds = [(item.minimum, item.maximum) for item in manifest.inputs]
    text = np.flatnonzero(~np.array(is_number, dtype=np.bool_))
    return Inputs(
        tuple(manifest.input_names),
        text,
        np.flatnonzero([name in application_columns for name in manifest.input_names]),
        manifest.missing_code,
        np.array([manifest.unseen_codes.get(manifest.inputs[position].name, np.nan) for position in text]),
        np.array([-np.inf if low is None or not own else low for own, (low, _) in zip(is_number, bounds, strict=True)]),
        np.array([np.inf if high is None or not own else high for own, (_, high) in zip(is_number, bounds, strict=True)]),
    )


def _missing(matrix: NDArray[np.float64], inputs: Inputs) -> NDArray[np.bool_]:
    missing: NDArray[np.bool_] = np.isnan(matrix)
    missing[:, inputs.text] |= matrix[:, inputs.text] == inputs.missing_code
    return missing


class Marked(NamedTuple):
    """What is set in a mask of rows x names: how many per row, and which of the names, row after row."""

    n_per_row: NDArray[np.int64]
    which: NDArray[np.intp]


def marked(mask: NDArray[np.bool_]) -> Marked:
    """What is set in a mask, in the order in which it lies in memory."""
    n_rows, width = mask.shape
    # Of one dimension NumPy finds what is set several times as fast as of two.
    rows, which = np.divmod(np.flatnonzero(mask), max(1, width))
    return Marked(np.bincount(rows, minlength=n_rows), which)


@dataclass(frozen=True)
class Found:
    """Of a block of rows: filled inputs per row, and the inputs in which something was found.

    Places: `missing` among the delivered inputs, `unseen` among the texts, `outside` among all.
    """

    n_filled: NDArray[np.int64]
    missing: Marked
    unseen: Marked
    outside: Marked


def is_insufficient(matrix: NDArray[np.float64], inputs: Inputs, min_filled_share: float) -> NDArray[np.bool_]:
    """Rows (shape: rows) with less than that share of filled inputs."""
    return _too_few(_n_filled(_missing(matrix, inputs)), inputs, min_filled_share)


def _n_filled(missing: NDArray[np.bool_]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = missing.shape[1] - np.count_nonzero(missing, axis=1)
    return found


def _too_few(n_filled: NDArray[np.int64], inputs: Inputs, min_filled_share: float) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = n_filled < min_filled_share * len(inputs.names)
    return found


def look_at(matrix: NDArray[np.float64], inputs: Inputs) -> Found:
    """What the inputs of some rows lack: rows x inputs, NaN for a missing number, the manifest's codes for text."""
    missing = _missing(matrix, inputs)
    # A comparison with NaN is false: a missing value is missing, not out of range.
    outside = (matrix < inputs.minimum) | (matrix > inputs.maximum)
    unseen = matrix[:, inputs.text] == inputs.unseen_codes
    # Found while the masks lie in the processor's cache: those of a whole chunk do not.
    return Found(_n_filled(missing), marked(missing[:, inputs.delivered]), marked(unseen), marked(outside))


def names_per_row(parts: Sequence[Marked], names: Sequence[str]) -> pl.Series:
    """For each row of each part the names that are set, in order, as a list of strings."""
    ends = np.cumsum(np.concatenate([part.n_per_row for part in parts]), dtype=np.int64)
    which = np.concatenate([part.which for part in parts])
    # Views: the names lie in memory once, however often they are listed.
    found = pl.Series(names, dtype=pl.String).gather(which).to_arrow(compat_level=pl.CompatLevel.newest())
    lists = pa.LargeListArray.from_arrays(np.concatenate([[0], ends]), found)
    return pl.Series(pl.from_arrow(lists), dtype=pl.List(pl.String))


def quality_of(
    keys: pl.DataFrame, inputs: Inputs, found: Sequence[Found], absent_tables: Sequence[str], min_filled_share: float
) -> Quality:
    """The quality record of each row.

    Args:
        keys: application_id and batch_id, one row per row looked at.
        inputs: what the rows were looked at with.
        found: what was found in them, in order.
        absent_tables: history tables that usually arrive and are absent tonight.
        min_filled_share: least share of filled inputs, in [0, 1].
    """
    parts = found or [look_at(np.empty((0, len(inputs.names))), inputs)]
    n_filled = np.concatenate([part.n_filled for part in parts])
    records = keys.select("application_id", "batch_id").with_columns(
        pl.lit(len(inputs.names), dtype=pl.Int32).alias("n_inputs"),
        pl.Series("n_filled", n_filled, dtype=pl.Int32),
        pl.Series([list(absent_tables)], dtype=pl.List(pl.String)).new_from_index(0, len(keys)).alias("missing_tables"),
        _lists([part.missing for part in parts], inputs, inputs.delivered).alias("missing_columns"),
        _lists([part.unseen for part in parts], inputs, inputs.text).alias("unseen_columns"),
        _lists([part.outside for part in parts], inputs, np.arange(len(inputs.names))).alias("out_of_range_columns"),
    )
    return Quality(records, _too_few(n_filled, inputs, min_filled_share))


def _lists(parts: Sequence[Marked], inputs: Inputs, positions: NDArray[np.intp]) -> pl.Series:
    return names_per_row(parts, [inputs.names[position] for position in positions])
