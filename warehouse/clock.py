"""The one clock of the warehouse."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The instant for `*_at` columns, UTC without zone; nothing else may depend on it."""
    return datetime.now(UTC).replace(tzinfo=None)
