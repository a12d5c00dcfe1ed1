"""Files copied, flushed and put in place, so that whatever happens there is the old one or the new one."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from schemas.errors import ResourceError, VerificationError
from warehouse.copy_child import DIFFERENT

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


def copy_apart(source: Path, target: Path) -> str:
    """Copies a file in another process, flushed to disk, and returns its SHA-256.

    In another process, since DuckDB keeps others out by a POSIX lock: closing any descriptor of the file, also one that was
    only read, would release the lock of the whole process, and a second writer could come in.

    Raises:
        ResourceError: there is no space, or no permission.
        VerificationError: the disk gave other bytes back.
    """
    command = [sys.executable, "-I", "-S", str(_CHILD), str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed list, no shell
    if done.returncode == DIFFERENT:
        raise VerificationError(
            "what was read back differs from what was copied",
            where=str(target),
            remedy="check the disk, then run the command again; nothing was replaced",
        )
    if done.returncode != 0:
        told = (done.stderr.strip().splitlines() or [f"the copy ended with {done.returncode}"])[-1]
        raise ResourceError(f"the copy cannot be written: {told}", where=str(target), remedy="free some space and run it again")
    return done.stdout.strip()


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
