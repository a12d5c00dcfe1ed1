"""A delivery scored in partitions gives what one process gives, and nothing that was touched on the way is believed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import tasks.compiled
import tasks.training_data
from schemas.errors import ResourceError, UsageError, VerificationError
from schemas.partitions import JOB_FILE, PartitionRef
from schemas.settings import Settings
from tasks import night, same_software
from tasks.core.compiled import KERNEL_NAME
from tasks.encrypt import encrypt
from tasks.night import recorded_run
from tasks.partition_commits import commit_partitions
from tasks.partitions import (
    Job,
    compute_partition,
    deal_out,
    discard_job,
    export_job,
    is_partitioned,
    n_partitions,
    score_of,
)
from tasks.retrain import retrain
from tasks.shared_storage import discard_jobs
from tests.audit_support import decide, findings
from tests.conftest import settings_of
from tests.contents import snapshot_hashes, warehouse_hashes
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY, QUICK
from tests.flows.nights import stored
from warehouse.connection import open_warehouse
from warehouse.partition_results import write_result

PARTS = 3


def _retrain_with_fewer_levels(settings: Settings) -> None:
    """A challenger with a feature set of its own."""
    observe = tasks.training_data.observe_levels
    with pytest.MonkeyPatch.context() as patch:
        fewer = lambda *given: {name: levels[1:] for name, levels in observe(*given).items()}  # noqa: E731
        patch.setattr(tasks.training_data, "observe_levels", fewer)
        retrain(settings, FIRST_NEW_DAY, QUICK.model_copy(update={"seed": 7}))


def _nobody(_: Settings) -> None:
    """No challenger, and so no second training."""


@pytest.fixture(params=[_nobody, _retrain_with_fewer_levels])
def challenger_home(request: pytest.FixtureRequest, champion_home: Path, tmp_path: Path) -> Path:
    """A champion, a challenger or none, and two days to decide; to be copied."""
    home = tmp_path / "challenger"
    shutil.copytree(champion_home, home)
    request.param(settings_of(home))
    return home


@pytest.fixture(scope="module")
def taken_home(champion_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small home with the first day's delivery taken in; tests use copies."""
    home = tmp_path_factory.mktemp("taken") / "home"
    shutil.copytree(champion_home, home)
    night.take_in(settings_of(home), FIRST_NEW_DAY)
    return home


@pytest.fixture
def split(home: Path, tmp_path: Path) -> Settings:
    """Settings of this test's own home, for three partitions in a shared folder outside of it."""
    return replace(settings_of(home), partitions=PARTS, shared_folder=tmp_path / "shared")


@pytest.fixture
def job(taken_home: Path, split: Settings) -> Iterator[Job]:
    """The first day of a small home, dealt out."""
    shutil.copytree(taken_home, split.home)
    (batch,) = night.find_pending(split, FIRST_NEW_DAY)
    made = export_job(split, batch)
    yield made
    discard_job(made)


def _night_in_partitions(settings: Settings) -> list[PartitionRef]:
    """A night without a flow, partitions last to first; each second one is computed twice, as after a worker that was lost."""
    done = []
    with night.hold_warehouse(settings), recorded_run(settings, "nightly", LAST_NEW_DAY) as run:
        night.require_ready(settings, LAST_NEW_DAY)
        night.take_in(settings, LAST_NEW_DAY)
        for batch in night.find_pending(settings, LAST_NEW_DAY):
            job = export_job(settings, batch)
            score = score_of(job)
            for ref in reversed(job.refs):
                results = [compute_partition(settings, ref) for _ in range(1 + ref.number % 2)]
                commit_partitions(settings, job, [results[0]], score)
                done.append(ref)
            n_shadow = batch.n_pending if job.content.challenger else 0
            assert (score.n_scored, score.shadow.n_scored if score.shadow else 0) == (batch.n_pending, n_shadow)
            discard_job(job)
        night.publish(settings, run.run_id, LAST_NEW_DAY)
    return done


def _decided(settings: Settings) -> list[tuple[int]]:
    return stored(settings, "SELECT count(*) FROM score.decisions")


