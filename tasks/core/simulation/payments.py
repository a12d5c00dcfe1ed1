"""Loans month by month (POS_CASH_balance) and the instalments paid on loans and cards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.core.simulation.bureau import DAYS_PER_MONTH
from tasks.core.simulation.columns import as_delivered, blank, levels_of
from tasks.core.simulation.marginals import Floats, Integers, normal_quantile
from tasks.core.simulation.previous import PreviousCredits
from tasks.core.simulation.repeats import mixed, repeat_index
from tasks.core.simulation.streams import Streams

_POS_STATUSES = ("Active", "Completed", "Signed", "Demand", "Returned to the store", "Amortized debt")
_LATE_SHARE = 0.085
_PAST_DUE_SHARE = 0.027
_SPLIT_SHARE = 0.09
_NEVER_PAID_SHARE = 0.0002
#: Days before the due date on which the punctual pay: real quantiles at even steps.
_EARLY_DAYS = (69.0, 33.0, 27.0, 21.0, 15.0, 11.0, 8.0, 6.0, 3.0, 1.0, 0.0, 0.0, 0.0, 0.0)
_LATE_WEIGHT = 0.4


@dataclass(frozen=True)
class CardDues:
    """Instalments due on cards: key, applicant, number, day due (negative), amount and the standing of the applicant."""

    ids: Integers
    applicants: Integers
    number: Integers
    due: Floats
    amount: Floats
    standing: Floats


def _days_past_due(generator: np.random.Generator, standing: Floats) -> tuple[Floats, Floats]:
    """SK_DPD and SK_DPD_DEF: mostly 0, with a tail of hundreds of days."""
    score = mixed(standing, generator.standard_normal(len(standing)), _LATE_WEIGHT)
    days = np.where(score > normal_quantile(1 - _PAST_DUE_SHARE), np.ceil(generator.lognormal(2.9, 2.2, len(standing))), 0.0)
    days = np.minimum(days, 2900.0)
    return days, np.where(generator.random(len(standing)) < 0.4, np.minimum(days, 200.0), 0.0)


def simulate_pos_cash(streams: Streams, previous: PreviousCredits) -> pl.DataFrame:
    """One row per loan and month from its decision to its end or last month (about 28 per applicant), oldest first."""
    generator = streams.generator("payments")
    start = np.floor(-previous.decided / DAYS_PER_MONTH)
    months = np.clip(np.minimum(previous.life + 1, start), 1, 96) * previous.is_loan
    loan, place = repeat_index(months.astype(np.int64))
    month = np.maximum(-start[loan], -96.0) + place
    days, tolerated = _days_past_due(generator, previous.standing[loan])
    is_last = place >= previous.life[loan]
    chance = generator.random(len(loan))
    codes = np.where(is_last, 1, np.where((place == 0) & (chance < 0.09), 2, np.searchsorted([0.0008, 0.0014, 0.0017], chance)))
    codes = np.where(codes == 3, 0, np.where((codes < 3) & ~is_last & (chance < 0.0017), np.array([3, 4, 5, 2])[codes], codes))
    unknown = generator.random(len(loan)) < 0.0028
    return as_delivered(
        "POS_CASH_balance",
        {
            "SK_ID_PREV": previous.ids[loan],
            "SK_ID_CURR": previous.applicants[loan],
            "MONTHS_BALANCE": np.minimum(month, -1.0),
            "CNT_INSTALMENT": blank(np.where(is_last, previous.life[loan], previous.term[loan]), unknown),
            "CNT_INSTALMENT_FUTURE": blank(np.where(is_last, 0.0, np.maximum(previous.term[loan] - place, 0.0)), unknown),
            "NAME_CONTRACT_STATUS": levels_of(_POS_STATUSES, codes.astype(np.int64)),
            "SK_DPD": np.where(is_last, 0.0, days),
            "SK_DPD_DEF": np.where(is_last, 0.0, tolerated),
        },
    )


def _loan_dues(previous: PreviousCredits) -> CardDues:
    """Instalments of the loans that fell due before the new application; the last of an early end is larger."""
    due_so_far = np.floor((-1.0 - previous.first_due) / 30.0) + 1
    counts = np.clip(np.minimum(previous.life, due_so_far), 0, 96) * (previous.is_loan & (previous.first_due < 0))
    loan, place = repeat_index(counts.astype(np.int64))
    is_settled = (place + 1 == previous.life[loan]) & (previous.life[loan] < previous.term[loan])
    left = np.maximum(previous.term[loan] - previous.life[loan], 0.0)
    return CardDues(
        ids=previous.ids[loan],
        applicants=previous.applicants[loan],
        number=place + 1,
        due=previous.first_due[loan] + 30.0 * place,
        amount=previous.annuity[loan] * np.where(is_settled, 1 + 0.8 * left, 1.0),
        standing=previous.standing[loan],
    )


def _payment_days(generator: np.random.Generator, dues: CardDues) -> Floats:
    """Days on which the instalments were paid: most early or on the day, some late, the more so the worse the standing."""
    n = len(dues.ids)
    score = mixed(dues.standing, generator.standard_normal(n), _LATE_WEIGHT)
    early = np.interp(generator.random(n), np.linspace(0, 1, len(_EARLY_DAYS)), _EARLY_DAYS)
    late = np.ceil(generator.lognormal(1.6, 1.3, n))
    return np.minimum(np.round(dues.due + np.where(score > normal_quantile(1 - _LATE_SHARE), late, -early)), -1.0)


def simulate_instalments(streams: Streams, previous: PreviousCredits, cards: CardDues) -> pl.DataFrame:
    """One row per payment of an instalment of a loan or card (about 38 per applicant)."""
    generator = streams.generator("payments").spawn(1)[0]
    loans = _loan_dues(previous)
    dues = CardDues(*(np.concatenate([getattr(part, name) for part in (loans, cards)]) for name in CardDues.__dataclass_fields__))
    version = np.concatenate([np.ones(len(loans.ids)), np.zeros(len(cards.ids))])
    paid_on = _payment_days(generator, dues)
    # An instalment paid in two parts gives two rows.
    row, part = repeat_index(1 + (generator.random(len(dues.ids)) < _SPLIT_SHARE).astype(np.int64))
    is_split = np.concatenate([np.diff(row) == 0, [False]]) | (part == 1) if len(row) else np.zeros(0, dtype=bool)
    never = generator.random(len(row)) < _NEVER_PAID_SHARE
    version = version + (generator.random(len(version)) < 0.12) * (version > 0)
    return as_delivered(
        "installments_payments",
        {
            "SK_ID_PREV": dues.ids[row],
            "SK_ID_CURR": dues.applicants[row],
            "NUM_INSTALMENT_VERSION": version[row],
            "NUM_INSTALMENT_NUMBER": dues.number[row],
            "DAYS_INSTALMENT": np.maximum(dues.due, -2922.0)[row],
            "DAYS_ENTRY_PAYMENT": blank(np.minimum(paid_on[row] + 5.0 * part, -1.0), never),
            "AMT_INSTALMENT": dues.amount[row],
            "AMT_PAYMENT": blank(dues.amount[row] * np.where(is_split, 0.5, 1.0), never),
        },
    )
