"""What this home keeps on shared storage while others compute, and its removal where that was stopped."""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path

from schemas.settings import Settings

#: No training grows its final trees for so long; younger files may belong to one that runs.
_ABANDONED_AFTER_SECONDS = 24 * 3600


def _place_of(settings: Settings, purpose: str) -> Path:
    """This home's place below the shared folder: several homes may share one."""
    return settings.shared / f"{hashlib.sha256(str(settings.home).encode()).hexdigest()[:12]}-{purpose}"


def jobs_of(settings: Settings) -> Path:
    """Where the partitions of nights lie."""
    return _place_of(settings, "nights")


def trainings_of(settings: Settings) -> Path:
    """Where the parts of trainings lie."""
    return _place_of(settings, "trainings")


def discard_jobs(settings: Settings) -> None:
    """Removes what nights that were stopped left on shared storage. To be called by who holds the warehouse."""
    shutil.rmtree(jobs_of(settings), ignore_errors=True)


def discard_trainings(settings: Settings) -> None:
    """Removes what trainings that were stopped left there: a training holds no warehouse, so only what is older than a day."""
    oldest = time.time() - _ABANDONED_AFTER_SECONDS
    for folder in trainings_of(settings).glob("*"):
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def discard_leftovers(settings: Settings) -> None:
    """Both of them. To be called by who holds the warehouse."""
    discard_jobs(settings)
    discard_trainings(settings)
