"""Training: what has arrived is taken in, mature outcomes are joined with features, a model is fitted and registered."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from logging import getLogger

import polars as pl

from schemas.errors import UsageError
from schemas.features import FeatureSet, feature_set
from schemas.manifest import ModelManifest
from schemas.parameters import RetrainParameters
from schemas.policy import Policy, load_policy
from schemas.settings import Settings
from tasks.core.fitting import resolve_parameters
from tasks.core.training import FittedModel, TrainingPlan, fit_model
from tasks.drift import freeze_reference
from tasks.model_files import write_model
from tasks.night import hold_warehouse, publish, recorded_run, take_in
from tasks.progress import OnProgress
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.features import iter_features, observe_levels
from warehouse.registry import (
    has_champion,
    next_model_version,
    record_promotion,
    register_model,
    training_versions,
)

logger = getLogger(__name__)

Say = Callable[[str], None]


@dataclass(frozen=True)
class _Fit:
    """A fitted model with what its drift reference is frozen from."""

    model: FittedModel
    features: FeatureSet
    frame: pl.DataFrame


@dataclass(frozen=True)
class RetrainResult:
    """A registered version: its manifest, whether it became champion at once, and how many deliveries were refused before."""

    manifest: ModelManifest
    is_champion: bool
    n_refused_deliveries: int


def _require_rows(versions: pl.DataFrame, as_of: date, parameters: RetrainParameters) -> None:
    if versions.is_empty():
        raise UsageError(
            f"no application has a mature outcome as of {as_of}",
            expected=f"cohorts received at least {parameters.maturity_days} days earlier, with outcomes delivered by then",
            where="raw.application, raw.outcomes",
            remedy="deliver outcomes, name a later --as-of, or shorten the window with --set maturity_days=N",
        )


def training_frame(
    connection: Connection, features: FeatureSet, versions: pl.DataFrame, chunk_rows: int, on_progress: OnProgress | None
) -> pl.DataFrame:
    """Features and target of the versions: application_id, batch_id, target, then the features; sorted by key."""
    frames, done = [], 0
    for frame in iter_features(connection, features, versions, chunk_rows):
        frames.append(frame)
        done += frame.height
        if on_progress is not None:
            on_progress(done, versions.height, "features")
    keys = ["application_id", "batch_id"]
    target = versions.select(*keys, "target")
    return pl.concat(frames).join(target, on=keys, how="inner", maintain_order="left").select(*keys, "target", *features.names)


def _fit(
    connection: Connection, settings: Settings, as_of: date, parameters: RetrainParameters, policy: Policy, say: Say
) -> _Fit:
    versions = training_versions(
        connection,
        as_of,
        maturity_days=parameters.maturity_days,
        received_from=parameters.received_from,
        received_to=parameters.received_to,
    )
    _require_rows(versions, as_of, parameters)
    levels = observe_levels(connection, int(as_of.strftime("%Y%m%d")) * 100 + 99)
    features = feature_set(levels, policy.protected.columns)
    say(f"{versions.height:,} mature outcomes, {len(features.names)} features")
    frame = training_frame(connection, features, versions, settings.chunk_rows, None)
    plan = TrainingPlan(
        model_version=next_model_version(connection, as_of),
        trained_as_of=as_of,
        feature_set_id=features.feature_set_id,
        levels=levels,
        policy=policy,
        seed=parameters.seed,
        parameters=parameters.parameters,
    )
    return _Fit(fit_model(frame, plan, say), features, frame)


def _register(connection: Connection, settings: Settings, fit: _Fit, policy: Policy) -> bool:
    """Files first, then the registry and the drift reference in one transaction: a version that the registry names has both.

    A folder of this version that is there already is a leftover of a training that was stopped before it was registered.
    """
    fitted = fit.model
    shutil.rmtree(settings.models / fitted.manifest.model_version, ignore_errors=True)
    write_model(settings.models, fitted.manifest, fitted.text)
    with transaction(connection):
        is_first = not has_champion(connection)
        register_model(connection, fitted.manifest)
        freeze_reference(connection, fitted, fit.frame, fit.features, policy)
        if is_first:
            reason = "first model of this home"
            record_promotion(connection, fitted.manifest.model_version, kind="bootstrap", approved_by="bootstrap", reason=reason)
    return is_first


def retrain(
    settings: Settings,
    as_of: date,
    parameters: RetrainParameters,
    *,
    say: Say = logger.info,
    on_progress: OnProgress | None = None,
) -> RetrainResult:
    """Ingests, fits a candidate on the cohorts mature at `as_of`, and registers it; the first of a home becomes champion.

    Raises:
        UsageError: too few mature outcomes, or an unknown parameter.
        VerificationError: the policy file differs from the policy in force.
    """
    policy = load_policy(settings.policy_file)
    resolve_parameters(parameters.parameters, n_rows=0)  # a parameter that does not exist is told before anything is read
    with hold_warehouse(settings), recorded_run(settings, "retrain", as_of) as run, open_warehouse(settings) as connection:
        run.deliveries = take_in(settings, as_of, on_progress)
        fit = _fit(connection, settings, as_of, parameters, policy, say)
        is_champion = _register(connection, settings, fit, policy)
        publish(settings, run.run_id, as_of)
    return RetrainResult(fit.model.manifest, is_champion, run.n_refused_deliveries)
