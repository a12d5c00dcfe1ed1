"""Copies one file and prints the SHA-256 of what was written. Run as a program of its own by `file_copy.copy_apart`."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path


def copy_file(source: str, target: str) -> str:
    """Copies the bytes, flushes them to disk and returns their SHA-256."""
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with Path(source).open("rb") as reading, os.fdopen(descriptor, "w+b") as writing:
        shutil.copyfileobj(reading, writing, 4 << 20)
        writing.flush()
        os.fsync(writing.fileno())
        writing.seek(0)
        return hashlib.file_digest(writing, "sha256").hexdigest()


if __name__ == "__main__":
    try:
        sys.stdout.write(copy_file(sys.argv[1], sys.argv[2]))
    except OSError as error:
        sys.exit(str(error.strerror))
