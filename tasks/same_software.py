"""Whether a worker computes with what the process does that deals work out to it: libraries as loaded, and the project's code."""

from __future__ import annotations

from importlib.metadata import version

import lightgbm as lgb
import numpy as np
import polars as pl

from schemas.errors import VerificationError
from tasks.provenance import code_sha256
from warehouse.opening import duckdb_version

#: Asked as early as possible: files that are replaced later are not what this process runs.
CODE = code_sha256()[:16]
_LOADED = {"duckdb": duckdb_version(), "lightgbm": lgb.__version__, "polars": pl.__version__, "numpy": np.__version__}


def software(*more: str) -> str:
    """What has a say in the numbers, in one text; the project's code by its hash, as checkouts share a number."""
    libraries = (f"{name} {number}" for name, number in _LOADED.items())
    return ", ".join([f"loanwatch {version('loanwatch')} (code {CODE})", *more, *libraries])


def require_software(expected: str, *more: str) -> None:
    """To be asked on a worker.

    Raises:
        VerificationError: it would compute with something else.
    """
    found = software(*more)
    if found != expected:
        raise VerificationError(
            f"this worker would compute with {found}",
            expected=expected,
            where="a worker's environment",
            remedy="install the same Loanwatch and versions (requirements.lock) on every worker, start the workers again, "
            "and run the command again",
        )
