"""The table of docs/drift.md, rendered from benchmarks/results/drift_cases.json and put between two marks of the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

START = "<!-- cases: rendered by benchmarks/drift_cases.py, do not edit -->"
END = "<!-- end of cases -->"


def _tests(names: str) -> str:
    return "<br>".join(f"`{name.rpartition('::')[2]}`" for name in names.split(", "))


def render(cases: Sequence[dict[str, Any]]) -> str:
    """The measured cases as a Markdown table."""
    lines = ["| case | expected | measured | test |", "|---|---|---|---|"]
    for one in cases:
        measured = one["measured"] if one["is_met"] else f"**not met**: {one['measured']}"
        lines.append(f"| {one['case']} | {one['expected']} | {measured} | {_tests(one['tests'])} |")
    return "\n".join(lines)


def update_page(page: Path, cases: Sequence[dict[str, Any]]) -> None:
    """Puts the table between the marks of the page. Raises ValueError where the page lacks them."""
    text = page.read_text(encoding="utf-8")
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{page.name} lacks the marks between which the cases go")
    page.write_text(f"{before}{START}\n{render(cases)}\n{END}{after}", encoding="utf-8")
