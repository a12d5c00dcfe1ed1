"""What two computations of the features of the same applicants must agree on: per feature a few weighted sums.

The weights are between 1 and 2 and hang on the applicant, so that values of two applicants changed for one another show; what is
positive and what is negative is summed apart, so that nothing cancels out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Stopwatch

if TYPE_CHECKING:
    import pandas as pd


def digest(ids: NDArray[np.int64], columns: Mapping[str, NDArray[Any]]) -> dict[str, list[float] | dict[str, float]]:
    """Per feature, in the order of names: present values, and their positive and negative weighted sums; of texts, per level."""
    weights = 1 + (ids % 9973) / 9973
    return {
        name: _of_text(columns[name], weights) if columns[name].dtype == object else _of_numbers(columns[name], weights)
        for name in sorted(columns)
    }


def _of_numbers(values: NDArray[Any], weights: NDArray[np.float64]) -> list[float]:
    numbers = values.astype(float)
    present = ~np.isnan(numbers)
    kept, their = numbers[present], weights[present]
    return [float(their.sum()), float(np.maximum(kept, 0) @ their), float(np.maximum(-kept, 0) @ their)]


def _of_text(values: NDArray[Any], weights: NDArray[np.float64]) -> dict[str, float]:
    found: dict[str, float] = {}
    present = np.array([isinstance(value, str) for value in values])
    names, places = np.unique(values[present].astype(str), return_inverse=True)
    sums = np.bincount(places, weights=weights[present])
    found.update(zip(names.tolist(), sums.tolist(), strict=True))
    return found


Compute = Callable[[Path, Mapping[str, Sequence[str]], Sequence[str]], "pd.DataFrame"]


def measured(features_of: Compute, folder: str, given: str) -> dict[str, Any]:
    """The figures of one run of a side in pandas; `given` is the file of levels and protected attributes."""
    known = json.loads(Path(given).read_text(encoding="utf-8"))
    stopwatch = Stopwatch()
    with stopwatch.running():
        found = features_of(Path(folder), known["levels"], known["protected"])
    ids = found.index.to_numpy(dtype=np.int64)
    return {**stopwatch.figures(), "check": digest(ids, {name: found[name].to_numpy() for name in found.columns})}
