"""Whole nights on a small home: what is decided, what is published, and what a second run changes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from flows.backfill import backfill_nights
from schemas.errors import CheckFailedError, NoChampionError, VerificationError
from schemas.parameters import BackfillParameters
from schemas.policy import load_policy
from schemas.settings import Settings
from tasks.night import find_pending, score_delivery
from tasks.policy import apply_policy
from tasks.retrain import retrain
from tasks.score import score_batch
from tests.contents import snapshot_hashes, warehouse_hashes
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY, NEW_PER_DAY, QUICK
from tests.flows.nights import published, run_night, stored
from warehouse.connection import open_warehouse
from warehouse.publication import publish_snapshot
from warehouse.registry import record_promotion
from warehouse.scores import pending_batches

pytestmark = pytest.mark.usefixtures("prefect_server", "small_home")


def test_a_night_decides_every_new_application_and_publishes(settings: Settings) -> None:
    summary = run_night()
    assert summary.n_scored == 2 * NEW_PER_DAY
    counts = published(settings, "SELECT as_of, count(*) FROM marts.decisions GROUP BY as_of ORDER BY as_of")
    assert counts == [(FIRST_NEW_DAY, NEW_PER_DAY), (LAST_NEW_DAY, NEW_PER_DAY)]
    assert published(settings, "SELECT count(*) FROM marts.batches WHERE status NOT IN ('scored', 'history')") == [(0,)]
    assert published(settings, "SELECT run_id, as_of FROM marts.freshness") == [(summary.run_id, LAST_NEW_DAY)]


def test_the_decision_follows_pd_threshold_and_bands_and_every_refusal_has_a_reason(settings: Settings) -> None:
    run_night()
    bands = load_policy(None).bands
    rows = published(
        settings, "SELECT decision, pd, threshold, reason_1, reason_2 FROM marts.decisions WHERE decided_by = 'score'"
    )
    assert len(rows) > NEW_PER_DAY
    for decision, pd, threshold, first, _ in rows:
        expected = (
            "decline" if pd >= bands.decline_from * threshold else "review" if pd >= bands.review_from * threshold else "approve"
        )
        assert decision == expected
        assert (first is None) == (decision == "approve")
    assert published(
        settings, "SELECT DISTINCT d.threshold = m.threshold FROM marts.decisions d JOIN marts.models m USING (model_version)"
    ) == [(True,)]


def test_a_second_night_changes_nothing(settings: Settings) -> None:
    run_night()
    before, snapshot = warehouse_hashes(settings), snapshot_hashes(settings)
    summary = run_night()
    assert (summary.deliveries, summary.n_scored) == ([], 0)
    assert warehouse_hashes(settings) == before
    assert snapshot_hashes(settings) == snapshot


def test_catching_up_gives_what_nights_run_on_time_would_have_given(settings: Settings, tmp_path: Path) -> None:
    late = replace(settings, home=tmp_path / "late")
    shutil.copytree(settings.home, late.home)
    run_night(FIRST_NEW_DAY)
    run_night(LAST_NEW_DAY)
    on_time = warehouse_hashes(settings)
    shutil.rmtree(settings.home)
    shutil.copytree(late.home, settings.home)
    run_night(LAST_NEW_DAY)
    assert warehouse_hashes(settings) == on_time


def test_a_backfill_gives_what_nights_run_on_time_would_have_given_and_may_be_run_again(
    settings: Settings, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    shutil.copytree(settings.home, before)
    run_night(FIRST_NEW_DAY)
    run_night(LAST_NEW_DAY)
    on_time = warehouse_hashes(settings)
    shutil.rmtree(settings.home)
    shutil.copytree(before, settings.home)
    parameters = BackfillParameters(from_date=FIRST_NEW_DAY - timedelta(days=5), to_date=LAST_NEW_DAY)
    assert [summary.n_scored for summary in backfill_nights(parameters)] == [NEW_PER_DAY, NEW_PER_DAY]
    assert warehouse_hashes(settings) == on_time
    assert [summary.n_scored for summary in backfill_nights(parameters)] == [0, 0]
    assert warehouse_hashes(settings) == on_time


class PowerCutError(Exception):
    """What stops a night between two chunks here."""


def test_a_night_that_stopped_between_two_chunks_goes_on_to_the_same_end(settings: Settings, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(settings.home, whole)
    small = replace(settings, chunk_rows=7)

    def cut(_done: int, _of: int, _detail: str) -> None:
        raise PowerCutError

    with open_warehouse(small) as connection:
        batch = pending_batches(connection, LAST_NEW_DAY)[0]
        with pytest.raises(PowerCutError):
            score_batch(connection, small, batch, cut)
    assert stored(settings, "SELECT count(*) FROM score.decisions") == [(7,)]
    run_night()
    interrupted = warehouse_hashes(settings)
    shutil.rmtree(settings.home)
    shutil.copytree(whole, settings.home)
    run_night()
    assert warehouse_hashes(settings) == interrupted


def test_a_group_of_several_chunks_is_committed_whole_or_not_at_all(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(settings.home, whole)
    small = replace(settings, chunk_rows=3)

    def cut_in_the_second_group(done: int, _of: int, _detail: str) -> None:
        if done > 8:
            raise PowerCutError

    told: list[int] = []
    with monkeypatch.context() as changed, open_warehouse(small) as connection:
        changed.setattr("tasks.core.commits.SMALL_CHUNK", 1)
        changed.setattr("tasks.core.commits.ROW_GROUP_ROWS", 8)
        batch = pending_batches(connection, LAST_NEW_DAY)[0]
        with pytest.raises(PowerCutError):
            score_batch(connection, small, batch, cut_in_the_second_group)
        assert connection.execute("SELECT count(*) FROM score.decisions").fetchall() == [(8,)]
        score_batch(connection, small, batch, lambda done, _of, _detail: told.append(done))
    assert told == [3, 6, 8, 11, 12]  # of those that were left: two groups
    run_night()
    in_groups = warehouse_hashes(settings)
    shutil.rmtree(settings.home)
    shutil.copytree(whole, settings.home)
    run_night()
    assert warehouse_hashes(settings) == in_groups


@pytest.mark.parametrize("rows_a_pass", [5, NEW_PER_DAY])
def test_a_delivery_decided_in_several_passes_is_the_same(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_a_pass: int
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(settings.home, whole)
    run_night()
    at_once = warehouse_hashes(settings)
    shutil.rmtree(settings.home)
    shutil.copytree(whole, settings.home)
    told: list[tuple[int, int]] = []
    with monkeypatch.context() as changed:
        for place in ("tasks.score", "tasks.night"):
            changed.setattr(f"{place}.PASS_ROWS", rows_a_pass)
        batch = find_pending(settings, LAST_NEW_DAY)[0]
        score = score_delivery(settings, batch, lambda done, of, _detail: told.append((done, of)))
    assert (score.n_scored, sum(score.decisions.values())) == (NEW_PER_DAY, NEW_PER_DAY)
    assert told == [(min(done, NEW_PER_DAY), NEW_PER_DAY) for done in range(rows_a_pass, NEW_PER_DAY + rows_a_pass, rows_a_pass)]
    run_night()
    assert warehouse_hashes(settings) == at_once


def test_without_a_champion_the_night_says_so(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        connection.execute("DELETE FROM registry.promotions_v1")
    with pytest.raises(NoChampionError):
        run_night()


def test_a_policy_file_that_was_not_applied_stops_the_night_until_it_is(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    file = tmp_path / "policy.toml"
    file.write_text((project / "schemas" / "policy.toml").read_text().replace("decline_from = 1.25", "decline_from = 1.75"))
    monkeypatch.setenv("LOANWATCH_POLICY", str(file))
    with pytest.raises(VerificationError, match="policy apply"):
        run_night()
    run_under_old_policy = apply_policy(settings, load_policy(file), applied_by="Q", reason="wider review")
    assert run_under_old_policy == date(1, 1, 1)
    run_night()
    assert stored(settings, "SELECT DISTINCT policy_sha256 FROM score.decisions") == [(load_policy(file).sha256,)]


@pytest.mark.parametrize("file", ["model.txt", "manifest.json"])
def test_a_model_file_that_was_edited_cannot_score(settings: Settings, file: str) -> None:
    path = next(settings.models.iterdir()) / file
    path.write_text(path.read_text().replace("1", "2", 1))
    before = snapshot_hashes(settings)
    with pytest.raises(VerificationError) as raised:
        run_night()
    assert raised.value.exit_code == 14
    assert stored(settings, "SELECT count(*) FROM score.decisions") == [(0,)]
    assert snapshot_hashes(settings) == before


def test_a_promotion_decides_from_the_next_night_on_and_never_decides_again(settings: Settings) -> None:
    run_night(FIRST_NEW_DAY)
    version = stored(settings, "SELECT model_version FROM registry.models")[0][0]
    challenger = retrain(settings, LAST_NEW_DAY, QUICK)
    assert not challenger.is_champion
    other = challenger.manifest.model_version
    with open_warehouse(settings) as connection:
        record_promotion(connection, other, kind="promotion", approved_by="Q", reason="test")
    run_night(LAST_NEW_DAY)
    found = published(settings, "SELECT as_of, model_version, count(*) FROM marts.decisions GROUP BY ALL ORDER BY 1")
    assert found == [(FIRST_NEW_DAY, version, NEW_PER_DAY), (LAST_NEW_DAY, other, NEW_PER_DAY)]
    assert published(settings, "SELECT role FROM marts.models ORDER BY model_version") == [("retired",), ("champion",)]


def test_a_decision_that_does_not_follow_its_bands_stops_publication(settings: Settings) -> None:
    run_night()
    before = snapshot_hashes(settings)
    with open_warehouse(settings) as connection:
        connection.execute("UPDATE score.decisions_v1 SET pd = 0.999999 WHERE decision = 'approve'")
    with pytest.raises(CheckFailedError, match="decided_by_bands"):
        run_night()
    assert snapshot_hashes(settings) == before


def test_the_snapshot_says_what_every_column_means_and_holds_marts_alone(settings: Settings) -> None:
    run_night()
    assert published(settings, "SELECT DISTINCT schema_name FROM duckdb_tables()") == [("marts",)]
    assert (
        published(
            settings, "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'marts' AND comment IS NULL"
        )
        == []
    )


def test_a_reader_keeps_its_snapshot_while_a_new_one_is_published(settings: Settings) -> None:
    import duckdb

    run_night(FIRST_NEW_DAY)
    reader = duckdb.connect(str(settings.snapshot), read_only=True)
    with open_warehouse(settings) as connection:
        publish_snapshot(connection, settings, "another-run", FIRST_NEW_DAY)
    assert reader.execute("SELECT run_id FROM marts.freshness").fetchall() != [("another-run",)]
    reader.close()
    assert published(settings, "SELECT run_id FROM marts.freshness") == [("another-run",)]
    assert [path.name for path in settings.snapshot.parent.iterdir()] == ["loanwatch.duckdb"]
