"""Which backups stay: the newest, and the last of each month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas.backups import BackupManifest
from warehouse.backup_store import kept_names


def made(number: int, made_at: datetime) -> BackupManifest:
    return BackupManifest.model_validate(
        {
            "name": f"b{number}",
            "number": number,
            "made_at": made_at,
            "reason": "night",
            "code_version": "1",
            "duckdb_version": "1",
            "received_on": [],
            "decided_on": [],
            "migrations": [],
            "policy_sha256": None,
            "audit_head": None,
            "tables": {},
            "files": {},
        }
    )


def test_the_newest_stay_and_the_last_of_each_month() -> None:
    first = datetime(2026, 1, 25, tzinfo=UTC)
    nights = [made(n, first + timedelta(days=n)) for n in range(40)]  # 25 January to 5 March
    assert kept_names(nights, 3) == {"b6", "b34", "b37", "b38", "b39"}


def test_months_are_let_go_after_a_year() -> None:
    months = [made(n, datetime(2024 + n // 12, n % 12 + 1, 15, tzinfo=UTC)) for n in range(30)]
    assert kept_names(months, 1) == {f"b{n}" for n in range(18, 30)}


def test_a_clock_that_was_set_back_does_not_cost_the_newest_backup() -> None:
    backups = [
        made(1, datetime(2026, 5, 2, tzinfo=UTC)),
        made(2, datetime(2026, 5, 3, tzinfo=UTC)),
        made(3, datetime(2026, 4, 1, tzinfo=UTC)),
    ]
    assert kept_names(backups, 1, n_months=0) == {"b3"}
