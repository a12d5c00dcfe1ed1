"""A small warehouse with a champion, its reference and nights, for tests of drift; and rows of known distributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl

from schemas.drift import DriftSummary, Reference
from schemas.features import Feature, FeatureSet
from schemas.policy import Policy, load_policy
from schemas.settings import Settings
from tasks.core.binning import count_rows, freeze_subject
from tasks.core.drift import psi_status
from tasks.core.drift_reference import freeze_model, freeze_policy
from tasks.core.psi import measure_cells, psi
from tasks.drift import measure_drift
from warehouse.connection import Connection, transaction
from warehouse.drift_references import write_reference, write_reference_scores
from warehouse.registry import record_promotion, register_policy
from warehouse.scores import ensure_features_table, features_table

DAY = date(2026, 6, 30)
MODEL = "2026-05-31.1"
_INSTANT = datetime(2026, 7, 1)  # noqa: DTZ001 - stored without zone
RULES = load_policy(None).drift


def day(offset: int) -> date:
    """A business date relative to DAY."""
    return date.fromordinal(DAY.toordinal() + offset)


def batch_id(on: date, version: int = 1) -> int:
    return int(on.strftime("%Y%m%d")) * 100 + version


def features_of(columns: pl.DataFrame) -> FeatureSet:
    """A feature set of columns named at will."""
    return FeatureSet(
        tuple(
            Feature(values.name, "text" if values.dtype == pl.String else "number", "application", "X", "value", "", None, "x")
            for values in columns
        )
    )


@dataclass
class Watched:
    """A warehouse in which one model watches some columns."""

    connection: Connection
    settings: Settings
    columns: list[str]
    features: FeatureSet

    def add_night(
        self,
        rows: pl.DataFrame,
        on: date = DAY,
        *,
        first_id: int = 1,
        version: int = 1,
        model: str = MODEL,
        origin: str = "nightly",
        decisions: Sequence[str] | None = None,
    ) -> None:
        """Stores the features and the decisions of a night; ids count up from `first_id`."""
        n = rows.height
        keys = pl.DataFrame(
            {"application_id": np.arange(first_id, first_id + n), "batch_id": pl.Series([batch_id(on, version)] * n)}
        )
        stored = pl.concat([keys.with_columns(pl.col("batch_id").cast(pl.Int32)), rows], how="horizontal")
        pd = np.linspace(0.01, 0.2, n)
        policy = load_policy(None)
        decided = stored.select("application_id", "batch_id").with_columns(
            pl.lit(on).alias("received_on"),
            pl.lit(on).alias("as_of"),
            pl.lit(origin).alias("origin"),
            pl.lit("f").alias("features_sha256"),
            pl.lit(model).alias("model_version"),
            pl.lit(policy.sha256).alias("policy_sha256"),
            pl.Series("pd", pd),
            pl.Series("score_points", 600 - 100 * pd),
            pl.lit(0.08).alias("threshold"),
            pl.Series("decision", list(decisions or ["approve"] * n)),
            pl.lit("score").alias("decided_by"),
            pl.lit(_INSTANT).alias("decided_at"),
        )
        self._insert(features_table(self.features.feature_set_id), stored)
        self._insert("score.decisions_v1", decided)

    def withdraw(self, application_id: int, on: date, version: int = 1) -> None:
        """Takes an application version out of its day, as a later delivery of the day does."""
        self.connection.execute(
            "INSERT INTO core.withdrawals_v1 VALUES ($id, $batch, $by, $at)",
            {"id": application_id, "batch": batch_id(on, version), "by": batch_id(on, version + 1), "at": _INSTANT},
        )

    def _insert(self, table: str, frame: pl.DataFrame) -> None:
        self.connection.register("rows_of_test", frame)
        self.connection.execute(f"INSERT INTO {table} BY NAME FROM rows_of_test")
        self.connection.unregister("rows_of_test")

    def measure(self, as_of: date = DAY) -> DriftSummary:
        return measure_drift(self.connection, self.settings, as_of)

    def drift(self, subject: str, window: int = 1, as_of: date = DAY, kind: str = "feature") -> dict[str, Any]:
        """The row of marts.drift."""
        cursor = self.connection.execute(
            "FROM marts.drift WHERE subject = $s AND window_days = $w AND as_of = $d AND segment = '' AND kind = $k",
            {"s": subject, "w": window, "d": as_of, "k": kind},
        )
        names = [item[0] for item in cursor.description or []]
        (row,) = cursor.fetchall()
        return dict(zip(names, row, strict=True))

    def counts(self, subject: str, window: int = 1, as_of: date = DAY) -> list[int]:
        """Current rows per bin."""
        rows = self.connection.execute(
            "SELECT n_current FROM marts.drift_bins WHERE subject = $s AND window_days = $w AND as_of = $d ORDER BY bin",
            {"s": subject, "w": window, "d": as_of},
        ).fetchall()
        return [row[0] for row in rows]


def register_version(connection: Connection, version: str, feature_set_id: str) -> None:
    """A model in the registry, without files."""
    connection.execute(
        "INSERT INTO registry.models_v1 VALUES ($v, $at, DATE '2026-05-31', 1, 0.7, 0.4, 0.3, 0.1, 0.5, 0.1, $f, 'p', $v, '{}', "
        "(SELECT count(*) + 1 FROM registry.models_v1))",
        {"v": version, "at": _INSTANT, "f": feature_set_id},
    )


def freeze(connection: Connection, version: str, reference: pl.DataFrame, policy: Policy) -> Reference:
    """The references of a model whose PDs lie evenly between 0.01 and 0.2."""
    pd = pl.Series("pd", np.linspace(0.01, 0.2, reference.height))
    importance = dict.fromkeys(reference.columns, 1.0 / reference.width)
    of_model = freeze_model(version, reference, pl.DataFrame(), pd, importance, policy)
    scores = pl.DataFrame(
        {"application_id": np.arange(reference.height), "batch_id": pl.Series([1] * reference.height), "pd": pd}
    )
    decisions = pl.Series(["approve", "approve", "review", "decline"] * (reference.height // 4 + 1)).head(reference.height)
    with transaction(connection):
        write_reference(connection, of_model)
        write_reference_scores(connection, version, scores)
        write_reference(connection, freeze_policy(version, pd, decisions, policy))
    return of_model


def watch(connection: Connection, settings: Settings, reference: pl.DataFrame) -> Watched:
    """The first champion of a home, trained on the rows given."""
    policy = load_policy(None)
    features = features_of(reference)
    register_policy(connection, policy, kind="bootstrap", applied_by="test", reason="first")
    register_version(connection, MODEL, features.feature_set_id)
    record_promotion(connection, MODEL, kind="bootstrap", approved_by="test", reason="first")
    ensure_features_table(connection, features)
    freeze(connection, MODEL, reference, policy)
    return Watched(connection, settings, reference.columns, features)


def psi_of(reference: pl.Series, current: pl.Series) -> float:
    """PSI of a column against bins cut at the reference."""
    subject = freeze_subject(reference, RULES.bins, kind="feature", source="input")
    return psi(subject.n_reference, count_rows(current, subject))


def incomes(n: int, seed: int, factor: float = 1.0) -> pl.Series:
    """Log-normal incomes with the log-sd of the real ones."""
    return pl.Series("AMT_INCOME_TOTAL", factor * np.random.default_rng(seed).lognormal(11.9, 0.49, n))


def subject_shares(generator: np.random.Generator) -> list[np.ndarray]:
    """Shares of 150 subjects of 2 to 58 bins: tenths, levels of falling frequency, irregular ones with hardly any rows."""
    found = []
    for i in range(150):
        k = 2 + i * 56 // 149
        kinds = [np.full(k, 1.0 / k), 1.0 / np.arange(1, k + 1) ** 1.5, generator.dirichlet(np.full(k, 0.3))]
        found.append(kinds[i % 3] / kinds[i % 3].sum())
    return found


def quiet_alerts(n_rows: Sequence[int], n_nights: int, seed: int) -> int:
    """Alerts of PSI among undrifted nights of each size against a reference of 50,000 rows, all subjects together."""
    generator = np.random.default_rng(seed)
    alerts = 0
    subjects = subject_shares(generator)
    references = [generator.multinomial(50_000, shares).astype(float) for shares in subjects]
    for shares, reference in zip(subjects, references, strict=True):
        for rows in n_rows:
            nights = generator.multinomial(rows, shares, size=n_nights).astype(float)
            found = measure_cells(np.tile(reference, n_nights), nights.ravel(), np.repeat(np.arange(n_nights), len(shares)))
            alerts += sum(
                psi_status(value, p_value, rows, RULES.limits, RULES) == "alert"
                for value, p_value in zip(found.psi, found.p_value, strict=True)
            )
    return alerts
