"""Putting another policy in force."""

from __future__ import annotations

from datetime import date
from typing import Literal

from schemas.errors import VerificationError
from schemas.features import feature_set
from schemas.policy import Policy
from schemas.settings import Settings
from schemas.tables import table
from tasks.audit import keep_head
from tasks.core.fairness import AGE
from warehouse.connection import open_warehouse, transaction
from warehouse.registry import newest_policy_sha256, register_policy


def _require_known_features(policy: Policy) -> None:
    """A hard rule has to read a feature that exists, or every night after it would stop."""
    numbers = {feature.name for feature in feature_set({}, policy.protected.columns).features if feature.kind == "number"}
    unknown = [f"{rule.code}: {rule.feature}" for rule in policy.hard_rules if rule.feature not in numbers]
    if unknown:
        raise VerificationError(
            f"{len(unknown)} hard rule(s) read what is no numeric feature: {', '.join(unknown)}",
            expected="the name of a numeric feature in docs/data-dictionary.md",
            where="hard_rules of the policy",
            remedy="mend the rule and apply the policy again",
        )


def _require_known_columns(policy: Policy) -> None:
    names = set(table("application").column_names)
    unknown = [name for name in policy.protected.columns if name not in names]
    if unknown:
        raise VerificationError(
            f"{len(unknown)} protected column(s) are none: {', '.join(unknown)}",
            expected="columns of the application table",
            where="protected.columns of the policy",
            remedy="mend the names and apply the policy again",
        )


def require_known_attributes(policy: Policy) -> None:
    """What fairness looks at has to be a column of the application, or AGE. Raises VerificationError."""
    known = {*table("application").column_names, AGE}
    profile = policy.fairness.in_force
    unknown = [name for name in (*profile.judged, *profile.reported) if name not in known]
    if unknown:
        raise VerificationError(
            f"{len(unknown)} attribute(s) of the fairness profile in force are none: {', '.join(unknown)}",
            expected=f"columns of the application table, or {AGE}",
            where="fairness.profiles of the policy",
            remedy="mend the names and apply the policy again",
        )


def apply_policy(settings: Settings, policy: Policy, *, applied_by: str, reason: str) -> date | None:
    """Registers the policy and returns the first business date that it decides on; None where it is in force already.

    In a home without a policy it is the first one and decides on every date.

    Raises:
        VerificationError: a hard rule reads what is no numeric feature, or a protected column or an attribute does not exist.
    """
    _require_known_columns(policy)
    _require_known_features(policy)
    require_known_attributes(policy)
    with open_warehouse(settings) as connection, transaction(connection):
        registered = newest_policy_sha256(connection)
        if registered == policy.sha256:
            return None
        kind: Literal["bootstrap", "applied"] = "applied" if registered else "bootstrap"
        effective_on = register_policy(connection, policy, kind=kind, applied_by=applied_by, reason=reason)
    keep_head(settings)
    return effective_on
