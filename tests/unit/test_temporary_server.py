"""The Prefect server of a command for which none runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows import temporary_server
from flows.prefect_api import PrefectApi
from flows.processes import Child
from flows.temporary_server import TemporaryServer, prefect_at_hand
from schemas.errors import LoanwatchError, ResourceError
from schemas.settings import Settings

WAITING = """
import os, time
from flows.server_child import end_with_parent
end_with_parent(os.getppid())
print("up", flush=True)
time.sleep(60)
"""
COMMAND = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {WAITING!r}])
print(child.pid, flush=True)
time.sleep(60)
"""


def _child(folder: Path, code: str) -> Child:
    return Child("temporary-server", [sys.executable, "-c", code], dict(os.environ), folder, folder)


def _runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_no_server_is_started_where_one_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setattr(temporary_server, "_start", lambda _settings: pytest.fail("a second server"))
    prefect_at_hand(settings).wait()
    assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:9/api"


def test_a_server_that_ends_at_once_is_told_with_its_log(tmp_path: Path) -> None:
    server = TemporaryServer(_child(tmp_path, "raise SystemExit(3)"), PrefectApi(9))
    with pytest.raises(LoanwatchError, match="ended with 3") as told:
        server.wait()
    assert told.value.where == str(tmp_path / "temporary-server.log")


def test_a_server_that_does_not_come_up_in_time_ends_with_15_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "0.2")
    child = _child(tmp_path, "import time; time.sleep(60)")
    with pytest.raises(ResourceError, match="did not come up in time") as told:
        TemporaryServer(child, PrefectApi(9)).wait()
    child.stop(5.0)
    assert told.value.exit_code == 15
    assert "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS" in str(told.value)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no signal at the end of a parent")
def test_the_server_ends_with_a_command_that_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", COMMAND], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        lines = sorted(parent.stdout.readline().strip() for _ in range(2))
        assert lines[1] == "up"
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _runs(int(lines[0])) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(int(lines[0]))
