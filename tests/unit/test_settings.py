"""Settings of the environment: what they cannot be is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import UsageError
from schemas.settings import CHUNK_ROWS, read_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOANWATCH_CHUNK_ROWS", "-1"),
        ("LOANWATCH_CHUNK_ROWS", "0"),
        ("LOANWATCH_THREADS", "two"),
        ("LOANWATCH_LOCK_WAIT", "nan"),
        ("LOANWATCH_TASK_RUNNER", "ray"),
        ("LOANWATCH_WORKERS", "0"),
        ("LOANWATCH_PARTITIONS", "-1"),
    ],
)
def test_a_setting_that_cannot_be_is_wrong_usage(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=name) as raised:
        read_settings()
    assert raised.value.exit_code == 2


def test_an_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANWATCH_CHUNK_ROWS", "")
    assert read_settings().chunk_rows == CHUNK_ROWS


def test_the_home_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOANWATCH_HOME", str(tmp_path / "a"))
    assert read_settings(tmp_path / "b").home == tmp_path / "b"
    assert read_settings().home == tmp_path / "a"


def test_a_night_stays_in_one_process_unless_settings_say_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usual = read_settings(tmp_path)
    assert (usual.task_runner, usual.partitions, usual.dask_scheduler) == ("threads", 0, None)
    assert usual.shared.is_relative_to(usual.home)
    monkeypatch.setenv("LOANWATCH_TASK_RUNNER", "dask")
    monkeypatch.setenv("LOANWATCH_SHARED", str(tmp_path / "shared"))
    assert (read_settings().task_runner, read_settings().shared) == ("dask", tmp_path / "shared")
