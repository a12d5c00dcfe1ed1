"""`loanwatch simulate` and `import-home-credit` where they must not write, as a user meets them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from flows.cli import main as command_line
from schemas.scenarios import Scenario
from schemas.settings import Settings


def run(command: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["loanwatch", *command.split()])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    return int(ended.value.code or 0)


def test_other_applicants_on_delivered_days_are_wrong_usage(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("simulate --days 3 --per-day 2 --seed 1 --until 2026-07-03 --new-days 3", monkeypatch) == 0
    assert run("simulate --days 3 --per-day 5 --seed 999 --until 2026-07-03 --new-days 3", monkeypatch) == 2
    told = capsys.readouterr().err
    assert "3 of the 3 days were delivered before with other content" in told
    assert re.findall(r"^  (expected|where|do next): ", told, flags=re.MULTILINE) == ["expected", "where", "do next"]
    assert run("simulate --days 3 --per-day 2 --seed 1 --until 2026-07-03 --new-days 3", monkeypatch) == 0


def test_a_source_that_is_not_there_ends_with_13(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(f"import-home-credit {tmp_path / 'nowhere'}", monkeypatch) == 13
    assert "the folder cannot be read" in capsys.readouterr().err
    assert not settings.home.exists()


def test_every_scenario_is_described(project: Path) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", (project / "docs" / "simulator.md").read_text(), flags=re.MULTILINE)
    assert rows == [item.value for item in Scenario]
