"""Reading what a decision was made of, to make it again: the stored decision, its features, its reasons, its model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import polars as pl

from warehouse.connection import Connection
from warehouse.registry import ChampionRef
from warehouse.scores import features_table
from warehouse.sql_files import sql

_KEYS = "replayed_keys"


def key_of(connection: Connection, application_id: int, batch_id: int | None) -> pl.DataFrame:
    """The decision in force on an applicant, or that of a delivery: application_id, batch_id, model_version, policy_sha256."""
    values = {"application_id": application_id, "batch_id": batch_id}
    return connection.execute(sql("replay/newest_key"), values).pl()


def sampled_keys(connection: Connection, sample: int | None, seed: int) -> pl.DataFrame:
    """The decisions of a sample, or all of them; columns as of `key_of`, by model and policy."""
    return connection.execute(sql("replay/keys"), {"sample": sample, "seed": seed}).pl()


@contextmanager
def _registered(connection: Connection, keys: pl.DataFrame) -> Iterator[None]:
    connection.register(_KEYS, keys.select("application_id", "batch_id").unique())
    try:
        yield
    finally:
        connection.unregister(_KEYS)


def stored_decisions(connection: Connection, keys: pl.DataFrame) -> pl.DataFrame:
    """Decisions with their quality records, by delivery and applicant."""
    with _registered(connection, keys):
        return connection.execute(sql("replay/decisions")).pl()


def stored_reasons(connection: Connection, keys: pl.DataFrame) -> pl.DataFrame:
    """Reasons in long form, by delivery, applicant and rank."""
    with _registered(connection, keys):
        return connection.execute(sql("replay/reasons")).pl()


def stored_features(connection: Connection, feature_set_id: str, keys: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """The stored values of the features named, as far as the set has them; application_id and batch_id in front."""
    table = features_table(feature_set_id)
    held = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    wanted = set(names)
    columns = ", ".join(f'f."{name}"' for name in held if name in wanted)
    statement = (
        f"SELECT f.application_id, f.batch_id, {columns} FROM {_KEYS} AS k "
        f"JOIN {table} AS f ON f.application_id = k.application_id AND f.batch_id = k.batch_id "
        "ORDER BY f.batch_id, f.application_id"
    )
    with _registered(connection, keys):
        return connection.execute(statement).pl()


def model_of(connection: Connection, model_version: str) -> ChampionRef | None:
    """A registered version by reference, champion or not; None if the registry does not know it."""
    row = connection.execute(sql("replay/model"), {"model_version": model_version}).fetchone()
    return None if row is None else ChampionRef(*row)
