"""Credit cards month by month: some never used, the others with a level of use that goes with the applicant's standing."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.core.simulation.bureau import DAYS_PER_MONTH
from tasks.core.simulation.columns import Values, as_delivered, blank, levels_of
from tasks.core.simulation.marginals import Floats, Integers
from tasks.core.simulation.payments import CardDues
from tasks.core.simulation.previous import PreviousCredits
from tasks.core.simulation.repeats import mixed, repeat_index
from tasks.core.simulation.streams import Streams

_UNUSED_SHARE = 0.24
#: Cards that are older than the application they are listed under, and by how many months at most.
_OLDER_SHARE, _OLDER_MONTHS = 0.45, 80
_LIMITS = (45000.0, 67500.0, 90000.0, 112500.0, 135000.0, 180000.0, 225000.0, 270000.0, 450000.0, 765000.0)
_LIMIT_CUTS = (-1.0, -0.65, -0.35, -0.15, 0.2, 0.7, 0.9, 1.1, 1.8)
_MINIMUM_RATE = 0.05
_STATUSES = ("Active", "Completed", "Signed")


class _Months:
    """The card months of a chunk being drawn, oldest first."""

    def __init__(self, streams: Streams, previous: PreviousCredits) -> None:
        card = np.flatnonzero(previous.is_card)
        self.generator = streams.generator("credit_card_balance")
        draw = self.generator
        older = draw.integers(0, _OLDER_MONTHS + 1, len(card)) * (draw.random(len(card)) < _OLDER_SHARE)
        months = np.clip(np.floor(-previous.decided[card] / DAYS_PER_MONTH) + older, 1, 96).astype(np.int64)
        own, self.place = repeat_index(months)
        self.n, self.ids, self.applicants = len(own), previous.ids[card][own], previous.applicants[card][own]
        self.month: Integers = self.place - months[own]
        limits = np.array(_LIMITS)[np.searchsorted(_LIMIT_CUTS, draw.standard_normal(len(card)))]
        is_used = draw.random(len(card)) >= _UNUSED_SHARE
        since, until = np.sort(draw.uniform(-0.5, 1.7, (2, len(card))), axis=0)
        share = self.place / months[own]
        self.standing = previous.standing[card][own]
        self.is_used = is_used[own]
        self.in_use = self.is_used & (share >= since[own]) & (share <= until[own])
        # A tenth of the unused cards, and early months of some others, have no limit set.
        self.limit = limits[own] * (draw.random(len(card)) >= 0.18)[own]
        self.limit = np.where(self.in_use & (self.limit == 0), limits[own], self.limit)
        level = mixed(previous.standing[card], draw.standard_normal(len(card)), 0.35)[own]
        self.share = np.clip(0.6 + 0.22 * level + 0.15 * np.sin(self.place / 5.0) + 0.08 * self.own(), 0.0, 1.05)

    def own(self) -> Floats:
        return self.generator.standard_normal(self.n)

    def chance(self, share: float) -> Floats:
        return (self.generator.random(self.n) < share).astype(np.float64)

    def balances(self) -> tuple[dict[str, Values], Floats, Floats]:
        balance = np.round(self.limit * self.share * self.in_use, 2)
        minimum = np.where(balance > 0, np.round(_MINIMUM_RATE * np.maximum(self.limit, balance) / 2250.0) * 2250.0, 0.0)
        principal = np.round(balance * 0.965, 2)
        values: dict[str, Values] = {
            "AMT_BALANCE": balance,
            "AMT_CREDIT_LIMIT_ACTUAL": self.limit,
            "AMT_INST_MIN_REGULARITY": blank(minimum, self.generator.random(self.n) < 0.071),
            "AMT_RECEIVABLE_PRINCIPAL": principal,
            "AMT_RECIVABLE": np.round(balance * 0.997, 2),
            "AMT_TOTAL_RECEIVABLE": np.round(balance * 0.998, 2),
        }
        return values, balance, minimum

    def drawings(self) -> dict[str, Values]:
        """Drawings at machines are the habit of the worse standing; a card never used has no drawings at all (NULL)."""
        eager = mixed(self.standing, self.own(), 0.4) > 0.75
        machines = np.where(self.in_use & eager, np.ceil(self.generator.exponential(1.6, self.n)), 0.0)
        goods = self.in_use * self.chance(0.22) * np.ceil(self.generator.exponential(4.0, self.n))
        others = self.in_use * self.chance(0.008)
        at_machines = machines * np.round(self.generator.lognormal(9.4, 0.7, self.n) / 450.0) * 450.0
        for_goods = np.round(goods * self.generator.lognormal(7.9, 0.9, self.n), 2)
        otherwise = others * np.round(self.generator.lognormal(10.3, 0.8, self.n) / 450.0) * 450.0
        unused = ~self.is_used
        return {
            "AMT_DRAWINGS_ATM_CURRENT": blank(at_machines, unused),
            "AMT_DRAWINGS_POS_CURRENT": blank(for_goods, unused),
            "AMT_DRAWINGS_OTHER_CURRENT": blank(otherwise, unused),
            "AMT_DRAWINGS_CURRENT": at_machines + for_goods + otherwise,
            "CNT_DRAWINGS_ATM_CURRENT": blank(machines, unused),
            "CNT_DRAWINGS_POS_CURRENT": blank(goods, unused),
            "CNT_DRAWINGS_OTHER_CURRENT": blank(others, unused),
            "CNT_DRAWINGS_CURRENT": machines + goods + others,
        }

    def payments(self, minimum: Floats) -> dict[str, Values]:
        small = self.chance(0.75) * self.generator.lognormal(6.5, 1.8, self.n)
        paid = np.round(np.where(minimum > 0, minimum * np.maximum(1.0, self.generator.lognormal(0.0, 0.8, self.n)), small), 2)
        return {
            "AMT_PAYMENT_CURRENT": blank(paid, ~self.is_used),
            "AMT_PAYMENT_TOTAL_CURRENT": np.where((minimum == 0) | (self.chance(0.06) > 0), 0.0, paid),
        }


def simulate_cards(streams: Streams, previous: PreviousCredits) -> tuple[pl.DataFrame, CardDues]:
    """One row per card and month (about 11 per applicant, concentrated on some 28 %), and the instalments due."""
    draw = _Months(streams, previous)
    balances, balance, minimum = draw.balances()
    matured = np.ceil(0.8 * draw.place) * draw.is_used
    late = (balance > 0) & (mixed(draw.standing, draw.own(), 0.4) > 1.55)
    days = np.where(late, np.ceil(draw.generator.lognormal(2.2, 1.8, draw.n)), 0.0).clip(0, 2400)
    codes = np.where(~draw.in_use & (draw.chance(0.05) > 0), 1, np.where((draw.place == 0) & (draw.chance(0.08) > 0), 2, 0))
    values: dict[str, Values] = balances | draw.drawings() | draw.payments(minimum)
    values |= {
        "SK_ID_PREV": draw.ids,
        "SK_ID_CURR": draw.applicants,
        "MONTHS_BALANCE": draw.month,
        "CNT_INSTALMENT_MATURE_CUM": blank(matured, draw.generator.random(draw.n) < 0.071),
        "NAME_CONTRACT_STATUS": levels_of(_STATUSES, codes),
        "SK_DPD": days,
        "SK_DPD_DEF": np.where(draw.chance(0.3) > 0, np.minimum(days, 100.0), 0.0),
    }
    return as_delivered("credit_card_balance", values), _card_dues(draw, minimum, matured)


def _card_dues(draw: _Months, minimum: Floats, matured: Floats) -> CardDues:
    """Every month of a card in use has an instalment: the minimum, or a small rest where nothing is owed."""
    due = np.flatnonzero(draw.is_used & (draw.place > 0))
    small = np.round(draw.generator.lognormal(5.5, 1.8, len(due)), 2)
    return CardDues(
        ids=draw.ids[due],
        applicants=draw.applicants[due],
        number=np.maximum(matured[due], 1).astype(np.int64),
        due=(draw.month[due] * 30.0 - 1.0).astype(np.float64),
        amount=np.where(minimum[due] > 0, minimum[due], small),
        standing=draw.standing[due],
    )
