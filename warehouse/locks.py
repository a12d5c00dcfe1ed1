"""Lock files that tell what is in use: held as long as the process that made them lives, however it ends."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import TextIO

_SUFFIX = ".lock"


def lock_of(path: Path) -> Path:
    """The lock file of what is to be made at this path, beside it."""
    return path.with_name(f"{path.name}{_SUFFIX}")


def hold(path: Path) -> TextIO:
    """The lock of a path, to be taken before anything is there and released once it is gone.

    The file is locked before it has its name: nobody finds it there for the lock of a process that has ended.
    """
    file = lock_of(path)
    unnamed = file.with_name(f".{file.name}")
    lock = unnamed.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        unnamed.rename(file)
    except OSError:
        lock.close()
        unnamed.unlink(missing_ok=True)
        raise
    return lock


def release(path: Path, lock: TextIO) -> None:
    """Takes the lock file away and lets go of it."""
    lock_of(path).unlink(missing_ok=True)
    lock.close()


def _is_held(path: Path) -> bool:
    try:
        with lock_of(path).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def discard_unheld(folder: Path, prefix: str = "") -> None:
    """Removes the folders in it whose names begin so and whose locks nobody holds, with those locks."""
    for found in folder.glob(f"{prefix}[!.]*"):
        path = found.with_name(found.name.removesuffix(_SUFFIX))
        if not _is_held(path):
            shutil.rmtree(path, ignore_errors=True)
            lock_of(path).unlink(missing_ok=True)
