"""Where a model comes from: who asked, with which code, and the command that makes it again; and a hash of that code."""

from __future__ import annotations

import getpass
import hashlib
import os
import shlex
import subprocess
import sys
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from schemas.parameters import RetrainParameters

_ROOT = Path(__file__).resolve().parent.parent
#: What the project installs.
OWN_PACKAGES = ("flows", "reports", "schemas", "tasks", "warehouse")
#: Code, SQL, and the tables that features are made by.
_CODE = frozenset({".py", ".sql", ".ll", ".csv", ".json", ".toml"})
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


@cache
def code_sha256(root: Path = _ROOT) -> str:
    """The hash of the project's files below this folder, by which two machines know whether they run the same code.

    It is the same in a checkout and where a wheel was installed; a version number does not tell two checkouts apart.
    """
    digest = hashlib.sha256()
    files = (file for name in OWN_PACKAGES for file in (root / name).rglob("*") if file.suffix in _CODE)
    for file in sorted(files):
        digest.update(f"{file.relative_to(root).as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


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
