"""Nights with a challenger: it scores what the champion decides, changes nothing, and never stops a night."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tasks.training_data
from reports.night import night_markdown, night_text
from reports.nightly_page import render_nightly_page
from schemas.features import feature_set
from schemas.policy import load_policy, parse_policy
from schemas.references import BatchScore, NightSummary
from schemas.settings import Settings
from tasks.core.encoding import to_matrix
from tasks.core.scoring import predict_pd
from tasks.drift import measure_drift
from tasks.model_files import read_model
from tasks.night import take_in
from tasks.retrain import retrain
from tasks.score import score_batch
from tests.conftest import settings_of
from tests.contents import warehouse_hashes
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY, NEW_PER_DAY, QUICK
from tests.pages import Page
from warehouse.checking import run_checks
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.features import compute_features
from warehouse.page_reading import read_nightly_page
from warehouse.registry import champion_on, record_promotion, register_policy
from warehouse.scores import pending_batches
from warehouse.shadow import challenger_on

OTHER_SEED = QUICK.model_copy(update={"seed": 7})
SHADOWS = "SELECT application_id, batch_id, as_of, pd, decision, decided_by, threshold, policy_sha256 FROM score.shadow_scores "


def _score(settings: Settings, as_of: date = LAST_NEW_DAY) -> list[BatchScore]:
    take_in(settings, as_of, None)
    with open_warehouse(settings) as connection:
        return [score_batch(connection, settings, batch) for batch in pending_batches(connection, as_of)]


def _other_levels(observe: Callable[..., dict[str, list[str]]]) -> Callable[..., dict[str, list[str]]]:
    """One level less in every list and another one more, so that the model has a feature set of its own."""
    return lambda *given: {name: [*levels[1:], "of another time"] for name, levels in observe(*given).items()}


@pytest.fixture(scope="module")
def challenger_home(champion_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a champion, a challenger with another feature set, and two days to decide; tests use copies."""
    home = tmp_path_factory.mktemp("challenger") / "home"
    shutil.copytree(champion_home, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.training_data, "observe_levels", _other_levels(tasks.training_data.observe_levels))
        retrain(settings_of(home), FIRST_NEW_DAY, OTHER_SEED)
    return home


@pytest.fixture
def duel(challenger_home: Path, home: Path) -> Settings:
    """A copy of it, this test's own."""
    shutil.copytree(challenger_home, home)
    return settings_of(home)


@pytest.fixture(scope="module")
def scored_home(challenger_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[BatchScore]]:
    """Both days decided, and their counts. Tests that read share it."""
    home = tmp_path_factory.mktemp("scored") / "home"
    shutil.copytree(challenger_home, home)
    return settings_of(home), _score(settings_of(home))


@pytest.fixture
def scored(scored_home: tuple[Settings, list[BatchScore]]) -> Iterator[tuple[Connection, Settings, list[BatchScore]]]:
    settings, scores = scored_home
    with open_warehouse(settings) as connection:
        yield connection, settings, scores


def _challenger(connection: Connection) -> str:
    champion = champion_on(connection, LAST_NEW_DAY).model_version
    found = challenger_on(connection, LAST_NEW_DAY, champion)
    assert found is not None
    return found.model_version


def _rows(connection: Connection, query: str, **values: object) -> list[tuple[Any, ...]]:
    return connection.execute(query, values or None).fetchall()


def test_every_decided_application_has_the_challengers_pd_beside_it(
    scored: tuple[Connection, Settings, Sequence[BatchScore]],
) -> None:
    connection, settings, _ = scored
    version = _challenger(connection)
    (sha256,) = _rows(connection, "SELECT sha256 FROM registry.models WHERE model_version = $v", v=version)[0]
    model = read_model(settings.models / version, sha256)
    keys = connection.sql("SELECT application_id, batch_id FROM score.decisions ORDER BY ALL").pl()
    features = compute_features(connection, feature_set(model.manifest.levels, model.manifest.protected), keys)
    expected = predict_pd(model, to_matrix(features, model.encoding))
    found = _rows(connection, SHADOWS + "ORDER BY application_id, batch_id")
    assert [(row[0], row[1], row[3]) for row in found] == [
        (*key, pd) for key, pd in zip(features.select("application_id", "batch_id").rows(), expected.tolist(), strict=True)
    ]
    assert len(found) == 2 * NEW_PER_DAY
    assert {row[6] for row in found} == {model.manifest.threshold}
    assert {row[2] for row in found} == {FIRST_NEW_DAY, LAST_NEW_DAY}
    assert len(np.unique(expected)) > 5


def test_the_challenger_decides_by_the_rules_of_the_champions_policy(
    scored: tuple[Connection, Settings, Sequence[BatchScore]],
) -> None:
    connection, _, _ = scored
    bands = load_policy(None).bands
    for _, _, _, pd, decision, decided_by, threshold, policy_sha256 in _rows(connection, SHADOWS):
        below = (
            "approve" if pd < bands.review_from * threshold else "review" if pd < bands.decline_from * threshold else "decline"
        )
        assert decided_by != "score" or decision == below
        assert policy_sha256 == load_policy(None).sha256
    assert run_checks(connection) == []


