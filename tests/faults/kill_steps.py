"""What the kill harness runs and kills: the steps of a home as plain functions, and the named boundaries inside them.

Each scenario may be run again after a kill, like the command it stands for. To add one: a function of Settings in SCENARIOS.
"""

from __future__ import annotations

import functools
import os
import pathlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

import tasks.ingest
import tasks.monitor
import tasks.night
import tasks.notify
import tasks.score
import warehouse.connection
from schemas.channels import AlertSettings
from schemas.parameters import Candidate, RetrainParameters
from schemas.settings import Settings
from tasks import monitor, night, promotion
from tasks.backup import back_up_night
from tasks.core.alert_messages import Message, delivery_token
from tasks.drift_report import write_reports
from tasks.notify import deliver_pending
from tasks.retrain import retrain
from tasks.simulate import simulate_deliveries
from tests.alerting import finding, judge
from tests.versions import add_challenger, add_gate
from warehouse.connection import open_warehouse, transaction
from warehouse.migrations import shipped_migrations
from warehouse.registry import record_promotion

DAY = date(2026, 7, 1)
SENT = "sent.txt"
DESK = AlertSettings.model_validate({"channels": [{"name": "desk", "kind": "slack", "url": "env:DESK"}]})

Step = Callable[[Settings], None]


def run_night(settings: Settings) -> None:
    """The steps of `run_night_steps`, without Prefect and in small chunks."""
    small = replace(settings, chunk_rows=8)
    with night.hold_warehouse(small):
        with night.recorded_run(small, "nightly", DAY) as run:
            night.require_ready(small, DAY)
            run.deliveries = night.take_in(small, DAY)
            run.scores = [night.score_delivery(small, batch) for batch in night.find_pending(small, DAY)]
            run.warnings = night.check_warehouse(small)
            run.snapshot = str(night.publish(small, run.run_id, DAY))
        back_up_night(small)


def run_drift(settings: Settings) -> None:
    """The steps of `run_monitor_steps` but the documents."""
    with night.hold_warehouse(settings), night.recorded_run(settings, "drift", DAY) as run:
        monitor.measure(settings, DAY)
        monitor.raise_all(settings, DAY)
        night.publish(settings, run.run_id, DAY)


def draw_reports(settings: Settings) -> None:
    """The documents of a measured day."""
    write_reports(settings, DAY)


def challenger_of(settings: Settings) -> str:
    """The newer one of the two versions of the prepared home."""
    return max(folder.name for folder in settings.models.iterdir())


def promote(settings: Settings) -> None:
    """As when a person's answer is taken up: a promotion that was made before counts."""
    promotion.approve_once(settings, challenger_of(settings), approved_by="Q", reason="harness")


def deliver(settings: Settings) -> None:
    """To a receiver that writes down what it takes; it knows a repeated delivery by its token."""

    def send(_channel: object, message: Message) -> None:
        lines = "".join(f"{delivery.alert_id} {delivery_token(delivery)}\n" for delivery in message.deliveries)
        with (settings.home / SENT).open("a", encoding="utf-8") as file:
            file.write(lines)

    deliver_pending(settings, DESK, {"slack": send})


def back_up(settings: Settings) -> None:
    """As after a night in which something has changed."""
    back_up_night(settings)


def migrate(settings: Settings) -> None:
    """Opening a warehouse of the first schema."""
    with open_warehouse(settings):
        pass


#: scenario -> step, and the scenario whose finished home it begins with ("" for the prepared one)
SCENARIOS: dict[str, tuple[Step, str]] = {
    "night": (run_night, ""),
    "promotion": (promote, ""),
    "drift": (run_drift, "night"),
    "reports": (draw_reports, "drift"),
    "alerts": (deliver, "alerted"),
    "backup": (back_up, "changed"),
    "migration": (migrate, "old"),
}


def prepare(settings: Settings) -> None:
    """A home with a champion, a challenger that is a copy of it, and two days of applicants that are not taken in yet."""
    quick = {"learning_rate": 0.5, "num_leaves": 4, "min_data_in_leaf": 50, "max_trees": 20}
    simulate_deliveries(settings, days=1, per_day=500, seed=1, until=date(2026, 3, 1), new_days=0)
    # outcomes come with a later day
    simulate_deliveries(settings, days=1, per_day=0, seed=1, until=DAY - timedelta(days=1), new_days=0)
    asked = RetrainParameters(maturity_days=60, candidates=(Candidate.LIGHTGBM,), search_trials=0, parameters=quick)
    retrain(settings, DAY - timedelta(days=1), asked)
    add_challenger_and_days(settings)


