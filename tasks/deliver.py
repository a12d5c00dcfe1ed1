"""Writes delivery folders: whole or not at all, and the same content twice changes nothing."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from schemas.errors import UsageError
from schemas.tables import DELIVERED_TABLES
from warehouse.deliveries.folders import HISTORY, READY, dated_folders, held_source, ready_folders, source_class
from warehouse.deliveries.folders import HOME_CREDIT as HOME_CREDIT
from warehouse.deliveries.folders import SIMULATED as SIMULATED


def delivery_days(landing: Path) -> list[date]:
    """The business dates that have a folder, ready or not, in order."""
    return list(dated_folders(landing))


def check_source(landing: Path, source: str) -> None:
    """Refuses to mix simulated and real applicants in one home.

    Raises:
        UsageError: a ready folder of this landing holds the other kind.
    """
    given = source_class(source)
    for folder in ready_folders(landing).values():
        held = held_source(folder)
        if held != given:
            raise UsageError(
                f"this home holds {held} applicants",
                expected=f"a home without deliveries, or one that holds {given} applicants",
                where=f"landing/{folder.name}/{READY}",
                remedy="set LOANWATCH_HOME to another folder",
            )


def write_delivery(
    landing: Path, received_on: date, frames: Mapping[str, pl.DataFrame], *, source: str, is_history: bool
) -> Path:
    """Writes one delivery folder and returns it.

    The folder appears under its name only when it is complete, `_READY` with the source as its one line included. A folder
    that already holds the same bytes stays as it is; one with other content is replaced.

    Args:
        landing: the home's landing folder; made if it is missing.
        received_on: the business date, the folder's name.
        frames: by table name; tables that are not delivered are left out.
        source: `simulated` or `home_credit`.
        is_history: marks the folder `_HISTORY`: never scored.

    Raises:
        UsageError: the home holds the other kind of applicants.
        KeyError: a name that is no delivered table.
    """
    unknown = sorted(set(frames) - set(DELIVERED_TABLES))
    if unknown:
        raise KeyError(f"no delivered tables: {', '.join(unknown)}")
    check_source(landing, source)
    landing.mkdir(parents=True, exist_ok=True)
    final = landing / received_on.isoformat()
    _recover(landing, final)
    new = landing / f".new-{received_on.isoformat()}"
    _fill(new, frames, source=source, is_history=is_history)
    if final.is_dir() and _is_same(new, final):
        shutil.rmtree(new)
        return final
    _replace(new, final, landing)
    return final


def _fill(folder: Path, frames: Mapping[str, pl.DataFrame], *, source: str, is_history: bool) -> None:
    folder.mkdir()
    for name in DELIVERED_TABLES:
        if name in frames:
            frames[name].write_parquet(folder / f"{name}.parquet", compression="zstd")
    if is_history:
        (folder / HISTORY).touch()
    for file in sorted(folder.iterdir()):
        _sync(file)
    (folder / READY).write_text(f"{source}\n", encoding="utf-8")
    _sync(folder / READY)
    _sync(folder)


def _sync(path: Path) -> None:
    """On disk before the next step, so that a power cut leaves no ready folder with holes."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_same(new: Path, old: Path) -> bool:
    names = sorted(file.name for file in new.iterdir())
    if names != sorted(file.name for file in old.iterdir()):
        return False
    _, mismatch, errors = filecmp.cmpfiles(new, old, names, shallow=False)
    return not mismatch and not errors


def _replace(new: Path, final: Path, landing: Path) -> None:
    """A folder cannot be replaced in one step: the old one steps aside, and comes back if the new one did not arrive."""
    aside = landing / f".old-{final.name}"
    if final.exists():
        final.rename(aside)
    new.rename(final)
    _sync(landing)
    if aside.exists():
        shutil.rmtree(aside)


def _recover(landing: Path, final: Path) -> None:
    """What an interrupted run left behind: an unfinished new folder goes, an old folder without successor comes back."""
    new, aside = landing / f".new-{final.name}", landing / f".old-{final.name}"
    if new.exists():
        shutil.rmtree(new)
    if aside.exists() and not final.exists():
        aside.rename(final)
    if aside.exists():
        shutil.rmtree(aside)
