"""What this home keeps on shared storage while others compute, and its removal where that was stopped."""

from __future__ import annotations

import fcntl
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from schemas.private import PRIVATE_FOLDER
from schemas.settings import Settings
from warehouse.opening import IN_MEMORY

_IDENTITY = ".shared-id"
_LOCK = ".lock"


def _identity(settings: Settings) -> str:
    """What this home is called on storage that several homes may share: drawn once, whatever its path is on which machine."""
    file = settings.home / _IDENTITY
    with suppress(FileExistsError), file.open("x", encoding="ascii") as stream:
        stream.write(uuid.uuid4().hex[:12])
    return file.read_text(encoding="ascii")


def jobs_of(settings: Settings) -> Path:
    """Where the partitions of nights lie."""
    return settings.shared / f"{_identity(settings)}-nights"


def trainings_of(settings: Settings) -> Path:
    """Where the parts of trainings lie."""
    return settings.shared / f"{_identity(settings)}-trainings"


@contextmanager
def training_folder(settings: Settings) -> Iterator[Path]:
    """A private folder for one training, which others know for alive by its lock; it is gone afterwards."""
    folder = trainings_of(settings) / uuid.uuid4().hex[:12]
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True)
    try:
        with (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_alive(folder: Path) -> bool:
    """Whether the training of a folder runs: it holds the lock until its process ends, however that ends."""
    try:
        with (folder / _LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def discard_jobs(settings: Settings) -> None:
    """Removes what nights that were stopped left on shared storage, and what their queries spilled.

    To be called by who holds the warehouse: then no other night computes partitions.
    """
    shutil.rmtree(jobs_of(settings), ignore_errors=True)
    for folder in settings.scratch.glob(f"{IN_MEMORY}*"):
        shutil.rmtree(folder, ignore_errors=True)


def discard_trainings(settings: Settings) -> None:
    """Removes what trainings that were stopped left there; one that runs keeps its own."""
    for folder in trainings_of(settings).glob("*"):
        if not _is_alive(folder):
            shutil.rmtree(folder, ignore_errors=True)


def discard_leftovers(settings: Settings) -> None:
    """Both of them. To be called by who holds the warehouse."""
    discard_jobs(settings)
    discard_trainings(settings)
