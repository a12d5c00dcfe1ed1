"""Progress of long steps: a function to call with (done, of, detail); in a flow it becomes a line of the log now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from logging import getLogger

logger = getLogger(__name__)

OnProgress = Callable[[int, int, str], None]

_EVERY_SECONDS = 5.0


def logged_progress(what: str) -> OnProgress:
    """Logs at most every five seconds."""
    said_at = time.monotonic()

    def on_progress(done: int, of: int, detail: str) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= _EVERY_SECONDS:
            logger.info("%s: %s of %s, %s", what, f"{done:,}", f"{of:,}", detail)
            said_at = time.monotonic()

    return on_progress
