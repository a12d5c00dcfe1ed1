"""What a backup says about itself: enough to tell whether it is whole, and what came after it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

MANIFEST = "manifest.json"
WAREHOUSE = "warehouse.duckdb"
POLICY = "policy.toml"
CHANNELS = "channels.toml"
MODELS = "models"

#: Why a backup was made: after a night, before a migration, or by the command.
BackupReason = Literal["night", "migration", "command"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRecord(_Frozen):
    """One file of a backup: SHA-256 of its bytes, and how many there are."""

    sha256: str
    n_bytes: int


class TableContent(_Frozen):
    """What a table holds: its rows, and a sum over a hash of each, the same in any order."""

    n_rows: int
    content: str


class BackupManifest(_Frozen):
    """`manifest.json` of a backup.

    Attributes:
        number: order in which the backups of a home were made; a clock may be set back, this may not.
        code_version, duckdb_version: what wrote it; content hashes are comparable within one version of DuckDB.
        received_on: business dates whose deliveries it holds.
        decided_on: business dates that have decisions in it.
        migrations: names of the migrations that were applied to it, in order.
        audit_head: hash of the last entry of the audit chain; None where there is no chain.
        files: every file but the manifest, by its path in the backup.
    """

    format: Literal[1] = 1
    name: str
    number: int
    made_at: datetime
    reason: BackupReason
    code_version: str
    duckdb_version: str
    received_on: tuple[date, ...]
    decided_on: tuple[date, ...]
    migrations: tuple[str, ...]
    policy_sha256: str | None
    audit_head: str | None
    tables: dict[str, TableContent]
    files: dict[str, FileRecord]

    @property
    def newest_on(self) -> date | None:
        """The business date of its newest night; before the first night, that of the newest delivery."""
        return max(self.decided_on or self.received_on, default=None)
