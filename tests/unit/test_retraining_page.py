"""The candidates of docs/model.md are those of the benchmark's results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.retraining import END, START, render


@pytest.fixture
def results(project: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((project / "benchmarks" / "results" / "retraining.json").read_text())
    return content


def test_the_page_shows_the_measured_figures(project: Path, results: dict[str, Any]) -> None:
    page = (project / "docs" / "model.md").read_text()
    assert page.partition(START)[2].partition(END)[0].strip() == render(results)


@pytest.mark.parametrize(
    ("same", "said"),
    [
        (True, "the same model text, byte for byte."),
        (False, "ANOTHER model text."),
        (None, ")."),
    ],
)
def test_the_page_says_what_a_second_run_gave(results: dict[str, Any], same: bool | None, said: str) -> None:
    assert render({**results, "same_model_text_again": same}).splitlines()[0].endswith(said)
