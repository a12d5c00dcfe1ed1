"""The features as a Polars user writes them: lazy scans of the Parquet files, one group-by per table and group, streamed.

Lists of columns are those of tests/feature_oracle.py. An applicant has one version here, so nothing is picked by date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.feature_check import digest
from benchmarks.frame import Stopwatch
from tests import feature_oracle as said

ID = "SK_ID_CURR"
col = pl.col
Levels = Mapping[str, Sequence[str]]


def _divide(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    quotient = top.cast(pl.Float64) / pl.when(bottom != 0).then(bottom.cast(pl.Float64))
    return quotient.clip(-1e6, 1e6)


def _rounded(values: pl.Expr, decimals: int) -> pl.Expr:
    return values.sign() * (values.abs() * 10.0**decimals + 0.5).floor() / 10.0**decimals


def _aggregates(wanted: Mapping[str, str], prefix: str, where: pl.Expr | None = None) -> Iterator[pl.Expr]:
    """Aggregates over a group's rows, or over those where a condition holds; none where no row does."""
    for column, functions in wanted.items():
        values = col(column) if where is None else col(column).filter(where)
        for function in functions.split():
            found = values.drop_nulls().n_unique() if function == "nunique" else getattr(values, function)()
            if function == "sum" and where is not None:
                found = pl.when(where.any()).then(found)
            yield found.cast(pl.Float64).alias(f"{prefix}_{column}_{function.upper()}")
    yield (pl.len() if where is None else where.sum()).cast(pl.Float64).alias(f"{prefix}_COUNT")


def _shares(columns: Sequence[str], levels: Levels, prefix: str) -> Iterator[pl.Expr]:
    for column in columns:
        for level in levels[column]:
            name = f"{prefix}_{column}_IS_{said.short(level)}_SHARE"
            yield (col(column) == level).fill_null(value=False).mean().alias(name)


def _bureau(rows: pl.LazyFrame, months: pl.LazyFrame, levels: Levels) -> pl.LazyFrame:
    shares = [(col("STATUS") == level).sum().alias(level) for level in levels["STATUS"]]
    month = col("MONTHS_BALANCE")
    extremes = [
        month.min().alias("MONTHS_BALANCE_MIN"),
        month.max().alias("MONTHS_BALANCE_MAX"),
        pl.len().alias("MONTHS_BALANCE_SIZE"),
    ]
    loans = months.group_by("SK_ID_BUREAU").agg(*extremes, *shares)
    of_size = [(col(level) / col("MONTHS_BALANCE_SIZE")).alias(f"STATUS_IS_{level}_SHARE") for level in levels["STATUS"]]
    statuses = {f"STATUS_IS_{level}_SHARE": "mean" for level in levels["STATUS"]}
    active, closed = ((col("CREDIT_ACTIVE") == name).fill_null(value=False) for name in ("Active", "Closed"))
    return (
        rows.join(loans.with_columns(of_size), on="SK_ID_BUREAU", how="left")
        .group_by(ID)
        .agg(
            *_aggregates({**said.BUREAU, "DAYS_ENDDATE_FACT": "max mean", **statuses}, "BURO"),
            *_aggregates(said.BUREAU, "BURO_ACTIVE", active),
            *_aggregates(said.BUREAU, "BURO_CLOSED", closed),
            *_shares(["CREDIT_ACTIVE", "CREDIT_CURRENCY", "CREDIT_TYPE"], levels, "BURO"),
            HAS_BUREAU=pl.lit(1.0),
            HAS_BUREAU_BALANCE=col("MONTHS_BALANCE_SIZE").is_not_null().any().cast(pl.Float64),
        )
    )


