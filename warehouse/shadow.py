"""The challenger of a business date, and what it scored beside the champion: appended with the decisions, never overwritten."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.frames import shown
from warehouse.registry import ChampionRef
from warehouse.sql_files import sql

if TYPE_CHECKING:
    import polars as pl

_NEW = "new_shadow"


@dataclass(frozen=True)
class ShadowGap:
    """Applications that were decided without the challenger, and why: `refused_because` names files and keys only."""

    batch_id: int
    as_of: date
    model_version: str
    n_unscored: int
    refused_because: str


def challenger_on(connection: Connection, as_of: date, champion_version: str) -> ChampionRef | None:
    """The model that scores a business date beside that champion, by reference; None where there is none.

    A challenger trained as of a later date does not score: it has seen more than a night of that date could.
    """
    values = {"as_of": as_of, "champion_version": champion_version}
    row = connection.execute(sql("shadow/challenger"), values).fetchone()
    return None if row is None else ChampionRef(*row)


def write_shadow(connection: Connection, scores: pl.DataFrame | None, gap: ShadowGap | None) -> None:
    """Writes a chunk's shadow scores, or why it has none. To be called in the transaction that writes its decisions.

    Args:
        connection: an open warehouse.
        scores: columns of score.shadow_scores_v1, or None.
        gap: what was not scored, or None.
    """
    if scores is not None:
        with shown(connection, {_NEW: scores}):
            connection.execute(sql("shadow/insert_scores"))
    if gap is not None:
        connection.execute(sql("shadow/insert_gap"), {**asdict(gap), "noted_at": now()})
