"""Erasing a person: gone from every file of the home, and the books, the audit and every replay still hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import tasks.erase
from schemas.errors import UsageError
from schemas.settings import Settings
from tasks.audit import verify_home
from tasks.backup import known_backups, restore
from tasks.erase import erase
from tasks.replay import replay_many, replay_one
from tests.audit_support import decide
from tests.contents import file_hashes, warehouse_hashes
from tests.flows.conftest import LAST_NEW_DAY
from tests.people import CANARY, PERSON, files_with, make_home, request
from warehouse.backup_store import changed_files
from warehouse.checking import run_checks
from warehouse.connection import open_warehouse
from warehouse.people import count_held, person_tables, read_person


@pytest.fixture(scope="module")
def people_home(champion_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("people") / "home"
    make_home(champion_home, home)
    return home


@pytest.fixture
def person_home(people_home: Path, home: Path) -> Path:
    shutil.copytree(people_home, home)
    return home


def _failures(settings: Settings) -> list[str]:
    with open_warehouse(settings) as connection:
        return [finding.check for finding in run_checks(connection) if finding.severity == "fail"]


def _held(settings: Settings) -> dict[str, int]:
    with open_warehouse(settings) as connection:
        return count_held(connection, [PERSON])


def _ask(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with open_warehouse(settings) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.usefixtures("person_home")
def test_every_table_that_names_applicants_is_known_to_erasure(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        rows = connection.execute(
            "SELECT DISTINCT schema_name || '.' || table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() "
            "USING (schema_name, table_name) WHERE column_name IN ('application_id', 'SK_ID_CURR')"
        ).fetchall()
        assert dict(rows) == person_tables(connection)


@pytest.mark.usefixtures("person_home")
def test_an_erased_person_is_in_no_file_and_everything_else_still_holds(settings: Settings) -> None:
    before = files_with(settings.home, CANARY)
    assert {"warehouse.duckdb", f"landing/{LAST_NEW_DAY}/application.parquet"} <= before
    assert any(name.startswith("backups/") for name in before)
    counts = _ask(settings, "SELECT batch_id, n_received, n_scored FROM marts.batches ORDER BY ALL")
    mix = _ask(settings, "SELECT decision, count(*), sum(pd::DECIMAL(18, 12)) FROM marts.decisions GROUP BY 1 ORDER BY 1")

    done = erase(settings, request())

    assert (len(done.files), len(done.backups), done.is_published) == (4, 1, True)
    assert files_with(settings.home, CANARY, str(PERSON)) == set()
    assert _held(settings) == {}
    assert verify_home(settings) == []
    assert _failures(settings) == []
    assert _ask(settings, "SELECT batch_id, n_received, n_scored FROM marts.batches ORDER BY ALL") == counts
    assert _ask(settings, "SELECT decision, count(*), sum(pd::DECIMAL(18, 12)) FROM marts.decisions GROUP BY 1 ORDER BY 1") == mix
    one, every = replay_one(settings, PERSON), replay_many(settings, None, 0)
    assert (one.n_replayed, one.n_erased, one.differences) == (0, 1, [])
    assert (every.n_erased, every.differences) == (1, [])
    assert _ask(settings, "SELECT finished_at IS NOT NULL, pending_credits FROM ops.erasures_v1") == [(True, None)]


@pytest.mark.usefixtures("person_home")
def test_a_second_erasure_and_the_next_night_change_nothing(settings: Settings) -> None:
    erase(settings, request())
    tables, landing = warehouse_hashes(settings), file_hashes(settings.landing)
    assert not erase(settings, request()).has_changed
    decide(settings, LAST_NEW_DAY)
    assert (warehouse_hashes(settings), file_hashes(settings.landing)) == (tables, landing)


@pytest.mark.usefixtures("person_home")
def test_the_same_files_delivered_again_do_not_bring_the_person_back(settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(settings.landing, tmp_path / "sent")
    erase(settings, request())
    shutil.rmtree(settings.landing)
    shutil.copytree(tmp_path / "sent", settings.landing)
    decide(settings, LAST_NEW_DAY)
    assert _held(settings) == {}
    found = _ask(
        settings, "SELECT source_file, application_id FROM core.quarantine_v1 WHERE rule = 'erased' GROUP BY ALL ORDER BY 1"
    )
    assert found == [("application.parquet", None), ("bureau.parquet", None), ("bureau_balance.parquet", None)]
    assert _ask(settings, "SELECT count(*) FROM core.rejected_rows_v1 WHERE original_text LIKE '%Kanarien%'") == [(0,)]
    assert _ask(settings, "SELECT count(*) FROM marts.batches WHERE status NOT IN ('scored', 'history', 'empty')") == [(0,)]
    assert (verify_home(settings), _failures(settings)) == ([], [])
    assert set(erase(settings, request()).files)  # what was sent again lies in landing until it is asked for
    assert files_with(settings.home, CANARY, str(PERSON)) == set()


@pytest.mark.usefixtures("person_home")
def test_an_application_of_a_later_date_is_a_new_one(settings: Settings) -> None:
    from datetime import timedelta

    later = LAST_NEW_DAY + timedelta(days=1)
    shutil.copytree(settings.landing / LAST_NEW_DAY.isoformat(), settings.home / "sent")
    erase(settings, request())
    (settings.home / "sent").rename(settings.landing / later.isoformat())
    decide(settings, later)
    assert replay_one(settings, PERSON).n_replayed == 1
    assert verify_home(settings) == []


@pytest.mark.usefixtures("person_home")
@pytest.mark.parametrize("step", ["strip_landing", "compact_warehouse", "erase_in_backups", "_publish"])
def test_an_erasure_that_was_stopped_goes_on_where_it_stopped(
    step: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(tasks.erase, step, stop)
        with pytest.raises(KeyboardInterrupt):
            erase(settings, request())
    erase(settings, request())
    assert files_with(settings.home, CANARY, str(PERSON)) == set()
    assert _ask(settings, "SELECT bool_and(finished_at IS NOT NULL) FROM ops.erasures_v1") == [(True,)]
    assert verify_home(settings) == []
    assert [changed_files(backup) for backup in known_backups(settings)] == [[]]


@pytest.mark.usefixtures("person_home")
def test_a_cleaned_backup_is_whole_and_restores_without_the_person(settings: Settings, tmp_path: Path) -> None:
    from dataclasses import replace

    erase(settings, request())
    restored = restore(settings, tmp_path / "restored")
    new = replace(settings, home=restored.home)
    with open_warehouse(new) as connection:
        assert read_person(connection, PERSON) == {}
    assert verify_home(new) == []
    assert replay_one(new, PERSON).n_erased == 1


@pytest.mark.usefixtures("person_home")
def test_nobody_is_erased_by_a_number_that_nobody_has(settings: Settings) -> None:
    before = warehouse_hashes(settings)
    with pytest.raises(UsageError, match="nothing is held"):
        erase(settings, request(4711))
    assert warehouse_hashes(settings) == before
