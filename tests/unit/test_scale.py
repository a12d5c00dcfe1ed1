"""The plan of docs/scale.md: what the results give, and arithmetic that can be followed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.scale import NOT_MEASURED, dealt_share, growth_of, night_of, plan_table, with_tables


def _result(sizes: dict[str, dict[str, dict[str, float]]]) -> dict[str, object]:
    return {
        "what": "Something",
        "machine": "2 cores, 8 GB",
        "date": "2026-01-01",
        "load_at_start": 0.1,
        "command": "python -m benchmarks.x",
        "notes": [],
        "sizes": sizes,
    }


LINEAR = _result({str(n): {"night": {"median_seconds": n / 1000, "peak_mb": 900.0}} for n in (10_000, 100_000, 1_000_000)})
NIGHT = _result({str(n): {"night": {"median_seconds": n / 500, "peak_mb": 900.0}} for n in (10_000, 1_000_000)})
_DASK = {"median_seconds": 4, "export_seconds": 1, "compute_seconds": 2, "commit_seconds": 1}
PARTS = _result({"10000": {"one process": {"median_seconds": 15.0}, "Dask": _DASK}})


def test_the_page_is_what_the_results_give(project: Path) -> None:
    page = (project / "docs" / "scale.md").read_text(encoding="utf-8")
    assert with_tables(page) == page


def test_what_was_not_measured_is_said_so(tmp_path: Path) -> None:
    page = with_tables("<!-- plan: x -->\nold\n<!-- end of plan -->\n", tmp_path)
    assert NOT_MEASURED.format(name="night") in page
    assert "old" not in page
    for name, result in {"night": NIGHT, "growth": LINEAR, "partitions": PARTS}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(result))
    assert "2,000 s a million on 2 cores, with full histories, at 1,000,000" in with_tables(page, tmp_path)


def test_a_night_that_grows_in_line_is_planned_in_line() -> None:
    growth = growth_of(NIGHT, LINEAR)
    assert (growth.seconds_per_million, growth.cores, growth.largest) == (pytest.approx(2000), 2, 1_000_000)
    assert growth.slope == pytest.approx(1.0)
    assert night_of(growth, 100_000_000) == pytest.approx(200_000)


def test_only_the_computing_part_of_the_scoring_part_of_a_night_can_be_dealt_out() -> None:
    assert dealt_share(NIGHT, PARTS) == pytest.approx(15 / 20 * 2 / 4)
    with pytest.raises(ValueError, match="no size in common"):
        dealt_share(LINEAR, _result({"7": {}}))


def test_cores_fill_the_window_that_the_serial_part_leaves_and_none_are_promised_where_it_does_not_fit() -> None:
    lines = plan_table(growth_of(LINEAR, LINEAR), 0.9, price=1.0).splitlines()
    serial, work = 10_000, 180_000
    assert f"| {-(-work // (4 * 3600 - serial))} |" in lines[-2]
    assert f"| {-(-work // (8 * 3600 - serial))} |" in lines[-1]
    assert "none suffice" in plan_table(growth_of(LINEAR, LINEAR), 0.5, price=1.0)
