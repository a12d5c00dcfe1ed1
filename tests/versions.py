"""Registered versions with their files, references, hold-outs and gates, made without a training; for tests of promotion."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from schemas.features import feature_set
from schemas.gate import GateComparison, GateFinding, GateResult, Verdict
from schemas.manifest import Calibration, ModelManifest
from schemas.parameters import RetrainParameters
from schemas.policy import Policy
from schemas.settings import Settings
from schemas.training_record import Figure
from tasks.gate import KEYS, next_champion_and_policy
from tasks.model_files import write_model
from tasks.versions import read_version
from tests.conftest import settings_of
from tests.drift_support import freeze
from tests.model_rows import fitted, policy, training_frame
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.drift_references import model_reference, read_reference_scores, write_reference, write_reference_scores
from warehouse.gates import record_gate
from warehouse.registry import (
    next_model_version,
    record_promotion,
    register_model,
    register_policy,
    registered_model,
    training_versions,
)
from warehouse.trainings import record_training, write_holdout_scores

TRAINED_AS_OF = date(2026, 2, 1)
REQUESTER, APPROVER = "A. Analyst", "R. Meyer"


def _enter(connection: Connection, settings: Settings, manifest: ModelManifest, text: str, parameters: RetrainParameters) -> str:
    """Files, registry and training of a version."""
    version = manifest.model_version
    write_model(settings.models, manifest, text)
    register_model(connection, manifest)
    record_training(
        connection,
        request_id=f"request of {version}",
        model_version=version,
        requested_by=REQUESTER,
        reason="test",
        parameters=parameters,
        record_sha256="0" * 64,
    )
    return version


def add_version(connection: Connection, settings: Settings, *, times: float = 1.0) -> str:
    """A version in a home without deliveries; its threshold is that of the invented model, times so much."""
    features = feature_set({}, policy().protected.columns)
    changes: dict[str, object] = {
        "model_version": next_model_version(connection, TRAINED_AS_OF),
        "feature_set_id": features.feature_set_id,
        "policy_sha256": policy().sha256,
        "threshold": fitted().manifest.threshold * times,
    }
    manifest = fitted().manifest.model_copy(update=changes)
    _enter(connection, settings, manifest, fitted().text, RetrainParameters())
    freeze_references(connection, manifest.model_version, policy())
    return manifest.model_version


def freeze_references(connection: Connection, version: str, rules: Policy) -> None:
    """Invented references of a version of this home, the one under the policy given included."""
    freeze(connection, version, training_frame(200).select(fitted().manifest.input_names), rules)


def add_gate(connection: Connection, version: str, verdict: Verdict = "pass") -> int:
    """A gate of that verdict against the champion of the moment."""
    champion, policy = next_champion_and_policy(connection)
    figure = Figure(value=0.0, lower=-0.01, upper=0.005)
    comparison = GateComparison(
        n_rows=2000,
        n_bad=160,
        auc_challenger=0.75,
        auc_champion=0.75,
        auc_difference=figure,
        cost_challenger=0.5,
        cost_champion=0.5,
        cost_difference=figure,
        calibration_slope=Figure(value=1.0),
        calibration_ratio=Figure(value=1.0),
        fairness=[],
        findings=[GateFinding(rule="auc", verdict=verdict, expected="at most 0.003 lower", found="0.0000 lower")],
        verdict=verdict,
    )
    result = GateResult(
        model_version=version, champion_version=champion.model_version, policy_sha256=policy.sha256, comparison=comparison
    )
    return record_gate(connection, result)


def line_of_versions(settings: Settings, n: int = 2) -> list[str]:
    """A home with so many versions: the first is champion, each of the others has passed the gate against it."""
    original = _original(n)
    shutil.copytree(original, settings.home)
    return sorted(folder.name for folder in settings.models.iterdir())


@cache
def _original(n: int) -> Path:
    """Made once in a session; tests get copies."""
    folder = Path(tempfile.mkdtemp(prefix="loanwatch-versions-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = settings_of(folder / "home")
    with open_warehouse(settings) as connection:
        register_policy(connection, policy(), kind="bootstrap", applied_by="test", reason="first")
        versions = [add_version(connection, settings, times=1.0 + number / 10) for number in range(n)]
        record_promotion(connection, versions[0], kind="bootstrap", approved_by="bootstrap", reason="first")
        for version in versions[1:]:
            add_gate(connection, version)
    return settings.home


def champions(settings: Settings) -> list[tuple[str, str]]:
    """Kind and version of every change of champion, oldest first."""
    with open_warehouse(settings) as connection:
        return connection.execute("SELECT kind, model_version FROM registry.promotions ORDER BY promotion_id").fetchall()


def add_challenger(
    settings: Settings, *, times: float = 1.0, slope: float = 1.0, parameters: RetrainParameters | None = None
) -> str:
    """A copy of a real home's champion as a challenger, with the rows that the champion was not fitted on as its hold-out.

    Args:
        times: the threshold is the champion's, times so much.
        slope: the calibration's slope is the champion's, times so much.
        parameters: those of the training.
    """
    with open_warehouse(settings) as connection:
        champion, _ = next_champion_and_policy(connection)
        version = read_version(settings, champion)
        former = version.model.manifest
        calibration = Calibration(intercept=former.calibration.intercept, slope=former.calibration.slope * slope)
        changes: dict[str, object] = {
            "model_version": next_model_version(connection, former.trained_as_of),
            "threshold": former.threshold * times,
            "calibration": calibration,
        }
        manifest = former.model_copy(update=changes)
        text = (settings.models / former.model_version / "model.txt").read_text()
        with transaction(connection):
            key = _enter(connection, settings, manifest, text, parameters or RetrainParameters())
            reference = model_reference(connection, champion.model_version)
            write_reference(connection, replace(reference, reference_id=key, model_version=key))
            write_reference_scores(connection, key, read_reference_scores(connection, champion.model_version))
            write_holdout_scores(connection, key, _holdout(connection, settings, key))
    return key


def _holdout(connection: Connection, settings: Settings, key: str) -> pl.DataFrame:
    """Labelled versions of applicants that the model was not fitted on, with its PDs."""
    from tasks.gate import predicted

    version = read_version(settings, registered_model(connection, key).reference)
    manifest = version.model.manifest
    labelled = training_versions(
        connection, manifest.trained_as_of, maturity_days=60, received_from=date.min, received_to=date.max
    )
    rows = labelled.join(read_reference_scores(connection, key), on=KEYS, how="anti").sort(KEYS)
    return rows.with_columns(pl.Series("pd", predicted(connection, version, rows, settings.chunk_rows)))


def lenient(strict: Policy) -> Policy:
    """The policy with a gate that some hundred rows can pass."""
    gate = strict.gate.model_copy(update={"min_rows": 50, "min_bad": 2, "slope_from": 0.01, "slope_to": 100.0})
    wide = gate.model_copy(update={"ratio_from": 0.01, "ratio_to": 100.0})
    profile = strict.fairness.in_force.model_copy(update={"floor": 0.0})
    fairness = strict.fairness.model_copy(update={"profiles": {"default": profile}})
    return Policy.model_validate(strict.model_copy(update={"gate": wide, "fairness": fairness}).model_dump())
