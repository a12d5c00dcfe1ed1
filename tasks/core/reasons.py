"""Why an application was declined or reviewed: the groups of features that raised its PD most, by exact SHAP values."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.policy import Policy, Reasons
from tasks.core.decisions import BY_INSUFFICIENT_INPUT, BY_MISSING_HISTORY
from tasks.core.encoding import Matrix
from tasks.core.scoring import CHUNK_ROWS, Model, engine_name
from tasks.core.turns import PREDICTIONS
from tasks.core.vectors import Vector

#: Contributions are ranked after rounding to this many decimals, so that engines and machines agree on the order.
CONTRIBUTION_DECIMALS = 4

#: Given where no group of features raised the PD: everyone who is refused is told something true.
NO_SINGLE_REASON = "R00"

REASON_SCHEMA = {
    "row": pl.Int64,
    "rank": pl.Int32,
    "reason_code": pl.String,
    "reason_text": pl.String,
    "contribution": pl.Float64,
    "feature": pl.String,
    "engine": pl.String,
}


class Told(NamedTuple):
    """The groups that are named, one after the other: row, place from 0, number of the group, its contribution, lead feature."""

    row: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    contribution: Vector
    lead: npt.NDArray[np.int64]


def contributions(model: Model, matrix: Matrix) -> Matrix:
    """By how much each input raised the log-odds of the PD: rows x inputs; with the mean they add up to those log-odds.

    TreeSHAP of the booster (Lundberg et al., 2020), times the slope of the calibration, 8,192 rows at a time.
    """
    values = np.empty(matrix.shape, dtype=np.float64)
    for start in range(0, len(matrix), CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        with PREDICTIONS.alone():
            values[rows] = np.asarray(model.booster.predict(matrix[rows], pred_contrib=True))[:, :-1]
    return values * model.manifest.calibration.slope


@cache
def _position(name: str, patterns: tuple[tuple[str, ...], ...]) -> int:
    return next(index for index, group in enumerate(patterns) if any(fnmatchcase(name, pattern) for pattern in group))


def group_positions(names: Sequence[str], reasons: Reasons) -> npt.NDArray[np.int64]:
    """Per feature: the first group one of whose shell patterns matches its name. The last group takes every name."""
    patterns = tuple(tuple(group.features) for group in reasons.groups)
    return np.array([_position(name, patterns) for name in names], dtype=np.int64)


def group_sums(values: Matrix, positions: npt.NDArray[np.int64], n_groups: int) -> Matrix:
    """Sum of each group's columns, always in the columns' order: a matrix product adds in an order that depends on the shape."""
    sums = np.zeros((n_groups, len(values)))
    for column, group in enumerate(positions):
        sums[group] += values[:, column]
    return sums.T


def _told(values: Matrix, positions: npt.NDArray[np.int64], codes: list[str], n_places: int) -> Told:
    """Groups whose rounded sum is above 0, by falling sum, ties by code, at most `n_places` of a row."""
    sums = np.round(group_sums(values, positions, len(codes)), CONTRIBUTION_DECIMALS)
    by_code = np.argsort(np.array(codes), kind="stable")
    best = by_code[np.argsort(-sums[:, by_code], axis=1, kind="stable")[:, :n_places]]
    row, place = np.nonzero(np.take_along_axis(sums, best, axis=1) > 0)
    group = best[row, place]
    return Told(row, place, group, sums[row, group], _leads(values, row, group, positions))


def _leads(
    values: Matrix, row: npt.NDArray[np.int64], group: npt.NDArray[np.int64], positions: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The column of each pair of row and group that raised it most; of equals the first."""
    lead = np.zeros(len(row), dtype=np.int64)
    for number in np.unique(group):
        here, columns = np.flatnonzero(group == number), np.flatnonzero(positions == number)
        lead[here] = columns[np.argmax(values[np.ix_(row[here], columns)], axis=1)]
    return lead


def _rule_texts(policy: Policy) -> dict[str, str]:
    rules = {rule.code: rule.text for rule in policy.hard_rules}
    quality = {
        BY_INSUFFICIENT_INPUT: policy.reasons.insufficient_input,
        BY_MISSING_HISTORY: policy.reasons.missing_history,
    }
    return rules | quality


