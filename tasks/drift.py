"""Drift of a business date: what the champion was trained on is frozen with it, nights are counted, windows are measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from schemas.drift import DriftSummary, Reference, policy_reference_id
from schemas.features import FeatureSet, feature_set
from schemas.manifest import ModelManifest
from schemas.policy import Policy
from schemas.settings import Settings
from tasks.beside_psi import KINDS as APPLICANT_KINDS
from tasks.beside_psi import SEGMENT_KINDS, measure_applicants, measure_segments, window_totals
from tasks.core.drift import combine_cells, measure_shares, measure_subjects
from tasks.core.drift_reference import (
    freeze_model,
    freeze_policy,
    reference_decisions,
    uncovered_columns,
)
from tasks.core.meaning import gain_importance
from tasks.core.scoring import load_booster
from tasks.core.training import FittedModel
from tasks.model_files import read_model
from warehouse.connection import Connection, transaction
from warehouse.drift import (
    changed_days,
    count_selected,
    select_days,
    unstored_versions,
    window_cells,
    write_drift,
)
from warehouse.drift_references import (
    application_columns,
    find_reference,
    model_reference,
    read_reference_scores,
    write_reference,
    write_reference_scores,
)
from warehouse.drift_retention import prune_drift
from warehouse.features import iter_features
from warehouse.registry import ChampionRef, champion_on, policy_on

KEYS = ["application_id", "batch_id"]
#: The kinds that are measured here, for all applicants together.
KINDS = ("feature", "score", "decision", "missing", "unseen")


def freeze_reference(
    connection: Connection, fitted: FittedModel, frame: pl.DataFrame, features: FeatureSet, policy: Policy
) -> None:
    """Freezes what a model is compared with, to be called in the transaction that registers it.

    Args:
        connection: an open warehouse.
        fitted: the model, with its out-of-fold PDs.
        frame: its training frame: application_id, batch_id, target, then the features.
        features: its feature set.
        policy: the policy in force.
    """
    scores = fitted.out_of_fold.select(*KEYS, "pd").sort(KEYS)
    rows = scores.join(frame, on=KEYS, how="left", maintain_order="left")
    names = fitted.manifest.input_names
    columns = application_columns(connection, scores, uncovered_columns(features))
    version = fitted.manifest.model_version
    importance = gain_importance(load_booster(fitted.text))
    write_reference(connection, freeze_model(version, rows.select(names), columns, scores["pd"], importance, policy))
    write_reference_scores(connection, version, scores)
    decisions = reference_decisions(scores["pd"], rows, names, fitted.manifest.threshold, policy)
    write_reference(connection, freeze_policy(version, scores["pd"], decisions, policy))


def _manifest_of(settings: Settings, champion: ChampionRef) -> ModelManifest:
    return read_model(settings.models / champion.model_version, champion.sha256).manifest


def _features_of(manifest: ModelManifest) -> FeatureSet:
    return feature_set(manifest.levels, manifest.protected)


def _policy_reference(connection: Connection, settings: Settings, champion: ChampionRef, policy: Policy) -> Reference:
    """Points and decision mix under the policy of the day; worked out from the stored PDs where that policy is a new one."""
    found = find_reference(connection, policy_reference_id(champion.model_version, policy.sha256))
    if found is not None:
        return found
    scores = read_reference_scores(connection, champion.model_version)
    manifest = _manifest_of(settings, champion)
    frames = iter_features(connection, _features_of(manifest), scores, settings.chunk_rows)
    decisions = [
        reference_decisions(
            scores["pd"].slice(start, settings.chunk_rows), frame, manifest.input_names, champion.threshold, policy
        )
        for start, frame in zip(range(0, scores.height, settings.chunk_rows), frames, strict=True)
    ]
    reference = freeze_policy(champion.model_version, scores["pd"], pl.concat(decisions), policy)
    with transaction(connection):
        write_reference(connection, reference)
    return reference


def require_references(connection: Connection, settings: Settings, champion: ChampionRef, policy: Policy) -> None:
    """Makes sure that a version's drift can be measured under a policy; works the decision mix out where the policy is a new one.

    Raises:
        VerificationError: the version was registered without a reference.
    """
    model_reference(connection, champion.model_version)
    _policy_reference(connection, settings, champion, policy)


def _computed_inputs(
    connection: Connection, settings: Settings, champion: ChampionRef, reference: Reference
) -> Iterator[pl.DataFrame]:
    """Inputs of selected versions that were scored by a model with other features, in chunks."""
    if not reference.of_source("input"):
        return
    versions = unstored_versions(connection, champion.feature_set_id)
    if not versions.is_empty():
        yield from iter_features(connection, _features_of(_manifest_of(settings, champion)), versions, settings.chunk_rows)


def count_nights(
    connection: Connection, settings: Settings, champion: ChampionRef, references: Sequence[Reference], as_of: date, longest: int
) -> list[date]:
    """Counts what is not counted yet of the days (as_of - longest, as_of] over each reference; returns the days."""
    counted: set[date] = set()
    for reference in references:
        days = changed_days(connection, reference.reference_id, as_of, longest)
        if days:
            select_days(connection, days, longest)
            with transaction(connection):
                computed = _computed_inputs(connection, settings, champion, reference)
                count_selected(connection, reference, champion.feature_set_id, days, longest, computed)
            counted.update(days)
    return sorted(counted)


def _summary(rows: pl.DataFrame, as_of: date, model_version: str, days: list[date]) -> DriftSummary:
    statuses = dict(rows["status"].value_counts().sort("status").iter_rows())
    alerts = rows.filter(pl.col("status") == "alert").sort("window_days", "subject")
    return DriftSummary(
        as_of=as_of,
        model_version=model_version,
        n_rows=dict(rows.group_by("window_days").agg(pl.col("n_current").max()).sort("window_days").iter_rows()),
        n_subjects=rows["subject"].n_unique(),
        statuses=statuses,
        alerts=[
            f"{kind} {subject}, {window} d"
            for kind, subject, window in alerts.select("kind", "subject", "window_days").iter_rows()
        ],
        days_counted=days,
    )


def measure_drift(connection: Connection, settings: Settings, as_of: date) -> DriftSummary:
    """Measures a business date against the reference of its champion and writes it in place of a former measurement.

    Twice changes nothing: days that are counted stay, and rows are replaced by equal ones.

    Raises:
        NoChampionError: no model is in force on that date.
        VerificationError: the champion has no reference, or its files are not what the registry says.
    """
    champion, policy = champion_on(connection, as_of), policy_on(connection, as_of)
    rules = policy.drift
    references = [
        model_reference(connection, champion.model_version),
        _policy_reference(connection, settings, champion, policy),
    ]
    days = count_nights(connection, settings, champion, references, as_of, max(rules.windows))
    cells = combine_cells([window_cells(connection, item.reference_id, as_of, rules.windows) for item in references])
    subjects, bins = measure_subjects(cells, rules, as_of, champion.model_version)
    rows = pl.concat([subjects, measure_shares(subjects, rules)], how="diagonal_relaxed")
    totals = window_totals(connection, policy, champion, as_of)
    applicants = measure_applicants(connection, policy, champion, as_of, totals)
    segments = measure_segments(connection, policy, champion, as_of, totals)
    with transaction(connection):
        write_drift(connection, as_of, rows, bins, KINDS)
        write_drift(connection, as_of, applicants, bins.clear(), APPLICANT_KINDS)
        write_drift(connection, as_of, segments, bins.clear(), SEGMENT_KINDS, is_segmented=True)
        prune_drift(connection, settings, as_of, max(rules.windows))
    everything = pl.concat([rows, applicants, segments], how="diagonal_relaxed")
    return _summary(everything, as_of, champion.model_version, days)
