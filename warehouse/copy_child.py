"""Copies one file and prints the SHA-256 of what was written. Run as a program of its own by `file_copy.copy_apart`."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

_BLOCK = 4 << 20
#: The exit status where the bytes came back otherwise; every other fault has 1.
DIFFERENT = 3


class DifferentError(Exception):
    """What was read back is not what was copied."""


def copy_file(source: str, target: str) -> str:
    """Copies the bytes, flushes them to disk and returns their SHA-256. Raises DifferentError where they read back otherwise."""
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with Path(source).open("rb") as reading, os.fdopen(descriptor, "w+b") as writing:
        read = hashlib.sha256()
        while block := reading.read(_BLOCK):
            read.update(block)
            writing.write(block)
        writing.flush()
        os.fsync(writing.fileno())
        writing.seek(0)
        written = hashlib.file_digest(writing, "sha256")
    if written.digest() != read.digest():
        raise DifferentError(target)
    return written.hexdigest()


if __name__ == "__main__":
    try:
        sys.stdout.write(copy_file(sys.argv[1], sys.argv[2]))
    except OSError as error:
        sys.exit(str(error.strerror))
    except DifferentError:
        sys.exit(DIFFERENT)
