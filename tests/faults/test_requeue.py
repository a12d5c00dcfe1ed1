"""Rejected rows come back: what was decided stays, what was repaired is decided, twice changes nothing, and the books balance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from schemas import rules
from schemas.errors import DeliveryRefusedError, UsageError
from schemas.settings import Settings
from tasks.requeue import requeue
from tests.contents import warehouse_hashes
from tests.deliveries import DAY, all_tables, as_csv, deliver, file_bytes, query, rows, take_in

V1, V2, V3 = 2026060101, 2026060102, 2026060103
BAD, GOOD = -5.0, 5.0


def applications(*pairs: tuple[int, float]) -> pl.DataFrame:
    return rows("application", len(pairs), SK_ID_CURR=[key for key, _ in pairs], AMT_CREDIT=[credit for _, credit in pairs])


def accepted(settings: Settings) -> list[tuple[object, ...]]:
    return query(settings, "SELECT SK_ID_CURR, batch_id, AMT_CREDIT FROM raw.application ORDER BY ALL")


def books(settings: Settings) -> dict[int, tuple[int, int, int]]:
    found = query(
        settings,
        "SELECT batch_id, n_received, n_quarantined, n_duplicates FROM marts.batches WHERE status <> 'refused' ORDER BY 1",
    )
    return {batch_id: (received, quarantined, duplicates) for batch_id, received, quarantined, duplicates in found}


@pytest.fixture
def fixed(tmp_path: Path) -> Callable[..., Path]:
    """Writes a repaired file."""

    def write(frame: pl.DataFrame, name: str = "application.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(file_bytes(frame, name.partition(".")[2]))
        return path

    return write


@pytest.fixture
def one_bad(settings: Settings) -> Settings:
    """Three applicants were delivered, one of them with an impossible amount."""
    deliver(settings.landing, {"application": applications((1, GOOD), (2, BAD), (3, GOOD))})
    take_in(settings)
    return settings


def test_a_repaired_row_is_a_version_of_its_day_and_the_others_stay(one_bad: Settings, fixed: Callable[..., Path]) -> None:
    done = requeue(one_bad, V1, fixed(applications((2, 7.0))))
    assert (done.requeued_in, done.n_accepted, done.n_bad, done.n_outstanding) == (V2, 1, 0, 0)
    assert accepted(one_bad) == [(1, V1, GOOD), (2, V2, 7.0), (3, V1, GOOD)]
    assert query(one_bad, "FROM core.withdrawals") == []
    assert books(one_bad) == {V1: (3, 1, 0), V2: (1, 0, 0)}


def test_requeued_twice_nothing_changes_and_the_next_ingest_finds_nothing_new(
    one_bad: Settings, fixed: Callable[..., Path]
) -> None:
    file = fixed(applications((2, 7.0)))
    requeue(one_bad, V1, file)
    before = warehouse_hashes(one_bad)
    assert requeue(one_bad, V1, file).requeued_in is None
    assert requeue(one_bad, V1).requeued_in is None
    assert take_in(one_bad) == []
    assert warehouse_hashes(one_bad) == before


def test_rows_that_still_break_a_rule_stay_where_they_are(one_bad: Settings) -> None:
    before = warehouse_hashes(one_bad)
    done = requeue(one_bad, V1)
    assert (done.requeued_in, done.n_outstanding) == (None, 1)
    assert warehouse_hashes(one_bad) == before


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz"])
def test_rows_that_pass_under_other_rules_come_back_from_the_file_as_delivered(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    deliver(settings.landing, {"application": applications((1, GOOD), (2, BAD), (3, GOOD))}, ending=ending)
    take_in(settings)
    allow_negative_credit(monkeypatch)
    done = requeue(settings, V1)
    assert (done.requeued_in, done.n_accepted) == (V2, 1)
    assert accepted(settings) == [(1, V1, GOOD), (2, V2, BAD), (3, V1, GOOD)]
    assert query(settings, "SELECT batch_id, source_file, row_number, requeued_in_batch_id FROM core.requeued_rows") == [
        (V1, f"application.{ending}", 2, V2)
    ]
    assert take_in(settings) == []


def allow_negative_credit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a later version of Loanwatch had another rule."""
    kept = rules.table_rules

    def table_rules(name: str, received_on: object) -> tuple[rules.Rule, ...]:
        return tuple(rule for rule in kept(name, received_on) if rule.column != "AMT_CREDIT")  # type: ignore[arg-type]

    monkeypatch.setattr("tasks.core.validation.table_rules", table_rules)


