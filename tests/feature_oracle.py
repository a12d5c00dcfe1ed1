"""The features once more, in pandas, written from the description of the aggregates alone: it knows nothing of the generator.

Names, lists of columns and rules are spelled out again on purpose; only levels come from outside, frozen with a model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

Frames = Mapping[str, pd.DataFrame]
DOCUMENTS = [f"FLAG_DOCUMENT_{number}" for number in range(2, 22)]
ENQUIRIES = [f"AMT_REQ_CREDIT_BUREAU_{span}" for span in ("HOUR", "DAY", "WEEK", "MON", "QRT", "YEAR")]
MISMATCHES = """
    REG_REGION_NOT_LIVE_REGION REG_REGION_NOT_WORK_REGION LIVE_REGION_NOT_WORK_REGION REG_CITY_NOT_LIVE_CITY
    REG_CITY_NOT_WORK_CITY LIVE_CITY_NOT_WORK_CITY
"""
BUREAU = {
    "DAYS_CREDIT": "min max mean var",
    "DAYS_CREDIT_ENDDATE": "min max mean",
    "DAYS_CREDIT_UPDATE": "mean",
    "CREDIT_DAY_OVERDUE": "max mean",
    "AMT_CREDIT_MAX_OVERDUE": "mean",
    "AMT_CREDIT_SUM": "max mean sum",
    "AMT_CREDIT_SUM_DEBT": "max mean sum",
    "AMT_CREDIT_SUM_OVERDUE": "mean",
    "AMT_CREDIT_SUM_LIMIT": "mean sum",
    "AMT_ANNUITY": "max mean",
    "CNT_CREDIT_PROLONG": "sum",
    "MONTHS_BALANCE_MIN": "min",
    "MONTHS_BALANCE_MAX": "max",
    "MONTHS_BALANCE_SIZE": "mean sum",
}
PREVIOUS = {
    "AMT_APPLICATION_TO_CREDIT": "min max mean var",
    **dict.fromkeys(
        [
            "AMT_ANNUITY",
            "AMT_APPLICATION",
            "AMT_CREDIT",
            "AMT_DOWN_PAYMENT",
            "AMT_GOODS_PRICE",
            "HOUR_APPR_PROCESS_START",
            "RATE_DOWN_PAYMENT",
            "DAYS_DECISION",
        ],
        "min max mean",
    ),
    "CNT_PAYMENT": "mean sum",
}
PREVIOUS_DATES = {
    "DAYS_FIRST_DRAWING": "max mean",
    "DAYS_FIRST_DUE": "min max mean",
    "DAYS_LAST_DUE_1ST_VERSION": "min max mean",
    "DAYS_LAST_DUE": "max mean",
    "DAYS_TERMINATION": "max mean",
}
PREVIOUS_TEXT = """
    NAME_CONTRACT_TYPE WEEKDAY_APPR_PROCESS_START FLAG_LAST_APPL_PER_CONTRACT NAME_CASH_LOAN_PURPOSE
    NAME_CONTRACT_STATUS NAME_PAYMENT_TYPE CODE_REJECT_REASON NAME_TYPE_SUITE NAME_CLIENT_TYPE NAME_GOODS_CATEGORY
    NAME_PORTFOLIO NAME_PRODUCT_TYPE CHANNEL_TYPE NAME_SELLER_INDUSTRY NAME_YIELD_GROUP PRODUCT_COMBINATION
