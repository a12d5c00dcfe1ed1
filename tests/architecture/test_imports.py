"""Imports run one way, the command line starts light, and no file of ours hides one that others import."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

HEAVY = ("prefect", "polars", "lightgbm", "sklearn", "pandera", "duckdb", "pandas", "pyarrow", "numpy")


def test_the_import_rules_hold(project: Path) -> None:
    program = Path(sys.executable).parent / "lint-imports"
    ended = subprocess.run([str(program)], cwd=project, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_the_command_line_imports_nothing_heavy_before_it_works(project: Path) -> None:
    code = f"import sys, flows.cli.main; print([name for name in {HEAVY!r} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, "[]"), ended.stderr


def test_no_flow_hides_a_module_of_python_or_of_a_dependency(project: Path) -> None:
    ours = {
        path.stem if path.is_file() else path.name for path in (project / "flows").iterdir() if not path.name.startswith("__")
    }
    taken = set(sys.stdlib_module_names) | set(packages_distributions())
    assert ours & taken == set()
