"""MLflow follows the registry: one run per candidate, the versions as plain files, the aliases champion and challenger.

Nothing that scores imports this module, and what it registers is never read back: the version's folder is the model.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pydantic import ValidationError

from reports.figures import svg_document
from reports.files import write_document
from reports.html import Markup
from reports.model_card import CARD_MARKDOWN, CARD_PAGE, FIGURE_FOLDER
from reports.model_figures import candidate_figures, model_figures
from schemas.errors import VerificationError
from schemas.manifest import MANIFEST_FILE, MODEL_FILE
from schemas.outbox import RegisteredVersion
from schemas.settings import Settings
from schemas.training_record import RECORD_FILE, TrainingRecord
from tasks.core.run_content import CHOSEN, RunContent, manifest_content, run_contents
from tasks.mlflow_store import NAME, Store, open_store
from tasks.model_files import read_model

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

_ALIASES = ("champion", "challenger")
_CARD = (CARD_PAGE, CARD_MARKDOWN)
_FILES = (MODEL_FILE, MANIFEST_FILE, RECORD_FILE, *_CARD)

#: By which a version and its runs are found again.
_SHA256_TAG, _VERSION_TAG = "loanwatch_sha256", "loanwatch_version"

#: What MLflow takes in one call, and of one text.
_BATCH_METRICS, _BATCH_OTHERS, _LONGEST_TEXT = 1000, 100, 5000


def bring_along(settings: Settings, versions: Sequence[RegisteredVersion]) -> dict[str, str]:
    """Brings MLflow to the registry's truth: versions that it lacks from their folders, then the aliases.

    What is there already stays as it is, so that doing it twice changes nothing. Only files that are those of the registry
    are shown; a champion whose files are not has no alias, rather than a wrong one.

    Returns:
        Version to the class of what went wrong, for those that could not be brought along.

    Raises:
        TrackingError: MLflow refuses.
    """
    failures: dict[str, str] = {}
    with open_store(settings) as store:
        known = _known_versions(store)
        for version in versions:
            if version.sha256 in known:
                continue
            try:
                known[version.sha256] = _register(store, version, settings.models / version.model_version)
            except VerificationError as error:
                failures[version.model_version] = type(error).__name__
        _set_aliases(store, versions, known)
        _renew_cards(store, settings, versions, known)
    return failures


def _known_versions(store: Store) -> dict[str, ModelVersion]:
    """MLflow's versions by the hash of the registry; those whose files stand outside this home's folder do not count."""
    if not store.client.search_registered_models(f"name = '{NAME}'"):
        told = "Follows the registry of Loanwatch, which is the truth. Files only: nothing here is loaded for scoring."
        store.client.create_registered_model(NAME, description=told)
    found = store.client.search_model_versions(f"name = '{NAME}'")
    return {
        version.tags[_SHA256_TAG]: version
        for version in found
        if _SHA256_TAG in version.tags and (store.artifacts is None or str(version.source).startswith(f"{store.artifacts}/"))
    }


def _register(store: Store, version: RegisteredVersion, folder: Path) -> ModelVersion:
    """One run per candidate, and the version from the files of the one that may become champion."""
    manifest = read_model(folder, version.sha256).manifest
    record = _record(folder)
    contents = [manifest_content(manifest)] if record is None else run_contents(record)
    runs = {content.candidate: _run(store, version, content, _figures(record, content), folder) for content in contents}
    run = store.client.get_run(runs[CHOSEN])
    tags = {_VERSION_TAG: version.model_version, _SHA256_TAG: version.sha256}
    return store.client.create_model_version(NAME, f"{run.info.artifact_uri}/model", run.info.run_id, tags=tags)


def _record(folder: Path) -> TrainingRecord | None:
    """The record of the training; None for a version from before trainings were recorded. Raises VerificationError."""
    file = folder / RECORD_FILE
    if not file.exists():
        return None
    try:
        record = TrainingRecord.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise VerificationError(f"{RECORD_FILE} has {error.error_count()} fault(s)", where=str(file)) from None
    if record.model_version != folder.name:
        raise VerificationError(f"{RECORD_FILE} is that of version {record.model_version}", where=str(file))
    if CHOSEN not in {candidate.name for candidate in record.candidates}:
        raise VerificationError(f"{RECORD_FILE} names no candidate {CHOSEN}", where=str(file))
    return record


def _figures(record: TrainingRecord | None, content: RunContent) -> Mapping[str, Markup]:
    if record is None:
        return {}
    return model_figures(record) if content.candidate == CHOSEN else candidate_figures(record.candidate(content.candidate))


def _run(store: Store, version: RegisteredVersion, content: RunContent, figures: Mapping[str, Markup], folder: Path) -> str:
    """The candidate's run, found again or made; one that was not finished is made anew."""
    where = f"tags.{_SHA256_TAG} = '{version.sha256}' and tags.candidate = '{content.candidate}'"
    for run in store.client.search_runs([store.experiment_id], where):
        if run.info.status == "FINISHED":
            return str(run.info.run_id)
        store.client.delete_run(run.info.run_id)
    name = f"{version.model_version} {content.candidate}"
    made = store.client.create_run(store.experiment_id, run_name=name, tags=_tags(version, content))
    run_id = str(made.info.run_id)
    _log_values(store, run_id, content)
    _log_files(store, run_id, figures, folder if content.candidate == CHOSEN else None)
    store.client.set_terminated(run_id, "FINISHED")
    return run_id


