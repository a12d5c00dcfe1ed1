"""The latent scores of a chunk of applicants: standard normal, correlated as in the real rows; the first is the risk itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.core.simulation.identifiers import applicant_ids
from tasks.core.simulation.marginals import Floats, Integers, Mask, normal_quantile, parameters
from tasks.core.simulation.streams import Streams

DEFAULT_RATE = 0.08
#: An outcome is known this many days after the application (both ends included): about 60.
OBSERVED_AFTER_DAYS = (45, 75)
#: 87 % of applicants are known to the credit bureau.
BUREAU_SHARE = 0.867


@dataclass(frozen=True)
class Outcomes:
    """Keys, risk scores, labels and lags (in days) of a chunk."""

    ids: Integers
    risk: Floats
    target: Integers
    lag_days: Integers


@dataclass(frozen=True)
class Latent:
    """What the tables of a chunk share: keys, risk, one standard normal score per correlated column, who has a bureau file."""

    ids: Integers
    risk: Floats
    scores: dict[str, Floats]
    in_bureau: Mask

    def __len__(self) -> int:
        return len(self.ids)


def draw_outcomes(streams: Streams, first: int, last: int) -> Outcomes:
    """The latent risk and what becomes of each loan. Cheap: needs none of the tables."""
    generator = streams.generator("outcome")
    risk = generator.standard_normal(last - first)
    low, high = OBSERVED_AFTER_DAYS
    lag = generator.integers(low, high + 1, last - first)
    target = (risk > normal_quantile(1 - DEFAULT_RATE)).astype(np.int64)
    return Outcomes(applicant_ids(streams.day, streams.seed, first, last), risk, target, lag)


def draw_latent(streams: Streams, first: int, last: int) -> Latent:
    """The scores of the applicants first..last-1, given their risk: z = risk L[:, 0] + e L[:, 1:]'."""
    outcomes = draw_outcomes(streams, first, last)
    generator = streams.generator("application")
    known = parameters()
    noise = generator.standard_normal((last - first, len(known.correlated) - 1))
    scores = np.outer(outcomes.risk, known.factor[:, 0]) + noise @ known.factor[:, 1:].T
    by_column = {name: np.ascontiguousarray(scores[:, place]) for place, name in enumerate(known.correlated)}
    return Latent(outcomes.ids, outcomes.risk, by_column, generator.random(last - first) < BUREAU_SHARE)
