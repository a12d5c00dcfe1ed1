"""One simulated day: its applicants, their histories, and what becomes of their loans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.scenarios import Scenario
from schemas.tables import DELIVERED_TABLES
from tasks.core.simulation.application import simulate_application
from tasks.core.simulation.bureau import simulate_bureau, simulate_bureau_balance
from tasks.core.simulation.cards import simulate_cards
from tasks.core.simulation.identifiers import check_limits, day_number
from tasks.core.simulation.latent import draw_latent, draw_outcomes
from tasks.core.simulation.payments import simulate_instalments, simulate_pos_cash
from tasks.core.simulation.previous import simulate_previous
from tasks.core.simulation.scenarios import Frames, apply_scenario, shift_latent
from tasks.core.simulation.streams import Streams

#: Applicants drawn at once; bounds the memory of what lies between the random numbers and the frames.
CHUNK_APPLICANTS = 10_000
_INPUT_TABLES = tuple(name for name in DELIVERED_TABLES if name != "outcomes")


@dataclass(frozen=True)
class SimulatedDay:
    """One day. `frames` has the delivered tables without `outcomes`; `outcomes` has SK_ID_CURR, TARGET and observed_on."""

    day: date
    frames: Frames
    outcomes: pl.DataFrame


def _chunks(n: int) -> list[tuple[int, int, int]]:
    return [(place, first, min(first + CHUNK_APPLICANTS, n)) for place, first in enumerate(range(0, max(n, 1), CHUNK_APPLICANTS))]


def simulate_outcomes(day: date, n: int, seed: int) -> pl.DataFrame:
    """SK_ID_CURR, TARGET and observed_on (45 to 75 days later) of the n applicants of a day; the same under every scenario.

    Raises:
        UsageError: day, seed or n is more than a key can hold.
    """
    check_limits(seed, n)
    parts = []
    for place, first, last in _chunks(n):
        drawn = draw_outcomes(Streams(day, seed, place), first, last)
        columns = {"SK_ID_CURR": drawn.ids, "TARGET": drawn.target, "lag": drawn.lag_days}
        parts.append(
            pl.DataFrame(columns).select(
                "SK_ID_CURR",
                pl.col("TARGET").cast(pl.Int8),
                observed_on=pl.lit(day) + pl.duration(days=pl.col("lag")),
            )
        )
    return pl.concat(parts)


def _simulate_chunk(streams: Streams, first: int, last: int, scenario: Scenario) -> Frames:
    latent = shift_latent(scenario, draw_latent(streams, first, last))
    bureau, credits_held = simulate_bureau(streams, latent)
    previous, granted = simulate_previous(streams, latent)
    cards, dues = simulate_cards(streams, granted)
    return {
        "application": simulate_application(streams, latent),
        "bureau": bureau,
        "bureau_balance": simulate_bureau_balance(streams, latent, credits_held),
        "previous_application": previous,
        "POS_CASH_balance": simulate_pos_cash(streams, granted),
        "installments_payments": simulate_instalments(streams, granted, dues),
        "credit_card_balance": cards,
    }


def simulate_applicants(day: date, n: int, seed: int, scenario: Scenario = Scenario.NONE) -> SimulatedDay:
    """The n applicants of a day with full histories; any day, alone, is always the same for the same arguments.

    Raises:
        UsageError: day, seed or n is more than a key can hold.
    """
    check_limits(seed, n)
    day_number(day)
    parts = [_simulate_chunk(Streams(day, seed, place), first, last, scenario) for place, first, last in _chunks(n)]
    frames: Frames = {}
    for name in _INPUT_TABLES:
        frames[name] = pl.concat([part.pop(name) for part in parts], rechunk=True)
    return SimulatedDay(day, apply_scenario(scenario, frames, Streams(day, seed)), simulate_outcomes(day, n, seed))
