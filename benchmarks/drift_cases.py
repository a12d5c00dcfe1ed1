"""The measured cases of docs/drift.md: what PSI and the limits beside it say of known drifts, and of none.

Run: python -m benchmarks.drift_cases
It writes benchmarks/results/drift_cases.json and the table of docs/drift.md. Everything is seeded.
"""

from __future__ import annotations

import json
import math
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.drift_page import update_page
from benchmarks.drift_significance import power
from schemas.drift import Subject
from tasks.core.binning import count_rows, freeze_subject
from tasks.core.drift import measure_shares, measure_subjects
from tasks.core.psi import psi
from tasks.drift import measure_drift
from tasks.night import take_in
from tasks.retrain import retrain
from tasks.score import score_batch
from tasks.simulate import simulate_deliveries
from tests.conftest import settings_of
from tests.drift_support import DAY, MODEL, RULES, incomes, quiet_alerts
from tests.flows.conftest import LAST_NEW_DAY, NEW_PER_DAY, QUICK
from tests.quiet_nights import run
from warehouse.connection import open_warehouse
from warehouse.scores import pending_batches

ROOT = Path(__file__).parent.parent
N_REFERENCE, N_NIGHT = 50_000, 5_000
QUIET_NIGHTS, QUIET_SIZES = 200, (200, 500, 2_000)

Case = dict[str, Any]


def frozen(values: pl.Series) -> Subject:
    """The subject of a column, its bins cut at the values given."""
    return freeze_subject(values, RULES.bins, kind="feature", source="input", importance=0.0)


def judged(reference: pl.Series, current: pl.Series) -> dict[str, dict[str, Any]]:
    """The drift rows of one column over a window of one day, by kind."""
    subject = frozen(reference)
    found = [
        {"bin": item.number, "role": item.role, "lower": item.lower, "upper": item.upper, "label": item.label}
        | {"n_reference": before, "n_current": now}
        for item, before, now in zip(subject.bins, subject.n_reference, count_rows(current, subject), strict=True)
    ]
    of_subject = {"window_days": 1, "subject": "x", "segment": "", "kind": "feature", "value_type": subject.value_type}
    cells = pl.DataFrame([of_subject | {"importance": 0.0, "days_seen": 1} | item for item in found], infer_schema_length=None)
    cells = cells.with_columns(pl.col("lower", "upper").cast(pl.Float64))
    subjects, _ = measure_subjects(cells, RULES, DAY, MODEL)
    return {row["kind"]: row for row in [*subjects.to_dicts(), *measure_shares(subjects, RULES).to_dicts()]}


def _case(case: str, expected: str, measured: str, tests: str, *, is_met: bool, **figures: object) -> Case:
    return {"case": case, "expected": expected, "measured": measured, "tests": tests, "is_met": is_met, "figures": figures}


def fallen_incomes() -> Case:
    """Incomes fall by 30 %, with and without a typing error."""
    reference, fallen = incomes(N_REFERENCE, 1), incomes(N_NIGHT, 2, factor=0.7)
    with_typo = pl.concat([fallen.head(N_NIGHT - 1), pl.Series(fallen.name, [5e9])])
    clean, dirty = (judged(reference, current)["feature"] for current in (fallen, with_typo))
    return _case(
        "log-normal incomes (log-sd 0.49) fall 30 %, one typing error of 5e9 among 5,000",
        "alert, PSI 0.50 within 0.03 and within 0.02 of the case without the error",
        f"{dirty['status']}, PSI {dirty['psi']:.4f}; without the error {clean['psi']:.4f}",
        "tests/unit/test_psi.py::test_incomes_that_fall_by_a_third_are_seen_and_a_typing_error_beside_them_hides_nothing",
        is_met=dirty["status"] == "alert" and abs(dirty["psi"] - 0.5) <= 0.03 and abs(dirty["psi"] - clean["psi"]) <= 0.02,
        psi=dirty["psi"],
        psi_without_error=clean["psi"],
    )


