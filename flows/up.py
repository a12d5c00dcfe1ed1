"""`loanwatch up`: a Prefect server, the deployments of prefect.yaml and a worker, in one terminal, on loopback only."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from flows import OWN_LOGGERS
from flows.prefect_api import PrefectApi
from flows.prefect_settings import LOOPBACK, RUNNING_SERVER_FILE, prefect_environment, running_server
from flows.prefect_tables import prepare_tables
from flows.processes import Child, adopt_orphans, descendants, end_descendants
from schemas.errors import LoanwatchError, UsageError
from schemas.settings import Settings

POOL = "loanwatch"
DEFAULT_PORT = 4200

#: prefect.yaml stands beside the packages.
DEPLOYMENTS_FILE = Path(__file__).resolve().parent.parent / "prefect.yaml"

_START_SECONDS = 180.0
_POLL_SECONDS = 0.25
_END_RUNS_SECONDS = 10.0
_END_CHILD_SECONDS = 15.0
_RESTART_SECONDS = 5.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _StoppedBySignal(Exception):  # noqa: N818 - no error: the normal end
    """The user has asked for the end, perhaps before everything had started."""


@dataclass
class Surroundings:
    """What runs, and for which home."""

    settings: Settings
    api: PrefectApi
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    stopped_by: int = 0

    def check(self) -> None:
        """Raises as soon as the user has asked for the end."""
        if self.stopped_by:
            raise _StoppedBySignal

    def environment(self) -> dict[str, str]:
        own = {
            "LOANWATCH_HOME": str(self.settings.home),
            "PREFECT_API_URL": self.api.api_url,
            "PREFECT_SERVER_API_PORT": str(self.api.port),
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{LOOPBACK}:{self.api.port},http://localhost:{self.api.port}",
            "PREFECT_LOGGING_LEVEL": "INFO",  # with the next lines and flows/__init__.py: what the page of a run shows
            "PREFECT_LOGGING_EXTRA_LOGGERS": ",".join(OWN_LOGGERS),
            "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",  # what is said before a run has begun has no page
            "PREFECT_WORKER_QUERY_SECONDS": "2",  # on loopback asking is cheap, and a run asked for by hand starts sooner
            "PYTHONUNBUFFERED": "1",
        }
        if self.settings.policy_file:
            own["LOANWATCH_POLICY"] = str(self.settings.policy_file)
        return os.environ | prefect_environment(self.settings) | own

    def start(self, name: str, *arguments: str) -> Child:
        command = [sys.executable, "-m", "prefect", *arguments]
        child = Child(name, command, self.environment(), self.settings.prefect, DEPLOYMENTS_FILE.parent)
        self.children.append(child)
        return child

    def wait_for(self, holds: Callable[[], bool], child: Child, what: str) -> None:
        """Waits until something holds; fails when the child that should bring it about has ended, or nothing happens for long."""
        deadline = time.monotonic() + _START_SECONDS
        while not holds():
            self.check()
            if child.exit_code is not None or time.monotonic() > deadline:
                ended = "did not get that far" if child.exit_code is None else f"ended with {child.exit_code}"
                raise LoanwatchError(f"{what}: {child.name} {ended}", where=str(child.log), remedy="read the end of that file")
            time.sleep(_POLL_SECONDS)


def _refuse_if_taken(settings: Settings, port: int) -> None:
    running = running_server(settings)
    if running:
        raise UsageError("`loanwatch up` runs for this home already", where=running, remedy="use that one, or end it first")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise UsageError(
                f"port {port} is taken by another program",
                expected="a free port on loopback",
                where=f"{LOOPBACK}:{port}",
                remedy=f"end that program, or choose another port: loanwatch up --port {port + 1}",
            ) from None


@contextmanager
def _listening_to_signals(up: Surroundings) -> Iterator[None]:
    """Turns signals into a note that every wait reads, so that none of them cuts a clean end short."""

    def note(number: int, _frame: FrameType | None) -> None:
        up.stopped_by = number

    before = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start_worker(up: Surroundings) -> Child:
    return up.start(
        "worker", "worker", "start", "--pool", POOL, "--type", "process", "--name", "loanwatch", "--no-create-pool-if-not-found"
    )


def _bring_up(up: Surroundings) -> tuple[Child, Child]:
    """Server, pool, deployments and worker, in that order; returns server and worker."""
    up.say("starting the Prefect server ...")
    server = up.start("server", "server", "start", "--host", LOOPBACK, "--port", str(up.api.port))
    up.wait_for(up.api.is_healthy, server, "the Prefect server does not start")
    running = {"api_url": up.api.api_url, "pid": os.getpid()}
    (up.settings.prefect / RUNNING_SERVER_FILE).write_text(json.dumps(running), encoding="utf-8")
    up.api.create_process_pool(POOL)
    abandoned = up.api.crash_abandoned_runs(POOL)
    if abandoned:
        up.say(f"{abandoned} run(s) had been cut short last time and are marked as crashed; run them again from the page below")
    up.say("deploying, and starting the worker ...")
    worker = _start_worker(up)
    deploy = up.start("deploy", "--no-prompt", "deploy", "--all", "--prefect-file", str(DEPLOYMENTS_FILE))
    up.wait_for(lambda: deploy.exit_code == 0, deploy, "the deployments cannot be made")
    up.wait_for(lambda: up.api.has_worker(POOL), worker, "the worker does not start")
    return server, worker


def _release_runs(up: Surroundings, server: Child) -> None:
    """A run whose process died with its worker would hold its deployment's only slot; one that lives on ends by itself."""
    if set(descendants(os.getpid())) <= {server.pid, *descendants(server.pid)}:
        abandoned = up.api.crash_abandoned_runs(POOL)
        if abandoned:
            up.say(f"{abandoned} run(s) had been cut short with it and are marked as crashed; run them again from the page")


