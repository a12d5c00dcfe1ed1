"""Drift of nights that were really scored: references frozen by a training, stored and recomputed inputs, policies."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.policy import load_policy, parse_policy
from schemas.settings import Settings
from tasks.drift import measure_drift
from tasks.night import take_in
from tasks.score import score_batch
from tasks.simulate import simulate_deliveries
from tests.conftest import settings_of
from tests.flows.conftest import LAST_NEW_DAY
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.registry import champion_on, next_effective_on, register_policy
from warehouse.scores import features_table, pending_batches

SHARES = "SELECT subject, missing_share_reference, missing_share_current, unseen_share, n_current FROM marts.drift "
BINS = "SELECT subject, window_days, bin, n_reference, n_current FROM marts.drift_bins WHERE as_of = $d ORDER BY ALL"


def _score(connection: Connection, settings: Settings, as_of: date) -> None:
    take_in(settings, as_of, None)
    for batch in pending_batches(connection, as_of):
        score_batch(connection, settings, batch)


@pytest.fixture(scope="module")
def scored_home(champion_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The original; tests use a copy."""
    home = tmp_path_factory.mktemp("scored") / "home"
    shutil.copytree(champion_home, home)
    with open_warehouse(settings_of(home)) as connection:
        _score(connection, settings_of(home), LAST_NEW_DAY)
    return home


@pytest.fixture
def scored(scored_home: Path, home: Path) -> Iterator[tuple[Connection, Settings]]:
    """The warehouse of a home with a champion, its two new days decided."""
    shutil.copytree(scored_home, home)
    with open_warehouse(settings_of(home)) as connection:
        yield connection, settings_of(home)


def _bins(connection: Connection, as_of: date = LAST_NEW_DAY) -> list[Any]:
    return connection.execute(BINS, {"d": as_of}).fetchall()


def test_a_training_freezes_every_input_every_other_column_the_scores_and_the_mix(scored: tuple[Connection, Settings]) -> None:
    connection, _ = scored
    version = champion_on(connection, LAST_NEW_DAY).model_version
    row = connection.execute("SELECT n_rows, json_array_length(manifest, '$.inputs') FROM registry.models").fetchone()
    assert row is not None
    found = dict(
        connection.execute(
            "SELECT source, count(*) FROM monitor.reference_subjects s JOIN monitor.references r USING (reference_id) "
            "WHERE r.model_version = $v GROUP BY source",
            {"v": version},
        ).fetchall()
    )
    assert found == {"input": row[1], "column": 2, "pd": 1, "score_points": 1, "decision": 1}
    sums = connection.execute(
        "SELECT DISTINCT sum(n_reference) FROM monitor.reference_bins_v1 GROUP BY reference_id, subject"
    ).fetchall()
    assert sums == [(row[0],)]
    total = connection.execute("SELECT sum(importance) FROM monitor.reference_subjects").fetchone()
    assert total is not None
    assert total[0] == pytest.approx(1.0)


def test_inputs_that_are_not_stored_are_computed_and_count_the_same(scored: tuple[Connection, Settings]) -> None:
    connection, settings = scored
    measure_drift(connection, settings, LAST_NEW_DAY)
    before = _bins(connection)
    table = features_table(champion_on(connection, LAST_NEW_DAY).feature_set_id)
    for emptied in (f"DELETE FROM {table} WHERE application_id % 2 = 0", f"DROP TABLE {table}"):
        connection.execute(emptied)
        connection.execute("DELETE FROM monitor.counted_days_v1")
        measure_drift(connection, settings, LAST_NEW_DAY)
        assert _bins(connection) == before
    assert any(n for *_, n in before)


def test_another_policy_has_the_mix_worked_out_anew_from_the_stored_pds(scored: tuple[Connection, Settings]) -> None:
    connection, settings = scored
    measure_drift(connection, settings, LAST_NEW_DAY)
    content = load_policy(None).model_dump(mode="json")
    same = parse_policy(content | {"quality": content["quality"] | {"usual_batches": 9}}, "test")
    stricter = parse_policy(content | {"bands": {"review_from": 0.5, "decline_from": 0.6}}, "test")
    mixes = []
    for policy in (same, stricter):
        with transaction(connection):
            register_policy(connection, policy, kind="applied", applied_by="test", reason="test")
            day = next_effective_on(connection)
        measure_drift(connection, settings, day)
        mixes.append([row for row in _bins(connection, day) if row[:2] == ("decision", 7)])
    first = [row for row in _bins(connection) if row[:2] == ("decision", 7)]
    assert [row[3] for row in mixes[0]] == [row[3] for row in first]
    assert mixes[1][0][3] < first[0][3], "fewer would have been approved"


def test_a_leaking_sentinel_is_quarantined_where_it_is_illegal_and_drifts_where_it_is_legal(small_home: Path) -> None:
    settings = settings_of(small_home)
    simulate_deliveries(settings, days=1, per_day=400, seed=9, new_days=1, scenario="sentinel_leak")
    day = max(date.fromisoformat(folder.name) for folder in settings.landing.iterdir() if folder.name.startswith("20"))
    with open_warehouse(settings) as connection:
        _score(connection, settings, day)
        measure_drift(connection, settings, day)
        quarantined = connection.execute("SELECT count(*) FROM core.quarantine").fetchone()
        found = dict(
            connection.execute(
                "SELECT subject || ' ' || kind, status FROM marts.drift WHERE window_days = 1 AND as_of = $d "
                "AND subject IN ('DAYS_EMPLOYED', 'DAYS_EMPLOYED_IS_SENTINEL')",
                {"d": day},
            ).fetchall()
        )
    assert quarantined is not None
    assert quarantined[0] > 0
    assert found["DAYS_EMPLOYED missing"] == "alert"
    assert found["DAYS_EMPLOYED_IS_SENTINEL feature"] in {"watch", "alert"}
