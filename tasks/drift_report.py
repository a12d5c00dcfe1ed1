"""The documents of a measured business date: Evidently's report, the nightly page, the index over all nights."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from reports.evidently_report import write_evidently_report
from reports.evidently_sample import take_sample
from reports.index_page import write_index_page
from reports.nightly_page import nightly_page_path, write_nightly_page
from schemas.features import FeatureSet, feature_set
from schemas.pages import EvidentlyOutcome, MeasuredPsi, MoneyLine, NightlyPage, ScorePart
from schemas.policy import Policy
from schemas.settings import Settings
from tasks.beside_psi import price_drift
from tasks.core.drift_reference import reference_decisions
from tasks.core.encoding import to_matrix
from tasks.core.meaning import psi_by_feature
from tasks.core.reasons import contributions
from tasks.core.scoring import Model, score_points
from tasks.model_files import read_model
from warehouse.connection import Connection, open_warehouse
from warehouse.drift_reading import measured_subjects, score_bins, shown_window, window_versions, worst_subjects
from warehouse.drift_references import read_reference_scores
from warehouse.features import compute_features
from warehouse.page_reading import read_nightly_page, read_nights
from warehouse.registry import ChampionRef, champion_on, policy_on

#: Rows of each side that are drawn and explained; figures are measured on all rows, pictures need no more.
SAMPLE_ROWS = 2000
#: Inputs whose part of the score's PSI is shown; the others are one line.
SHOWN_PARTS = 15
_KEYS = ["application_id", "batch_id"]


@dataclass(frozen=True)
class _Night:
    """What the documents of a business date are drawn from."""

    champion: ChampionRef
    policy: Policy
    model: Model
    features: FeatureSet
    window_days: int


@dataclass(frozen=True)
class _Samples:
    """A sample of either side: keys, inputs, pd, score_points and decision."""

    reference: pl.DataFrame
    current: pl.DataFrame


def _night(connection: Connection, settings: Settings, as_of: date) -> _Night | None:
    window_days = shown_window(connection, as_of)
    if window_days is None:
        return None
    champion = champion_on(connection, as_of)
    model = read_model(settings.models / champion.model_version, champion.sha256)
    features = feature_set(model.manifest.levels, model.manifest.protected)
    return _Night(champion, policy_on(connection, as_of), model, features, window_days)


def _with_inputs(connection: Connection, features: FeatureSet, rows: pl.DataFrame) -> pl.DataFrame:
    return compute_features(connection, features, rows.select(_KEYS)).join(rows, on=_KEYS, how="left", maintain_order="left")


def _samples(connection: Connection, night: _Night, as_of: date) -> _Samples:
    """By a hash of the applicant, so that the same night shows the same rows whenever it is drawn."""
    scores = take_sample(read_reference_scores(connection, night.champion.model_version), SAMPLE_ROWS)
    reference = _with_inputs(connection, night.features, scores.select(*_KEYS, "pd"))
    points = score_points(reference["pd"].to_numpy(), night.policy.score)
    decisions = reference_decisions(
        reference["pd"], reference, night.model.manifest.input_names, night.champion.threshold, night.policy
    )
    versions = window_versions(connection, as_of, night.window_days, night.champion.model_version)
    return _Samples(
        reference.with_columns(pl.Series("score_points", points), decisions.alias("decision")),
        _with_inputs(connection, night.features, take_sample(versions, SAMPLE_ROWS)),
    )


def _draw_evidently(settings: Settings, as_of: date, measured: pl.DataFrame, samples: _Samples) -> EvidentlyOutcome:
    figures = {
        subject: MeasuredPsi(psi, limit, status)
        for subject, psi, limit, status in measured.select("subject", "psi", "psi_limit", "status").iter_rows()
    }
    folder = nightly_page_path(settings.reports, as_of).parent
    folder.mkdir(parents=True, exist_ok=True)
    workspace = settings.reports / "evidently-workspace"
    return write_evidently_report(
        samples.reference, samples.current, figures, measured["subject"].to_list(), folder, workspace, as_of
    )


def _score_parts(connection: Connection, night: _Night, as_of: date, samples: _Samples) -> tuple[ScorePart, ...] | None:
    """The score's PSI divided among the inputs; None where either side is empty."""
    bins = score_bins(connection, as_of, night.window_days)
    if samples.reference.is_empty() or samples.current.is_empty() or bins["n_current"].sum() == 0:
        return None
    sides = [contributions(night.model, to_matrix(side, night.model.encoding)) for side in (samples.reference, samples.current)]
    counts = [bins[name].to_numpy().astype(np.float64) for name in ("n_reference", "n_current")]
    parts = psi_by_feature(counts[0], counts[1], sides[0], sides[1], night.model.manifest.input_names)
    shown = [ScorePart(feature, psi) for feature, psi in parts.head(SHOWN_PARTS).iter_rows()]
    rest = float(parts["psi"].slice(SHOWN_PARTS).sum())
    return (*shown, ScorePart("(all others)", rest))


def _money(connection: Connection, night: _Night, as_of: date) -> tuple[MoneyLine, ...]:
    names = MoneyLine.__dataclass_fields__
    lines = []
    for window_days, money in price_drift(connection, night.policy, night.champion, as_of).items():
        if money is not None:
            values = {"window_days": window_days, **asdict(money)}
            lines.append(MoneyLine(**{name: values[name] for name in names}))
    return tuple(lines)


def _with_page(settings: Settings, night: date | None) -> date | None:
    """The neighbouring night, if its page was written: a link leads nowhere else."""
    return night if night and nightly_page_path(settings.reports, night).exists() else None


def _page(connection: Connection, settings: Settings, as_of: date) -> NightlyPage:
    page = read_nightly_page(connection, as_of)
    page = replace(page, previous_on=_with_page(settings, page.previous_on), next_on=_with_page(settings, page.next_on))
    night = _night(connection, settings, as_of)
    if night is None:
        return page
    measured = measured_subjects(connection, as_of, night.window_days)
    samples = _samples(connection, night, as_of)
    page = replace(page, money=_money(connection, night, as_of), score_parts=_score_parts(connection, night, as_of, samples))
    if samples.current.is_empty():
        return page
    outcome = _draw_evidently(settings, as_of, measured, samples)
    return replace(page, evidently="evidently.html", evidently_left_out=dict(outcome.left_out))


def write_reports(settings: Settings, as_of: date) -> str:
    """Writes Evidently's report, the nightly page and the index; the same state gives the same bytes. Returns the page's path."""
    with open_warehouse(settings) as connection:
        page = _page(connection, settings, as_of)
        nights = read_nights(connection)
    path = write_nightly_page(page, settings.reports)
    write_index_page(nights, settings.reports)
    return str(path)


def worst_rows(settings: Settings, as_of: date) -> list[dict[str, Any]]:
    """The ten worst subjects of a business date, as records; shares, PSI and limits only."""
    with open_warehouse(settings) as connection:
        return worst_subjects(connection, as_of).to_dicts()