def _tags(version: RegisteredVersion, content: RunContent) -> dict[str, str]:
    told = {name: value[:_LONGEST_TEXT] for name, value in content.tags.items()}
    return {**told, _VERSION_TAG: version.model_version, _SHA256_TAG: version.sha256}


def _log_values(store: Store, run_id: str, content: RunContent) -> None:
    from mlflow.entities import Metric, Param

    now = int(time.time() * 1000)
    metrics = [Metric(name, value, now, step) for name, value, step in content.metrics]
    parameters = [Param(name, value[:_LONGEST_TEXT]) for name, value in content.parameters.items()]
    for start in range(0, len(metrics), _BATCH_METRICS):
        store.client.log_batch(run_id, metrics=metrics[start : start + _BATCH_METRICS])
    for start in range(0, len(parameters), _BATCH_OTHERS):
        store.client.log_batch(run_id, params=parameters[start : start + _BATCH_OTHERS])


def _log_files(store: Store, run_id: str, figures: Mapping[str, Markup], folder: Path | None) -> None:
    if figures:
        with TemporaryDirectory(prefix="loanwatch-") as scratch:
            for name, figure in figures.items():
                write_document(Path(scratch) / f"{name}.svg", svg_document(figure))
            store.client.log_artifacts(run_id, scratch, FIGURE_FOLDER)
    if folder is not None:
        _log_present(store, run_id, folder, _FILES)


def _log_present(store: Store, run_id: str, folder: Path, names: Sequence[str]) -> None:
    for file in (folder / name for name in names):
        if file.exists():
            store.client.log_artifact(run_id, str(file), "model")


def _set_aliases(store: Store, versions: Sequence[RegisteredVersion], known: Mapping[str, ModelVersion]) -> None:
    standing = store.client.get_registered_model(NAME).aliases
    for alias in _ALIASES:
        wanted = next((known[item.sha256].version for item in versions if item.role == alias and item.sha256 in known), None)
        if wanted is None and alias in standing:
            store.client.delete_registered_model_alias(NAME, alias)
        elif wanted is not None and str(standing.get(alias)) != str(wanted):
            store.client.set_registered_model_alias(NAME, alias, wanted)


def _renew_cards(
    store: Store, settings: Settings, versions: Sequence[RegisteredVersion], known: Mapping[str, ModelVersion]
) -> None:
    """A gate writes its comparison into the card after the version was registered; the copies of those in play follow."""
    for item in versions:
        if item.role in _ALIASES and item.sha256 in known:
            _log_present(store, str(known[item.sha256].run_id), settings.models / item.model_version, _CARD)
