"""Estimates the parameters of the simulator from real rows: `python benchmarks/simulation_parameters.py DIR`.

Only aggregates leave this script: shares of levels that at least 15 rows have, quantiles (four digits, never the
extremes) and a correlation matrix of normal scores (rounded). Its output is `tasks/core/simulation/parameters.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl

from schemas.tables import DAYS_SENTINEL, table

NORMAL = NormalDist()
GRID = [0.002, 0.01] + [round(0.02 * i, 2) for i in range(1, 50)] + [0.99, 0.998]
COARSE = [0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995]
FEWEST_ROWS = 15
OUTPUT = Path(__file__).parents[1] / "tasks" / "core" / "simulation" / "parameters.json"
BUILDING_SUFFIXES = ("_MODE", "_MEDI")


def rounded(value: float) -> float:
    """Four significant digits."""
    return float(f"{value:.4g}")


def marginal(series: pl.Series, grid: list[float], order: dict[Any, float] | None = None) -> dict[str, Any]:
    """Missing share with level shares (text, or few values) or quantiles."""
    found: dict[str, Any] = {"missing": round(series.null_count() / max(1, len(series)), 4)}
    values = series.drop_nulls()
    if series.dtype == pl.String or values.n_unique() <= 40:
        counts = values.value_counts().rows()
        kept = [(level, n) for level, n in counts if n >= FEWEST_ROWS]
        kept.sort(key=lambda pair: ((order or {}).get(pair[0], 0.0), pair[0]))
        if not kept:
            return {"missing": 1.0, "levels": [], "shares": []}
        total = sum(n for _, n in kept)
        return found | {"levels": [level for level, _ in kept], "shares": [round(n / total, 5) for _, n in kept]}
    if len(values) < 200:
        return {"missing": 1.0, "levels": [], "shares": []}
    edge = 5 / len(values)
    quantiles = (values.quantile(min(max(level, edge), 1 - edge), "linear") or 0.0 for level in grid)
    return found | {"quantiles": [rounded(quantile) for quantile in quantiles]}


def default_rates(frame: pl.DataFrame, column: str) -> dict[Any, float]:
    """The smoothed default rate of each level: the order of the levels on the normal scale."""
    rates = frame.group_by(column).agg(pl.len().alias("n"), pl.col("TARGET").sum().alias("bad"))
    return {level: (bad + 8) / (n + 100) for level, n, bad in rates.rows()}


def prepared(train: pl.DataFrame) -> pl.DataFrame:
    """The labelled applications with the pseudo columns that carry the structure."""
    pensioner = pl.col("DAYS_EMPLOYED") == DAYS_SENTINEL
    cash = pl.col("NAME_CONTRACT_TYPE") == "Cash loans"
    employed = ["DAYS_EMPLOYED", "OCCUPATION_TYPE", "ORGANIZATION_TYPE", "NAME_INCOME_TYPE"]
    return train.with_columns(
        IS_PENSIONER=pensioner.cast(pl.Int8),
        CREDIT_TO_GOODS=pl.when(cash).then(pl.col("AMT_CREDIT") / pl.col("AMT_GOODS_PRICE")),
        ANNUITY_TO_CREDIT=pl.when(cash).then(pl.col("AMT_ANNUITY") / pl.col("AMT_CREDIT")),
        OCCUPATION_TYPE=pl.when(~pensioner).then(pl.col("OCCUPATION_TYPE").fill_null("")),
    ).with_columns(pl.when(~pensioner).then(pl.col(name)).alias(name) for name in employed)


def scores(series: pl.Series, parameters: dict[str, Any]) -> np.ndarray:
    """Normal scores; of a level, the mean of its slice of the normal curve. NaN where missing."""
    if "levels" in parameters:
        edges = np.concatenate([[0.0], np.cumsum(parameters["shares"])])
        edges = edges / edges[-1]
        density = np.array([0.0 if p <= 0 or p >= 1 else NORMAL.pdf(NORMAL.inv_cdf(p)) for p in edges])
        means = (density[:-1] - density[1:]) / np.diff(edges)
        codes = dict(zip(parameters["levels"], means, strict=True))
        return np.array([codes.get(value, np.nan) for value in series.to_list()])
    ranks = series.rank("average").to_numpy().astype(float)
    shares = (ranks - 0.5) / series.len() * series.len() / max(1, series.count())
    return np.array([np.nan if np.isnan(p) else NORMAL.inv_cdf(min(max(p, 1e-4), 1 - 1e-4)) for p in shares])


def correlations(columns: dict[str, np.ndarray]) -> np.ndarray:
    """Latent correlations: covariance of the scores over the product of their variances (first order), made positive definite."""
    names = list(columns)
    matrix = np.eye(len(names))
    for i, left in enumerate(names):
        for j in range(i):
            both = ~np.isnan(columns[left]) & ~np.isnan(columns[names[j]])
            if both.sum() < 500:
                continue
            a, b = columns[left][both], columns[names[j]][both]
            variances = np.nanvar(columns[left]) * np.nanvar(columns[names[j]])
            matrix[i, j] = matrix[j, i] = np.clip(np.cov(a, b)[0, 1] / variances, -0.97, 0.97)
    for _ in range(50):
        values, vectors = np.linalg.eigh(matrix)
        matrix = vectors @ np.diag(np.maximum(values, 0.03)) @ vectors.T
        scale = np.sqrt(np.diag(matrix))
        matrix = matrix / np.outer(scale, scale)
    return matrix


def application_parameters(train: pl.DataFrame) -> tuple[dict[str, Any], dict[str, Any]]:
    """Marginals of every application column, and the correlations of those drawn together; TARGET comes first."""
    frame = prepared(train)
    marginals: dict[str, Any] = {}
    for name in frame.columns:
        if name == "SK_ID_CURR":
            continue
        is_text = frame.schema[name] == pl.String
        marginals[name] = marginal(frame[name], GRID, default_rates(frame.drop_nulls(name), name) if is_text else None)
    chosen = ["TARGET"] + [
        name
        for name, found in marginals.items()
        if name
        not in {
            "TARGET",
            "AMT_CREDIT",
            "AMT_ANNUITY",
            "FLAG_EMP_PHONE",
            "CNT_FAM_MEMBERS",
            "OBS_60_CNT_SOCIAL_CIRCLE",
            "DEF_60_CNT_SOCIAL_CIRCLE",
        }
        and not (name.endswith(BUILDING_SUFFIXES) and "quantiles" in found and name != "TOTALAREA_MODE")
        and not (name.startswith("FLAG_DOCUMENT") and name[14:] not in {"3", "6", "8"})
        and (len(found.get("levels", "12")) > 1)
        and not (name.endswith(BUILDING_SUFFIXES) and name[:-5] + "_AVG" in marginals)
    ]
    columns = {name: scores(frame[name], marginals[name]) for name in chosen}
    matrix = correlations(columns)
    lower = [[round(float(matrix[i, j]), 3) for j in range(i)] for i in range(len(chosen))]
    return marginals, {"columns": chosen, "lower": lower}


def grouped(frame: pl.DataFrame, groups: dict[str, pl.Expr], columns: list[str]) -> dict[str, Any]:
    """Marginals of the columns within each group of rows, and the share of each group."""
    found: dict[str, dict[str, Any]] = {}
    for name, rule in groups.items():
        part = frame.filter(rule)
        found[name] = {"share": round(len(part) / len(frame), 5)} | {column: marginal(part[column], COARSE) for column in columns}
    total = sum(group["share"] for group in found.values())
    return {name: group | {"share": round(group["share"] / total, 5)} for name, group in found.items()}


def bureau_parameters(frame: pl.DataFrame) -> dict[str, Any]:
    """Reported credits, active and closed apart."""
    frame = frame.with_columns(
        TERM=pl.col("DAYS_CREDIT_ENDDATE") - pl.col("DAYS_CREDIT"),
        DEBT_TO_SUM=pl.when(pl.col("AMT_CREDIT_SUM") > 0).then(pl.col("AMT_CREDIT_SUM_DEBT") / pl.col("AMT_CREDIT_SUM")),
        LIFE_SHARE=(pl.col("DAYS_ENDDATE_FACT") - pl.col("DAYS_CREDIT"))
        / pl.min_horizontal(pl.col("DAYS_CREDIT_ENDDATE") - pl.col("DAYS_CREDIT"), -pl.col("DAYS_CREDIT")).clip(1),
    )
    columns = [*table("bureau").column_names[3:], "TERM", "DEBT_TO_SUM", "LIFE_SHARE"]
    groups = {level: pl.col("CREDIT_ACTIVE") == level for level in ("Active", "Closed")}
    return grouped(frame, groups, columns)


def previous_parameters(frame: pl.DataFrame) -> dict[str, Any]:
    """Previous applications by product and outcome; text that goes together is kept together."""
    frame = frame.with_columns(
        CREDIT_RATIO=pl.when(pl.col("AMT_APPLICATION") > 0).then(pl.col("AMT_CREDIT") / pl.col("AMT_APPLICATION")),
        ANNUITY_RATE=pl.when(pl.col("AMT_CREDIT") > 0).then(pl.col("AMT_ANNUITY") / pl.col("AMT_CREDIT")),
        PROFILE=pl.concat_str("NAME_PORTFOLIO", "NAME_PRODUCT_TYPE", "NAME_YIELD_GROUP", "PRODUCT_COMBINATION", separator="|"),
    )
    pairs = (
        frame.group_by("NAME_CONTRACT_TYPE", "NAME_CONTRACT_STATUS")
        .len()
        .filter(pl.col("len") >= 500)
        .sort("len", descending=True)
    )
    groups = {
        f"{kind}|{status}": (pl.col("NAME_CONTRACT_TYPE") == kind) & (pl.col("NAME_CONTRACT_STATUS") == status)
        for kind, status, _ in pairs.rows()
    }
    dropped = {
        "SK_ID_PREV",
        "SK_ID_CURR",
        "NAME_CONTRACT_TYPE",
        "NAME_CONTRACT_STATUS",
        "NAME_PORTFOLIO",
        "NAME_PRODUCT_TYPE",
        "NAME_YIELD_GROUP",
        "PRODUCT_COMBINATION",
    }
    columns = [name for name in table("previous_application").column_names if name not in dropped]
    return grouped(frame, groups, [*columns, "CREDIT_RATIO", "ANNUITY_RATE", "PROFILE"])


def main(directory: Path) -> None:
    """Writes parameters.json."""
    train = pl.read_parquet(directory / "application_train.parquet")
    marginals, correlation = application_parameters(train)
    content = {
        "grid": GRID,
        "coarse_grid": COARSE,
        "application": marginals,
        "correlation": correlation,
        "bureau": bureau_parameters(pl.read_parquet(directory / "bureau.parquet")),
        "previous_application": previous_parameters(pl.read_parquet(directory / "previous_application.parquet")),
    }
    OUTPUT.write_text(json.dumps(content, separators=(",", ":")).replace('},"', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
