"""LightGBM's predictions in several threads: those that would spoil each other's memory never overlap."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import lightgbm as lgb
import numpy as np
import pytest

from tasks.core.encoding import to_matrix
from tasks.core.reasons import contributions
from tasks.core.scoring import Model, predict_raw
from tasks.core.turns import Turns
from tests.model_rows import model, training_frame

Call = Callable[[Model, Any], Any]


class _Watched:
    """A booster that notes which kinds of calls run at the same time."""

    def __init__(self, booster: lgb.Booster) -> None:
        self._booster = booster
        self._lock = threading.Lock()
        self._running: list[str] = []
        self.seen: set[frozenset[str]] = set()
        self.most = 0

    def predict(self, matrix: Any, **options: Any) -> Any:
        kind = "contributions" if options.get("pred_contrib") else f"raw, {options.get('num_threads', 'all')}"
        with self._lock:
            self._running.append(kind)
            self.seen.add(frozenset(self._running))
            self.most = max(self.most, len(self._running))
        time.sleep(0.01)
        found = self._booster.predict(matrix, **options)
        with self._lock:
            self._running.remove(kind)
        return found


def _raw(threads: int | None) -> Call:
    return lambda item, matrix: predict_raw(item.booster, matrix, threads)


def _in_threads(calls: list[Call]) -> _Watched:
    watched = _Watched(model().booster)
    item = replace(model(), booster=cast("lgb.Booster", watched))
    matrix = to_matrix(training_frame(20), model().encoding)
    alone = [call(model(), matrix) for call in calls]
    with ThreadPoolExecutor(len(calls)) as pool:
        for _ in range(5):
            together = list(pool.map(lambda call: call(item, matrix), calls))
            assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
    return watched


@pytest.mark.parametrize("other", [contributions, _raw(None)], ids=["contributions", "on all cores"])
def test_predictions_with_other_numbers_of_threads_never_run_together(other: Call) -> None:
    watched = _in_threads([_raw(1), other, _raw(1), other])
    assert len(watched.seen) == 2
    assert all(len(kinds) == 1 for kinds in watched.seen)


def test_contributions_of_one_booster_are_worked_out_one_after_the_other() -> None:
    assert _in_threads([contributions, contributions]).most == 1


def test_predictions_on_one_thread_each_run_together() -> None:
    assert _in_threads([_raw(1)] * 4).most > 1


def test_a_turn_ends_where_its_work_fails() -> None:
    turns = Turns()
    for turn in (turns.alone, turns.together, turns.alone):
        with pytest.raises(ZeroDivisionError), turn():
            raise ZeroDivisionError
