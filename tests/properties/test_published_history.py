"""The statement that the snapshot's history is copied by gives what the view of the warehouse shows."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feature_support import connect
from warehouse.connection import Connection
from warehouse.sql_files import sql

_AT = datetime(2026, 7, 1)  # noqa: DTZ001 - stored without zone
TEXTS = ["Too little is known.", "Debts elsewhere are high.", "The income is low.", ""]
#: Applicant, delivery, hour of the decision, hour of the withdrawal or none, a text or none for each rank.
VERSIONS = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.integers(1, 4),
        st.integers(0, 3),
        st.one_of(st.none(), st.integers(0, 3)),
        st.lists(st.one_of(st.none(), st.sampled_from(TEXTS)), min_size=5, max_size=5),
    ),
    max_size=15,
    unique_by=lambda row: row[:2],
)


@pytest.fixture(scope="module")
def connection() -> Connection:
    return connect()


def _frame(versions: list[tuple[int, int, int, int | None, list[str | None]]]) -> pl.DataFrame:
    at = [_AT + timedelta(hours=row[2]) for row in versions]
    gone = [None if row[3] is None else _AT + timedelta(hours=row[3]) for row in versions]
    kinds = {
        "application_id": pl.Int64, "batch_id": pl.Int32, "decided_at": pl.Datetime("us"), "withdrawn_at": pl.Datetime("us"),
        "texts": pl.List(pl.String),
    }  # fmt: skip
    rows = [(row[0], row[1], decided, left, row[4]) for row, decided, left in zip(versions, at, gone, strict=True)]
    return pl.DataFrame(rows, schema=kinds, orient="row")


def _fill(connection: Connection, frame: pl.DataFrame) -> None:
    for table in ("score.decisions_v1", "score.reasons_v1", "core.withdrawals_v1"):
        connection.execute(f"DELETE FROM {table}")
    connection.register("versions", frame)
    connection.execute(
        "INSERT INTO score.decisions_v1 BY NAME SELECT application_id, batch_id, DATE '2026-07-01' AS received_on, received_on "
        "AS as_of, 'nightly' AS origin, 'f' || application_id AS features_sha256, 'm' AS model_version, 'p' AS policy_sha256, "
        "application_id / 10 AS pd, 500 AS score_points, 0.1 AS threshold, 'review' AS decision, 'score' AS decided_by, "
        "decided_at FROM versions"
    )
    connection.execute(
        "INSERT INTO score.reasons_v1 BY NAME SELECT * FROM (SELECT application_id, batch_id, unnest(range(1, 6)) AS rank, "
        "'R01' AS reason_code, unnest(texts) AS reason_text, 'e' AS engine FROM versions) WHERE reason_text IS NOT NULL"
    )
    connection.execute(
        "INSERT INTO core.withdrawals_v1 BY NAME SELECT application_id, batch_id, batch_id + 1 AS withdrawn_by_batch_id, "
        "withdrawn_at FROM versions WHERE withdrawn_at IS NOT NULL"
    )
    connection.unregister("versions")


@given(versions=VERSIONS)
def test_the_history_is_copied_as_the_view_shows_it(
    connection: Connection, versions: list[tuple[int, int, int, int | None, list[str | None]]]
) -> None:
    _fill(connection, _frame(versions))
    shown = connection.sql("FROM marts.decision_history ORDER BY ALL")
    copied = connection.sql(f"FROM ({sql('publish/decision_history')}) ORDER BY ALL")
    assert (copied.columns, copied.types) == (shown.columns, shown.types)
    assert copied.fetchall() == shown.fetchall()
    assert len(copied.fetchall()) == len(versions)
