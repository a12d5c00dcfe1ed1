"""Which folders were hashed before and have not been touched since, so that a night does not read years of deliveries again.

A cache: it may be deleted at any time, and then every folder is hashed once more.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import date
from pathlib import Path

from warehouse.deliveries.folders import out_of_reach

FILE = "seen-deliveries.json"


def folder_signature(folder: Path) -> str:
    """Changes with any write, rename or replacement in the folder: names, sizes, inodes, times of content and of status.

    Raises:
        ResourceError: the folder may not be read.
        FileNotFoundError: it or a file in it vanished meanwhile.
    """
    entries = []
    try:
        with os.scandir(folder) as found:
            for entry in found:
                status = entry.stat(follow_symlinks=False)
                entries.append((entry.name, status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise out_of_reach(folder, error) from None
    return hashlib.sha256(repr(sorted(entries)).encode()).hexdigest()


class SeenFolders:
    """Signature and content hash of each folder, as they were when it was last hashed."""

    def __init__(self, home: Path) -> None:
        self._file = home / FILE
        self._entries = self._load()
        self._is_changed = False

    def _load(self) -> dict[str, list[str]]:
        try:
            entries = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError):
            return {}  # a cache that cannot be read is no cache
        return entries if isinstance(entries, dict) else {}

    def content_sha256(self, received_on: date, signature: str) -> str | None:
        """The content hash of the day's folder, if it was hashed with this very signature."""
        entry = self._entries.get(received_on.isoformat())
        return entry[1] if isinstance(entry, list) and len(entry) == 2 and entry[0] == signature else None

    def remember(self, received_on: date, signature: str, content_sha256: str) -> None:
        """Notes what was just hashed. The signature has to be taken before the hash: a later change then shows."""
        self._entries[received_on.isoformat()] = [signature, content_sha256]
        self._is_changed = True

    def save(self) -> None:
        """Writes the notes in one step."""
        if not self._is_changed:
            return
        fresh = self._file.with_name(f".{FILE}.{os.getpid()}.new")
        fresh.write_text(json.dumps(self._entries, sort_keys=True), encoding="utf-8")
        fresh.replace(self._file)