def test_decisions_are_those_of_a_home_without_a_challenger(
    scored: tuple[Connection, Settings, Sequence[BatchScore]], champion_home: Path, home: Path
) -> None:
    shutil.copytree(champion_home, home)
    alone = _score(settings_of(home))
    assert [score.shadow for score in alone] == [None, None]
    tables = ("score.decisions_v1", "score.reasons_v1", "score.quality_v1")
    before, after = warehouse_hashes(settings_of(home)), warehouse_hashes(scored[1])
    assert [before[name] for name in tables] == [after[name] for name in tables]


def test_a_challengers_own_features_are_computed_and_not_stored(
    scored: tuple[Connection, Settings, Sequence[BatchScore]],
) -> None:
    connection, _, _ = scored
    sets = _rows(connection, "SELECT DISTINCT feature_set_id FROM registry.models")
    stored = _rows(connection, "SELECT feature_set_id FROM registry.feature_sets")
    assert len(sets) == 2
    assert stored == [(champion_on(connection, LAST_NEW_DAY).feature_set_id,)]


def test_counts_of_a_night_are_those_of_the_swap_set(scored: tuple[Connection, Settings, Sequence[BatchScore]]) -> None:
    connection, _, scores = scored
    query = "SELECT as_of, swap, n FROM marts.swap_set"
    swaps = {(as_of, swap): n for as_of, swap, n in _rows(connection, query)}
    assert sum(swaps.values()) == 2 * NEW_PER_DAY
    for score in scores:
        assert score.shadow is not None
        assert score.shadow.n_scored == NEW_PER_DAY
        assert score.shadow.n_swap_in == swaps.get((score.received_on, "swap_in"), 0)
        assert score.shadow.n_swap_out == swaps.get((score.received_on, "swap_out"), 0)
    assert sum(n for (_, swap), n in swaps.items() if swap.startswith("swap")) > 0


def test_the_night_says_in_one_line_what_the_challenger_scored(
    scored: tuple[Connection, Settings, Sequence[BatchScore]],
) -> None:
    connection, _, scores = scored
    n_in, n_out = (sum(getattr(score.shadow, name) for score in scores) for name in ("n_swap_in", "n_swap_out"))
    line = (
        f"Challenger {_challenger(connection)} scored {2 * NEW_PER_DAY} applications beside the champion: "
        f"{n_in} swap in, {n_out} swap out."
    )
    summary = NightSummary(LAST_NEW_DAY, "r1", scores=list(scores))
    assert night_text(summary).count(line) == 1
    assert line in night_markdown(summary)
    page = Page(render_nightly_page(read_nightly_page(connection, LAST_NEW_DAY))).text
    assert f"Challenger {_challenger(connection)} scored {NEW_PER_DAY} applications beside the champion" in page


@pytest.mark.parametrize("file", ["model.txt", "manifest.json"])
def test_a_challenger_that_fails_verification_is_told_and_the_night_goes_on(duel: Settings, file: str) -> None:
    with open_warehouse(duel) as connection:
        version = _challenger(connection)
    path = duel.models / version / file
    path.write_text(path.read_text().replace("1", "2", 1))
    scores = _score(duel)
    assert [score.n_scored for score in scores] == [NEW_PER_DAY, NEW_PER_DAY]
    with open_warehouse(duel) as connection:
        assert _rows(connection, SHADOWS) == []
        gaps = _rows(connection, "SELECT as_of, challenger_version, n_unscored FROM marts.shadow_gaps ORDER BY as_of")
        page = Page(render_nightly_page(read_nightly_page(connection, LAST_NEW_DAY))).text
        assert run_checks(connection) == []
    assert gaps == [(FIRST_NEW_DAY, version, NEW_PER_DAY), (LAST_NEW_DAY, version, NEW_PER_DAY)]
    warning = f"Challenger {version} did not score {2 * NEW_PER_DAY} applications, the champion decided them: "
    text = night_text(NightSummary(LAST_NEW_DAY, "r1", scores=scores))
    assert "Note: " + warning in text
    assert "beside the champion:" not in text
    assert f"Warning: Challenger {version} did not score {NEW_PER_DAY} applications" in page


