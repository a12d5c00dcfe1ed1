"""Training: what arrived is taken in, mature outcomes are joined with features, candidates are fitted, LightGBM is registered."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from logging import getLogger
from pathlib import Path

from schemas.manifest import ModelManifest
from schemas.parameters import RetrainParameters
from schemas.policy import Policy, load_policy
from schemas.settings import Settings
from schemas.training_record import RECORD_FILE, TrainingRecord
from tasks.comparison import write_card
from tasks.core.candidates import require_available
from tasks.core.fitting import resolve_parameters
from tasks.core.training import FittedModel, TrainingOutcome, fit_candidates
from tasks.core.training_plan import TrainingPlan, plan_of
from tasks.dask_cluster import require_dask
from tasks.distributed_training import cluster_grower
from tasks.drift import freeze_reference
from tasks.model_files import write_model
from tasks.night import hold_warehouse, publish, recorded_run, take_in
from tasks.progress import OnProgress
from tasks.shared_storage import training_folder
from tasks.training_data import TrainingData, read_training_data
from tasks.training_record import build_record
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.correlation import correlations
from warehouse.outbox import enqueue
from warehouse.registry import has_champion, next_model_version, record_promotion, register_model
from warehouse.scores import ensure_features_table
from warehouse.trainings import record_candidates, record_training, training_by_request, write_holdout_scores

logger = getLogger(__name__)

#: How long a fitted model waits for a night to end before it is given up.
PATIENCE_SECONDS = 4 * 3600.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class RetrainResult:
    """A registered version, whether it is the first champion, and how many deliveries were refused before.

    `record` is None where the same request had been answered before.
    """

    model_version: str
    is_champion: bool
    record: TrainingRecord | None = None
    manifest: ModelManifest | None = None
    n_refused_deliveries: int = 0


@dataclass(frozen=True)
class _Job:
    """What a training is asked for, from the first look at the warehouse to the registry."""

    settings: Settings
    as_of: date
    parameters: RetrainParameters
    policy: Policy
    request_id: str | None
    say: Say


def retrain(
    settings: Settings,
    as_of: date,
    parameters: RetrainParameters,
    *,
    request_id: str | None = None,
    say: Say = logger.info,
    on_progress: OnProgress | None = None,
) -> RetrainResult:
    """Ingests, fits candidates on the cohorts mature at `as_of`, and registers LightGBM's; the first of a home becomes champion.

    The warehouse is held while rows are read and while the model is registered, not while it is fitted: a night may run
    meanwhile. A `request_id` that has been answered gives the same version again, without another training.

    Raises:
        UsageError: too few mature outcomes, an unknown parameter, a leaky feature.
        VerificationError: the policy file differs from the policy in force.
    """
    job = _Job(settings, as_of, parameters, load_policy(settings.policy_file), request_id, say)
    require_available(parameters.candidates)  # what cannot be is told before anything is read
    resolve_parameters(parameters.parameters, n_rows=0)
    if parameters.distributed:
        require_dask()
    with open_warehouse(settings) as connection:
        answered = training_by_request(connection, request_id) if request_id else None
    if answered is not None:
        return _answered(settings, as_of, answered)
    patient = replace(settings, lock_wait_seconds=max(settings.lock_wait_seconds, PATIENCE_SECONDS))
    place = training_folder(settings) if parameters.distributed else nullcontext(settings.scratch)
    with place as folder, recorded_run(patient, "retrain", as_of) as run:
        with hold_warehouse(settings), open_warehouse(settings) as connection:
            run.deliveries = take_in(settings, as_of, on_progress)
            data = read_training_data(connection, settings, as_of, parameters, job.policy, on_progress, folder)
            provisional = next_model_version(connection, as_of)
        say(f"{data.frame.height:,} mature outcomes, {len(data.features.names)} features")
        outcome = fit_candidates(data.frame, _plan(job, data, provisional, folder), say)
        with hold_warehouse(patient), open_warehouse(settings) as connection:
            result = _register(connection, job, data, outcome, run.run_id)
            write_card(settings, result.model_version)
            publish(settings, run.run_id, as_of)
    return replace(result, n_refused_deliveries=run.n_refused_deliveries)


def _answered(settings: Settings, as_of: date, version: str) -> RetrainResult:
    """What the same request gave before; card and snapshot are made again, for it may have been cut short after the registry."""
    with hold_warehouse(settings), recorded_run(settings, "retrain", as_of) as run:
        write_card(settings, version)
        publish(settings, run.run_id, as_of)
        return RetrainResult(version, is_champion=_is_first_champion(settings, version))


def _is_first_champion(settings: Settings, version: str) -> bool:
    with open_warehouse(settings) as connection:
        row = connection.execute(
            "SELECT count(*) FROM registry.promotions_v1 WHERE kind = 'bootstrap' AND model_version = $version",
            {"version": version},
        ).fetchone()
    return row is not None and row[0] > 0


def _plan(job: _Job, data: TrainingData, version: str, folder: Path) -> TrainingPlan:
    return plan_of(
        job.parameters,
        model_version=version,
        trained_as_of=job.as_of,
        feature_set_id=data.features.feature_set_id,
        levels=data.levels,
        policy=job.policy,
        correlate=correlations,
        storage=job.settings.scratch / "searches.db",
        descriptions={feature.name: feature.description for feature in data.features.features},
        grower=cluster_grower(job.settings, folder, data.parts) if job.parameters.distributed else None,
    )


def _numbered(fitted: FittedModel, version: str) -> FittedModel:
    """The fitted model under its final number: another training may have been registered while this one was fitted."""
    if fitted.manifest.model_version == version:
        return fitted
    manifest = fitted.manifest.model_copy(update={"model_version": version})
    return FittedModel(fitted.text, manifest, fitted.out_of_fold, fitted.holdout)


def _write_files(models: Path, fitted: FittedModel, record: TrainingRecord) -> str:
    """Model, manifest and record in the version's folder; returns the record's hash.

    A folder of this version that is there already is a leftover of a training that was stopped before it was registered.
    """
    folder = models / fitted.manifest.model_version
    shutil.rmtree(folder, ignore_errors=True)
    write_model(models, fitted.manifest, fitted.text)
    text = record.canonical()
    (folder / RECORD_FILE).write_text(text, encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


def _register(connection: Connection, job: _Job, data: TrainingData, outcome: TrainingOutcome, run_id: str) -> RetrainResult:
    """Files first, then registry, record, hold-out scores and drift reference in one transaction: a version has all or none."""
    version = next_model_version(connection, job.as_of)
    fitted = _numbered(outcome.fitted, version)
    record = build_record(connection, job.as_of, job.parameters, job.policy, outcome, fitted)
    record_sha256 = _write_files(job.settings.models, fitted, record)
    is_first = not has_champion(connection)
    if is_first:
        ensure_features_table(connection, data.features)
    with transaction(connection):
        register_model(connection, fitted.manifest)
        enqueue(connection, "event", "registered", version, {"who": record.requested_by, "why": record.reason})
        enqueue(connection, "mlflow", "version", version, {})
        record_training(
            connection,
            request_id=job.request_id or run_id,
            model_version=version,
            requested_by=record.requested_by,
            reason=job.parameters.reason,
            parameters=job.parameters,
            record_sha256=record_sha256,
        )
        record_candidates(connection, version, record.candidates)
        write_holdout_scores(connection, version, fitted.holdout)
        freeze_reference(connection, fitted, data.frame, data.features, job.policy)
        if is_first:
            reason = "first model of this home"
            record_promotion(connection, version, kind="bootstrap", approved_by="bootstrap", reason=reason)
    return RetrainResult(version, is_first, record, fitted.manifest)
