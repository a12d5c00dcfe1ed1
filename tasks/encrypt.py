"""Encrypting a home as a step."""

from __future__ import annotations

from schemas.settings import Settings
from warehouse.encryption import encrypt_home


def encrypt(settings: Settings, former_key: str | None) -> list[str]:
    """Warehouse, snapshot and backups under the key of the settings; names of what was written anew. Raises as encrypt_home."""
    return encrypt_home(settings, former_key)
