"""A home with one applicant whose values stand nowhere else, decided, backed up and published."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from schemas.people import ErasureRequest
from schemas.settings import Settings
from tasks.backup import back_up
from tests.audit_support import decide
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY

#: Long and without repetition, so that no compression hides it.
CANARY = "Kanarienvogel-q7Zx0vKw3Bn9"
PERSON = 1329863030000017


def plant(settings: Settings) -> None:
    """Adds the applicant to the last delivery: with a credit at the bureau and its months, and as a broken row of another day."""
    folder = settings.landing / LAST_NEW_DAY.isoformat()
    _append(folder / "application.parquet", {"SK_ID_CURR": PERSON, "OCCUPATION_TYPE": CANARY})
    _append(folder / "bureau.parquet", {"SK_ID_CURR": PERSON, "SK_ID_BUREAU": PERSON + 1, "CREDIT_CURRENCY": CANARY})
    _append(folder / "bureau_balance.parquet", {"SK_ID_BUREAU": PERSON + 1})
    earlier = settings.landing / FIRST_NEW_DAY.isoformat()
    _append(earlier / "application.parquet", {"SK_ID_CURR": PERSON, "OCCUPATION_TYPE": CANARY, "AMT_CREDIT": -1.0})


def _append(file: Path, values: dict[str, object]) -> None:
    frame = pl.read_parquet(file)
    row = frame.head(1).with_columns(pl.lit(value).cast(frame.schema[name]).alias(name) for name, value in values.items())
    pl.concat([frame, row]).write_parquet(file, compression="uncompressed")


def make_home(champion_home: Path, home: Path) -> None:
    """Plants, decides both days, backs up."""
    shutil.copytree(champion_home, home)
    settings = Settings(home=home, policy_file=None, memory_limit="1GB", threads=2, lock_wait_seconds=5.0, chunk_rows=7)
    plant(settings)
    decide(settings, LAST_NEW_DAY)
    back_up(settings)


def files_with(home: Path, *needles: str) -> set[str]:
    """Files below the home that hold one of the texts, in bytes."""
    wanted = [needle.encode() for needle in needles]
    return {str(path.relative_to(home)) for path in _files(home) if any(item in path.read_bytes() for item in wanted)}


def _files(home: Path) -> Iterable[Path]:
    return (path for path in sorted(home.rglob("*")) if path.is_file())


def request(*ids: int) -> ErasureRequest:
    """On a person's word."""
    return ErasureRequest(ids or (PERSON,), "request", "R. Meyer", "case 17")