def _watch(up: Surroundings, server: Child, worker: Child) -> None:
    """Until the user asks for the end: restarts a worker that has died. Raises when the server has."""
    while True:
        up.check()
        if server.exit_code is not None:
            raise LoanwatchError(
                f"the Prefect server ended with {server.exit_code}", where=str(server.log), remedy="read the end of that file"
            )
        if worker.exit_code is not None:
            up.say(f"the worker ended with {worker.exit_code} ({worker.log}); starting another")
            pause = time.monotonic() + _RESTART_SECONDS
            while time.monotonic() < pause:
                up.check()
                time.sleep(_POLL_SECONDS)
            _release_runs(up, server)
            worker = _start_worker(up)
        time.sleep(_POLL_SECONDS)


def _end(up: Surroundings) -> None:
    """Ends runs first, so that they can still report, then worker and server, then whatever is left."""
    up.say("stopping ...")
    for child in reversed(up.children):
        if child.name == "worker" and child.exit_code is None:
            end_descendants(child.pid, _END_RUNS_SECONDS)
        child.stop(_END_CHILD_SECONDS)
    if descendants(os.getpid()):
        end_descendants(os.getpid(), _END_RUNS_SECONDS)
    (up.settings.prefect / RUNNING_SERVER_FILE).unlink(missing_ok=True)
    up.say("stopped; nothing is left running")


def _announce(up: Surroundings, seconds: float) -> None:
    settings = up.settings
    up.say(f"ready after {seconds:.0f} s; Ctrl-C stops everything")
    up.say(f"  runs and schedules   {up.api.ui_url}")
    up.say(f"  deliveries go to     {settings.landing}")
    up.say(f"  decisions are in     {settings.snapshot}")
    up.say(f"  logs                 {settings.prefect}/*.log")
    if not settings.warehouse.exists():
        up.say("  this home is empty: `make nightly` fills it with a simulated portfolio and a first champion")


def run_up(settings: Settings, port: int, say: Callable[[str], None]) -> int:
    """Runs until a signal comes; returns the exit code, 128 and the signal's number.

    Raises:
        UsageError: the port is taken, or the home has a server already.
        LoanwatchError: a part does not start, or the server has died; the log is named.
    """
    _refuse_if_taken(settings, port)
    settings.prefect.mkdir(parents=True, exist_ok=True)
    prepare_tables(settings)
    adopt_orphans()
    up = Surroundings(settings, PrefectApi(port), say)
    started = time.monotonic()
    with _listening_to_signals(up):
        try:
            server, worker = _bring_up(up)
            _announce(up, time.monotonic() - started)
            _watch(up, server, worker)
        except _StoppedBySignal:
            pass
        finally:
            _end(up)
    return 128 + up.stopped_by
