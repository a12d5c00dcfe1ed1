"""What is held of a person, whole and readable; a snapshot that names nobody; data that expire."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli.main import cli
from schemas.errors import UsageError
from schemas.people import ErasureRequest
from schemas.policy import load_policy, parse_policy
from schemas.settings import Settings
from tasks.audit import verify_home
from tasks.erase import erase, expired
from tasks.night import publish
from tasks.policy import apply_policy
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY
from warehouse.connection import open_warehouse
from warehouse.people import person_tables
from warehouse.reading import open_snapshot, read_explanation


@pytest.fixture
def home_of_decided(decided_home: Path, home: Path) -> Path:
    shutil.copytree(decided_home, home)
    return home


def _applicant(settings: Settings) -> int:
    with open_warehouse(settings) as connection:
        rows = connection.execute("SELECT min(application_id) FROM score.decisions WHERE decision <> 'approve'").fetchall()
    return int(rows[0][0])


@pytest.mark.usefixtures("home_of_decided")
def test_an_export_holds_every_row_and_is_readable_by_its_owner_alone(settings: Settings, tmp_path: Path) -> None:
    person = _applicant(settings)
    file = tmp_path / "person.json"
    done = CliRunner().invoke(cli, ["export-person", str(person), "--format", "json", "--out", str(file)])
    assert done.exit_code == 0, done.output
    assert file.stat().st_mode & 0o777 == 0o600
    found = json.loads(file.read_text())
    with open_warehouse(settings) as connection:
        for table, key in person_tables(connection).items():
            row = connection.execute(f"SELECT count(*) FROM {table} WHERE {key} = $person", {"person": person}).fetchone()
            assert len(found["tables"].get(table, [])) == (row or (0,))[0], table
    assert any(name.endswith("application.parquet") for name in found["landing_files"])

    page = CliRunner().invoke(cli, ["export-person", str(person)]).output
    assert f"# What is held of application {person}" in page
    assert "## Decisions" in page
    assert found["tables"]["score.reasons_v1"][0]["reason_text"] in page


@pytest.mark.usefixtures("home_of_decided")
def test_nothing_is_exported_of_a_number_that_nobody_has(settings: Settings) -> None:
    done = CliRunner().invoke(cli, ["export-person", "4711"])
    assert isinstance(done.exception, UsageError)


@pytest.mark.usefixtures("home_of_decided")
def test_a_masked_snapshot_has_pseudonyms_and_the_columns_that_stay(settings: Settings) -> None:
    person = _applicant(settings)
    with open_snapshot(settings) as snapshot:
        whole = dict(snapshot.execute("SELECT table_name || '.' || column_name, data_type FROM duckdb_columns()").fetchall())
        mix = snapshot.execute(
            "SELECT decision, count(*), sum(pd::DECIMAL(18, 12)) FROM marts.decisions GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        ids = {row[0] for row in snapshot.execute("SELECT application_id FROM marts.decision_history").fetchall()}
    content = load_policy(None).model_dump(mode="json", exclude_unset=True) | {"publish": {"profile": "masked"}}
    apply_policy(settings, parse_policy(content, "test"), applied_by="R. Meyer", reason="analysts need no names")

    publish(settings, "run", LAST_NEW_DAY)
    with open_snapshot(settings) as snapshot:
        masked = dict(snapshot.execute("SELECT table_name || '.' || column_name, data_type FROM duckdb_columns()").fetchall())
        assert masked == whole
        assert not {name.split(".")[1] for name in masked} & set(load_policy(None).protected.columns)
        again = {row[0] for row in snapshot.execute("SELECT application_id FROM marts.decision_history").fetchall()}
        assert (len(again), again & ids) == (len(ids), set())
        assert (
            snapshot.execute(
                "SELECT decision, count(*), sum(pd::DECIMAL(18, 12)) FROM marts.decisions GROUP BY ALL ORDER BY ALL"
            ).fetchall()
            == mix
        )
        joined = "SELECT count(*) FROM marts.decisions JOIN marts.application_quality USING (application_id, batch_id)"
        assert snapshot.execute(joined).fetchall() == [(len(ids),)]
        assert snapshot.execute("SELECT profile FROM marts.freshness").fetchall() == [("masked",)]
        order = "SELECT list(application_id ORDER BY rowid) = list(application_id ORDER BY application_id) FROM marts."
        keyed = [name.split(".")[0] for name in masked if name.endswith(".application_id")]
        assert len(keyed) > 5
        assert [name for name in keyed if snapshot.execute(order + name).fetchall()[0][0] is False] == []
        assert snapshot.execute("SELECT count(application_id) FROM marts.quarantine").fetchall() == [(0,)]
    publish(settings, "run", LAST_NEW_DAY)
    with open_snapshot(settings) as snapshot:
        assert {row[0] for row in snapshot.execute("SELECT application_id FROM marts.decision_history").fetchall()} == again
    with pytest.raises(UsageError, match="pseudonyms"):
        read_explanation(settings, person)
    assert read_explanation(settings, min(again)).decision["application_id"] == min(again)


@pytest.mark.usefixtures("home_of_decided")
def test_who_brought_nothing_for_long_enough_expires_and_nobody_else(settings: Settings) -> None:
    with pytest.raises(UsageError, match="nothing expires"):
        expired(settings)
    keeping = replace(settings, retention_days=(LAST_NEW_DAY - FIRST_NEW_DAY).days)
    ids, through_on = expired(keeping)
    assert through_on == FIRST_NEW_DAY
    with open_warehouse(settings) as connection:
        late = {
            row[0]
            for row in connection.execute(
                "SELECT SK_ID_CURR FROM raw.application WHERE core.received_on(batch_id) > $day", {"day": through_on}
            ).fetchall()
        }
    assert ids
    assert not late & set(ids)
    some = ErasureRequest(tuple(ids[:3]), "retention", "cron", "kept for a day", through_on)
    assert erase(settings, some).has_changed
    assert not set(ids[:3]) & set(expired(keeping)[0])
    assert verify_home(settings) == []
    assert date.min + timedelta(days=1) < through_on
