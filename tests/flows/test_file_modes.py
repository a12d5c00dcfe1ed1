"""Nobody but the account that runs Loanwatch reads a home, whatever the shell's umask says."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from schemas.errors import UsageError
from schemas.private import GROUP_READABLE_FILE
from schemas.settings import Settings, read_settings
from warehouse.connection import open_warehouse
from warehouse.publication import publish_snapshot

_COMMANDS = """
import os, sys
os.umask(0o000)
from flows.cli import main
for command in (
    ["simulate", "--days", "1", "--per-day", "6", "--seed", "1", "--new-days", "1"],
    ["ingest"],
    ["backup"],
    ["restore", "--into", os.environ["LOANWATCH_HOME"] + "-restored"],
    ["alerts"],
):
    sys.argv = ["loanwatch", *command]
    try:
        main.main()
    except SystemExit as stop:
        if stop.code:
            raise
"""


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _open_to_others(home: Path) -> list[str]:
    paths = [home, *home.rglob("*")]
    return [f"{path.relative_to(home)}: {_mode(path):o}" for path in paths if _mode(path) & 0o077]


def test_what_the_commands_write_is_private(settings: Settings) -> None:
    subprocess.run([sys.executable, "-c", _COMMANDS], check=True, capture_output=True, env=dict(os.environ))
    restored = settings.home.with_name(f"{settings.home.name}-restored")
    assert {"landing", "warehouse.duckdb", "published", "backups"} <= {path.name for path in settings.home.iterdir()}
    assert _open_to_others(settings.home) + _open_to_others(restored) == []


def test_a_group_may_be_let_in_to_the_snapshot_and_to_nothing_else(settings: Settings) -> None:
    before = os.umask(0o077)
    try:
        shared = replace(settings, snapshot_mode=GROUP_READABLE_FILE)
        with open_warehouse(shared) as connection:
            publish_snapshot(connection, shared, "run", date(2026, 6, 30))
    finally:
        os.umask(before)
    assert _open_to_others(settings.home) == [".: 710", "published: 750", "published/loanwatch.duckdb: 640"]


@pytest.mark.parametrize("value", ["0644", "640", "x"])
def test_a_mode_that_lets_others_in_is_wrong_usage(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANWATCH_SNAPSHOT_MODE", value)
    with pytest.raises(UsageError, match="LOANWATCH_SNAPSHOT_MODE"):
        read_settings()


def test_the_script_of_a_night_makes_a_private_home(tmp_path: Path, project: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "loanwatch").write_text("#!/bin/sh\nexit 0\n")
    (tools / "loanwatch").chmod(0o700)
    home, names = tmp_path / "home", ("DAYS", "PER_DAY", "SEED")
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", "LOANWATCH_HOME": str(home), **dict.fromkeys(names, "1")}
    subprocess.run(["sh", str(project / "scripts" / "nightly.sh")], check=True, env=environment, capture_output=True)
    assert home.stat().st_mode & 0o777 == 0o700
