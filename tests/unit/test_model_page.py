"""The figures of docs/model.md are those of the benchmark's results, and they meet what the model promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.model_page import END, START, render, update_page


@pytest.fixture
def results(project: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((project / "benchmarks" / "results" / "model_quality.json").read_text())
    return content


def test_the_page_shows_the_measured_figures(project: Path, results: dict[str, Any]) -> None:
    page = (project / "docs" / "model.md").read_text()
    assert page.partition(START)[2].partition(END)[0].strip() == render(results)


def test_the_measured_model_is_good_enough(results: dict[str, Any]) -> None:
    figures = results["models"]["loanwatch"]["all"]
    assert figures["n_rows"] == 35873
    assert figures["auc"] >= 0.755
    assert figures["cost"] <= 0.530
    assert figures["cost"] < figures["cost_approve_all"]


def test_a_page_without_marks_is_left_as_it_is(tmp_path: Path, results: dict[str, Any]) -> None:
    page = tmp_path / "model.md"
    page.write_text("no marks")
    with pytest.raises(ValueError, match="marks"):
        update_page(page, results)
    assert page.read_text() == "no marks"


def test_rendering_twice_changes_nothing(tmp_path: Path, results: dict[str, Any]) -> None:
    page = tmp_path / "model.md"
    page.write_text(f"before\n{START}\nstale figures\n{END}\nafter\n")
    update_page(page, results)
    once = page.read_text()
    update_page(page, results)
    assert page.read_text() == once
    assert once.startswith("before\n")
    assert once.endswith("after\n")
    assert "stale figures" not in once
