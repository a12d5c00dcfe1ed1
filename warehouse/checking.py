"""Runs the checks: each SQL file returns the rows that must not exist."""

from __future__ import annotations

from importlib import resources

from schemas.errors import CheckFailedError
from schemas.references import Finding
from warehouse.connection import Connection

_SHOWN_ROWS = 5


def _checks() -> list[tuple[str, str, str]]:
    folder = resources.files("warehouse").joinpath("checks")
    found = []
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql")):
        text = folder.joinpath(name).read_text(encoding="utf-8")
        severity = text.split("severity:", 1)[1].split("\n", 1)[0].strip()
        found.append((name.removesuffix(".sql"), severity, text))
    return found


def run_checks(connection: Connection) -> list[Finding]:
    """Every check that found rows. A check returns keys and counts, never an applicant's values."""
    findings = []
    for name, severity, text in _checks():
        rows = connection.execute(text).fetchall()
        if rows:
            keys = ["/".join(str(value) for value in row) for row in rows[:_SHOWN_ROWS]]
            findings.append(Finding(name, severity, len(rows), keys))
    return findings


def require_sound(findings: list[Finding]) -> None:
    """Raises CheckFailedError when a check of severity `fail` found rows."""
    failed = [finding for finding in findings if finding.severity == "fail"]
    if failed:
        listed = "; ".join(f"{finding.check}: {finding.n_rows} row(s), first {', '.join(finding.keys)}" for finding in failed)
        raise CheckFailedError(
            f"{len(failed)} check(s) failed: {listed}",
            expected="no row from any check",
            where="warehouse/checks",
            remedy="read the header of the check; nothing was published, the former snapshot stays",
        )
