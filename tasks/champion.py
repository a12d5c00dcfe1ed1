"""Whether a home has a champion: light to import, since it is asked before anything else is loaded."""

from __future__ import annotations

from schemas.settings import Settings
from warehouse.connection import open_warehouse
from warehouse.registry import has_champion


def champion_exists(settings: Settings) -> bool:
    """Whether this home has ever had a champion."""
    with open_warehouse(settings) as connection:
        return has_champion(connection)
