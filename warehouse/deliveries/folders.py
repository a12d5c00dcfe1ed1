"""The landing place: which folders are ready, what they hold, and the hash by which a content is known again."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from datetime import date
from io import BufferedReader
from logging import getLogger
from pathlib import Path

from schemas.errors import DeliveryRefusedError, ResourceError
from schemas.tables import DELIVERED_TABLES

logger = getLogger(__name__)

READY = "_READY"
HISTORY = "_HISTORY"
#: What the one line of _READY may name; without a line the rows are real.
SIMULATED, HOME_CREDIT = "simulated", "home_credit"
FORMATS = (".parquet", ".csv", ".csv.gz")

_MAX_SOURCE_LENGTH = 64


@dataclass(frozen=True)
class TableFile:
    """One file of a delivery. `content_sha256` is empty where it is no regular file."""

    table: str
    path: Path
    content_sha256: str
    n_bytes: int

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_parquet(self) -> bool:
        return self.path.suffix == ".parquet"


@dataclass(frozen=True)
class Delivery:
    """A ready folder as it was when it was hashed.

    `source` is `simulated` or `real`; `left_aside` names the files that are no delivered table.
    """

    received_on: date
    folder: Path
    is_history: bool
    source: str
    files: tuple[TableFile, ...]
    left_aside: tuple[str, ...]
    content_sha256: str
    #: Of the folder before it was hashed (`seen.folder_signature`); empty where that was not asked.
    signature: str = ""

    @property
    def origin(self) -> str:
        return "history" if self.is_history else "nightly"


def table_of(file_name: str) -> str | None:
    """The delivered table that a file name stands for, if any."""
    for ending in FORMATS:
        stem = file_name.removesuffix(ending)
        if stem != file_name and stem in DELIVERED_TABLES:
            return stem
    return None


def business_date(name: str) -> date | None:
    """The day that a folder is named by; None where the name is no YYYY-MM-DD."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", name, flags=re.ASCII):
        return None
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def dated_folders(landing: Path) -> dict[date, Path]:
    """The folders that are named by a day, ready or not, in order.

    Raises:
        ResourceError: the landing place may not be read.
    """
    try:
        dated = [(day, entry) for entry in landing.iterdir() if (day := business_date(entry.name)) and entry.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise out_of_reach(landing, error) from None
    return dict(sorted(dated))


def _is_ready(folder: Path) -> bool:
    try:
        return (folder / READY).is_file()
    except OSError as error:
        raise out_of_reach(folder, error) from None


def ready_folders(landing: Path) -> dict[date, Path]:
    """The folders that say they are complete, by business date in order; nothing else is looked at.

    Raises:
        ResourceError: the landing place or a folder may not be read.
    """
    found = {day: entry for day, entry in dated_folders(landing).items() if _is_ready(entry)}
    for folder in [entry for entry in found.values() if entry.is_symlink()]:
        logger.warning("%s is a link and is not followed; put the folder itself into the landing place", folder)
    return {day: entry for day, entry in found.items() if not entry.is_symlink()}


def _is_regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _open(path: Path) -> BufferedReader:
    """Opens a file that is no link, also if it has become one since it was looked at; a pipe does not block."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


def open_regular(file: TableFile) -> BufferedReader:
    """The bytes of a delivered file.

    Raises:
        DeliveryRefusedError: `not_a_regular_file`: it was replaced by a link, a folder or a pipe after it was hashed.
        OSError: it is gone, or may not be read.
    """
    try:
        stream = _open(file.path)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise not_regular(file) from None
        raise
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise not_regular(file)
    return stream


def not_regular(file: TableFile) -> DeliveryRefusedError:
    """The refusal of a link, a folder or a pipe."""
    return DeliveryRefusedError(
        "not_a_regular_file",
        f"{file.name} is no regular file",
        expected="a file of its own; links and folders are not followed",
        where=str(file.path),
        remedy="put the file itself into the folder",
    )


def _table_file(name: str, path: Path) -> TableFile:
    if not _is_regular(path):
        return TableFile(name, path, "", 0)
    with _open(path) as file:
        return TableFile(name, path, hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size)


def read_table_file(path: Path, table: str | None = None) -> TableFile:
    """A single file outside of a delivery, hashed: of the table given, else of the one it is named by, else of none ("").

    Raises:
        ResourceError: it may not be read, or is gone.
    """
    try:
        return _table_file(table or table_of(path.name) or "", path)
    except OSError as error:
        raise out_of_reach(path, error) from None


def _content_sha256(files: list[TableFile], *, is_history: bool) -> str:
    digest = hashlib.sha256(b"history\n" if is_history else b"nightly\n")
    for file in files:
        digest.update(f"{file.name}\0{file.content_sha256}\n".encode())
    return digest.hexdigest()


def source_class(source: str) -> str:
    """`simulated` or `real`: the kind of rows that a named source delivers."""
    return SIMULATED if source == SIMULATED else "real"


def held_source(folder: Path) -> str:
    """`simulated` or `real`: the kind of rows in a ready folder, by the first line of its _READY.

    Raises:
        ResourceError: it may not be read.
        FileNotFoundError: it vanished meanwhile.
    """
    try:
        with (folder / READY).open("rb") as file:
            line = file.read(_MAX_SOURCE_LENGTH).decode("utf-8", errors="replace").split("\n")[0].strip()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise out_of_reach(folder, error) from None
    return source_class(line)


def out_of_reach(path: Path, error: OSError) -> ResourceError:
    """The error for a file or folder of a delivery that the system withholds."""
    return ResourceError(
        f"a delivery cannot be read: {error.strerror or type(error).__name__}",
        where=str(path),
        remedy="give Loanwatch the right to read the folder and its files, and leave a ready folder as it is",
    )


def read_delivery(received_on: date, folder: Path) -> Delivery:
    """The delivery in a ready folder; its files are hashed, not yet read.

    Raises:
        ResourceError: the folder or a file may not be read.
        FileNotFoundError: the folder or a file vanished meanwhile.
    """
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
        named = [(table_of(entry.name), entry) for entry in entries if entry.name not in {READY, HISTORY}]
        files = [_table_file(name, entry) for name, entry in named if name]
        is_history = (folder / HISTORY).exists()
        source = held_source(folder)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise out_of_reach(folder, error) from None
    return Delivery(
        received_on=received_on,
        folder=folder,
        is_history=is_history,
        source=source,
        files=tuple(sorted(files, key=lambda file: DELIVERED_TABLES.index(file.table))),
        left_aside=tuple(entry.name for name, entry in named if not name),
        content_sha256=_content_sha256(files, is_history=is_history),
    )


def check_files(delivery: Delivery) -> None:
    """Refuses what is wrong with the folder before any file is opened.

    Raises:
        DeliveryRefusedError: `two_files_for_table` or `not_a_regular_file`.
    """
    for file in delivery.files:
        if not file.content_sha256:
            raise not_regular(file)
    tables = [file.table for file in delivery.files]
    twice = sorted({table for table in tables if tables.count(table) > 1})
    if twice:
        raise DeliveryRefusedError(
            "two_files_for_table",
            f"more than one file holds {', '.join(twice)}: {', '.join(f.name for f in delivery.files if f.table in twice)}",
            expected="one file per table, as .parquet, .csv or .csv.gz",
            where=str(delivery.folder),
            remedy="leave one of them in the folder",
        )
