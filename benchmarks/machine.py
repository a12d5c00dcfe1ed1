"""On what a record was made: the machine, and the libraries that matter for speed."""

from __future__ import annotations

import os
import platform
from importlib import metadata

LIBRARIES = (
    "duckdb", "polars", "pandas", "numpy", "pyarrow", "lightgbm", "pandera", "evidently", "prefect", "mlflow", "lleaves",
    "llvmlite", "woodelf-explainer", "distributed",
)  # fmt: skip


def machine() -> str:
    """Cores, memory, system and Python."""
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {_memory_gb():.0f} GB, {platform.system()} {platform.machine()}, {python}"


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def versions() -> dict[str, str]:
    """Of the libraries that matter for speed, where they are installed."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
