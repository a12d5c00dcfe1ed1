"""Random streams: one Philox stream per (seed, day, table, chunk), so that any day and any table can be made again alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from tasks.core.simulation.identifiers import day_number

Purpose = Literal[
    "outcome", "application", "bureau", "bureau_balance", "previous_application", "payments", "credit_card_balance", "scenario"
]
_NUMBERS: dict[Purpose, int] = {
    "outcome": 1,
    "application": 2,
    "bureau": 3,
    "bureau_balance": 4,
    "previous_application": 5,
    "payments": 6,
    "credit_card_balance": 7,
    "scenario": 8,
}


@dataclass(frozen=True)
class Streams:
    """The random streams of one chunk of one day."""

    day: date
    seed: int
    chunk: int = 0

    def generator(self, purpose: Purpose) -> np.random.Generator:
        """A fresh generator; the same purpose always gives the same numbers."""
        entropy = (self.seed, day_number(self.day), _NUMBERS[purpose], self.chunk)
        return np.random.Generator(np.random.Philox(np.random.SeedSequence(entropy)))
