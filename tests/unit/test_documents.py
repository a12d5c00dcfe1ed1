"""The generated documents say what the code says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_generated_pages_are_those_that_the_code_gives(project: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "scripts/write_docs.py", str(tmp_path)], cwd=project, check=True)
    pages = sorted(page.name for page in tmp_path.iterdir())
    assert pages == ["data-dictionary.md", "licences.md", "retraining.md"]
    for name in pages:
        assert (tmp_path / name).read_text("utf-8") == (project / "docs" / name).read_text("utf-8"), "run `make docs`"


def test_no_column_of_the_dictionary_lacks_its_meaning(project: Path) -> None:
    rows = [
        line for line in (project / "docs" / "data-dictionary.md").read_text(encoding="utf-8").splitlines() if line[:3] == "| `"
    ]
    assert len(rows) > 500
    assert [line for line in rows if line.rstrip(" |").count("|") < 2] == []
