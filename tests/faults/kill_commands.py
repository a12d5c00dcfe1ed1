"""The kills of whole `loanwatch` processes, against one Prefect server that lives as long as the harness."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.kill_steps import DAY

if TYPE_CHECKING:
    from tests.faults.kill_harness import Harness

_SERVER_SECONDS = 180
#: A backup is an act: killed and called again it may leave two, so it comes last and its number is not compared.
COMMANDS = (["nightly", "--as-of", str(DAY)], ["drift", "--as-of", str(DAY)], ["backup"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def prefect_server(folder: Path) -> Iterator[dict[str, str]]:
    """The environment for commands, with a server that answers."""
    from flows.prefect_settings import prefect_environment
    from tests.faults.kill_harness import settings_for

    port = _free_port()
    environment = os.environ | prefect_environment(settings_for(folder)) | {"PREFECT_SERVER_API_PORT": str(port)}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + _SERVER_SECONDS
    try:
        while not _answers(f"http://127.0.0.1:{port}/api/health"):
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the Prefect server does not start")
            time.sleep(0.5)
        yield environment | {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _command(home: Path, arguments: list[str], environment: dict[str, str], kill_after: float | None = None) -> int:
    """Runs one command, killed with everything that it started after some seconds; returns its exit code or signal."""
    run = [sys.executable, "-c", "from flows.cli.main import main; main()", *arguments]
    quiet = {"LOANWATCH_HOME": str(home), "LOANWATCH_LOCK_WAIT": "30", "LOANWATCH_BACKUPS": "7"}
    process = subprocess.Popen(
        run, env=environment | quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return process.wait(timeout=kill_after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def kill_commands(harness: Harness, n_kills: int) -> None:
    """Kills commands at random instants, each home up to three times, and compares as for the steps."""
    state_folder = harness.folder / "server"
    state_folder.mkdir()
    with prefect_server(state_folder) as environment:
        whole = harness.folder / "commands"
        shutil.copytree(harness.folder / "prepared", whole)
        seconds = [_timed(whole, command, environment) for command in COMMANDS]
        expected = harness.state(whole)
        done = 0
        while done < n_kills:
            done += _kill_home(harness, environment, seconds, min(3, n_kills - done), expected)
            harness.say(f"{done} of {n_kills} commands killed")


def _timed(home: Path, command: list[str], environment: dict[str, str]) -> float:
    started = time.monotonic()
    code = _command(home, command, environment)
    if code != 0:
        raise SystemExit(f"loanwatch {command[0]} ended with {code}")
    return time.monotonic() - started


def _kill_home(harness: Harness, environment: dict[str, str], seconds: list[float], most: int, expected: object) -> int:
    shutil.rmtree(harness.scratch, ignore_errors=True)
    shutil.copytree(harness.folder / "prepared", harness.scratch)
    n_kills = 0
    for command, longest in zip(COMMANDS, seconds, strict=True):
        if n_kills < most:
            code = _command(harness.scratch, command, environment, harness.chance.uniform(0.2 * longest, longest))
            n_kills += code == -signal.SIGKILL
        code = _command(harness.scratch, command, environment)
        if code != 0:
            harness.tally.complaints.append(f"loanwatch {command[0]} after a kill ended with {code}")
    harness.tally.compare("commands", harness.state(harness.scratch), expected)  # type: ignore[arg-type]
    harness.tally.kills["commands"] += n_kills
    return n_kills
