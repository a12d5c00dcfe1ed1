"""Reasons of many rows: in bulk where they are many, and always those that LightGBM's own contributions give."""

from __future__ import annotations

from collections.abc import Sequence
from logging import getLogger
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.policy import Policy, Reasons
from tasks.core.bulk_shap import are_made, bulk_shap, in_parts, tables_of
from tasks.core.encoding import Matrix
from tasks.core.reasons import (
    CONTRIBUTION_DECIMALS,
    Told,
    contributions,
    explain_rows,
    explain_told,
    group_positions,
    group_sums,
    groups_told,
)
from tasks.core.scoring import Model
from tasks.core.shap_tables import ShapTables

logger = getLogger(__name__)

#: From so many rows on, making the tables of a model takes less time than they save: docs/decisions/0009-reasons.md.
BULK_FROM_ROWS = 1500
#: The same once they are made: looking up a handful costs as much as computing it.
BULK_FROM_ROWS_MADE = 200
#: Rows of each bulk that LightGBM computes as well.
SAMPLE_ROWS = 50
#: By how much a contribution in bulk may differ from LightGBM's; it does by 1e-15, and a unit of what is told is 1e-4.
AGREEMENT = 1e-11


class Explanation(NamedTuple):
    """Reasons in long form (`explain_rows`), and what to tell of how they were found, empty where all went as planned."""

    reasons: pl.DataFrame
    warning: str


def explain(model: Model, matrix: Matrix, decided_by: pl.Series, policy: Policy) -> Explanation:
    """Reasons of declined or reviewed rows: the same, digit by digit, whatever the number of rows and the way taken.

    Many rows are looked up in tables of the model (`shap_tables`) and compared with LightGBM on a sample; a row whose reasons a
    difference of `AGREEMENT` could change is left to LightGBM. Where the sample differs by more, all are.

    Args:
        model: the model that scored them.
        matrix: its inputs of these rows.
        decided_by: what decided each of them.
        policy: the policy that decided.
    """
    names = model.manifest.input_names
    tables = _tables(model, len(matrix))
    if tables is None:
        return Explanation(explain_rows(contributions(model, matrix), names, decided_by, policy), "")
    told, difference = _in_bulk(model, tables, matrix, policy.reasons)
    if not difference <= AGREEMENT:  # not a number, too
        reasons = explain_rows(contributions(model, matrix), names, decided_by, policy)
        return Explanation(reasons, _warning(len(matrix), difference))
    return Explanation(explain_told(told, names, decided_by, policy), "")


def _in_bulk(model: Model, tables: ShapTables, matrix: Matrix, reasons: Reasons) -> tuple[Told, float]:
    """What to tell of each row, and the largest difference from LightGBM's contributions, over rows spread evenly.

    Contributions live for one part of the rows on each core: those of all rows would be larger than all the rest.
    """
    names, slope = model.manifest.input_names, model.manifest.calibration.slope
    sample = np.unique(np.linspace(0, len(matrix) - 1, SAMPLE_ROWS).astype(np.int64))

    def part(rows: slice) -> tuple[Told, Matrix]:
        values = bulk_shap(tables, matrix[rows])
        values *= slope
        of_sample = values[sample[(rows.start <= sample) & (sample < rows.stop)] - rows.start]
        doubtful = rows_in_doubt(values, names, reasons)
        if len(doubtful) > 0:
            values[doubtful] = contributions(model, matrix[rows][doubtful])
        told = groups_told(values, names, reasons)
        return told._replace(row=told.row + rows.start), of_sample

    parts = in_parts(part, len(matrix))
    told = Told(*(np.concatenate(arrays) for arrays in zip(*(found for found, _ in parts), strict=True)))
    by_lightgbm = contributions(model, matrix[sample])
    return told, float(np.abs(by_lightgbm - np.concatenate([values for _, values in parts])).max())


def _tables(model: Model, n_rows: int) -> ShapTables | None:
    """The model's tables, where they pay and it has any."""
    enough = BULK_FROM_ROWS_MADE if are_made(model.booster) else BULK_FROM_ROWS
    return tables_of(model.booster) if n_rows >= enough else None


def _warning(n_rows: int, difference: float) -> str:
    warning = (
        f"contributions in bulk differ from LightGBM's by {difference:.1e} in a sample of {SAMPLE_ROWS} rows; "
        f"LightGBM itself explained all {n_rows}, which takes longer and changes no reason"
    )
    logger.warning("%s", warning)
    return warning


def rows_in_doubt(values: Matrix, names: Sequence[str], reasons: Reasons) -> npt.NDArray[np.int64]:
    """Rows whose reasons could be others if each contribution were off by `AGREEMENT`.

    That is where the sum of a group lies so near to a half of the last decimal that it could be rounded the other way, or the two
    strongest features of a group that raised the PD lie so near to each other that the other one could lead.
    """
    positions = group_positions(names, reasons)
    n_groups = len(reasons.groups)
    units = group_sums(values, positions, n_groups) * 10.0**CONTRIBUTION_DECIMALS
    reach = AGREEMENT * 10.0**CONTRIBUTION_DECIMALS * (np.bincount(positions, minlength=n_groups) + 1)
    near_half: npt.NDArray[np.bool_] = np.abs(units - np.floor(units) - 0.5) <= reach
    in_doubt: npt.NDArray[np.bool_] = np.logical_or.reduce(near_half, axis=1)
    for group in range(n_groups):
        columns = np.flatnonzero(positions == group)
        raised = np.flatnonzero(units[:, group] > 0)
        if len(columns) > 1 and len(raised) > 0:
            in_doubt[raised] |= _have_two_leads(values, raised, columns)
    return np.flatnonzero(in_doubt)


def _have_two_leads(values: Matrix, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether the second of these columns comes within reach of the first."""
    first = np.full(len(rows), -np.inf)
    second = np.full(len(rows), -np.inf)
    for column in columns:
        value = values[rows, column]
        np.maximum(second, np.minimum(first, value), out=second)
        np.maximum(first, value, out=first)
    return np.asarray(first - second <= 2 * AGREEMENT)
