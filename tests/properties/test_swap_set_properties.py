"""The swap set in SQL is the swap set worked out in Polars, whatever comes back, is delivered twice, withdrawn or matures."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feature_support import connect
from warehouse.connection import Connection

DAY = date(2026, 6, 30)
_AT = datetime(2026, 7, 1)  # noqa: DTZ001 - stored without zone
DECISIONS = ("approve", "review", "decline")
PDS = st.integers(0, 10**12).map(lambda n: n / 10**12)
#: Applicant, day, delivery of the day, champion, its PD and decision, challenger or none, its PD and decision, withdrawn.
VERSIONS = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.integers(0, 3),
        st.integers(1, 2),
        st.sampled_from(["a", "b"]),
        PDS,
        st.sampled_from(DECISIONS),
        st.sampled_from(["c", "d", None]),
        PDS,
        st.sampled_from(DECISIONS),
        st.booleans(),
    ),
    max_size=30,
    unique_by=lambda row: row[:3],
)
#: Applicant, default, day of the outcome.
OUTCOMES = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 1), st.integers(0, 5)), max_size=6, unique_by=lambda row: row[0])
NAMES = ["application_id", "offset", "version", "champion", "pd", "decision", "challenger", "pd_2", "decision_2", "is_withdrawn"]


@pytest.fixture(scope="module")
def connection() -> Connection:
    return connect()


def _frame(versions: list[tuple[object, ...]]) -> pl.DataFrame:
    kinds = [pl.Int64, pl.Int64, pl.Int64, pl.String, pl.Float64, pl.String, pl.String, pl.Float64, pl.String, pl.Boolean]
    frame = pl.DataFrame(versions, schema=dict(zip(NAMES, kinds, strict=True)), orient="row")
    on = pl.lit(DAY) + pl.duration(days=pl.col("offset"))
    return frame.with_columns(on.cast(pl.Date).alias("as_of")).with_columns(
        (pl.col("as_of").dt.strftime("%Y%m%d").cast(pl.Int64) * 100 + pl.col("version")).alias("batch_id")
    )


def _fill(connection: Connection, frame: pl.DataFrame, outcomes: list[tuple[int, int, int]]) -> None:
    for table in ("score.decisions_v1", "score.shadow_scores_v1", "core.withdrawals_v1", "raw.outcomes_v1"):
        connection.execute(f"DELETE FROM {table}")
    connection.register("versions", frame)
    common = "application_id, batch_id, as_of, 'p' AS policy_sha256, 0 AS score_points, 0.1 AS threshold, 'score' AS decided_by"
    connection.execute(
        f"INSERT INTO score.decisions_v1 BY NAME SELECT {common}, as_of AS received_on, 'nightly' AS origin, "
        "'f' AS features_sha256, champion AS model_version, pd, decision, $at AS decided_at FROM versions",
        {"at": _AT},
    )
    connection.execute(
        f"INSERT INTO score.shadow_scores_v1 BY NAME SELECT {common}, challenger AS model_version, pd_2 AS pd, "
        "decision_2 AS decision, $at AS scored_at FROM versions WHERE challenger IS NOT NULL",
        {"at": _AT},
    )
    connection.execute(
        "INSERT INTO core.withdrawals_v1 BY NAME SELECT application_id, batch_id, batch_id + 1 AS withdrawn_by_batch_id, "
        "$at AS withdrawn_at FROM versions WHERE is_withdrawn",
        {"at": _AT},
    )
    connection.unregister("versions")
    told = pl.DataFrame(outcomes, schema={"SK_ID_CURR": pl.Int64, "TARGET": pl.Int64, "offset": pl.Int64}, orient="row")
    connection.register("told", told.with_row_index("row_number", offset=1))
    connection.execute(
        "INSERT INTO raw.outcomes_v1 BY NAME SELECT 2026080101 AS batch_id, row_number, 'nightly' AS origin, SK_ID_CURR, TARGET, "
        '$day + CAST("offset" AS INTEGER) AS observed_on FROM told',
        {"day": DAY},
    )
    connection.unregister("told")


def _target(live: list[dict[str, object]], row: dict[str, object], outcomes: dict[int, tuple[int, int]]) -> int | None:
    """The outcome of a version, if it is the newest of its applicant received by the day of the outcome."""
    if row["application_id"] not in outcomes:
        return None
    target, offset = outcomes[row["application_id"]]  # type: ignore[index]
    before = [
        other["batch_id"]
        for other in live
        if other["application_id"] == row["application_id"] and other["offset"] <= offset  # type: ignore[operator]
    ]
    return target if before and max(before) == row["batch_id"] else None  # type: ignore[type-var]


def _swap(champion: str, challenger: str) -> str:
    names = {(True, True): "both_approve", (True, False): "swap_out", (False, True): "swap_in", (False, False): "both_refuse"}
    return names[champion == "approve", challenger == "approve"]


def _expected(frame: pl.DataFrame, outcomes: list[tuple[int, int, int]]) -> dict[tuple[object, ...], pl.DataFrame]:
    live = frame.filter(~pl.col("is_withdrawn"))
    rows = live.to_dicts()
    known = {applicant: (target, offset) for applicant, target, offset in outcomes}
    newest = live.sort("batch_id").group_by("application_id", "as_of").last().filter(pl.col("challenger").is_not_null())
    counted = newest.with_columns(
        pl.Series("target", [_target(rows, row, known) for row in newest.to_dicts()], dtype=pl.Int64),
        pl.Series("swap", [_swap(*pair) for pair in newest.select("decision", "decision_2").rows()], dtype=pl.String),
    )
    keys = ["as_of", "champion", "challenger", "swap"]
    return {tuple(key): group for key, group in counted.group_by(keys)}


@given(VERSIONS, OUTCOMES)
def test_the_swap_set_counts_what_polars_counts(
    connection: Connection, versions: list[tuple[object, ...]], outcomes: list[tuple[int, int, int]]
) -> None:
    frame = _frame(versions)
    _fill(connection, frame, outcomes)
    expected = _expected(frame, outcomes)
    found = connection.execute("FROM marts.swap_set").fetchall()
    assert {row[:4] for row in found} == expected.keys()
    for *key, n, mean_champion, mean_challenger, n_matured, n_defaulted, default_rate in found:
        group = expected[tuple(key)]
        matured = group["target"].drop_nulls()
        assert (n, n_matured, n_defaulted) == (group.height, len(matured), matured.sum())
        assert mean_champion == pytest.approx(group["pd"].mean(), abs=1e-12)
        assert mean_challenger == pytest.approx(group["pd_2"].mean(), abs=1e-12)
        assert default_rate == (matured.mean() if len(matured) else None)
    listed = connection.execute("SELECT count(*), count(DISTINCT (application_id, as_of)) FROM marts.shadow_scores").fetchone()
    assert listed == (sum(row[4] for row in found),) * 2


@given(VERSIONS, OUTCOMES)
def test_a_matured_version_is_that_of_the_outcome_in_marts(
    connection: Connection, versions: list[tuple[object, ...]], outcomes: list[tuple[int, int, int]]
) -> None:
    _fill(connection, _frame(versions), outcomes)
    joined = connection.execute(
        "SELECT count(*), count(*) FILTER "
        "(WHERE s.target = o.target AND s.pd_champion = o.pd AND s.decision_champion = o.decision) "
        "FROM marts.shadow_scores AS s JOIN marts.outcomes AS o USING (application_id) WHERE s.target IS NOT NULL"
    ).fetchone()
    assert joined is not None
    assert joined[0] == joined[1]
