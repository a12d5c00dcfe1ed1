"""Rows by the thousand through a model's SHAP tables, on all cores, within bounded memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import TypeVar
from weakref import WeakKeyDictionary

import lightgbm as lgb
import numpy as np

from tasks.core.encoding import Matrix
from tasks.core.shap_tables import Places, ShapTables, shap_tables
from tasks.core.tree_paths import read_trees
from tasks.core.vectors import Vector

#: Rows that go through the tables at a time, at most: a thread holds 16 bytes per row and input.
CHUNK_ROWS = 8192
#: And at least, where there are several parts: some thousand look-ups of a part cost the same for few rows as for a thousand.
LEAST_ROWS = 1024
MOST_THREADS = 8
#: Columns that are brought side by side at a time: fresh memory for all of them would cost more than the copies.
_COLUMNS_TOGETHER = 32
#: Up to so many cuts, comparing with each is quicker than searching among them.
_FEW_CUTS = 40
#: LightGBM reads values that are not farther from 0 as 0 (kZeroThreshold, a float of 32 bits); some of its cuts lie there.
_ZERO = float(np.float32(1e-35))

T = TypeVar("T")

_MADE: WeakKeyDictionary[lgb.Booster, ShapTables | None] = WeakKeyDictionary()


def tables_of(booster: lgb.Booster) -> ShapTables | None:
    """The tables of a model, made once for as long as it is held; None where its trees cannot be put into tables."""
    if booster not in _MADE:
        trees = read_trees(booster.model_to_string())
        _MADE[booster] = None if trees is None else shap_tables(trees)
    return _MADE[booster]


def are_made(booster: lgb.Booster) -> bool:
    """Whether the model's tables are at hand."""
    return _MADE.get(booster) is not None


def in_parts(work: Callable[[slice], T], n_rows: int, n_threads: int | None = None) -> list[T]:
    """What `work` makes of each part of the rows, in order. Parts are of equal size; large ones are as many for each core."""
    threads = n_threads or min(MOST_THREADS, os.cpu_count() or 1)
    n_parts = max(1, min(threads * ceil(n_rows / (threads * CHUNK_ROWS)), n_rows // LEAST_ROWS))
    size = max(1, ceil(n_rows / n_parts))
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, [slice(start, min(start + size, n_rows)) for start in range(0, n_rows, size)]))


def bulk_shap(tables: ShapTables, matrix: Matrix) -> Matrix:
    """SHAP values, rows x all columns of the matrix, column by column in memory; the same whatever rows stand beside a row."""
    values = np.zeros(matrix.shape, order="F")
    _add_effects(tables, _codes(tables, matrix), values.T)
    return values


def _codes(tables: ShapTables, rows: Matrix) -> Places:
    """Used columns x rows."""
    codes = np.empty((len(tables.columns), len(rows)), dtype=np.intp)
    for start in range(0, len(codes), _COLUMNS_TOGETHER):
        block = slice(start, start + _COLUMNS_TOGETHER)
        by_column = np.ascontiguousarray(rows[:, tables.columns[block]].T)
        for cuts, values, into in zip(tables.cuts[block], by_column, codes[block], strict=True):
            into[:] = _n_below(cuts, _read_as_lightgbm_does(values, cuts))
            into[np.isnan(values)] = len(cuts) + 1
    return codes


def _read_as_lightgbm_does(values: Vector, cuts: Vector) -> Vector:
    """With zeros for what is next to nothing, where a cut lies there."""
    if not (np.abs(cuts) <= _ZERO).any():
        return values
    return np.where(np.abs(values) <= _ZERO, 0.0, values)


def _n_below(cuts: Vector, values: Vector) -> Places:
    if len(cuts) > _FEW_CUTS:
        return np.searchsorted(cuts, values)
    below = np.zeros(len(values), dtype=np.uint8)
    for cut in cuts:
        below += values > cut
    return below.astype(np.intp)


def _add_effects(tables: ShapTables, codes: Places, effects: Matrix) -> None:
    """Adds to `effects`, all columns x rows; every number of a row is added in the tables' order."""
    n_rows = codes.shape[1]
    cell, offset, effect = np.empty(n_rows, dtype=np.intp), np.empty(n_rows, dtype=np.intp), np.empty(n_rows)
    columns = tables.columns.tolist()
    for table in tables.tables:
        cell.fill(0)
        for place, offsets in zip(table.inputs, table.offsets, strict=True):
            offsets.take(codes[place], out=offset, mode="clip")  # without a mode, `take` copies `out`
            np.add(cell, offset, out=cell)
        for place, values in zip(table.inputs, table.effects, strict=True):
            values.take(cell, out=effect, mode="clip")
            into = effects[columns[place]]
            np.add(into, effect, out=into)
