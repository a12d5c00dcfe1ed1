"""A warehouse that is damaged or gone: set aside, told with the last good backup and what it lacks, never begun anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from schemas.errors import ResourceError, UsageError, VerificationError
from schemas.settings import Settings
from tasks.alerts import count_open_alerts
from tasks.backup import back_up
from tasks.doctor import examine
from tests.conftest import settings_of
from tests.flows.test_doctor import only
from warehouse.connection import open_warehouse, transaction
from warehouse.damage import require_not_lost
from warehouse.log_witness import witness_file
from warehouse.opening import log_of


def _record_batch(settings: Settings, day: date) -> None:
    values = [int(f"{day:%Y%m%d}01"), day]
    with open_warehouse(settings) as connection:
        connection.execute(
            "INSERT INTO ops.batches_v1 VALUES ($1, $2, 1, 'x', 'nightly', false, NULL, 3, now()::TIMESTAMP)", values
        )


@pytest.fixture(scope="module")
def worked_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a delivery, a backup of it, and a delivery after that."""
    settings = settings_of(tmp_path_factory.mktemp("worked") / "home")
    _record_batch(settings, date(2026, 6, 29))
    back_up(settings)
    _record_batch(settings, date(2026, 6, 30))
    for day in ("2026-06-29", "2026-06-30"):
        folder = settings.landing / day
        folder.mkdir(parents=True)
        (folder / "_READY").touch()
    return settings.home


@pytest.fixture
def worked(worked_home: Path, settings: Settings) -> Settings:
    """A copy of it."""
    shutil.copytree(worked_home, settings.home)
    return settings


def _with_log(settings: Settings) -> Path:
    """What a killed process leaves: committed rows that are in the log only."""
    with open_warehouse(settings) as connection:
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        for n in range(20):
            with transaction(connection):
                connection.execute(f"INSERT INTO ops.home_v1 VALUES ('real-{n}', now()::TIMESTAMP)")
    return log_of(settings.warehouse)


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


LOG_DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit in the middle": lambda log: _flipped(log, len(log) // 2),
    "a bit at the end": lambda log: _flipped(log, len(log) - 3),
    "a length": lambda log: _flipped(log, 9),
    "cut off in the middle": lambda log: log[: len(log) // 2],
    "emptied": lambda _: b"",
    "a bit at the head": lambda log: _flipped(log, 3),
    "zeros": lambda log: bytes(len(log)),
    "something else": lambda log: b"\x07" * len(log),
}


@pytest.mark.parametrize("damage", LOG_DAMAGES)
def test_a_log_that_cannot_be_replayed_is_set_aside_with_its_warehouse_and_the_backup_named(
    worked: Settings, damage: str
) -> None:
    log = _with_log(worked)
    content = LOG_DAMAGES[damage](log.read_bytes())
    log.write_bytes(content)
    whole = worked.warehouse.read_bytes()
    with pytest.raises(VerificationError, match="log cannot be replayed") as raised, open_warehouse(worked):
        pass
    assert raised.value.exit_code == 14
    backup = next(worked.backups.iterdir()).name
    assert f"loanwatch restore {backup} --into" in raised.value.remedy
    assert "lacks the business dates 2026-06-30," in raised.value.remedy
    (folder,) = worked.set_aside.iterdir()
    assert (folder / log.name).read_bytes() == content
    assert (folder / worked.warehouse.name).read_bytes() == whole
    with pytest.raises(VerificationError, match="the warehouse is gone"), open_warehouse(worked):
        pass
    assert not worked.warehouse.exists()


def test_a_log_that_was_deleted_is_missed(worked: Settings) -> None:
    _with_log(worked).unlink()
    with pytest.raises(VerificationError, match="log cannot be replayed"), open_warehouse(worked):
        pass


@pytest.mark.parametrize("damage", ["cut off in the middle", "emptied", "deleted"])
def test_reading_tells_what_a_log_has_lost_and_moves_nothing(worked: Settings, damage: str) -> None:
    log = _with_log(worked)
    log.write_bytes(LOG_DAMAGES.get(damage, lambda _: b"")(log.read_bytes()))
    if damage == "deleted":
        log.unlink()
    before = sorted(path.name for path in worked.home.iterdir())
    with pytest.raises(VerificationError, match="log cannot be replayed"), open_warehouse(worked, read_only=True):
        pass
    assert only("warehouse", examine(worked)).exit_code == 14
    assert sorted(path.name for path in worked.home.iterdir()) == before


def test_reading_a_whole_log_needs_no_right_to_write(worked: Settings) -> None:
    _with_log(worked)
    worked.warehouse.chmod(0o400)
    with open_warehouse(worked, read_only=True) as connection, open_warehouse(worked, read_only=True):
        assert connection.execute("SELECT count(*) FROM ops.home").fetchone() == (20,)


def test_reading_a_home_without_a_warehouse_says_whether_it_was_lost(settings: Settings) -> None:
    settings.home.mkdir()
    with pytest.raises(UsageError, match="no warehouse yet"), open_warehouse(settings, read_only=True):
        pass
    (settings.backups / "x").mkdir(parents=True)
    with pytest.raises(VerificationError, match="the warehouse is gone"), open_warehouse(settings, read_only=True):
        pass


def test_a_log_whose_last_entry_was_being_written_is_replayed_up_to_there(worked: Settings) -> None:
    log = _with_log(worked)
    content = log.read_bytes()
    log.write_bytes(content + content[8 : 8 + 20])  # the next entry had begun and was not acknowledged
    with open_warehouse(worked) as connection:
        assert connection.execute("SELECT count(*) FROM ops.home").fetchone() == (20,)