def _rule_reasons(decided_by: pl.Series, policy: Policy) -> pl.DataFrame:
    """The rule that decided a row, where one did."""
    texts = _rule_texts(policy)
    rules = pl.DataFrame({"row": np.arange(len(decided_by)), "reason_code": decided_by}).filter(
        pl.col("reason_code").is_in(list(texts))
    )
    return rules.with_columns(
        pl.col("reason_code").replace_strict(texts, return_dtype=pl.String).alias("reason_text"),
        pl.lit(None, pl.Float64).alias("contribution"),
        pl.lit(None, pl.String).alias("feature"),
        pl.lit(0).alias("place"),
    )


def _without_reason(found: Sequence[pl.DataFrame], n_rows: int, reasons: Reasons) -> pl.DataFrame:
    """Rows that nothing alone made risky: their PD comes from the level of all applicants. They are told that much."""
    explained = pl.concat([frame.select(pl.col("row").cast(pl.Int64)) for frame in found]).unique()
    return (
        pl.DataFrame({"row": np.arange(n_rows)})
        .join(explained, on="row", how="anti")
        .with_columns(
            pl.lit(NO_SINGLE_REASON).alias("reason_code"),
            pl.lit(reasons.no_single_reason).alias("reason_text"),
            pl.lit(None, pl.Float64).alias("contribution"),
            pl.lit(None, pl.String).alias("feature"),
            pl.lit(1).alias("place"),
        )
    )


def groups_told(values: Matrix, names: Sequence[str], reasons: Reasons) -> Told:
    """Every row's groups with a contribution above 0, at most `maximum`."""
    codes = [group.code for group in reasons.groups]
    return _told(values, group_positions(names, reasons), codes, min(reasons.maximum, len(codes)))


def _score_reasons(told: Told, names: Sequence[str], reasons: Reasons) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "row": told.row,
            "reason_code": pl.Series([item.code for item in reasons.groups]).gather(told.group),
            "reason_text": pl.Series([item.text for item in reasons.groups]).gather(told.group),
            "contribution": told.contribution,
            "feature": pl.Series(names).gather(told.lead),
            "place": told.place + 1,
        },
        schema_overrides={"reason_code": pl.String, "reason_text": pl.String, "feature": pl.String},
    )


def explain_rows(values: Matrix, names: Sequence[str], decided_by: pl.Series, policy: Policy) -> pl.DataFrame:
    """Reasons of declined or reviewed rows, in long form, by row and rank.

    A group's contribution is the sum over its features, rounded to 4 decimals. Only groups that raised the PD are
    named, the most harmful first, ties by code, each with the feature that raised it most. A hard rule or a quality
    rule that decided comes first and takes one of the policy's `maximum` places. A row none of whose groups raised
    its PD is given R00 alone.

    Args:
        values: contributions, rows x inputs, of the rows to explain.
        names: the inputs in order.
        decided_by: what decided each of these rows.
        policy: the policy that decided.

    Returns:
        One row per reason: `row` (position in `values`), rank from 1, reason_code, reason_text, contribution (null for
        a rule), feature (null for a rule), engine.
    """
    return explain_told(groups_told(values, names, policy.reasons), names, decided_by, policy)


def explain_told(told: Told, names: Sequence[str], decided_by: pl.Series, policy: Policy) -> pl.DataFrame:
    """`explain_rows` of rows whose groups are known."""
    columns = ["row", "reason_code", "reason_text", "contribution", "feature", "place"]
    found = [_rule_reasons(decided_by, policy).select(columns), _score_reasons(told, names, policy.reasons).select(columns)]
    found.append(_without_reason(found, len(decided_by), policy.reasons).select(columns))
    return (
        pl.concat([frame.cast({"row": pl.Int64, "place": pl.Int64}) for frame in found])
        .sort("row", "place")
        .with_columns(
            (pl.int_range(pl.len(), dtype=pl.Int32).over("row") + 1).alias("rank"), pl.lit(engine_name()).alias("engine")
        )
        .filter(pl.col("rank") <= policy.reasons.maximum)
        .select(pl.col(name).cast(kind) for name, kind in REASON_SCHEMA.items())
    )
