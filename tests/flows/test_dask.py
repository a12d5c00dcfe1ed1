"""Nights on a Dask cluster: the same warehouse, also where a worker dies; and trees that grow on several workers."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from schemas.errors import ResourceError, UsageError
from schemas.parameters import RetrainParameters
from schemas.settings import Settings, read_settings
from tasks.core.encoding import Encoding, TextCodes
from tasks.core.fitting import Recipe, fit_trees, resolve_parameters
from tasks.core.folds import is_held_out
from tasks.core.imbalance import Sample
from tasks.retrain import retrain
from tasks.task_runners import task_runner
from tests.contents import warehouse_hashes
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY, NEW_PER_DAY, QUICK
from tests.flows.nights import run_night, stored

distributed = pytest.importorskip("distributed")
pytest.importorskip("prefect_dask")

PARTS = 6
WORKERS = 2


@pytest.fixture
def in_partitions(small_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a night in partitions; where they lie."""
    monkeypatch.setenv("LOANWATCH_PARTITIONS", str(PARTS))
    monkeypatch.setenv("LOANWATCH_WORKERS", str(WORKERS))
    monkeypatch.setenv("LOANWATCH_MEMORY_LIMIT", "500MB")
    monkeypatch.setenv("LOANWATCH_SHARED", str(tmp_path / "shared"))
    return tmp_path / "shared"


@pytest.fixture
def expected(decided_home: Path, settings: Settings) -> dict[str, str]:
    """What one process leaves of the same two days."""
    return warehouse_hashes(replace(settings, home=decided_home))


@pytest.mark.usefixtures("prefect_server")
def test_a_night_on_threads_leaves_what_one_process_leaves(
    in_partitions: Path, settings: Settings, expected: dict[str, str]
) -> None:
    summary = run_night()
    assert [score.n_scored for score in summary.scores] == [NEW_PER_DAY, NEW_PER_DAY]
    assert warehouse_hashes(settings) == expected
    assert [path for path in in_partitions.rglob("*") if path.is_file()] == []


