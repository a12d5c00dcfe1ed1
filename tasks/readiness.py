"""What has to hold before a night begins. Apart from the night itself, so that asking loads nothing of what a night needs."""

from __future__ import annotations

from datetime import date

from schemas.extras import require_extra
from schemas.policy import load_policy
from schemas.settings import Settings
from warehouse.connection import open_warehouse, transaction
from warehouse.registry import champion_on, require_policy_in_force
from warehouse.space import require_space_for_night


def require_ready(settings: Settings, as_of: date) -> None:
    """Checks before anything is touched: there is space, the policy file is the one in force, a champion decides on that date.

    Raises:
        UsageError: partitions are to go to Dask, and its packages are not installed.
        ResourceError: less space is free than the night may need, or a folder may not be written to (exit 15).
        VerificationError: the policy file differs from the registered policy (exit 14).
        NoChampionError: no model is in force (exit 11).
    """
    if settings.task_runner == "dask":
        require_extra("dask")
    with open_warehouse(settings) as connection:
        require_space_for_night(settings, connection, as_of)
        with transaction(connection):
            require_policy_in_force(connection, load_policy(settings.policy_file))
        champion_on(connection, as_of)
