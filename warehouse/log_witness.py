"""How much of the write-ahead log was acknowledged, noted beside the warehouse.

DuckDB reads a log up to the first entry that is not whole and says nothing about the rest: it cannot tell a process that was
killed while it wrote its last entry from a log that has lost what was committed (cut off, emptied, deleted, a length that was
changed). So after each commit its length is noted, together with the checkpoint of the warehouse that it follows. A log that is
shorter than noted, with no checkpoint in between, has lost something.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from warehouse.opening import log_of

#: How a log of DuckDB 1.5 begins: an entry with the log's version, without length and checksum.
_VERSION_ENTRY = bytes.fromhex("640062650002ffff")
_ENTRY_HEAD = struct.Struct("<QQ")  # length and checksum of what follows

#: The two headers of a database file; each checkpoint writes one of them anew. With a key they are encrypted, so their bytes
#: are compared and not the number of the checkpoint in them.
_HEADERS = (4096, 8192)
_HEADER_BYTES = 64


@dataclass(frozen=True)
class Generation:
    """Which file it is, and its last checkpoint."""

    inode: int
    checkpoint: str


def witness_file(warehouse: Path) -> Path:
    """Where the note of a warehouse lies."""
    return warehouse.with_name(f".{warehouse.name}.acknowledged.json")


def generation_of(warehouse: Path) -> Generation:
    """From the headers of the file. Not to be asked while this process has it open: reading would release its lock."""
    with warehouse.open("rb") as file:
        headers = hashlib.sha256()
        for offset in _HEADERS:
            file.seek(offset)
            headers.update(file.read(_HEADER_BYTES))
        return Generation(os.fstat(file.fileno()).st_ino, headers.hexdigest())


def whole_bytes(log: Path) -> int:
    """Length of the log up to the end of its last whole entry; 0 where there is none, all of it in a form that is not known."""
    try:
        with log.open("rb") as file:
            return _walk(file.read(len(_VERSION_ENTRY)), file.fileno())
    except FileNotFoundError:
        return 0


def _walk(beginning: bytes, descriptor: int) -> int:
    size = os.fstat(descriptor).st_size
    if beginning != _VERSION_ENTRY:
        return size
    at = len(beginning)
    while at + _ENTRY_HEAD.size <= size:
        length, _ = _ENTRY_HEAD.unpack(os.pread(descriptor, _ENTRY_HEAD.size, at))
        if at + _ENTRY_HEAD.size + length > size:
            break
        at += _ENTRY_HEAD.size + length
    return at


def note_acknowledged(opened: Iterable[tuple[Path, Generation]]) -> None:
    """Notes how long the log of each warehouse is now; to be called after a commit."""
    for warehouse, generation in opened:
        noted = {**asdict(generation), "log_bytes": whole_bytes(log_of(warehouse))}
        fresh = witness_file(warehouse).with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(noted), encoding="utf-8")
        fresh.replace(witness_file(warehouse))


def forget(warehouse: Path) -> None:
    """To be called before another file takes the warehouse's place: it may get the same inode and headers."""
    witness_file(warehouse).unlink(missing_ok=True)


def has_lost_entries(warehouse: Path, generation: Generation) -> bool:
    """Whether the log is shorter than what was acknowledged since the last checkpoint; False where nothing was noted."""
    try:
        noted = json.loads(witness_file(warehouse).read_text(encoding="utf-8"))
        is_of_this = Generation(noted["inode"], noted["checkpoint"]) == generation
        return is_of_this and whole_bytes(log_of(warehouse)) < int(noted["log_bytes"])
    except (OSError, ValueError, KeyError, TypeError):
        return False  # a note that cannot be read says nothing
