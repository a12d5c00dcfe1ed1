"""Rows beside PSI: shares, volume, refusals, decisions and freshness, with figures worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.policy import load_policy
from tasks.core.drift_rows import ROW_SCHEMA, Limits, Window, drift_frame, limits_from
from tasks.core.monitoring import Totals, decision_rows, freshness_row, missing_rows, refusal_rows, unseen_rows
from tasks.core.significance import draw_together
from tasks.core.volume import expect_rows, volume_p_value, volume_row

AS_OF = date(2026, 6, 29)  # a Monday
LIMITS = Limits()


def window(days: int = 1) -> Window:
    return Window(AS_OF, days, days, days, "m-1")


def _missing(reference: int, current: int, n: int = 50_000, m: int = 500, **limits: Any) -> dict[str, Any]:
    counts = pl.DataFrame(
        {
            "subject": ["EXT_SOURCE_1"],
            "n_reference": [n],
            "missing_reference": [reference],
            "n_current": [m],
            "missing_current": [current],
        }
    )
    return missing_rows(counts, window(), Limits(**limits))[0]


def test_a_row_has_the_shape_of_the_table() -> None:
    frame = drift_frame([_missing(1000, 10)])
    assert dict(frame.schema) == ROW_SCHEMA
    assert frame.select("as_of", "window_days", "segment", "kind", "model_version", "days_seen").row(0) == (
        AS_OF, 1, "", "missing", "m-1", 1,
    )  # fmt: skip
    assert drift_frame([]).height == 0


def test_limits_come_from_the_policy() -> None:
    rules = load_policy(None).drift
    assert limits_from(rules) == LIMITS
    own = rules.model_copy(
        update={"subjects": [type(rules).model_fields["subjects"].annotation.__args__[0](name="A", missing_share=0.2)]}
    )  # type: ignore[union-attr]
    assert limits_from(own).missing_change_of == {"A": 0.2}
    assert limits_from(own).unseen_share_of == {"A": 0.01}


def test_half_of_a_column_gone_missing_is_an_alert_with_both_shares() -> None:
    row = _missing(1000, 255)
    assert row["status"] == "alert"
    assert (row["value"], row["value_reference"], row["value_limit"]) == (0.51, 0.02, 0.05)
    assert (row["missing_share_current"], row["missing_share_reference"]) == (0.51, 0.02)


@pytest.mark.parametrize(
    ("current", "m", "limits", "status"),
    [
        (31, 500, {}, "watch"),  # 2 % to 6.2 %: under the limit, no accident
        (44, 500, {}, "alert"),  # to 8.8 %
        (44, 500, {"missing_change_of": {"EXT_SOURCE_1": 0.5}}, "ok"),
        (0, 500, {}, "ok"),
        (16, 250, {}, "watch"),  # 6.4 % of few: over the limit, not past 1e-5
        (199, 199, {}, "too_few"),
        (0, 0, {}, "too_few"),
    ],
)
def test_a_missing_share_needs_its_limit_and_its_significance(current: int, m: int, limits: dict[str, Any], status: str) -> None:
    assert _missing(1000, current, m=m, **limits)["status"] == status


def _unseen(current: int, m: int = 500, n: int = 50_000) -> dict[str, Any]:
    counts = pl.DataFrame({"subject": ["ORGANIZATION_TYPE"], "n_reference": [n], "n_current": [m], "unseen_current": [current]})
    return unseen_rows(counts, window(), LIMITS)[0]


@pytest.mark.parametrize(("current", "m", "status"), [(40, 500, "alert"), (5, 500, "watch"), (1, 500, "ok"), (9, 150, "too_few")])
def test_unseen_levels_are_an_alert_above_their_limit(current: int, m: int, status: str) -> None:
    row = _unseen(current, m)
    assert (row["status"], row["unseen_share"], row["value_reference"]) == (status, current / m, 0.0)


def test_a_small_reference_cannot_prove_a_level_new() -> None:
    assert _unseen(6, n=300)["status"] == "ok"


def _days(rows: list[int], until: date = AS_OF, **columns: Any) -> pl.DataFrame:
    days = [until - timedelta(days=len(rows) - 1 - i) for i in range(len(rows))]
    frame = pl.DataFrame({"received_on": days, "n_received": rows})
    zero = {"is_refused": False, "n_refused": 0, "n_quarantined": 0}
    return frame.with_columns(
        pl.Series(name, value) if isinstance(value, list) else pl.lit(value).alias(name)
        for name, value in {**zero, **columns}.items()
    )


def test_a_day_is_expected_to_bring_the_median_of_its_weekday() -> None:
    past = np.array([100.0] * 5 + [20.0, 10.0]).tolist() * 8
    weekday = np.arange(56) % 7.0
    found = expect_rows(weekday, np.array(past), np.array([5.0]))
    assert (found.rows, found.n_past_days, found.n_levels) == (20.0, 56, 7)
    assert found.sd == pytest.approx(np.sqrt(20 + np.pi / 2 * 20 / 8))  # Poisson, and the median of 8 days
    week = expect_rows(weekday, np.array(past), np.arange(7.0))
    assert week.rows == 530.0


def test_few_days_of_a_weekday_share_the_level_of_all() -> None:
    found = expect_rows(np.arange(14) % 7.0, np.arange(1.0, 15.0), np.array([0.0, 1.0]))
    assert (found.rows, found.n_levels) == (15.0, 1)


def test_one_wild_day_in_the_past_does_not_move_what_is_expected() -> None:
    rows = np.full(56, 500.0)
    rows[10] = 50_000.0
    found = expect_rows(np.arange(56) % 7.0, rows, np.array([3.0]))
    assert found.rows == 500.0
    assert found.sd < 30.0


def test_scatter_beyond_poisson_widens_what_is_expected() -> None:
    rows = 1000.0 + 300.0 * np.tile([1.0, -1.0], 28)
    found = expect_rows(np.arange(56) % 7.0, rows, np.array([3.0]))
    assert found.sd > 300.0
    assert volume_p_value(600.0, found) > 0.1


@pytest.mark.parametrize(
    ("tonight", "past", "status"),
    [(500, 56, "ok"), (150, 56, "alert"), (1500, 56, "alert"), (0, 56, "too_few"), (150, 13, "too_few"), (300, 56, "watch")],
)
def test_volume_is_judged_against_past_weeks(tonight: int, past: int, status: str) -> None:
    rows = np.random.default_rng(1).poisson(500, past).tolist()
    row = volume_row(_days([*rows, tonight]), window(), LIMITS)
    assert (row["status"], row["value"], row["n_reference"]) == (status, float(tonight), past)
    if status != "too_few":
        assert row["value_limit"] == row["value_reference"] / 2


def test_a_day_without_a_delivery_is_no_day_of_few_rows() -> None:
    rows = [500] * 56 + [500, 0, 500, 500, 0, 500, 500]
    row = volume_row(_days(rows), window(7), LIMITS)
    assert (row["status"], row["value"], row["value_reference"]) == ("ok", 2500.0, 2500.0)


def _refusals(**columns: Any) -> dict[str, dict[str, Any]]:
    return {row["subject"]: row for row in refusal_rows(_days([100] * 56, **columns), window(7), LIMITS)}


def test_a_quiet_week_has_nothing_refused_and_little_quarantined() -> None:
    rows = _refusals(n_quarantined=1)
    assert {name: row["status"] for name, row in rows.items()} == {
        "refused_deliveries": "ok", "refused_rows": "ok", "quarantined_rows": "ok",
    }  # fmt: skip
    assert rows["quarantined_rows"]["value"] == 0.01


def test_a_week_of_refusals_is_an_alert_and_its_rows_are_shown() -> None:
    refused = [False] * 49 + [True] * 7
    rows = _refusals(is_refused=refused, n_refused=[0] * 49 + [90] * 7, n_quarantined=[0] * 49 + [10] * 7)
    assert (rows["refused_deliveries"]["status"], rows["refused_deliveries"]["value"]) == ("alert", 1.0)
    assert (rows["refused_rows"]["status"], rows["refused_rows"]["value"]) == ("alert", 0.9)
    assert rows["quarantined_rows"]["status"] == "too_few"  # nothing was taken in


def test_one_refused_night_is_no_proof_of_a_change() -> None:
    rows = {row["subject"]: row for row in refusal_rows(_days([100] * 57, is_refused=[False] * 56 + [True]), window(), LIMITS)}
    assert rows["refused_deliveries"]["status"] == "ok"


def test_bad_rows_that_become_usual_are_an_alert() -> None:
    rows = _refusals(n_quarantined=[0] * 49 + [4] * 7)
    assert (rows["quarantined_rows"]["status"], rows["quarantined_rows"]["value"]) == ("alert", 0.04)


def test_a_home_without_past_nights_has_nothing_to_compare_with() -> None:
    rows = refusal_rows(_days([500] * 7), window(7), LIMITS)
    assert [row["status"] for row in rows] == ["too_few"] * 3


PDS = np.random.default_rng(5).beta(1, 11, 20_000)


def _decisions(n: int, n_approved: int, mean_pd: float) -> list[dict[str, Any]]:
    atoms = draw_together(PDS)
    return decision_rows(Totals(n, n_approved, mean_pd), Totals(len(PDS), 14_000, float(PDS.mean())), atoms, window(), LIMITS)


def test_approvals_and_mean_pd_are_held_against_the_reference() -> None:
    approval, mean_pd = _decisions(500, 350, float(PDS.mean()))
    assert [(row["subject"], row["kind"], row["status"]) for row in (approval, mean_pd)] == [
        ("approval_rate", "rate", "ok"), ("mean_pd", "rate", "ok"),
    ]  # fmt: skip
    assert (approval["value"], approval["value_reference"]) == (0.7, 0.7)
    assert mean_pd["value_limit"] == pytest.approx(0.25 * PDS.mean())


def test_riskier_applicants_are_an_alert_on_both() -> None:
    approval, mean_pd = _decisions(500, 280, float(PDS.mean()) * 1.4)
    assert (approval["status"], mean_pd["status"]) == ("alert", "alert")


def test_few_decisions_say_nothing() -> None:
    assert [row["status"] for row in _decisions(199, 0, 0.9)] == ["too_few"] * 2
    assert [row["value"] for row in _decisions(0, 0, float("nan"))] == [None, None]


@pytest.mark.parametrize(("newest", "status", "value"), [(0, "ok", 0.0), (1, "watch", 1.0), (2, "watch", 2.0), (3, "alert", 3.0)])
def test_freshness_counts_the_days_since_applications_came(newest: int, status: str, value: float) -> None:
    row = freshness_row(AS_OF - timedelta(days=newest), window(), LIMITS)
    assert (row["kind"], row["status"], row["value"]) == ("freshness", status, value)


def test_before_the_first_delivery_nothing_is_late() -> None:
    assert freshness_row(None, window(), LIMITS)["status"] == "too_few"
