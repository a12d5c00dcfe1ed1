"""There is one way to compute features: training and scoring take it, and nothing else writes feature SQL."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGES = ("flows", "tasks", "reports", "warehouse", "schemas", "benchmarks")


def _modules_with(project: Path, pattern: str) -> set[str]:
    files = (file for package in PACKAGES for file in (project / package).rglob("*.py"))
    found = {file for file in files if re.search(pattern, file.read_text(encoding="utf-8"), re.MULTILINE)}
    return {file.relative_to(project).as_posix() for file in found}


def test_only_the_runner_takes_statements_from_the_generator(project: Path) -> None:
    assert _modules_with(project, r"^from warehouse\.feature_sql import") == {"warehouse/features.py"}
    assert _modules_with(project, r"^from warehouse\.feature_(expressions|aggregates) import") == {"warehouse/feature_sql.py"}


def test_training_and_scoring_compute_features_with_the_runner(project: Path) -> None:
    users = _modules_with(project, r"^from warehouse\.features import .*(compute|iter)_features")
    assert {"tasks/training_data.py", "tasks/score.py"} <= users
    assert [user for user in users if not user.startswith(("tasks/", "benchmarks/"))] == []
