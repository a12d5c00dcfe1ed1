"""Homes for the benchmarks of a night: a champion, and one delivery of any size that waits to be taken in.

The champion is trained once by the product itself (4,000 applicants with full histories, default parameters) and kept in the
folder given; every measured night works on a copy of its own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.portfolio import full_size
from schemas.parameters import Candidate, RetrainParameters
from schemas.settings import CHUNK_ROWS, MEMORY_LIMIT, Settings
from schemas.tables import HISTORY_TABLES

PAST = date(2026, 3, 1)
OBSERVED = date(2026, 6, 29)
NIGHT = date(2026, 7, 1)
APPLICANTS_OF_CHAMPION = 4_000


def settings_of(home: Path, *, threads: int = 2, backups_kept: int = 7) -> Settings:
    """The settings that the night has by default on two cores."""
    return Settings(
        home=home,
        policy_file=None,
        memory_limit=os.environ.get("LOANWATCH_MEMORY_LIMIT") or MEMORY_LIMIT,
        threads=threads,
        lock_wait_seconds=60,
        chunk_rows=int(os.environ.get("LOANWATCH_CHUNK_ROWS") or CHUNK_ROWS),
        backups_kept=backups_kept,
    )


def deliver(home: Path, portfolio: Path, day: date, tables: Sequence[str], *, is_history: bool = False) -> None:
    """Puts the tables of a portfolio into the landing place, as links where the file system can."""
    folder = home / "landing" / day.isoformat()
    folder.mkdir(parents=True)
    for name in tables:
        (source,) = portfolio.glob(f"{name}.*")
        try:
            os.link(source, folder / source.name)
        except OSError:
            shutil.copyfile(source, folder / source.name)
    if is_history:
        (folder / "_HISTORY").touch()
    (folder / "_READY").write_text("simulated\n", encoding="ascii")


def _tables(*, with_histories: bool) -> list[str]:
    return ["application", *HISTORY_TABLES] if with_histories else ["application"]


def champion_home(folder: Path, *, with_histories: bool = True) -> Path:
    """A home with a champion and nothing to do, made once per folder; histories do or do not usually arrive there."""
    home = folder / f"champion-{'histories' if with_histories else 'applications'}"
    if home.is_dir():
        return home
    from tasks.retrain import retrain

    fresh = folder / f".{home.name}-{os.getpid()}"
    tables = _tables(with_histories=with_histories)
    portfolio = full_size(folder, APPLICANTS_OF_CHAMPION, 1, day=PAST, tables=[*tables, "outcomes"])
    deliver(fresh, portfolio, PAST, tables, is_history=True)
    deliver(fresh, portfolio, OBSERVED, ["outcomes"])
    retrain(settings_of(fresh), OBSERVED, RetrainParameters(candidates=[Candidate.LIGHTGBM]))
    fresh.rename(home)
    return home


def night_home(folder: Path, applicants: int, *, target: Path, with_histories: bool = True) -> Path:
    """A copy of the champion's home in `target`, with one delivery of so many new applicants."""
    tables = _tables(with_histories=with_histories)
    portfolio = full_size(folder, applicants, 2, day=NIGHT, tables=tables)
    original = champion_home(folder, with_histories=with_histories)
    target.mkdir(parents=True)
    for name in ("warehouse.duckdb", "models"):
        source = original / name
        shutil.copytree(source, target / name) if source.is_dir() else shutil.copyfile(source, target / name)
    deliver(target, portfolio, NIGHT, tables)
    return target


def decided_home(folder: Path, applicants: int) -> Path:
    """A home in which one night has decided so many applicants, made once per folder."""
    home = folder / f"decided-{applicants}"
    if not home.is_dir():
        from benchmarks.profile_night import Recorder, run_steps

        fresh = night_home(folder, applicants, target=folder / f".{home.name}-{os.getpid()}", with_histories=False)
        run_steps(settings_of(fresh), Recorder(with_functions=False))
        fresh.rename(home)
    return home
