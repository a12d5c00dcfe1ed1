"""Modules kept from others while they load."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.absent import absent


def test_a_module_is_absent_inside_and_there_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seldom_needed.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    with absent("seldom_needed"), pytest.raises(ImportError):
        importlib.import_module("seldom_needed")
    assert importlib.import_module("seldom_needed")
    with absent("seldom_needed"):  # loaded: nobody can be kept from it
        assert importlib.import_module("seldom_needed")
    assert "seldom_needed" in sys.modules
    del sys.modules["seldom_needed"]


def _loaded(project: Path, code: str) -> str:
    told = "print([name for name in ('sklearn', 'scipy.stats', 'pandas', 'pandera') if name in sys.modules])"
    command = [sys.executable, "-c", f"import sys\n{code}\n{told}\nimport pandas, sklearn.metrics"]
    ended = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_a_night_scores_without_scikit_learn(project: Path) -> None:
    code = """
from flows.loading import loading_a_night
with loading_a_night():
    import flows.nightly
import lightgbm
import numpy as np
matrix = np.arange(200.0).reshape(-1, 1)
model = lightgbm.train({"verbose": -1, "num_threads": 1}, lightgbm.Dataset(matrix, (matrix[:, 0] > 99).astype(float)), 2)
assert np.ptp(model.predict(matrix)) > 0
"""
    assert _loaded(project, code) == "['pandas', 'pandera']"


def test_clean_rows_are_screened_without_pandera(project: Path) -> None:
    code = """
from datetime import date
import polars as pl
import tasks.ingest
from tasks.core.validation import screen
rows = pl.DataFrame({"SK_ID_BUREAU": [1], "MONTHS_BALANCE": [-1], "STATUS": ["C"], "row_number": [1]})
assert screen("bureau_balance", rows, date(2026, 1, 1)).good.height == 1
"""
    assert _loaded(project, code) == "[]"