@pytest.mark.dask  # long; the suite has a night on threads of tests/flows/test_dask.py, which says the same without a challenger
def test_partitions_leave_the_warehouse_that_one_process_leaves(challenger_home: Path, split: Settings, tmp_path: Path) -> None:
    one = replace(split, home=tmp_path / "one")
    for settings in (one, split):
        shutil.copytree(challenger_home, settings.home)
    decide(one, LAST_NEW_DAY)
    assert {ref.number for ref in _night_in_partitions(split)} == set(range(PARTS))
    assert warehouse_hashes(split) == warehouse_hashes(one)
    assert snapshot_hashes(split) == snapshot_hashes(one)
    assert findings(split) == []
    assert [path for path in split.shared.rglob("*") if path.is_file()] == []


def test_a_partition_holds_its_own_applicants_alone_and_is_private(job: Job) -> None:
    seen: list[int] = []
    for partition in job.content.partitions:
        frames = {name: pl.read_parquet(job.folder / name) for name in partition.files}
        own = set(next(frame for name, frame in frames.items() if name.startswith("versions"))["application_id"])
        others = [set(frame["SK_ID_CURR"]) for name, frame in frames.items() if not name.startswith("versions")]
        assert set().union(*others) <= own
        seen += own
    assert len(seen) == len(set(seen)) == job.content.n_pending
    assert job.folder.stat().st_mode & 0o077 == 0


def test_what_was_changed_on_shared_storage_is_refused(job: Job, split: Settings) -> None:
    ref, model = job.refs[0], job.folder / "models" / job.content.champion.model_version / "model.txt"
    touched = [job.folder / next(iter(job.content.partitions[0].files)), model, job.folder / JOB_FILE]
    for file in touched:
        before = file.read_bytes()
        file.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        with pytest.raises(VerificationError):
            compute_partition(split, ref)
        file.write_bytes(before)
    result = compute_partition(split, ref)
    file = job.folder / result.folder / "decisions.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(VerificationError, match="was changed"):
        commit_partitions(split, job, [result], score_of(job))
    assert _decided(split) == [(0,)]


def test_a_partition_is_committed_once_and_no_other_in_its_place(job: Job, split: Settings) -> None:
    first, second = (compute_partition(split, ref) for ref in job.refs[:2])
    score = score_of(job)
    with pytest.raises(VerificationError, match="came back with"):
        commit_partitions(split, job, [replace(second, number=first.number)], score)
    commit_partitions(split, job, [replace(first, warnings=("explained by LightGBM",))], score)
    assert score.warnings == ["explained by LightGBM"]
    with pytest.raises(VerificationError, match="decided already"):
        commit_partitions(split, job, [first], score)
    assert _decided(split) == [(first.n_rows,)] == [(score.n_scored,)]
    (left,) = night.find_pending(split, FIRST_NEW_DAY)
    assert left.n_pending == job.content.n_pending - first.n_rows


