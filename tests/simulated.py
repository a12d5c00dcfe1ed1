"""Simulated days that several tests look at."""

from __future__ import annotations

from datetime import date
from functools import cache

from tasks.core.simulation import Scenario, SimulatedDay, simulate_applicants

DAY = date(2026, 6, 30)


@cache
def simulated(n: int = 2000, scenario: Scenario = Scenario.NONE, seed: int = 7) -> SimulatedDay:
    """The day of the tests; the same arguments give the same object, so that no test simulates it twice."""
    return simulate_applicants(DAY, n, seed, scenario)
