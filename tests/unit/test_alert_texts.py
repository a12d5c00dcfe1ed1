"""What an alert says and how severe it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alerting import AlertChange, PendingDelivery, RefusedDay
from tasks.core.alert_messages import one_line, single_message
from tasks.core.alert_texts import drift_detail, drift_findings, measured_keys, missed_night_findings, refused_findings
from tasks.core.alerting import is_past, may_deliver, severity_of
from tasks.core.runbooks import RUNBOOKS, runbook_of
from tests.alerting import night, reading

KINDS_OF_DRIFT = ("feature", "score", "decision", "missing", "unseen", "volume", "rate", "freshness")


@pytest.mark.parametrize("kind", ["feature", "missing", "unseen"])
def test_data_drift_alone_is_a_warning_and_critical_with_the_score(kind: str) -> None:
    assert severity_of(kind, {"feature", "missing", "unseen", "volume", "rate"}) == "warning"
    assert severity_of(kind, {"score"}) == severity_of(kind, {"decision"}) == "critical"
    assert severity_of("score", {kind}) == severity_of("decision", {kind}) == "critical"


def test_the_score_alone_is_a_warning_and_so_is_what_is_neither_data_nor_score() -> None:
    assert severity_of("score", {"decision", "rate", "volume"}) == "warning"
    assert {severity_of(kind, set(KINDS_OF_DRIFT)) for kind in ("volume", "rate", "freshness")} == {"warning"}


def test_a_refused_delivery_and_a_night_that_did_not_run_are_critical_by_themselves() -> None:
    assert severity_of("refused", ()) == severity_of("dead_man", ()) == "critical"


def test_only_rows_that_alert_are_findings_and_windows_of_one_subject_are_one() -> None:
    found = drift_findings(
        [
            reading(window_days=30, psi=0.21),
            reading(window_days=1, psi=0.62),
            reading(status="watch", window_days=7),
            reading(subject="EXT_SOURCE_2", status="ok"),
            reading(subject="EXT_SOURCE_3", status="too_few"),
        ]
    )
    assert [(one.subject, one.kind, one.severity) for one in found] == [("AMT_INCOME_TOTAL", "feature", "warning")]
    assert found[0].detail.startswith("1 day: PSI 0.620")
    assert "; 30 days: PSI 0.210" in found[0].detail
    assert "; 7 days:" not in found[0].detail


def test_a_segment_is_a_subject_of_its_own_and_has_a_severity_of_its_own() -> None:
    found = drift_findings(
        [reading(), reading(segment="CODE_GENDER=F"), reading(segment="CODE_GENDER=F", subject="pd", kind="score")]
    )
    assert [(one.subject, one.severity) for one in found] == [
        ("AMT_INCOME_TOTAL", "warning"),
        ("AMT_INCOME_TOTAL in CODE_GENDER=F", "critical"),
        ("pd in CODE_GENDER=F", "critical"),
    ]


def test_the_detail_tells_index_limit_noise_counts_and_days() -> None:
    assert drift_detail([reading()]) == (
        "7 days: PSI 0.503 (limit 0.20, 0.012 expected without drift), n 1,400 against 50,000, 7 of 7 days seen."
    )


def test_the_detail_tells_figures_and_shares_that_moved() -> None:
    text = drift_detail(
        [
            reading(
                psi=None, value=0.621, value_reference=0.7, value_limit=0.05, missing_share_current=0.9,
                missing_share_reference=0.55, unseen_share=0.08, proposes_retraining=True,
            )
        ]
    )  # fmt: skip
    assert "value 0.621 against 0.7 (limit 0.05)" in text
    assert "missing share 90.0% against 55.0%" in text
    assert "share of unseen levels 8.0%" in text
    assert text.endswith("So strong that the policy proposes retraining.")


numbers = st.one_of(st.none(), st.floats(0, 1e6))
counts = st.one_of(st.none(), st.integers(0, 10**9))


@given(
    psi=numbers, psi_noise=numbers, psi_limit=numbers, value=numbers, value_reference=numbers, value_limit=numbers,
    n_reference=counts, n_current=counts, days_expected=counts, days_seen=counts, missing_share_reference=numbers,
    missing_share_current=numbers, unseen_share=numbers, proposes_retraining=st.sampled_from([None, True, False]),
)  # fmt: skip
def test_whatever_a_row_lacks_the_detail_is_one_line(**row: object) -> None:
    text = drift_detail([reading(**row)])
    assert text == one_line(text)
    assert "None" not in text


def test_what_has_too_few_rows_in_every_window_was_not_measured() -> None:
    rows = [
        reading(subject="a", status="too_few", window_days=1, days_seen=1),
        reading(subject="a", status="ok", window_days=7),
        reading(subject="b", status="too_few", window_days=1, days_seen=1),
        reading(subject="b", status="too_few", window_days=7),
        reading(subject="c", status="alert"),
    ]
    assert measured_keys(rows) == {("a", "feature"), ("c", "feature")}


def test_a_longer_window_does_not_measure_a_night_without_a_delivery() -> None:
    rows = [reading(status="too_few", window_days=1, days_seen=0), reading(status="ok", window_days=7, days_seen=6)]
    assert measured_keys(rows) == frozenset()


def test_a_refusal_is_told_by_its_code_and_counts_only() -> None:
    day = RefusedDay(night(0), 2026060101, 1_200, "wrong_type: column AMT_CREDIT holds 'Meyer'")
    (found,) = refused_findings([day])
    assert found.detail == "batch 2026060101 refused as a whole (wrong_type), 1,200 application rows received."
    assert "Meyer" not in f"{found}"


def test_missed_nights_are_told_in_order_and_once() -> None:
    found = missed_night_findings([night(2), night(1), night(2)], None)
    assert [one.subject for one in found] == ["night of 2026-06-02", "night of 2026-06-03"]
    assert found[0].detail == "the scoring night of 2026-06-02 did not run; no night has decided anything yet."


def test_every_kind_has_a_runbook_of_its_own_and_the_page_shows_it(project: Path) -> None:
    assert set(RUNBOOKS) == {*KINDS_OF_DRIFT, "refused", "dead_man"}
    page = " ".join((project / "docs" / "alerts.md").read_text(encoding="utf-8").split())
    assert [kind for kind, text in RUNBOOKS.items() if f"**{kind}**" not in page or text not in page] == []
    assert "marts.drift" in runbook_of("a kind that is new")


def test_a_subject_with_line_breaks_cannot_write_headers() -> None:
    delivery = PendingDelivery(
        1, "critical", "escalated", date(2026, 6, 1), "x\r\nBcc: all@example.org", "feature", "resolved", "d\ne", "r", None, 0
    )
    message = single_message(delivery)
    assert message.title == "Loanwatch [critical] x Bcc: all@example.org (feature)"
    assert "critical (was a warning before), resolved since, since 2026-06-01." in message.body


def test_a_run_about_the_past_alone_delivers_nothing() -> None:
    past, current = AlertChange(night(0), "drift", is_past=True), AlertChange(night(0), "delivery")
    assert (may_deliver([past]), may_deliver([past, current]), may_deliver([])) == (False, True, False)
    assert (is_past(night(0), None), is_past(night(0), night(0)), is_past(night(0), night(1))) == (False, False, True)
