"""Copies one file: prints a line when all of it is written, and the SHA-256 when it is on disk and read back.

Run as a program of its own by `file_copy.copying_apart`.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

_BLOCK = 4 << 20
#: The exit status where the bytes came back otherwise; every other fault has 1.
DIFFERENT = 3
#: The line that says that all is written.
WRITTEN = "written\n"


class DifferentError(Exception):
    """What was read back is not what was copied."""


def copy_file(source: str, target: str, on_written: Callable[[], object] = lambda: None) -> str:
    """Copies the bytes, flushes them to disk and returns their SHA-256. Raises DifferentError where they read back otherwise.

    `on_written` is called when whoever opens the target finds all of it, though a loss of power could still take it.
    """
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with Path(source).open("rb") as reading, os.fdopen(descriptor, "w+b") as writing:
        read = hashlib.sha256()
        while block := reading.read(_BLOCK):
            read.update(block)
            writing.write(block)
        writing.flush()
        on_written()
        os.fsync(writing.fileno())
        writing.seek(0)
        written = hashlib.file_digest(writing, "sha256")
    if written.digest() != read.digest():
        raise DifferentError(target)
    return written.hexdigest()


def _tell_written() -> None:
    sys.stdout.write(WRITTEN)
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.stdout.write(copy_file(sys.argv[1], sys.argv[2], _tell_written))
    except OSError as error:
        sys.exit(str(error.strerror))
    except DifferentError:
        sys.exit(DIFFERENT)
