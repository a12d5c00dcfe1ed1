"""Histories: how many rows each applicant or credit has, and the index arithmetic of repeating them."""

from __future__ import annotations

import numpy as np

from tasks.core.simulation.identifiers import MAX_CREDITS
from tasks.core.simulation.marginals import Floats, Integers, Mask


def history_counts(generator: np.random.Generator, has_any: Mask, mean: float, deviation: float) -> Integers:
    """Rows per applicant: 0 without history, else 1 plus a negative binomial with this mean and deviation (at most 63)."""
    spread = deviation**2
    chance = (mean - 1) / spread
    shape = (mean - 1) * chance / (1 - chance)
    return np.where(has_any, np.minimum(1 + generator.negative_binomial(shape, chance, len(has_any)), MAX_CREDITS - 1), 0)


def repeat_index(counts: Integers) -> tuple[Integers, Integers]:
    """For counts (n,): the owner of each repeated row and its place among the rows of that owner, both (sum of counts,)."""
    owner = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return owner, place


def mixed(shared: Floats, own: Floats, weight: float) -> Floats:
    """A standard normal score that carries `weight` of a shared one."""
    return np.asarray(weight * shared + np.sqrt(1 - weight**2) * own, dtype=np.float64)
