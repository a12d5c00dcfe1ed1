"""Credits that other lenders reported to the bureau, and their monthly statuses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.core.simulation.columns import Values, as_delivered, blank, levels_of
from tasks.core.simulation.identifiers import credit_ids
from tasks.core.simulation.latent import Latent
from tasks.core.simulation.marginals import Floats, Integers, Mask, normal_quantile, parameters
from tasks.core.simulation.repeats import history_counts, mixed, repeat_index
from tasks.core.simulation.streams import Streams

DAYS_PER_MONTH = 30.44
_MEAN_CREDITS, _DEVIATION = 5.6, 4.4
#: Share of the applicants known to the bureau whose monthly statuses are delivered too.
_MONTHLY_SHARE = 0.43
_SOLD_SHARE = 0.006
#: How much of an applicant's bureau standing is the risk of this loan, and how much each credit shows of the standing.
_RISK_WEIGHT, _CREDIT_WEIGHT = 0.32, 0.55
_STATUSES = ("0", "1", "2", "3", "4", "5", "C", "X")


@dataclass(frozen=True)
class BureauCredits:
    """What the monthly statuses need of each credit; `standing` is higher the worse."""

    ids: Integers
    applicant: Integers
    opened: Floats
    closed: Floats
    standing: Floats


class _Credits:
    """The credits of a chunk being drawn."""

    def __init__(self, streams: Streams, latent: Latent) -> None:
        self.generator = streams.generator("bureau")
        counts = history_counts(self.generator, latent.in_bureau, _MEAN_CREDITS, _DEVIATION)
        self.applicant, self.place = repeat_index(counts)
        self.ids = latent.ids[self.applicant]
        self.n = len(self.applicant)
        standing = mixed(latent.risk, self.generator.standard_normal(len(latent)), _RISK_WEIGHT)
        self.standing = standing[self.applicant]
        self.income = latent.scores["AMT_INCOME_TOTAL"][self.applicant]
        self.groups = parameters().bureau
        self.is_active: Mask = self.shown() > normal_quantile(1 - self.groups["Active"].share)

    def own(self) -> Floats:
        return self.generator.standard_normal(self.n)

    def shown(self, weight: float = _CREDIT_WEIGHT) -> Floats:
        """A score of its own per credit that shows the applicant's standing."""
        return mixed(self.standing, self.own(), weight)

    def numbers(self, name: str, score: Floats) -> Floats:
        active, closed = (self.groups[group].columns[name].numbers(score) for group in ("Active", "Closed"))
        return np.where(self.is_active, active, closed)

    def gap(self, name: str) -> Mask:
        shares = np.where(self.is_active, *(self.groups[group].columns[name].missing for group in ("Active", "Closed")))
        return self.generator.random(self.n) < shares

    def dates(self) -> tuple[dict[str, Values], Floats, Floats]:
        opened = np.minimum(np.round(self.numbers("DAYS_CREDIT", self.shown())), -1.0)
        term = np.maximum(np.round(self.numbers("TERM", self.own())), 1.0)
        life = self.groups["Closed"].columns["LIFE_SHARE"].numbers(self.own()) * np.minimum(term, -opened)
        recently = np.maximum(-np.ceil(self.generator.exponential(150, self.n)), opened)
        ended = np.round(np.where(opened + life < -1, np.maximum(opened + life, opened), recently))
        reported = self.groups["Active"].columns["DAYS_CREDIT_UPDATE"].numbers(self.own())
        after_end = np.minimum(ended + self.generator.exponential(350, self.n), -np.ceil(self.generator.exponential(30, self.n)))
        updated = np.where(self.is_active, np.maximum(reported, opened), np.maximum(after_end, opened))
        no_end = self.is_active | (self.generator.random(self.n) < 2 * _SOLD_SHARE)
        values: dict[str, Values] = {
            "DAYS_CREDIT": opened,
            "DAYS_CREDIT_ENDDATE": blank(opened + term, self.gap("DAYS_CREDIT_ENDDATE")),
            "DAYS_ENDDATE_FACT": blank(ended, no_end),
            "DAYS_CREDIT_UPDATE": updated,
        }
        return values, opened, np.where(self.is_active, 1.0, ended)

    def amounts(self) -> dict[str, Values]:
        size = mixed(self.income, self.own(), 0.3)
        total = np.round(self.numbers("AMT_CREDIT_SUM", size) / 4.5) * 4.5
        debt = np.where(
            self.is_active, total * self.numbers("DEBT_TO_SUM", self.shown()), self.numbers("AMT_CREDIT_SUM_DEBT", self.own())
        )
        overdue = self.is_active & (self.shown() > normal_quantile(1 - 0.0066))
        return {
            "AMT_CREDIT_SUM": total,
            "AMT_CREDIT_SUM_DEBT": blank(debt, self.gap("AMT_CREDIT_SUM_DEBT")),
            "AMT_CREDIT_SUM_LIMIT": blank(self.numbers("AMT_CREDIT_SUM_LIMIT", self.own()), self.gap("AMT_CREDIT_SUM_LIMIT")),
            "AMT_CREDIT_SUM_OVERDUE": np.where(overdue, self.generator.lognormal(8, 2, self.n), 0.0),
            "CREDIT_DAY_OVERDUE": np.where(overdue, np.ceil(self.generator.lognormal(3.5, 1.5, self.n)), 0.0).clip(0, 2700),
            "AMT_CREDIT_MAX_OVERDUE": blank(
                self.numbers("AMT_CREDIT_MAX_OVERDUE", self.shown()), self.gap("AMT_CREDIT_MAX_OVERDUE")
            ),
            "AMT_ANNUITY": blank(self.numbers("AMT_ANNUITY", size), self.gap("AMT_ANNUITY")),
        }

    def labels(self) -> dict[str, Values]:
        kinds = [self.groups[group].columns["CREDIT_TYPE"] for group in ("Active", "Closed")]
        score = self.own()
        codes = np.where(self.is_active, kinds[0].codes(score), kinds[1].codes(score) + len(kinds[0].levels))
        sold = ~self.is_active & (self.generator.random(self.n) < _SOLD_SHARE)
        return {
            "CREDIT_ACTIVE": levels_of(("Active", "Closed", "Sold"), np.where(self.is_active, 0, 1 + sold)),
            "CREDIT_CURRENCY": levels_of(("currency 1", "currency 2"), (self.generator.random(self.n) < 0.0006).astype(np.int64)),
            "CREDIT_TYPE": levels_of(kinds[0].levels + kinds[1].levels, codes),
            "CNT_CREDIT_PROLONG": self.numbers("CNT_CREDIT_PROLONG", self.own()),
        }


