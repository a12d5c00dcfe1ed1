"""MLflow follows the registry: runs, versions and aliases are brought to its truth, and its failures stay its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reports.model_card import write_model_card
from schemas.manifest import ModelManifest
from schemas.settings import Settings
from schemas.training_record import RECORD_FILE, TrainingRecord
from tasks.follow import follow
from tasks.model_files import write_model
from tests.conftest import settings_of
from tests.model_rows import fitted
from tests.training_records import record
from warehouse.connection import open_warehouse, transaction
from warehouse.outbox import enqueue, waiting_topics
from warehouse.registry import record_promotion, register_model

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

OLD, NEW = "m-2026-02-01-01", "m-2026-02-01-02"
CANDIDATES = {"dummy", "logistic", "lightgbm"}


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def _told(version: str) -> TrainingRecord:
    """A training of three candidates: as many runs as it takes to tell them apart."""
    return record(model_version=version, candidates=[item for item in record().candidates if item.name in CANDIDATES])


def _manifest(version: str) -> ModelManifest:
    return fitted().manifest.model_copy(update={"model_version": version})


def _register(settings: Settings, version: str, *, is_recorded: bool) -> None:
    manifest = _manifest(version)
    with open_warehouse(settings):
        pass  # a home that has models and no warehouse has lost it, and is refused
    folder = write_model(settings.models, manifest, fitted().text)
    if is_recorded:
        told = _told(version)
        (folder / RECORD_FILE).write_text(told.canonical(), encoding="utf-8")
        write_model_card(folder, told, manifest, None, OLD)
    with open_warehouse(settings) as connection, transaction(connection):
        register_model(connection, manifest)
        enqueue(connection, "mlflow", "version", version, {})


def _promote(settings: Settings, version: str, kind: str) -> None:
    with open_warehouse(settings) as connection, transaction(connection):
        record_promotion(connection, version, kind=kind, approved_by="Bo", reason="r")  # type: ignore[arg-type]
        enqueue(connection, "mlflow", "aliases", version, {})


@pytest.fixture(scope="module")
def followed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A champion from before trainings were recorded and a recorded challenger, brought along; tests that change it copy it."""
    settings = settings_of(tmp_path_factory.mktemp("followed") / "home")
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    _register(settings, OLD, is_recorded=False)
    _promote(settings, OLD, "bootstrap")
    _register(settings, NEW, is_recorded=True)
    (report,) = follow(settings)
    assert (report.topic, report.n_delivered, report.n_pending, report.error) == ("mlflow", 3, 0, None)
    return settings.home


def _client(home: Path) -> MlflowClient:
    from mlflow import MlflowClient

    address = f"sqlite:///{home / 'mlflow' / 'mlflow.db'}"
    return MlflowClient(tracking_uri=address, registry_uri=address)


def _aliases(home: Path) -> dict[str, str]:
    """Alias to Loanwatch's version, as MLflow has it."""
    client = _client(home)
    standing = client.get_registered_model("loanwatch").aliases
    return {alias: client.get_model_version("loanwatch", number).tags["loanwatch_version"] for alias, number in standing.items()}


def _roles(home: Path) -> dict[str, str]:
    """The same as analysts see it."""
    with open_warehouse(settings_of(home)) as connection:
        found = connection.execute("SELECT role, model_version FROM marts.models WHERE role <> 'retired'").fetchall()
    return dict(found)


def _runs(home: Path, version: str) -> dict[str, Run]:
    client = _client(home)
    experiment = client.get_experiment_by_name("loanwatch")
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id], f"tags.model_version = '{version}'")
    return {run.data.tags["candidate"]: run for run in found}


def test_aliases_say_what_marts_models_says(followed_home: Path) -> None:
    assert _aliases(followed_home) == _roles(followed_home) == {"champion": OLD, "challenger": NEW}


def test_each_candidate_has_one_finished_run_with_its_figures(followed_home: Path) -> None:
    runs = _runs(followed_home, NEW)
    assert set(runs) == CANDIDATES
    assert {run.info.status for run in runs.values()} == {"FINISHED"}
    told = _told(NEW)
    for name, run in runs.items():
        auc = told.candidate(name).holdout.figures["auc"]
        metrics = run.data.metrics
        found = [metrics[key] for key in ("holdout_auc", "holdout_auc_lower", "holdout_auc_upper")]
        assert found == [auc.value, auc.lower, auc.upper]
    assert "holdout_calibration_slope" not in runs["dummy"].data.metrics, "what has no value is absent, not 0"
    tags = runs["lightgbm"].data.tags
    assert (tags["requested_by"], tags["reason"], tags["data_sha256"]) == (told.requested_by, told.reason, told.data_sha256)
    assert set(_runs(followed_home, OLD)) == {"lightgbm"}


