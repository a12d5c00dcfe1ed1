"""The secret of a home, from which pseudonyms and the keys of erased people are made. It stays in the warehouse."""

from __future__ import annotations

import secrets

from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.sql_files import sql

_BYTES = 32


def ensure_key(connection: Connection, key_hex: str | None = None) -> str:
    """Makes the secret where there is none yet, or takes the one given, and returns it. The caller holds the transaction."""
    values = {"key_hex": key_hex or secrets.token_hex(_BYTES), "at": now()}
    connection.execute(sql("erase/insert_key"), values)
    row = connection.execute("SELECT key_hex FROM ops.pseudonym_keys_v1").fetchone()
    if row is None:
        raise AssertionError("the statement before has made it")
    return str(row[0])


def new_surrogates(n: int) -> list[int]:
    """Numbers that stand for erased applicants: negative, as no applicant's key is, and drawn by chance, so they tell nothing."""
    drawn: set[int] = set()
    while len(drawn) < n:
        drawn.add(-1 - secrets.randbelow(2**62))
    return list(drawn)
