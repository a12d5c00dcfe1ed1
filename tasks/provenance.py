"""Where a model comes from: who asked, with which code, and the command that makes it again."""

from __future__ import annotations

import getpass
import os
import shlex
import subprocess
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from schemas.parameters import RetrainParameters

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("loanwatch", "lightgbm", "scikit-learn", "optuna", "imbalanced-learn", "numpy", "polars", "duckdb")
#: Said elsewhere on the command line, or without a say in the model.
_NOT_SET = frozenset({"as_of", "reason", "requested_by", "parameters", "cost", "monotone"})


def system_user() -> str:
    """The user that this process runs as; its number where the system knows no name. This is no authentication."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid-{os.getuid()}"


def requester(parameters: RetrainParameters) -> str:
    """Who asked for a training: the name given, else the system user."""
    return parameters.requested_by.strip() or system_user()


def git_revision() -> str | None:
    """The commit of this checkout, with `+changes` where files differ from it; None outside a checkout or without git."""
    if not (_ROOT / ".git").exists():
        return None
    try:
        told = [
            subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603, S607 - a fixed list, no shell
            for arguments in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        ]
    except (OSError, subprocess.CalledProcessError):
        return None
    return told[0] + ("+changes" if told[1] else "")


def library_versions() -> dict[str, str]:
    """Versions of what had a part in the training."""
    found = {"python": ".".join(str(part) for part in sys.version_info[:3])}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _settings(parameters: RetrainParameters) -> list[str]:
    """`--set` pairs of everything that differs from the defaults, in the order of the form."""
    defaults = RetrainParameters()
    pairs = [
        (name, getattr(parameters, name))
        for name in RetrainParameters.model_fields
        if name not in _NOT_SET and getattr(parameters, name) != getattr(defaults, name)
    ]
    pairs += [(f"cost.{name}", value) for name, value in (parameters.cost.model_dump() if parameters.cost else {}).items()]
    pairs += [(f"monotone.{name}", value) for name, value in sorted(parameters.monotone.items())]
    pairs += sorted(parameters.parameters.items())
    return [f"--set {shlex.quote(f'{name}={_text(value)}')}" for name, value in pairs]


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(str(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def reproduction_command(as_of: date, parameters: RetrainParameters) -> str:
    """The command that fits the same model again, in a home with the same data and policy."""
    return " ".join(["loanwatch retrain", f"--as-of {as_of}", *_settings(parameters)])
