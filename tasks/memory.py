"""How much freed memory a long run keeps."""

from __future__ import annotations

import ctypes

#: Of mallopt(3).
_M_ARENA_MAX = -8
_ARENAS = 2


def share_freed_memory() -> None:
    """Lets the threads of this process share what they have freed, where the C library is glibc; elsewhere does nothing.

    It gives threads arenas of their own, up to eight for each core, and what is freed in one serves no other. A night works with
    threads that come and go, and large frames: without this it grew by 20 MB for every 40,000 applications.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
