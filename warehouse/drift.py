"""Counting nights over frozen bins, windows as sums of days, and what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import polars as pl

from schemas.drift import ROW_COLUMNS, Reference, Subject
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.drift_references import insert_frame
from warehouse.drift_sql import EDGES, INPUTS, RELATIONS, count_numbers_statement, count_texts_statement, inputs_relation
from warehouse.scores import features_table
from warehouse.sql_files import sql

#: Numeric columns that one statement counts. DuckDB copies all edges for each column, so few columns at once are quicker than
#: all; each statement reads the rows again, so not too few.
COLUMNS_AT_ONCE = 20


def changed_days(connection: Connection, reference_id: str, as_of: date, longest: int) -> list[date]:
    """Business dates of the longest window that are not counted over the reference's bins as they stand, and later ones that
    look back to them."""
    values = {"reference_id": reference_id, "as_of": as_of, "longest": longest}
    return [row[0] for row in connection.execute(sql("drift/changed_days"), values).fetchall()]


def select_days(connection: Connection, days: Sequence[date], longest: int) -> None:
    """Makes the versions that start or cease to count on these days the ones that are counted next (a temporary table)."""
    connection.execute(sql("drift/select_versions"), {"days": list(days), "longest": longest})


def has_features(connection: Connection, feature_set_id: str) -> bool:
    """Whether any night stored values of that feature set."""
    schema, name = features_table(feature_set_id).split(".")
    statement = "SELECT count(*) FROM duckdb_tables() WHERE schema_name = $schema AND table_name = $name"
    row = connection.execute(statement, {"schema": schema, "name": name}).fetchone()
    return row is not None and row[0] > 0


def unstored_versions(connection: Connection, feature_set_id: str) -> pl.DataFrame:
    """Selected versions whose inputs are not stored for that feature set: application_id, batch_id. A new champion's are not."""
    stored = ""
    if has_features(connection, feature_set_id):
        stored = f"ANTI JOIN {features_table(feature_set_id)} AS f USING (application_id, batch_id)"
    return connection.sql(f"SELECT DISTINCT application_id, batch_id FROM drift_wanted {stored} ORDER BY ALL").pl()


def count_selected(
    connection: Connection,
    reference: Reference,
    feature_set_id: str,
    days: Sequence[date],
    longest: int,
    computed: Iterable[pl.DataFrame],
) -> None:
    """Counts the selected days over the reference's bins, replacing exactly their counts. To be called in a transaction.

    Args:
        connection: an open warehouse, after `select_days`.
        reference: whose bins are used.
        feature_set_id: feature set of the model, whose stored values are read.
        days: the selected days.
        longest: days of the longest window.
        computed: inputs of selected versions that are not stored: application_id, batch_id, then features.
    """
    connection.execute(sql("drift/clear_counts"))
    if reference.of_source("input"):
        _count_inputs(connection, reference, feature_set_id, computed)
    for source, relation in RELATIONS.items():
        _count(connection, reference, relation, reference.of_source(source))  # type: ignore[arg-type]
    for table in ("counted_days", "daily_bins"):
        values = {"reference_id": reference.reference_id, "days": list(days)}
        connection.execute(sql(f"drift/delete_days_of_{table}"), values)
    connection.execute(sql("drift/insert_daily_bins"), {"reference_id": reference.reference_id})
    fingerprint = {"reference_id": reference.reference_id, "days": list(days), "longest": longest, "counted_at": now()}
    connection.execute(sql("drift/insert_counted_days"), fingerprint)


def _count_inputs(connection: Connection, reference: Reference, feature_set_id: str, computed: Iterable[pl.DataFrame]) -> None:
    """Counts stored inputs where their table exists, and the computed ones."""
    subjects = reference.of_source("input")
    for frame in computed:
        connection.register(INPUTS, frame)
        try:
            _count(connection, reference, inputs_relation(INPUTS), subjects)
        finally:
            connection.unregister(INPUTS)
    if has_features(connection, feature_set_id):
        _count(connection, reference, inputs_relation(features_table(feature_set_id)), subjects)


def _count(connection: Connection, reference: Reference, relation: str, subjects: Sequence[Subject]) -> None:
    numbers = [subject for subject in subjects if subject.value_type == "number"]
    texts = [subject.name for subject in subjects if subject.value_type == "text"]
    for start in range(0, len(numbers), COLUMNS_AT_ONCE):
        some = numbers[start : start + COLUMNS_AT_ONCE]
        connection.execute(f"SET VARIABLE {EDGES} = $edges", {"edges": {subject.name: subject.edges for subject in some}})
        _run(connection, count_numbers_statement(relation, [subject.name for subject in some]), reference)
        connection.execute(f"RESET VARIABLE {EDGES}")  # not after a failure: in an aborted transaction it would hide the cause
    if texts:
        _run(connection, count_texts_statement(relation, texts), reference)


def _run(connection: Connection, statement: str, reference: Reference) -> None:
    """Runs a counting statement with the keys that it names; DuckDB refuses others."""
    keys = {
        "reference_id": reference.reference_id,
        "model_version": reference.model_version,
        "policy_sha256": reference.policy_sha256,
    }
    connection.execute(statement, {name: value for name, value in keys.items() if f"${name}" in statement})


def window_cells(connection: Connection, reference_id: str, as_of: date, windows: Sequence[int]) -> pl.DataFrame:
    """Reference and current rows per window, subject and bin, with what is known of the subject; see drift/windows.sql."""
    values = {"reference_id": reference_id, "as_of": as_of, "windows": list(windows)}
    return connection.execute(sql("drift/windows"), values).pl()


#: What a row may leave out, and what then stands there.
_OPTIONAL = {
    "p_value": pl.lit(None, pl.Float64),
    "importance": pl.lit(None, pl.Float64),
    "proposes_retraining": pl.lit(value=False),
}


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns of monitor.drift_v1, in any order."""
    added = [value.alias(name) for name, value in _OPTIONAL.items() if name not in rows.columns]
    wanted = [*ROW_COLUMNS, *_OPTIONAL]
    return rows.with_columns(added).select(*wanted, pl.lit(now()).alias("measured_at"))


def write_drift(
    connection: Connection,
    as_of: date,
    rows: pl.DataFrame,
    bins: pl.DataFrame,
    kinds: Sequence[str],
    *,
    is_segmented: bool = False,
) -> None:
    """Writes what was measured for a business date in place of a former measurement. To be called in a transaction.

    Args:
        connection: an open warehouse.
        as_of: the business date.
        rows: columns of marts.drift; p_value, importance and proposes_retraining may be left out, others stand beside in vain.
        bins: columns of monitor.drift_bins_v1; may be empty.
        kinds: the kinds that this measurement is about: their former rows go, others stay.
        is_segmented: whether the rows are of segments; rows of all applicants and of segments are replaced apart.
    """
    key = {"as_of": as_of, "kinds": list(kinds), "is_segmented": is_segmented}
    for table in ("drift", "drift_bins"):
        connection.execute(sql(f"drift/delete_{table}"), key)
    insert_frame(connection, "drift/insert_drift", "new_drift", _complete(rows))
    if not bins.is_empty():
        insert_frame(connection, "drift/insert_drift_bins", "new_drift_bins", bins)