def test_partitions_of_a_large_delivery_are_scored_by_compiled_trees_and_the_audit_says_so(
    job: Job, split: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("llvmlite", reason="loanwatch[fast] is not installed")
    by_lightgbm = compute_partition(split, job.refs[0])
    monkeypatch.setattr(tasks.compiled, "COMPILE_FROM", 1)
    results = [compute_partition(split, ref) for ref in job.refs]
    before, after = (pl.read_parquet(job.folder / one.folder / "decisions.parquet") for one in (by_lightgbm, results[0]))
    assert before.drop("decided_at").equals(after.drop("decided_at"))
    commit_partitions(split, job, results, score_of(job))
    engines = "SELECT DISTINCT detail->>'engine' FROM ops.audit_v1 WHERE kind = 'decisions'"
    assert (by_lightgbm.engine[:9], stored(split, engines)) == ("lightgbm-", [(KERNEL_NAME,)])
    assert findings(split) == []


def test_partitions_are_committed_together_whole_or_not_at_all(job: Job, split: Settings) -> None:
    first, second = (compute_partition(split, ref) for ref in job.refs[:2])
    with pytest.raises(VerificationError, match="decided already"):
        commit_partitions(split, job, [first, second, first], score_of(job))
    assert _decided(split) == [(0,)]
    commit_partitions(split, job, iter([first, second]), score_of(job))
    assert _decided(split) == [(first.n_rows + second.n_rows,)]


def test_what_a_stopped_night_left_is_removed_and_another_home_s_is_not(job: Job, split: Settings, tmp_path: Path) -> None:
    (tmp_path / "another").mkdir()
    discard_jobs(replace(split, home=tmp_path / "another"))
    assert job.folder.is_dir()
    discard_jobs(split)
    assert not job.folder.exists()


def test_a_shared_folder_that_cannot_be_written_to_is_told(taken_home: Path, split: Settings, tmp_path: Path) -> None:
    shutil.copytree(taken_home, split.home)
    (batch,) = night.find_pending(split, FIRST_NEW_DAY)
    (tmp_path / "file").touch()
    with pytest.raises(ResourceError, match="shared folder"):
        export_job(replace(split, shared_folder=tmp_path / "file"), batch)


def test_partitions_of_an_encrypted_home_are_encrypted(taken_home: Path, split: Settings) -> None:
    pytest.importorskip("duckdb_extension_httpfs")
    private = replace(split, key="0123456789abcdef-and-more")
    shutil.copytree(taken_home, private.home)
    encrypt(private, None)
    (batch,) = night.find_pending(private, FIRST_NEW_DAY)
    job = export_job(private, batch)
    result = compute_partition(private, job.refs[0])
    assert {path.read_bytes()[:4] for path in job.folder.rglob("*.parquet")} == {
        b"PARE"
    }  # the mark of a Parquet file whose footer is encrypted
    commit_partitions(private, job, [result], score_of(job))
    with open_warehouse(private) as connection:
        assert connection.execute("SELECT count(*) FROM score.decisions").fetchone() == (result.n_rows,)


def test_partitions_are_as_many_as_memory_or_the_settings_ask_for(settings: Settings) -> None:
    small = replace(settings, chunk_rows=10)
    assert not is_partitioned(small, 1000)
    assert is_partitioned(replace(small, task_runner="dask"), 5)
    assert n_partitions(replace(small, task_runner="dask"), 101) == 11
    assert n_partitions(replace(small, partitions=4), 7) == 4
    assert n_partitions(replace(small, partitions=4), 101) == 11


def test_all_versions_of_an_applicant_share_a_partition_and_partitions_are_even() -> None:
    versions = pl.DataFrame({"application_id": [*range(10_000), *range(100)], "batch_id": [1] * 10_000 + [2] * 100})
    dealt = deal_out(versions, 8)
    assert dealt.group_by("application_id").agg(pl.col("partition_no").n_unique())["partition_no"].max() == 1
    sizes = dealt.group_by("partition_no").len()
    assert sizes.height == 8
    assert sizes["len"].min() > 1100


def test_a_worker_with_another_key_or_other_versions_is_refused(
    job: Job, split: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="key is not the home's"):
        compute_partition(replace(split, key="0123456789abcdef-and-more"), job.refs[0])
    with monkeypatch.context() as patch:
        patch.setattr("tasks.same_software.CODE", "feed" * 4)
        with pytest.raises(VerificationError, match=r"\(code feedfeedfeedfeed\)"):
            compute_partition(split, job.refs[0])
    for name in ("duckdb", "lightgbm", "polars", "numpy"):
        with monkeypatch.context() as patch:
            patch.setitem(same_software._LOADED, name, "9.9.9")
            with pytest.raises(VerificationError, match=rf"{name} 9\.9\.9"):
                compute_partition(split, job.refs[0])


def test_a_worker_that_is_late_leaves_nothing_where_the_job_was(job: Job, split: Settings) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tasks.partitions.write_result", partial(_discarding, job))
        with pytest.raises(FileNotFoundError):
            compute_partition(split, job.refs[0])
    assert not job.folder.exists()


def _discarding(job: Job, *given: Any) -> dict[str, str]:
    discard_job(job)
    return write_result(*given)


def test_a_shared_disk_that_fills_up_leaves_nothing_of_a_delivery(
    taken_home: Path, split: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    shutil.copytree(taken_home, split.home)
    (batch,) = night.find_pending(split, FIRST_NEW_DAY)
    monkeypatch.setattr("tasks.partitions._copy_models", full)
    with pytest.raises(ResourceError, match="No space left") as told:
        export_job(split, batch)
    assert told.value.where == str(split.shared)
    assert [path for path in split.shared.rglob("*") if path.is_file()] == []


def test_a_chunk_whose_frames_are_of_other_applications_is_refused(job: Job, split: Settings) -> None:
    first, second = (compute_partition(split, ref) for ref in job.refs[:2])
    for name in ("features.parquet", "quality.parquet"):
        shutil.copy(job.folder / second.folder / name, job.folder / first.folder / name)
        changed = {**first.files, name: second.files[name]}
        with pytest.raises(VerificationError):
            commit_partitions(split, job, [replace(first, files=changed)], score_of(job))
    assert _decided(split) == [(0,)]
