"""Putting another policy in force."""

from __future__ import annotations

from datetime import date

from schemas.policy import Policy
from schemas.settings import Settings
from warehouse.connection import open_warehouse, transaction
from warehouse.registry import newest_policy, register_policy


def apply_policy(settings: Settings, policy: Policy, *, applied_by: str, reason: str) -> date:
    """Registers the policy and returns the first business date that it decides on.

    In a home without a policy it is the first one and decides on every date.
    """
    with open_warehouse(settings) as connection, transaction(connection):
        is_first = newest_policy(connection) is None
        kind = "bootstrap" if is_first else "applied"
        return register_policy(connection, policy, kind=kind, applied_by=applied_by, reason=reason)  # type: ignore[arg-type]