def half_missing() -> Case:
    """Half of an external score goes missing."""
    generator = np.random.default_rng(1)
    reference, current = (pl.Series("x", generator.beta(4, 3, n)) for n in (N_REFERENCE, N_NIGHT))
    usual = pl.Series("x", [None] * (N_REFERENCE // 500), dtype=pl.Float64)  # 0.2 %, as in the real rows
    reference = pl.concat([usual, reference.tail(N_REFERENCE - len(usual))])
    now = pl.concat([current.head(N_NIGHT // 2), pl.Series("x", [None] * (N_NIGHT // 2), dtype=pl.Float64)])
    found = judged(reference, now)
    return _case(
        "half of EXT_SOURCE_2 goes missing",
        "alert, PSI above 0.5",
        f"{found['feature']['status']}, PSI {found['feature']['psi']:.3f}; missing share {found['missing']['status']}",
        "tests/sql/test_drift_windows.py::test_half_of_a_column_missing_raises_alerts",
        is_met=found["feature"]["status"] == "alert" and found["feature"]["psi"] > 0.5,
        psi=found["feature"]["psi"],
    )


def sentinel_in_numbers() -> Case:
    """A sentinel that reaches the numbers."""
    generator = np.random.default_rng(1)
    reference, days = (pl.Series("x", -generator.integers(1, 15_000, n).astype(float)) for n in (N_REFERENCE, N_NIGHT))
    n_sentinels = N_NIGHT // 20
    found = judged(reference, pl.concat([pl.Series("x", [365_243.0] * n_sentinels), days.tail(N_NIGHT - n_sentinels)]))["feature"]
    return _case(
        "sentinel 365243 in 5 % of a column handed to the numbers",
        "alert",
        f"{found['status']}, PSI {found['psi']:.3f}",
        "tests/unit/test_binning.py::test_a_sentinel_handed_to_the_numbers_lies_above_the_range",
        is_met=found["status"] == "alert",
        psi=found["psi"],
    )


def _leaked(home: Path) -> dict[str, Any]:
    """A night of scenario `sentinel_leak` after a training: share quarantined, and the rows of DAYS_EMPLOYED and of its flag."""
    settings = settings_of(home)
    simulate_deliveries(settings, days=2, per_day=400, seed=1, until=date(2026, 3, 2), new_days=0)
    simulate_deliveries(settings, days=2, per_day=NEW_PER_DAY, seed=2, until=LAST_NEW_DAY, new_days=2)
    retrain(settings, LAST_NEW_DAY, QUICK)
    simulate_deliveries(settings, days=1, per_day=400, seed=9, new_days=1, scenario="sentinel_leak")
    night = max(date.fromisoformat(folder.name) for folder in settings.landing.iterdir() if folder.name.startswith("20"))
    with open_warehouse(settings) as connection:
        take_in(settings, night, None)
        for batch in pending_batches(connection, night):
            score_batch(connection, settings, batch)
        measure_drift(connection, settings, night)
        rows = connection.execute(
            "SELECT subject || ' ' || kind, status, psi, value_reference, value FROM marts.drift WHERE window_days = 1 "
            "AND as_of = $d AND segment = '' AND (subject, kind) IN (('DAYS_EMPLOYED', 'missing'), "
            "('DAYS_EMPLOYED_IS_SENTINEL', 'feature'), ('quarantined_rows', 'rate'), ('refused_rows', 'rate'))",
            {"d": night},
        ).fetchall()
        quarantined = connection.execute("SELECT count(DISTINCT row_number) FROM core.quarantine").fetchone()
    names = ("status", "psi", "value_reference", "value")
    found = {name: dict(zip(names, figures, strict=True)) for name, *figures in rows}
    return {"n_quarantined": 0 if quarantined is None else quarantined[0], "rows": found}


def sentinel_leak_night() -> Case:
    """A whole night of the simulator's scenario, through ingest and scoring."""
    with tempfile.TemporaryDirectory() as folder:
        found = _leaked(Path(folder) / "home")
    rows = found["rows"]
    flag, missing = rows["DAYS_EMPLOYED_IS_SENTINEL feature"], rows["DAYS_EMPLOYED missing"]
    return _case(
        "a night of scenario `sentinel_leak` (400 rows, reference of 800)",
        "alert on the flag's share, or quarantine and refused share",
        f"{found['n_quarantined']} rows quarantined, share of rows {rows['quarantined_rows rate']['status']} (no past days yet); "
        f"missing share of DAYS_EMPLOYED, which is the sentinel's, {missing['value_reference']:.1%} to {missing['value']:.1%}: "
        f"{missing['status']}; PSI of the flag {flag['psi']:.3f}: {flag['status']}",
        "tests/flows/test_drift_of_a_night.py::"
        "test_a_leaking_sentinel_is_quarantined_where_it_is_illegal_and_drifts_where_it_is_legal",
        is_met=found["n_quarantined"] > 0 and "alert" in (flag["status"], missing["status"]),
        **found,
    )


def new_level() -> Case:
    """A level that the reference never held."""
    generator = np.random.default_rng(1)
    reference, known = (pl.Series("x", generator.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1])) for n in (N_REFERENCE, N_NIGHT))
    n_new = N_NIGHT * 8 // 100
    found = judged(reference, pl.concat([known.tail(N_NIGHT - n_new), pl.Series("x", ["new"] * n_new)]))
    unseen = found["unseen"]
    return _case(
        "new level for 8 % of rows",
        "alert, and counted as unseen",
        f"{found['feature']['status']}, PSI {found['feature']['psi']:.3f}; unseen {unseen['value']:.1%} ({unseen['status']})",
        "tests/sql/test_drift_windows.py::test_a_new_level_for_some_rows_raises_an_alert_and_is_counted_as_unseen",
        is_met=found["feature"]["status"] == unseen["status"] == "alert" and math.isclose(unseen["value"], 0.08),
        psi=found["feature"]["psi"],
    )


def more_missing() -> Case:
    """Exact counts: 55 % missing become 90 %, what is there keeps its shares."""
    values = np.random.default_rng(1).permutation(np.arange(22_500, dtype=float))
    subject = frozen(pl.Series("x", [*values, *[None] * 27_500]))
    filled = [i for i, item in enumerate(subject.bins) if item.role == "range" and subject.n_reference[i] > 0]
    moved = [0] * len(subject.bins)
    for position in filled:
        moved[position] = 5_000 * subject.n_reference[position] // 22_500
    moved[-1] = N_REFERENCE - sum(moved)
    value = psi(subject.n_reference, moved)
    return _case(
        "55 % missing becomes 90 % (exact counts), the rest unmoved",
        "PSI 0.699 within 0.01",
        f"PSI {value:.4f}",
        "tests/unit/test_psi.py::test_55_percent_missing_that_become_90_have_the_psi_that_the_shares_have",
        is_met=abs(value - 0.699) <= 0.01,
        psi=value,
    )


def same_rows() -> Case:
    """The reference against itself."""
    values = incomes(N_REFERENCE, 1)
    value = judged(values, values)["feature"]["psi"]
    return _case(
        "the same rows again",
        "PSI 0",
        f"PSI {value:g}",
        "tests/unit/test_psi.py::test_the_same_rows_again_have_a_psi_of_nothing",
        is_met=value == 0.0,
        psi=value,
    )


def quiet_nights() -> Case:
    """Alerts where nothing drifts: of PSI, and of every limit beside it over all windows."""
    of_psi = quiet_alerts(QUIET_SIZES, QUIET_NIGHTS, seed=20260630)
    beside = sum(row["status"] == "alert" for n in QUIET_SIZES for rows in run(n, QUIET_NIGHTS, seed=n) for row in rows)
    return _case(
        "200 undrifted nights each of 200, 500 and 2,000 rows, 150 subjects with 2 to 58 bins, all limits",
        "at most three alerts in all",
        f"{of_psi} of PSI, {beside} of the other limits in windows of 1, 7 and 30 days",
        "tests/unit/test_psi.py::test_two_hundred_quiet_nights_of_each_size_raise_hardly_an_alert, "
        "tests/properties/test_quiet_nights_beside_psi.py::test_two_hundred_undrifted_nights_raise_one_alert_at_most_beside_psi",
        is_met=of_psi + beside <= 3,
        alerts_of_psi=of_psi,
        alerts_beside=beside,
    )


def loud_nights() -> Case:
    """How often a true PSI of 0.35 is found."""
    shares = {k: power(k, 500, 0.35)["alert"] for k in (5, 12, 58)}
    return _case(
        "true PSI 0.35 at 500 rows (1,000 nights for each number of bins)",
        "alert in at least 95 % of nights",
        ", ".join(f"{share:.1%} with {k} bins" for k, share in shares.items()),
        "tests/unit/test_psi.py::test_a_true_psi_of_0_35_at_500_rows_alerts_in_95_of_100_nights",
        is_met=all(float(str(share)) >= 0.95 for share in shares.values()),
        shares={str(k): share for k, share in shares.items()},
    )


def odd_columns() -> Case:
    """Columns that break a careless index."""
    constant, empty = [7.0], [None]
    infinite: list[float | None] = [math.inf, 1.0, 2.0, -math.inf, math.nan]
    sides: dict[str, tuple[list[Any], list[Any]]] = {
        "constant": (constant, constant),
        "empty": (empty, empty),
        "inf": (infinite, [math.inf]),
        "one value, then two": (constant, [7.0, 8.0]),
    }
    rows = {
        name: judged(
            *(
                pl.Series("x", side * (n // len(side)), dtype=pl.Float64)
                for side, n in zip(pair, (N_REFERENCE, N_NIGHT), strict=True)
            )
        )["feature"]
        for name, pair in sides.items()
    }
    return _case(
        "a constant column; an empty column; inf; one distinct value in the reference, two tonight",
        "a finite number or a stated status, never a crash",
        "; ".join(f"{name}: PSI {row['psi']:.3g} ({row['status']})" for name, row in rows.items()),
        "tests/unit/test_binning.py::test_a_column_of_any_kind_gives_a_finite_number",
        is_met=all(math.isfinite(row["psi"]) for row in rows.values()),
        psi={name: row["psi"] for name, row in rows.items()},
    )


CASES = (
    *(fallen_incomes, half_missing, sentinel_in_numbers, sentinel_leak_night, new_level),
    *(more_missing, same_rows, quiet_nights, loud_nights, odd_columns),
)


def _rounded(value: Any) -> Any:
    """Figures to ten digits: the last ones differ between machines."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return float(f"{value:.10g}") if isinstance(value, float) else value


def main() -> None:
    """Measures every case, prints and stores the figures, and renders the page's table."""
    results: list[Case] = []
    for case in CASES:
        found = _rounded(case())
        print(f"{'met' if found['is_met'] else 'NOT MET':8}{found['case']}: {found['measured']}", flush=True)
        results.append(found)
    text = json.dumps({"cases": results}, indent=1, ensure_ascii=False) + "\n"
    (ROOT / "benchmarks" / "results" / "drift_cases.json").write_text(text, encoding="utf-8")
    update_page(ROOT / "docs" / "drift.md", results)


if __name__ == "__main__":
    main()
