"""A Prefect server that ends with the process that started it: `python -m flows.server_child PARENT_PID PORT`."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Ends this process with that one, also where that is killed (Linux); at once, where it has gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)


def main() -> None:
    """Serves on loopback until it is told to end."""
    end_with_parent(int(sys.argv[1]))
    from flows.loading import loading
    from flows.prefect_settings import LOOPBACK

    with loading():
        import prefect.server.api.server  # noqa: F401  what the factory below is in
        import uvicorn

    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host=LOOPBACK,
        port=int(sys.argv[2]),
        log_level="error",
        lifespan="on",
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