@pytest.mark.parametrize("note", ["gone", "garbage"])
def test_without_its_note_a_log_is_replayed_as_far_as_it_goes(worked: Settings, note: str) -> None:
    log = _with_log(worked)
    file = witness_file(worked.warehouse)
    if note == "gone":
        file.unlink()
    else:
        file.write_text("[1")
    log.write_bytes(log.read_bytes()[:-7])
    with open_warehouse(worked) as connection:
        assert connection.execute("SELECT count(*) FROM ops.home").fetchone() == (19,)


def test_the_note_of_a_warehouse_that_was_removed_says_nothing_of_a_new_one(settings: Settings) -> None:
    for _ in range(3):  # a file system gives the inode of a removed file to the next one
        with open_warehouse(settings) as connection, transaction(connection):
            connection.execute("INSERT INTO ops.home_v1 VALUES ('real', now()::TIMESTAMP)")
        settings.warehouse.unlink()


def test_a_log_is_not_missed_once_a_checkpoint_has_taken_it_up(worked: Settings) -> None:
    _with_log(worked)
    with duckdb.connect(str(worked.warehouse)) as connection:  # another tool, which knows of no note
        connection.execute("CHECKPOINT")
    with open_warehouse(worked) as connection:
        assert connection.execute("SELECT count(*) FROM ops.home").fetchone() == (20,)


FILE_DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "the mark at its head": lambda file: _flipped(file, 9),
    "its header": lambda file: _flipped(_flipped(file, 5000), 9000),
    "cut off": lambda file: file[:100],
    "empty": lambda _: b"",
    "another kind of file": lambda file: b"no database" * (len(file) // 11),
}


@pytest.mark.parametrize("damage", FILE_DAMAGES)
def test_a_damaged_warehouse_is_set_aside_and_never_begun_anew(worked: Settings, damage: str) -> None:
    worked.warehouse.write_bytes(FILE_DAMAGES[damage](worked.warehouse.read_bytes()))
    with pytest.raises(VerificationError, match="warehouse file is damaged") as raised, open_warehouse(worked):
        pass
    assert raised.value.where.startswith(str(worked.set_aside))
    assert "loanwatch restore" in raised.value.remedy
    for _ in range(2):
        with pytest.raises(VerificationError, match="the warehouse is gone"), open_warehouse(worked):
            pass
    assert not worked.warehouse.exists()


def test_a_block_found_damaged_while_it_is_read_is_told_and_no_value_of_it_is_used(worked: Settings) -> None:
    with open_warehouse(worked) as connection:
        connection.execute("INSERT INTO ops.home_v1 SELECT sha256(i::VARCHAR), now()::TIMESTAMP FROM range(100000) t(i)")
        connection.execute("CHECKPOINT")
        blocks = connection.execute("SELECT block_id FROM pragma_storage_info('ops.home_v1') WHERE segment_type = 'VARCHAR'")
        block = blocks.fetchall()[0][0]
    content = bytearray(worked.warehouse.read_bytes())
    content[12288 + block * 262144 + 5000] ^= 0xFF
    worked.warehouse.write_bytes(bytes(content))
    with pytest.raises(VerificationError, match="damaged") as raised, open_warehouse(worked) as connection:
        connection.execute("SELECT max(source) FROM ops.home").fetchall()
    assert raised.value.where == str(worked.warehouse)
    assert "loanwatch restore" in raised.value.remedy


@pytest.mark.parametrize("trace", ["models", "published", "backups", "seen"])
def test_a_home_that_has_worked_and_has_no_warehouse_does_not_get_a_new_one(settings: Settings, trace: str) -> None:
    file = {
        "models": settings.models / "2026-06-30.1" / "model.txt",
        "published": settings.snapshot,
        "backups": settings.backups / "20260630T000000Z" / "manifest.json",
        "seen": settings.home / "seen-deliveries.json",
    }[trace]
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    with pytest.raises(VerificationError, match="the warehouse is gone") as raised, open_warehouse(settings):
        pass
    assert "there is no whole backup in this home" in raised.value.remedy
    with pytest.raises(VerificationError, match="the warehouse is gone"):
        count_open_alerts(settings)
    assert not settings.warehouse.exists()


def test_a_new_home_with_deliveries_alone_gets_its_first_warehouse(settings: Settings) -> None:
    (settings.landing / "2026-06-30").mkdir(parents=True)
    require_not_lost(settings)
    with open_warehouse(settings) as connection:
        assert connection.execute("SELECT count(*) FROM ops.batches").fetchone() == (0,)


def test_a_backup_that_was_damaged_too_is_passed_over(worked: Settings) -> None:
    good = next(worked.backups.iterdir()).name
    newer = back_up(worked)
    file = newer.folder / "warehouse.duckdb"
    file.write_bytes(_flipped(file.read_bytes(), 20_000))
    worked.warehouse.unlink()
    with pytest.raises(VerificationError) as raised, open_warehouse(worked):
        pass
    assert f"loanwatch restore {good} --into" in raised.value.remedy


def test_what_is_no_damage_is_not_set_aside(worked: Settings) -> None:
    worked.warehouse.unlink()
    worked.warehouse.mkdir()
    with pytest.raises(ResourceError), open_warehouse(worked):
        pass
    assert worked.warehouse.is_dir()
    assert not worked.set_aside.exists()