def _previous(rows: pl.LazyFrame, levels: Levels) -> pl.LazyFrame:
    dates = {name: pl.when(col(name) != said.SENTINEL).then(col(name)) for name in said.PREVIOUS_DATES}
    rows = rows.with_columns(
        AMT_APPLICATION_TO_CREDIT=_rounded(_divide(col("AMT_APPLICATION"), col("AMT_CREDIT")), 8),
        RATE_DOWN_PAYMENT=_rounded(col("RATE_DOWN_PAYMENT"), 8),
        **dates,
    )
    approved, refused = ((col("NAME_CONTRACT_STATUS") == name).fill_null(value=False) for name in ("Approved", "Refused"))
    return rows.group_by(ID).agg(
        *_aggregates({**said.PREVIOUS, **said.PREVIOUS_DATES}, "PREV"),
        *_aggregates(said.PREVIOUS, "PREV_APPROVED", approved),
        *_aggregates(said.PREVIOUS, "PREV_REFUSED", refused),
        *_shares(said.PREVIOUS_TEXT.split(), levels, "PREV"),
        HAS_PREVIOUS_APPLICATION=pl.lit(1.0),
    )


def _pos(rows: pl.LazyFrame, levels: Levels) -> pl.LazyFrame:
    recent = {"SK_DPD": "max mean", "SK_DPD_DEF": "max mean", "CNT_INSTALMENT_FUTURE": "mean"}
    return rows.group_by(ID).agg(
        *_aggregates(said.POS, "POS"),
        *_aggregates(recent, "POS_LAST_YEAR", col("MONTHS_BALANCE") >= -12),
        *_shares(["NAME_CONTRACT_STATUS"], levels, "POS"),
        HAS_POS_CASH_BALANCE=pl.lit(1.0),
    )


def _instalments(rows: pl.LazyFrame, _levels: Levels) -> pl.LazyFrame:
    paid, day, due = col("AMT_PAYMENT").fill_null(0), col("DAYS_ENTRY_PAYMENT").fill_null(0), col("DAYS_INSTALMENT")
    rows = rows.with_columns(
        PAID_TO_DUE=_rounded(_divide(paid, col("AMT_INSTALMENT")), 8),
        DUE_MINUS_PAID=_rounded(col("AMT_INSTALMENT") - paid, 4),
        DAYS_PAST_DUE=(day - due).clip(lower_bound=0),
        DAYS_BEFORE_DUE=(due - day).clip(lower_bound=0),
        IS_LATE=(day > due).cast(pl.Float64),
        IS_UNPAID=col("AMT_PAYMENT").is_null().cast(pl.Float64),
    )
    recent = {"DAYS_PAST_DUE": "max mean", "DAYS_BEFORE_DUE": "mean", "DUE_MINUS_PAID": "max mean", "AMT_PAYMENT": "sum"}
    return rows.group_by(ID).agg(
        *_aggregates(said.INSTALMENTS, "INSTAL"),
        *_aggregates({**recent, "IS_LATE": "mean"}, "INSTAL_LAST_YEAR", due >= -365),
        HAS_INSTALLMENTS_PAYMENTS=pl.lit(1.0),
    )


def _cards(rows: pl.LazyFrame, levels: Levels) -> pl.LazyFrame:
    rows = rows.with_columns(BALANCE_TO_LIMIT=_rounded(_divide(col("AMT_BALANCE"), col("AMT_CREDIT_LIMIT_ACTUAL")), 8))
    recent = {"AMT_BALANCE": "max mean", "BALANCE_TO_LIMIT": "max mean", "CNT_DRAWINGS_ATM_CURRENT": "mean", "SK_DPD": "max"}
    wanted = {**dict.fromkeys(said.CARD.split(), "min max mean sum var"), "BALANCE_TO_LIMIT": "max mean"}
    flags = []
    for level in levels["NAME_CONTRACT_STATUS"]:
        flag = (col("NAME_CONTRACT_STATUS") == level).fill_null(value=False).cast(pl.Float64)
        name = f"CC_NAME_CONTRACT_STATUS_IS_{said.short(level)}"
        parts = {"SHARE": flag.mean(), "MIN": flag.min(), "MAX": flag.max(), "SUM": flag.sum(), "VAR": flag.var()}
        flags += [found.alias(f"{name}_{key}") for key, found in parts.items()]
    return rows.group_by(ID).agg(
        *_aggregates(wanted, "CC"),
        *_aggregates(recent, "CC_LAST_YEAR", col("MONTHS_BALANCE") >= -12),
        *flags,
        HAS_CREDIT_CARD_BALANCE=pl.lit(1.0),
    )