def test_a_version_is_registered_from_plain_files_and_no_pickle(followed_home: Path) -> None:
    run = _runs(followed_home, NEW)["lightgbm"]
    files = {item.path for item in _client(followed_home).list_artifacts(run.info.run_id, "model")}
    assert files == {f"model/{name}" for name in ("model.txt", "manifest.json", "training.json", "card.html", "card.md")}
    figures = _client(followed_home).list_artifacts(run.info.run_id, "figures")
    assert {Path(item.path).suffix for item in figures} == {".svg"}
    assert len(figures) == 8
    copied = followed_home / "mlflow" / "artifacts" / run.info.run_id / "artifacts" / "model" / "model.txt"
    assert copied.read_bytes() == (followed_home / "models" / NEW / "model.txt").read_bytes()


def test_following_twice_changes_nothing_and_a_lost_answer_makes_no_second_run(followed_home: Path) -> None:
    before = {name: run.info.run_id for name, run in _runs(followed_home, NEW).items()}
    with open_warehouse(settings_of(followed_home)) as connection:
        enqueue(connection, "mlflow", "version", NEW, {})
    (report,) = follow(settings_of(followed_home))
    assert (report.n_delivered, report.error) == (1, None)
    assert {name: run.info.run_id for name, run in _runs(followed_home, NEW).items()} == before
    assert len(_client(followed_home).search_model_versions("name = 'loanwatch'")) == 2
    assert follow(settings_of(followed_home)) == []


def test_a_promotion_moves_the_aliases_and_a_copied_home_keeps_its_files_to_itself(followed_home: Path, home: Path) -> None:
    shutil.copytree(followed_home, home)
    settings = settings_of(home)
    n_files = len(list((followed_home / "mlflow" / "artifacts").rglob("*")))
    _promote(settings, NEW, "promotion")
    (report,) = follow(settings)
    assert report.error is None
    assert _aliases(home) == _roles(home) == {"champion": NEW}
    assert len(list((followed_home / "mlflow" / "artifacts").rglob("*"))) == n_files
    sources = {version.source for version in _client(home).search_model_versions("name = 'loanwatch'")}
    assert sum(str(source).startswith((home / "mlflow").as_uri()) for source in sources) == 2


def test_a_run_that_was_not_finished_is_made_anew_and_the_others_are_kept(followed_home: Path) -> None:
    client, before = _client(followed_home), {name: run.info.run_id for name, run in _runs(followed_home, NEW).items()}
    client.update_run(before["lightgbm"], status="RUNNING")
    number = next(v.version for v in client.search_model_versions("name = 'loanwatch'") if v.run_id == before["lightgbm"])
    client.delete_model_version("loanwatch", number)
    with open_warehouse(settings_of(followed_home)) as connection:
        enqueue(connection, "mlflow", "version", NEW, {})
    (report,) = follow(settings_of(followed_home))
    assert report.error is None
    made = _runs(followed_home, NEW)
    assert {name for name, run in made.items() if run.info.run_id != before[name]} == {"lightgbm"}
    assert made["lightgbm"].info.status == "FINISHED"
    assert _aliases(followed_home) == _roles(followed_home)


def test_files_that_are_not_the_registered_ones_are_not_shown_and_the_others_are(followed_home: Path, home: Path) -> None:
    shutil.copytree(followed_home, home)
    settings = settings_of(home)
    _register(settings, "m-2026-02-01-03", is_recorded=False)
    _register(settings, "m-2026-02-01-04", is_recorded=False)
    (settings.models / "m-2026-02-01-03" / "model.txt").write_text("tree", encoding="utf-8")
    (report,) = follow(settings)
    assert (report.n_delivered, report.n_pending, report.error) == (1, 1, "VerificationError")
    shown = {v.tags["loanwatch_version"] for v in _client(home).search_model_versions("name = 'loanwatch'")}
    assert shown == {OLD, NEW, "m-2026-02-01-04"}
    assert report.line == "MLflow: 1 still to be brought along (VerificationError); the next run tries again"


def test_a_server_that_is_down_leaves_it_pending_and_does_not_fail_the_caller(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://someone:s3cr3t@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    _register(settings, OLD, is_recorded=False)
    (report,) = follow(settings)
    assert (report.n_delivered, report.n_pending, report.error) == (0, 1, "MlflowException")
    with open_warehouse(settings) as connection:
        (waiting,) = waiting_topics(connection)
    assert (waiting.n_attempts, waiting.last_error) == (1, "MlflowException")
    assert "s3cr3t" not in caplog.text
    assert not (settings.home / "mlflow").exists()


def test_with_nothing_pending_mlflow_is_not_imported(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    program = "import sys; from schemas.settings import read_settings; from tasks.follow import follow; "
    program += "assert follow(read_settings()) == []; print('mlflow' in sys.modules, 'prefect' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout.split() == ["False", "False"]
