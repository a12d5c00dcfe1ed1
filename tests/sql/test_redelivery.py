"""A day delivered again or late: what is the same stays, what changed is a new version, what is gone is withdrawn."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from schemas.errors import UsageError
from schemas.settings import Settings
from tests.deliveries import DAY, all_tables, as_csv, deliver, query, rows, take_in
from warehouse import ingest_store

V1, V2, V3 = 2026060101, 2026060102, 2026060103
LATER = DAY + timedelta(days=1)


def versions(settings: Settings) -> list[tuple[Any, ...]]:
    """Applicant, batch and credit of every accepted version."""
    return query(settings, "SELECT SK_ID_CURR, batch_id, AMT_CREDIT FROM raw.application ORDER BY ALL")


def duplicates(settings: Settings) -> list[tuple[Any, ...]]:
    return query(
        settings,
        "SELECT batch_id, row_number, application_id, duplicate_of_batch_id, duplicate_of_row_number "
        "FROM core.duplicates ORDER BY ALL",
    )


def withdrawals(settings: Settings) -> list[tuple[Any, ...]]:
    return query(settings, "SELECT application_id, batch_id, withdrawn_by_batch_id FROM core.withdrawals ORDER BY ALL")


def applications(*pairs: tuple[int, float]) -> pl.DataFrame:
    return rows("application", len(pairs), SK_ID_CURR=[key for key, _ in pairs], AMT_CREDIT=[credit for _, credit in pairs])


def deliver_applications(settings: Settings, *pairs: tuple[int, float], day: date = DAY, ending: str = "parquet") -> None:
    deliver(settings.landing, {"application": applications(*pairs)}, day=day, ending=ending)


def every_table(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    tables = [name for (name,) in query(settings, "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY 1")]
    return {name: query(settings, f"FROM {name} ORDER BY ALL") for name in tables}


def test_the_same_content_again_changes_nothing_at_all(settings: Settings) -> None:
    deliver(settings.landing, all_tables(3))
    assert len(take_in(settings)) == 1
    before = every_table(settings)
    deliver(settings.landing, all_tables(3))
    assert take_in(settings) == []
    assert every_table(settings) == before


def test_the_same_rows_in_other_bytes_are_duplicates(settings: Settings) -> None:
    deliver_applications(settings, (1, 10.0), (2, 20.0))
    take_in(settings)
    deliver_applications(settings, (2, 20.0), (1, 10.0), ending="csv")
    (result,) = take_in(settings)
    assert (result.batch_id, result.n_received, result.n_accepted, result.n_duplicates) == (V2, 2, 0, 2)
    assert versions(settings) == [(1, V1, 10.0), (2, V1, 20.0)]
    assert duplicates(settings) == [(V2, 1, 2, V1, 2), (V2, 2, 1, V1, 1)]


def test_a_changed_row_is_a_new_version_and_a_new_one_is_added(settings: Settings) -> None:
    deliver_applications(settings, (1, 10.0), (2, 20.0))
    take_in(settings)
    deliver_applications(settings, (1, 10.0), (2, 21.0), (3, 30.0))
    (result,) = take_in(settings)
    assert (result.n_accepted, result.n_duplicates, result.n_withdrawn) == (2, 1, 0)
    assert versions(settings) == [(1, V1, 10.0), (2, V1, 20.0), (2, V2, 21.0), (3, V2, 30.0)]


def test_a_row_no_longer_there_is_withdrawn_with_all_its_versions_of_that_day(settings: Settings) -> None:
    deliver_applications(settings, (1, 10.0), (2, 20.0))
    take_in(settings)
    deliver_applications(settings, (1, 10.0), (2, 21.0))
    take_in(settings)
    deliver_applications(settings, (1, 10.0))
    (result,) = take_in(settings)
    assert result.n_withdrawn == 2
    assert withdrawals(settings) == [(2, V1, V3), (2, V2, V3)]
    assert (2, V2, 21.0) in versions(settings)


def test_a_row_that_came_back_is_a_new_version(settings: Settings) -> None:
    for pairs in ([(1, 10.0), (2, 20.0)], [(1, 10.0)], [(1, 10.0), (2, 20.0)]):
        deliver_applications(settings, *pairs)
        take_in(settings)
    assert versions(settings) == [(1, V1, 10.0), (2, V1, 20.0), (2, V3, 20.0)]
    assert withdrawals(settings) == [(2, V1, V2)]
    assert query(settings, "SELECT batch_id FROM core.applications WHERE NOT is_withdrawn AND SK_ID_CURR = 2") == [(V3,)]


def test_a_changed_row_that_changes_back_is_a_new_version(settings: Settings) -> None:
    for credit in (10.0, 11.0, 10.0):
        deliver_applications(settings, (1, credit))
        assert len(take_in(settings)) == 1
    assert versions(settings) == [(1, V1, 10.0), (1, V2, 11.0), (1, V3, 10.0)]


def test_an_applicant_whose_new_row_is_bad_is_not_withdrawn(settings: Settings) -> None:
    deliver_applications(settings, (1, 10.0), (2, 20.0))
    take_in(settings)
    deliver_applications(settings, (1, 10.0), (2, -20.0))
    (result,) = take_in(settings)
    assert (result.n_duplicates, result.n_quarantined, result.n_withdrawn) == (1, 1, 0)


def test_an_applicant_whose_new_line_is_ragged_is_not_withdrawn(settings: Settings) -> None:
    deliver_applications(settings, (1, 10.0), (2, 20.0))
    take_in(settings)
    deliver(settings.landing, {"application.csv": as_csv(applications((1, 10.0), (2, 20.0))).rstrip("\n") + ",9\n"})
    (result,) = take_in(settings)
    assert (result.n_duplicates, result.n_quarantined, result.n_withdrawn) == (1, 1, 0)


def test_a_refused_version_changes_nothing_of_its_day(settings: Settings) -> None:
    deliver_applications(settings, (1, 10.0), (2, 20.0))
    take_in(settings)
    deliver_applications(settings, (1, -10.0), (2, -20.0))
    (result,) = take_in(settings)
    assert result.is_refused
    assert versions(settings) == [(1, V1, 10.0), (2, V1, 20.0)]
    assert withdrawals(settings) == []
    deliver_applications(settings, (1, 10.0), (2, 20.0))
    (result,) = take_in(settings)
    assert (result.batch_id, result.n_duplicates) == (V3, 2)


def test_copies_in_a_file_point_to_the_row_that_was_held_before(settings: Settings) -> None:
    deliver_applications(settings, (1, 10.0))
    take_in(settings)
    deliver_applications(settings, (2, 20.0), (1, 10.0), (1, 10.0))
    (result,) = take_in(settings)
    assert (result.n_received, result.n_accepted, result.n_duplicates) == (3, 1, 2)
    assert duplicates(settings) == [(V2, 2, 1, V1, 1), (V2, 3, 1, V1, 1)]


def test_a_day_without_an_application_file_withdraws_nobody_and_one_without_rows_everybody(settings: Settings) -> None:
    deliver_applications(settings, (1, 10.0))
    take_in(settings)
    deliver(settings.landing, {"outcomes": rows("outcomes", 1)})
    assert [result.n_withdrawn for result in take_in(settings)] == [0]
    deliver(settings.landing, {"application": applications((1, 10.0)).clear()})
    assert [result.n_withdrawn for result in take_in(settings)] == [1]


def test_the_past_delivered_again_as_a_night_is_a_new_version(settings: Settings) -> None:
    deliver(settings.landing, {"application": applications((1, 10.0))}, is_history=True)
    take_in(settings)
    deliver_applications(settings, (1, 10.0))
    take_in(settings)
    assert query(settings, "SELECT batch_id, origin FROM raw.application ORDER BY 1") == [(V1, "history"), (V2, "nightly")]


def test_the_same_applicant_on_a_later_day_is_a_new_version_though_nothing_changed(settings: Settings) -> None:
    deliver_applications(settings, (1, 10.0))
    deliver_applications(settings, (1, 10.0), day=LATER)
    assert [result.n_accepted for result in take_in(settings)] == [1, 1]


def test_an_older_day_that_comes_late_stays_older(settings: Settings) -> None:
    deliver_applications(settings, (1, 11.0), day=LATER)
    take_in(settings)
    deliver_applications(settings, (1, 10.0))
    take_in(settings)
    assert query(settings, "SELECT max_by(AMT_CREDIT, batch_id) FROM raw.application") == [(11.0,)]


def test_a_folder_that_is_not_ready_or_has_another_name_is_not_touched(settings: Settings) -> None:
    deliver(settings.landing, {"application": applications((1, 10.0))}, ready=None)
    for name in ("2026-6-1", "2026-02-30", "20260601", "incoming"):
        (settings.landing / name).mkdir()
        (settings.landing / name / "_READY").touch()
    (settings.landing / "note.txt").touch()
    assert take_in(settings) == []


def test_unknown_files_are_named_and_left_aside(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    deliver(
        settings.landing,
        {"application": applications((1, 10.0)), "readme.txt": "x", "application.csv.bak": "y", "Bureau.csv": ""},
    )
    (result,) = take_in(settings)
    assert list(result.files) == ["application.parquet"]
    assert "left aside, no delivered tables: Bureau.csv, application.csv.bak, readme.txt" in caplog.text


def test_simulated_and_real_rows_do_not_mix_in_one_home(settings: Settings) -> None:
    deliver(settings.landing, {"application": applications((1, 10.0))}, ready="simulated\n")
    take_in(settings)
    deliver(settings.landing, {"application": applications((2, 10.0))}, day=LATER, ready="home_credit\n")
    with pytest.raises(UsageError, match="this home holds simulated rows") as caught:
        take_in(settings)
    assert caught.value.exit_code == 2
    assert versions(settings) == [(1, V1, 10.0)]
    assert query(settings, "SELECT source FROM ops.home") == [("simulated",)]


def test_a_first_intake_of_both_kinds_takes_in_neither(settings: Settings) -> None:
    deliver(settings.landing, {"application": applications((1, 10.0))}, ready="simulated\n")
    deliver(settings.landing, {"application": applications((2, 10.0))}, day=LATER)
    with pytest.raises(UsageError, match="simulated and real"):
        take_in(settings)
    assert versions(settings) == []


def test_balance_months_find_their_applicant_in_the_same_delivery_else_in_what_is_held(settings: Settings) -> None:
    balance = rows("bureau_balance", 4, SK_ID_BUREAU=[10, 20, 30, 40])
    bureau = rows("bureau", 2, SK_ID_BUREAU=[10, 20], SK_ID_CURR=[1, 2])
    deliver(settings.landing, {"bureau": bureau})
    moved = rows("bureau", 2, SK_ID_BUREAU=[20, 30], SK_ID_CURR=[22, 3])
    deliver(settings.landing, {"bureau": moved, "bureau_balance": balance}, day=LATER)
    deliver(settings.landing, {"bureau": rows("bureau", 1, SK_ID_BUREAU=[40], SK_ID_CURR=[4])}, day=LATER + timedelta(days=1))
    results = take_in(settings)
    found = query(settings, "SELECT SK_ID_BUREAU, SK_ID_CURR FROM raw.bureau_balance ORDER BY 1")
    assert found == [(10, 1), (20, 22), (30, 3), (40, None)]
    assert results[1].files["bureau_balance.parquet"].n_orphans == 1


def test_a_fault_half_way_leaves_no_trace(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from tasks import take_in as steps

    deliver(settings.landing, all_tables(3))

    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(steps, "_check_bad_share", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        take_in(settings)
    monkeypatch.undo()
    counts = query(settings, "SELECT (SELECT count(*) FROM raw.application), (SELECT count(*) FROM ops.batches)")
    assert counts == [(0, 0)]
    assert [result.n_accepted for result in take_in(settings)] == [3]


@pytest.mark.parametrize("key", ["1O0001", "", "-7"])
def test_nobody_is_withdrawn_while_a_row_in_quarantine_has_no_readable_key(
    settings: Settings, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    deliver_applications(settings, (1, 10.0), (2, 20.0), (3, 30.0))
    take_in(settings)
    text = as_csv(applications((1, 10.0), (2, 20.0)))
    deliver(settings.landing, {"application.csv": text.replace("\n2,", f"\n{key},")})
    (result,) = take_in(settings)
    assert (result.n_duplicates, result.n_quarantined, result.n_withdrawn) == (1, 1, 0)
    assert "nobody is withdrawn, for 1 of 1 bad rows of application.csv have no readable key" in caplog.text
    deliver(settings.landing, {"application.csv": text})
    assert [result.n_withdrawn for result in take_in(settings)] == [1]
    assert withdrawals(settings) == [(3, V1, V3)]


def test_an_applicant_who_contradicts_himself_is_not_withdrawn_and_others_are(settings: Settings) -> None:
    deliver_applications(settings, (1, 10.0), (2, 20.0))
    take_in(settings)
    deliver_applications(settings, (1, 10.0), (1, -1.0), *((key, 5.0) for key in range(10, 90)))
    (result,) = take_in(settings)
    assert (result.n_quarantined, result.n_withdrawn) == (2, 1)
    assert withdrawals(settings) == [(2, V1, V2)]


def test_a_day_delivered_too_often_is_refused_once_for_each_content_and_the_next_day_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_store, "LAST_DAY_VERSION", 3)
    for credit in (10.0, 11.0):
        deliver_applications(settings, (1, credit))
        take_in(settings)
    for credit in (12.0, 13.0):
        deliver_applications(settings, (1, credit), (2, credit))
        deliver_applications(settings, (1, credit), day=LATER)
        refused, taken = take_in(settings)
        assert (refused.batch_id, refused.n_received, taken.n_accepted) == (V3, 2, 1)
        assert refused.refused_because == "too_many_versions: 2026-06-01 was delivered 2 times before, and is changed again"
        assert take_in(settings) == []
    ledger = query(settings, "SELECT batch_id, is_refused FROM ops.batches WHERE received_on = DATE '2026-06-01' ORDER BY 1")
    assert ledger == [(V1, False), (V2, False), (V3, True)]
    assert query(settings, f"SELECT count(*) FROM ops.batch_files WHERE batch_id = {V3}") == [(1,)]
    assert [row for row in versions(settings) if row[1] < 2026060200] == [(1, V1, 10.0), (1, V2, 11.0)]
