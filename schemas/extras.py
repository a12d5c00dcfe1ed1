"""Which optional packages a command needs, so that a small installation says what it lacks instead of failing in an import."""

from __future__ import annotations

from importlib.util import find_spec

from schemas.errors import UsageError

#: Extra of pyproject.toml -> the modules that it brings; scoring needs none of them.
EXTRAS = {
    "train": ("mlflow", "optuna", "imblearn", "matplotlib"),
    "report": ("evidently", "pandas", "matplotlib"),
    "dask": ("prefect_dask", "distributed", "dask"),
}


def lacking(extra: str, modules: list[str]) -> UsageError:
    """The error for an installation without an extra."""
    return UsageError(
        f"this installation can score, but lacks {', '.join(modules)}",
        expected=f"the packages of loanwatch[{extra}]",
        where="the environment that loanwatch runs in",
        remedy=f"install loanwatch[{extra}] there, or run this command where loanwatch[full] is installed",
    )


def require_extra(extra: str) -> None:
    """Raises UsageError where a package of the extra is not installed; nothing is imported."""
    absent = [module for module in EXTRAS[extra] if find_spec(module) is None]
    if absent:
        raise lacking(extra, absent)


def lacking_for(error: BaseException) -> UsageError | None:
    """The error to tell in place of a failed import, if an extra would have brought the module."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        module = error.name.partition(".")[0]
        extra = next((extra for extra, modules in EXTRAS.items() if module in modules), None)
        return lacking(extra, [module]) if extra else None
    return None
