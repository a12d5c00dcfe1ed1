"""References frozen with a model: subjects, bins, levels and out-of-fold PDs. Written once, read whole."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.drift import EVERYONE, Bin, Reference, Subject
from schemas.errors import VerificationError
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.drift_sql import quoted
from warehouse.sql_files import sql

_TABLES = ("references", "reference_subjects", "reference_bins", "reference_levels", "counted_days", "daily_bins")


def _subjects_frame(reference: Reference) -> pl.DataFrame:
    rows = [(reference.reference_id, s.name, s.kind, s.source, s.value_type, s.importance) for s in reference.subjects]
    names = ["reference_id", "subject", "kind", "source", "value_type"]
    return pl.DataFrame(rows, schema={**dict.fromkeys(names, pl.String), "importance": pl.Float64}, orient="row")


def _bins_frame(reference: Reference) -> pl.DataFrame:
    rows = [
        (reference.reference_id, s.name, EVERYONE, b.number, b.role, b.lower, b.upper, b.label, n)
        for s in reference.subjects
        for b, n in zip(s.bins, s.n_reference, strict=True)
    ]
    texts, doubles = pl.String(), pl.Float64()
    schema = {"reference_id": texts, "subject": texts, "segment": texts, "bin": pl.Int32(), "role": texts, "lower": doubles}
    return pl.DataFrame(rows, schema={**schema, "upper": doubles, "label": texts, "n_reference": pl.Int64()}, orient="row")


def _levels_frame(reference: Reference) -> pl.DataFrame:
    rows = [(reference.reference_id, s.name, level, b.number) for s in reference.subjects for b in s.bins for level in b.levels]
    schema = {"reference_id": pl.String(), "subject": pl.String(), "level": pl.String(), "bin": pl.Int32()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def insert_frame(connection: Connection, statement: str, name: str, frame: pl.DataFrame) -> None:
    """Runs a named statement that reads the frame under the name given."""
    connection.register(name, frame)
    try:
        connection.execute(sql(statement))
    finally:
        connection.unregister(name)


def write_reference(connection: Connection, reference: Reference) -> None:
    """Writes a reference in place of a former one of its key, and drops counts over former bins; call it in a transaction."""
    for name in _TABLES:
        connection.execute(sql(f"drift/delete_{name}"), {"reference_id": reference.reference_id})
    connection.execute(
        sql("drift/insert_reference"),
        {
            "reference_id": reference.reference_id,
            "model_version": reference.model_version,
            "policy_sha256": reference.policy_sha256,
            "n_rows": reference.n_rows,
            "frozen_at": now(),
        },
    )
    insert_frame(connection, "drift/insert_reference_subjects", "new_subjects", _subjects_frame(reference))
    insert_frame(connection, "drift/insert_reference_bins", "new_bins", _bins_frame(reference))
    insert_frame(connection, "drift/insert_reference_levels", "new_levels", _levels_frame(reference))


def write_reference_scores(connection: Connection, model_version: str, scores: pl.DataFrame) -> None:
    """Writes the out-of-fold PDs of a model: application_id, batch_id, pd. To be called in a transaction."""
    connection.execute(sql("drift/delete_reference_scores"), {"model_version": model_version})
    frame = scores.select(pl.lit(model_version).alias("model_version"), "application_id", "batch_id", "pd")
    insert_frame(connection, "drift/insert_reference_scores", "new_scores", frame)


def read_reference_scores(connection: Connection, model_version: str) -> pl.DataFrame:
    """application_id, batch_id and out-of-fold PD of the applications that the model was fitted on, by key."""
    return connection.execute(sql("drift/read_reference_scores"), {"model_version": model_version}).pl()


def find_reference(connection: Connection, reference_id: str) -> Reference | None:
    """The reference of that key, or None."""
    key = {"reference_id": reference_id}
    row = connection.execute(sql("drift/read_reference"), key).fetchone()
    if row is None:
        return None
    bins: dict[str, list[tuple[Bin, int]]] = {}
    for name, number, role, label, lower, upper, levels, n in connection.execute(sql("drift/read_bins"), key).fetchall():
        bins.setdefault(name, []).append((Bin(number, role, label, lower, upper, tuple(levels)), n))
    subjects = [
        Subject(name, kind, source, value_type, *_columns(bins[name]), importance)
        for name, kind, source, value_type, importance in connection.execute(sql("drift/read_subjects"), key).fetchall()
    ]
    key_of_model, policy_sha256, n_rows = row[1:]
    return Reference(reference_id, key_of_model, policy_sha256, n_rows, tuple(subjects))


def _columns(pairs: Sequence[tuple[Bin, int]]) -> tuple[tuple[Bin, ...], tuple[int, ...]]:
    return tuple(item for item, _ in pairs), tuple(n for _, n in pairs)


def model_reference(connection: Connection, model_version: str) -> Reference:
    """The reference frozen with a model.

    Raises:
        VerificationError: the model was registered without one (exit 14).
    """
    found = find_reference(connection, model_version)
    if found is None:
        raise VerificationError(
            f"model {model_version} has no drift reference",
            expected="a reference frozen when the model was registered",
            where="monitor.references",
            remedy="train another model with `loanwatch retrain` and promote it",
        )
    return found


def application_columns(connection: Connection, keys: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Cleaned application columns of the versions given (application_id, batch_id), in the order of the keys' values."""
    if not columns:
        return pl.DataFrame()
    connection.register("reference_keys", keys.select("application_id", "batch_id"))
    try:
        listed = ", ".join(f"a.{quoted(column)}" for column in columns)
        return connection.sql(
            f"SELECT {listed} FROM reference_keys AS k "
            "JOIN core.applications AS a ON a.SK_ID_CURR = k.application_id AND a.batch_id = k.batch_id "
            "ORDER BY k.application_id, k.batch_id"
        ).pl()
    finally:
        connection.unregister("reference_keys")
