"""The Prefect server of a command for which none runs: started first of all, so that it starts while everything else is loaded.

Prefect itself would start one at the first call of a flow and wait; that is when this one is ready, or nearly.
"""

from __future__ import annotations

import atexit
import os
import socket
import sys
import time
from pathlib import Path

from flows.prefect_api import PrefectApi
from flows.prefect_settings import LOOPBACK, configure_prefect
from flows.prefect_tables import prepare_tables
from flows.processes import Child
from schemas.errors import LoanwatchError, ResourceError
from schemas.settings import Settings

_START_SECONDS = 60.0
_TIMEOUT = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"
_POLL_SECONDS = 0.05
_END_SECONDS = 5.0
_NAME = "temporary-server"
_ON_LATE = (
    "nothing was begun: run the command again when the machine is less busy, let it use the server of `loanwatch up`, or raise "
    f"{_TIMEOUT}"
)

#: What Prefect's own temporary server runs with: no pages, and only the services that a single run needs. Types of blocks are
#: entered by the server of `loanwatch up`, or by whoever makes a block; a run only loads blocks that were made. No memo, for it
#: would say that they were entered.
_EPHEMERAL = {
    "PREFECT_UI_ENABLED": "0",
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
}


class TemporaryServer:
    """A server for the time of one command, or the one that runs already."""

    def __init__(self, child: Child | None, api: PrefectApi | None) -> None:
        """Without a child: one runs already, and nothing is to be waited for."""
        self._child, self._api = child, api

    def wait(self) -> None:
        """Until it answers; to be called before the first flow.

        Raises:
            LoanwatchError: it has ended by itself; its log is named.
            ResourceError: the machine was too busy for it to answer in time.
        """
        if self._child is None or self._api is None:
            return
        deadline = time.monotonic() + float(os.environ.get(_TIMEOUT) or _START_SECONDS)
        while not self._api.is_healthy():
            if self._child.exit_code is not None:
                ended = f"the temporary Prefect server ended with {self._child.exit_code}"
                raise LoanwatchError(ended, where=str(self._child.log), remedy="read the end of that file")
            if time.monotonic() > deadline:
                raise ResourceError(
                    "Prefect's temporary server did not come up in time", where=str(self._child.log), remedy=_ON_LATE
                )
            time.sleep(_POLL_SECONDS)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _start(settings: Settings) -> tuple[Child, PrefectApi]:
    api = PrefectApi(_free_port())
    command = [sys.executable, "-m", "flows.server_child", str(os.getpid()), str(api.port)]
    (settings.prefect / f"{_NAME}.log").unlink(missing_ok=True)
    prepare_tables(settings)
    return Child(_NAME, command, os.environ | _EPHEMERAL, settings.prefect, Path(settings.prefect)), api


def prefect_at_hand(settings: Settings, *, quiet: bool = False) -> TemporaryServer:
    """Configures Prefect for the home, and starts a server where none runs; it ends with this process.

    To be called before anything imports Prefect; `wait` on what it gives before the first flow is called. Where Prefect was
    imported before, as in a process that runs several commands, it has its server already or sees to one itself.
    """
    configure_prefect(settings, quiet=quiet)
    if "PREFECT_API_URL" in os.environ or "prefect" in sys.modules:
        return TemporaryServer(None, None)
    child, api = _start(settings)
    os.environ["PREFECT_API_URL"] = api.api_url
    atexit.register(child.stop, _END_SECONDS)  # before any of Prefect's own, hence after them: they send the last log lines
    return TemporaryServer(child, api)
