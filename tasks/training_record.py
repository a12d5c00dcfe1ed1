"""The record of a training, put together from its outcome, its request and where it comes from."""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.parameters import RetrainParameters
from schemas.policy import Cost, Policy
from schemas.training_record import FairnessRow, TrainingRecord
from tasks.core.fairness import fairness_rows
from tasks.core.fitting import THREADS
from tasks.core.threshold import granted
from tasks.core.training import FittedModel, TrainingOutcome
from tasks.core.training_rows import received_range
from tasks.gate import fairness_groups
from tasks.provenance import git_revision, library_versions, reproduction_command, requester
from warehouse.connection import Connection


def cost_of(parameters: RetrainParameters, policy: Policy) -> Cost:
    """The costs that the threshold minimises: those asked for, else the policy's."""
    return Cost.model_validate(parameters.cost.model_dump()) if parameters.cost else policy.cost


def holdout_fairness(connection: Connection, holdout: pl.DataFrame, threshold: float, policy: Policy) -> list[FairnessRow]:
    """Approval by group on the hold-out.

    Args:
        connection: an open warehouse, where the protected attributes are.
        holdout: application_id, batch_id, target, pd.
        threshold: of the model.
        policy: whose fairness profile and bands hold.
    """
    groups = fairness_groups(connection, holdout.select("application_id", "batch_id"), policy)
    target, pd = holdout["target"].cast(pl.Float64).to_numpy(), holdout["pd"].to_numpy()
    return fairness_rows(groups, target, pd, granted(pd, threshold, policy), policy.fairness.in_force)


def build_record(
    connection: Connection,
    as_of: date,
    parameters: RetrainParameters,
    policy: Policy,
    outcome: TrainingOutcome,
    fitted: FittedModel,
) -> TrainingRecord:
    """Everything about one training that a validator asks; no row of an applicant."""
    manifest = fitted.manifest
    held_from, held_to = received_range(fitted.holdout)
    return TrainingRecord(
        model_version=manifest.model_version,
        trained_as_of=as_of,
        requested_by=requester(parameters),
        reason=parameters.reason,
        request=parameters.model_dump(mode="json", exclude={"reason", "requested_by"}),
        reproduce=reproduction_command(as_of, parameters),
        git_revision=git_revision(),
        versions=library_versions(),
        threads=THREADS,
        seed=parameters.seed,
        policy_sha256=policy.sha256,
        cost=cost_of(parameters, policy),
        data_sha256=manifest.data_sha256,
        received_from=manifest.received_from,
        received_to=manifest.received_to,
        holdout_received_from=held_from,
        holdout_received_to=held_to,
        n_rows=manifest.n_rows,
        n_holdout=manifest.n_holdout,
        imbalance=parameters.imbalance.value,
        candidates=outcome.candidates,
        search=outcome.search,
        features=outcome.features,
        dropped=outcome.dropped,
        shap=outcome.shap,
        score_psi=outcome.score_psi,
        fairness=holdout_fairness(connection, fitted.holdout, manifest.threshold, policy),
        warnings=outcome.warnings,
    )
