"""Loading what stays until the end: without looking for garbage in it, and with memory that is given back."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from schemas.absent import absent

#: `M_ARENA_MAX` of glibc's malloc.h.
_ARENA_MAX = -8
_ARENAS = 2


def share_arenas() -> None:
    """Lets glibc keep two pools of memory instead of eight per core: what one thread gives back, another then finds.

    Each pool holds on to what it has: a night of 300,000 applications keeps 0.2 GB less. To be called before there are threads,
    for pools that exist stay. Without glibc nothing is done.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)


@contextmanager
def loading() -> Iterator[None]:
    """For imports: Python would search all that was loaded again and again, for a quarter of the time, and find nothing.

    Nor is it searched later on: what is there at the end counts as permanent. Threads that begin later share their memory.
    """
    share_arenas()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


@contextmanager
def loading_a_night() -> Iterator[None]:
    """`loading`, for processes that score and never train: LightGBM would load scikit-learn to wrap models in.

    That is a second of the three that the imports of a night take. Models sum their trees without; what the wrappers
    are needed for, LightGBM's own Dask training, is not to be found in such a process.
    """
    with loading():
        with absent("sklearn"):
            import lightgbm  # noqa: F401  what is imported within finds it loaded
        yield
        # What would else be loaded by the first flow and the first bad row, when the server that is started meanwhile is up.
        for name in ("prefect.flow_engine", "prefect.task_engine", "fastapi.encoders", "schemas.frames"):
            import_module(name)
