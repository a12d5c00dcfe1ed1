"""The application table: correlated normal scores through the real marginals, then the rules that hold between columns."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.tables import DAYS_SENTINEL, table
from tasks.core.simulation.columns import Values, as_delivered, blank, blank_text
from tasks.core.simulation.latent import Latent
from tasks.core.simulation.marginals import Floats, Mask, parameters
from tasks.core.simulation.streams import Streams

_REVOLVING_RATE = 0.05
_PRICE_STEP = 4500.0
_INCOME_STEP = 2250.0
_ADULT_DAYS = 18 * 365
_DOCUMENTS_OF_ALL = ("3", "6", "8")
_ENQUIRIES = "AMT_REQ_CREDIT_BUREAU_"
_BUILDING_COLUMNS = slice("APARTMENTS_AVG", "EMERGENCYSTATE_MODE")
#: Applicants with a bureau file whose EXT_SOURCE_3 is missing all the same.
_EXT_SOURCE_3_GAP = 0.069


def simulate_application(streams: Streams, latent: Latent) -> pl.DataFrame:
    """The application rows of a chunk, without TARGET, in the delivered order and types."""
    draw = _Draw(streams, latent)
    values: dict[str, Values] = {"SK_ID_CURR": latent.ids}
    values |= draw.plain() | draw.buildings() | draw.documents()
    values |= draw.work() | draw.loan() | draw.household() | draw.circle() | draw.sources() | draw.dates()
    return as_delivered("application", values)


def _building_columns() -> list[str]:
    names = table("application").column_names
    return list(names[names.index(_BUILDING_COLUMNS.start) : names.index(_BUILDING_COLUMNS.stop) + 1])


class _Draw:
    """One chunk being drawn. Each method gives the columns that belong together."""

    def __init__(self, streams: Streams, latent: Latent) -> None:
        self.latent, self.scores, self.n = latent, latent.scores, len(latent)
        # The scores came from the start of this stream: a stream of its own for what is drawn beside them.
        self.generator = streams.generator("application").spawn(1)[0]
        self.marginals = parameters().application
        self.is_pensioner: Mask = self.numbers("IS_PENSIONER") > 0

    def numbers(self, name: str) -> Floats:
        score = self.scores[name] if name in self.scores else self.generator.standard_normal(self.n)
        return self.marginals[name].numbers(score)

    def text(self, name: str) -> pl.Series:
        return self.marginals[name].text(self.scores[name])

    def chance(self, share: float) -> Mask:
        return self.generator.random(self.n) < share

    def plain(self) -> dict[str, Values]:
        """Columns that need nothing but their own score."""
        found: dict[str, Values] = {}
        for column in table("application").columns:
            if column.name not in self.marginals or column.name == "TARGET":
                continue
            missing = self.chance(self.marginals[column.name].missing)
            if column.kind != "text":
                found[column.name] = blank(self.numbers(column.name), missing)
            elif column.name in self.scores:
                found[column.name] = blank_text(self.text(column.name), missing)
        return found

    def buildings(self) -> dict[str, Values]:
        """Building columns: missing together (the less covered columns of fewer buildings), three statistics nearly alike."""
        covered = self.generator.random(self.n)
        found: dict[str, Values] = {}
        for name in _building_columns():
            marginal = self.marginals[name]
            missing = covered < marginal.missing
            source = name if name in self.scores else name.rsplit("_", 1)[0] + "_AVG"
            score = self.scores[source]
            if marginal.levels and isinstance(marginal.levels[0], str):
                found[name] = blank_text(marginal.text(score), missing)
                continue
            if source != name:
                score = 0.99 * score + 0.141 * self.generator.standard_normal(self.n)
            found[name] = blank(marginal.numbers(score), missing)
        return found

    def documents(self) -> dict[str, Values]:
        names = [name for name in table("application").column_names if name.startswith("FLAG_DOCUMENT_")]
        return {name: self.numbers(name) for name in names}

    def work(self) -> dict[str, Values]:
        """A pensioner has no employer, no occupation, no work phone, and the sentinel for the days employed."""
        age = -self.numbers("DAYS_BIRTH")
        employed = -np.minimum(-self.numbers("DAYS_EMPLOYED"), np.maximum(age - _ADULT_DAYS, 30.0))
        others = pl.Series(~self.is_pensioner)
        occupation = self.text("OCCUPATION_TYPE")
        no_occupation = self.is_pensioner | (occupation == "").to_numpy()
        away = {name: np.where(self.is_pensioner, 0.0, self.numbers(name)) for name in _AWAY_FROM_WORK}
        return {
            "DAYS_EMPLOYED": np.where(self.is_pensioner, float(DAYS_SENTINEL), employed),
            "NAME_INCOME_TYPE": self.text("NAME_INCOME_TYPE").zip_with(others, pl.Series(["Pensioner"])),
            "ORGANIZATION_TYPE": self.text("ORGANIZATION_TYPE").zip_with(others, pl.Series(["XNA"])),
            "OCCUPATION_TYPE": blank_text(occupation, no_occupation),
            "FLAG_EMP_PHONE": np.where(self.is_pensioner, 0.0, 1.0),
            **away,
        }

    def loan(self) -> dict[str, Values]:
        """Goods price first; the credit is a multiple of it and the annuity a share of the credit (5 % for revolving loans)."""
        is_cash = (self.text("NAME_CONTRACT_TYPE") == "Cash loans").to_numpy()
        price = np.maximum(np.round(self.numbers("AMT_GOODS_PRICE") / _PRICE_STEP), 9.0) * _PRICE_STEP
        credit = np.where(is_cash, price * np.maximum(self.numbers("CREDIT_TO_GOODS"), 0.5), price)
        rate = np.where(is_cash, self.numbers("ANNUITY_TO_CREDIT"), _REVOLVING_RATE)
        income = np.maximum(np.round(self.numbers("AMT_INCOME_TOTAL") / _INCOME_STEP), 11.0) * _INCOME_STEP
        return {
            "AMT_GOODS_PRICE": blank(price, self.chance(0.0009)),
            "AMT_CREDIT": np.round(credit * 2.0) / 2.0,
            "AMT_ANNUITY": np.round(credit * rate * 2.0) / 2.0,
            "AMT_INCOME_TOTAL": income,
        }

    def household(self) -> dict[str, Values]:
        """Family members are the applicant, the children and, with few exceptions, the spouse."""
        has_spouse = self.text("NAME_FAMILY_STATUS").is_in(["Married", "Civil marriage"]).to_numpy()
        members = 1 + self.numbers("CNT_CHILDREN") + (has_spouse & ~self.chance(0.004))
        owns_car = (self.text("FLAG_OWN_CAR") == "Y").to_numpy()
        return {"CNT_FAM_MEMBERS": members, "OWN_CAR_AGE": blank(np.round(self.numbers("OWN_CAR_AGE")), ~owns_car)}

    def circle(self) -> dict[str, Values]:
        """Defaulters of the social circle are among those observed, and those of 60 days among those of 30 days."""
        seen = np.round(self.numbers("OBS_30_CNT_SOCIAL_CIRCLE"))
        bad = np.minimum(np.round(self.numbers("DEF_30_CNT_SOCIAL_CIRCLE")), seen)
        bad_60 = self.generator.binomial(bad.astype(np.int64), 0.7)
        seen_60 = np.maximum(seen - self.chance(0.015), bad_60)
        missing = self.chance(self.marginals["OBS_30_CNT_SOCIAL_CIRCLE"].missing)
        columns = {"OBS_30": seen, "DEF_30": bad, "OBS_60": seen_60, "DEF_60": bad_60.astype(np.float64)}
        return {f"{name}_CNT_SOCIAL_CIRCLE": blank(values, missing) for name, values in columns.items()}

    def sources(self) -> dict[str, Values]:
        """Without a bureau file there are no enquiries and no third external score."""
        without = ~self.latent.in_bureau
        names = [name for name in table("application").column_names if name.startswith(_ENQUIRIES)]
        found: dict[str, Values] = {name: blank(self.numbers(name), without) for name in names}
        gap = without | self.chance(_EXT_SOURCE_3_GAP)
        return found | {
            "EXT_SOURCE_1": blank(self.numbers("EXT_SOURCE_1"), self.chance(0.547)),
            "EXT_SOURCE_3": blank(self.numbers("EXT_SOURCE_3"), gap),
        }

    def dates(self) -> dict[str, Values]:
        """Nothing happened before birth."""
        birth = self.numbers("DAYS_BIRTH")
        names = ("DAYS_REGISTRATION", "DAYS_ID_PUBLISH", "DAYS_LAST_PHONE_CHANGE")
        return {name: np.clip(self.numbers(name), birth, 0.0) for name in names}


_AWAY_FROM_WORK = (
    "REG_REGION_NOT_WORK_REGION",
    "LIVE_REGION_NOT_WORK_REGION",
    "REG_CITY_NOT_WORK_CITY",
    "LIVE_CITY_NOT_WORK_CITY",
)
