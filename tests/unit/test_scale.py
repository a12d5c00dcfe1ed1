"""The plan of docs/scale.md: what the results give, and arithmetic that can be followed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.scale import NOT_MEASURED, plan_table, with_tables
from benchmarks.scale_figures import HELD_BYTES, Parts, growth_of, homes_for, memory_of, night_of, parts_of, workers_for
from schemas.time_limits import NIGHT_SECONDS


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


def test_the_slope_is_that_of_nights_that_fill_their_units_and_a_smaller_night_is_not_made_cheaper_by_it() -> None:
    sizes = {10_000: 90.0, 100_000: 100.0, 1_000_000: 1_995.3}
    growth = growth_of(NIGHT, _result({str(n): {"night": {"median_seconds": t, "peak_mb": 900.0}} for n, t in sizes.items()}))
    assert growth.slope == pytest.approx(1.3, abs=1e-3)
    assert night_of(growth, 10_000_000) == pytest.approx(20_000 * 10**0.3, rel=1e-3)
    assert night_of(growth, 500_000) == pytest.approx(1_000)


def test_memory_grows_by_what_was_measured_and_not_less_than_what_is_known_to_be_held() -> None:
    assert growth_of(NIGHT, LINEAR).bytes_each == HELD_BYTES
    peaks = {100_000: 1_000.0, 1_100_000: 1_100.0}
    growth = growth_of(
        NIGHT, _result({str(n): {"night": {"median_seconds": n / 1000, "peak_mb": peak}} for n, peak in peaks.items()})
    )
    assert growth.bytes_each == pytest.approx(100 * 2**20 / 1e6)
    assert memory_of(growth, 11_000_000) == pytest.approx((900 + 1_000) / 1024)
    assert memory_of(growth, 10) == pytest.approx(900 / 1024)


def test_dealing_out_and_commit_come_on_top_of_what_is_no_scoring_and_all_workers_count() -> None:
    parts = parts_of(NIGHT, PARTS)
    measured = "the night 2026-01-01, partitions 2026-01-01"
    assert parts == Parts(10_000, night=20, one_process=15, export=1, compute=2, commit=1, measured=measured)
    assert parts.serial == pytest.approx((20 - 15 + 1 + 1) / 20)
    assert parts.work == pytest.approx(2 * 2 / 20)
    with pytest.raises(ValueError, match="no size in common"):
        parts_of(LINEAR, _result({"7": {}}))


@pytest.mark.parametrize(("commit", "workers"), [(1.0, 1), (8.0, 4), (11.0, 9), (13.5, None), (20.0, None)])
def test_partitions_pay_once_workers_make_up_for_dealing_out_and_commit(commit: float, workers: int | None) -> None:
    parts = Parts(10_000, night=20, one_process=14, export=0.5, compute=10 if commit > 1 else 1, commit=commit)
    assert parts.pays_from == workers
    if workers:
        assert parts.serial + parts.work / workers < 1
        assert workers == 1 or parts.serial + parts.work / (workers - 1) >= 1
    else:
        assert parts.serial >= 1


def test_workers_fill_the_window_that_the_serial_part_leaves_and_none_are_promised_where_it_does_not_fit() -> None:
    growth = growth_of(LINEAR, LINEAR)
    good = Parts(100_000, night=100, one_process=95, export=2, compute=45, commit=3)
    serial, work = 10_000, 90_000
    assert workers_for(growth, good, 4 * 3600) == -(-work // (4 * 3600 - serial))
    assert workers_for(growth, good, serial) is None
    bad = Parts(100_000, night=100, one_process=50, export=30, compute=45, commit=40)
    assert "none suffice (serial part 33.3 h)" in plan_table(growth, bad, price=1.0)
    assert "no number of workers makes a night shorter" in plan_table(growth, bad, price=1.0)
    assert "shorter from 2 workers on" in plan_table(growth, good, price=1.0)


def test_homes_share_the_applicants_and_cost_what_they_take() -> None:
    growth = growth_of(LINEAR, LINEAR)
    parts = Parts(100_000, 100, 50, 30, 45, 40)
    assert homes_for(growth, parts, 4 * 3600) == 7
    table = plan_table(growth, parts, price=1.0)
    assert f"| 7 | 14 | {memory_of(growth, 1e8 / 7):.1f} GB | {100_000 / 3600 * 2 / 100:.3f} at 1 a core hour |" in table


def test_no_night_is_promised_that_its_own_time_limits_would_end() -> None:
    growth = growth_of(LINEAR, LINEAR)
    quick, slow = (Parts(100_000, 100, one_process, 30, 45, 40) for one_process in (10, 75))
    assert homes_for(growth, quick, 100_000) == -(-100_000 // NIGHT_SECONDS) == 5
    assert homes_for(growth, slow, 100_000) == 7, "scoring takes three quarters, and may take three hours"
    assert workers_for(growth, Parts(100_000, 100, 95, 2, 45, 3), 100_000) == workers_for(
        growth, Parts(100_000, 100, 95, 2, 45, 3), NIGHT_SECONDS
    )
    assert workers_for(growth, Parts(100_000, 100, 95, 11, 45, 3), 100_000) is None, "dealing out alone takes 11,000 s"
    fast = replace(growth, seconds_per_million=growth.seconds_per_million * 0.25)
    table = plan_table(fast, quick, price=1.0)
    assert "| 8 h (flows end after 6) | ended by a time limit |" in table


def test_the_disk_is_planned_from_what_a_night_left_on_it() -> None:
    assert "was not measured" in plan_table(growth_of(NIGHT, LINEAR), parts_of(NIGHT, PARTS), price=1.0)
    night = _result({"1000000": {"night": {"median_seconds": 2000, "peak_mb": 900.0, "disk_mb": 1000.0}}})
    table = plan_table(growth_of(night, LINEAR), Parts(100_000, 100, 50, 30, 45, 40), price=1.0)
    assert "leaves 1.0 KB of each application" in table
    assert "0.10 TB for 100 million" in table