@pytest.mark.dask
@pytest.mark.usefixtures("prefect_server")
def test_a_night_on_dask_leaves_what_one_process_leaves(
    in_partitions: Path, settings: Settings, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOANWATCH_TASK_RUNNER", "dask")
    monkeypatch.setenv("LOANWATCH_WORKERS", "1")
    assert run_night().n_scored == 2 * NEW_PER_DAY
    assert warehouse_hashes(settings) == expected


@pytest.fixture
def cluster(in_partitions: Path) -> Iterator[Any]:
    """Two worker processes of this machine."""
    options = {"n_workers": WORKERS, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with distributed.LocalCluster(**options) as made:
        yield made


def _one_is_done(shared: Path) -> bool:
    with suppress(FileNotFoundError):  # a folder may be gone while one looks
        return any(shared.rglob("results/*"))
    return False


Killed = list[tuple[int, int]]


def _kill_a_worker(cluster: Any, is_due: Callable[[Any], bool], over: threading.Event, killed: Killed) -> None:
    """Ends the process of the first worker that is due; notes its id and how many pieces of work it had."""
    while not over.wait(0.005):
        for worker in list(cluster.scheduler.workers.values()):
            if is_due(worker):
                pid = next(nanny.pid for nanny in cluster.workers.values() if nanny.worker_address == worker.address)
                killed.append((pid, len(worker.processing)))
                os.kill(pid, signal.SIGKILL)
                return


@contextmanager
def _one_killed(cluster: Any, is_due: Callable[[Any], bool]) -> Iterator[Killed]:
    """One worker dies meanwhile, if one is due; which, is known afterwards."""
    killed: Killed = []
    over = threading.Event()
    watcher = threading.Thread(target=_kill_a_worker, args=(cluster, is_due, over, killed))
    watcher.start()
    try:
        yield killed
    finally:
        over.set()
        watcher.join()


@pytest.mark.dask
@pytest.mark.usefixtures("prefect_server")
def test_a_worker_that_is_killed_during_the_night_costs_nothing_but_time(
    cluster: Any, in_partitions: Path, settings: Settings, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOANWATCH_TASK_RUNNER", "dask")
    monkeypatch.setenv("LOANWATCH_DASK_SCHEDULER", cluster.scheduler_address)
    with _one_killed(cluster, lambda worker: worker.processing and _one_is_done(in_partitions)) as killed:
        summary = run_night(LAST_NEW_DAY)
    ((_, n_lost),) = killed
    assert n_lost > 0
    assert summary.n_scored == 2 * NEW_PER_DAY
    assert warehouse_hashes(settings) == expected
    assert [path for path in in_partitions.rglob("*") if path.is_file()] == []


def _sample(n: int) -> Sample:
    random = np.random.default_rng(1)
    matrix = random.normal(size=(n, 8))
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    risk = np.nan_to_num(matrix[:, 0]) + np.nan_to_num(matrix[:, 1]) - 2.0
    return Sample(matrix, (random.random(n) < 1 / (1 + np.exp(-risk))).astype(np.float64))


@pytest.mark.dask
def test_trees_grow_on_several_workers_nearly_as_on_one(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.metrics import roc_auc_score

    from tasks.distributed_training import cluster_grower

    monkeypatch.setenv("LOANWATCH_DASK_SCHEDULER", cluster.scheduler_address)
    encoding = Encoding(tuple(f"F{number}" for number in range(8)), TextCodes({}, {}))
    sample, recipe = _sample(3000), Recipe(resolve_parameters({"learning_rate": 0.2}, 3000), 7)
    (tmp_path / "parts").mkdir()
    grower = cluster_grower(read_settings(), tmp_path / "parts")
    one, several = (fit_trees(encoding, sample, recipe, 20, lambda _: None, who) for who in (None, grower))
    assert several.feature_name() == list(encoding.names)
    assert several.num_trees() == 20
    assert "127.0.0.1" not in several.model_to_string()
    aucs = [roc_auc_score(sample.target, model.predict(sample.matrix)) for model in (one, several)]
    assert aucs[1] == pytest.approx(aucs[0], abs=0.02)


@pytest.mark.dask
@pytest.mark.parametrize("work", ["_matrix", "_train_part"])  # while its part is read; while trees grow, in LightGBM's own task
def test_a_worker_that_dies_during_a_training_ends_it(
    work: str, cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.distributed_training import cluster_grower

    monkeypatch.setenv("LOANWATCH_DASK_SCHEDULER", cluster.scheduler_address)
    encoding, parameters = Encoding(tuple(f"F{number}" for number in range(8)), TextCodes({}, {})), {"learning_rate": 0.01}
    (tmp_path / "parts").mkdir()
    grower = cluster_grower(read_settings(), tmp_path / "parts")
    with (
        pytest.raises(ResourceError, match="the Dask cluster does not compute"),
        _one_killed(cluster, lambda worker: any(work in str(task.key) for task in list(worker.processing))) as killed,
    ):
        fit_trees(encoding, _sample(3000), Recipe(resolve_parameters(parameters, 3000), 7), 20_000, lambda _: None, grower)
    assert len(killed) == 1


@pytest.mark.dask
def test_the_final_trees_see_rows_that_never_were_in_one_memory(
    cluster: Any, settings: Settings, in_partitions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOANWATCH_DASK_SCHEDULER", cluster.scheduler_address)
    monkeypatch.setenv("LOANWATCH_CHUNK_ROWS", "100")
    given = {**QUICK.model_dump(), "distributed": True, "rows_in_memory": 400}
    result = retrain(read_settings(), FIRST_NEW_DAY, RetrainParameters.model_validate(given))
    assert result.manifest is not None
    manifest = result.manifest
    ids = stored(settings, "SELECT SK_ID_CURR FROM raw.outcomes_v1")
    n_held_out = int(is_held_out(np.array(ids)[:, 0]).sum())
    assert 0 < manifest.n_rows + manifest.n_holdout <= 400
    on_the_cluster = int(manifest.parameters["rows_only_on_the_cluster"])
    assert manifest.n_rows + on_the_cluster == len(ids) - n_held_out
    leaves = re.findall(r"^leaf_count=(.*)$", (settings.models / manifest.model_version / "model.txt").read_text(), re.MULTILINE)
    assert max(sum(map(int, counts.split())) for counts in leaves) > manifest.n_rows
    assert [path for path in in_partitions.rglob("*") if path.is_file()] == []


def test_dask_without_its_packages_is_told_with_the_extra_that_brings_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schemas.extras.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"loanwatch\[dask\]"):
        task_runner(replace(settings, task_runner="dask"))
