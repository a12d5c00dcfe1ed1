"""What Prefect finds in its environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from flows.prefect_api import PrefectApi
from flows.prefect_settings import RUNNING_SERVER_FILE, prefect_environment, running_server
from flows.up import Surroundings
from schemas.settings import Settings


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)


def test_telemetry_is_off_and_state_is_in_the_home_whatever_the_surroundings_say(
    bare: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "true")
    monkeypatch.setenv("PREFECT_HOME", "elsewhere")
    found = prefect_environment(settings)
    assert found["DO_NOT_TRACK"] == "1"
    assert found["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert found["PREFECT_HOME"] == str(settings.home / "prefect")
    assert found["PREFECT_RESULTS_DEFAULT_SERIALIZER"] == "json"
    assert found["PREFECT_RUNNER_AUTO_INSTALL_DEPENDENCIES"] == "false"


def test_loopback_is_reached_without_the_proxy_of_the_surroundings(
    bare: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "bank.example")
    assert prefect_environment(settings)["NO_PROXY"].split(",") == ["bank.example", "127.0.0.1", "localhost"]


def test_the_server_of_up_is_used_while_it_lives_and_only_then(bare: None, settings: Settings) -> None:
    assert "PREFECT_API_URL" not in prefect_environment(settings)
    settings.prefect.mkdir(parents=True)
    note = settings.prefect / RUNNING_SERVER_FILE
    note.write_text(json.dumps({"api_url": "http://127.0.0.1:4200/api", "pid": os.getpid()}))
    assert prefect_environment(settings)["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    note.write_text(json.dumps({"api_url": "http://127.0.0.1:4200/api", "pid": ended.pid}))
    assert running_server(settings) is None


def test_a_worker_keeps_the_server_that_it_was_given(bare: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9999/api")
    assert "PREFECT_API_URL" not in prefect_environment(settings)


def test_prefect_itself_understands_every_setting(bare: None, settings: Settings) -> None:
    code = (
        "from prefect.settings import get_current_settings as read; s = read(); "
        "print(s.results.default_serializer, s.server.analytics_enabled, s.server.ephemeral.startup_timeout_seconds, "
        "s.server.api.host, s.runner.auto_install_dependencies, s.home, "
        "s.logging.level, s.server.logging_level, s.server.api.cors_allowed_origins)"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | prefect_environment(
        settings
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert shown == ["json", "False", "60", "127.0.0.1", "False", str(settings.prefect), "WARNING", "WARNING", "http://127.0.0.1"]


def test_a_run_of_a_worker_sends_our_lines_to_its_page(bare: None, settings: Settings) -> None:
    code = (
        "import logging, prefect, flows.simulate_day; from prefect.logging.handlers import APILogHandler\n"
        "for name in ('flows', 'tasks', 'warehouse', 'reports'):\n"
        "    logger = logging.getLogger(name); handlers = [h for h in logger.handlers if isinstance(h, APILogHandler)]\n"
        "    print(logger.getEffectiveLevel(), len(handlers), len(logger.handlers))"
    )
    environment = Surroundings(settings, PrefectApi(4200), print).environment()
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout
    assert shown.splitlines() == ["20 1 1"] * 4