"""
POS = dict.fromkeys(("MONTHS_BALANCE", "SK_DPD", "SK_DPD_DEF", "CNT_INSTALMENT", "CNT_INSTALMENT_FUTURE"), "max mean")
INSTALMENTS = {
    "PAID_TO_DUE": "max mean sum var",
    "DUE_MINUS_PAID": "max mean sum var",
    "DAYS_PAST_DUE": "max mean sum",
    "DAYS_BEFORE_DUE": "max mean sum",
    "NUM_INSTALMENT_VERSION": "nunique",
    "AMT_INSTALMENT": "max mean sum",
    "AMT_PAYMENT": "min max mean sum",
    "DAYS_ENTRY_PAYMENT": "max mean sum",
    "IS_LATE": "mean",
    "IS_UNPAID": "mean",
}
CARD = """
    MONTHS_BALANCE AMT_BALANCE AMT_CREDIT_LIMIT_ACTUAL AMT_DRAWINGS_ATM_CURRENT AMT_DRAWINGS_CURRENT
    AMT_DRAWINGS_OTHER_CURRENT AMT_DRAWINGS_POS_CURRENT AMT_INST_MIN_REGULARITY AMT_PAYMENT_CURRENT
    AMT_PAYMENT_TOTAL_CURRENT AMT_RECEIVABLE_PRINCIPAL AMT_RECIVABLE AMT_TOTAL_RECEIVABLE CNT_DRAWINGS_ATM_CURRENT
    CNT_DRAWINGS_CURRENT CNT_DRAWINGS_OTHER_CURRENT CNT_DRAWINGS_POS_CURRENT CNT_INSTALMENT_MATURE_CUM SK_DPD
    SK_DPD_DEF
"""
SENTINEL = 365243


def divide(top: pd.Series, bottom: pd.Series) -> pd.Series:
    """a / 0 is missing; a ratio stays within a million either way."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = top.astype(float) / bottom.astype(float).where(bottom != 0)
    return quotient.clip(-1e6, 1e6)


def rounded(values: pd.Series, decimals: int) -> pd.Series:
    """Half away from zero, unlike NumPy's own."""
    return np.sign(values) * np.floor(np.abs(values) * 10**decimals + 0.5) / 10**decimals


