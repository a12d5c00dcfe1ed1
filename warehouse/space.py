"""Free space: what a night needs at most, and whether it is there before anything is touched."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date

from schemas.errors import ResourceError
from schemas.settings import Settings
from warehouse.connection import Connection
from warehouse.deliveries.folders import out_of_reach, ready_folders
from warehouse.sql_files import sql

_MEBIBYTE = 1 << 20

#: Kept free whatever arrives: write-ahead log, spill, reports, Prefect's history.
RESERVE_BYTES = 256 * _MEBIBYTE
#: Bytes that the warehouse grows by for each delivered one: least, before the home has shown its own figure, and most.
_FEWEST_GROWTH, _USUAL_GROWTH, _MOST_GROWTH = 2.0, 10.0, 60.0


@dataclass(frozen=True)
class Space:
    """Free bytes in the home, and what a night may need: reserve, growth by what waits, a second snapshot, a copy."""

    n_free: int
    n_needed: int
    n_waiting: int

    @property
    def is_enough(self) -> bool:
        return self.n_free >= self.n_needed

    def __str__(self) -> str:
        free, needed = f"{self.n_free / _MEBIBYTE:,.0f} MiB free", f"{self.n_needed / _MEBIBYTE:,.0f} MiB needed"
        return f"{free}, {needed} for a night with {self.n_waiting / _MEBIBYTE:,.1f} MiB of deliveries to take in"


def _size(path: os.PathLike[str]) -> int:
    """Asked of the name: opening the warehouse and closing it again would give its lock back."""
    return os.stat(path).st_size if os.path.exists(path) else 0  # noqa: PTH110, PTH116


def waiting_bytes(settings: Settings, known: set[date], as_of: date | None) -> int:
    """Bytes in ready folders of business dates that nothing was taken in of yet."""
    folders = [
        folder for day, folder in ready_folders(settings.landing).items() if day not in known and (as_of is None or day <= as_of)
    ]
    try:
        return sum(file.stat().st_size for folder in folders for file in folder.iterdir() if file.is_file())
    except FileNotFoundError:
        return 0  # a folder that is being changed waits for the next run
    except OSError as error:
        raise out_of_reach(settings.landing, error) from None


def space_for_night(settings: Settings, connection: Connection, as_of: date | None = None) -> Space:
    """What is free and what a night up to that business date may need; the home's own past says how much a delivery grows to."""
    known, n_taken_in = set(), 0
    for day, n_bytes in connection.execute(sql("runs/delivered_bytes")).fetchall():
        known.add(day)
        n_taken_in += n_bytes
    n_waiting = waiting_bytes(settings, known, as_of)
    n_warehouse, n_snapshot = _size(settings.warehouse), _size(settings.snapshot)
    growth = n_warehouse / n_taken_in if n_taken_in else _USUAL_GROWTH
    n_growth = int(n_waiting * min(max(growth, _FEWEST_GROWTH), _MOST_GROWTH))
    n_needed = RESERVE_BYTES + 2 * n_growth + n_snapshot + n_warehouse
    return Space(shutil.disk_usage(settings.home).free, n_needed, n_waiting)


def require_writable(settings: Settings) -> None:
    """Raises ResourceError where the home, or a folder that a night writes into, may not be written to."""
    folders = [settings.home, settings.snapshot.parent, settings.reports, settings.prefect, settings.scratch]
    closed = [folder for folder in folders if folder.exists() and not os.access(folder, os.W_OK | os.X_OK)]
    if closed:
        raise ResourceError(
            f"{len(closed)} folder(s) may not be written to: {', '.join(folder.name for folder in closed)}",
            expected="folders that belong to the user who runs Loanwatch",
            where=str(closed[0]),
            remedy="give the right back (chmod u+rwx), or run it as the user to whom the home belongs; nothing was changed",
        )


def require_space_for_night(settings: Settings, connection: Connection, as_of: date) -> None:
    """Before a night touches anything.

    Raises:
        ResourceError: less is free than the night may need; or a folder may not be written to.
    """
    require_writable(settings)
    space = space_for_night(settings, connection, as_of)
    if not space.is_enough:
        raise ResourceError(
            f"there is not enough space for a night: {space}",
            expected="room for the warehouse to grow, a second snapshot beside the published one, and a copy of the warehouse",
            where=str(settings.home),
            remedy="free some space (scratch/, old reports, old backups), and run the command again; nothing was changed",
        )
