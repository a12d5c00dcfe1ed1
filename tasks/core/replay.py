"""Computing decisions again from their stored features, and comparing them with what is stored, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from schemas.policy import Policy
from schemas.replay import ReplayDifference
from tasks.core.assessing import assess_rows
from tasks.core.decisions import decide
from tasks.core.encoding import Matrix, to_matrix
from tasks.core.reasons import contributions, explain_rows
from tasks.core.replay_reasons import REASON_FIELDS, StoredReasons, agrees_with
from tasks.core.scoring import Model, engine_name, score_points

_KEYS = ["application_id", "batch_id"]
_QUALITY_FIELDS = ("n_inputs", "n_filled", "missing_columns", "unseen_columns", "out_of_range_columns")
_DECISION_FIELDS = ("features_sha256", "pd", "score_points", "threshold", "decision", "decided_by", "received_on", "as_of")


@dataclass(frozen=True)
class Recipe:
    """What a group of decisions was made with: model, its threshold on the PD, policy, and the history tables absent that day."""

    model: Model
    threshold: float
    policy: Policy
    absent_tables: Sequence[str]

    @property
    def feature_names(self) -> set[str]:
        """Features to read: the model's inputs, and what the hard rules look at."""
        return {*self.model.manifest.input_names, *(rule.feature for rule in self.policy.hard_rules)}


@dataclass(frozen=True)
class _Again:
    """Computed again: one row per decision in the order of the features; reasons by row; contributions of the refused rows."""

    decisions: pl.DataFrame
    reasons: dict[int, StoredReasons]
    refused: dict[int, int]
    values: Matrix


def _business_date() -> pl.Expr:
    """The date in a delivery's key yyyymmddvv."""
    return (pl.col("batch_id") // 100).cast(pl.String).str.to_date("%Y%m%d", strict=False)


def _decide_again(features: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    policy = recipe.policy
    rows = assess_rows(recipe.model, features, recipe.absent_tables, policy.quality.min_filled_share)
    absent = np.full(len(rows.pd), bool(recipe.absent_tables))
    decided = decide(rows.pd, recipe.threshold, policy, features, rows.quality.is_insufficient, absent)
    return rows.quality.records.with_columns(
        rows.sha256,
        pl.Series("pd", rows.pd),
        pl.Series("score_points", score_points(rows.pd, policy.score)),
        pl.lit(recipe.threshold).alias("threshold"),
        decided["decision"],
        decided["decided_by"],
        _business_date().alias("received_on"),
        _business_date().alias("as_of"),
    )


def _again(features: pl.DataFrame, recipe: Recipe) -> _Again:
    decisions = _decide_again(features, recipe)
    positions = np.flatnonzero((decisions["decision"] != "approve").to_numpy())
    values = contributions(recipe.model, to_matrix(features[positions], recipe.model.encoding))
    found = explain_rows(values, recipe.model.manifest.input_names, decisions["decided_by"].gather(positions), recipe.policy)
    reasons = _by_row(found.with_columns(pl.Series("row", positions[found["row"].to_numpy()])), "row")
    return _Again(decisions, reasons, {int(row): place for place, row in enumerate(positions)}, values)


def _by_row(reasons: pl.DataFrame, key: str) -> dict[int, StoredReasons]:
    grouped: dict[int, StoredReasons] = {}
    for row, *values in reasons.select(key, *REASON_FIELDS).iter_rows():
        grouped.setdefault(int(row), []).append(tuple(values))
    return grouped


def compare(stored: pl.DataFrame, reasons: pl.DataFrame, features: pl.DataFrame, recipe: Recipe) -> list[ReplayDifference]:
    """Everything that does not come out as stored, for decisions that were made with one recipe.

    PD, points, decision, threshold, hash of the features and quality have to be equal to the last bit. So have the reasons, where
    the engine that computed them is the one that runs; another engine's contributions differ in the sixth decimal, so theirs may
    differ by a unit of the rounding, as `agrees_with` says.

    Args:
        stored: decisions with their quality records; one row per decision.
        reasons: their stored reasons, in long form by rank.
        features: their stored features, as `recipe.feature_names` asks; a decision without any is a difference.
        recipe: what they were made with.
    """
    numbered = stored.with_row_index("row")
    without = numbered.join(features, on=_KEYS, how="anti")
    found = [_difference(record, "features", "none", "needed") for record in without.iter_rows(named=True)]
    if features.is_empty():
        return found
    again = _again(features, recipe)
    pairs = numbered.join(features.select(_KEYS).with_row_index("place"), on=_KEYS)
    return found + _differing_fields(pairs, again) + _differing_reasons(pairs, reasons, again, recipe)


def _differing_fields(pairs: pl.DataFrame, again: _Again) -> list[ReplayDifference]:
    recomputed = again.decisions.rename({name: f"{name}_again" for name in again.decisions.columns}).with_row_index("place")
    both = pairs.join(recomputed, on="place", how="left")
    names = (*_DECISION_FIELDS, *_QUALITY_FIELDS)
    differing = both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_again")) for name in names))
    return [
        _difference(record, name, str(record[name]), str(record[f"{name}_again"]))
        for record in differing.iter_rows(named=True)
        for name in names
        if record[name] != record[f"{name}_again"]
    ]


def _differing_reasons(pairs: pl.DataFrame, reasons: pl.DataFrame, again: _Again, recipe: Recipe) -> list[ReplayDifference]:
    of_rows = reasons.join(pairs.select(*_KEYS, "row"), on=_KEYS, maintain_order="left")
    told = _by_row(of_rows, "row")
    engines = dict(of_rows.select("row", "engine").unique("row", keep="first").rows())
    return [
        _difference(record, "reasons", _words(told.get(record["row"], [])), _words(again.reasons.get(record["place"], [])))
        for record in pairs.iter_rows(named=True)
        if not _same_reasons(told.get(record["row"], []), engines.get(record["row"], ""), again, record["place"], recipe)
    ]


def _difference(record: dict[str, Any], what: str, stored: str, recomputed: str) -> ReplayDifference:
    return ReplayDifference(record["application_id"], record["batch_id"], what, stored, recomputed)


def _words(reasons: StoredReasons) -> str:
    return "; ".join(" ".join(str(value) for value in reason if value is not None) for reason in reasons) or "none"


def _same_reasons(told: StoredReasons, engine: str, again: _Again, place: int, recipe: Recipe) -> bool:
    mine = again.reasons.get(place, [])
    if told == mine:
        return True
    if engine == engine_name() or place not in again.refused:
        return False
    values = again.values[again.refused[place]]
    return agrees_with(told, mine, values, recipe.model.manifest.input_names, recipe.policy)