def short(level: str) -> str:
    return "_".join(
        part for part in "".join(c if c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" else " " for c in level.upper()).split()
    )


def visible(versions: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Per version the rows of the newest delivery for the applicant up to the version's own delivery."""
    rows = versions.merge(history.rename(columns={"batch_id": "delivered"}), on="SK_ID_CURR")
    rows = rows[rows.delivered <= rows.batch_id]
    return rows[rows.delivered == rows.groupby("version").delivered.transform("max")]


def aggregate(rows: pd.DataFrame, wanted: Mapping[str, str], prefix: str) -> pd.DataFrame:
    groups = rows.groupby("version")
    result = {}
    for column, functions in wanted.items():
        for function in functions.split():
            values = groups[column]
            result[f"{prefix}_{column}_{function.upper()}"] = getattr(values, function)()
    result[f"{prefix}_COUNT"] = groups.size()
    return pd.DataFrame(result)


def shares(rows: pd.DataFrame, column: str, levels: Sequence[str], prefix: str) -> pd.DataFrame:
    flags = {f"{prefix}_{column}_IS_{short(level)}": (rows[column] == level).astype(float) for level in levels}
    return pd.DataFrame({"version": rows.version, **flags})


def mean_shares(
    rows: pd.DataFrame, columns: Sequence[str], levels: Mapping[str, Sequence[str]], prefix: str
) -> list[pd.DataFrame]:
    frames = [shares(rows, column, levels[column], prefix).groupby("version").mean() for column in columns]
    return [frame.add_suffix("_SHARE") for frame in frames]


def application_features(applications: pd.DataFrame, protected: Sequence[str]) -> pd.DataFrame:
    a = applications.copy()
    a["DAYS_EMPLOYED_IS_SENTINEL"] = (a.DAYS_EMPLOYED == SENTINEL).astype(float)
    a["DAYS_EMPLOYED"] = a.DAYS_EMPLOYED.where(a.DAYS_EMPLOYED != SENTINEL)
    for name, top, bottom in [
        ("DAYS_EMPLOYED_TO_BIRTH", "DAYS_EMPLOYED", "DAYS_BIRTH"),
        ("INCOME_TO_CREDIT", "AMT_INCOME_TOTAL", "AMT_CREDIT"),
        ("ANNUITY_TO_INCOME", "AMT_ANNUITY", "AMT_INCOME_TOTAL"),
        ("PAYMENT_RATE", "AMT_ANNUITY", "AMT_CREDIT"),
        ("CREDIT_TO_GOODS_PRICE", "AMT_CREDIT", "AMT_GOODS_PRICE"),
        ("CREDIT_TO_INCOME", "AMT_CREDIT", "AMT_INCOME_TOTAL"),
        ("CHILDREN_TO_FAMILY", "CNT_CHILDREN", "CNT_FAM_MEMBERS"),
        ("DAYS_REGISTRATION_TO_BIRTH", "DAYS_REGISTRATION", "DAYS_BIRTH"),
        ("DAYS_ID_PUBLISH_TO_BIRTH", "DAYS_ID_PUBLISH", "DAYS_BIRTH"),
        ("DAYS_LAST_PHONE_CHANGE_TO_BIRTH", "DAYS_LAST_PHONE_CHANGE", "DAYS_BIRTH"),
        ("DAYS_ID_PUBLISH_TO_EMPLOYED", "DAYS_ID_PUBLISH", "DAYS_EMPLOYED"),
        ("DEF_30_TO_OBS_30", "DEF_30_CNT_SOCIAL_CIRCLE", "OBS_30_CNT_SOCIAL_CIRCLE"),
    ]:
        a[name] = divide(a[top], a[bottom])
    a["INCOME_PER_FAMILY_MEMBER"] = a.AMT_INCOME_TOTAL / a.CNT_FAM_MEMBERS.where(a.CNT_FAM_MEMBERS != 0)
    scores = a[["EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3"]]
    for function in ("mean", "min", "max", "std", "count"):
        a[f"EXT_SOURCE_{function.upper()}"] = getattr(scores, function)(axis=1)
    a["EXT_SOURCE_PRODUCT"] = scores.prod(axis=1, skipna=False)
    a["EXT_SOURCE_WEIGHTED_MEAN"] = (scores * [1, 2, 3]).sum(axis=1) / (scores.notna() * [1, 2, 3]).sum(axis=1).replace(0, np.nan)
    a["DOCUMENT_COUNT"] = a[DOCUMENTS].sum(axis=1, min_count=1)
    a["ENQUIRY_COUNT"] = a[ENQUIRIES].sum(axis=1, min_count=1)
    a["ADDRESS_MISMATCH_COUNT"] = a[MISMATCHES.split()].sum(axis=1, min_count=1)
    building = [name for name in applications.columns if name.rpartition("_")[2] in {"AVG", "MODE", "MEDI"}]
    a["BUILDING_MISSING_COUNT"] = a[building].isna().sum(axis=1)
    return a.set_index("version").drop(columns=["SK_ID_CURR", "TARGET", "batch_id", *protected], errors="ignore")


def bureau_features(rows: pd.DataFrame, months: pd.DataFrame, levels: Mapping[str, Sequence[str]]) -> list[pd.DataFrame]:
    keys = ["version", "SK_ID_BUREAU"]
    loans = months.groupby(keys).MONTHS_BALANCE.agg(["min", "max", "size"]).add_prefix("MONTHS_BALANCE_")
    loans.columns = loans.columns.str.upper()
    for level in levels["STATUS"]:
        loans[f"STATUS_IS_{level}_SHARE"] = months.STATUS.eq(level).groupby([months.version, months.SK_ID_BUREAU]).mean()
    rows = rows.merge(loans.reset_index(), on=keys, how="left")
    frames = [
        aggregate(rows, {**BUREAU, "DAYS_ENDDATE_FACT": "max mean"}, "BURO"),
        aggregate(rows[rows.CREDIT_ACTIVE == "Active"], BUREAU, "BURO_ACTIVE"),
        aggregate(rows[rows.CREDIT_ACTIVE == "Closed"], BUREAU, "BURO_CLOSED"),
        aggregate(rows, {f"STATUS_IS_{level}_SHARE": "mean" for level in levels["STATUS"]}, "BURO").drop(columns="BURO_COUNT"),
    ]
    return frames + mean_shares(rows, ["CREDIT_ACTIVE", "CREDIT_CURRENCY", "CREDIT_TYPE"], levels, "BURO")


def previous_features(rows: pd.DataFrame, levels: Mapping[str, Sequence[str]]) -> list[pd.DataFrame]:
    rows = rows.assign(AMT_APPLICATION_TO_CREDIT=rounded(divide(rows.AMT_APPLICATION, rows.AMT_CREDIT), 8))
    rows = rows.assign(RATE_DOWN_PAYMENT=rounded(rows.RATE_DOWN_PAYMENT, 8))
    rows[list(PREVIOUS_DATES)] = rows[list(PREVIOUS_DATES)].replace(SENTINEL, np.nan)
    frames = [
        aggregate(rows, {**PREVIOUS, **PREVIOUS_DATES}, "PREV"),
        aggregate(rows[rows.NAME_CONTRACT_STATUS == "Approved"], PREVIOUS, "PREV_APPROVED"),
        aggregate(rows[rows.NAME_CONTRACT_STATUS == "Refused"], PREVIOUS, "PREV_REFUSED"),
    ]
    return frames + mean_shares(rows, PREVIOUS_TEXT.split(), levels, "PREV")


def pos_features(rows: pd.DataFrame, levels: Mapping[str, Sequence[str]]) -> list[pd.DataFrame]:
    recent = {"SK_DPD": "max mean", "SK_DPD_DEF": "max mean", "CNT_INSTALMENT_FUTURE": "mean"}
    frames = [aggregate(rows, POS, "POS"), aggregate(rows[rows.MONTHS_BALANCE >= -12], recent, "POS_LAST_YEAR")]
    return frames + mean_shares(rows, ["NAME_CONTRACT_STATUS"], levels, "POS")


def instalment_features(rows: pd.DataFrame) -> list[pd.DataFrame]:
    paid, day = rows.AMT_PAYMENT.fillna(0), rows.DAYS_ENTRY_PAYMENT.fillna(0)
    rows = rows.assign(
        PAID_TO_DUE=rounded(divide(paid, rows.AMT_INSTALMENT), 8),
        DUE_MINUS_PAID=rounded(rows.AMT_INSTALMENT - paid, 4),
        DAYS_PAST_DUE=(day - rows.DAYS_INSTALMENT).clip(lower=0),
        DAYS_BEFORE_DUE=(rows.DAYS_INSTALMENT - day).clip(lower=0),
        IS_LATE=(day > rows.DAYS_INSTALMENT).astype(float),
        IS_UNPAID=rows.AMT_PAYMENT.isna().astype(float),
    )
    recent = {"DAYS_PAST_DUE": "max mean", "DAYS_BEFORE_DUE": "mean", "DUE_MINUS_PAID": "max mean", "AMT_PAYMENT": "sum"}
    return [
        aggregate(rows, INSTALMENTS, "INSTAL"),
        aggregate(rows[rows.DAYS_INSTALMENT >= -365], {**recent, "IS_LATE": "mean"}, "INSTAL_LAST_YEAR"),
    ]


def card_features(rows: pd.DataFrame, levels: Mapping[str, Sequence[str]]) -> list[pd.DataFrame]:
    rows = rows.assign(BALANCE_TO_LIMIT=rounded(divide(rows.AMT_BALANCE, rows.AMT_CREDIT_LIMIT_ACTUAL), 8))
    recent = {"AMT_BALANCE": "max mean", "BALANCE_TO_LIMIT": "max mean", "CNT_DRAWINGS_ATM_CURRENT": "mean", "SK_DPD": "max"}
    wanted = {**dict.fromkeys(CARD.split(), "min max mean sum var"), "BALANCE_TO_LIMIT": "max mean"}
    frames = [aggregate(rows, wanted, "CC"), aggregate(rows[rows.MONTHS_BALANCE >= -12], recent, "CC_LAST_YEAR")]
    groups = shares(rows, "NAME_CONTRACT_STATUS", levels["NAME_CONTRACT_STATUS"], "CC").groupby("version")
    named = {"mean": "_SHARE", "min": "_MIN", "max": "_MAX", "sum": "_SUM", "var": "_VAR"}
    return frames + [getattr(groups, function)().add_suffix(suffix) for function, suffix in named.items()]


def ratios(features: pd.DataFrame) -> dict[str, pd.Series]:
    f = features
    return {
        "BURO_DEBT_TO_CREDIT": divide(f.BURO_AMT_CREDIT_SUM_DEBT_SUM, f.BURO_AMT_CREDIT_SUM_SUM),
        "BURO_ACTIVE_DEBT_TO_CREDIT": divide(f.BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM, f.BURO_ACTIVE_AMT_CREDIT_SUM_SUM),
        "BURO_ACTIVE_DEBT_TO_INCOME": divide(f.BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM, f.AMT_INCOME_TOTAL),
        "BURO_ACTIVE_CREDIT_TO_INCOME": divide(f.BURO_ACTIVE_AMT_CREDIT_SUM_SUM, f.AMT_INCOME_TOTAL),
        "PREV_APPROVED_ANNUITY_TO_ANNUITY": divide(f.PREV_APPROVED_AMT_ANNUITY_MEAN, f.AMT_ANNUITY),
        "PREV_APPROVED_CREDIT_TO_CREDIT": divide(f.PREV_APPROVED_AMT_CREDIT_MEAN, f.AMT_CREDIT),
        "INSTAL_PAYMENT_TO_INSTALMENT": divide(f.INSTAL_AMT_PAYMENT_SUM, f.INSTAL_AMT_INSTALMENT_SUM),
        "INSTAL_PAYMENT_TO_INCOME": divide(f.INSTAL_LAST_YEAR_AMT_PAYMENT_SUM, f.AMT_INCOME_TOTAL),
        "CC_BALANCE_TO_INCOME": divide(f.CC_LAST_YEAR_AMT_BALANCE_MEAN, f.AMT_INCOME_TOTAL),
    }


def oracle(tables: Frames, levels: Mapping[str, Sequence[str]], protected: Sequence[str] = ()) -> pd.DataFrame:
    """The features of every row of `application` (with batch_id), in its order, as pandas computes them; columns in no order."""
    applications = tables["application"].reset_index(drop=True).rename_axis("version").reset_index()
    versions = applications[["version", "SK_ID_CURR", "batch_id"]]
    seen = {name: visible(versions, rows) for name, rows in tables.items() if name != "application"}
    own = {name: {key.partition(".")[2]: found for key, found in levels.items() if key.startswith(f"{name}.")} for name in seen}
    own["bureau"]["STATUS"] = levels["bureau_balance.STATUS"]
    frames = [
        application_features(applications, protected),
        *bureau_features(seen["bureau"], seen["bureau_balance"], own["bureau"]),
        *previous_features(seen["previous_application"], own["previous_application"]),
        *pos_features(seen["POS_CASH_balance"], own["POS_CASH_balance"]),
        *instalment_features(seen["installments_payments"]),
        *card_features(seen["credit_card_balance"], own["credit_card_balance"]),
    ]
    result = pd.concat([frame.reindex(applications.version) for frame in frames], axis=1)
    result = result.assign(**ratios(result))
    counts = [
        name for name in result.columns if name.endswith("_COUNT") and name.startswith(("BURO", "PREV", "POS", "INSTAL", "CC"))
    ]
    result[counts] = result[counts].fillna(0)
    flags = {
        f"HAS_{name.upper()}": applications.version.isin(rows.version).astype(float).to_numpy() for name, rows in seen.items()
    }
    return result.assign(**flags)
