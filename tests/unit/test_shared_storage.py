"""What lies on shared storage or was spilled goes once nobody needs it, and not before; each home has its own name there."""

from __future__ import annotations

import fcntl
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import UsageError
from schemas.settings import Settings
from tasks.shared_storage import discard_jobs, discard_leftovers, discard_trainings, jobs_of, training_folder, trainings_of
from tasks.task_runners import scoring
from warehouse.opening import connect_in_memory


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """A home with a folder on shared storage."""
    settings.home.mkdir()
    return replace(settings, shared_folder=tmp_path / "shared")


def test_what_a_stopped_training_left_is_removed_and_what_a_running_one_needs_is_not(own: Settings) -> None:
    stopped = trainings_of(own) / "0123456789ab"
    stopped.mkdir(parents=True)
    stopped.with_name(f"{stopped.name}.lock").touch()
    with training_folder(own) as running:
        discard_trainings(own)
        assert (stopped.exists(), running.exists()) == (False, True)
    assert list(trainings_of(own).iterdir()) == []


def test_a_training_is_known_for_running_from_its_first_moment(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, is_new = fcntl.flock, [True]

    def lock_a_little_late(*given: Any) -> None:
        if is_new and is_new.pop():
            discard_trainings(own)
        lock(*given)

    monkeypatch.setattr(fcntl, "flock", lock_a_little_late)
    with training_folder(own) as running:
        discard_trainings(own)
        assert running.is_dir()


def test_what_a_running_query_spills_is_left_to_it(own: Settings) -> None:
    connection = connect_in_memory(own)
    ((spills,),) = connection.execute("SELECT current_setting('temp_directory')").fetchall()
    Path(spills).mkdir(exist_ok=True)  # as DuckDB does once memory does not hold a query
    discard_jobs(own)
    assert Path(spills).is_dir()
    connection.close()
    del connection
    discard_jobs(own)
    assert list(own.scratch.iterdir()) == []


def test_what_a_stopped_query_spilled_is_removed(own: Settings) -> None:
    for name in ("memory-7-0123456789ab", "memory-8-0123456789ab"):
        (own.scratch / name).mkdir(parents=True)
        (own.scratch / name / "duckdb_temp_storage_DEFAULT-0.tmp").touch()
    (own.scratch / "memory-8-0123456789ab.lock").touch()
    discard_leftovers(own)
    assert list(own.scratch.iterdir()) == []


def test_a_home_keeps_its_name_and_two_homes_have_two(own: Settings, tmp_path: Path) -> None:
    another = replace(own, home=tmp_path / "another")
    another.home.mkdir()
    names = [jobs_of(settings).name for settings in (own, own, another)]
    assert (names[0] == names[1], names[0] == names[2]) == (True, False)
    assert [path.name for path in own.home.iterdir()] == [".shared-id"]


def test_a_home_that_was_stopped_while_it_was_named_is_named_anew(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", stopped)
        with pytest.raises(KeyboardInterrupt):
            jobs_of(own)
    assert not (own.home / ".shared-id").exists()
    assert jobs_of(own).parent == own.shared


def test_who_was_named_by_another_process_meanwhile_takes_that_name(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def named_meanwhile(*_: Any) -> None:
        (own.home / ".shared-id").write_text("0123456789ab", encoding="ascii")

    monkeypatch.setattr(fcntl, "flock", named_meanwhile)
    assert jobs_of(own).name == "0123456789ab-nights"


@pytest.mark.parametrize("found", [b"", b"0123456789a", b"0123456789AB", b"../../../home", b"0123456789ab\n", b"\xff" * 12])
def test_a_name_that_is_none_is_refused(found: bytes, own: Settings) -> None:
    (own.home / ".shared-id").write_bytes(found)
    with pytest.raises(UsageError, match="12 hexadecimal digits") as told:
        discard_leftovers(own)
    assert told.value.where == str(own.home / ".shared-id")


def test_what_a_worker_wrote_after_its_job_was_given_up_goes_with_the_night(own: Settings) -> None:
    with scoring(own):
        late = jobs_of(own) / "2026063001-0123456789ab" / "results"
        late.mkdir(parents=True)
        (late / "features.parquet").touch()
    assert not jobs_of(own).exists()
