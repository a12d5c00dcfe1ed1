"""The table of docs/drift.md is that of the benchmark's results; every case meets what is expected, by a test that exists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.drift_page import END, START, render, update_page


@pytest.fixture
def cases(project: Path) -> list[dict[str, Any]]:
    content = json.loads((project / "benchmarks" / "results" / "drift_cases.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = content["cases"]
    return found


def test_the_page_shows_the_measured_cases(project: Path, cases: list[dict[str, Any]]) -> None:
    page = (project / "docs" / "drift.md").read_text(encoding="utf-8")
    assert page.partition(START)[2].partition(END)[0].strip() == render(cases)


def test_every_measured_case_is_as_expected(cases: list[dict[str, Any]]) -> None:
    assert len(cases) == 10
    assert [one["case"] for one in cases if not one["is_met"]] == []


def test_every_case_names_tests_that_exist(project: Path, cases: list[dict[str, Any]]) -> None:
    for one in cases:
        for named in one["tests"].split(", "):
            file, _, name = named.partition("::")
            assert f"def {name}(" in (project / file).read_text(encoding="utf-8"), named


def test_a_page_without_marks_is_left_as_it_is(tmp_path: Path, cases: list[dict[str, Any]]) -> None:
    page = tmp_path / "drift.md"
    page.write_text("no marks")
    with pytest.raises(ValueError, match="marks"):
        update_page(page, cases)
    assert page.read_text() == "no marks"