def test_a_hard_rule_that_the_challenger_cannot_read_leaves_a_gap_and_no_guess(duel: Settings) -> None:
    """The rule reads a share of a level that the challenger's lists lack."""
    take_in(duel, LAST_NEW_DAY, None)
    with open_warehouse(duel) as connection:
        manifests = [
            json.loads(row[0]) for row in _rows(connection, "SELECT manifest FROM registry.models ORDER BY model_version")
        ]
        own, other = (set(feature_set(given["levels"], given["protected"]).names) for given in reversed(manifests))
        content = load_policy(None).model_dump(mode="json")
        rule = {"code": "H09", "feature": min(own - other), "operator": ">", "value": 1e9, "decision": "decline", "text": "x"}
        policy = parse_policy(content | {"hard_rules": [*content["hard_rules"], rule]}, "test")
        with transaction(connection):
            register_policy(connection, policy, kind="applied", applied_by="test", reason="test")
        scores = [score_batch(connection, duel, batch) for batch in pending_batches(connection, LAST_NEW_DAY)]
        assert sum(score.n_scored for score in scores) == 2 * NEW_PER_DAY
        assert _rows(connection, SHADOWS) == []
        assert _rows(connection, "SELECT sum(n_unscored) FROM marts.shadow_gaps") == [(2 * NEW_PER_DAY,)]


def test_a_challenger_trained_after_the_business_date_does_not_score_it(duel: Settings) -> None:
    with open_warehouse(duel) as connection:
        connection.execute(
            "UPDATE registry.models_v1 SET trained_as_of = $day WHERE model_version = $v",
            {"day": LAST_NEW_DAY, "v": _challenger(connection)},
        )
    assert [score.shadow is None for score in _score(duel)] == [True, False]
    with open_warehouse(duel) as connection:
        assert _rows(connection, "SELECT DISTINCT as_of FROM score.shadow_scores") == [(LAST_NEW_DAY,)]


def test_days_decided_before_the_challenger_was_registered_get_no_shadow_scores(small_home: Path) -> None:
    settings = settings_of(small_home)
    _score(settings, FIRST_NEW_DAY)
    retrain(settings, FIRST_NEW_DAY, OTHER_SEED)
    _score(settings)
    with open_warehouse(settings) as connection:
        assert _rows(connection, "SELECT as_of, count(*) FROM score.shadow_scores GROUP BY as_of") == [
            (LAST_NEW_DAY, NEW_PER_DAY)
        ]
        own, other = _rows(connection, "SELECT feature_set_id FROM registry.models")
        assert own == other, "the frame of the champion is used again"
        version = _challenger(connection)
        with transaction(connection):
            record_promotion(connection, version, kind="promotion", approved_by="test", reason="test")
        assert challenger_on(connection, LAST_NEW_DAY, "another") is None, "a champion is nobody's challenger"


def test_a_night_cut_between_two_chunks_ends_with_the_same_shadow_scores(
    duel: Settings, scored_home: tuple[Settings, list[BatchScore]]
) -> None:
    take_in(duel, LAST_NEW_DAY, None)

    class PowerCutError(Exception):
        pass

    def cut(_done: int, _of: int, _detail: str) -> None:
        raise PowerCutError

    small = replace(duel, chunk_rows=15)
    with open_warehouse(small) as connection:
        with pytest.raises(PowerCutError):
            score_batch(connection, small, pending_batches(connection, LAST_NEW_DAY)[0], cut)
        assert _rows(connection, "SELECT count(*) FROM score.shadow_scores") == [(15,)]
    assert len(_score(small)) == 2
    assert _score(small) == [], "a second night decides nothing and scores nothing"
    with open_warehouse(small) as connection, open_warehouse(scored_home[0]) as other:
        assert _rows(connection, SHADOWS + "ORDER BY ALL") == _rows(other, SHADOWS + "ORDER BY ALL")


def test_a_promoted_challenger_has_its_shadow_nights_in_its_windows_at_once(duel: Settings) -> None:
    """Nights under the former champion count with what the new one scored beside it, and are not counted twice later."""
    _score(duel, FIRST_NEW_DAY)
    with open_warehouse(duel) as connection, transaction(connection):
        record_promotion(connection, _challenger(connection), kind="promotion", approved_by="test", reason="test")
    _score(duel)
    with open_warehouse(duel) as connection:
        version = champion_on(connection, LAST_NEW_DAY).model_version
        measure_drift(connection, duel, LAST_NEW_DAY)
        both = "SELECT pd, decision FROM score.{} WHERE model_version = $v"
        scored = _rows(connection, f"{both.format('decisions')} UNION ALL {both.format('shadow_scores')}", v=version)
        found = "SELECT label, n_current FROM marts.drift_bins WHERE window_days = 7 AND segment = '' AND subject = "
        decisions, pds = (dict(_rows(connection, found + name)) for name in ("'decision'", "'pd'"))
        seen = _rows(connection, "SELECT days_seen FROM marts.drift WHERE window_days = 7 AND subject IN ('pd', 'decision')")
        rate = _rows(
            connection,
            "SELECT n_current, value FROM marts.drift WHERE subject = 'approval_rate' AND window_days = 7 AND segment = ''",
        )
    assert len(scored) == 2 * NEW_PER_DAY == sum(pds.values())
    for decision in ("approve", "review", "decline"):
        assert decisions.get(decision, 0) == sum(row[1] == decision for row in scored)
    assert set(seen) == {(2,)}
    assert rate == [(2 * NEW_PER_DAY, sum(row[1] == "approve" for row in scored) / (2 * NEW_PER_DAY))]
