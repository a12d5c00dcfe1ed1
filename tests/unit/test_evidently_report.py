"""The Evidently report carries our PSI, draws what can be drawn, says what cannot, and stays small."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from reports.evidently_report import write_evidently_report
from reports.evidently_sample import MOST_LEVELS, prepare_sample, take_sample
from schemas.pages import EvidentlyOutcome, MeasuredPsi
from tests.pages import SCRIPT, Page

NIGHT = date(2026, 6, 30)
ODD_NAME = "AMT</script><b>"


def _rows(n: int, seed: int, shift: float) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "application_id": np.arange(n) + seed * 1_000_000,
            "number": random.normal(size=n) + shift,
            "typo": np.where(np.arange(n) == 3, 5e9, random.lognormal(size=n)),
            "text": random.choice(["a", f"</script>{SCRIPT}", "<b>bold</b>", "<a href='javascript:alert(2)'>x</a>"], n),
            "many": (np.arange(n) % 97).astype(str),
            "constant": np.ones(n),
            "flag": random.integers(0, 2, n).astype(bool),
            "holed": pl.Series([None, math.nan, math.inf, -math.inf, *random.normal(size=n - 4).tolist()], dtype=pl.Float64),
            "empty": pl.Series([None] * n, dtype=pl.Float64),
            "infinite": np.full(n, np.inf),
            "unmeasured": random.normal(size=n),
            "few": random.normal(size=n),
            ODD_NAME: random.normal(size=n),
        }
    )


REFERENCE, CURRENT = _rows(3000, 1, 0.0), _rows(700, 2, 0.7)
DRAWN = ["number", "typo", "text", "many", "constant", "flag", "holed", ODD_NAME]
ORDER = [*DRAWN[:3], "empty", "infinite", "unmeasured", "few", "absent", *DRAWN[3:]]
MEASURED = {
    name: MeasuredPsi(0.1 / 3 * (place + 1), 0.2, "alert" if place >= 6 else "ok") for place, name in enumerate(DRAWN)
} | {
    "empty": MeasuredPsi(0.0, 0.2, "ok"),
    "infinite": MeasuredPsi(0.0, 0.2, "ok"),
    "unmeasured": MeasuredPsi(None, 0.2, "ok"),
    "few": MeasuredPsi(0.5, 0.2, "too_few"),
    "absent": MeasuredPsi(0.1, 0.2, "ok"),
}


def _write(
    folder: Path, workspace: Path | None = None, as_of: date = NIGHT, order: Sequence[str] = ORDER, **given: Any
) -> EvidentlyOutcome:
    return write_evidently_report(REFERENCE, CURRENT, MEASURED, order, folder, workspace, as_of, **given)


@dataclass(frozen=True)
class Written:
    outcome: EvidentlyOutcome
    page: str
    content: dict[str, Any]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    outcome = _write(tmp_path_factory.mktemp("evidently"))
    content = json.loads(Path(outcome.json).read_text(encoding="utf-8"))
    return Written(outcome, Path(outcome.html).read_text(encoding="utf-8"), content)


def test_the_json_carries_our_psi_to_the_last_bit(written: Written) -> None:
    by_column = {metric["config"]["column"]: metric["value"] for metric in written.content["metrics"]}
    assert list(by_column.values()) == [MEASURED[name].psi for name in DRAWN]
    assert by_column["number"] == MEASURED["number"].psi
    ours = written.content["loanwatch"]["psi"]
    assert {name: ours[name]["psi"] for name in ours} == {name: MEASURED[name].psi for name in DRAWN}


def test_a_test_of_evidently_fails_exactly_where_our_status_is_alert(written: Written) -> None:
    statuses = [test["status"] for test in written.content["tests"]]
    assert statuses == ["FAIL" if MEASURED[name].status == "alert" else "SUCCESS" for name in DRAWN]


def test_what_cannot_be_drawn_is_listed_with_its_reason(written: Written) -> None:
    expected = {
        "empty": "no value in the reference",
        "infinite": "no value in the reference",
        "unmeasured": "no PSI was measured",
        "few": "too few rows for a PSI",
        "absent": "not among the columns of the reference",
    }
    assert written.outcome.left_out == expected == written.content["loanwatch"]["left_out"]
    text = Page(written.page).text
    assert all(f"{name} {reason}" in text for name, reason in expected.items())


def test_values_and_names_from_outside_never_become_tags(written: Written) -> None:
    page = Page(written.page)
    assert sum(tag == "script" for tag, _ in page.tags) == 4
    assert SCRIPT not in written.page
    assert ODD_NAME not in written.page
    assert "alert(1)" in written.page  # it is there, as text


def test_the_page_loads_nothing_and_stays_within_its_size(written: Written) -> None:
    assert [address for address in Page(written.page).loaded if not address.startswith("data:")] == []
    assert "default-src 'none'" in written.page
    assert "connect-src 'none'" in written.page
    assert len(written.page.encode()) < 15_000_000


def test_the_same_night_gives_the_same_bytes(written: Written, tmp_path: Path) -> None:
    again = write_evidently_report(
        REFERENCE.sample(fraction=1.0, shuffle=True, seed=4), CURRENT.reverse(), MEASURED, ORDER, tmp_path, None, NIGHT
    )
    assert Path(again.html).read_text(encoding="utf-8") == written.page
    assert json.loads(Path(again.json).read_text(encoding="utf-8")) == written.content


def test_a_page_that_would_be_too_large_loses_its_least_important_columns(written: Written, tmp_path: Path) -> None:
    bare = _write(tmp_path / "bare", order=[])
    base = Path(bare.html).stat().st_size
    limit = base + (len(written.page.encode()) - base) // 2
    small = _write(tmp_path / "small", largest_page_bytes=limit)
    assert Path(small.html).stat().st_size <= limit
    assert small.left_out[ODD_NAME] == "the page would be too large"
    assert "number" not in small.left_out


def test_only_the_most_important_columns_are_drawn_and_others_take_the_place_of_those_left_out(tmp_path: Path) -> None:
    outcome = _write(tmp_path, most_columns=4)
    content = json.loads(Path(outcome.json).read_text(encoding="utf-8"))
    assert list(content["loanwatch"]["psi"]) == sorted(["number", "typo", "text", "many"])
    assert outcome.left_out["flag"] == "not among the 4 most important"


def test_a_night_without_anything_to_draw_still_has_its_report(tmp_path: Path) -> None:
    outcome = write_evidently_report(REFERENCE.clear(), CURRENT.clear(), MEASURED, ORDER, tmp_path, None, NIGHT)
    assert set(outcome.left_out) == set(ORDER)
    assert "No column could be drawn" in Page(Path(outcome.html).read_text(encoding="utf-8")).text


def test_the_workspace_keeps_one_snapshot_a_night_and_the_newest_nights(tmp_path: Path) -> None:
    from evidently.ui.workspace import Workspace

    workspace = tmp_path / "workspace"
    for back in (2, 1, 0, 1):
        outcome = _write(tmp_path / "pages", workspace, NIGHT - timedelta(days=back), ["number"], kept_snapshots=2)
    store = Workspace(str(workspace))
    (project,) = store.list_projects()
    assert sorted(str(key) for key in store.list_runs(project.id)) == [
        "00000000-0000-8000-8000-000020260629",
        "00000000-0000-8000-8000-000020260630",
    ]
    assert outcome.snapshot_id == "00000000-0000-8000-8000-000020260629"
    snapshot = store.get_run(project.id, outcome.snapshot_id)
    assert snapshot is not None
    assert [result.value for result in snapshot.metric_results.values()] == [MEASURED["number"].psi]


def test_the_sample_is_the_same_whatever_the_order_of_the_rows() -> None:
    sampled = take_sample(REFERENCE, 500)
    assert sampled.height == 500
    assert take_sample(REFERENCE.sample(fraction=1.0, shuffle=True, seed=9), 500).equals(sampled)
    ids = sampled["application_id"] - 1_000_000
    assert 1300 < float(ids.mean() or 0) < 1700  # type: ignore[arg-type]


def test_rare_levels_are_drawn_together_and_missing_ones_apart() -> None:
    frame = pl.DataFrame({"application_id": range(600), "c": [None, *(str(i % 50) for i in range(599))]})
    sample = prepare_sample(frame, frame, {"c": MeasuredPsi(0.0, 0.2, "ok")}, ["c"], 600)
    levels = set(sample.current["c"].to_list())
    assert len(levels) == MOST_LEVELS + 1
    assert "(other levels)" in levels
