"""Fingerprints of a chunk in memory: the same as those that the statement of the audit reads from the tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest

from schemas.settings import Settings
from warehouse.chunk_fingerprints import chunk_set
from warehouse.connection import Connection, open_warehouse
from warehouse.fingerprints import set_just_written
from warehouse.hex_floats import hex_floats
from warehouse.sql_files import sql

AT = datetime(2026, 6, 30, 1, 2, 3, 40, tzinfo=UTC).replace(tzinfo=None)
SPECIAL = [0.0, -0.0, 1.0, -1.5, 0.1, 1e-12, 5e-324, -2.2e-308, 2.2250738585072014e-308, 1.7976931348623157e308, 612.3]
Chunk = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def _lists(generator: np.random.Generator, n_rows: int, names: list[str]) -> pl.Series:
    return pl.Series(
        [list(generator.permutation(names)[: generator.integers(0, 4)]) for _ in range(n_rows)], dtype=pl.List(pl.String)
    )


def _chunk(seed: int, n_rows: int, text: str = "Einkünfte / Raten, 5 % {x} [y]") -> Chunk:
    generator = np.random.default_rng(seed)
    keys = pl.DataFrame({"application_id": generator.permutation(10 * n_rows)[:n_rows] + 10**11, "batch_id": [seed] * n_rows})
    keys = keys.cast({"application_id": pl.Int64, "batch_id": pl.Int32})
    decisions = keys.with_columns(
        pl.lit(date(2026, 6, 30)).alias("received_on"), pl.lit(date(2026, 6, 30)).alias("as_of"),
        pl.lit("nightly").alias("origin"),
        pl.Series("features_sha256", [f"{value:064x}" for value in generator.integers(0, 2**60, n_rows)]),
        pl.lit("2026-06-30.1").alias("model_version"), pl.lit("ab" * 32).alias("policy_sha256"),
        pl.Series("pd", generator.random(n_rows)),
        pl.Series("score_points", generator.choice([*SPECIAL, *generator.normal(size=9)], n_rows)),
        pl.lit(0.07).alias("threshold"),
        pl.Series("decision", generator.choice(["approve", "review", "decline"], n_rows)),
        pl.Series("decided_by", generator.choice(["score", "H01"], n_rows)), pl.lit(AT).alias("decided_at"),
    )  # fmt: skip
    quality = keys.with_columns(
        pl.lit(673, pl.Int32).alias("n_inputs"), pl.Series("n_filled", generator.integers(0, 673, n_rows), pl.Int32),
        *(_lists(generator, n_rows, ["AMT_CREDIT", "Größe", "PREV_a/b", text]).alias(name)
          for name in ("missing_tables", "missing_columns", "unseen_columns", "out_of_range_columns")),
    )  # fmt: skip
    return decisions, _reasons(generator, keys, text), quality


def _reasons(generator: np.random.Generator, keys: pl.DataFrame, text: str) -> pl.DataFrame:
    """None to eleven of each decision, in any order, some without a feature."""
    told = keys.with_columns(pl.Series("n", generator.integers(0, 12, len(keys))))
    told = (
        told.with_columns(pl.int_ranges(1, pl.col("n") + 1, dtype=pl.Int32).alias("rank"))
        .explode("rank")
        .drop_nulls("rank")
        .drop("n")
    )
    some = pl.Series(generator.random(len(told)) < 0.7)
    return told.sample(fraction=1.0, shuffle=True, seed=1).with_columns(
        pl.Series("reason_code", generator.choice(["R1", "R10", "R2"], len(told))), pl.lit(text).alias("reason_text"),
        pl.when(some).then(pl.Series(generator.choice(SPECIAL, len(told)))).alias("contribution"),
        pl.when(some).then(pl.lit("EXT_SOURCE_1")).alias("feature"), pl.lit("lightgbm-4.7.0").alias("engine"),
    )  # fmt: skip


def _write(connection: Connection, chunk: Chunk) -> None:
    for name, frame in zip(("decisions", "reasons", "quality"), chunk, strict=True):
        connection.register(f"new_{name}", frame)
        connection.execute(sql(f"score/insert_{name}"))


def test_a_chunk_in_memory_has_the_fingerprint_that_its_rows_in_the_tables_have(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        for seed, n_rows in enumerate((1, 2, 60, 300), start=1):
            chunk = _chunk(seed, n_rows)
            _write(connection, chunk)
            found = chunk_set(seed, AT, *chunk)
            assert found == set_just_written(connection, seed, AT)
            assert found is not None
            assert found.n_decisions == n_rows


@pytest.mark.parametrize("values", [[0.0, -0.0], [-0.0, 0.0], [-0.0, -0.0], [0.5, 0.5]])
def test_numbers_are_the_same_only_where_their_bits_are(settings: Settings, values: list[float]) -> None:
    decisions, reasons, quality = _chunk(5, 40)
    signed = decisions.with_columns(pl.Series("score_points", values * 20))
    with open_warehouse(settings) as connection:
        _write(connection, (signed, reasons, quality))
        assert chunk_set(5, AT, signed, reasons, quality) == set_just_written(connection, 5, AT)


@pytest.mark.parametrize("n_rows", [2, 3])
def test_reasons_that_are_the_same_for_all_are_told_of_each(settings: Settings, n_rows: int) -> None:
    decisions, _, quality = _chunk(5, n_rows)
    one = {"rank": 1, "reason_code": "R01", "reason_text": "a", "contribution": 0.25, "feature": "A", "engine": "lightgbm-4.7.0"}
    told = [pl.lit(value).alias(name) for name, value in one.items()]
    reasons = decisions.select("application_id", "batch_id").with_columns(told).with_columns(pl.col("rank").cast(pl.Int32))
    with open_warehouse(settings) as connection:
        _write(connection, (decisions, reasons, quality))
        assert chunk_set(5, AT, decisions, reasons, quality) == set_just_written(connection, 5, AT)


def test_without_reasons_it_is_the_same(settings: Settings) -> None:
    decisions, reasons, quality = _chunk(7, 20)
    with open_warehouse(settings) as connection:
        _write(connection, (decisions, reasons.clear(), quality))
        assert chunk_set(7, AT, decisions, reasons.clear(), quality) == set_just_written(connection, 7, AT)


@pytest.mark.parametrize("text", ['he said "no"', "a\\b", "two\nlines", "\x7f"])
def test_a_text_that_json_writes_otherwise_is_left_to_the_statement(text: str) -> None:
    decisions, reasons, quality = _chunk(3, 40)
    assert chunk_set(3, AT, decisions, reasons.with_columns(pl.lit(text).alias("reason_text")), quality) is None
    odd = pl.Series([[text]] * 40).alias("unseen_columns")
    assert chunk_set(3, AT, decisions, reasons, quality.with_columns(odd)) is None


def test_texts_that_are_the_same_for_all_are_told_from_one_that_follows_what_is_not_there() -> None:
    decisions, reasons, quality = _chunk(3, 40)
    one, odd = pl.Series("feature", ["A"] * len(reasons)), pl.Series("feature", [None] * (len(reasons) - 1) + ['"'])
    assert chunk_set(3, AT, decisions, reasons.with_columns(one), quality) is not None
    assert chunk_set(3, AT, decisions, reasons.with_columns(odd), quality) is None


def test_rows_that_do_not_stand_side_by_side_are_left_to_the_statement() -> None:
    decisions, reasons, quality = _chunk(3, 40)
    assert chunk_set(3, AT, decisions, reasons, quality.reverse()) is None
    assert chunk_set(3, AT, pl.concat([decisions, decisions]), reasons, pl.concat([quality, quality])) is None
    assert chunk_set(3, AT, decisions, pl.concat([reasons, reasons]), quality) is None
    assert chunk_set(3, AT, decisions.with_columns(pl.lit(float("inf")).alias("pd")), reasons, quality) is None
    assert chunk_set(3, AT, decisions.cast({"pd": pl.Float32}), reasons, quality) is None


def test_an_instant_with_other_digits_is_written_as_the_statement_writes_it(settings: Settings) -> None:
    decisions, reasons, quality = _chunk(5, 3)
    at = AT + timedelta(microseconds=960_000 - 40)
    moved = decisions.with_columns(pl.lit(at).alias("decided_at"))
    with open_warehouse(settings) as connection:
        _write(connection, (moved, reasons, quality))
        assert chunk_set(5, at, moved, reasons, quality) == set_just_written(connection, 5, at)


def test_hexadecimal_floats_are_those_of_the_database() -> None:
    bits = np.random.default_rng(1).integers(0, 2**64, 5_000, dtype=np.uint64).view(np.float64)
    round_ = np.random.default_rng(2).integers(-999, 999, 500) / 16
    values = pl.Series("x", np.concatenate([SPECIAL, bits[np.isfinite(bits)], round_])).extend(
        pl.Series([None], dtype=pl.Float64)
    )
    with duckdb.connect() as connection:
        connection.register("given", values.to_frame())
        assert hex_floats(values).to_list() == [
            row[0] for row in connection.sql("SELECT format('{:a}', x) FROM given").fetchall()
        ]
