"""The hash that tells a worker's code from the home's, in a checkout and where a wheel was installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tasks.provenance import OWN_PACKAGES, code_sha256

_DECIDES = [
    "warehouse/sql/score/pending_versions.sql",
    "tasks/core/forest.ll",
    "tasks/core/scoring.py",
    "schemas/formulas.csv",
    "schemas/columns.csv",
]


@pytest.fixture
def installed(project: Path, tmp_path: Path) -> Path:
    """The packages elsewhere, without what Python compiled of them."""
    for name in OWN_PACKAGES:
        shutil.copytree(project / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_same_code_has_the_same_hash_wherever_it_lies(installed: Path) -> None:
    compiled = installed / "tasks" / "__pycache__"
    compiled.mkdir()
    (compiled / "score.cpython-311.pyc").write_bytes(b"compiled")
    (installed / "another_package").mkdir()
    (installed / "another_package" / "code.py").touch()
    assert code_sha256(installed) == code_sha256()


@pytest.mark.parametrize("name", _DECIDES)
def test_other_code_sql_or_formulas_have_another_hash(name: str, installed: Path) -> None:
    with (installed / name).open("a") as file:
        file.write("\n")
    assert code_sha256(installed) != code_sha256()


def test_a_file_of_another_name_is_other_code(installed: Path) -> None:
    (installed / "tasks" / "core" / "scoring.py").rename(installed / "tasks" / "core" / "scoring_of_old.py")
    assert code_sha256(installed) != code_sha256()
