"""On what a record was made: the machine, the libraries that matter for speed, and the code."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent

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


def code() -> str:
    """The commit whose code is measured, with "and changes" where files differ from it; empty where git knows of none.

    Results and pages made of them do not count as changes: the benchmarks before this one wrote them.
    """
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return ""
    commit = _said_by(git, "rev-parse", "--short", "HEAD")
    if not commit:
        return ""
    changed = _said_by(git, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!benchmarks/results", ":!docs")
    return f"{commit} and changes" if changed else commit


def _said_by(git: str, *arguments: str) -> str:
    said = subprocess.run([git, "-C", str(ROOT), *arguments], check=False, capture_output=True, text=True)
    return said.stdout.strip() if said.returncode == 0 else ""
