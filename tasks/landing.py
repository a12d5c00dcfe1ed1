"""The landing place searched for people, and their rows taken out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from schemas.errors import DeliveryRefusedError
from schemas.settings import Settings
from tasks.progress import OnProgress
from warehouse.connection import Connection, transaction
from warehouse.deliveries.folders import Delivery, TableFile, dated_folders, read_delivery, ready_folders
from warehouse.deliveries.stripping import Keys, count_in_file, credits_in_file, strip_file
from warehouse.ingest_store import settle_stripped


@dataclass
class Found:
    """Where rows of people lie: files with counts, folder by folder; `notes` says what could not be looked into."""

    deliveries: list[tuple[Delivery, Keys]] = field(default_factory=list)
    files: dict[Path, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def by_name(self, landing: Path) -> dict[str, int]:
        """Counts by path below the landing place."""
        return {str(path.relative_to(landing)): n for path, n in self.files.items()}


def _readable(files: Iterable[TableFile], notes: list[str]) -> Iterator[TableFile]:
    """The files that can be read. What cannot was refused on arrival, and may still hold anything."""
    for file in files:
        if file.content_sha256:
            yield file
        else:
            notes.append(f"{file.path} is no regular file and was not looked into")


def _keys_of(delivery: Delivery, applicants: frozenset[int], known: frozenset[int]) -> Keys:
    """With the credits that the folder's own bureau file reports for these applicants."""
    found = set(known)
    for file in delivery.files:
        if file.content_sha256:
            try:
                found |= credits_in_file(file, applicants)
            except DeliveryRefusedError:
                continue  # told where its rows are counted
    return Keys(applicants, frozenset(found))


def _search(delivery: Delivery, keys: Keys, found: Found) -> None:
    hits = {}
    for file in _readable(delivery.files, found.notes):
        try:
            n = count_in_file(file, keys)
        except DeliveryRefusedError as refusal:
            found.notes.append(f"{file.path} was not looked into: {refusal.found}")
            continue
        if n:
            hits[file.path] = n
    if hits:
        found.deliveries.append((delivery, keys))
        found.files |= hits
    if delivery.left_aside:
        found.notes.append(f"{delivery.folder} holds {len(delivery.left_aside)} file(s) of no delivered table, not looked into")


def search_landing(
    settings: Settings,
    applicants: Iterable[int],
    known_credits: Iterable[int] = (),
    *,
    until: date | None = None,
    on_progress: OnProgress | None = None,
) -> Found:
    """Every ready folder up to a business date (None: all), searched for rows of these applicants.

    Raises:
        ResourceError: a folder or file may not be read.
    """
    found, wanted, known = Found(), frozenset(applicants), frozenset(known_credits)
    folders = ready_folders(settings.landing)
    unready = set(dated_folders(settings.landing)) - set(folders)
    if unready:
        found.notes.append(f"{len(unready)} folder(s) in landing are not ready, or links, and were not looked into")
    folders = {day: folder for day, folder in folders.items() if until is None or day <= until}
    for number, (received_on, folder) in enumerate(folders.items(), start=1):
        delivery = read_delivery(received_on, folder)
        _search(delivery, _keys_of(delivery, wanted, known), found)
        if on_progress is not None:
            on_progress(number, len(folders), f"{received_on}")
    return found


def strip_landing(found: Found) -> list[tuple[Delivery, Delivery]]:
    """Takes the rows out; each folder as it was and as it is now.

    Raises:
        ResourceError: a file may not be written, or there is no space; what was written is whole.
    """
    pairs = []
    for delivery, keys in found.deliveries:
        for file in delivery.files:
            if file.path in found.files:
                strip_file(file, keys)
        pairs.append((delivery, read_delivery(delivery.received_on, delivery.folder)))
    return pairs


def settle_landing(connection: Connection, pairs: list[tuple[Delivery, Delivery]]) -> None:
    """The ledger knows the folders in their new form, so that the next night finds nothing new in them."""
    with transaction(connection):
        for before, after in pairs:
            settle_stripped(connection, before, after)


def newest_folder(settings: Settings) -> date | None:
    """The newest business date in landing, ready or not."""
    return max(dated_folders(settings.landing), default=None)
