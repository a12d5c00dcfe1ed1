"""What this home keeps on shared storage while others compute, and its removal where that was stopped."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import UsageError
from schemas.private import PRIVATE_FOLDER
from schemas.settings import Settings
from warehouse.locks import discard_unheld, hold, release
from warehouse.opening import discard_spills

_IDENTITY = ".shared-id"
_IDENTITY_FORM = re.compile(r"[0-9a-f]{12}")


def _draw_identity(file: Path) -> None:
    """The file has all of its content once it has its name; a name that another process has given it meanwhile stays."""
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not file.exists():
            drawn = file.with_name(f"{file.name}.new")
            with drawn.open("w", encoding="ascii") as stream:
                stream.write(uuid.uuid4().hex[:12])
                stream.flush()
                os.fsync(stream.fileno())
            drawn.replace(file)
    finally:
        os.close(folder)


def _identity(settings: Settings) -> str:
    """What this home is called on storage that several homes may share: drawn once, whatever its path is on which machine.

    Raises:
        UsageError: the file that keeps it holds something else, under which another home might lie there.
    """
    file = settings.home / _IDENTITY
    if not file.exists():
        _draw_identity(file)
    found = file.read_text(encoding="ascii", errors="replace")
    if not _IDENTITY_FORM.fullmatch(found):
        raise UsageError(
            f"the name of this home on shared storage cannot be used: {len(found)} characters, or others than digits",
            expected="12 hexadecimal digits, lower case, and nothing else",
            where=str(file),
            remedy="see that no night and no training runs, delete the file and run the command again: the home gets a new name",
        )
    return found


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
    folder.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    lock = hold(folder)
    try:
        folder.mkdir(mode=PRIVATE_FOLDER)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        release(folder, lock)


def discard_jobs(settings: Settings) -> None:
    """Removes what nights that were stopped left on shared storage, and what stopped queries spilled.

    To be called by who holds the warehouse: then no other night computes partitions. A training may, and keeps what it spills.
    """
    shutil.rmtree(jobs_of(settings), ignore_errors=True)
    discard_spills(settings)


def discard_trainings(settings: Settings) -> None:
    """Removes what trainings that were stopped left there; one that runs keeps its own."""
    discard_unheld(trainings_of(settings))


def discard_leftovers(settings: Settings) -> None:
    """Both of them. To be called by who holds the warehouse."""
    discard_jobs(settings)
    discard_trainings(settings)
