"""Nights of a small home, and what they leave, for tests."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from flows.nightly import score_nightly
from schemas.parameters import NightParameters
from schemas.references import NightSummary
from schemas.settings import Settings
from tests.flows.conftest import LAST_NEW_DAY
from warehouse.connection import open_warehouse
from warehouse.reading import query_snapshot


def run_night(day: date = LAST_NEW_DAY) -> NightSummary:
    return score_nightly(NightParameters(as_of=day))


def published(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    return query_snapshot(settings, query)[1]


def stored(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with open_warehouse(settings) as connection:
        return connection.execute(query).fetchall()


def new_folder(settings: Settings, day: date = LAST_NEW_DAY) -> Path:
    return settings.landing / day.isoformat()
