"""The gate: a challenger against the champion, on rows that neither was fitted on, under the policy that decides next."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.errors import GateRefusedError
from schemas.gate import GateResult
from schemas.policy import Cost, Policy
from schemas.settings import Settings
from tasks.core.encoding import to_matrix
from tasks.core.fairness import AGE, age_band
from tasks.core.gate import compare
from tasks.core.gate_policy import policy_finding, with_finding
from tasks.core.scoring import predict_pd
from tasks.core.threshold import granted
from tasks.policy import require_known_attributes
from tasks.versions import Version, read_version
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.drift_references import application_columns, model_reference
from warehouse.features import iter_features
from warehouse.gates import newest_gate, record_gate
from warehouse.registry import (
    ChampionRef,
    RegisteredModel,
    champion_on,
    next_effective_on,
    policy_on,
    registered_model,
    registered_policy,
)
from warehouse.trainings import training_of, unseen_rows

KEYS = ["application_id", "batch_id"]
#: Of the bootstrap: the same rows give the same bounds.
_SEED = 0


def next_champion_and_policy(connection: Connection) -> tuple[ChampionRef, Policy]:
    """What decides the next night: the champion promoted last and the policy applied last."""
    day = next_effective_on(connection)
    return champion_on(connection, day), policy_on(connection, day)


def run_gate(settings: Settings, version: str) -> GateResult:
    """Compares a version with the champion and puts the result on record.

    Raises:
        UsageError: the version is not registered.
        GateRefusedError: it is the champion itself.
        NoChampionError: there is no champion to compare with.
        VerificationError: files, reference or policy are not what the registry says.
    """
    with open_warehouse(settings) as connection:
        return _evaluated(connection, settings, version)[1]


def standing_gate(connection: Connection, settings: Settings, version: str) -> tuple[int, GateResult]:
    """Number and result of the gate that holds now: the last one, or a new one where champion or policy have changed since."""
    champion, policy = next_champion_and_policy(connection)
    newest = newest_gate(connection, version)
    if newest and (newest[1].champion_version, newest[1].policy_sha256) == (champion.model_version, policy.sha256):
        return newest
    return _evaluated(connection, settings, version)


def _evaluated(connection: Connection, settings: Settings, version: str) -> tuple[int, GateResult]:
    challenger = registered_model(connection, version)
    champion, policy = next_champion_and_policy(connection)
    if champion.model_version == version:
        raise GateRefusedError(
            f"{version} is the champion",
            expected="a version to compare with it",
            where="registry.promotions",
            remedy="see the others with `loanwatch models`",
        )
    result = _compared(connection, settings, challenger, champion, policy)
    with transaction(connection):
        return record_gate(connection, result), result


def _compared(
    connection: Connection, settings: Settings, challenger: RegisteredModel, champion: ChampionRef, policy: Policy
) -> GateResult:
    """The comparison. A version without a reference is refused: nobody would know which rows it was fitted on."""
    require_known_attributes(policy)
    for reference in (challenger.reference, champion):
        model_reference(connection, reference.model_version)
    version = read_version(settings, challenger.reference)
    versions = unseen_rows(connection, challenger.reference.model_version, champion.model_version)
    rows = _gate_rows(connection, settings, versions, (challenger.reference, champion), policy)
    comparison = compare(rows, fairness_groups(connection, versions, policy), policy, _SEED)
    cost = _cost_of_training(connection, challenger)
    finding = policy_finding(cost, version.model.manifest.protected, policy)
    return GateResult(
        model_version=challenger.reference.model_version,
        champion_version=champion.model_version,
        policy_sha256=policy.sha256,
        comparison=with_finding(comparison, finding),
    )


def _gate_rows(
    connection: Connection, settings: Settings, versions: pl.DataFrame, pair: tuple[ChampionRef, ChampionRef], policy: Policy
) -> pl.DataFrame:
    """The challenger's PDs as stored with its hold-out, the champion's computed anew; each judged by its own threshold."""
    challenger, champion = pair
    pd_challenger = versions["pd"].to_numpy()
    pd_champion = predicted(connection, read_version(settings, champion), versions, settings.chunk_rows)
    return versions.select(
        "target",
        pl.Series("pd_challenger", pd_challenger),
        pl.Series("granted_challenger", granted(pd_challenger, challenger.threshold, policy)),
        pl.Series("pd_champion", pd_champion),
        pl.Series("granted_champion", granted(pd_champion, champion.threshold, policy)),
    )


def predicted(connection: Connection, version: Version, versions: pl.DataFrame, chunk_rows: int) -> np.ndarray:
    """PD by a version of application versions sorted by key."""
    frames = iter_features(connection, version.features, versions, chunk_rows)
    parts = [predict_pd(version.model, to_matrix(frame, version.model.encoding)) for frame in frames]
    return np.concatenate([np.empty(0), *parts])


def fairness_groups(connection: Connection, versions: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One text column per attribute of the fairness profile in force, rows in the order of the versions."""
    profile = policy.fairness.in_force
    names = [*profile.judged, *profile.reported]
    columns = [name for name in names if name != AGE]
    found = application_columns(connection, versions, list(dict.fromkeys([*columns, "DAYS_BIRTH"])))
    groups = found.select(pl.col(column).cast(pl.String) for column in columns)
    return groups.with_columns(age_band(found["DAYS_BIRTH"]).alias(AGE)) if AGE in names else groups


def _cost_of_training(connection: Connection, challenger: RegisteredModel) -> Cost | None:
    """The costs that chose the threshold: those that the request named, else those of the policy of the training."""
    training = training_of(connection, challenger.reference.model_version)
    if training is not None and training.parameters.cost is not None:
        return Cost.model_validate(training.parameters.cost.model_dump())
    policy = registered_policy(connection, challenger.policy_sha256)
    return None if policy is None else policy.cost
