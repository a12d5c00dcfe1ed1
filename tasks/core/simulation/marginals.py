"""Marginal distributions and the correlation matrix that applicants are drawn from.

`parameters.json` holds aggregates alone (quantiles, level shares, missing shares, correlations of normal scores), all rounded;
`benchmarks/simulation_parameters.py` estimates them from real rows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

_NORMAL = NormalDist()


def normal_quantile(share: float) -> float:
    """The standard normal quantile; shares of 0 and 1 give -9 and 9."""
    return _NORMAL.inv_cdf(share) if 0 < share < 1 else (-9.0 if share <= 0 else 9.0)


@dataclass(frozen=True)
class Marginal:
    """One column: its missing share and either levels (cut on the normal scale) or quantiles (on the normal scale)."""

    missing: float
    levels: tuple[Any, ...]
    cuts: Floats
    scores: Floats
    quantiles: Floats

    def codes(self, z: Floats) -> Integers:
        """Index of the level that a standard normal score falls into."""
        return np.searchsorted(self.cuts, z).astype(np.int64)

    def numbers(self, z: Floats) -> Floats:
        """Values of a numeric column for standard normal scores; all NaN where nothing is known of the column."""
        if len(self.quantiles):
            return np.interp(z, self.scores, self.quantiles)
        if not self.levels:
            return np.full(len(z), np.nan)
        return np.array(self.levels, dtype=np.float64)[self.codes(z)]

    def text(self, z: Floats) -> pl.Series:
        """Values of a text column for standard normal scores."""
        return pl.Series(self.levels, dtype=pl.String)[self.codes(z)]


def _marginal(found: dict[str, Any], grid: list[float]) -> Marginal:
    shares = np.cumsum(found.get("shares", []))
    cuts = [normal_quantile(float(share)) for share in shares[:-1] / shares[-1]] if len(shares) else []
    return Marginal(
        missing=float(found["missing"]),
        levels=tuple(found.get("levels", ())),
        cuts=np.array(cuts),
        scores=np.array([normal_quantile(share) for share in grid]),
        quantiles=np.array(found.get("quantiles", []), dtype=np.float64),
    )


@dataclass(frozen=True)
class Group:
    """One kind of history row, its share of the table and its columns."""

    share: float
    columns: dict[str, Marginal]


@dataclass(frozen=True)
class Parameters:
    """Everything the simulator knows. `factor` is the Cholesky factor over `correlated`, whose first column is TARGET."""

    application: dict[str, Marginal]
    correlated: tuple[str, ...]
    factor: Floats
    bureau: dict[str, Group]
    previous_application: dict[str, Group]


def _groups(found: dict[str, Any], grid: list[float]) -> dict[str, Group]:
    return {
        name: Group(group["share"], {column: _marginal(value, grid) for column, value in group.items() if column != "share"})
        for name, group in found.items()
    }


def _factor(lower: list[list[float]]) -> Floats:
    matrix = np.eye(len(lower))
    for row, values in enumerate(lower):
        matrix[row, :row] = values
        matrix[:row, row] = values
    return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)


@cache
def parameters() -> Parameters:
    """The parameters that ship with Loanwatch."""
    content = json.loads(resources.files("tasks.core.simulation").joinpath("parameters.json").read_text("utf-8"))
    return Parameters(
        application={name: _marginal(found, content["grid"]) for name, found in content["application"].items()},
        correlated=tuple(content["correlation"]["columns"]),
        factor=_factor(content["correlation"]["lower"]),
        bureau=_groups(content["bureau"], content["coarse_grid"]),
        previous_application=_groups(content["previous_application"], content["coarse_grid"]),
    )
