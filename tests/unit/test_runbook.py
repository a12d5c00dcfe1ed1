"""The runbook has a section for every exit code and every kind of alert that the code knows; the commands it names exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.cli.main import COMMANDS
from schemas.errors import LoanwatchError
from tasks.core.runbooks import RUNBOOKS

#: Given by the command line itself, not by an error: done, an alert is open, a replay differs, the two signals.
OF_THE_COMMAND_LINE = {0, 3, 4, 130, 143}

#: Commands of the contract that may not be there yet.
OF_THE_CONTRACT = {"replay", "backup", "restore"}


@pytest.fixture(scope="module")
def runbook(project: Path) -> str:
    return (project / "docs" / "runbook.md").read_text(encoding="utf-8")


def sections(runbook: str) -> dict[str, str]:
    parts = re.split(r"^### (.+)$", runbook, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def errors(kind: type[LoanwatchError] = LoanwatchError) -> Iterator[type[LoanwatchError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from errors(below)


def test_every_exit_code_has_a_section_and_every_section_an_exit_code(runbook: str) -> None:
    described = {int(title.removeprefix("Exit code ")) for title in sections(runbook) if title.startswith("Exit code ")}
    assert described == {error.exit_code for error in errors()} | OF_THE_COMMAND_LINE


def test_every_kind_of_alert_has_a_section_and_every_section_a_kind(runbook: str) -> None:
    described = {title.removeprefix("Alert ") for title in sections(runbook) if title.startswith("Alert ")}
    assert described == set(RUNBOOKS)


def test_every_section_of_a_fault_says_what_to_do(runbook: str) -> None:
    named = {
        title: text
        for title, text in sections(runbook).items()
        if title.startswith(("Exit code", "Alert")) and title != "Exit code 0"
    }
    assert [title for title, text in named.items() if not re.search(r"\*\*(Means|Look at)\*\*", text)] == []
    assert [title for title, text in named.items() if not re.search(r"\*\*[Dd]o\*\*", text)] == []


def test_the_runbook_names_no_command_that_is_none(runbook: str) -> None:
    named = set(re.findall(r"`?loanwatch ([a-z-]+)", runbook))
    assert named - set(COMMANDS) - OF_THE_CONTRACT == set()


def test_every_link_inside_the_runbook_leads_to_a_section(runbook: str) -> None:
    anchors = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in sections(runbook)}
    assert set(re.findall(r"\(#([^)]+)\)", runbook)) - anchors == set()
