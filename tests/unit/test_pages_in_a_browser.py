"""Both pages in a real browser: they are drawn, and its console stays silent."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from reports.evidently_report import write_evidently_report
from reports.model_card import write_model_card
from reports.nightly_page import write_nightly_page
from tests.pages import full_page
from tests.training_records import gate, manifest, record
from tests.unit.test_evidently_report import CURRENT, MEASURED, NIGHT, ORDER, REFERENCE

_QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--enable-logging=stderr",
    "--dump-dom",
]


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium); pages are not looked at in a browser")
    return found


def _render(chromium: str, page: Path, profile: Path) -> tuple[str, list[str]]:
    """The document after its scripts have run, and what they wrote to the console. A dialog that opens would time out."""
    command = [chromium, *_QUIET, f"--user-data-dir={profile}", "--window-size=1280,2400", page.as_uri()]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return ended.stdout, [line for line in ended.stderr.splitlines() if ":CONSOLE" in line]


def test_the_nightly_page_is_drawn_without_a_word_on_the_console(chromium: str, tmp_path: Path) -> None:
    document, console = _render(chromium, write_nightly_page(full_page(), tmp_path), tmp_path / "profile")
    assert console == []
    assert document.count("<svg") == 3


def test_the_model_card_is_drawn_without_a_word_on_the_console(chromium: str, tmp_path: Path) -> None:
    page = write_model_card(tmp_path, record(), manifest(), gate("fail"), "2025-12-01.1")
    document, console = _render(chromium, page, tmp_path / "profile")
    assert console == []
    assert document.count("<svg") == 8


def test_the_evidently_page_draws_its_pictures_without_a_word_on_the_console(chromium: str, tmp_path: Path) -> None:
    outcome = write_evidently_report(REFERENCE, CURRENT, MEASURED, ORDER, tmp_path, None, NIGHT)
    document, console = _render(chromium, Path(outcome.html), tmp_path / "profile")
    assert console == []
    assert "Drift in column 'number'" in document
    assert document.count("js-plotly-plot") >= 5
    assert "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in document  # the level, as text of an axis
