"""Approval by group, held against the policy's floor: the ratio of a group's approval rate to that of the best-off group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import polars as pl

from schemas.model_rules import FairnessProfile
from schemas.training_record import FairnessRow
from tasks.core.vectors import Mask, Vector

AGE = "AGE"
#: Bands in rising order, and the age in years from which each one after the first begins.
AGE_BANDS = ("under 25", "25 to 34", "35 to 44", "45 to 54", "55 to 64", "65 and over")
_AGE_FROM = (25, 35, 45, 55, 65)
_DAYS_OF_YEAR = 365.25
MISSING_GROUP = "missing"
#: A ratio that is below the floor by no more than this is so by rounding.
_ROUNDING = 1e-12


def age_band(days_birth: pl.Series) -> pl.Series:
    """The band of an applicant's age, as text; null where the date of birth is missing or in the future.

    Args:
        days_birth: days from the application back to the birth, negative as Home Credit delivers them.
    """
    age = pl.col(AGE).cast(pl.Float64).fill_nan(None) / -_DAYS_OF_YEAR
    place = pl.sum_horizontal(age >= least for least in _AGE_FROM)
    band = place.replace_strict(dict(enumerate(AGE_BANDS)), return_dtype=pl.String)
    return days_birth.alias(AGE).to_frame().select(pl.when(age > 0).then(band).alias(AGE)).to_series()


def _place(group: str) -> tuple[bool, int, str]:
    """Bands by age, other groups by name, the missing ones last."""
    return group == MISSING_GROUP, AGE_BANDS.index(group) if group in AGE_BANDS else -1, group


def _summary(rows: pl.DataFrame, attribute: str) -> list[dict[str, Any]]:
    found = rows.group_by(pl.col(attribute).cast(pl.String).fill_null(MISSING_GROUP).alias("group")).agg(
        pl.len().alias("n_rows"),
        pl.col("_target").sum().cast(pl.Int64).alias("n_bad"),
        pl.col("_granted").mean().alias("approval_rate"),
        pl.col("_pd").mean().alias("mean_pd"),
        pl.col("_target").mean().alias("default_rate"),
    )
    return sorted(found.to_dicts(), key=lambda group: _place(group["group"]))


def _small_row(attribute: str, group: dict[str, Any], *, is_judged: bool) -> FairnessRow:
    """A small group shows its counts alone: a rate of a handful of people would be chance, and say too much of them."""
    shown = group | {"approval_rate": None, "mean_pd": None, "default_rate": None}
    return FairnessRow(attribute=attribute, **shown, ratio=None, is_judged=is_judged, status="too_few")


def _large_row(attribute: str, group: dict[str, Any], best: float | None, *, floor: float | None) -> FairnessRow:
    """`best` is the yardstick, null where there is none; `floor` is null where the attribute is not judged."""
    ratio = group["approval_rate"] / best if best else None
    is_below = ratio is not None and floor is not None and ratio < floor - _ROUNDING
    status: Literal["below_floor", "ok", "reported"] = "reported" if floor is None else "below_floor" if is_below else "ok"
    return FairnessRow(attribute=attribute, **group, ratio=ratio, is_judged=floor is not None, status=status)


def _attribute_rows(rows: pl.DataFrame, attribute: str, profile: FairnessProfile) -> list[FairnessRow]:
    groups = _summary(rows, attribute)
    rates = [group["approval_rate"] for group in groups if group["n_rows"] >= profile.min_group]
    is_judged = len(rates) > 1 and attribute in profile.judged
    best = max(rates) if len(rates) > 1 else None
    floor = profile.floor if is_judged else None
    return [
        _small_row(attribute, group, is_judged=is_judged)
        if group["n_rows"] < profile.min_group
        else _large_row(attribute, group, best, floor=floor)
        for group in groups
    ]


def fairness_rows(groups: pl.DataFrame, target: Vector, pd: Vector, granted: Mask, profile: FairnessProfile) -> list[FairnessRow]:
    """Approval of every group of every attribute of the profile that is delivered, judged ones first.

    A missing value is a group like any other. The yardstick is the highest approval rate among the groups of the attribute with
    at least `min_group` rows; smaller groups show their counts alone. An attribute with fewer than two large groups has nothing
    to compare and is not judged: neither is one that is not delivered, so that a lender without it can still promote a model.
    Where nobody is granted a loan there is no ratio, and no group below the floor.

    Args:
        groups: one text column per attribute, one row per application; null is missing.
        target: 1 for a default, else 0.
        pd: PDs of the same rows.
        granted: who is granted a loan.
        profile: attributes, floor and least size of a group.
    """
    columns = (pl.Series("_target", target), pl.Series("_pd", pd), pl.Series("_granted", granted))
    rows = groups.with_columns(*columns)
    attributes = [name for name in (*profile.judged, *profile.reported) if name in groups.columns]
    return [row for attribute in attributes for row in _attribute_rows(rows, attribute, profile)]


def passes(rows: Iterable[FairnessRow]) -> bool:
    """Whether no group lies below the floor. Nothing to judge passes: see `has_judged`."""
    return all(row.status != "below_floor" for row in rows)


def has_judged(rows: Iterable[FairnessRow]) -> bool:
    """Whether the floor was held against any attribute."""
    return any(row.is_judged for row in rows)


def not_judged(rows: Sequence[FairnessRow], profile: FairnessProfile) -> list[str]:
    """Attributes that the profile judges and these rows could not: not delivered, or fewer than two large groups."""
    judged = {row.attribute for row in rows if row.is_judged}
    return [name for name in profile.judged if name not in judged]
