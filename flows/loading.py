"""Loading what stays until the end, without looking for garbage in it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """For imports: Python would search all that was loaded again and again, for a quarter of the time, and find nothing.

    Nor is it searched later on: what is there at the end counts as permanent.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
