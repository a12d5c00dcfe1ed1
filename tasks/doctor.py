"""Doctor: everything that a night needs, looked over without waiting and without writing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemas.doctor import Diagnosis, failed, warned, well
from schemas.errors import LoanwatchError, VerificationError
from schemas.settings import Settings
from tasks.audit import verify_home
from tasks.doctor_home import (
    find_backups,
    find_channels,
    find_log,
    find_permissions,
    find_stale_notes,
    find_versions,
)
from tasks.doctor_warehouse import PROBES, asked, probe_schema, told
from warehouse.checking import run_checks
from warehouse.connection import Connection, open_warehouse
from warehouse.damage import require_not_lost

#: A moment for a writer that is about to end; doctor does not wait for a night.
_WAIT_SECONDS = 0.5
_SHOWN_FINDINGS = 10


def examine(settings: Settings, *, audit: bool = False) -> list[Diagnosis]:
    """Every subject in one or more lines, ok lines included.

    Args:
        settings: the home, which has to exist.
        audit: also run every check of the warehouse and verify the audit chain, which reads every decision.
    """
    impatient = replace(settings, lock_wait_seconds=min(settings.lock_wait_seconds, _WAIT_SECONDS))
    found = [*find_versions(), *_tried("permissions", find_permissions(settings)), *find_stale_notes(settings)]
    found += [*find_log(settings), *_examine_warehouse(impatient, audit=audit)]
    return [*found, *_tried("channels", find_channels(settings)), *find_backups(settings)]


def _tried(subject: str, lines: Iterator[Diagnosis]) -> list[Diagnosis]:
    try:
        return list(lines)
    except LoanwatchError as error:
        return [told(subject, error)]
    except OSError as error:
        return [failed(subject, f"{type(error).__name__}: {error.strerror}", "see to whom the home belongs", 15)]


def _examine_warehouse(settings: Settings, *, audit: bool) -> list[Diagnosis]:
    if not settings.warehouse.exists():
        return _without_warehouse(settings)
    try:
        with open_warehouse(settings, read_only=True) as connection:
            lines = [well("lock", "nobody writes"), *asked("schema", probe_schema, settings, connection)]
            if any(line.state != "ok" for line in lines):
                return [
                    *lines,
                    warned("warehouse", "nothing more was asked of an older schema", "loanwatch ingest, then doctor again"),
                ]
            for subject, probe in PROBES.items():
                lines += asked(subject, probe, settings, connection)
            if audit:
                lines += _checked(connection)
    except LoanwatchError as error:
        return [told("lock" if error.exit_code == 12 else "warehouse", error)]
    return lines + (_audited(settings) if audit else [])


def _without_warehouse(settings: Settings) -> list[Diagnosis]:
    """A new home has none yet; one that has worked before has lost it."""
    try:
        require_not_lost(settings)
    except VerificationError as error:
        return [told("warehouse", error)]
    return [failed("champion", "this home has no warehouse and no model yet", "loanwatch retrain", 11)]


def _checked(connection: Connection) -> list[Diagnosis]:
    """The books: every check of the warehouse."""
    findings = run_checks(connection)
    lines = [
        failed(
            "checks",
            f"{finding.check}: {finding.n_rows} row(s), first {', '.join(finding.keys)}",
            "docs/runbook.md, A check failed",
            1,
        )
        if finding.severity == "fail"
        else warned("checks", f"{finding.check}: {finding.n_rows} row(s)", "read the header of the check in warehouse/checks/")
        for finding in findings
    ]
    return lines or [well("checks", "the books balance: no check found a row")]


def _audited(settings: Settings) -> list[Diagnosis]:
    """The chain of the audit."""
    try:
        findings = verify_home(settings)
    except LoanwatchError as error:
        return [told("audit", error)]
    remedy = (
        "somebody has changed what was recorded: keep the home as it is, compare it with a backup; docs/runbook.md, Exit code 4"
    )
    lines = [failed("audit", f"{item.fault}, {item.where}: {item.found}", remedy, 4) for item in findings[:_SHOWN_FINDINGS]]
    if len(findings) > _SHOWN_FINDINGS:
        lines.append(failed("audit", f"and {len(findings) - _SHOWN_FINDINGS} more", remedy, 4))
    return lines or [well("audit", "the chain is whole, and every decision is as it was recorded")]
