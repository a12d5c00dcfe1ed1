"""Invented applicants with the Home Credit columns: `simulate_applicants` for one day, seeded, each day alone."""

from schemas.scenarios import Scenario
from tasks.core.simulation.day import SimulatedDay, simulate_applicants, simulate_outcomes
from tasks.core.simulation.identifiers import MAX_PER_DAY, MAX_SEED

__all__ = ["MAX_PER_DAY", "MAX_SEED", "Scenario", "SimulatedDay", "simulate_applicants", "simulate_outcomes"]
