"""Drift after a promotion: what the new champion scored beside the former one counts at once, and nothing counts twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
import pytest

from schemas.policy import load_policy
from schemas.settings import Settings
from tasks.core.psi import psi
from tests.drift_support import DAY, Watched, batch_id, day, freeze, incomes, register_version, watch
from warehouse.checking import run_checks
from warehouse.connection import open_warehouse
from warehouse.drift_reading import window_versions
from warehouse.drift_references import model_reference
from warehouse.registry import record_promotion

NEW = "2026-06-01.1"
NIGHT = 1_000


def _rows(n: int, seed: int = 1) -> pl.DataFrame:
    return pl.DataFrame([incomes(n, seed)])


@pytest.fixture
def watched(settings: Settings) -> Iterator[Watched]:
    """A champion, and a challenger whose PDs lie elsewhere."""
    with open_warehouse(settings) as connection:
        found = watch(connection, settings, _rows(20_000))
        register_version(connection, NEW, found.features.feature_set_id)
        freeze(connection, NEW, _rows(20_000, seed=3), load_policy(None))
        yield found


def _shadow(watched: Watched, pd: Sequence[float], on: object, decision: str, first_id: int, version: int = 1) -> None:
    """What the challenger would have decided about the applications of a night."""
    frame = pl.DataFrame({"application_id": np.arange(first_id, first_id + len(pd)), "pd": pd})
    watched.connection.register("shadow_rows", frame)
    watched.connection.execute(
        "INSERT INTO score.shadow_scores_v1 BY NAME SELECT application_id, $batch AS batch_id, $day AS as_of, "
        "$model AS model_version, $policy AS policy_sha256, pd, 600 - 100 * pd AS score_points, 0.1 AS threshold, "
        "$decision AS decision, 'score' AS decided_by, TIMESTAMP '2026-07-01' AS scored_at FROM shadow_rows",
        {
            "batch": batch_id(on, version),  # type: ignore[arg-type]
            "day": on,
            "model": NEW,
            "policy": load_policy(None).sha256,
            "decision": decision,
        },
    )
    watched.connection.unregister("shadow_rows")


def _promote(watched: Watched) -> None:
    record_promotion(watched.connection, NEW, kind="promotion", approved_by="test", reason="better")


def _expected_psi(watched: Watched, values: np.ndarray) -> float:
    """PSI of PDs against the new champion's own bins, counted by hand."""
    subject = next(item for item in model_reference(watched.connection, NEW).subjects if item.name == "pd")
    edges = np.array(subject.edges)
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(subject.n_reference)).astype(float)
    return float(psi(np.array(subject.n_reference, dtype=float), counts))


def test_score_windows_of_a_promoted_challenger_are_measured_at_once_as_if_it_had_decided(watched: Watched) -> None:
    low = np.round(np.linspace(0.01, 0.08, NIGHT), 12)
    for offset in (-2, -1):
        first = 1 - 10_000 * offset
        watched.add_night(_rows(NIGHT, seed=4 - offset), day(offset), first_id=first)
        _shadow(watched, low, day(offset), "approve", first)
    _promote(watched)
    watched.measure()
    row = watched.drift("pd", 7, kind="score")
    assert (row["model_version"], row["n_current"], row["days_seen"], row["status"]) == (NEW, 2 * NIGHT, 2, "alert")
    assert row["psi"] == pytest.approx(_expected_psi(watched, np.concatenate([low, low])), abs=1e-12)
    assert watched.drift("score_points", 7, kind="score")["n_current"] == 2 * NIGHT
    assert watched.counts("decision", 7)[0] == 2 * NIGHT
    rate = watched.drift("approval_rate", 7, kind="rate")
    assert (rate["n_current"], rate["value"]) == (2 * NIGHT, 1.0)
    assert watched.drift("mean_pd", 7, kind="rate")["value"] == pytest.approx(low.mean())
    drawn = window_versions(watched.connection, DAY, 7, NEW)
    assert (drawn.height, drawn["decision"].unique().to_list()) == (2 * NIGHT, ["approve"])


def test_the_former_champion_counts_what_it_decided_and_not_the_shadow(watched: Watched) -> None:
    watched.add_night(_rows(NIGHT), DAY)
    watched.measure()
    before = watched.drift("pd", kind="score")
    _shadow(watched, np.full(NIGHT, 0.01).tolist(), DAY, "decline", 1)
    watched.connection.execute("DELETE FROM monitor.counted_days_v1")
    watched.measure()
    after = watched.drift("pd", kind="score")
    assert {**after, "measured_at": None} == {**before, "measured_at": None}


def test_a_version_that_the_model_itself_decided_counts_once(watched: Watched) -> None:
    _promote(watched)
    watched.add_night(_rows(NIGHT), DAY, model=NEW)
    _shadow(watched, np.full(NIGHT, 0.01).tolist(), DAY, "decline", 1)
    watched.measure()
    assert watched.drift("pd", kind="score")["n_current"] == NIGHT
    assert watched.counts("decision") == [NIGHT, *[0] * (len(watched.counts("decision")) - 1)]
    assert watched.drift("approval_rate", kind="rate")["n_current"] == NIGHT
    (finding,) = (finding for finding in run_checks(watched.connection) if finding.check == "shadow_beside_decision")
    assert (finding.severity, finding.n_rows) == ("warn", NIGHT)


def test_an_application_that_came_back_counts_with_the_score_of_its_newest_version(watched: Watched) -> None:
    watched.add_night(_rows(NIGHT), day(-1), first_id=1)
    _shadow(watched, np.full(NIGHT, 0.01).tolist(), day(-1), "approve", 1)
    _promote(watched)
    watched.add_night(_rows(NIGHT, seed=2), DAY, first_id=501, model=NEW, decisions=["decline"] * NIGHT)
    watched.measure()
    assert watched.drift("pd", 7, kind="score")["n_current"] == 1_500
    assert watched.counts("decision", 7)[:3] == [500, 0, 1_000]
    assert watched.drift("approval_rate", 7, kind="rate")["value"] == pytest.approx(1 / 3)


def test_nights_without_shadow_scores_stay_too_few_for_a_new_champion(watched: Watched) -> None:
    watched.add_night(_rows(NIGHT), day(-1))
    _promote(watched)
    watched.measure()
    row = watched.drift("pd", 7, kind="score")
    assert (row["status"], row["n_current"], row["psi"]) == ("too_few", 0, None)
    assert watched.drift("AMT_INCOME_TOTAL", 7)["n_current"] == NIGHT
