"""The features as the public Home Credit kernels write them in pandas, which is what most users would start from.

Each table is read by `pd.read_parquet`, its texts become dummies by `pd.get_dummies`, and one `groupby().agg({column: [...]})`
per table and group gives the aggregates; frames meet by `merge` and `join` on the applicant. Nothing is slowed down on purpose:
dummies are bytes, no function of Python runs per group, and each table is let go before the next is read.
benchmarks/peers_pandas.py is the same by someone who has tuned it. Lists of columns are those of tests/feature_oracle.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.feature_check import measured
from tests import feature_oracle as said

ID = "SK_ID_CURR"
Levels = Mapping[str, Sequence[str]]
#: What the mean, the smallest and so on of a dummy is called.
FLAG_NAMES = {"mean": "SHARE", "min": "MIN", "max": "MAX", "sum": "SUM", "var": "VAR"}


def _dummies(rows: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """The rows with a column of 0 and 1 per level instead of each text; and the names of these columns."""
    before = set(rows.columns)
    rows = pd.get_dummies(rows, columns=list(columns), prefix_sep="=", dtype="uint8")
    return rows, [name for name in rows.columns if name not in before]


def _pairs(aggregated: pd.DataFrame) -> list[tuple[str, str]]:
    """Column and function of each aggregate."""
    return list(zip(aggregated.columns.get_level_values(0), aggregated.columns.get_level_values(1), strict=True))


def _aggregated(rows: pd.DataFrame, wanted: Mapping[str, Sequence[str]], prefix: str) -> pd.DataFrame:
    groups = rows.groupby(ID)
    found = groups.agg({column: list(functions) for column, functions in wanted.items()})
    found.columns = pd.Index([f"{prefix}_{column}_{_shown(column, function)}" for column, function in _pairs(found)])
    return found.assign(**{f"{prefix}_COUNT": groups.size()})


def _shown(column: str, function: str) -> str:
    return FLAG_NAMES[function] if "=" in column else function.upper()


def _lists(wanted: Mapping[str, str]) -> dict[str, list[str]]:
    return {column: functions.split() for column, functions in wanted.items()}


def _each(columns: Sequence[str], *functions: str) -> dict[str, list[str]]:
    return {column: list(functions) for column in columns}


def _named(found: pd.DataFrame, columns: Sequence[str], levels: Levels, prefix: str, functions: Sequence[str]) -> pd.DataFrame:
    """Dummies under the names of the features; a level that no row has gets its zeros."""
    names, absent = {}, {}
    for column in columns:
        for level in levels[column]:
            for function in functions:
                name = f"{prefix}_{column}_IS_{said.short(level)}_{FLAG_NAMES[function]}"
                given = f"{prefix}_{column}={level}_{FLAG_NAMES[function]}"
                names[given] = name
                if given not in found.columns:
                    absent[name] = 0.0
    return found.rename(columns=names).assign(**absent)


def _bureau(folder: Path, levels: Levels, statuses: Sequence[str]) -> list[pd.DataFrame]:
    months, flags = _dummies(pd.read_parquet(folder / "bureau_balance.parquet"), ["STATUS"])
    loans = months.groupby("SK_ID_BUREAU").agg({"MONTHS_BALANCE": ["min", "max", "size"], **_each(flags, "mean")})
    shares = {f"STATUS={level}_MEAN": f"STATUS_IS_{level}_SHARE" for level in statuses}
    loans.columns = pd.Index([f"{column}_{function.upper()}" for column, function in _pairs(loans)])
    loans = loans.rename(columns=shares)
    del months
    texts = ["CREDIT_ACTIVE", "CREDIT_CURRENCY", "CREDIT_TYPE"]
    rows, dummies = _dummies(pd.read_parquet(folder / "bureau.parquet"), texts)
    rows = rows.join(loans, on="SK_ID_BUREAU", how="left")
    wanted = {**_lists(said.BUREAU), "DAYS_ENDDATE_FACT": ["max", "mean"]}
    whole = {**wanted, **{f"STATUS_IS_{level}_SHARE": ["mean"] for level in statuses}, **_each(dummies, "mean")}
    everything = _named(_aggregated(rows, whole, "BURO"), texts, levels, "BURO", ["mean"]).assign(HAS_BUREAU=1.0)
    everything["HAS_BUREAU_BALANCE"] = rows.MONTHS_BALANCE_SIZE.notna().groupby(rows[ID]).max().astype(float)
    active = _aggregated(rows[rows["CREDIT_ACTIVE=Active"] == 1], _lists(said.BUREAU), "BURO_ACTIVE")
    closed = _aggregated(rows[rows["CREDIT_ACTIVE=Closed"] == 1], _lists(said.BUREAU), "BURO_CLOSED")
    return [everything, active, closed]


def _previous(folder: Path, levels: Levels) -> list[pd.DataFrame]:
    texts = said.PREVIOUS_TEXT.split()
    rows, dummies = _dummies(pd.read_parquet(folder / "previous_application.parquet"), texts)
    for name in said.PREVIOUS_DATES:
        rows[name] = rows[name].replace(said.SENTINEL, np.nan)
    rows["AMT_APPLICATION_TO_CREDIT"] = said.rounded(said.divide(rows.AMT_APPLICATION, rows.AMT_CREDIT), 8)
    rows["RATE_DOWN_PAYMENT"] = said.rounded(rows.RATE_DOWN_PAYMENT, 8)
    whole = {**_lists({**said.PREVIOUS, **said.PREVIOUS_DATES}), **_each(dummies, "mean")}
    everything = _named(_aggregated(rows, whole, "PREV"), texts, levels, "PREV", ["mean"]).assign(HAS_PREVIOUS_APPLICATION=1.0)
    approved = _aggregated(rows[rows["NAME_CONTRACT_STATUS=Approved"] == 1], _lists(said.PREVIOUS), "PREV_APPROVED")
    refused = _aggregated(rows[rows["NAME_CONTRACT_STATUS=Refused"] == 1], _lists(said.PREVIOUS), "PREV_REFUSED")
    return [everything, approved, refused]


def _pos(folder: Path, levels: Levels) -> list[pd.DataFrame]:
    rows, dummies = _dummies(pd.read_parquet(folder / "POS_CASH_balance.parquet"), ["NAME_CONTRACT_STATUS"])
    found = _aggregated(rows, {**_lists(said.POS), **_each(dummies, "mean")}, "POS")
    recent = {"SK_DPD": ["max", "mean"], "SK_DPD_DEF": ["max", "mean"], "CNT_INSTALMENT_FUTURE": ["mean"]}
    last_year = _aggregated(rows[rows.MONTHS_BALANCE >= -12], recent, "POS_LAST_YEAR")
    return [_named(found, ["NAME_CONTRACT_STATUS"], levels, "POS", ["mean"]).assign(HAS_POS_CASH_BALANCE=1.0), last_year]


def _instalments(folder: Path) -> list[pd.DataFrame]:
    rows = pd.read_parquet(folder / "installments_payments.parquet")
    paid, day = rows.AMT_PAYMENT.fillna(0), rows.DAYS_ENTRY_PAYMENT.fillna(0)
    rows["PAID_TO_DUE"] = said.rounded(said.divide(paid, rows.AMT_INSTALMENT), 8)
    rows["DUE_MINUS_PAID"] = said.rounded(rows.AMT_INSTALMENT - paid, 4)
    rows["DAYS_PAST_DUE"] = (day - rows.DAYS_INSTALMENT).clip(lower=0)
    rows["DAYS_BEFORE_DUE"] = (rows.DAYS_INSTALMENT - day).clip(lower=0)
    rows["IS_LATE"] = (day > rows.DAYS_INSTALMENT).astype(float)
    rows["IS_UNPAID"] = rows.AMT_PAYMENT.isna().astype(float)
    recent = {"DAYS_PAST_DUE": "max mean", "DAYS_BEFORE_DUE": "mean", "DUE_MINUS_PAID": "max mean", "AMT_PAYMENT": "sum"}
    whole = _aggregated(rows, _lists(said.INSTALMENTS), "INSTAL").assign(HAS_INSTALLMENTS_PAYMENTS=1.0)
    last_year = rows[rows.DAYS_INSTALMENT >= -365]
    return [whole, _aggregated(last_year, _lists({**recent, "IS_LATE": "mean"}), "INSTAL_LAST_YEAR")]


def _cards(folder: Path, levels: Levels) -> list[pd.DataFrame]:
    rows, dummies = _dummies(pd.read_parquet(folder / "credit_card_balance.parquet"), ["NAME_CONTRACT_STATUS"])
    rows["BALANCE_TO_LIMIT"] = said.rounded(said.divide(rows.AMT_BALANCE, rows.AMT_CREDIT_LIMIT_ACTUAL), 8)
    functions = ["min", "max", "mean", "sum", "var"]
    wanted = _each([*said.CARD.split(), *dummies], *functions)
    found = _aggregated(rows, {**wanted, "BALANCE_TO_LIMIT": ["max", "mean"]}, "CC")
    recent = {"AMT_BALANCE": "max mean", "BALANCE_TO_LIMIT": "max mean", "CNT_DRAWINGS_ATM_CURRENT": "mean", "SK_DPD": "max"}
    last_year = _aggregated(rows[rows.MONTHS_BALANCE >= -12], _lists(recent), "CC_LAST_YEAR")
    return [_named(found, ["NAME_CONTRACT_STATUS"], levels, "CC", functions).assign(HAS_CREDIT_CARD_BALANCE=1.0), last_year]


def features_of(folder: Path, levels: Mapping[str, Sequence[str]], protected: Sequence[str]) -> pd.DataFrame:
    """The features of every applicant, by id; columns in no order."""

    def of(name: str) -> dict[str, Sequence[str]]:
        return {key.partition(".")[2]: found for key, found in levels.items() if key.startswith(f"{name}.")}

    application = pd.read_parquet(folder / "application.parquet").rename(columns={ID: "version"})
    result = said.application_features(application, protected).rename_axis(ID).reset_index()
    parts: list[Callable[[], list[pd.DataFrame]]] = [
        lambda: _bureau(folder, of("bureau"), levels["bureau_balance.STATUS"]),
        lambda: _previous(folder, of("previous_application")),
        lambda: _pos(folder, of("POS_CASH_balance")),
        lambda: _instalments(folder),
        lambda: _cards(folder, of("credit_card_balance")),
    ]
    for part in parts:
        for frame in part():
            result = result.merge(frame, on=ID, how="left")
    return _completed(result.set_index(ID))


def _completed(result: pd.DataFrame) -> pd.DataFrame:
    """Ratios across tables; counts and flags of those without history are 0."""
    result = result.assign(**said.ratios(result))
    ours = ("BURO", "PREV", "POS", "INSTAL", "CC")
    zero = [name for name in result.columns if name.startswith("HAS_") or (name.endswith("_COUNT") and name.startswith(ours))]
    result[zero] = result[zero].fillna(0.0)
    return result


def side(folder: str, given: str) -> dict[str, Any]:
    """The figures of one run."""
    return measured(features_of, folder, given)
