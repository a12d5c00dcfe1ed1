"""From feature frames to the matrix that the booster reads: text levels become frozen codes, missing becomes NaN."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from schemas.errors import VerificationError
from schemas.manifest import ModelManifest

Matrix = npt.NDArray[np.float64]

#: Code of a missing text: below every level, where a tree can split it off with one cut.
MISSING_CODE = -1
#: Rows of mean rate that are added to every level before levels are ordered, so that rare ones do not go to the ends by chance.
SMOOTHING_ROWS = 50.0
#: Rows of a matrix that are made, looked at, summed and hashed before the next ones are made.
PART_ROWS = 1024
#: Rows that are made canonical at once.
_BLOCK_ROWS = 64


class TextCodes(NamedTuple):
    """Per text input: level -> code 0..k-1, and the code of a level that is not among them."""

    levels: dict[str, dict[str, int]]
    unseen: dict[str, float]


@dataclass(frozen=True)
class Encoding:
    """The inputs in order, and the codes of those that are text."""

    names: tuple[str, ...]
    codes: TextCodes


def encoding_of(manifest: ModelManifest) -> Encoding:
    """The encoding that a model was trained with."""
    return Encoding(tuple(manifest.input_names), TextCodes(manifest.codes, manifest.unseen_codes))


def _level_rates(frame: pl.DataFrame, column: str, target: pl.Series) -> pl.DataFrame:
    """Level and smoothed default rate, in rising order of the rate; equal rates in order of the level's name."""
    prior = float(target.cast(pl.Float64).mean() or 0.0)  # type: ignore[arg-type]
    bad, n = pl.col("bad"), pl.col("n")
    return (
        pl.DataFrame({"level": frame[column], "target": target.cast(pl.Float64)})
        .drop_nulls("level")
        .group_by("level")
        .agg(pl.col("target").sum().alias("bad"), pl.len().alias("n"))
        .select("level", ((bad + SMOOTHING_ROWS * prior) / (n + SMOOTHING_ROWS)).alias("rate"), pl.lit(prior).alias("prior"))
        .sort("rate", "level")
    )


def fit_codes(frame: pl.DataFrame, target: pl.Series, text_columns: Sequence[str]) -> TextCodes:
    """Codes of the levels of `text_columns`, ordered by smoothed default rate, ties by name.

    The rate of a level is (bad + 50 prior) / (n + 50) (additive smoothing). A level without rows would have the
    prior itself, so an unseen level takes its place: between the levels below the prior and the others, half a
    step from each, hence never the code of a level.
    """
    levels: dict[str, dict[str, int]] = {}
    unseen: dict[str, float] = {}
    for column in text_columns:
        rates = _level_rates(frame, column, target)
        levels[column] = {level: code for code, level in enumerate(rates["level"].to_list())}
        unseen[column] = float(rates.filter(pl.col("rate") < pl.col("prior")).height) - 0.5
    return TextCodes(levels, unseen)


def _require_columns(frame: pl.DataFrame, encoding: Encoding) -> None:
    found = frame.schema
    missing = [name for name in encoding.names if name not in found]
    wrong = [name for name in encoding.names if name in found and (found[name] == pl.String) != (name in encoding.codes.levels)]
    if missing or wrong:
        raise VerificationError(
            f"{len(missing)} input(s) of the model are not among the features, {len(wrong)} have another type: "
            + ", ".join((missing + wrong)[:5]),
            expected=f"the {len(encoding.names)} inputs of the manifest, text where it holds codes and numbers elsewhere",
            where="the feature frame",
            remedy="compute the features with the feature set that the model names, or retrain",
        )


def _code_expression(column: str, codes: TextCodes) -> pl.Expr:
    coded = pl.col(column).replace_strict(codes.levels[column], default=codes.unseen[column], return_dtype=pl.Float64)
    return pl.when(pl.col(column).is_null()).then(pl.lit(float(MISSING_CODE))).otherwise(coded).alias(column)


def side_by_side(part: pa.RecordBatch) -> Matrix:
    """The rows of a part as `to_matrix` gives them, not to be written to."""
    # Where a null stands, Polars makes a copy of the column first; this does not.
    rows: Matrix = part.to_tensor(null_to_nan=True, row_major=True).to_numpy()
    return rows


def parts_of(frame: pl.DataFrame, encoding: Encoding) -> list[pa.RecordBatch]:
    """The rows in parts of PART_ROWS: the inputs in order as Float64, texts as codes, a missing number as null.

    So many stay in the processor's cache while one thing after another looks at them, and take the memory of those before them: a
    matrix of a whole chunk costs more to be given pages by the system than to be filled.

    Raises:
        VerificationError: an input is not in the frame, or is text where numbers are expected or the reverse.
    """
    _require_columns(frame, encoding)
    texts = encoding.codes.levels
    columns = frame.select(
        _code_expression(name, encoding.codes) if name in texts else pl.col(name).cast(pl.Float64) for name in encoding.names
    )
    whole = pa.RecordBatch.from_arrays([column.rechunk().to_arrow() for column in columns], names=columns.columns)
    return [whole.slice(start, PART_ROWS) for start in range(0, columns.height, PART_ROWS)]


def to_matrix(frame: pl.DataFrame, encoding: Encoding) -> Matrix:
    """The inputs as a C-contiguous float64 matrix, rows in the frame's order, columns in the encoding's; missing is NaN.

    Raises:
        VerificationError: an input is not in the frame, or is text where numbers are expected or the reverse.
    """
    matrix = np.empty((frame.height, len(encoding.names)), dtype=np.float64)
    for number, part in enumerate(parts_of(frame, encoding)):
        matrix[number * PART_ROWS : (number + 1) * PART_ROWS] = side_by_side(part)
    return matrix


def row_digests(matrix: Matrix) -> list[bytes]:
    """SHA-256 of each row, over its little-endian doubles; every NaN counts as one, and -0.0 as 0.0."""
    found: list[bytes] = []
    for start in range(0, len(matrix), _BLOCK_ROWS):
        canonical = np.add(matrix[start : start + _BLOCK_ROWS], 0.0, dtype="<f8", order="C")
        np.copyto(canonical, np.nan, where=np.isnan(canonical))
        found += [hashlib.sha256(row).digest() for row in canonical]
    return found


def hex_digests(digests: Sequence[bytes]) -> pl.Series:
    """Digests as text, in a column `features_sha256`."""
    return pl.Series("features_sha256", digests, dtype=pl.Binary).bin.encode("hex")
