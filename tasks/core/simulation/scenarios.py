"""Named disturbances of a day: what monitoring and validation have to notice. Labels are not touched."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from schemas.scenarios import Scenario
from schemas.tables import DAYS_SENTINEL
from tasks.core.simulation.latent import Latent
from tasks.core.simulation.marginals import Mask
from tasks.core.simulation.streams import Streams

Frames = dict[str, pl.DataFrame]

TYPED_INCOME = 5e9
SURGE_COLUMNS = (
    "EXT_SOURCE_2",
    "EXT_SOURCE_3",
    "AMT_GOODS_PRICE",
    "NAME_TYPE_SUITE",
    "CNT_FAM_MEMBERS",
    "DAYS_REGISTRATION",
    "DAYS_LAST_PHONE_CHANGE",
    "REGION_POPULATION_RELATIVE",
)
SURGE_SHARE = 0.8
NEW_LEVELS = {
    "NAME_INCOME_TYPE": "Platform worker",
    "NAME_HOUSING_TYPE": "Shared apartment",
    "ORGANIZATION_TYPE": "Online platform",
}
NEW_LEVEL_SHARE = 0.08
LEAK_COLUMNS = ("DAYS_REGISTRATION", "DAYS_ID_PUBLISH", "DAYS_LAST_PHONE_CHANGE")
#: Below the share of bad rows at which the shipped policy refuses a delivery, so that the rows go to quarantine.
LEAK_SHARE = 0.045
BAD_SHARE = 0.02


def shift_latent(scenario: Scenario, latent: Latent) -> Latent:
    """The scores of a population that is another one: younger, with fewer pensioners and children. Labels stay."""
    if scenario is not Scenario.YOUNGER_APPLICANTS:
        return latent
    shifts = {"DAYS_BIRTH": 0.9, "IS_PENSIONER": -0.9, "DAYS_EMPLOYED": 0.5, "DAYS_REGISTRATION": 0.3, "CNT_CHILDREN": -0.3}
    scores = latent.scores | {name: latent.scores[name] + shift for name, shift in shifts.items()}
    return Latent(latent.ids, latent.risk, scores, latent.in_bureau)


def _chosen(generator: np.random.Generator, n: int, share: float) -> Mask:
    """Exactly this share of the rows (rounded down, at least one), at random places."""
    mask = np.zeros(n, dtype=bool)
    if n:
        mask[generator.permutation(n)[: max(1, int(share * n))]] = True
    return mask


def _with(frames: Frames, *columns: pl.Expr) -> Frames:
    return frames | {"application": frames["application"].with_columns(*columns)}


def _where(mask: Mask, name: str, value: object) -> pl.Expr:
    """The column with this value where the mask holds, in its own type."""
    return pl.when(pl.Series(mask)).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)


def _income_shift(frames: Frames, _: np.random.Generator) -> Frames:
    return _with(frames, (pl.col("AMT_INCOME_TOTAL") * 0.7).round(2))


def _heavy_tail_typo(frames: Frames, generator: np.random.Generator) -> Frames:
    shifted = _income_shift(frames, generator)
    one = _chosen(generator, shifted["application"].height, 0.0)
    return _with(shifted, _where(one, "AMT_INCOME_TOTAL", TYPED_INCOME))


def _bureau_outage(frames: Frames, _: np.random.Generator) -> Frames:
    return {name: frame for name, frame in frames.items() if name not in {"bureau", "bureau_balance"}}


def _missing_surge(frames: Frames, generator: np.random.Generator) -> Frames:
    n = frames["application"].height
    return _with(frames, *(_where(_chosen(generator, n, SURGE_SHARE), name, None) for name in SURGE_COLUMNS))


def _unseen_category(frames: Frames, generator: np.random.Generator) -> Frames:
    n = frames["application"].height
    return _with(frames, *(_where(_chosen(generator, n, NEW_LEVEL_SHARE), name, level) for name, level in NEW_LEVELS.items()))


def _sentinel_leak(frames: Frames, generator: np.random.Generator) -> Frames:
    """The sentinel where it is illegal (quarantine), and more of it where it is legal (drift)."""
    n = frames["application"].height
    leaking, employed = _chosen(generator, n, LEAK_SHARE), _chosen(generator, n, 0.2)
    illegal = [_where(leaking, name, DAYS_SENTINEL).cast(pl.Int32) for name in LEAK_COLUMNS]
    legal = [
        _where(employed, "DAYS_EMPLOYED", DAYS_SENTINEL).cast(pl.Int32),
        _where(employed, "ORGANIZATION_TYPE", "XNA"),
        _where(employed, "OCCUPATION_TYPE", None),
        _where(employed, "FLAG_EMP_PHONE", 0).cast(pl.Int8),
    ]
    return _with(frames, *illegal, *legal)


def _bad_rows(frames: Frames, generator: np.random.Generator) -> Frames:
    """About 2 % of the rows break a rule, each in one of seven ways; the first way is a second row under the same key."""
    application = frames["application"]
    bad = np.flatnonzero(_chosen(generator, application.height, BAD_SHARE))
    if not len(bad):
        return frames
    ways: list[tuple[str, object]] = [
        ("AMT_INCOME_TOTAL", -1000.0),
        ("DAYS_BIRTH", 12000),
        ("AMT_CREDIT", float("inf")),
        ("SK_ID_CURR", None),
        ("EXT_SOURCE_2", 7.5),
        ("DAYS_EMPLOYED", 30),
    ]
    way = np.full(application.height, -1)
    way[bad] = np.arange(len(bad)) % (len(ways) + 1) - 1
    twice = application[bad[way[bad] == -1]].with_columns(pl.col("AMT_CREDIT") + 45000.0)
    types = application.schema
    broken = application.with_columns(
        _where(way == place, name, value).cast(types[name]) for place, (name, value) in enumerate(ways)
    )
    return frames | {"application": pl.concat([broken, twice])}


_EFFECTS: dict[Scenario, Callable[[Frames, np.random.Generator], Frames]] = {
    Scenario.INCOME_SHIFT: _income_shift,
    Scenario.HEAVY_TAIL_TYPO: _heavy_tail_typo,
    Scenario.BUREAU_OUTAGE: _bureau_outage,
    Scenario.MISSING_SURGE: _missing_surge,
    Scenario.UNSEEN_CATEGORY: _unseen_category,
    Scenario.SENTINEL_LEAK: _sentinel_leak,
    Scenario.BAD_ROWS: _bad_rows,
}


def apply_scenario(scenario: Scenario, frames: Frames, streams: Streams) -> Frames:
    """The frames of a whole day as the scenario has them."""
    effect = _EFFECTS.get(scenario)
    return effect(frames, streams.generator("scenario")) if effect else frames
