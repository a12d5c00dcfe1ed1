"""Modules that others would load for nothing, kept from them while they load."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def absent(*modules: str) -> Iterator[None]:
    """Lets imports within find no such modules, unless they are loaded. Whoever imports them later finds them.

    For libraries that do without what is not installed, and load it for half a second where it is.
    """
    hidden = [module for module in modules if module not in sys.modules]
    for module in hidden:
        sys.modules[module] = None  # type: ignore[assignment] # Python's own way to say that there is none
    try:
        yield
    finally:
        for module in hidden:
            sys.modules.pop(module, None)
