"""What Prefect finds in its environment, set before it is imported: its state inside the home, loopback only, no telemetry."""

from __future__ import annotations

import json
import os
from pathlib import Path

from schemas.settings import Settings
from warehouse.holder import process_lives

#: Address of the server that `loanwatch up` runs for a home, present while it runs.
RUNNING_SERVER_FILE = "server.json"
LOOPBACK = "127.0.0.1"

#: Holds whatever the surroundings say: nobody is told what runs here, and no pickle is written.
_ALWAYS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    "PREFECT_SERVER_API_HOST": LOOPBACK,
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{LOOPBACK}",  # its own is *: any page in a browser could start runs
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_RUNNER_AUTO_INSTALL_DEPENDENCIES": "false",  # else a worker that finds uv installs from the network before each run
}

#: Holds unless the surroundings say otherwise (a worker raises the logging level, a slow machine the time-out).
_DEFAULTS = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "60",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    "PREFECT_CLI_PROMPT": "false",
}


def running_server(settings: Settings) -> str | None:
    """The API address of the server that `loanwatch up` runs for this home now, if it does."""
    try:
        found = json.loads((settings.prefect / RUNNING_SERVER_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return str(found["api_url"]) if process_lives(int(found["pid"])) else None


def _without_proxy() -> str:
    """The hosts that are reached directly: those of the surroundings, and loopback, which no proxy can reach."""
    named = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    return ",".join(dict.fromkeys([*filter(None, named.split(",")), LOOPBACK, "localhost"]))


def prefect_environment(settings: Settings) -> dict[str, str]:
    """The variables that Prefect needs for this home, without those that the surroundings may and do set themselves."""
    environment = dict(_ALWAYS)
    environment["PREFECT_HOME"] = str(settings.prefect)
    environment["NO_PROXY"] = environment["no_proxy"] = _without_proxy()
    environment |= {name: value for name, value in _DEFAULTS.items() if name not in os.environ}
    server = running_server(settings)
    if server and "PREFECT_API_URL" not in os.environ:
        environment["PREFECT_API_URL"] = server
    return environment


def configure_prefect(settings: Settings, *, quiet: bool = False) -> None:
    """Sets Prefect's environment for this process and its children; to be called before anything imports Prefect.

    `quiet` keeps Prefect's log off the terminal, where a command tells its own errors; its run history has it all the same.

    With a server of `loanwatch up` running for the home, runs are recorded there; else Prefect starts one of its own for
    the time of the run, in the same state folder.
    """
    Path(settings.prefect).mkdir(parents=True, exist_ok=True)
    os.environ.update(prefect_environment(settings))
    if quiet:
        os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
