"""Doubles as hexadecimal floats in text, which say every bit: what DuckDB's `format('{:a}', x)` writes, by whole columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

#: The two digits of each byte, as one number that lies in memory as they stand.
_DIGITS = np.frombuffer(bytes(range(256)).hex().encode(), dtype=np.uint16)
#: Of the 16 digits of a double, those before its 52 bits of a fraction: sign and exponent.
_N_BEFORE = 3
_BIAS, _EXPONENT_BITS = 1023, 0x7FF


def fixed_texts(characters: npt.NDArray[np.uint8]) -> pl.Series:
    """One text per row of a matrix of ASCII characters."""
    n_rows, width = characters.shape
    offsets = np.arange(0, (n_rows + 1) * width, width, dtype=np.int64)[: n_rows + 1]
    array = pa.LargeStringArray.from_buffers(n_rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(characters)))
    return pl.Series(pl.from_arrow(array), dtype=pl.String)


def hex_floats(values: pl.Series) -> pl.Series:
    """The texts of finite doubles; a null stays one. 0x1.8p+1 is 3: the trailing zeros of a fraction are not written."""
    bits = values.cast(pl.Float64).fill_null(0.0).to_numpy().view(np.uint64)
    digits = _DIGITS[bits.astype(">u8").view(np.uint8)].view(np.uint8).reshape(-1, 2 * bits.itemsize)
    fraction = fixed_texts(digits[:, _N_BEFORE:])
    biased = ((bits >> np.uint64(52)) & np.uint64(_EXPONENT_BITS)).astype(np.int64)
    is_zero = bits << np.uint64(1) == 0
    exponent = np.where(is_zero, 0, np.maximum(biased, 1) - _BIAS)
    parts = pl.DataFrame(
        {"known": values.is_not_null(), "negative": bits >> np.uint64(63) == 1, "normal": biased > 0, "exponent": exponent},
    ).with_columns(fraction.str.strip_chars_end("0").alias("fraction"))
    negative, normal, exponents = pl.col("negative"), pl.col("normal"), pl.col("exponent")
    text = pl.concat_str(
        pl.when(negative).then(pl.lit("-0x")).otherwise(pl.lit("0x")),
        pl.when(normal).then(pl.lit("1")).otherwise(pl.lit("0")),
        pl.when(pl.col("fraction") == "").then(pl.lit("")).otherwise(pl.lit(".")),
        "fraction",
        pl.when(exponents < 0).then(pl.lit("p")).otherwise(pl.lit("p+")),
        exponents.cast(pl.String),
    )
    return parts.select(pl.when("known").then(text).alias(values.name))[values.name]
