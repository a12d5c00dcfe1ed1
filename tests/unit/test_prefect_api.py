"""What `loanwatch up` asks the Prefect server, while that is busy."""

from __future__ import annotations

from typing import Any

import pytest

from flows import prefect_api
from flows.prefect_api import PrefectApi
from schemas.errors import LoanwatchError


def answering(statuses: list[int], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every request is answered by the next status; returns the paths that were asked for."""
    asked: list[str] = []

    def request(_: PrefectApi, _method: str, path: str, _body: dict[str, Any] | None = None) -> tuple[int, Any]:
        asked.append(path)
        return statuses[min(len(asked), len(statuses)) - 1], {"n": len(asked)}

    monkeypatch.setattr(PrefectApi, "request", request)
    monkeypatch.setattr(prefect_api, "_BUSY_SECONDS", 0.0)
    return asked


def test_a_busy_server_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering([503, 503, 201], monkeypatch)
    assert PrefectApi(1).call("POST", "/x") == {"n": 3}
    assert asked == ["/x"] * 3


def test_one_that_stays_busy_is_told_and_a_refusal_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering([503], monkeypatch)
    with pytest.raises(LoanwatchError, match="refused with 503"):
        PrefectApi(1).call("POST", "/x")
    assert len(asked) == 8
    asked = answering([422], monkeypatch)
    with pytest.raises(LoanwatchError, match="refused with 422"):
        PrefectApi(1).call("POST", "/x")
    assert len(asked) == 1