def _application(rows: pl.LazyFrame, protected: Sequence[str]) -> pl.LazyFrame:
    sentinel = col("DAYS_EMPLOYED") == said.SENTINEL
    rows = rows.with_columns(
        DAYS_EMPLOYED=pl.when(~sentinel).then(col("DAYS_EMPLOYED")), DAYS_EMPLOYED_IS_SENTINEL=sentinel.cast(pl.Float64)
    )
    ratios = {
        "DAYS_EMPLOYED_TO_BIRTH": ("DAYS_EMPLOYED", "DAYS_BIRTH"),
        "INCOME_TO_CREDIT": ("AMT_INCOME_TOTAL", "AMT_CREDIT"),
        "ANNUITY_TO_INCOME": ("AMT_ANNUITY", "AMT_INCOME_TOTAL"),
        "PAYMENT_RATE": ("AMT_ANNUITY", "AMT_CREDIT"),
        "CREDIT_TO_GOODS_PRICE": ("AMT_CREDIT", "AMT_GOODS_PRICE"),
        "CREDIT_TO_INCOME": ("AMT_CREDIT", "AMT_INCOME_TOTAL"),
        "CHILDREN_TO_FAMILY": ("CNT_CHILDREN", "CNT_FAM_MEMBERS"),
        "DAYS_REGISTRATION_TO_BIRTH": ("DAYS_REGISTRATION", "DAYS_BIRTH"),
        "DAYS_ID_PUBLISH_TO_BIRTH": ("DAYS_ID_PUBLISH", "DAYS_BIRTH"),
        "DAYS_LAST_PHONE_CHANGE_TO_BIRTH": ("DAYS_LAST_PHONE_CHANGE", "DAYS_BIRTH"),
        "DAYS_ID_PUBLISH_TO_EMPLOYED": ("DAYS_ID_PUBLISH", "DAYS_EMPLOYED"),
        "DEF_30_TO_OBS_30": ("DEF_30_CNT_SOCIAL_CIRCLE", "OBS_30_CNT_SOCIAL_CIRCLE"),
    }
    names = ["EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3"]
    scores = [col(name) for name in names]
    n_scores = pl.sum_horizontal(score.is_not_null() for score in scores)
    mean = pl.mean_horizontal(scores)
    squares = pl.sum_horizontal((score - mean) ** 2 for score in scores)
    weights = pl.sum_horizontal(score.is_not_null() * weight for weight, score in enumerate(scores, start=1))
    building = [name for name in rows.collect_schema().names() if name.rpartition("_")[2] in {"AVG", "MODE", "MEDI"}]
    n_family = col("CNT_FAM_MEMBERS")
    made = rows.with_columns(
        **{name: _divide(col(top), col(bottom)) for name, (top, bottom) in ratios.items()},
        INCOME_PER_FAMILY_MEMBER=col("AMT_INCOME_TOTAL") / pl.when(n_family != 0).then(n_family),
        EXT_SOURCE_MEAN=mean,
        EXT_SOURCE_MIN=pl.min_horizontal(scores),
        EXT_SOURCE_MAX=pl.max_horizontal(scores),
        EXT_SOURCE_STD=pl.when(n_scores > 1).then((squares / (n_scores - 1)).sqrt()),
        EXT_SOURCE_COUNT=n_scores.cast(pl.Float64),
        EXT_SOURCE_PRODUCT=scores[0] * scores[1] * scores[2],
        EXT_SOURCE_WEIGHTED_MEAN=pl.sum_horizontal(score * weight for weight, score in enumerate(scores, start=1))
        / pl.when(weights > 0).then(weights),
        DOCUMENT_COUNT=_total(said.DOCUMENTS),
        ENQUIRY_COUNT=_total(said.ENQUIRIES),
        ADDRESS_MISMATCH_COUNT=_total(said.MISMATCHES.split()),
        BUILDING_MISSING_COUNT=pl.sum_horizontal(col(name).is_null() for name in building).cast(pl.Float64),
    )
    return made.drop("TARGET", *protected, strict=False)


