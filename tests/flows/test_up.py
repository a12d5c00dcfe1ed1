"""`loanwatch up`, whole: it comes up, its schedules exist, a run asked for through Prefect's API decides, nothing stays behind.

Also what guards the version pins: with other versions of FastAPI or SQLAlchemy the server does not start, the second
deployment is refused, or no scheduled run is ever made, without an error (docs/decisions/0002-version-pins.md).
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.prefect_api import PrefectApi
from flows.prefect_settings import RUNNING_SERVER_FILE
from flows.processes import descendants
from flows.up import run_up
from schemas.errors import UsageError
from schemas.settings import Settings

_PATIENCE_SECONDS = 180.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listening(pid: int) -> set[str]:
    """The addresses, in the kernel's hexadecimal form, at which a process waits for connections."""
    try:
        inodes = {link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return set()
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1].partition(":")[0])
    return found


def _wait_for(holds: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = holds()
        if found:
            return found
        time.sleep(0.25)
    pytest.fail(f"{what} did not happen within {_PATIENCE_SECONDS:g} s")


@dataclass
class RunningUp:
    process: subprocess.Popen[bytes]
    api: PrefectApi
    home: Path
    output: Path

    def deployment_id(self, name: str) -> str:
        return str(self.api.call("GET", f"/deployments/name/{name}")["id"])

    def finished(self, run_id: str) -> dict[str, Any]:
        """The run, once it has ended."""
        ends = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

        def ended() -> dict[str, Any] | None:
            run: dict[str, Any] = self.api.call("GET", f"/flow_runs/{run_id}")
            return run if run["state_type"] in ends else None

        found: dict[str, Any] = _wait_for(ended, "the end of the run")
        return found

    def trigger(self, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
        run = self.api.call("POST", f"/deployments/{self.deployment_id(name)}/create_flow_run", {"parameters": parameters})
        return self.finished(run["id"])

    def logged(self, run_id: str, text: str) -> bool:
        """Whether the page of a run shows a line with this text, once and at the level of news; lines arrive in batches."""

        def lines() -> list[dict[str, Any]]:
            found = self.api.call("POST", "/logs/filter", {"logs": {"flow_run_id": {"any_": [run_id]}}})
            return [line for line in found if text in line["message"]]

        return [line["level"] for line in _wait_for(lines, f"the line {text!r}")] == [logging.INFO]

    def scheduled(self, name: str) -> list[dict[str, Any]]:
        states = {"deployment_id": {"any_": [self.deployment_id(name)]}, "state": {"type": {"any_": ["SCHEDULED"]}}}
        asked = {"flow_runs": states, "sort": "EXPECTED_START_TIME_ASC"}
        runs: list[dict[str, Any]] = self.api.call("POST", "/flow_runs/filter", asked)
        return runs

    def runs_of(self, name: str) -> list[dict[str, Any]]:
        asked = {"flow_runs": {"deployment_id": {"any_": [self.deployment_id(name)]}}}
        runs: list[dict[str, Any]] = self.api.call("POST", "/flow_runs/filter", asked)
        return runs

    def decided(self) -> int:
        with duckdb.connect(str(self.home / "published" / "loanwatch.duckdb"), read_only=True) as connection:
            found = connection.execute("SELECT count(*) FROM marts.decisions").fetchone()
        assert found is not None
        return int(found[0])


def _answers_page_of(up: RunningUp, origin: str) -> str | None:
    """The origin that a browser is told it may call this server from, asked by a page of that origin."""
    asked = urllib.request.Request(f"{up.api.api_url}/health", headers={"Origin": origin})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=10) as answer:
        return answer.headers.get("Access-Control-Allow-Origin")


@pytest.fixture
def running_up(small_home: Path, tmp_path: Path) -> Iterator[RunningUp]:
    port = _free_port()
    output = tmp_path / "up.out"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    command = [sys.executable, "-c", "from flows.cli.main import main; main()", "up", "--port", str(port)]
    with output.open("wb") as file:
        # From another folder than the project's: prefect.yaml and the flows are found all the same.
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=file, stderr=subprocess.STDOUT)
    up = RunningUp(process, PrefectApi(port), small_home, output)
    try:
        _wait_for(lambda: "ready after" in output.read_text() or process.poll() is not None, "readiness")
        assert process.poll() is None, output.read_text()
        yield up
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def test_up_schedules_decides_on_request_and_leaves_nothing_behind(running_up: RunningUp) -> None:
    up = running_up
    shown = up.output.read_text()
    assert up.api.ui_url in shown
    assert str(up.home / "landing") in shown

    planned = _wait_for(lambda: up.scheduled("score_nightly/nightly"), "the planning of nights")
    assert {datetime.fromisoformat(run["expected_start_time"]).astimezone(UTC).strftime("%H:%M") for run in planned} == {"02:00"}

    night = up.trigger("score_nightly/nightly", {"parameters": {"as_of": "2026-06-30"}})
    assert (night["state_name"], night["name"]) == ("Completed", "night-of-2026-06-30"), night["state"]
    assert up.decided() == 40

    # Nobody asked for it: the end of the night starts the measurement of its drift.
    drift = up.finished(_wait_for(lambda: up.runs_of("monitor_drift/after-night"), "the drift of the night")[0]["id"])
    assert (drift["state_name"], drift["name"]) == ("Completed", "drift-of-2026-06-30"), drift["state"]
    assert any(tag.startswith("drift-") for tag in drift["tags"]), drift["tags"]
    assert (up.home / "reports" / "2026-06-30" / "index.html").exists()

    day = up.trigger("simulate_day/daily", {"parameters": {"per_day": 15, "seed": 3}})
    assert (day["state_name"], day["name"]) == ("Completed", "simulated-day-of-2026-07-01"), day["state"]
    assert up.logged(day["id"], "15 applicants and 0 outcomes were delivered for 2026-07-01")
    assert (up.home / "landing" / "2026-07-01" / "_READY").exists()

    # The next planned night, started now: it still does the day that it was planned for.
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": datetime.now(UTC).isoformat()}}
    up.api.call("POST", f"/flow_runs/{planned[0]['id']}/set_state", {"state": state, "force": True})
    planned_night = up.finished(planned[0]["id"])
    assert (planned_night["state_name"], planned_night["name"]) == (
        "Completed",
        f"night-of-{planned[0]['expected_start_time'][:10]}",
    )
    assert up.decided() == 55
    assert up.logged(planned_night["id"], "batch 2026070101: 15 received, 15 accepted")

    family = descendants(up.process.pid)
    assert len(family) >= 2
    assert _answers_page_of(up, "https://elsewhere.example") is None
    assert _answers_page_of(up, f"http://localhost:{up.api.port}") == f"http://localhost:{up.api.port}"
    assert {address for pid in family for address in _listening(pid)} == {"0100007F"}  # 127.0.0.1, and nothing else
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(timeout=60) == 130
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []
    assert not (up.home / "prefect" / RUNNING_SERVER_FILE).exists()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", up.api.port))


def test_a_taken_port_is_told_before_anything_starts(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is taken") as refused:
            run_up(settings, port, lambda _line: None)
    assert f"--port {port + 1}" in refused.value.remedy
    assert not settings.home.exists()


def test_a_second_up_for_one_home_is_refused(settings: Settings) -> None:
    settings.prefect.mkdir(parents=True)
    (settings.prefect / RUNNING_SERVER_FILE).write_text(f'{{"api_url": "http://127.0.0.1:4200/api", "pid": {os.getpid()}}}')
    with pytest.raises(UsageError, match="runs for this home already"):
        run_up(settings, _free_port(), lambda _line: None)
