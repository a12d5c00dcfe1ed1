"""The audit of a home: heads kept beside the warehouse, so that a chain that was cut is found, and its verification."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from schemas.audit import AuditFinding, AuditHead
from schemas.settings import Settings
from warehouse.audit import audit_head
from warehouse.audit_check import verify_audit
from warehouse.backup_store import list_backups
from warehouse.connection import open_warehouse

_FILE = "audit-heads.jsonl"


def heads_file(settings: Settings) -> Path:
    """Where heads are kept, one line of JSON each. A copy elsewhere is out of reach of whoever can write in this home."""
    return settings.home / _FILE


def kept_heads(settings: Settings) -> list[AuditHead]:
    """The heads kept so far. A line that was cut off, as by a power cut, is passed over."""
    file = heads_file(settings)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    found = []
    for line in lines:
        try:
            found.append(AuditHead(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found


def keep_head(settings: Settings) -> AuditHead:
    """Appends the chain's present head to the file, unless it is the last one there."""
    with open_warehouse(settings) as connection:
        head = audit_head(connection)
    if kept_heads(settings)[-1:] != [head]:
        descriptor = os.open(heads_file(settings), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write("\n" * _ends_torn(settings) + json.dumps(asdict(head)) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
    return head


def _ends_torn(settings: Settings) -> bool:
    content = heads_file(settings).read_bytes()
    return bool(content) and not content.endswith(b"\n")


def verify_home(settings: Settings) -> list[AuditFinding]:
    """Everything in which chain, tables and kept heads do not agree. Reads only.

    Raises:
        WarehouseBusyError: another process writes for longer than `lock_wait_seconds`.
    """
    with open_warehouse(settings, read_only=True) as connection:
        return verify_audit(connection, kept_heads(settings), _heads_of_backups(settings))


def _heads_of_backups(settings: Settings) -> dict[str, str]:
    """The head's hash that the manifest of each backup holds; older backups hold none."""
    manifests = [backup.manifest for backup in list_backups(settings)]
    return {f"backup {manifest.name}": manifest.audit_head for manifest in manifests if manifest.audit_head}