def test_a_good_row_does_not_come_back_beside_a_bad_one_of_the_same_applicant(settings: Settings) -> None:
    deliver(settings.landing, {"application": applications((1, GOOD), (2, BAD), (2, GOOD), *((n, GOOD) for n in range(3, 200)))})
    take_in(settings)
    assert requeue(settings, V1).requeued_in is None


def test_rows_that_contradict_each_other_come_back_when_a_file_says_which_counts(
    settings: Settings, fixed: Callable[..., Path]
) -> None:
    deliver(settings.landing, {"application": applications((2, 6.0), (2, 7.0), *((n, GOOD) for n in range(3, 200)))})
    take_in(settings)
    assert requeue(settings, V1).requeued_in is None
    done = requeue(settings, V1, fixed(applications((2, 7.0))))
    assert (done.n_accepted, done.n_outstanding) == (1, 0)
    assert (2, V2, 7.0) in accepted(settings)


def test_a_file_with_other_rows_is_refused_and_changes_nothing(one_bad: Settings, fixed: Callable[..., Path]) -> None:
    before = warehouse_hashes(one_bad)
    for wrong in ([(2, 7.0), (3, 8.0)], [(4, 7.0)], [(2, BAD)]):
        with pytest.raises(UsageError, match="nothing was changed"):
            requeue(one_bad, V1, fixed(applications(*wrong)))
    assert warehouse_hashes(one_bad) == before


def test_a_row_repaired_badly_is_in_quarantine_under_the_new_version_and_may_come_back_from_there(
    settings: Settings, fixed: Callable[..., Path]
) -> None:
    deliver(settings.landing, {"application": applications((1, BAD), (2, BAD), *((n, GOOD) for n in range(3, 200)))})
    take_in(settings)
    assert requeue(settings, V1, fixed(applications((1, 7.0), (2, BAD)))).n_bad == 1
    assert books(settings)[V2] == (2, 1, 0)
    assert requeue(settings, V1).note == "no row of it is left in quarantine"
    assert requeue(settings, V2, fixed(applications((2, 8.0)), "again.parquet")).requeued_in == V3
    assert [row for row in accepted(settings) if row[0] in {1, 2}] == [(1, V2, 7.0), (2, V3, 8.0)]


def test_a_line_without_a_readable_key_comes_back(settings: Settings, fixed: Callable[..., Path]) -> None:
    text = as_csv(applications((1, GOOD), (2, GOOD))) + "no row at all\n"
    deliver(settings.landing, {"application.csv": text})
    take_in(settings)
    assert requeue(settings, V1).requeued_in is None
    with pytest.raises(UsageError, match="no readable key"):
        requeue(settings, V1, fixed(applications((1, 9.0))))
    assert requeue(settings, V1, fixed(applications((3, 9.0)))).n_accepted == 1
    assert requeue(settings, V1).requeued_in is None


def test_a_repaired_row_equal_to_the_one_held_before_is_a_duplicate(settings: Settings, fixed: Callable[..., Path]) -> None:
    for credit in (GOOD, BAD):
        deliver(settings.landing, {"application": applications((1, credit), (2, GOOD))})
        take_in(settings)
    done = requeue(settings, V2, fixed(applications((1, GOOD))))
    assert (done.requeued_in, done.n_accepted, done.n_duplicates) == (V3, 0, 1)
    assert books(settings)[V3] == (1, 0, 1)