def add_challenger_and_days(settings: Settings) -> None:
    """To a home with a champion."""
    version = add_challenger(settings)
    with open_warehouse(settings) as connection:
        add_gate(connection, version)
    simulate_deliveries(settings, days=1, per_day=20, seed=3, until=DAY, new_days=1)


def prepare_alerted(settings: Settings) -> None:
    """Alerts in the outbox, nothing sent yet."""
    with open_warehouse(settings) as connection:
        judge(connection, 0, [finding(f"feature_{number:02d}") for number in range(12)], settings=DESK)


def prepare_changed(settings: Settings) -> None:
    """One backup, and a change since."""
    back_up_night(settings)
    with open_warehouse(settings) as connection, transaction(connection):
        record_promotion(connection, challenger_of(settings), kind="promotion", approved_by="Q", reason="harness")


def prepare_old(settings: Settings) -> None:
    """A warehouse of the first released schema, with a delivery on record."""
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.warehouse.unlink(missing_ok=True)
    first = shipped_migrations()[0]
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(first.text)
        values = [first.version, first.name, first.sha256]
        connection.execute("INSERT INTO ops.migrations_v1 VALUES (?, ?, ?, now()::TIMESTAMP)", values)
        batch = "(2026063001, DATE '2026-06-30', 1, 'x', 'nightly', false, NULL, 3, now()::TIMESTAMP)"
        connection.execute(f"INSERT INTO ops.batches_v1 VALUES {batch}")


PREPARATIONS: dict[str, Step] = {"alerted": prepare_alerted, "changed": prepare_changed, "old": prepare_old}


class Boundaries:
    """Counts the boundaries that a run passes, before and after each; at the one that is named the process kills itself."""

    def __init__(self, kill_at: int | None = None) -> None:
        self.kill_at, self.passed = kill_at, list[str]()

    def hit(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) - 1 == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.hit(f"before {name}")
            found = function(*args, **kwargs)
            self.hit(f"after {name}")
            return found

        return wrapped

    def watch(self) -> None:
        """Wraps the named steps, transactions, and everything that gives a file its name or puts it on disk."""
        for module, name in _STEPS:
            setattr(module, name, self.around(name, getattr(module, name)))
        for owner, name in _FILES:
            setattr(owner, name, self.around(name, getattr(owner, name)))
        original = warehouse.connection.transaction

        @contextmanager
        def watched(connection: Any) -> Iterator[Any]:
            self.hit("before BEGIN")
            with original(connection):
                yield connection
                self.hit("before COMMIT")
            self.hit("after COMMIT")

        for module in [module for name, module in sys.modules.items() if name.split(".")[0] in {"tasks", "warehouse"}]:
            if getattr(module, "transaction", None) is original:
                module.transaction = watched  # type: ignore[attr-defined]


_STEPS: list[tuple[Any, str]] = [
    (tasks.night, "take_in"),
    (tasks.night, "score_delivery"),
    (tasks.night, "check_warehouse"),
    (tasks.night, "publish"),
    (tasks.ingest, "ingest_delivery"),
    (tasks.score, "write_chunk"),
    (tasks.monitor, "measure_drift"),
    (tasks.monitor, "raise_drift_alerts"),
    (tasks.notify, "begin_attempt"),
    (tasks.notify, "end_attempt"),
]
_FILES: list[tuple[Any, str]] = [
    (os, "fsync"),
    (pathlib.Path, "replace"),
    (pathlib.Path, "unlink"),
    (shutil, "copyfile"),
    (shutil, "rmtree"),
    (subprocess, "run"),
]


def sent_tokens(home: Path) -> dict[str, set[str]]:
    """What the receiver took, by alert: its tokens."""
    found: dict[str, set[str]] = {}
    if (home / SENT).exists():
        for line in (home / SENT).read_text(encoding="utf-8").splitlines():
            alert, token = line.split(" ", 1)
            found.setdefault(alert, set()).add(token)
    return found
