"""Files copied, flushed and put in place, so that whatever happens there is the old one or the new one."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from schemas.errors import LoanwatchError, ResourceError, VerificationError
from warehouse.copy_child import DIFFERENT, WRITTEN

_CHILD = Path(__file__).with_name("copy_child.py")
_MEBIBYTE = 1 << 20


def fsync(path: Path) -> None:
    """Flushes a file or a folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file. Not for a warehouse that this process has open: see `copy_apart`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def copying_apart(source: Path, target: Path) -> Iterator[Callable[[], str]]:
    """Copies a file in another process. Inside, all of it is written; what is given waits until it is on disk and read back.

    In another process, since DuckDB keeps others out by a POSIX lock: closing any descriptor of the file, also one that was
    only read, would release the lock of the whole process, and a second writer could come in.

    What is given returns the SHA-256 of what was read back; whoever leaves without having called it ends the copying.

    Raises:
        ResourceError: there is no space, or no permission.
        VerificationError: the disk gave other bytes back.
    """
    command = [sys.executable, "-I", "-S", str(_CHILD), str(source), str(target)]
    with subprocess.Popen(  # noqa: S603 - a fixed list, no shell
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        try:
            first = _told(child).readline()
            if first != WRITTEN:
                raise _fault(child, first + _told(child).read(), target)
            yield lambda: _sha256_told(child, target)
        finally:
            child.kill()  # of one that has ended nothing comes


def _told(child: subprocess.Popen[str]) -> IO[str]:
    if child.stdout is None:
        raise AssertionError("a child with a pipe has one")
    return child.stdout


def _sha256_told(child: subprocess.Popen[str], target: Path) -> str:
    told = _told(child).read()
    if child.wait() != 0:
        raise _fault(child, told, target)
    return told.strip()


def _fault(child: subprocess.Popen[str], told: str, target: Path) -> LoanwatchError:
    status = child.wait()
    if status == DIFFERENT:
        return VerificationError(
            "what was read back differs from what was copied",
            where=str(target),
            remedy="check the disk, then run the command again; nothing was replaced",
        )
    why = (told.strip().splitlines() or [f"the copy ended with {status}"])[-1]
    return ResourceError(f"the copy cannot be written: {why}", where=str(target), remedy="free some space and run it again")


def copy_apart(source: Path, target: Path) -> str:
    """Copies a file as `copying_apart` does, and returns its SHA-256 when it is on disk and read back."""
    with copying_apart(source, target) as settled:
        return settled()


def require_space(folder: Path, n_bytes: int, what: str) -> None:
    """Raises ResourceError (exit 15) with figures where fewer bytes than that are free."""
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise ResourceError(
            f"{free // _MEBIBYTE:,} MiB are free",
            expected=f"at least {n_bytes // _MEBIBYTE + 1:,} MiB for {what}",
            where=str(folder),
            remedy="free some space and run the command again; nothing was changed",
        )


def put_in_place(fresh: Path, target: Path) -> None:
    """Gives a flushed file or folder its name, in one step, and flushes the name."""
    fresh.replace(target)
    fsync(target.parent)
