"""What a home holds in the end, for comparing one that was killed with one that was left alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from schemas.settings import Settings
from tasks.audit import verify_home
from tests.contents import snapshot_hashes, warehouse_hashes
from tests.faults.kill_steps import sent_tokens
from warehouse.backup_store import changed_files, list_backups
from warehouse.connection import open_warehouse

#: How often something was attempted, and how it went before, is no content.
_OUTBOXES = {
    "monitor.outbox_v1": "SELECT alert_id, severity, channel, reason, delivered_at IS NULL FROM monitor.outbox_v1 ORDER BY ALL",
    "ops.outbox_v1": "SELECT topic, kind, subject, payload, delivered_at IS NULL FROM ops.outbox_v1 ORDER BY outbox_id",
}
#: What must be there once: rows taken in, decisions, promotions, alerts.
_KEYS = {
    "rows": "SELECT 'row ' || SK_ID_CURR || ' ' || batch_id FROM raw.application_v1",
    "decisions": "SELECT 'decision ' || application_id || ' ' || batch_id FROM score.decisions_v1",
    "promotions": "SELECT 'promotion ' || model_version FROM registry.promotions_v1",
    "alerts": "SELECT 'alert ' || alert_id || ' ' || event FROM monitor.alerts_v1",
}


@dataclass
class State:
    """`hashes` by table, `keys` of what must be there once, `sent` tokens by alert, `faults` of backups and audit."""

    hashes: dict[str, str]
    keys: list[str]
    sent: dict[str, list[str]]
    faults: list[str]
    backup_hash: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def of_json(content: dict[str, Any]) -> State:
        return State(**content)

    def against(self, expected: State) -> tuple[int, int, list[str]]:
        """How many keys are missing, how many are there too often, and which tables differ."""
        lost = len(set(expected.keys) - set(self.keys)) + len(expected.sent.keys() - self.sent.keys())
        doubled = len(self.keys) - len(set(self.keys)) + sum(len(tokens) - 1 for tokens in self.sent.values())
        names = self.hashes.keys() | expected.hashes.keys()
        different = sorted(name for name in names if self.hashes.get(name) != expected.hashes.get(name))
        different += ["sent"] if self.sent != expected.sent else []
        different += ["newest backup"] if self.backup_hash != expected.backup_hash else []
        return lost, doubled, different + self.faults


def state_of(settings: Settings) -> State:
    """Reads all of it."""
    with open_warehouse(settings) as connection:
        keys = [key for query in _KEYS.values() for (key,) in connection.execute(query).fetchall()]
        outboxes = {name: repr(connection.execute(query).fetchall()) for name, query in _OUTBOXES.items()}
    hashes = warehouse_hashes(settings)
    hashes |= {name: hashlib.sha256(text.encode()).hexdigest() for name, text in outboxes.items()}
    if settings.snapshot.exists():
        hashes |= {f"snapshot {name}": value for name, value in snapshot_hashes(settings).items()}
    hashes |= _page_hashes(settings)
    backups = list_backups(settings)
    newest = backups[-1].manifest.tables if backups else {}
    held = {name: content.model_dump() for name, content in newest.items() if name in _COMPARED_IN_BACKUPS}
    faults = [backup.manifest.name for backup in backups if changed_files(backup)]
    faults += [item.where for item in verify_home(settings)]
    return State(
        hashes=hashes,
        keys=sorted(keys),
        sent={alert: sorted(tokens) for alert, tokens in sorted(sent_tokens(settings.home).items())},
        faults=faults,
        backup_hash=json.dumps(held, sort_keys=True),
    )


#: Tables without `*_at` columns: their contents in two homes are equal.
_COMPARED_IN_BACKUPS = {"score.reasons_v1", "core.rejected_rows_v1", "raw.bureau_v1"}


def _page_hashes(settings: Settings) -> dict[str, str]:
    pages = settings.reports.glob("*/night*.html")
    return {f"page {path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in pages}
