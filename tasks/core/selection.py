"""Which features a fit may read: limits on missing share, correlation and importance, judged on the rows fitted on alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import polars as pl

from schemas.errors import UsageError
from schemas.training_record import DroppedFeature
from tasks.core.encoding import Encoding
from tasks.core.fitting import Recipe, fit_trees, resolve_parameters
from tasks.core.imbalance import Sample
from tasks.core.leakage import single_auc
from tasks.core.matrices import TrainingRows
from tasks.core.meaning import gain_importance

#: From numeric columns to feature, other, correlation: one row per pair, absent or null where it is undefined.
Correlate = Callable[[pl.DataFrame], pl.DataFrame]

#: The quick fit that importance is read from: big steps, every second feature a tree, so that each has its chance.
_QUICK = {"learning_rate": 0.1, "feature_fraction": 0.5}
_QUICK_TREES = 100
#: Decimals of a correlation: sums in another order do not move it over the limit.
_DECIMALS = 9


@dataclass(frozen=True)
class Limits:
    """Shares and a correlation; the defaults leave nothing out. See RetrainParameters."""

    missing_share: float = 1.0
    correlation: float = 1.0
    importance: float = 0.0

    @property
    def are_off(self) -> bool:
        return self == Limits()


class Selection(NamedTuple):
    """Names in the order of the frame, and what was left out, in order of name."""

    names: tuple[str, ...]
    dropped: list[DroppedFeature]


def missing_shares(features: pl.DataFrame) -> dict[str, float]:
    """Share of null and NaN per column."""
    shares = features.select(pl.all().is_null().mean(), pl.selectors.float().fill_nan(None).is_null().mean().name.suffix("\x00"))
    row = shares.row(0, named=True)
    return {name: float(row.get(f"{name}\x00", row[name])) for name in features.columns}


def _too_missing(rows: TrainingRows, limit: float) -> dict[str, str]:
    return {
        name: f"missing in {share:.1%} of the rows, limit {limit:.1%}"
        for name, share in missing_shares(rows.features).items()
        if share > limit
    }


def _partners(pairs: pl.DataFrame, limit: float) -> dict[str, dict[str, float]]:
    """Per feature the others that it correlates with above the limit."""
    found: dict[str, dict[str, float]] = {}
    above = pairs.drop_nulls("correlation").filter(pl.col("correlation").abs().round(_DECIMALS) > limit)
    for feature, other, correlation in above.select("feature", "other", "correlation").iter_rows():
        found.setdefault(feature, {})[other] = correlation
        found.setdefault(other, {})[feature] = correlation
    return found


def _too_correlated(rows: TrainingRows, limit: float, correlate: Correlate) -> dict[str, str]:
    """From the strongest feature by itself on (ties by name), each stays unless one that stays correlates with it."""
    numbers = rows.features.select(pl.selectors.numeric())
    partners = _partners(correlate(numbers), limit)
    strength = single_auc(rows.features, sorted(partners), rows.target)
    kept: set[str] = set()
    dropped: dict[str, str] = {}
    for name in sorted(partners, key=lambda name: (-strength[name], name)):
        rivals = sorted(kept & set(partners[name]), key=lambda rival: (-abs(partners[name][rival]), rival))
        if rivals:
            value = partners[name][rivals[0]]
            dropped[name] = (
                f"correlation {value:.3f} with {rivals[0]}, limit {limit:g}; AUC by itself {strength[name]:.3f} "
                f"against {strength[rivals[0]]:.3f}"
            )
        else:
            kept.add(name)
    return dropped


def _too_unimportant(rows: TrainingRows, limit: float, seed: int) -> dict[str, str]:
    codes = rows.codes()
    encoding = Encoding(tuple(rows.features.columns), codes)
    recipe = Recipe(resolve_parameters(_QUICK, rows.features.height), seed)
    booster = fit_trees(encoding, Sample(rows.matrix(codes), rows.y), recipe, _QUICK_TREES, lambda _: None)
    return {
        name: f"{share:.3%} of the gain of a first fit, limit {limit:.3%}"
        for name, share in gain_importance(booster).items()
        if share < limit
    }


def _dropped(found: dict[str, str], because: Literal["missing_share", "correlation", "importance"]) -> list[DroppedFeature]:
    return [DroppedFeature(name=name, because=because, detail=detail) for name, detail in sorted(found.items())]


def _require_some(names: Sequence[str]) -> None:
    if not names:
        raise UsageError(
            "the limits leave no feature",
            expected="at least one feature within the limits of missing share, correlation and importance",
            where="max_missing_share, max_correlation, min_importance",
            remedy="loosen the limits",
        )


def select_features(rows: TrainingRows, limits: Limits, correlate: Correlate | None, seed: int) -> Selection:
    """The features that these rows leave within the limits: missing share first, then correlation, then importance.

    Raises:
        UsageError: nothing is left.
        ValueError: a limit of correlation without `correlate`.
    """
    names = list(rows.features.columns)
    dropped: list[DroppedFeature] = []
    if limits.missing_share < 1:
        dropped += _dropped(_too_missing(rows, limits.missing_share), "missing_share")
    if limits.correlation < 1:
        if correlate is None:
            raise ValueError("a limit of correlation needs something that computes correlations")
        left = _without(names, dropped)
        dropped += _dropped(_too_correlated(rows.keep(left), limits.correlation, correlate), "correlation")
    if limits.importance > 0:
        left = _without(names, dropped)
        _require_some(left)
        dropped += _dropped(_too_unimportant(rows.keep(left), limits.importance, seed), "importance")
    left = _without(names, dropped)
    _require_some(left)
    return Selection(tuple(left), sorted(dropped, key=lambda item: item.name))


def _without(names: Sequence[str], dropped: Sequence[DroppedFeature]) -> list[str]:
    gone = {item.name for item in dropped}
    return [name for name in names if name not in gone]
