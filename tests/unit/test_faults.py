"""What is told about a fault: its type and place, never its text."""

from __future__ import annotations

import traceback

import numpy as np
import pytest

from schemas.errors import LoanwatchError, NoChampionError
from tasks.core.importing import mix
from tasks.faults import values_withheld

CANARY = "Kanarienvogel"


@values_withheld()
def _mixed(keys: list[object]) -> int:
    return len(mix(np.array(keys)))


def test_the_error_of_a_library_is_told_without_its_text() -> None:
    assert _mixed([1, 2]) == 2
    with pytest.raises(ValueError, match=CANARY):
        mix(np.array([CANARY]))
    with pytest.raises(LoanwatchError, match=r"builtins\.ValueError") as raised:
        _mixed([CANARY])
    told = "".join(traceback.format_exception(raised.value))
    assert CANARY not in told
    assert raised.value.where.startswith("tasks/core/importing.py, line ")
    assert "return len(mix(np.array(keys)))" in told  # the stack is still there


@pytest.mark.parametrize("error", [NoChampionError("none"), PermissionError(13, "no"), KeyboardInterrupt(), SystemExit(3)])
def test_own_errors_those_of_the_system_and_signals_pass(error: BaseException) -> None:
    with pytest.raises(type(error)) as raised, values_withheld():
        raise error
    assert raised.value is error
