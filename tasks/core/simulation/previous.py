"""Previous applications with this lender: what was asked for, granted or refused, and when it was paid back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.tables import DAYS_SENTINEL, table
from tasks.core.simulation.columns import Values, as_delivered, blank, levels_of
from tasks.core.simulation.identifiers import credit_ids
from tasks.core.simulation.latent import Latent
from tasks.core.simulation.marginals import Floats, Integers, Marginal, Mask, normal_quantile, parameters
from tasks.core.simulation.repeats import history_counts, mixed, repeat_index
from tasks.core.simulation.streams import Streams

_COVERED_SHARE = 0.965
_MEAN_APPLICATIONS, _DEVIATION = 4.9, 4.2
_RISK_WEIGHT, _ROW_WEIGHT = 0.32, 0.45
_EARLY_SHARE = 0.3
_PROFILE_COLUMNS = ("NAME_PORTFOLIO", "NAME_PRODUCT_TYPE", "NAME_YIELD_GROUP", "PRODUCT_COMBINATION")
_DUE_DATES = ("DAYS_FIRST_DRAWING", "DAYS_FIRST_DUE", "DAYS_LAST_DUE_1ST_VERSION", "DAYS_LAST_DUE", "DAYS_TERMINATION")
_INDEPENDENT = (
    "HOUR_APPR_PROCESS_START",
    "NFLAG_LAST_APPL_IN_DAY",
    "RATE_INTEREST_PRIMARY",
    "RATE_INTEREST_PRIVILEGED",
    "SELLERPLACE_AREA",
    "NFLAG_INSURED_ON_APPROVAL",
)


@dataclass(frozen=True)
class PreviousCredits:
    """What the monthly tables need of the granted credits of a chunk. Days are relative to the new application, negative.

    `life` is the number of instalments after which the loan is or will be paid back; cards have neither first_due nor term.
    """

    ids: Integers
    applicants: Integers
    is_loan: Mask
    is_card: Mask
    decided: Floats
    first_due: Floats
    term: Floats
    life: Floats
    annuity: Floats
    limit: Floats
    standing: Floats


class _Applications:
    """The previous applications of a chunk being drawn. `kind` indexes the groups (product and outcome)."""

    def __init__(self, streams: Streams, latent: Latent) -> None:
        self.generator = streams.generator("previous_application")
        has_any = self.generator.random(len(latent)) < _COVERED_SHARE
        self.applicant, self.place = repeat_index(history_counts(self.generator, has_any, _MEAN_APPLICATIONS, _DEVIATION))
        self.ids, self.n = latent.ids[self.applicant], len(self.applicant)
        standing = mixed(latent.risk, self.generator.standard_normal(len(latent)), _RISK_WEIGHT)
        self.standing = standing[self.applicant]
        self.income = latent.scores["AMT_INCOME_TOTAL"][self.applicant]
        # Refusals last: the worse the standing, the more of them.
        groups = sorted(
            parameters().previous_application.items(), key=lambda item: (item[0].endswith("Refused"), "Canceled" in item[0])
        )
        self.names = [name for name, _ in groups]
        self.groups = [group.columns for _, group in groups]
        cuts = [normal_quantile(float(share)) for share in np.cumsum([group.share for _, group in groups])[:-1]]
        self.kind = np.searchsorted(cuts, mixed(self.standing, self.own(), _ROW_WEIGHT))
        self.is_revolving: Mask = np.array([name.startswith("Revolving") for name in self.names])[self.kind]
        self.rows = [np.flatnonzero(self.kind == place) for place in range(len(groups))]

    def own(self) -> Floats:
        return self.generator.standard_normal(self.n)

    def numbers(self, name: str, score: Floats) -> Floats:
        found = np.empty(self.n)
        for columns, rows in zip(self.groups, self.rows, strict=True):
            found[rows] = columns[name].numbers(score[rows])
        return found

    def gap(self, name: str, chance: Floats | None = None) -> Mask:
        shares = np.array([columns[name].missing for columns in self.groups])
        return np.asarray((self.generator.random(self.n) if chance is None else chance) < shares[self.kind])

    def codes(self, name: str) -> tuple[tuple[str, ...], Integers]:
        """The levels of all groups one after another, and the code of each row among them; -1 where nothing is known."""
        score, found = self.own(), np.full(self.n, -1, dtype=np.int64)
        levels: list[str] = []
        for columns, rows in zip(self.groups, self.rows, strict=True):
            marginal: Marginal = columns[name]
            if marginal.levels:
                found[rows] = marginal.codes(score[rows]) + len(levels)
            levels.extend(marginal.levels)
        return tuple(levels), found

    def labels(self) -> dict[str, Values]:
        pairs = [name.split("|") for name in self.names]
        profiles, codes = self.codes("PROFILE")
        parts = [profile.split("|") for profile in profiles]
        found: dict[str, Values] = {
            "NAME_CONTRACT_TYPE": levels_of(tuple(pair[0] for pair in pairs), self.kind),
            "NAME_CONTRACT_STATUS": levels_of(tuple(pair[1] for pair in pairs), self.kind),
        }
        found |= {name: levels_of(tuple(part[place] for part in parts), codes) for place, name in enumerate(_PROFILE_COLUMNS)}
        for column in table("previous_application").columns:
            if column.kind == "text" and column.name not in found:
                levels, own = self.codes(column.name)
                found[column.name] = levels_of(levels, np.where(self.gap(column.name), -1, own))
        return found

    def amounts(self) -> dict[str, Values]:
        """What was asked for, and from it the credit, the annuity, the price and the down payment."""
        size = mixed(self.income, self.own(), 0.35)
        # Larger loans run longer, and longer loans have the lower annuity rate.
        term = mixed(size, self.own(), 0.6)
        asked = np.round(self.numbers("AMT_APPLICATION", size) / 4.5) * 4.5
        granted = asked * np.nan_to_num(self.numbers("CREDIT_RATIO", self.own()), nan=1.0)
        credit = np.where(asked > 0, granted, np.maximum(self.numbers("AMT_CREDIT", size), 0.0))
        rate_of_term = np.nan_to_num(self.numbers("ANNUITY_RATE", mixed(-term, self.own(), 0.93)), nan=0.05)
        annuity = np.where(self.is_revolving | (credit == 0), self.numbers("AMT_ANNUITY", size), credit * rate_of_term)
        rate = np.clip(np.nan_to_num(self.numbers("RATE_DOWN_PAYMENT", self.own())), 0.0, 1.0)
        no_terms, no_rate = self.gap("AMT_ANNUITY"), self.gap("RATE_DOWN_PAYMENT")
        return {
            "AMT_APPLICATION": asked,
            "AMT_CREDIT": credit,
            "AMT_ANNUITY": blank(annuity, no_terms),
            "AMT_GOODS_PRICE": blank(asked, asked == 0),
            "CNT_PAYMENT": blank(self.numbers("CNT_PAYMENT", term), no_terms),
            "RATE_DOWN_PAYMENT": blank(rate, no_rate),
            "AMT_DOWN_PAYMENT": blank(np.round(asked * rate / 4.5) * 4.5, no_rate),
        }

    def others(self) -> dict[str, Values]:
        return {name: blank(self.numbers(name, self.own()), self.gap(name)) for name in _INDEPENDENT}

    def decided(self) -> Floats:
        score = mixed(self.standing, self.own(), 0.25)
        return np.clip(np.round(self.numbers("DAYS_DECISION", score)), -2922.0, -2.0)


def _due_dates(draw: _Applications, decided: Floats, term: Floats) -> tuple[dict[str, Floats], Floats]:
    """The five dates of a granted credit, with the sentinel for what has not happened; and the instalments paid in the end."""
    sentinel = float(DAYS_SENTINEL)
    is_early = draw.generator.random(draw.n) < _EARLY_SHARE
    life = np.where(is_early, np.ceil(term * draw.generator.uniform(0.2, 1.0, draw.n)), term)
    first = decided + draw.generator.integers(20, 41, draw.n)
    last = first + 30.0 * (life - 1)
    termination = last + draw.generator.integers(2, 12, draw.n)
    dates = {
        "DAYS_FIRST_DRAWING": np.full(draw.n, sentinel),
        "DAYS_FIRST_DUE": np.where(first < 0, first, sentinel),
        "DAYS_LAST_DUE_1ST_VERSION": first + 30.0 * (term - 1),
        "DAYS_LAST_DUE": np.where(last < 0, last, sentinel),
        "DAYS_TERMINATION": np.where(termination < 0, termination, sentinel),
    }
    return dates, life


def _card_dates(draw: _Applications, decided: Floats) -> dict[str, Floats]:
    """Cards keep the real mix of dates and sentinels: what the interpolation leaves between the two is the sentinel."""
    found = {}
    for name in _DUE_DATES:
        values = draw.numbers(name, draw.own())
        found[name] = np.where(values > 5000, float(DAYS_SENTINEL), np.maximum(np.round(values), decided))
    return found


def simulate_previous(streams: Streams, latent: Latent) -> tuple[pl.DataFrame, PreviousCredits]:
    """The previous applications of a chunk (about 4.7 per applicant), and what the monthly tables need of those granted."""
    draw = _Applications(streams, latent)
    labels, amounts, decided = draw.labels(), draw.amounts(), draw.decided()
    granted = np.array([name.endswith("|Approved") for name in draw.names])[draw.kind]
    is_card = draw.is_revolving
    without_dates = draw.gap("DAYS_FIRST_DUE")
    term = np.maximum(np.nan_to_num(np.asarray(amounts["CNT_PAYMENT"], dtype=np.float64)), 1.0)
    dates, life = _due_dates(draw, decided, term)
    cards = _card_dates(draw, decided)
    values: dict[str, Values] = labels | amounts | draw.others()
    values |= {name: blank(np.where(is_card, cards[name], dates[name]), without_dates) for name in _DUE_DATES}
    ids = credit_ids(draw.ids, draw.place)
    frame = as_delivered("previous_application", values | {"SK_ID_PREV": ids, "SK_ID_CURR": draw.ids, "DAYS_DECISION": decided})
    first_due = decided + 30.0 if not draw.n else np.where(dates["DAYS_FIRST_DUE"] > 0, 0.0, dates["DAYS_FIRST_DUE"])
    kept = np.flatnonzero(granted & ~without_dates)
    numbers = {name: np.nan_to_num(np.asarray(amounts[name], dtype=np.float64)) for name in ("AMT_ANNUITY", "AMT_CREDIT")}
    return frame, PreviousCredits(
        ids=ids[kept],
        applicants=draw.ids[kept],
        is_loan=~is_card[kept],
        is_card=is_card[kept],
        decided=decided[kept],
        first_due=first_due[kept],
        term=term[kept],
        life=life[kept],
        annuity=numbers["AMT_ANNUITY"][kept],
        limit=numbers["AMT_CREDIT"][kept],
        standing=draw.standing[kept],
    )
