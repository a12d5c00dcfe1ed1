"""Segments: labels, counts, suppression, and which changes are discoveries."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from tasks.core.drift_rows import Limits, Window, drift_frame
from tasks.core.psi import psi
from tasks.core.segments import (
    REFERENCE_SCHEMA,
    SEGMENT_SCHEMA,
    freeze_segments,
    gather_segments,
    in_segments,
    segment_label,
    segment_rows,
    summarise_segments,
)

EDGES = [0.02, 0.04, 0.08, 0.16, float("inf")]
WINDOW = Window(date(2026, 6, 29), 1, 1, 1, "m-1")
LIMITS = Limits()


def _applications(n: int, seed: int, scale: float = 1.0) -> pl.DataFrame:
    generator = np.random.default_rng(seed)
    pd = np.round(np.clip(generator.beta(1, 11, n) * scale, 1e-6, 0.99), 12)
    return pl.DataFrame(
        {
            "pd": pd,
            "is_approved": pd < 0.1,
            "CODE_GENDER": generator.choice(["F", "M"], n, p=[0.66, 0.34]),
            "REGION_RATING_CLIENT": generator.choice([1, 2, 3], n, p=[0.1, 0.75, 0.15]),
        }
    )


def _segmented(frame: pl.DataFrame) -> pl.DataFrame:
    return in_segments(frame, ["CODE_GENDER", "REGION_RATING_CLIENT"])


REFERENCE = freeze_segments(_segmented(_applications(20_000, 1)), EDGES)


def _rows(frame: pl.DataFrame, limits: Limits = LIMITS) -> dict[tuple[str, str], dict[str, Any]]:
    found = segment_rows(summarise_segments(_segmented(frame), EDGES), REFERENCE, WINDOW, limits)
    return {(row["segment"], row["subject"]): row for row in found}


def test_a_label_names_column_and_level() -> None:
    assert [segment_label("CODE_GENDER", "F"), segment_label("CODE_GENDER", None)] == ["CODE_GENDER=F", "CODE_GENDER=(missing)"]
    frame = pl.DataFrame({"pd": [0.1, 0.2], "REGION_RATING_CLIENT": [2, None], "CODE_GENDER": ["F", "M"]})
    labels = in_segments(frame, ["REGION_RATING_CLIENT", "CODE_GENDER"])["segment"].to_list()
    assert labels == ["REGION_RATING_CLIENT=2", "REGION_RATING_CLIENT=(missing)", "CODE_GENDER=F", "CODE_GENDER=M"]


def test_counts_of_a_segment_are_those_worked_out_by_hand() -> None:
    rows = pl.DataFrame(
        {"segment": ["A", "A", "A", "B"], "pd": [0.02, 0.021, 0.5, 0.04], "is_approved": [True, True, False, True]}
    )
    found = summarise_segments(rows, EDGES)
    assert dict(found.schema) == SEGMENT_SCHEMA
    assert found.rows() == [("A", 3, 2, pytest.approx(0.541 / 3), [1, 1, 0, 0, 1]), ("B", 1, 1, 0.04, [0, 1, 0, 0, 0])]


def test_cells_of_the_warehouse_are_gathered_into_the_same_shape() -> None:
    cells = pl.DataFrame(
        {"segment": ["A", "A", "B"], "bin": [0, 4, 1], "n": [2, 1, 1], "n_approved": [2, 0, 1], "sum_pd": [0.03, 0.5, 0.04]}
    )
    found = gather_segments(cells, 5)
    assert dict(found.schema) == SEGMENT_SCHEMA
    assert found.rows() == [("A", 3, 2, pytest.approx(0.53 / 3), [2, 0, 0, 0, 1]), ("B", 1, 1, 0.04, [0, 1, 0, 0, 0])]


def test_the_reference_keeps_its_pds_drawn_together() -> None:
    assert dict(REFERENCE.schema) == REFERENCE_SCHEMA
    means = REFERENCE.select(
        "mean_pd",
        pl.struct("pd_values", "pd_weights").map_elements(lambda r: float(np.dot(*r.values())), pl.Float64).alias("drawn"),
    )
    assert means["mean_pd"].to_numpy() == pytest.approx(means["drawn"].to_numpy())


def test_every_segment_has_three_rows_in_the_shape_of_the_table() -> None:
    rows = _rows(_applications(2000, 2))
    assert len(rows) == 15
    assert drift_frame(list(rows.values())).height == 15
    assert {(row["subject"], row["kind"]) for row in rows.values()} == {
        ("approval_rate", "rate"), ("mean_pd", "rate"), ("pd", "score"),
    }  # fmt: skip
    assert {row["status"] for row in rows.values()} == {"ok"}


def test_the_psi_of_a_segment_is_the_psi() -> None:
    tonight = _applications(2000, 3, scale=1.3)
    counts = summarise_segments(_segmented(tonight), EDGES)
    row = _rows(tonight)[("CODE_GENDER=F", "pd")]
    sides = (frame.filter(pl.col("segment") == "CODE_GENDER=F")["bin_counts"][0].to_list() for frame in (REFERENCE, counts))
    assert row["psi"] == pytest.approx(psi(*sides))


def test_a_small_cell_shows_its_counts_and_nothing_else() -> None:
    rows = _rows(_applications(200, 4))
    small = [row for (segment, _), row in rows.items() if segment == "REGION_RATING_CLIENT=1"]
    assert len(small) == 3
    for row in small:
        assert (row["status"], row["value"], row["psi"], row["value_reference"], row["p_value"]) == (
            "too_few",
            None,
            None,
            None,
            None,
        )
        assert row["n_current"] < 50


def test_a_segment_on_one_side_alone_is_too_few() -> None:
    tonight = _applications(2000, 5).with_columns(pl.lit("X").alias("CODE_GENDER"))
    rows = _rows(tonight)
    assert (rows[("CODE_GENDER=X", "pd")]["status"], rows[("CODE_GENDER=X", "pd")]["n_reference"]) == ("too_few", 0)
    assert (rows[("CODE_GENDER=F", "pd")]["status"], rows[("CODE_GENDER=F", "pd")]["n_current"]) == ("too_few", 0)


def test_drift_of_one_segment_is_an_alert_there_and_nowhere_else() -> None:
    tonight = _applications(2000, 6)
    is_man = pl.col("CODE_GENDER") == "M"
    tonight = tonight.with_columns(pl.when(is_man).then(pl.col("pd") * 2).otherwise("pd").alias("pd"))
    rows = _rows(tonight.with_columns((pl.col("pd") < 0.1).alias("is_approved")))
    assert {rows[("CODE_GENDER=M", name)]["status"] for name in ("approval_rate", "mean_pd", "pd")} == {"alert"}
    assert {rows[("CODE_GENDER=F", name)]["status"] for name in ("approval_rate", "mean_pd", "pd")} == {"ok"}


def test_a_discovery_that_is_not_significant_by_itself_is_watched() -> None:
    rows = _rows(_applications(2000, 7, scale=1.5), Limits(significance=1e-300))
    statuses = {row["status"] for row in rows.values()}
    assert "watch" in statuses
    assert "alert" not in statuses


def test_nothing_in_gives_nothing_out() -> None:
    nothing = pl.DataFrame(schema=SEGMENT_SCHEMA)
    assert segment_rows(nothing, pl.DataFrame(schema=REFERENCE_SCHEMA), WINDOW, LIMITS) == []
    rows = segment_rows(nothing, REFERENCE, WINDOW, LIMITS)
    assert {row["status"] for row in rows} == {"too_few"}
