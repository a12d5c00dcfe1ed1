"""The names of the simulator's disturbances; light, since the command line lists them. What they do: tasks/core/simulation."""

from __future__ import annotations

from enum import StrEnum


class Scenario(StrEnum):
    """The closed list of disturbances."""

    NONE = "none"
    INCOME_SHIFT = "income_shift"
    HEAVY_TAIL_TYPO = "heavy_tail_typo"
    BUREAU_OUTAGE = "bureau_outage"
    MISSING_SURGE = "missing_surge"
    UNSEEN_CATEGORY = "unseen_category"
    SENTINEL_LEAK = "sentinel_leak"
    YOUNGER_APPLICANTS = "younger_applicants"
    BAD_ROWS = "bad_rows"
