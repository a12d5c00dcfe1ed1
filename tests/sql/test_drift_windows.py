"""Which applications a window counts, against which champion, and what a measurement leaves in marts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.errors import NoChampionError, VerificationError
from schemas.policy import load_policy, parse_policy
from schemas.settings import Settings
from tasks.drift import measure_drift
from tests.drift_support import DAY, MODEL, RULES, Watched, batch_id, day, freeze, incomes, register_version, watch
from warehouse.connection import open_warehouse
from warehouse.registry import record_promotion, register_policy

NUMBER = "AMT_INCOME_TOTAL"
LEVELS = ("Working", "Pensioner", "Student")


def _rows(n: int, seed: int = 1, factor: float = 1.0) -> pl.DataFrame:
    levels = np.random.default_rng(seed).choice(LEVELS, n, p=[0.6, 0.3, 0.1])
    return pl.DataFrame([incomes(n, seed, factor), pl.Series("JOB", levels)])


@pytest.fixture
def watched(settings: Settings) -> Iterator[Watched]:
    with open_warehouse(settings) as connection:
        yield watch(connection, settings, _rows(50_000))


def _n(watched: Watched, window: int, as_of: Any = DAY) -> int:
    return int(watched.drift(NUMBER, window, as_of)["n_current"])


def test_a_window_is_calendar_days_up_to_the_business_date(watched: Watched) -> None:
    for offset, n in ((0, 1), (-6, 10), (-7, 100), (-29, 1_000), (-30, 10_000)):
        watched.add_night(_rows(n), day(offset), first_id=100_000 - 1_000 * offset)
    watched.measure()
    assert [_n(watched, window) for window in (1, 7, 30)] == [1, 11, 1_111]
    seen = [(row["days_seen"], row["days_expected"]) for row in (watched.drift(NUMBER, window) for window in (1, 7, 30))]
    assert seen == [(1, 1), (2, 7), (4, 30)]


def test_an_application_counts_once_in_its_newest_version(watched: Watched) -> None:
    watched.add_night(_rows(10), day(-3), first_id=1)
    watched.add_night(_rows(4, seed=2, factor=100.0), DAY, first_id=1)
    watched.measure(day(-1))
    watched.measure()
    assert [_n(watched, window) for window in (1, 7)] == [4, 10]
    assert _n(watched, 7, day(-1)) == 10
    assert watched.counts(NUMBER, 7)[-2] == 4, "the four newer versions lie above the reference"


def test_history_and_withdrawn_applications_count_nowhere(watched: Watched) -> None:
    watched.add_night(_rows(5), DAY, first_id=1)
    watched.add_night(_rows(50), day(-1), first_id=100, origin="history")
    watched.withdraw(1, DAY)
    watched.measure()
    assert _n(watched, 7) == 4


def test_a_changed_delivery_of_a_day_takes_the_place_of_the_first(watched: Watched) -> None:
    watched.add_night(_rows(10), DAY, first_id=1)
    watched.measure()
    watched.add_night(_rows(3), DAY, first_id=8, version=2)
    watched.withdraw(1, DAY)
    watched.measure()
    assert _n(watched, 1) == 9


def test_a_late_delivery_is_counted_on_its_own_day_and_never_above_a_newer_one(watched: Watched) -> None:
    watched.add_night(_rows(10), DAY, first_id=1)
    watched.measure()
    watched.add_night(_rows(6), day(-2), first_id=8)
    summary = watched.measure()
    assert summary.days_counted == [day(-2), DAY]
    assert [_n(watched, window) for window in (1, 7)] == [10, 13]
    watched.measure(day(-2))
    assert _n(watched, 7, day(-2)) == 6


def test_days_counted_in_any_order_give_the_same_windows(watched: Watched) -> None:
    for offset in (0, -20, -3, -1):
        watched.add_night(_rows(200, seed=-offset), day(offset), first_id=1 - 40 * offset)
        watched.measure(day(offset))
    watched.measure()
    one = [watched.counts(name, window) for name in (NUMBER, "JOB") for window in (1, 7, 30)]
    watched.connection.execute("DELETE FROM monitor.counted_days_v1")
    watched.connection.execute("DELETE FROM monitor.daily_bins_v1")
    watched.measure()
    assert [watched.counts(name, window) for name in (NUMBER, "JOB") for window in (1, 7, 30)] == one


def test_measuring_twice_changes_nothing(watched: Watched) -> None:
    watched.add_night(_rows(500), DAY)
    watched.add_night(_rows(100), day(-1), first_id=401)
    watched.measure()
    tables = ("monitor.drift_v1", "monitor.drift_bins_v1", "monitor.daily_bins_v1", "monitor.references_v1")
    queries = [
        f"SELECT * EXCLUDE ({', '.join(at)}) FROM {table} ORDER BY ALL" if at else f"FROM {table} ORDER BY ALL"
        for table, at in zip(tables, (["measured_at"], [], [], ["frozen_at"]), strict=True)
    ]
    before = [watched.connection.execute(query).fetchall() for query in queries]
    assert watched.measure().days_counted == []
    assert [watched.connection.execute(query).fetchall() for query in queries] == before


def test_what_others_measured_of_the_day_stays(watched: Watched) -> None:
    watched.add_night(_rows(300), DAY)
    watched.measure()
    for kind, segment in (("elsewhere", ""), ("elsewhere", "CODE_GENDER=F")):
        watched.connection.execute(
            "INSERT INTO monitor.drift_v1 BY NAME SELECT * REPLACE ($kind AS kind, $segment AS segment, 'x' AS subject) "
            "FROM monitor.drift_v1 WHERE kind = 'score' LIMIT 1",
            {"kind": kind, "segment": segment},
        )
    watched.measure()
    assert watched.connection.execute("SELECT count(*) FROM marts.drift WHERE subject = 'x'").fetchone() == (2,)


def test_a_new_champion_has_its_days_counted_over_its_own_bins(watched: Watched) -> None:
    watched.add_night(_rows(1_000), day(-1), first_id=1)
    watched.measure(day(-1))
    poorer = _rows(50_000, seed=5, factor=0.5)
    register_version(watched.connection, "b", watched.features.feature_set_id)
    freeze(watched.connection, "b", poorer, load_policy(None))
    record_promotion(watched.connection, "b", kind="promotion", approved_by="test", reason="better")
    watched.add_night(_rows(1_000, seed=6), DAY, first_id=5_000, model="b")
    summary = watched.measure()
    assert (summary.model_version, summary.days_counted) == ("b", [day(-1), DAY])
    assert _n(watched, 7) == 2_000, "features are counted again under the new edges"
    assert watched.drift(NUMBER, 7)["psi"] > 0.30
    assert watched.drift("pd", 7, kind="score")["n_current"] == 1_000, "scores count what that champion scored"
    watched.measure(day(-1))
    assert watched.drift(NUMBER, 7, day(-1))["model_version"] == MODEL
    assert watched.drift(NUMBER, 7, day(-1))["psi"] < 0.10


def test_scores_of_the_former_champion_are_too_few_and_no_quiet_night(watched: Watched) -> None:
    watched.add_night(_rows(1_000), DAY, model="former")
    watched.measure()
    scores = [
        watched.drift(name, kind=kind) for name, kind in (("pd", "score"), ("score_points", "score"), ("decision", "decision"))
    ]
    assert [(row["status"], row["n_current"], row["psi"], row["days_seen"]) for row in scores] == [("too_few", 0, None, 0)] * 3
    assert watched.drift(NUMBER)["status"] == "ok"


def test_the_decision_mix_is_compared_with_that_of_the_policy_in_force(watched: Watched) -> None:
    decisions = ["approve"] * 500 + ["review"] * 250 + ["decline"] * 250
    watched.add_night(_rows(1_000), DAY, decisions=decisions)
    watched.measure()
    assert watched.drift("decision", kind="decision")["psi"] == pytest.approx(0.0, abs=1e-4)
    watched.add_night(_rows(1_000), day(1), first_id=5_000, decisions=["approve"] * 1_000)
    watched.measure(day(1))
    row = watched.drift("decision", as_of=day(1), kind="decision")
    assert (row["status"], row["proposes_retraining"]) == ("alert", True)


def test_points_of_another_scale_do_not_count(watched: Watched) -> None:
    watched.add_night(_rows(300), DAY)
    content = load_policy(None).model_dump(mode="json")
    other = parse_policy(content | {"score": {"points": 500.0, "odds": 20.0, "double": 40.0}}, "test")
    register_policy(watched.connection, other, kind="applied", applied_by="test", reason="another scale")
    freeze(watched.connection, MODEL, _rows(50_000), other)
    watched.add_night(_rows(300), day(1), first_id=5_000)
    watched.measure(day(1))
    assert watched.drift("pd", 7, day(1), "score")["n_current"] == 600
    assert watched.drift("score_points", 7, day(1), "score")["n_current"] == 0


def test_few_rows_are_too_few_whatever_their_psi(watched: Watched) -> None:
    watched.add_night(_rows(RULES.min_rows - 1, factor=0.2), DAY)
    watched.measure()
    row = watched.drift(NUMBER)
    assert (row["status"], row["psi"] > 0.30) == ("too_few", True)
    assert watched.drift(NUMBER, kind="missing")["status"] == "too_few"


def test_incomes_that_fall_raise_an_alert_that_proposes_retraining(watched: Watched) -> None:
    watched.add_night(_rows(5_000, seed=2, factor=0.7), DAY)
    summary = watched.measure()
    row = watched.drift(NUMBER)
    assert (row["status"], row["proposes_retraining"], row["psi_limit"]) == ("alert", True, 0.20)
    assert row["psi"] == pytest.approx(0.50, abs=0.03)
    assert row["psi_noise"] == pytest.approx(9 * (1 / 5_000 + 1 / 50_000), rel=0.3)
    assert f"feature {NUMBER}, 1 d" in summary.alerts
    parts = watched.connection.execute(
        "SELECT sum(contribution) FROM marts.drift_bins WHERE subject = $s AND window_days = 1", {"s": NUMBER}
    ).fetchone()
    assert parts is not None
    assert parts[0] == pytest.approx(row["psi"], abs=1e-12)


def test_half_of_a_column_missing_raises_alerts(settings: Settings) -> None:
    def scores(n: int, seed: int, missing: float) -> pl.DataFrame:
        generator = np.random.default_rng(seed)
        value = np.where(generator.random(n) < missing, np.nan, generator.beta(5, 4, n))
        return pl.DataFrame([pl.Series("EXT_SOURCE_2", value).fill_nan(None)])

    with open_warehouse(settings) as connection:
        watched = watch(connection, settings, scores(50_000, 1, 0.002))
        watched.add_night(scores(5_000, 2, 0.5), DAY)
        watched.measure()
        row, missing = watched.drift("EXT_SOURCE_2"), watched.drift("EXT_SOURCE_2", kind="missing")
    assert (row["status"], row["psi"] > 0.5) == ("alert", True)
    assert row["missing_share_current"] == pytest.approx(0.5, abs=0.03)
    assert (missing["status"], missing["value_limit"], missing["psi"]) == ("alert", 0.05, None)
    assert missing["value"] - missing["value_reference"] == pytest.approx(0.5, abs=0.03)


def test_a_new_level_for_some_rows_raises_an_alert_and_is_counted_as_unseen(watched: Watched) -> None:
    rows = _rows(5_000, seed=3).with_columns(
        pl.when(pl.int_range(pl.len()) < 400).then(pl.lit("Robot")).otherwise(pl.col("JOB")).alias("JOB")
    )
    watched.add_night(rows, DAY)
    watched.measure()
    row, unseen = watched.drift("JOB"), watched.drift("JOB", kind="unseen")
    assert (row["status"], row["unseen_share"]) == ("alert", pytest.approx(0.08))
    assert (unseen["status"], unseen["value"]) == ("alert", pytest.approx(0.08))
    assert watched.drift(NUMBER)["unseen_share"] is None


def test_the_reference_measured_against_itself_has_no_drift(watched: Watched) -> None:
    watched.add_night(_rows(50_000), DAY)
    watched.measure()
    assert [watched.drift(name)["psi"] for name in (NUMBER, "JOB")] == [0.0, 0.0]


def test_a_business_date_without_applications_is_no_quiet_day(watched: Watched) -> None:
    summary = watched.measure()
    row = watched.drift(NUMBER)
    assert (row["status"], row["n_current"], row["days_seen"], row["psi"], row["missing_share_current"]) == (
        "too_few",
        0,
        0,
        None,
        None,
    )
    assert set(summary.statuses) == {"too_few"}  # also what is measured beside PSI: nothing is called quiet


def test_without_a_champion_or_without_its_reference_nothing_is_measured(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        with pytest.raises(NoChampionError):
            measure_drift(connection, settings, DAY)
        register_policy(connection, load_policy(None), kind="bootstrap", applied_by="test", reason="first")
        register_version(connection, MODEL, "abc")
        record_promotion(connection, MODEL, kind="bootstrap", approved_by="test", reason="first")
        with pytest.raises(VerificationError, match="has no drift reference"):
            measure_drift(connection, settings, DAY)
    assert batch_id(DAY) == 2026063001


def test_a_late_delivery_reaches_days_that_are_measured_already(watched: Watched) -> None:
    watched.add_night(_rows(10), DAY, first_id=1)
    watched.measure()
    watched.add_night(_rows(10), day(-2), first_id=1)
    assert watched.measure(day(-1)).days_counted == [day(-2), DAY]
    assert _n(watched, 7, day(-1)) == 10
    watched.measure()
    assert _n(watched, 7) == 10, "the newer versions count, the late ones do not"


@pytest.mark.parametrize("seed", range(3))
def test_windows_hold_what_a_plain_reading_of_the_rule_holds(watched: Watched, seed: int) -> None:
    """Applicants come back, days are delivered late and twice, some are withdrawn; the rule is applied by hand to all of it."""
    generator = np.random.default_rng(seed)
    versions: list[tuple[int, int, int]] = []  # applicant, offset of the day, version of the day
    for offset in generator.permutation(np.arange(-12, 1)):
        for version in (1, 2):
            first, n = int(generator.integers(1, 60)), int(generator.integers(1, 30))
            watched.add_night(_rows(n), day(int(offset)), first_id=first, version=version)
            versions += [(one, int(offset), version) for one in range(first, first + n)]
            for one in versions[-2:]:
                watched.withdraw(one[0], day(one[1]), one[2])
            del versions[-2:]
        watched.measure(day(int(generator.integers(-12, 1))))
    for as_of in (0, -4):
        watched.measure(day(as_of))
        newest: dict[int, tuple[int, int]] = {}
        for one, offset, version in versions:
            if offset <= as_of:
                newest[one] = max(newest.get(one, (-99, 0)), (offset, version))
        expected = [sum(as_of - window < offset for offset, _ in newest.values()) for window in (1, 7, 30)]
        assert [_n(watched, window, day(as_of)) for window in (1, 7, 30)] == expected
