"""The tree of the project as it is released: what a checkout holds, without environment, homes and caches."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGES = ("flows", "tasks", "schemas", "warehouse", "reports")
_NOT_OURS = {".git", ".venv", "node_modules", "__pycache__"}


def _is_ours(path: Path) -> bool:
    first = path.parts[0]
    return not (
        _NOT_OURS & set(path.parts) or first == "var" or first.startswith("var-") or "cache" in first or first == ".hypothesis"
    )


@pytest.fixture(scope="session")
def released_files(project: Path) -> list[Path]:
    """Every file of the project, relative to its root."""
    found = (path.relative_to(project) for path in sorted(project.rglob("*")) if path.is_file())
    return [path for path in found if _is_ours(path)]


@pytest.fixture(scope="session")
def python_trees(project: Path, released_files: list[Path]) -> dict[Path, ast.Module]:
    """Every Python file of the project, parsed."""
    files = [path for path in released_files if path.suffix == ".py"]
    return {path: ast.parse((project / path).read_text(encoding="utf-8")) for path in files}


@pytest.fixture(scope="session")
def package_trees(python_trees: dict[Path, ast.Module]) -> dict[Path, ast.Module]:
    """The Python files of the five packages and the scripts: what runs in production."""
    return {path: tree for path, tree in python_trees.items() if path.parts[0] in {*PACKAGES, "scripts"}}


@pytest.fixture(scope="session")
def statements(project: Path, released_files: list[Path]) -> dict[Path, str]:
    """Every named SQL file but the migrations, with its text."""
    files = [path for path in released_files if path.suffix == ".sql" and path.parts[0] == "warehouse"]
    return {path: (project / path).read_text(encoding="utf-8") for path in files if "migrations" not in path.parts}
