"""The competition's tables as deliveries: CSV or Parquet, the same days for ever, history with outcomes and new days."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.errors import SourceUnreachableError, UsageError
from schemas.settings import Settings
from schemas.tables import HISTORY_TABLES, table
from tasks.core.importing import Calendar, assign_days, with_delivered_types
from tasks.core.simulation import simulate_applicants
from tasks.deliver import delivery_days
from tasks.import_home_credit import DEFAULT_UNTIL, ImportReport, import_home_credit

N_LABELLED, N_NEW = 120, 40
STRANGER = 999


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    """An invented competition: some labelled applicants, some new ones, and histories of both and of a stranger."""
    day = simulate_applicants(date(2026, 1, 1), N_LABELLED + N_NEW, 3)
    labelled = day.frames["application"].with_columns(day.outcomes["TARGET"]).head(N_LABELLED)
    train = labelled.select(table("application").column_names)
    stranger = day.frames["POS_CASH_balance"].head(3).with_columns(SK_ID_CURR=pl.lit(STRANGER, pl.Int64))
    histories = {name: day.frames[name] for name in HISTORY_TABLES}
    histories["POS_CASH_balance"] = pl.concat([histories["POS_CASH_balance"], stranger])
    return {"application_train": train, "application_test": day.frames["application"].tail(N_NEW), **histories}


def write(tables: dict[str, pl.DataFrame], folder: Path, extension: str) -> Path:
    folder.mkdir()
    for name, frame in tables.items():
        if extension == "parquet":
            frame.write_parquet(folder / f"{name}.parquet")
        else:
            # The competition writes whole numbers of columns with gaps as 3.0.
            gaps = [column for column in frame.columns if frame.schema[column].is_integer() and frame[column].null_count()]
            frame.with_columns(pl.col(gaps).cast(pl.Float64)).write_csv(
                folder / f"{name}.{extension}", compression="gzip" if extension.endswith("gz") else "uncompressed"
            )
    return folder


def content(landing: Path) -> dict[str, bytes]:
    return {str(path.relative_to(landing)): path.read_bytes() for path in sorted(landing.rglob("*")) if path.is_file()}


def delivered(settings: Settings, name: str) -> pl.DataFrame:
    files = [settings.landing / day.isoformat() / f"{name}.parquet" for day in delivery_days(settings.landing)]
    parts = [
        pl.read_parquet(file).with_columns(received_on=pl.lit(date.fromisoformat(file.parent.name)))
        for file in files
        if file.exists()
    ]
    return pl.concat(parts)


@pytest.fixture
def report(settings: Settings, tables: dict[str, pl.DataFrame], tmp_path: Path) -> ImportReport:
    return import_home_credit(settings, write(tables, tmp_path / "source", "parquet"))


@pytest.mark.parametrize("extension", ["csv", "csv.gz"])
def test_csv_and_parquet_give_the_same_deliveries(
    settings: Settings, report: ImportReport, tables: dict[str, pl.DataFrame], tmp_path: Path, extension: str
) -> None:
    other = Settings(**{**vars(settings), "home": tmp_path / "other"})
    assert import_home_credit(other, write(tables, tmp_path / "csv", extension)) == report
    assert content(other.landing) == content(settings.landing)


def test_the_same_import_twice_changes_nothing(settings: Settings, report: ImportReport, tmp_path: Path) -> None:
    before = content(settings.landing)
    assert import_home_credit(settings, tmp_path / "source") == report
    assert content(settings.landing) == before


def test_new_applications_arrive_on_the_last_days_and_labelled_ones_are_history(settings: Settings, report: ImportReport) -> None:
    first_new = DEFAULT_UNTIL - timedelta(days=6)
    for day in delivery_days(settings.landing):
        assert (settings.landing / day.isoformat() / "_HISTORY").exists() == (day < first_new)
        assert (settings.landing / day.isoformat() / "_READY").read_text() == "home_credit\n"
    applications = delivered(settings, "application")
    assert "TARGET" not in applications.columns
    assert applications.filter(pl.col("received_on") >= first_new).height == report.n_new == N_NEW
    assert applications.filter(pl.col("received_on") < first_new).height == report.n_labelled == N_LABELLED


def test_every_outcome_is_mature_before_the_first_new_day(
    settings: Settings, report: ImportReport, tables: dict[str, pl.DataFrame]
) -> None:
    outcomes = delivered(settings, "outcomes")
    made = outcomes.join(delivered(settings, "application").select("SK_ID_CURR", made_on="received_on"), on="SK_ID_CURR")
    assert made.height == report.n_outcomes == N_LABELLED
    assert ((made["observed_on"] - made["made_on"]).dt.total_days() == 60).all()
    assert (made["received_on"] - made["observed_on"]).dt.total_days().is_between(0, 6).all()
    first_new = DEFAULT_UNTIL - timedelta(days=6)
    assert made["made_on"].max() + timedelta(days=90) < first_new
    assert made["received_on"].max() < first_new
    expected = tables["application_train"].select("SK_ID_CURR", "TARGET").sort("SK_ID_CURR")
    assert outcomes.select("SK_ID_CURR", "TARGET").sort("SK_ID_CURR").equals(expected)


def test_histories_go_with_their_applicants_day(
    settings: Settings, report: ImportReport, tables: dict[str, pl.DataFrame]
) -> None:
    days = dict(delivered(settings, "application").select("SK_ID_CURR", "received_on").rows())
    credits_held = dict(tables["bureau"].select("SK_ID_BUREAU", "SK_ID_CURR").rows())
    for name in HISTORY_TABLES:
        rows = delivered(settings, name)
        known = tables[name].filter(pl.col("SK_ID_CURR") != STRANGER) if "SK_ID_CURR" in rows.columns else tables[name]
        assert rows.height == known.height == report.n_rows[name]
        owners = rows["SK_ID_CURR"] if "SK_ID_CURR" in rows.columns else rows["SK_ID_BUREAU"].replace_strict(credits_held)
        assert owners.replace_strict(days, return_dtype=pl.Date).equals(rows["received_on"], check_names=False), name


def test_rows_of_nobody_are_counted_and_left_out(report: ImportReport) -> None:
    assert {name: n for name, n in report.left_out.items() if n} == {"POS_CASH_balance": 3}
    assert "left out, applicant unknown: 3 rows of POS_CASH_balance" in str(report)


def test_missing_history_tables_are_named_and_application_tables_required(
    settings: Settings, tables: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    few = {name: frame for name, frame in tables.items() if name.startswith("application") or name == "bureau"}
    report = import_home_credit(settings, write(few, tmp_path / "few", "parquet"))
    assert report.missing_tables == tuple(name for name in HISTORY_TABLES if name != "bureau")
    assert "not in the folder, so not delivered: bureau_balance, previous_application" in str(report)
    (tmp_path / "few" / "application_test.parquet").unlink()
    with pytest.raises(UsageError, match="application_test not found"):
        import_home_credit(settings, tmp_path / "few")


@pytest.mark.parametrize("name", ["nowhere", "a_file"])
def test_a_folder_that_cannot_be_read_is_an_unreachable_source(settings: Settings, tmp_path: Path, name: str) -> None:
    (tmp_path / "a_file").touch()
    with pytest.raises(SourceUnreachableError, match="cannot be read") as refused:
        import_home_credit(settings, tmp_path / name)
    assert (refused.value.exit_code, refused.value.where) == (13, str(tmp_path / name))
    assert not settings.landing.exists()


def test_a_table_that_may_not_be_read_is_an_unreachable_source(
    settings: Settings, tables: dict[str, pl.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tables, tmp_path / "source", "parquet")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pl, "scan_parquet", refuse)
    with pytest.raises(SourceUnreachableError, match="Permission denied"):
        import_home_credit(settings, folder)
    assert list(settings.landing.iterdir()) == []


@pytest.mark.parametrize("other", [{"days": 2}, {"until": date(2026, 6, 29)}])
def test_an_import_of_other_days_into_the_same_home_is_refused(
    settings: Settings, report: ImportReport, tmp_path: Path, other: dict[str, Any]
) -> None:
    before = content(settings.landing)
    with pytest.raises(UsageError, match="import of other days") as refused:
        import_home_credit(settings, tmp_path / "source", **other)
    assert refused.value.exit_code == 2
    assert "--until 2026-06-30 --days 7" in refused.value.remedy
    assert content(settings.landing) == before


def test_an_interrupted_import_is_completed_by_the_same_command(
    settings: Settings, tables: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    class PowerCutError(Exception):
        pass

    def cut(step: int, steps: int, what: str) -> None:
        if what.startswith("delivered 2026-06-24"):
            raise PowerCutError

    source = write(tables, tmp_path / "source", "parquet")
    with pytest.raises(PowerCutError):
        import_home_credit(settings, source, on_progress=cut)
    with pytest.raises(UsageError, match="import of other days"):
        import_home_credit(settings, source, days=3)
    import_home_credit(settings, source)
    whole = Settings(**{**vars(settings), "home": tmp_path / "whole"})
    import_home_credit(whole, source)
    assert content(settings.landing) == content(whole.landing)


def test_deliveries_that_no_import_made_are_not_replaced(
    settings: Settings, tables: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    folder = settings.landing / "2026-06-30"
    folder.mkdir(parents=True)
    (folder / "_READY").touch()
    with pytest.raises(UsageError, match="days of this import have a delivery already: 1"):
        import_home_credit(settings, write(tables, tmp_path / "source", "parquet"))
    assert content(settings.landing) == {"2026-06-30/_READY": b""}


def test_a_table_without_a_required_column_is_refused(
    settings: Settings, tables: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    folder = write(tables | {"bureau": tables["bureau"].drop("DAYS_CREDIT")}, tmp_path / "source", "csv")
    with pytest.raises(UsageError, match="DAYS_CREDIT"):
        import_home_credit(settings, folder)
    assert list(settings.landing.iterdir()) == []


def test_text_in_a_number_is_refused_without_repeating_it(
    settings: Settings, tables: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    broken = tables["bureau"].with_columns(DAYS_CREDIT=pl.lit("secret value"))
    folder = write(tables | {"bureau": broken}, tmp_path / "source", "csv")
    with pytest.raises(UsageError, match="cannot be read") as caught:
        import_home_credit(settings, folder)
    assert "secret" not in str(caught.value)
    assert list(settings.landing.iterdir()) == []


def test_a_simulated_home_takes_no_real_applicants(settings: Settings, tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    folder = settings.landing / "2026-06-30"
    folder.mkdir(parents=True)
    (folder / "_READY").write_text("simulated\n")
    with pytest.raises(UsageError, match="simulated applicants"):
        import_home_credit(settings, write(tables, tmp_path / "source", "parquet"))


def test_no_days_are_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        import_home_credit(settings, tmp_path, days=0)


def test_progress_ends_with_the_last_folder(settings: Settings, tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    import_home_credit(settings, write(tables, tmp_path / "source", "parquet"), on_progress=lambda *step: told.append(step))
    steps, totals, what = zip(*told, strict=True)
    assert list(steps) == sorted(steps)
    assert steps[-1] == totals[-1] == totals[0]
    assert what[-1] == "delivered 2026-06-30"


def test_days_are_spread_evenly() -> None:
    calendar = Calendar(DEFAULT_UNTIL, 7)
    assert len(calendar.history_days) == 26
    days = assign_days(pl.Series(range(100_000, 126_000)).to_numpy(), calendar.history_days)
    counts = days.value_counts()["count"]
    assert (len(counts), counts.min() > 850, counts.max() < 1150) == (26, True, True)


def test_whole_numbers_become_integers_and_anything_else_stays_for_ingest_to_judge() -> None:
    frame = pl.DataFrame(
        {"SK_ID_CURR": [1, 2], "DAYS_BIRTH": [-9000.0, None], "CNT_CHILDREN": [1.5, 2.0], "DAYS_EMPLOYED": [-1.0, 1e12]}
    )
    types = with_delivered_types(frame, table("application")).schema
    assert dict(types) == {
        "SK_ID_CURR": pl.Int64,
        "DAYS_BIRTH": pl.Int32,
        "CNT_CHILDREN": pl.Float64,
        "DAYS_EMPLOYED": pl.Float64,
    }


def test_the_real_rows_are_imported_whole(settings: Settings, real_data: Path) -> None:
    report = import_home_credit(settings, real_data)
    assert (report.n_labelled, report.n_new, report.n_outcomes, report.missing_tables) == (35_873, 5_000, 35_873, ())
    assert report.n_rows["bureau_balance"] == 1_207_059
    kept = report.n_rows["installments_payments"] + report.left_out["installments_payments"]
    assert kept == 32_639
    applications = delivered(settings, "application")
    source = pl.read_parquet(real_data / "application_test.parquet").sort("SK_ID_CURR")
    ours = applications.filter(pl.col("received_on") > DEFAULT_UNTIL - timedelta(days=7)).sort("SK_ID_CURR").drop("received_on")
    assert ours.select(pl.all().cast(pl.String)).equals(
        source.select(pl.col(n).cast(ours.schema[n]).cast(pl.String) for n in ours.columns)
    )
