"""Writing documents whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_document(path: Path, text: str) -> Path:
    """Replaces the file in one step, so that a reader sees the old document or the new one. Creates its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    with unfinished.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return path