def simulate_bureau(streams: Streams, latent: Latent) -> tuple[pl.DataFrame, BureauCredits]:
    """The bureau rows of a chunk (about 4.8 per applicant), and what their monthly statuses need."""
    draw = _Credits(streams, latent)
    ids = credit_ids(draw.ids, draw.place)
    dates, opened, closed = draw.dates()
    values: dict[str, Values] = {"SK_ID_CURR": draw.ids, "SK_ID_BUREAU": ids}
    frame = as_delivered("bureau", values | dates | draw.amounts() | draw.labels())
    return frame, BureauCredits(ids, draw.applicant, opened, closed, draw.standing)


def simulate_bureau_balance(streams: Streams, latent: Latent, held: BureauCredits) -> pl.DataFrame:
    """The monthly statuses of some applicants' bureau credits (about 77 per applicant), newest month first."""
    generator = streams.generator("bureau_balance")
    is_monthly = generator.random(len(latent)) < _MONTHLY_SHARE
    months = np.minimum(np.floor(-held.opened / DAYS_PER_MONTH), 96).astype(np.int64) + 1
    credit, month = repeat_index(np.where(is_monthly[held.applicant], months, 0))
    unknown, unknown_end = generator.random((2, len(months))) < np.array([[0.40], [0.19]])
    late = mixed(held.standing[credit], generator.standard_normal(len(credit)), 0.3)
    worst = np.searchsorted([normal_quantile(share) for share in (0.965, 0.992, 0.9945, 0.9955, 0.996)], late)
    is_closed = (held.closed[credit] < 0) & (month < np.floor(-held.closed[credit] / DAYS_PER_MONTH))
    hidden = unknown[credit] & (generator.random(len(credit)) < 0.9) & (worst == 0)
    codes = np.where(is_closed, np.where(unknown_end[credit], 7, 6), np.where(hidden, 7, worst))
    return as_delivered(
        "bureau_balance",
        {"SK_ID_BUREAU": held.ids[credit], "MONTHS_BALANCE": -month, "STATUS": levels_of(_STATUSES, codes)},
    )
