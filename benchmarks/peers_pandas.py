"""The features by someone who has tuned pandas: Parquet files in, vectorised group-bys, no apply.

The lists of columns and the formulas within a row are those of tests/feature_oracle.py, which describes the same features. What
differs: an applicant has one version here, so nothing is picked by date; texts are read as categories; the shares of levels are
counted once per column instead of once per level. benchmarks/peers_kernel.py is the usual way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.feature_check import measured
from schemas.tables import table
from tests import feature_oracle as said

ID = "version"


def _read(folder: Path, name: str) -> pd.DataFrame:
    texts = [column.name for column in table(name).columns if column.kind == "text"]
    frame = pd.read_parquet(folder / f"{name}.parquet", read_dictionary=texts if name != "application" else [])
    return frame.rename(columns={"SK_ID_CURR": ID})


def _shares(
    rows: pd.DataFrame, columns: Sequence[str], levels: Mapping[str, Sequence[str]], prefix: str
) -> dict[str, pd.DataFrame]:
    """Per text column the number of rows of each applicant that have each level."""
    found = {}
    for column in columns:
        counts = rows.groupby([ID, column], observed=True).size().unstack(fill_value=0)
        counts = counts.reindex(columns=list(levels[column]), fill_value=0)
        found[column] = counts.set_axis([f"{prefix}_{column}_IS_{said.short(level)}" for level in levels[column]], axis=1)
    return found


def _mean_shares(
    rows: pd.DataFrame, columns: Sequence[str], levels: Mapping[str, Sequence[str]], prefix: str
) -> list[pd.DataFrame]:
    sizes = rows.groupby(ID).size()
    found = _shares(rows, columns, levels, prefix).values()
    return [counts.reindex(sizes.index, fill_value=0).div(sizes, axis=0).add_suffix("_SHARE") for counts in found]


def _bureau(rows: pd.DataFrame, months: pd.DataFrame, levels: Mapping[str, Sequence[str]]) -> list[pd.DataFrame]:
    key = "SK_ID_BUREAU"
    loans = months.groupby(key).MONTHS_BALANCE.agg(["min", "max", "size"]).add_prefix("MONTHS_BALANCE_")
    loans.columns = loans.columns.str.upper()
    counts = months.groupby([key, "STATUS"], observed=True).size().unstack(fill_value=0)
    counts = counts.reindex(index=loans.index, columns=list(levels["STATUS"]), fill_value=0)
    loans = loans.join(counts.div(loans.MONTHS_BALANCE_SIZE, axis=0).add_prefix("STATUS_IS_").add_suffix("_SHARE"))
    rows = rows.merge(loans.reset_index(), on=key, how="left")
    statuses = {f"STATUS_IS_{level}_SHARE": "mean" for level in levels["STATUS"]}
    return [
        said.aggregate(rows, {**said.BUREAU, "DAYS_ENDDATE_FACT": "max mean", **statuses}, "BURO"),
        said.aggregate(rows[rows.CREDIT_ACTIVE == "Active"], said.BUREAU, "BURO_ACTIVE"),
        said.aggregate(rows[rows.CREDIT_ACTIVE == "Closed"], said.BUREAU, "BURO_CLOSED"),
        *_mean_shares(rows, ["CREDIT_ACTIVE", "CREDIT_CURRENCY", "CREDIT_TYPE"], levels, "BURO"),
    ]


def _previous(rows: pd.DataFrame, levels: Mapping[str, Sequence[str]]) -> list[pd.DataFrame]:
    rows = rows.assign(
        AMT_APPLICATION_TO_CREDIT=said.rounded(said.divide(rows.AMT_APPLICATION, rows.AMT_CREDIT), 8),
        RATE_DOWN_PAYMENT=said.rounded(rows.RATE_DOWN_PAYMENT, 8),
        **{name: rows[name].where(rows[name] != said.SENTINEL) for name in said.PREVIOUS_DATES},
    )
    return [
        said.aggregate(rows, {**said.PREVIOUS, **said.PREVIOUS_DATES}, "PREV"),
        said.aggregate(rows[rows.NAME_CONTRACT_STATUS == "Approved"], said.PREVIOUS, "PREV_APPROVED"),
        said.aggregate(rows[rows.NAME_CONTRACT_STATUS == "Refused"], said.PREVIOUS, "PREV_REFUSED"),
        *_mean_shares(rows, said.PREVIOUS_TEXT.split(), levels, "PREV"),
    ]


def _pos(rows: pd.DataFrame, levels: Mapping[str, Sequence[str]]) -> list[pd.DataFrame]:
    recent = {"SK_DPD": "max mean", "SK_DPD_DEF": "max mean", "CNT_INSTALMENT_FUTURE": "mean"}
    frames = [said.aggregate(rows, said.POS, "POS"), said.aggregate(rows[rows.MONTHS_BALANCE >= -12], recent, "POS_LAST_YEAR")]
    return frames + _mean_shares(rows, ["NAME_CONTRACT_STATUS"], levels, "POS")


def _cards(rows: pd.DataFrame, levels: Mapping[str, Sequence[str]]) -> list[pd.DataFrame]:
    rows = rows.assign(BALANCE_TO_LIMIT=said.rounded(said.divide(rows.AMT_BALANCE, rows.AMT_CREDIT_LIMIT_ACTUAL), 8))
    recent = {"AMT_BALANCE": "max mean", "BALANCE_TO_LIMIT": "max mean", "CNT_DRAWINGS_ATM_CURRENT": "mean", "SK_DPD": "max"}
    wanted = {**dict.fromkeys(said.CARD.split(), "min max mean sum var"), "BALANCE_TO_LIMIT": "max mean"}
    frames = [said.aggregate(rows, wanted, "CC"), said.aggregate(rows[rows.MONTHS_BALANCE >= -12], recent, "CC_LAST_YEAR")]
    column = "NAME_CONTRACT_STATUS"
    sizes = rows.groupby(ID).size()
    counts = _shares(rows, [column], levels, "CC")[column].reindex(sizes.index, fill_value=0)
    variance = (counts * (-counts).add(sizes, axis=0)).div(sizes * (sizes - 1).where(sizes > 1), axis=0)
    flags = {
        "SHARE": counts.div(sizes, axis=0),
        "MIN": counts.eq(sizes, axis=0).astype(float),
        "MAX": (counts > 0).astype(float),
        "SUM": counts.astype(float),
        "VAR": variance,
    }
    return frames + [frame.add_suffix(f"_{name}") for name, frame in flags.items()]


def features_of(folder: Path, levels: Mapping[str, Sequence[str]], protected: Sequence[str]) -> pd.DataFrame:
    """The features of every applicant, by id; columns in no order. Each table is let go before the next is read."""

    def of(name: str) -> dict[str, Sequence[str]]:
        return {key.partition(".")[2]: found for key, found in levels.items() if key.startswith(f"{name}.")}

    application = _read(folder, "application").sort_values(ID, ignore_index=True)
    frames = [said.application_features(application, protected)]
    held = {}
    months = _read(folder, "bureau_balance")
    bureau = _read(folder, "bureau")
    held["bureau_balance"] = bureau.loc[bureau.SK_ID_BUREAU.isin(months.SK_ID_BUREAU), ID].unique()
    frames += _bureau(bureau, months, {**of("bureau"), "STATUS": levels["bureau_balance.STATUS"]})
    held["bureau"] = bureau[ID].unique()
    del months, bureau
    parts: dict[str, Callable[[pd.DataFrame, dict[str, Sequence[str]]], list[pd.DataFrame]]] = {
        "previous_application": lambda rows, known: _previous(rows, known),
        "POS_CASH_balance": lambda rows, known: _pos(rows, known),
        "installments_payments": lambda rows, _: said.instalment_features(rows),
        "credit_card_balance": lambda rows, known: _cards(rows, known),
    }
    for name, part in parts.items():
        rows = _read(folder, name)
        held[name] = rows[ID].unique()
        frames += part(rows, of(name))
        del rows
    result = pd.concat([frame.reindex(application[ID]) for frame in frames], axis=1)
    result = result.assign(**said.ratios(result))
    prefixes = ("BURO", "PREV", "POS", "INSTAL", "CC")
    counts = [name for name in result.columns if name.endswith("_COUNT") and name.startswith(prefixes)]
    result[counts] = result[counts].fillna(0)
    return result.assign(**{f"HAS_{name.upper()}": result.index.isin(ids).astype(float) for name, ids in held.items()})


def side(folder: str, given: str) -> dict[str, Any]:
    """The figures of one run."""
    return measured(features_of, folder, given)
