"""A command that is stopped says so with its exit code, and the next run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from schemas.settings import Settings

_SLOW = """
import sys
from flows.cli import main
from schemas.settings import read_settings
from warehouse.connection import open_warehouse
import click

@click.command()
def slow():
    with open_warehouse(read_settings()) as connection:
        sys.stdout.write("ready\\n"); sys.stdout.flush()
        while True:
            connection.execute("SELECT sum(i) FROM range(20000000) AS t(i)").fetchall()

main.cli.get_command = lambda ctx, name: slow
main.main()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_in_the_middle_of_a_query_gives_its_exit_code_and_no_traceback(
    settings: Settings, number: signal.Signals, code: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _SLOW, "slow"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"LOANWATCH_HOME": str(settings.home)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.3)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in errors
    assert "stopped" in errors


_FEATURES = """
import sys
import polars as pl
import warehouse.features as features
from flows.cli import main
from schemas.features import feature_set
from schemas.settings import read_settings
from warehouse.connection import open_warehouse
import click

def endless(connection, **_):
    sys.stdout.write("ready\\n"); sys.stdout.flush()
    connection.execute("SELECT sum(i) FROM range(1000000000000) AS t(i)").fetchall()

@click.command()
def slow():
    features._of_applications = features._of_history = endless
    with open_warehouse(read_settings()) as connection:
        features.compute_features(connection, feature_set({}, []), pl.DataFrame({"application_id": [1], "batch_id": [1]}))

main.cli.get_command = lambda ctx, name: slow
main.main()
"""


@pytest.mark.parametrize("n_signals", [1, 2])
def test_a_signal_ends_statements_of_other_threads_too(settings: Settings, n_signals: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _FEATURES, "slow"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"LOANWATCH_HOME": str(settings.home)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.3)
        for _ in range(n_signals):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "Traceback" not in errors
    assert "terminate called" not in errors
