"""A process that is killed at any step of a change of champion leaves the old champion whole, or the new one."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from schemas.settings import Settings
from tasks.drift import measure_drift
from tasks.gate import next_champion_and_policy
from tasks.promotion import act_and_publish, promote, rollback
from tasks.versions import read_version
from tests.conftest import settings_of
from tests.contents import snapshot_hashes
from tests.versions import APPROVER, champions, line_of_versions
from warehouse.connection import open_warehouse
from warehouse.outbox import pending
from warehouse.publication import publish_snapshot

DAY = date(2026, 6, 30)

#: Steps in the order in which they are taken; up to and with `_announced` nothing is committed yet.
BEFORE_COMMIT = (
    "tasks.promotion.read_version",
    "tasks.promotion.require_references",
    "tasks.promotion.standing_gate",
    "tasks.promotion.record_promotion",
    "tasks.promotion.record_review",
    "tasks.promotion.enqueue",
    "tasks.promotion._announced",
)
AFTER_COMMIT = ("tasks.promotion.publish", "warehouse.publication.fsync", "tasks.night.end_run")


def _then_killed(step: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    """The step is taken, and the process ends before anything else can be done."""
    step(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)


def _act(home: Path, act: Callable[[Settings], object], step: str) -> None:
    """In a process of its own: the change, killed right after the step."""
    name, attribute = step.rsplit(".", 1)
    module = importlib.import_module(name)
    setattr(module, attribute, partial(_then_killed, getattr(module, attribute)))
    act_and_publish(settings_of(home), "promote", lambda: act(settings_of(home)))


def _promote(settings: Settings, version: str) -> object:
    return promote(settings, version, approved_by=APPROVER, reason="better")


def _rollback(settings: Settings) -> object:
    return rollback(settings, by=APPROVER, reason="worse")


def killed(settings: Settings, act: Callable[[Settings], object], step: str) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tasks.promotion", "tests.versions"])
    process = context.Process(target=_act, args=(settings.home, act, step))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL


def champion_is_whole(settings: Settings) -> str:
    """The champion after a crash: registry, files, threshold and reference say the same, and its drift can be measured."""
    with open_warehouse(settings) as connection:
        champion, _ = next_champion_and_policy(connection)
        assert read_version(settings, champion).model.manifest.threshold == champion.threshold
        assert measure_drift(connection, settings, DAY).model_version == champion.model_version
        roles = connection.execute("SELECT count(*) FILTER (WHERE role = 'champion') FROM marts.models").fetchone()
        assert roles == (1,)
        n_events = connection.execute("SELECT count(*) FROM registry.promotions WHERE kind <> 'bootstrap'").fetchone()
        assert n_events == (len(pending(connection, "event")),) == (len(pending(connection, "mlflow")),)
    return champion.model_version


@pytest.mark.parametrize("step", BEFORE_COMMIT)
def test_killed_before_the_commit_the_old_champion_is_whole_and_the_promotion_can_be_done_again(
    settings: Settings, step: str
) -> None:
    first, second = line_of_versions(settings)
    killed(settings, partial(_promote, version=second), step)
    assert champions(settings) == [("bootstrap", first)]
    assert champion_is_whole(settings) == first
    _promote(settings, second)
    assert champion_is_whole(settings) == second


@pytest.mark.parametrize("step", AFTER_COMMIT)
def test_killed_after_the_commit_the_new_champion_is_whole_and_readers_keep_their_snapshot(settings: Settings, step: str) -> None:
    first, second = line_of_versions(settings)
    with open_warehouse(settings) as connection:
        publish_snapshot(connection, settings, "before", DAY)
    before = snapshot_hashes(settings)
    killed(settings, partial(_promote, version=second), step)
    assert champions(settings) == [("bootstrap", first), ("promotion", second)]
    assert champion_is_whole(settings) == second
    is_published = step != "warehouse.publication.fsync"
    assert (snapshot_hashes(settings) != before) == is_published


@pytest.mark.parametrize("step", ["tasks.promotion.read_version", "tasks.promotion.record_promotion", "tasks.promotion.publish"])
def test_killed_in_a_rollback_one_of_the_two_champions_is_whole(settings: Settings, step: str) -> None:
    first, second = line_of_versions(settings)
    _promote(settings, second)
    killed(settings, _rollback, step)
    assert champion_is_whole(settings) == (first if step in AFTER_COMMIT else second)