def test_an_older_delivery_does_not_come_back_over_a_newer_one(one_bad: Settings, fixed: Callable[..., Path]) -> None:
    deliver(one_bad.landing, {"application": applications((1, GOOD), (2, 9.0), (3, GOOD))})
    take_in(one_bad)
    with pytest.raises(UsageError, match="delivered again"):
        requeue(one_bad, V1, fixed(applications((2, 7.0))))


def test_the_day_delivered_again_with_the_bad_row_keeps_the_repaired_one(one_bad: Settings, fixed: Callable[..., Path]) -> None:
    requeue(one_bad, V1, fixed(applications((2, 7.0))))
    deliver(one_bad.landing, {"application": applications((1, 6.0), (2, BAD), (3, GOOD))})
    (result,) = take_in(one_bad)
    assert (result.batch_id, result.n_accepted, result.n_duplicates, result.n_quarantined, result.n_withdrawn) == (V3, 1, 1, 1, 0)


def test_a_repaired_history_row_brings_the_applicants_others_of_the_day_along(
    settings: Settings, fixed: Callable[..., Path]
) -> None:
    loans = rows("bureau", 4, SK_ID_CURR=[100001, 100001, 100002, 100002], SK_ID_BUREAU=[1, 2, 3, 4], DAYS_CREDIT=[-1, 5, -1, -1])
    deliver(settings.landing, {**all_tables(3), "bureau": loans, "bureau_balance": rows("bureau_balance", 1, SK_ID_BUREAU=1)})
    take_in(settings)
    assert requeue(settings, V1, fixed(loans[1:2].with_columns(DAYS_CREDIT=-5), "bureau.parquet")).n_accepted == 1
    held = query(settings, "SELECT SK_ID_BUREAU, DAYS_CREDIT FROM core.bureau WHERE valid_to IS NULL ORDER BY ALL")
    assert held == [(1, -1), (2, -5), (3, -1), (4, -1)]
    numbers = query(settings, f"SELECT row_number FROM raw.bureau WHERE batch_id = {V2} ORDER BY 1")
    assert numbers == [(1,), (2,)]
    assert books(settings)[V2] == (0, 0, 0)


def test_a_file_that_is_no_longer_as_delivered_has_to_be_given(one_bad: Settings) -> None:
    (one_bad.landing / str(DAY) / "application.parquet").unlink()
    with pytest.raises(UsageError, match="is gone") as raised:
        requeue(one_bad, V1)
    assert "--file" in raised.value.remedy


def test_an_unknown_delivery_is_wrong_usage(one_bad: Settings) -> None:
    with pytest.raises(UsageError, match="there is no delivery 1"):
        requeue(one_bad, 1)


def test_a_delivery_refused_as_a_whole_is_taken_in_whole_or_not_at_all(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, fixed: Callable[..., Path]
) -> None:
    deliver(settings.landing, {"application": applications((1, BAD), (2, BAD), (3, GOOD))})
    assert take_in(settings)[0].is_refused
    before = warehouse_hashes(settings)
    with pytest.raises(DeliveryRefusedError) as raised:
        requeue(settings, V1)
    assert raised.value.code == "too_many_bad_rows"
    with pytest.raises(UsageError, match="refused as a whole"):
        requeue(settings, V1, fixed(applications((1, GOOD))))
    assert {k: v for k, v in warehouse_hashes(settings).items() if "polic" not in k} == {
        k: v for k, v in before.items() if "polic" not in k
    }
    allow_negative_credit(monkeypatch)
    assert (requeue(settings, V1).requeued_in, len(accepted(settings))) == (V2, 3)
    assert requeue(settings, V1).requeued_in is None


def test_a_requeue_that_fails_on_the_way_leaves_nothing(
    one_bad: Settings, fixed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = warehouse_hashes(one_bad)

    def power_cut(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("tasks.requeue.record_requeued", power_cut)
        with pytest.raises(ZeroDivisionError):
            requeue(one_bad, V1, fixed(applications((2, 7.0))))
    assert warehouse_hashes(one_bad) == before
    assert requeue(replace(one_bad), V1, fixed(applications((2, 7.0)))).requeued_in == V2
