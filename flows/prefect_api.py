"""The few questions that `loanwatch up` asks the Prefect server on loopback, without importing Prefect."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection, HTTPException
from typing import Any

from flows.prefect_settings import LOOPBACK
from schemas.errors import LoanwatchError

_TIMEOUT_SECONDS = 60.0  # a server that has just started, on a busy machine, has taken more than ten
_CONFLICT = 409
#: The server's database was locked and nothing was done: with SQLite and deployments, worker and schedules at once that happens.
_BUSY = 503
_TRIES_WHILE_BUSY = 8
_BUSY_SECONDS = 0.5
_FIRST_ERROR = 400


class PrefectApi:
    """A Prefect server on loopback. A direct connection: a proxy of the surroundings has no part in it."""

    def __init__(self, port: int, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self.port, self._timeout_seconds = port, timeout_seconds

    @property
    def api_url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/api"

    @property
    def ui_url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Status and decoded answer. Raises OSError or HTTPException if the server does not answer."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=self._timeout_seconds)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, f"/api{path}", content, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The decoded answer. Raises LoanwatchError if the server refuses or does not answer in time."""
        try:
            status, answer = self._request_patiently(method, path, body)
        except (OSError, HTTPException) as error:
            raise LoanwatchError(
                f"the Prefect server does not answer: {type(error).__name__}", where=f"{method} {self.api_url}{path}"
            ) from error
        self._require_success(status, method, path)
        return answer

    def _request_patiently(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, Any]:
        """Asks again while the server is busy; its last answer counts."""
        for _ in range(_TRIES_WHILE_BUSY - 1):
            status, answer = self.request(method, path, body)
            if status != _BUSY:
                return status, answer
            time.sleep(_BUSY_SECONDS)
        return self.request(method, path, body)

    def _require_success(self, status: int, method: str, path: str) -> None:
        if status >= _FIRST_ERROR:
            raise LoanwatchError(f"the Prefect server refused with {status}", where=f"{method} {self.api_url}{path}")

    def is_healthy(self) -> bool:
        try:
            status, answer = self.request("GET", "/health")
        except (OSError, HTTPException, json.JSONDecodeError):
            return False
        return status < _FIRST_ERROR and answer is True

    def create_process_pool(self, name: str) -> None:
        """Creates the work pool unless it exists; the worker fills in its job template."""
        status, _ = self.request("POST", "/work_pools/", {"name": name, "type": "process", "base_job_template": {}})
        if status != _CONFLICT:
            self._require_success(status, "POST", "/work_pools/")

    def has_worker(self, pool: str) -> bool:
        """Whether a worker of the pool reports for work."""
        workers = self.call("POST", f"/work_pools/{pool}/workers/filter", {})
        return any(worker["status"] == "ONLINE" for worker in workers)

    def crash_abandoned_runs(self, pool: str) -> int:
        """Marks runs of the pool that no worker can be working on as crashed, and returns how many.

        To be called when no worker runs. Otherwise they would hold their deployment's only slot for ever.
        """
        states = {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}
        abandoned = self.call(
            "POST", "/flow_runs/filter", {"flow_runs": {"state": states}, "work_pools": {"name": {"any_": [pool]}}}
        )
        for run in abandoned:
            state = {"type": "CRASHED", "message": "The worker was stopped before this run had ended."}
            self.call("POST", f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
        return len(abandoned)