def _total(names: Sequence[str]) -> pl.Expr:
    present = pl.any_horizontal(col(name).is_not_null() for name in names)
    return pl.when(present).then(pl.sum_horizontal(names).cast(pl.Float64))


def _ratios() -> dict[str, pl.Expr]:
    pairs = {
        "BURO_DEBT_TO_CREDIT": ("BURO_AMT_CREDIT_SUM_DEBT_SUM", "BURO_AMT_CREDIT_SUM_SUM"),
        "BURO_ACTIVE_DEBT_TO_CREDIT": ("BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM", "BURO_ACTIVE_AMT_CREDIT_SUM_SUM"),
        "BURO_ACTIVE_DEBT_TO_INCOME": ("BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM", "AMT_INCOME_TOTAL"),
        "BURO_ACTIVE_CREDIT_TO_INCOME": ("BURO_ACTIVE_AMT_CREDIT_SUM_SUM", "AMT_INCOME_TOTAL"),
        "PREV_APPROVED_ANNUITY_TO_ANNUITY": ("PREV_APPROVED_AMT_ANNUITY_MEAN", "AMT_ANNUITY"),
        "PREV_APPROVED_CREDIT_TO_CREDIT": ("PREV_APPROVED_AMT_CREDIT_MEAN", "AMT_CREDIT"),
        "INSTAL_PAYMENT_TO_INSTALMENT": ("INSTAL_AMT_PAYMENT_SUM", "INSTAL_AMT_INSTALMENT_SUM"),
        "INSTAL_PAYMENT_TO_INCOME": ("INSTAL_LAST_YEAR_AMT_PAYMENT_SUM", "AMT_INCOME_TOTAL"),
        "CC_BALANCE_TO_INCOME": ("CC_LAST_YEAR_AMT_BALANCE_MEAN", "AMT_INCOME_TOTAL"),
    }
    return {name: _divide(col(top), col(bottom)) for name, (top, bottom) in pairs.items()}


def features_of(folder: Path, levels: Levels, protected: Sequence[str]) -> pl.DataFrame:
    """The features of every applicant, sorted by id, in no order of columns."""

    def scan(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(folder / f"{name}.parquet")

    def of(name: str) -> dict[str, Sequence[str]]:
        return {key.partition(".")[2]: found for key, found in levels.items() if key.startswith(f"{name}.")}

    parts = [
        _bureau(scan("bureau"), scan("bureau_balance"), {**of("bureau"), "STATUS": levels["bureau_balance.STATUS"]}),
        _previous(scan("previous_application"), of("previous_application")),
        _pos(scan("POS_CASH_balance"), of("POS_CASH_balance")),
        _instalments(scan("installments_payments"), {}),
        _cards(scan("credit_card_balance"), of("credit_card_balance")),
    ]
    result = _application(scan("application"), protected).collect(engine="streaming").sort(ID)
    for part in parts:
        result = result.join(part.collect(engine="streaming"), on=ID, how="left", maintain_order="left")
    prefixes = ("BURO", "PREV", "POS", "INSTAL", "CC")
    zero = [name for name in result.columns if name.startswith("HAS_") or (name.endswith("_COUNT") and name.startswith(prefixes))]
    return result.with_columns(**_ratios()).with_columns(col(zero).fill_null(0.0))


def side(folder: str, given: str) -> dict[str, Any]:
    """The figures of one run."""
    known = json.loads(Path(given).read_text(encoding="utf-8"))
    stopwatch = Stopwatch()
    with stopwatch.running():
        found = features_of(Path(folder), known["levels"], known["protected"])
    kept = found.drop(ID)
    columns = {name: kept[name].to_numpy() for name in kept.columns}
    return {**stopwatch.figures(), "check": digest(found[ID].to_numpy().astype(np.int64), columns)}
